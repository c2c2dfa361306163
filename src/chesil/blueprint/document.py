"""The document: what a section of a blueprint says, once, for web page, PDF and Word alike; it draws nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chesil.core.figure import Figure


@dataclass(frozen=True)
class Shown:
    """A figure in a sentence or a cell. `text` are other words for the same value, such as "about 1 in 4"."""

    figure: Figure
    text: str = ""


Words = tuple["str | Shown", ...]
"""A sentence or two: plain text and figures in turn. Every number in it stands in a figure."""


@dataclass(frozen=True)
class Subheading:
    """A heading within a section; it says the finding. `anchor` names it for a paragraph that leads to it."""

    text: str
    anchor: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `is_quiet` sets it small and grey, as for notes.

    `see` is the anchor of a heading whose page paper adds. What only a screen can do (`is_for_screen`) is not printed.
    """

    words: Words
    is_quiet: bool = False
    see: str = ""
    is_for_screen: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list of points."""

    items: tuple[Words, ...]


@dataclass(frozen=True)
class Row:
    """A row of a table: its name, and a cell for each further head. `href` leads to the page of the unit."""

    name: str
    cells: tuple["str | Shown", ...]
    is_total: bool = False
    href: str = ""


@dataclass(frozen=True)
class Table:
    """A table: heads (the first is of the rows' names), rows, and which columns are text (others align right)."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    text_columns: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """A Vega-Lite specification with its alternative text and its caption (source, method, how to read it).

    Drawn by one drawer for every format, once: then `svg` holds the picture. A table of the same values stands beside it.
    """

    specification: Mapping[str, Any]
    alt: str
    caption: str
    svg: str = ""


@dataclass(frozen=True)
class Shading:
    """Another way to shade the areas of a map: class (0 to 4) and words by area's code, and the legend as SVG text."""

    name: str
    areas: Mapping[str, tuple[int, str]]
    legend: str


@dataclass(frozen=True)
class Map:
    """A map as SVG text with its legend, alternative text and caption. A table stands beside it.

    On the web page a reader may choose another of `shadings` for the one that is drawn, which is of `shade`.
    """

    svg: str
    legend: str
    alt: str
    caption: str
    shade: str = ""
    shadings: tuple[Shading, ...] = ()


@dataclass(frozen=True)
class Weights:
    """Weights for a reader to move by hand, with the ranking answering at once; only the web page shows it.

    `options` and `criteria` are titles. Each of `starts` is a person's weights (criteria,) as shares of one and the scores
    (options, criteria) that go with them, NaN where that person has not judged a criterion. Paper shows the tables beside.
    """

    options: tuple[str, ...]
    criteria: tuple[str, ...]
    starts: tuple[tuple[str, tuple[float, ...], tuple[tuple[float, ...], ...]], ...]


@dataclass(frozen=True)
class Lookup:
    """A table of which a reader looks up one name, such as their own area; only the web page shows it."""

    caption: str
    ask: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


Block = Subheading | Paragraph | Bullets | Table | Chart | Map | Weights | Lookup


@dataclass(frozen=True)
class Section:
    """A part of a blueprint: its finding as heading, the answer first (`lead`), then pictures, tables, working."""

    key: str
    name: str
    heading: str
    lead: tuple[Words, ...]
    blocks: tuple[Block, ...] = field(default=())

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure it shows, each once, in order."""
        found = {f.id: f for f in _figures(self)}
        return tuple(found.values())


def _figures(section: Section) -> Iterator[Figure]:
    for words in section.lead:
        yield from _in_words(words)
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield from _in_words(block.words)
        elif isinstance(block, Bullets):
            for item in block.items:
                yield from _in_words(item)
        elif isinstance(block, Table):
            for row in block.rows:
                yield from _in_words(row.cells)


def _in_words(words: Words) -> Iterator[Figure]:
    yield from (w.figure for w in words if isinstance(w, Shown))
