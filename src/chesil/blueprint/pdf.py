"""The printed edition: a tagged PDF (PDF/UA) set by typst from the same document as the web page."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chesil.blueprint import typesetting
from chesil.blueprint.book import Book
from chesil.blueprint.document import (
    Block,
    Bullets,
    Chart,
    Lookup,
    Map,
    Paragraph,
    Row,
    Section,
    Shown,
    Subheading,
    Table,
    Weights,
    Words,
)
from chesil.blueprint.fonts import FAMILY, FOLDER
from chesil.blueprint.pictures import chart_svg
from chesil.blueprint.plain_text import shown_text
from chesil.blueprint.printed import for_print
from chesil.blueprint.smaller_pdf import pack_objects
from chesil.blueprint.views import measure_view, receipt_view
from chesil.blueprint.words import LICENCES
from chesil.core.errors import ChesilError
from chesil.core.whole_files import whole_file

TEMPLATE = Path(__file__).parent / "templates" / "blueprint.typ"
FULL, LEGEND = 100, 60
TEXT_WIDTH_MM = 166
TALLEST_MM, TALLEST_OF_NETWORK_MM = 195, 80
"""A picture is no taller than this, so that it and its heading stand on one page."""
MOST_LETTERS, LONG_WORD, MOST_FIXED = 60, 14, 60
"""Letters for which a column makes room: of a whole cell, of one word, and of all columns of numbers together."""
SIZE = re.compile(r'<svg [^>]*?viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"')


def write_pdf(book: Book, path: Path, tell: Callable[[str], None] = lambda _: None) -> Path:
    """Set the book as a PDF/UA-1 at `path`, whole or not at all.

    The template reads the document as data, so a name with markup in it is printed as it stands. Raises `ChesilError`
    with the setter's own words if it cannot be set.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        tell("drawing pictures for print")
        record = _record(for_print(book), folder)
        (folder / "book.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
        main = folder / "blueprint.typ"
        main.write_bytes(TEMPLATE.read_bytes())
        tell("setting the PDF")
        pdf = _set(folder)
    with whole_file(path) as temporary:
        temporary.write_bytes(pack_objects(pdf))
    return path


def _set(folder: Path) -> bytes:
    ran = subprocess.run(
        [sys.executable, "-P", typesetting.__file__, str(folder), str(FOLDER)],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise ChesilError("The PDF cannot be set", [], ran.stderr)
    return (folder / "blueprint.pdf").read_bytes()


def _record(book: Book, folder: Path) -> dict[str, Any]:
    by_measure: dict[str, list[Any]] = {}
    for figure in book.figures.values():
        by_measure.setdefault(figure.measure, []).append(figure)
    draw, draw_small = _Pictures(folder, TALLEST_MM), _Pictures(folder, TALLEST_OF_NETWORK_MM, "network-")
    return {
        "title": book.title,
        "subtitle": "A blueprint for primary care",
        "author": "Chesil",
        "date": [book.as_at.year, book.as_at.month, book.as_at.day],
        "font": FAMILY,
        "edition_words": book.edition_words,
        "approval": book.approval,
        "foot": f"As at {book.as_at:%-d %B %Y} · pack {book.fingerprint}",
        "front": [line for line in (book.about, f"As at {book.as_at:%-d %B %Y}.") if line],
        "sections": [_section(s, book, draw) for s in book.sections],
        "chapters": [
            {"name": c.name, "sections": [_section(s, book, draw_small) for s in c.sections]} for c in book.chapters
        ],
        "measures": [measure_view(m, by_measure[m.name]) for m in book.cards.values()],
        "receipts": [receipt_view(r) for r in book.used_receipts],
        "licences": list(LICENCES),
    }


class _Pictures:
    """Numbers the pictures of one document as they are drawn into its folder, none taller than `tallest` millimetres."""

    def __init__(self, folder: Path, tallest: float, stem: str = "") -> None:
        self.folder, self.tallest, self.stem, self.count = folder, tallest, stem, 0

    def draw(self, svg: str, alt: str, width: float) -> dict[str, Any]:
        self.count += 1
        name = f"{self.stem}picture{self.count}.svg"
        (self.folder / name).write_text(svg, encoding="utf-8")
        if size := SIZE.search(svg):
            width = min(width, 100 * self.tallest * float(size[1]) / float(size[2]) / TEXT_WIDTH_MM)
        return {"path": name, "alt": alt, "width": width}


def _section(section: Section, book: Book, draw: _Pictures) -> dict[str, Any]:
    return {
        "heading": section.heading,
        "lead": [_words(w, book) for w in section.lead],
        "blocks": [_block(b, book, draw) for b in section.blocks if not isinstance(b, Weights | Lookup)],
    }


def _block(block: Block, book: Book, draw: _Pictures) -> dict[str, Any]:
    match block:
        case Subheading(text):
            return {"kind": "subheading", "text": text}
        case Paragraph(words, is_quiet):
            return {"kind": "paragraph", "words": _words(words, book), "is_quiet": is_quiet}
        case Bullets(items):
            return {"kind": "bullets", "points": [_words(i, book) for i in items]}
        case Chart(_, alt, caption):
            files = [draw.draw(chart_svg(block), alt, FULL)]
            return {"kind": "picture", "files": files, "caption": caption}
        case Map(svg, legend, alt, caption):
            files = [draw.draw(svg, alt, FULL)]
            files += [draw.draw(legend, f"Legend: {caption}", LEGEND)] if legend else []
            return {"kind": "picture", "files": files, "caption": caption}
        case Table():
            rows = [_row(r, book, is_first=r is block.rows[0]) for r in block.rows]
            return {
                "kind": "table", "caption": block.caption, "heads": list(block.heads), "rows": rows,
                "text_columns": list(block.text_columns), "note": block.note, "widths": _widths(block.heads, rows),
            }  # fmt: skip
    raise TypeError(f"{type(block).__name__} is not a block that can be printed")


def _widths(heads: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What each column asks for, in letters: as the longest of most of its cells and as its longest word.

    Where columns of words stand beside columns of numbers, the numbers get what they ask and the words share the rest.
    """
    columns = [[r["name"] for r in rows]]
    columns += [
        [c if isinstance(c, str) else c["text"] for c in cells]
        for cells in zip(*(r["cells"] for r in rows), strict=True)
    ]
    asked = []
    for head, texts in zip_longest(heads, columns, fillvalue=()):
        lengths = sorted(len(t) for t in texts)
        usual = lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0
        word = max((len(w) for t in (head, *texts) for w in t.split()), default=0)
        asked.append(max(min(usual, MOST_LETTERS), min(word, LONG_WORD), 4))
    narrow = [n for n in asked if n <= LONG_WORD]
    is_mixed = len(narrow) < len(asked) and sum(narrow) <= MOST_FIXED
    return [{"letters": n, "is_fixed": is_mixed and n <= LONG_WORD} for n in asked]


def _row(row: Row, book: Book, *, is_first: bool) -> dict[str, Any]:
    """A row as data. Where all its figures are of one measure its name leads there; else the table's first row does, cell
    by cell: a link in every cell would be most of the work of setting the document, and most of its size.
    """
    measures = {c.figure.measure for c in row.cells if isinstance(c, Shown)}
    one = measures.pop() if len(measures) == 1 else ""
    cells = [c if isinstance(c, str) else {**c, "is_link": is_first and not one} for c in _words(row.cells, book)]
    return {"name": row.name, "cells": cells, "is_total": row.is_total, "measure": one}


def _words(words: Words, book: Book) -> list[Any]:
    return [w if isinstance(w, str) else _shown(w, book) for w in words]


def _shown(shown: Shown, book: Book) -> dict[str, Any]:
    figure = book.figures[shown.figure.id]
    return {"text": shown_text(shown, book), "measure": figure.measure, "known": figure.is_known}
