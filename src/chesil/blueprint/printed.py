"""The printed book: findings first, tables too long to read on paper in an annex, each network on two pages or so."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from chesil.blueprint.book import Book, Chapter
from chesil.blueprint.document import Block, Chart, Lookup, Map, Paragraph, Section, Subheading, Table, Weights
from chesil.blueprint.pictures import chart_svg

MOST_ROWS = 24
"""Rows of a table that stands where it is spoken of; a longer one stands in the annex."""
MOST_COLUMNS = 7
"""Columns of a printed table; a wider one is printed in parts, each with the names of its rows."""
WIDEST, TALLEST = 1100, 1500
"""Units of a chart (its words are ten units tall) that can still be read when it is set on one page."""
NO_HEAD = "What"
ANNEX = "Annex: longer tables"
ON_THE_WEB = "Its charts, its other tables and how each was worked out are on its own web page: networks/{}.html."
TOO_FINE = "The chart is too fine for paper: it is on the web page {}.html, and the table holds its values."
SIZE = re.compile(r'<svg [^>]*?viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"')
"""Width and height of a picture in its own units."""


def for_print(book: Book) -> Book:
    """The book as paper takes it: a committee's sixty pages where the web page has room for everything.

    Of the place every sentence, picture and table stands, but for what only a screen can do; tables of over `MOST_ROWS` rows
    come last, in an annex, and a line says where. Of each network stand its map, its practices, what every section found
    and every measure; the rest is on the web page. Only measures of a figure that is printed are explained.
    """
    moved: list[tuple[str, Table]] = []
    sections = tuple(_on_paper(replace(s, blocks=tuple(_of_place(s, moved)))) for s in book.sections)
    chapters = [replace(c, sections=_of_network(c)) for c in book.chapters]
    if moved:
        chapters.append(
            Chapter(
                "", ANNEX, (Section("tables", ANNEX, f"Tables of over {MOST_ROWS} rows", (), tuple(_annex(moved))),)
            )
        )
    chapters = [replace(c, sections=tuple(_on_paper(s) for s in c.sections)) for c in chapters]
    shown = [f for s in (*sections, *(s for c in chapters for s in c.sections)) for f in s.figures]
    measures = {f.measure for f in shown}
    return replace(
        book,
        sections=sections,
        chapters=tuple(chapters),
        cards={n: c for n, c in book.cards.items() if n in measures},
    )


def _of_place(section: Section, moved: list[tuple[str, Table]]) -> list[Block]:
    blocks: list[Block] = []
    for block in section.blocks:
        if isinstance(block, Table) and len(block.rows) > MOST_ROWS:
            moved.append((section.name, block))
            words = f"{block.caption}: table {len(moved)} of the annex, with its {len(block.rows)} rows."
            blocks.append(Paragraph((words,), is_quiet=True, see=_anchor(len(moved))))
        elif isinstance(block, Chart) and not _is_legible(block):
            blocks.append(Paragraph((TOO_FINE.format(section.key),), is_quiet=True))
        else:
            blocks.append(block)
    return blocks


def _is_legible(chart: Chart) -> bool:
    size = SIZE.search(chart_svg(chart))
    return size is None or (float(size[1]) <= WIDEST and float(size[2]) <= TALLEST)


def _in_parts(table: Table) -> list[Table]:
    """A table of more columns than paper takes as several of about as many each, all with the names of its rows.

    A head without words gets one: to a reader who hears the table, every cell is named by its head.
    """
    table = replace(table, heads=tuple(h or NO_HEAD for h in table.heads))
    others = len(table.heads) - 1
    count = -(-others // (MOST_COLUMNS - 1))
    if count <= 1:
        return [table]
    parts = []
    for k in range(count):
        start, stop = k * others // count, (k + 1) * others // count
        parts.append(
            replace(
                table,
                caption=f"{table.caption} ({k + 1} of {count})",
                heads=(table.heads[0], *table.heads[start + 1 : stop + 1]),
                rows=tuple(replace(r, cells=r.cells[start:stop]) for r in table.rows),
                text_columns=tuple(c - start for c in table.text_columns if start < c <= stop),
                note=table.note if k + 1 == count else "",
            )
        )
    return parts


def _on_paper(section: Section) -> Section:
    """The section without what only a screen can do, its wide tables in parts."""
    return replace(section, blocks=tuple(_printable(section.blocks)))


def _printable(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        match block:
            case Weights() | Lookup() | Paragraph(is_for_screen=True):
                continue
            case Table():
                yield from _in_parts(block)
            case _:
                yield block


def _of_network(chapter: Chapter) -> tuple[Section, ...]:
    """The first section without its charts; of the others the finding; a section that is nothing but tables as it is."""
    first, *others = chapter.sections
    kept = [replace(first, blocks=tuple(_without_charts(first.blocks)))]
    for section in others:
        kept.append(replace(section, blocks=()) if section.lead else section)
    told = Paragraph((ON_THE_WEB.format(chapter.code),), is_quiet=True)
    return (*kept[:-1], replace(kept[-1], blocks=(*kept[-1].blocks, told)))


def _without_charts(blocks: tuple[Block, ...]) -> list[Block]:
    """Maps and tables, and the words that lead to one of them: what led to a chart alone goes with it."""
    kept: list[Block] = []
    waiting: list[Block] = []
    for block in blocks:
        match block:
            case Subheading():
                waiting = [block]
            case Chart():
                waiting = []
            case Map() | Table():
                kept += [*waiting, block]
                waiting = []
            case _:
                waiting.append(block)
    return kept


def _annex(moved: list[tuple[str, Table]]) -> list[Block]:
    blocks: list[Block] = []
    for number, (name, table) in enumerate(moved, start=1):
        blocks += [Subheading(f"Table {number}. {name}", anchor=_anchor(number)), table]
    return blocks


def _anchor(number: int) -> str:
    return f"table-{number}"
