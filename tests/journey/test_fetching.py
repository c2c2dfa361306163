"""Fetching from a local server that serves pages of the published shapes; no publisher is asked."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from chesil.core.errors import ChesilError
from chesil.sources.fetching import fetch_source, find_newest_file, newest_date
from chesil.sources.source import Source, find_sources

SERIES = """<html><body><h1>Patients registered at a GP practice</h1>
<a href="/pub/may-2026">Patients Registered at a GP Practice, May 2026</a>
<a href="/pub/july-2026">Patients Registered at a GP Practice, July 2026</a>
<a href="/pub/june-2026">Patients Registered at a GP Practice, June 2026</a>
<a href="https://elsewhere.invalid/december-2030">Another site, December 2030</a></body></html>"""
JULY = """<a href="/files/gp-reg-pat-prac-quin-age.csv?x=1">Males 5-year</a>
<a href="/moved/gp-reg-pat-prac-all.csv">Totals (all persons) <b>CSV</b></a>
<a href="/files/gp-reg-pat-prac-all.pdf">Totals, PDF</a>"""
DIRECT = """<a href="/files/File_7_2015_all.csv">File 7, 2015</a><a href="/files/File_7_2019_all.csv">File 7, 2019</a>
<a href="/files/File_1_2025.csv">File 1, 2025</a>"""
CONTENT = b"CODE,NUMBER_OF_PATIENTS\nZ99001,2100\n"


class _Publisher(BaseHTTPRequestHandler):
    content = CONTENT

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        pages = {"/series": SERIES, "/pub/july-2026": JULY, "/direct": DIRECT, "/changed": "<a href='/x.docx'>Word</a>"}
        if path in pages:
            self._send(200, pages[path].encode(), "text/html")
        elif path.startswith("/moved/"):
            self.send_response(302)
            self.send_header("Location", path.replace("/moved/", "/files/"))
            self.end_headers()
        elif path == "/files/page.csv":
            self._send(200, b"<html>sign in</html>", "text/html")
        elif path == "/files/short.csv":
            self.send_response(200)
            self.send_header("Content-Length", "5000")
            self.end_headers()
            self.wfile.write(b"half a file")
        elif path.startswith("/files/"):
            self._send(200, type(self).content, "text/csv")
        elif path == "/broken":
            self._send(500, b"oh", "text/plain")
        else:
            self._send(404, b"not here", "text/plain")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def publisher() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Publisher)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    _Publisher.content = CONTENT
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _source(base: str, page: str, *patterns: str) -> Source:
    return replace(find_sources()["list_totals"], landing_page=base + page, link_patterns=patterns)


def test_the_newest_publications_file_is_found_through_a_redirect_and_kept_with_a_receipt(
    publisher: str, tmp_path: Path
) -> None:
    source = _source(publisher, "/series", r"gp-reg-pat-prac-all.*\.csv$")
    seen: list[tuple[int, int]] = []
    fetched = fetch_source(source, tmp_path, today=date(2026, 7, 9), progress=lambda a, b: seen.append((a, b)))
    assert fetched.path.name == "list_totals_2026-07_published_2026-07-09.csv"
    assert fetched.path.read_bytes() == CONTENT
    assert fetched.receipt.url.endswith("/files/gp-reg-pat-prac-all.csv")
    assert fetched.receipt.licence.startswith("Open Government")
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert sorted(p.name for p in fetched.path.parent.iterdir()) == [
        "list_totals_2026-07_published_2026-07-09.csv",
        "list_totals_2026-07_published_2026-07-09.csv.receipt.json",
    ]


def test_the_right_file_among_several_years(publisher: str) -> None:
    import httpx

    link = find_newest_file(_source(publisher, "/direct", r"File_7.*\.csv$"), httpx.Client())
    assert link.url.endswith("File_7_2019_all.csv")


def test_the_same_bytes_are_not_kept_twice_and_a_republished_file_sorts_after(publisher: str, tmp_path: Path) -> None:
    source = _source(publisher, "/series", r"gp-reg-pat-prac-all.*\.csv$")
    first = fetch_source(source, tmp_path, today=date(2026, 7, 9))
    again = fetch_source(source, tmp_path, today=date(2026, 7, 10))
    assert (again.is_new, again.path) == (False, first.path)
    _Publisher.content = CONTENT + b"Z99002,3000\n"
    later = fetch_source(source, tmp_path, today=date(2026, 7, 11))
    assert later.is_new
    assert max(first.path.name, later.path.name) == later.path.name


@pytest.mark.parametrize(
    ("page", "pattern", "said"),
    [
        ("/changed", r"\.csv$", "no link fits"),
        ("/gone", r"\.csv$", "404"),
        ("/broken", r"\.csv$", "500"),
    ],
)
def test_a_changed_or_missing_page_is_explained(
    publisher: str, tmp_path: Path, page: str, pattern: str, said: str
) -> None:
    with pytest.raises(ChesilError) as error:
        fetch_source(_source(publisher, page, pattern), tmp_path, today=date(2026, 7, 9))
    assert said in str(error.value)
    assert "by hand" in str(error.value)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


@pytest.mark.parametrize("file", ["short.csv", "page.csv", "nothing-here/x.csv"])
def test_nothing_is_left_of_a_download_that_failed(
    publisher: str, tmp_path: Path, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/files/" + file if "nothing" not in file else "/" + file
    from chesil.sources import fetching

    link = fetching.Link(publisher + path, "", (2026, 7, 0))
    monkeypatch.setattr(fetching, "find_newest_file", lambda *_: link)
    with pytest.raises(ChesilError):
        fetch_source(_source(publisher, "/series", "x"), tmp_path, today=date(2026, 7, 9))
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_a_publisher_that_cannot_be_reached(tmp_path: Path) -> None:
    source = _source("http://127.0.0.1:9", "/series", "x")
    with pytest.raises(ChesilError, match="could not be opened"):
        fetch_source(source, tmp_path, today=date(2026, 7, 9))


@pytest.mark.parametrize(
    ("text", "dated"),
    [
        ("Patients Registered, July 2026", (2026, 7, 0)),
        ("1 Jul 2026", (2026, 7, 0)),
        ("gp-reg-2026-07.csv", (2026, 7, 0)),
        ("NHS Payments 2022/23", (2023, 3, 31)),
        ("workforce_30-Jun26.zip", (2026, 6, 0)),
        ("IMD 2025", (2025, 0, 0)),
        ("no date", (0, 0, 0)),
    ],
)
def test_dates_of_links(text: str, dated: tuple[int, int, int]) -> None:
    assert newest_date(text) == dated
