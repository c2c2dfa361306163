"""The printed edition: a tagged PDF (PDF/UA) set by typst from the same document as the web page."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chesil.blueprint import typesetting
from chesil.blueprint.book import Book
from chesil.blueprint.column_widths import Layout, lay_out
from chesil.blueprint.document import (
    Block,
    Bullets,
    Chart,
    Map,
    Paragraph,
    Row,
    Section,
    Shown,
    Subheading,
    Table,
    Words,
)
from chesil.blueprint.fonts import FAMILY, FOLDER
from chesil.blueprint.pictures import chart_svg
from chesil.blueprint.plain_text import shown_text
from chesil.blueprint.printed import SIZE, for_print
from chesil.blueprint.smaller_pdf import pack_objects
from chesil.blueprint.views import BESIDE_FIGURES, measure_view, receipt_view
from chesil.blueprint.words import LICENCES
from chesil.core.errors import ChesilError
from chesil.core.whole_files import whole_file

TEMPLATE = Path(__file__).parent / "templates" / "blueprint.typ"
FULL, LEGEND = 100, 60
TEXT_WIDTH_MM = 166
TALLEST_MM, TALLEST_OF_NETWORK_MM = 195, 66
"""A picture is no taller than this, so that it and its heading stand on one page."""
POINTS_TO_MM = 72 / 25.4
TABLE_PT, SMALL_PT, LEAST_PT = 9.0, 7.5, 6.8
"""Most points of the type of a table; of one on the pages of networks and in the annex; least of words on a map."""
FONT_SIZE = re.compile(r'font-size="([\d.]+)"')
MARKS = re.compile(r'\b(font-size|r|stroke-width)="([\d.]+)"')
NO_BREAK = "\u00a0"
MOST_LINES_WHOLE = 18
"""A table of so few lines is not broken across pages."""
SHORT = 16
"""Letters of a cell of numbers that is never broken, such as "49.1% to 55.9%" or "not published"."""
IN_BRACKETS = re.compile(r"\([^() ]+ to [^() ]+\)")


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
    draw, small = _Pictures(folder, TALLEST_MM), _Pictures(folder, TALLEST_OF_NETWORK_MM, "network-")
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
        "sections": [_section(s, book, draw, TABLE_PT) for s in book.sections],
        "chapters": [
            {
                "name": c.name,
                "is_network": bool(c.code),
                "sections": [_section(s, book, small, SMALL_PT) for s in c.sections],
            }
            for c in book.chapters
        ],
        "measures": sorted(
            (measure_view(m, by_measure[m.name]) for m in book.cards.values()), key=lambda v: v["title"].lower()
        ),
        "usual_limits": BESIDE_FIGURES,
        "runs_on": bool(book.practice),
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
        if size := SIZE.search(svg):
            width = min(width, 100 * self.tallest * float(size[1]) / float(size[2]) / TEXT_WIDTH_MM)
            svg = _legible(svg, width / 100 * TEXT_WIDTH_MM * POINTS_TO_MM / float(size[1]))
        (self.folder / name).write_text(svg, encoding="utf-8")
        return {"path": name, "alt": alt, "width": width}


def _legible(svg: str, scale: float) -> str:
    """A map, set at so many points to its unit, with its words at least `LEAST_PT` high and its marks as much larger.

    A chart is left as it is: its words keep their places.
    """
    sizes = [float(v) for v in FONT_SIZE.findall(svg)]
    if 'class="map"' not in svg or not sizes or min(sizes) * scale >= LEAST_PT:
        return svg
    larger = LEAST_PT / (min(sizes) * scale)
    return MARKS.sub(lambda m: f'{m[1]}="{float(m[2]) * larger:.1f}"', svg)


def _section(section: Section, book: Book, draw: _Pictures, most_pt: float) -> dict[str, Any]:
    return {
        "name": section.name,
        "heading": section.heading,
        "lead": [_words(w, book) for w in section.lead],
        "blocks": [
            {**_block(b, book, draw, most_pt), "is_sticky": stays}
            for b, stays in zip(section.blocks, _leading(section.blocks), strict=True)
        ],
    }


def _leading(blocks: Sequence[Block]) -> list[bool]:
    """Which blocks are paragraphs that lead from a heading, or with a colon, to what follows: they stay on its page."""
    found, is_after_heading = [], False
    for k, block in enumerate(blocks):
        is_last = k + 1 == len(blocks)
        match block:
            case Paragraph(words):
                ends = str(words[-1]).rstrip().endswith(":") if words and isinstance(words[-1], str) else False
                found.append(not is_last and (is_after_heading or ends))
            case _:
                is_after_heading = isinstance(block, Subheading)
                found.append(False)
    return found


def _block(block: Block, book: Book, draw: _Pictures, most_pt: float) -> dict[str, Any]:
    match block:
        case Subheading(text, anchor):
            return {"kind": "subheading", "text": text, "anchor": anchor}
        case Paragraph(words, is_quiet, see):
            return {"kind": "paragraph", "words": _words(words, book), "is_quiet": is_quiet, "see": see}
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
            left = (0, *block.text_columns)
            rows = [_row(r, book, left, is_first=r is block.rows[0]) for r in block.rows]
            layout = _layout(block.heads, rows, most_pt)
            return {
                "kind": "table", "caption": block.caption, "heads": list(block.heads), "rows": rows,
                "text_columns": list(block.text_columns), "note": block.note, "size": layout.size_pt,
                "widths": layout.widths_pt, "is_whole": layout.lines <= MOST_LINES_WHOLE,
            }  # fmt: skip
    raise TypeError(f"{type(block).__name__} is not a block that can be printed")


def _layout(heads: Sequence[str], rows: Sequence[Mapping[str, Any]], most_pt: float) -> Layout:
    cells = [[r["name"], *(c if isinstance(c, str) else c["text"] for c in r["cells"])] for r in rows]
    return lay_out(heads, cells, TEXT_WIDTH_MM * POINTS_TO_MM, most_pt)


def _row(row: Row, book: Book, left: Sequence[int], *, is_first: bool) -> dict[str, Any]:
    """A row as data. Where all its figures are of one measure its name leads there; else the table's first row does, cell
    by cell: a link in every cell would be most of the work of setting the document, and most of its size.
    """
    measures = {c.figure.measure for c in row.cells if isinstance(c, Shown)}
    one = measures.pop() if len(measures) == 1 else ""
    cells = []
    for k, cell in enumerate(_words(row.cells, book), start=1):
        text = cell if isinstance(cell, str) else cell["text"]
        text = text if k in left else _unbroken(text)
        cells.append(text if isinstance(cell, str) else {**cell, "text": text, "is_link": is_first and not one})
    return {"name": row.name, "cells": cells, "is_total": row.is_total, "measure": one}


def _unbroken(text: str) -> str:
    """The cell of a column of numbers with spaces that do not break where a break would part a number from its limits."""
    if len(text) <= SHORT:
        return text.replace(" ", NO_BREAK)
    return IN_BRACKETS.sub(lambda m: m[0].replace(" ", NO_BREAK), text)


def _words(words: Words, book: Book) -> list[Any]:
    return [w if isinstance(w, str) else _shown(w, book) for w in words]


def _shown(shown: Shown, book: Book) -> dict[str, Any]:
    figure = book.figures[shown.figure.id]
    return {"text": shown_text(shown, book), "measure": figure.measure, "known": figure.is_known}
