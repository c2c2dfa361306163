"""Publishers' pages: the links of a page, the dates that its words and file names tell, and when it was published."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urldefrag, urljoin, urlparse

from chesil.core.period import Period

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = "|".join(MONTHS)
PUBLISHED = re.compile(
    rf"(?:publication date|release date|last updated|published|updated)\W{{0,5}}(\d{{1,2}}) ({MONTH})[a-z]* (20\d\d)"
)
HEX_ID = re.compile(r"(?<![0-9a-z])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{6,}(?![0-9a-z])")
"""Names that a publisher's machine gives to folders, such as 5f2098a9: the 2098 in it is no year."""


class Dated(NamedTuple):
    """A date as far as a text tells it: noughts stand for the day, the month or the year that it does not say."""

    year: int
    month: int
    day: int

    def as_date(self) -> date | None:
        """The day, or the first day of the month or year; None if not even the year is known."""
        return date(self.year, self.month or 1, self.day or 1) if self.year else None

    def as_period(self) -> Period | None:
        """The day, month or year that is meant."""
        if not self.year:
            return None
        return Period.parse("-".join(f"{part:02d}" for part in self if part))

    def __str__(self) -> str:
        return "-".join(f"{part:02d}" for part in self if part) or "undated"


UNDATED = Dated(0, 0, 0)


@dataclass(frozen=True)
class Link:
    """A link of a page: its absolute address, its words, the newest date that they tell, and its page's own date."""

    url: str
    text: str
    dated: Dated = UNDATED
    published: date | None = None

    @property
    def file(self) -> str:
        """The path and file that the address names, in the path or, as with ONS, in a query such as `?uri=/a/b.xlsx`."""
        parts = urlparse(self.url)
        in_query = [value for _, value in parse_qsl(parts.query) if "." in value.rsplit("/", 1)[-1]]
        path = unquote(parts.path)
        return in_query[0] if in_query and "." not in path.rsplit("/", 1)[-1] else path

    @property
    def name(self) -> str:
        return self.file.rstrip("/").rsplit("/", 1)[-1]

    def within(self, period: Period | None) -> bool:
        """True if the link's date lies in the period (always, where no period is asked for)."""
        mine = self.dated.as_period()
        return period is None or (mine is not None and period.start <= mine.start and mine.end <= period.end)


def links_of(html: str, base: str, latest_year: int) -> list[Link]:
    """Every link of a page once, in order, dated by its words and file name, or failing that by its folders.

    Years after `latest_year` are not taken for dates (a projection "to 2043" is not of 2043).
    """
    page = _Page()
    page.feed(html)
    published = published_on(" ".join(page.words))
    found: dict[str, Link] = {}
    for href, text in page.anchors:
        try:
            url = urldefrag(urljoin(base, href)).url
            link = Link(url, text, published=published)
        except ValueError:
            continue  # not an address; a publisher's slip in one link must not cost the page
        if urlparse(url).scheme not in ("http", "https"):
            continue
        dated = newest_date(f"{link.name} {text}", latest_year)
        dated = dated if any(dated) else newest_date(link.file, latest_year)
        known = found.get(url)
        if known is None or dated > known.dated:
            found[url] = replace(link, dated=dated, text=text or (known.text if known else ""))
    return list(found.values())


def published_on(words: str) -> date | None:
    """The newest day on which a page says that it was published or updated."""
    days = [_sound((int(y), MONTHS.index(m) + 1, int(d))) for d, m, y in PUBLISHED.findall(words.lower())]
    return max((d.as_date() for d in days if d), default=None)  # type: ignore[type-var]


def newest_date(text: str, latest_year: int = 2099) -> Dated:
    """The newest date that a text names, with noughts for what it does not say; a financial year by its last day."""
    lowered = HEX_ID.sub(" ", text.lower())
    found = [(int(y), int(m), int(d)) for y, m, d in re.findall(r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?!\d)", lowered)]
    found += [(int(y), int(m), 0) for y, m in re.findall(r"(?<!\d)(20\d\d)[-_](0[1-9]|1[0-2])(?!\d)", lowered)]
    found += [(int(y), _month(m), 0) for m, y in re.findall(rf"({MONTH})[a-z]*[-_ ,]*(20\d\d)(?!\d)", lowered)]
    found += [(int(y) + 1, 3, 31) for y, z in re.findall(r"(?<!\d)(20\d\d)[/_-](\d\d)(?!\d)", lowered)
              if int(z) == (int(y) + 1) % 100]  # fmt: skip
    found += [(2000 + int(y), _month(m), 0) for m, y in re.findall(rf"(?<![a-z])({MONTH})[-_ ]?(\d\d)(?!\d)", lowered)]
    found += [(int(y), 0, 0) for y in re.findall(r"(?<!\d)(20\d\d)(?!\d)", lowered)]
    return max(_sound_dates(found, latest_year), default=UNDATED)


def _sound_dates(found: Iterable[tuple[int, int, int]], latest_year: int) -> list[Dated]:
    return [sound for f in found if f[0] <= latest_year and (sound := _sound(f))]


def _sound(parts: tuple[int, int, int]) -> Dated | None:
    try:
        date(parts[0], parts[1] or 1, parts[2] or 1)
    except ValueError:
        return None
    return Dated(*parts)


def _month(name: str) -> int:
    return MONTHS.index(name) + 1


class _Page(HTMLParser):
    """Collects the links of a page with their words, and all its words."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._href, self._of_link = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._href, self._of_link = (dict(attrs).get("href") or "").strip(), ""

    def handle_data(self, data: str) -> None:
        self._of_link += data
        self.words += data.split()

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href:
            self.anchors.append((self._href, " ".join(self._of_link.split())))
            self._href = ""
