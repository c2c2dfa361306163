"""Fetching: finds a publication's newest file on its publisher's page and keeps its bytes with a receipt."""

import json
import re
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from chesil.core.errors import ChesilError, Problem, or_list, some_of
from chesil.core.period import Period
from chesil.core.receipt import Receipt
from chesil.core.whole_files import sha256_of, whole_file, write_whole
from chesil.sources.published_pages import Link, links_of, newest_date
from chesil.sources.source import Source

__all__ = ["Fetched", "Link", "fetch_source", "find_newest_file", "newest_date"]

TIMEOUT_SECONDS = 60.0
MOST_PAGES = 6
"""Pages of publications followed from a series page, newest first."""
RECEIPT = ".receipt.json"


@dataclass(frozen=True)
class Fetched:
    """A kept file with its receipt; `is_new` is False if the newest kept file has the same bytes."""

    path: Path
    receipt: Receipt
    is_new: bool


@dataclass(frozen=True)
class _Arrived:
    """What came of a download: the address after redirects, and when the publisher last changed the file."""

    url: str
    changed: date | None


def fetch_source(
    source: Source,
    raw: Path,
    *,
    today: date,
    client: Any = None,
    period: str | None = None,
    progress: Callable[[int, int], None] = lambda _a, _b: None,
) -> Fetched:
    """Fetch the newest file of a publication into `raw/<source>/`, unparsed, with a receipt beside it.

    `period` (2026-07, 2025/26, ...) asks for the newest file of that time. The file's name holds the period it is of
    and the day it was published: as its page says, else as its server does, else `today`. A republished file sorts
    after the one it replaces, which stays. `progress(done, total)` is called as bytes arrive. Raises `ChesilError`
    saying what went wrong and how to fetch by hand; nothing half-fetched is ever kept.
    """
    wanted = _wanted_period(period)
    http = client or _client()
    link = find_newest_file(source, http, period=wanted, latest_year=today.year + 1)
    folder = raw / source.name
    try:
        with tempfile.TemporaryDirectory(prefix="chesil-fetch-") as scratch:
            temporary = Path(scratch) / "file"
            arrived = _download(http, link.url, temporary, source, progress)
            return _keep(temporary, folder, source, link, arrived, today)
    except OSError as error:
        problem = Problem(str(error.strerror or error), str(error.filename or folder), "the file could not be kept")
        raise ChesilError(
            f"`{source.name}` could not be fetched", [problem], "Make room, or name a folder you may write to"
        ) from error


def find_newest_file(source: Source, http: Any, *, period: Period | None = None, latest_year: int = 2099) -> Link:
    """The newest link that fits the source's patterns, on its landing page or on publication pages it leads to.

    The first pattern that any link of a page fits decides. `ChesilError` lists the patterns tried, the pages looked at
    and the links seen.
    """
    links = _links(http, source.landing_page, source, latest_year)
    looked_at, seen = [source.landing_page], list(links)
    found = [k for k in _fitting(links, source) if k.within(period)]
    if not found:
        pages = [k for k in links if _is_page_of(source, k) and k.within(period)]
        pages.sort(key=lambda k: (k.dated, k.url), reverse=True)
        for page in pages[:MOST_PAGES]:
            links = _links(http, page.url, source, latest_year)
            looked_at.append(page.url)
            seen += links
            fitting = [k if any(k.dated) else replace(k, dated=page.dated) for k in _fitting(links, source)]
            found = [k for k in fitting if k.within(period)]
            if found:
                break
    if not found:
        raise _not_found(source, looked_at, seen, period)
    return max(found, key=lambda k: (k.dated, k.url))


def _fitting(links: list[Link], source: Source) -> list[Link]:
    for pattern in source.link_patterns:
        fits = [k for k in links if re.search(pattern, k.file, re.IGNORECASE)]
        if fits:
            return fits
    return []


def _is_page_of(source: Source, link: Link) -> bool:
    """True if a link may lead to one publication of a series: dated, at the same site, and not the series page."""
    site = urlparse(source.landing_page).netloc
    return any(link.dated) and urlparse(link.url).netloc == site and link.url != source.landing_page


def _not_found(source: Source, looked_at: list[str], seen: list[Link], period: Period | None) -> ChesilError:
    patterns = or_list([f"`{p}`" for p in source.link_patterns])
    names = list(dict.fromkeys(k.name or k.url for k in seen))
    of = f" of {period}" if period else ""
    links = f"the links seen were {some_of(names, 15)}" if names else "the page has no links at all"
    problem = Problem(f"no link{of} fits {patterns}", some_of(looked_at, MOST_PAGES + 1), links)
    return ChesilError(
        f"No file{of} of `{source.name}` was found",
        [problem],
        "If the publisher has changed the page, change `link_patterns` or `landing_page` of the source. "
        + _by_hand(source),
    )


def _links(http: Any, url: str, source: Source, latest_year: int) -> list[Link]:
    import httpx

    try:
        response = http.get(url, follow_redirects=True)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _unreachable(url, error, source, "could not be opened") from error
    if response.status_code != httpx.codes.OK:
        raise _answered(url, response, source)
    return links_of(response.text, str(response.url), latest_year)


def _download(http: Any, url: str, to: Path, source: Source, progress: Callable[[int, int], None]) -> _Arrived:
    import httpx

    try:
        with http.stream("GET", url, follow_redirects=True) as response, to.open("wb") as file:
            if response.status_code != httpx.codes.OK:
                raise _answered(url, response, source)
            stated = response.headers.get("content-length", "")
            total, done, head = int(stated) if stated.isdigit() else 0, 0, b""
            for block in response.iter_bytes():
                head = head if len(head) > 500 else head + block[:1_000]
                file.write(block)
                done += len(block)
                progress(done, total)
            received = response.num_bytes_downloaded
            if total and received != total:
                raise _failed(url, f"cut short: {received:,} of {total:,} bytes came", source, "Try again. ")
            if not done:
                raise _failed(url, "empty", source, "Try again. ")
            if _is_html(head, response.headers.get("content-type", "")):
                why = "a page, not a file; the publisher may ask for a sign-in or have moved the file"
                raise _failed(url, why, source)
            return _Arrived(str(response.url), _day_of(response.headers.get("last-modified", "")))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _unreachable(url, error, source, "could not be fetched whole") from error


def _keep(temporary: Path, folder: Path, source: Source, link: Link, arrived: _Arrived, today: date) -> Fetched:
    """Put the bytes under their name with the receipt beside them, unless the newest kept file has the same."""
    suffix = Path(link.name).suffix or Path(urlparse(arrived.url).path).suffix or ".csv"
    kept = sorted(p for p in folder.glob(f"{source.name}_*_published_*{suffix}") if not p.name.endswith(RECEIPT))
    stem = f"{source.name}_{link.dated}_published_"
    of_period = [p for p in kept if p.name.startswith(stem)]
    digest = sha256_of(temporary)
    twin = next((p for p in (*of_period[-1:], *kept[-1:]) if sha256_of(p) == digest), None)
    published = min(link.published or arrived.changed or today, today)
    path = twin or _next_name(folder, stem, suffix, published, today, of_period)
    receipt = Receipt(
        id=f"{source.name}@{link.dated}",
        publisher=source.publisher,
        publication=source.publication,
        reference_date=link.dated.as_date(),
        licence=source.licence,
        file=path.name,
        url=arrived.url,
        sha256=digest,
    )
    beside = path.with_name(path.name + RECEIPT)
    if twin and beside.exists():
        return Fetched(path, Receipt.from_dict(json.loads(beside.read_text(encoding="utf-8"))), is_new=False)
    if not twin:
        with whole_file(path) as part:
            shutil.copyfile(temporary, part)
    write_whole(beside, json.dumps(receipt.as_dict(), indent=1) + "\n")
    return Fetched(path, receipt, is_new=not twin)


def _next_name(folder: Path, stem: str, suffix: str, published: date, today: date, kept: list[Path]) -> Path:
    """A name that sorts after every kept file of the period: by the publisher's date, else today's, else numbered."""
    for ending in (published.isoformat(), today.isoformat(), *(f"{today}_{n:03d}" for n in range(2, 1_000))):
        path = folder / f"{stem}{ending}{suffix}"
        if not kept or path.name > kept[-1].name:
            return path
    raise ChesilError(f"{folder} holds too many files of {today}", [], "Move some of them away")


def _is_html(head: bytes, content_type: str) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return "text/html" in content_type or start.startswith((b"<!doctype html", b"<html"))


def _day_of(header: str) -> date | None:
    with suppress(ValueError, TypeError):
        return parsedate_to_datetime(header).date()
    return None


def _wanted_period(period: str | None) -> Period | None:
    try:
        return Period.parse(period) if period else None
    except ValueError as error:
        raise ChesilError(
            f"`{period}` is not a period", [], "Write it as 2026-07-01, 2026-07, 2026 or 2025/26"
        ) from error


def _client() -> Any:
    try:
        import httpx
    except ImportError as error:
        raise ChesilError(
            "Fetching needs the package httpx", [], "Install it with: pip install 'chesil[build]'"
        ) from error
    return httpx.Client(timeout=TIMEOUT_SECONDS)


def _answered(url: str, response: Any, source: Source) -> ChesilError:
    return ChesilError(f"{url} answered {response.status_code} {response.reason_phrase}", [], _by_hand(source))


def _failed(url: str, what: str, source: Source, first: str = "") -> ChesilError:
    return ChesilError(f"{url} is {what}", [], first + _by_hand(source))


def _unreachable(url: str, error: Exception, source: Source, what: str) -> ChesilError:
    import httpx

    if isinstance(error, httpx.TimeoutException):
        why = f"the publisher did not answer within {TIMEOUT_SECONDS:.0f} seconds"
    elif isinstance(error, httpx.RemoteProtocolError):
        why = "the connection was cut before all of it came"
    else:
        why = str(error) or type(error).__name__
    return ChesilError(f"{url} {what}", [Problem(why)], f"Try again. {_by_hand(source)}")


def _by_hand(source: Source) -> str:
    where = source.editions[-1].file
    return f"Or download it by hand from {source.landing_page} and put it in the raw folder as {where}"
