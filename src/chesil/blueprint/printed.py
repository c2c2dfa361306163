"""The printed book: findings first, tables too long to read on paper in an annex, each network on two pages or so."""

from dataclasses import replace

from chesil.blueprint.book import Book, Chapter
from chesil.blueprint.document import Block, Chart, Lookup, Map, Paragraph, Section, Subheading, Table, Weights

MOST_ROWS = 24
"""Rows of a table that stands where it is spoken of; a longer one stands in the annex."""
ANNEX = "Annex: longer tables"
ON_THE_WEB = "Its charts, its other tables and how each was worked out are on its own web page: networks/{}.html."


def for_print(book: Book) -> Book:
    """The book as paper takes it: a committee's sixty pages where the web page has room for everything.

    Of the place every sentence, picture and table stands; tables of over `MOST_ROWS` rows come last, in an annex, and a
    line says where. Of each network stand its map, its practices, what every section found and every measure; the rest is
    on the web page. Only measures of a figure that is printed are explained.
    """
    moved: list[tuple[str, Table]] = []
    sections = tuple(replace(s, blocks=tuple(_of_place(s, moved))) for s in book.sections)
    chapters = [replace(c, sections=_of_network(c)) for c in book.chapters]
    if moved:
        chapters.append(
            Chapter(
                "", ANNEX, (Section("tables", ANNEX, f"Tables of over {MOST_ROWS} rows", (), tuple(_annex(moved))),)
            )
        )
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
        if isinstance(block, Weights | Lookup):
            continue
        if isinstance(block, Table) and len(block.rows) > MOST_ROWS:
            moved.append((section.name, block))
            words = f"{block.caption}: table {len(moved)} of the annex, with its {len(block.rows)} rows."
            blocks.append(Paragraph((words,), is_quiet=True))
        else:
            blocks.append(block)
    return blocks


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
        blocks += [Subheading(f"Table {number}. {name}"), table]
    return blocks
