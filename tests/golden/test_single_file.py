"""The single file: every page of the folder in one, small, asking no server, the same twice."""

import base64
import gzip
import json
import re
from pathlib import Path

import pytest

from chesil.blueprint.book import make_book
from chesil.blueprint.html import render_pages
from chesil.blueprint.single_file import write_single_file
from chesil.plan import Plan

MOST_BYTES = 8_000_000


@pytest.fixture(scope="module")
def made(dorset_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], Path]:
    book = make_book(dorset_plan)
    pages = render_pages(book)
    return pages, write_single_file(book, tmp_path_factory.mktemp("single") / "dorset.html", pages=pages)


def _unpacked(text: str) -> dict[str, dict[str, object]]:
    found = re.findall(r'<script type="text/plain" data-page="([^"]+)">([^<]*)</script>', text)
    return {name: json.loads(gzip.decompress(base64.b64decode(packed))) for name, packed in found}


def test_it_holds_every_page_and_is_small(made: tuple[dict[str, str], Path]) -> None:
    pages, path = made
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size < MOST_BYTES
    inside = _unpacked(text)
    assert set(inside) == {p.removesuffix(".html") for p in pages}
    for name, page in inside.items():
        assert str(page["main"]).count("<h1>") == 1, name


def test_every_link_leads_to_a_page_or_a_part_of_one(made: tuple[dict[str, str], Path]) -> None:
    inside = _unpacked(made[1].read_text(encoding="utf-8"))
    ids = {name: set(re.findall(r' id="([^"]+)"', str(page["main"]))) for name, page in inside.items()}
    wrong = set()
    for page in inside.values():
        for link in re.findall(r'href="([^"]*)"', str(page["main"])):
            if link.startswith("https://") or link == "figures.csv":
                continue
            target, _, anchor = link.removeprefix("#").partition(":")
            if not link.startswith("#") or target not in ids or (anchor and anchor not in ids[target]):
                wrong.add(link)
    assert not wrong, sorted(wrong)[:10]


def test_nothing_in_it_asks_for_anything(made: tuple[dict[str, str], Path]) -> None:
    text = made[1].read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert not re.search(r"<(?:link|img|iframe)[^>]+(?:href|src)=", text)
    assert not re.search(r"<script[^>]+src=", text)
    assert not re.search(r"url\((?!data:|#)", text)
    assert not re.search(r"\son[a-z]+=", text.split("<script>")[0])


def test_it_is_the_same_twice(made: tuple[dict[str, str], Path], dorset_plan: Plan, tmp_path: Path) -> None:
    again = write_single_file(make_book(dorset_plan), tmp_path / "again.html", pages=made[0])
    assert again.read_bytes() == made[1].read_bytes()
