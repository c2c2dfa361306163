"""Fetching: finds a publication's newest file on its publisher's page and keeps its bytes with a receipt."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlparse

from chesil.core.errors import ChesilError, Problem, some_of
from chesil.core.receipt import Receipt
from chesil.core.whole_files import sha256_of, whole_file, write_whole
from chesil.sources.source import Source

TIMEOUT_SECONDS = 60.0
MOST_PAGES = 6
"""Pages of publications followed from a series page, newest first."""
MONTHS = {m: n for n, m in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)}  # fmt: skip


@dataclass(frozen=True)
class Link:
    """A link of a page: its absolute address, its words, and the newest date that either names."""

    url: str
    text: str
    dated: tuple[int, int, int]


@dataclass(frozen=True)
class Fetched:
    """A kept file with its receipt; `is_new` is False if the newest kept file has the same bytes."""

    path: Path
    receipt: Receipt
    is_new: bool


def fetch_source(
    source: Source,
    raw: Path,
    *,
    today: date,
    client: Any = None,
    progress: Callable[[int, int], None] = lambda _a, _b: None,
) -> Fetched:
    """Fetch the newest file of a publication into `raw/<source>/`, unparsed, with a receipt beside it.

    The file's name holds the period it is of and the day it was fetched, so that a republished file sorts after
    the one it replaces. `progress(done, total)` is called as bytes arrive. Raises `ChesilError` saying what went
    wrong and how to fetch by hand; nothing half-fetched is ever kept.
    """
    http = client or _client()
    link = find_newest_file(source, http)
    suffix = Path(unquote(urlparse(link.url).path)).suffix or ".csv"
    period = "-".join(f"{n:02d}" for n in link.dated if n) or "undated"
    path = raw / source.name / f"{source.name}_{period}_published_{today}{suffix}"
    newest = max((p for p in path.parent.glob(f"{source.name}_*{suffix}")), default=None)
    with whole_file(path.with_name(f"{path.name}.new")) as temporary:
        final_url = _download(http, link.url, temporary, source, progress)
        digest = sha256_of(temporary)
        same = newest is not None and sha256_of(newest) == digest
        kept = newest if same and newest is not None else path
        content = temporary.read_bytes()
    path.with_name(f"{path.name}.new").unlink()
    receipt = Receipt(
        id=f"{source.name}@{period}",
        publisher=source.publisher,
        publication=source.publication,
        reference_date=_as_date(link.dated),
        licence=source.licence,
        file=kept.name,
        url=final_url,
        sha256=digest,
    )
    if not same:
        write_whole(path.with_suffix(f"{suffix}.receipt.json"), json.dumps(receipt.as_dict(), indent=1) + "\n")
        write_whole(path, content)
    return Fetched(kept, receipt, not same)


def find_newest_file(source: Source, http: Any) -> Link:
    """The newest link that fits the source's patterns, on its landing page or on publication pages it leads to."""
    links = _links(http, source.landing_page, source)
    found = _fitting(links, source)
    if not found:
        inner = [k for k in links if _same_site(k.url, source.landing_page) and any(k.dated)]
        inner.sort(key=lambda k: (k.dated, k.url), reverse=True)
        for page in inner[:MOST_PAGES]:
            links = _links(http, page.url, source)
            found = [Link(k.url, k.text, k.dated if any(k.dated) else page.dated) for k in _fitting(links, source)]
            if found:
                break
    if not found:
        seen = [Path(urlparse(k.url).path).name or k.url for k in links]
        raise ChesilError(
            f"No file of `{source.name}` was found at {source.landing_page}",
            [
                Problem(
                    f"no link fits {' or '.join(source.link_patterns)}", "", f"the page links to {some_of(seen, 10)}"
                )
            ],
            "The publisher may have changed the page. " + _by_hand(source),
        )
    return max(found, key=lambda k: (k.dated, k.url))


def _fitting(links: list[Link], source: Source) -> list[Link]:
    for pattern in source.link_patterns:
        fits = [k for k in links if re.search(pattern, unquote(urlparse(k.url).path), re.IGNORECASE)]
        if fits:
            return fits
    return []


class _Anchors(HTMLParser):
    """Collects the links of a page with their words."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._href, self._words = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._href, self._words = dict(attrs).get("href") or "", ""

    def handle_data(self, data: str) -> None:
        self._words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href:
            self.found.append((self._href, " ".join(self._words.split())))
            self._href = ""


def _links(http: Any, url: str, source: Source) -> list[Link]:
    response = _get(http, url, source)
    parser = _Anchors()
    parser.feed(response.text)
    base = str(response.url)
    return [Link(urljoin(base, href), text, newest_date(f"{unquote(href)} {text}")) for href, text in parser.found]


def newest_date(text: str) -> tuple[int, int, int]:
    """The newest date that a text names, as (year, month, day) with noughts for what it does not say."""
    lowered = text.lower()
    found = [(int(y), int(m), int(d)) for y, m, d in re.findall(r"(20\d\d)-(\d\d)-(\d\d)", lowered)]
    found += [(int(y), int(m), 0) for y, m in re.findall(r"(20\d\d)[-_](0[1-9]|1[0-2])(?!\d)", lowered)]
    month = "|".join(MONTHS)
    found += [(int(y), MONTHS[m], 0) for m, y in re.findall(rf"({month})[a-z]*[-_ ,]*(20\d\d)", lowered)]
    found += [(int(y) + 1, 3, 31) for y, z in re.findall(r"(20\d\d)[/_-](\d\d)(?!\d)", lowered)
              if int(z) == (int(y) + 1) % 100]  # fmt: skip
    found += [(2000 + int(y), MONTHS[m], 0) for m, y in re.findall(rf"(?<![a-z])({month})[-_ ]?(\d\d)(?!\d)", lowered)]
    found += [(int(y), 0, 0) for y in re.findall(r"(?<!\d)(20\d\d)(?!\d)", lowered)]
    sound = [f for f in found if f[1] <= 12 and f[2] <= 31]
    return max(sound, default=(0, 0, 0))


def _as_date(dated: tuple[int, int, int]) -> date | None:
    year, month, day = dated
    return date(year, month or 1, day or 1) if year else None


def _same_site(url: str, other: str) -> bool:
    return urlparse(url).netloc == urlparse(other).netloc


def _client() -> Any:
    try:
        import httpx
    except ImportError as error:
        raise ChesilError(
            "Fetching needs the package httpx", [], "Install it with: pip install 'chesil[build]'"
        ) from error
    return httpx.Client(follow_redirects=True, timeout=TIMEOUT_SECONDS)


def _get(http: Any, url: str, source: Source) -> Any:
    import httpx

    try:
        response = http.get(url)
    except httpx.HTTPError as error:
        raise ChesilError(f"{url} could not be opened ({type(error).__name__})", [], _by_hand(source)) from error
    if response.status_code != httpx.codes.OK:
        raise ChesilError(f"{url} answered {response.status_code} {response.reason_phrase}", [], _by_hand(source))
    return response


def _download(http: Any, url: str, to: Path, source: Source, progress: Callable[[int, int], None]) -> str:
    import httpx

    try:
        with http.stream("GET", url) as response, to.open("wb") as file:
            if response.status_code != httpx.codes.OK:
                raise ChesilError(
                    f"{url} answered {response.status_code} {response.reason_phrase}", [], _by_hand(source)
                )
            if "text/html" in response.headers.get("content-type", ""):
                raise ChesilError(f"{url} is a page, not a file", [], _by_hand(source))
            total, done = int(response.headers.get("content-length", 0)), 0
            for block in response.iter_bytes():
                file.write(block)
                done += len(block)
                progress(done, total)
            received = response.num_bytes_downloaded
            if total and received != total:
                raise ChesilError(f"{url} was cut short: {received:,} of {total:,} bytes came", [], "Try again")
            return str(response.url)
    except httpx.HTTPError as error:
        what = f"{url} could not be fetched whole ({type(error).__name__})"
        raise ChesilError(what, [], f"Try again. {_by_hand(source)}") from error


def _by_hand(source: Source) -> str:
    where = source.editions[-1].file
    return f"Or download it by hand from {source.landing_page} and put it where the raw folder expects it ({where})"
