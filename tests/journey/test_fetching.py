"""Fetching from a local server that serves pages of the published shapes; no publisher is asked."""

import builtins
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from chesil.core.errors import ChesilError
from chesil.core.receipt import Receipt
from chesil.core.whole_files import sha256_of
from chesil.sources import fetching
from chesil.sources.fetching import fetch_source, find_newest_file
from chesil.sources.published_pages import Link, newest_date, published_on
from chesil.sources.source import Source, find_sources

CONTENT = b"CODE,NUMBER_OF_PATIENTS\nZ99001,2100\n"
TODAY = date(2026, 7, 9)
ALL_PERSONS = r"gp-reg-pat-prac-all.*\.csv$"

PAGES = {
    # NHS England: a series leads to a page a month, each with its files; the newest month may have none yet.
    "/series": """<html><body><h1>Patients registered at a GP practice</h1><a href="#top">Top</a>
<a href="/pub/august-2026">Patients Registered at a GP Practice, August 2026 (upcoming)</a>
<a href="/pub/august-2026#notify">Tell me, August 2026</a><a href="mailto:enquiries@publisher.invalid">July 2026</a>
<a href="/pub/may-2026">Patients Registered at a GP Practice, May 2026</a>
<a href="/pub/july-2026">Patients Registered at a GP Practice, July 2026</a>
<a href="/pub/june-2026">Patients Registered at a GP Practice, June 2026</a>
<a href="https://elsewhere.invalid/december-2030">Another site, December 2030</a></body></html>""",
    "/pub/august-2026": "<p>Publication date: to be confirmed</p>",
    "/pub/july-2026": """<a href="/files/gp-reg-pat-prac-quin-age.csv?x=1">Males 5-year</a>
<a href="/moved/gp-reg-pat-prac-all.csv">Totals (all persons) <b>CSV</b></a>
<a href="/files/gp-reg-pat-prac-all.pdf">Totals, PDF</a><a href="/files/gp-reg-pat-prac-all.csv.zip">Zipped</a>""",
    "/pub/june-2026": """<dl><dt>Publication Date:</dt><dd>11 Jun 2026</dd></dl>
<a href="/files/june/gp-reg-pat-prac-all.csv">Totals (all persons)</a>""",
    # GOV.UK: links straight to files in folders with a machine's names.
    "/direct": """<a href="/files/5f2098a9/File_7_2015_all.csv">File 7, 2015</a>
<a href="/files/aa11/File_7_2019_all.csv">File 7, 2019</a><a href="/files/File_1_2025.csv">File 1, 2025</a>
<a href="http://[slip">File 7, 2026</a>""",
    # ONS: the file's name is in the query.
    "/ons": """<p>Release date: 25 June 2021</p><a href="/file?uri=/people/a/sape23dt2mid2020.xlsx">Mid-2020</a>
<a href="/file?uri=/people/a/sape22dt2mid2019.xlsx">Mid-2019</a>""",
    "/projections": """<a href="/files/pop_2018-based.csv">2018-based, to 2043</a>
<a href="/files/pop_2022-based.csv">2022-based, to 2047</a>""",
    "/changed": "<a href='/x.docx'>Word</a><a href='/y.ods'>Sheet</a>",
    "/bare": "<p>This publication has moved.</p>",
    "/dated": '<a href="/last-changed/list_2026-06.csv">June 2026</a>',
    "/short": '<a href="/short/a_2026-07.csv">July 2026</a>',
    "/cut": '<a href="/chunks/a_2026-07.csv">July 2026</a>',
    "/sign-in": '<a href="/html/a_2026-07.csv">July 2026</a>',
    "/sign-in-as-file": '<a href="/html-as-file/a_2026-07.csv">July 2026</a>',
    "/nothing": '<a href="/empty/a_2026-07.csv">July 2026</a>',
    "/gone-file": '<a href="/no-such/a_2026-07.csv">July 2026</a>',
    "/round": '<a href="/loop/a_2026-07.csv">July 2026</a>',
    "/slow": '<a href="/wait/a_2026-07.csv">July 2026</a>',
}


class _Publisher(BaseHTTPRequestHandler):
    content = CONTENT
    may_answer = threading.Event()

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        first = "/" + path.split("/")[1]
        answers = {
            "/files": lambda: self._send(200, type(self).content, "text/csv"),
            "/file": lambda: self._send(200, type(self).content, "application/octet-stream"),
            "/moved": lambda: self._redirect(path.replace("/moved/", "/files/")),
            "/loop": lambda: self._redirect(path),
            "/html": lambda: self._send(200, b"<html>sign in</html>", "text/html"),
            "/html-as-file": lambda: self._send(200, b"\n<!DOCTYPE html><html>sign in</html>", "text/csv"),
            "/empty": lambda: self._send(200, b"", "text/csv"),
            "/last-changed": lambda: self._send(
                200, type(self).content, "text/csv", {"Last-Modified": "Thu, 18 Jun 2026 08:30:00 GMT"}
            ),
            "/short": self._short,
            "/chunks": self._chunks,
            "/wait": lambda: type(self).may_answer.wait(5),
            "/broken": lambda: self._send(500, b"oh", "text/plain"),
        }
        if path in PAGES:
            self._send(200, PAGES[path].encode(), "text/html")
        else:
            answers.get(first, lambda: self._send(404, b"not here", "text/plain"))()

    def _send(self, status: int, body: bytes, kind: str, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _redirect(self, to: str) -> None:
        self.send_response(302)
        self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _short(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5000")
        self.end_headers()
        self.wfile.write(b"half a file")

    def _chunks(self) -> None:
        """Two thirds of a chunked answer, without its end."""
        self.protocol_version = "HTTP/1.1"
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"4\r\nCODE\r\n9\r\nhalf")
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def publisher() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Publisher)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    _Publisher.content = CONTENT
    _Publisher.may_answer.clear()
    yield f"http://127.0.0.1:{server.server_port}"
    _Publisher.may_answer.set()
    server.shutdown()
    server.server_close()


def _source(base: str, page: str, *patterns: str) -> Source:
    return replace(find_sources()["list_totals"], landing_page=base + page, link_patterns=patterns)


def _files(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file()]


def _refused(source: Source, raw: Path, **given: Any) -> str:
    with pytest.raises(ChesilError) as error:
        fetch_source(source, raw, today=TODAY, **given)
    assert not _files(raw), "nothing is left behind"
    return str(error.value)


# The right file


def test_the_newest_publications_file_is_found_through_a_redirect_and_kept_with_a_receipt(
    publisher: str, tmp_path: Path
) -> None:
    source = _source(publisher, "/series", ALL_PERSONS)
    seen: list[tuple[int, int]] = []
    fetched = fetch_source(source, tmp_path, today=TODAY, progress=lambda a, b: seen.append((a, b)))
    assert fetched.path == tmp_path / "list_totals" / "list_totals_2026-07_published_2026-07-09.csv"
    assert fetched.path.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    beside = fetched.path.with_name(fetched.path.name + ".receipt.json")
    assert sorted(_files(tmp_path)) == [fetched.path, beside]
    receipt = Receipt.from_dict(json.loads(beside.read_text()))
    assert receipt == fetched.receipt
    assert receipt.url == publisher + "/files/gp-reg-pat-prac-all.csv"
    assert receipt.sha256 == sha256_of(fetched.path)
    assert receipt.licence.startswith("Open Government")
    assert receipt.reference_date == date(2026, 7, 1)


def test_an_earlier_month_is_fetched_when_asked_for_and_dated_as_its_page_says(publisher: str, tmp_path: Path) -> None:
    source = _source(publisher, "/series", ALL_PERSONS)
    fetched = fetch_source(source, tmp_path, today=TODAY, period="2026-06")
    assert fetched.path.name == "list_totals_2026-06_published_2026-06-11.csv"
    assert fetched.receipt.url.endswith("/files/june/gp-reg-pat-prac-all.csv")


def test_the_servers_date_stands_for_a_publication_date_that_the_page_does_not_give(
    publisher: str, tmp_path: Path
) -> None:
    fetched = fetch_source(_source(publisher, "/dated", r"\.csv$"), tmp_path, today=TODAY)
    assert fetched.path.name == "list_totals_2026-06_published_2026-06-18.csv"


@pytest.mark.parametrize(
    ("page", "pattern", "chosen"),
    [
        ("/direct", r"File_7.*\.csv$", "/files/aa11/File_7_2019_all.csv"),
        ("/ons", r"sape.*\.xlsx$", "/file?uri=/people/a/sape23dt2mid2020.xlsx"),
        ("/projections", r"pop_.*\.csv$", "/files/pop_2022-based.csv"),
    ],
    ids=["a machine's folder name is no year", "the name is in the query", "a projection's horizon is not its date"],
)
def test_the_right_file_among_several_years(publisher: str, page: str, pattern: str, chosen: str) -> None:
    link = find_newest_file(_source(publisher, page, pattern), httpx.Client(), latest_year=2027)
    assert link.url == publisher + chosen


def test_a_file_whose_name_is_in_the_query_keeps_its_ending(publisher: str, tmp_path: Path) -> None:
    fetched = fetch_source(_source(publisher, "/ons", r"sape.*\.xlsx$"), tmp_path, today=TODAY)
    assert fetched.path.name == "list_totals_2020_published_2021-06-25.xlsx"


# Kept once, and never lost


def test_the_same_bytes_are_not_kept_twice_and_a_republished_file_sorts_after(publisher: str, tmp_path: Path) -> None:
    source = _source(publisher, "/series", ALL_PERSONS)
    first = fetch_source(source, tmp_path, today=TODAY)
    written = first.path.stat().st_mtime_ns
    again = fetch_source(source, tmp_path, today=date(2026, 7, 10))
    assert (again.is_new, again.path, again.receipt) == (False, first.path, first.receipt)
    assert first.path.stat().st_mtime_ns == written
    assert len(_files(tmp_path)) == 2
    _Publisher.content = CONTENT + b"Z99002,3000\n"
    later = fetch_source(source, tmp_path, today=date(2026, 7, 11))
    assert later.is_new
    assert max(first.path.name, later.path.name) == later.path.name


def test_a_file_republished_on_the_day_of_the_first_does_not_take_its_place(publisher: str, tmp_path: Path) -> None:
    source = _source(publisher, "/series", ALL_PERSONS)
    kept = []
    for n in range(3):
        _Publisher.content = CONTENT + b"Z99002,3000\n" * n
        kept.append(fetch_source(source, tmp_path, today=TODAY).path)
    assert [p.read_bytes().count(b"Z99002") for p in sorted(kept)] == [0, 1, 2]


def test_a_file_republished_under_its_old_date_still_sorts_after(publisher: str, tmp_path: Path) -> None:
    source = _source(publisher, "/series", ALL_PERSONS)
    first = fetch_source(source, tmp_path, today=TODAY, period="2026-06")
    _Publisher.content = CONTENT + b"Z99002,3000\n"
    later = fetch_source(source, tmp_path, today=TODAY, period="2026-06")
    assert (first.path.name < later.path.name, first.path.read_bytes()) == (True, CONTENT)


def test_a_receipt_that_was_lost_is_written_again(publisher: str, tmp_path: Path) -> None:
    source = _source(publisher, "/series", ALL_PERSONS)
    first = fetch_source(source, tmp_path, today=TODAY)
    beside = first.path.with_name(first.path.name + ".receipt.json")
    beside.unlink()
    assert not fetch_source(source, tmp_path, today=TODAY).is_new
    assert Receipt.from_dict(json.loads(beside.read_text())) == first.receipt


# What goes wrong is explained, with the way out, and leaves nothing


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("/changed", ["no link fits `gp-reg.*\\.csv$` or `totals.*\\.csv$`", "x.docx, y.ods", "has changed the page"]),
        ("/bare", ["no link fits", "the page has no links at all"]),
        ("/gone", ["answered 404"]),
        ("/broken", ["answered 500"]),
    ],
)
def test_a_changed_or_missing_page_is_explained(publisher: str, tmp_path: Path, page: str, said: list[str]) -> None:
    text = _refused(_source(publisher, page, r"gp-reg.*\.csv$", r"totals.*\.csv$"), tmp_path)
    assert publisher + page in text
    for words in said:
        assert words in text
    assert f"by hand from {publisher}{page} and put it in the raw folder as lists/" in text


def test_a_series_without_the_file_names_every_page_looked_at(publisher: str, tmp_path: Path) -> None:
    text = _refused(_source(publisher, "/series", r"no-such-file\.csv$"), tmp_path, period="2026-07")
    assert publisher + "/series" in text and publisher + "/pub/july-2026" in text
    assert "gp-reg-pat-prac-quin-age.csv" in text


def test_a_month_that_was_not_published(publisher: str, tmp_path: Path) -> None:
    assert "No file of 2026-02 of" in _refused(_source(publisher, "/series", ALL_PERSONS), tmp_path, period="2026-02")


def test_a_period_that_is_none(publisher: str, tmp_path: Path) -> None:
    text = _refused(_source(publisher, "/series", ALL_PERSONS), tmp_path, period="last month")
    assert "`last month` is not a period" in text and "2025/26" in text


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("/short", "the connection was cut before all of it came"),
        ("/cut", "the connection was cut before all of it came"),
        ("/sign-in", "is a page, not a file"),
        ("/sign-in-as-file", "is a page, not a file"),
        ("/nothing", "is empty"),
        ("/gone-file", "answered 404"),
        ("/round", "could not be fetched whole"),
    ],
)
def test_nothing_is_left_of_a_download_that_failed(publisher: str, tmp_path: Path, page: str, said: str) -> None:
    text = _refused(_source(publisher, page, r"\.csv$"), tmp_path)
    assert said in text
    assert "a_2026-07.csv" in text
    assert "by hand" in text


def test_a_failed_download_leaves_the_file_that_was_kept_before(publisher: str, tmp_path: Path) -> None:
    kept = fetch_source(_source(publisher, "/series", ALL_PERSONS), tmp_path, today=TODAY)
    before = sorted(_files(tmp_path))
    with pytest.raises(ChesilError):
        fetch_source(_source(publisher, "/short", r"\.csv$"), tmp_path, today=TODAY)
    assert sorted(_files(tmp_path)) == before
    assert kept.path.read_bytes() == CONTENT


def test_a_publisher_that_does_not_answer_in_time(publisher: str, tmp_path: Path) -> None:
    with httpx.Client(timeout=0.2) as client:
        text = _refused(_source(publisher, "/slow", r"\.csv$"), tmp_path, client=client)
    assert "the publisher did not answer within" in text


def test_a_publisher_that_cannot_be_reached(tmp_path: Path) -> None:
    text = _refused(_source("http://127.0.0.1:9", "/series", "x"), tmp_path)
    assert "could not be opened" in text and "by hand" in text


def test_a_folder_that_cannot_be_written_to(publisher: str, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.write_text("a file where the folder should be")
    with pytest.raises(ChesilError, match="could not be kept"):
        fetch_source(_source(publisher, "/series", ALL_PERSONS), raw, today=TODAY)
    assert _files(tmp_path) == [raw]


def test_without_httpx_the_way_to_install_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any) -> Any:
        if name == "httpx":
            raise ImportError(name)
        return real(name, *args)

    monkeypatch.setattr(builtins, "__import__", without)
    assert "pip install 'chesil[build]'" in _refused(_source("http://127.0.0.1:9", "/series", "x"), tmp_path)


def test_fetching_parses_no_table() -> None:
    assert "polars" not in Path(fetching.__file__).read_text()


# Dates


@pytest.mark.parametrize(
    ("text", "dated"),
    [
        ("Patients Registered, July 2026", (2026, 7, 0)),
        ("1 Jul 2026", (2026, 7, 0)),
        ("gp-reg-2026-07.csv", (2026, 7, 0)),
        ("extract_2026-07-01.csv", (2026, 7, 1)),
        ("NHS Payments 2022/23", (2023, 3, 31)),
        ("Quality and Outcomes Framework, 2025-26", (2026, 3, 31)),
        ("workforce_30-Jun26.zip", (2026, 6, 0)),
        ("IMD 2025", (2025, 0, 0)),
        ("File_7_-_All_IoD2019_Scores.csv", (2019, 0, 0)),
        ("/media/5d8b2098ded915d0373d3540/File_7.csv", (0, 0, 0)),
        ("May 2025, June 2026, 2024", (2026, 6, 0)),
        ("extract_2026-02-31.csv", (2026, 2, 0)),
        ("no date", (0, 0, 0)),
    ],
)
def test_dates_of_links(text: str, dated: tuple[int, int, int]) -> None:
    assert newest_date(text) == dated


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Publication date: 16 Jul 2026 Geographic coverage", date(2026, 7, 16)),
        ("Published 26 September 2019 Last updated 10 December 2020", date(2020, 12, 10)),
        ("Release date: 25 June 2021", date(2021, 6, 25)),
        ("Published 31 February 2021", None),
        ("Next release to be announced", None),
    ],
)
def test_the_day_a_page_says_it_was_published(words: str, day: date | None) -> None:
    assert published_on(words) == day


def test_every_source_has_patterns_that_compile_and_a_landing_page() -> None:
    for source in find_sources().values():
        assert source.landing_page.startswith("https://"), source.name
        assert source.link_patterns, source.name
        assert not fetching._fitting([Link("https://publisher.invalid/about", "")], source), source.name
