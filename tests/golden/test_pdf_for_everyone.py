"""What of PDF/UA-1 can be told without a checker: every page tagged, every figure worded, every table headed, fonts inside.

The names of ISO 14289-1 and ISO 32000-1 are used. No checker that covers the standard can be installed from a registry
that tests may use, so these are the rules that this document could break.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream, DictionaryObject

from chesil.blueprint.book import make_book
from chesil.blueprint.pdf import write_pdf
from chesil.plan import Plan

PAINTS = {b"Tj", b"TJ", b"'", b'"', b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"Do", b"sh"}
"""Operators that put something on a page."""


@pytest.fixture(scope="module")
def reader(dorset_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    book = make_book(dorset_plan)
    path: Path = write_pdf(replace(book, chapters=book.chapters[:1]), tmp_path_factory.mktemp("ua") / "dorset.pdf")
    return PdfReader(path)


@pytest.fixture(scope="module")
def root(reader: PdfReader) -> Any:
    return reader.trailer["/Root"]


def _elements(node: Any) -> Iterator[DictionaryObject]:
    """Every structure element, in the order in which it is read."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        element = kid.get_object() if hasattr(kid, "get_object") else kid
        if isinstance(element, DictionaryObject) and "/S" in element:
            yield element
            yield from _elements(element)


def _attributes(element: DictionaryObject) -> list[DictionaryObject]:
    held: Any = element.get("/A", [])
    held = held.get_object() if hasattr(held, "get_object") else held
    return [a.get_object() for a in held] if isinstance(held, list) else [held]


def test_it_says_its_language_shows_its_title_and_reads_in_the_order_of_its_tags(reader: PdfReader, root: Any) -> None:
    assert root["/Lang"] == "en-GB" and root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert root["/MarkInfo"]["/Marked"].value and not root["/MarkInfo"]["/Suspects"].value
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert all(page["/Tabs"] == "/S" for page in reader.pages)


def test_every_figure_has_words_and_every_head_of_a_table_a_scope(root: Any) -> None:
    found = list(_elements(root["/StructTreeRoot"]))
    figures = [e for e in found if e["/S"] == "/Figure"]
    assert len(figures) > 20 and all(len(str(e.get("/Alt", ""))) > 20 for e in figures)
    heads = [e for e in found if e["/S"] == "/TH"]
    assert len(heads) > 100 and all(any("/Scope" in a for a in _attributes(h)) for h in heads)
    tables = [e for e in found if e["/S"] == "/Table"]
    assert tables and all(any(k["/S"] == "/THead" for k in _elements(t)) for t in tables)


def test_headings_skip_no_level_and_each_is_found_in_the_bookmarks(reader: PdfReader, root: Any) -> None:
    levels = [
        int(e["/S"][2:]) for e in _elements(root["/StructTreeRoot"]) if e["/S"][1:2] == "H" and e["/S"][2:].isdigit()
    ]
    assert levels[0] == 1 and all(b <= a + 1 for a, b in pairwise(levels))
    assert len([b for b in reader.outline if not isinstance(b, list)]) >= levels.count(1) - 1


def test_nothing_stands_on_a_page_outside_the_tags(reader: PdfReader) -> None:
    for number, page in enumerate(reader.pages, start=1):
        depth = 0
        for _, operator in ContentStream(page.get_contents(), reader).operations:
            if operator in (b"BDC", b"BMC"):
                depth += 1
            elif operator == b"EMC":
                depth -= 1
            assert depth or operator not in PAINTS, (number, operator)


def test_every_font_is_inside_and_every_link_has_words(reader: PdfReader) -> None:
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():  # type: ignore[union-attr]
            face = font.get_object()
            inner = face["/DescendantFonts"][0].get_object() if "/DescendantFonts" in face else face
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"]), face["/BaseFont"]
            assert "/ToUnicode" in face
        for annotation in page.get("/Annots", []):
            link = annotation.get_object()
            assert link["/Subtype"] == "/Link" and link.get("/Contents") and "/StructParent" in link


def test_no_head_of_a_printed_table_is_empty(root: Any, reader: PdfReader) -> None:
    for element in _elements(root["/StructTreeRoot"]):
        if element["/S"] == "/TH":
            assert element.get("/K"), "a head without words"
