"""Pictures: the charts of a book drawn once for every format, and charts, maps and legends as PNG where no SVG is taken."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

import vl_convert

from chesil.blueprint.book import Book
from chesil.blueprint.charts import chart_text, to_svg
from chesil.blueprint.document import Chart, Section
from chesil.blueprint.fonts import FAMILY, register_for_charts

SCALE = 1.6
"""Pixels to a point: sharp on paper at the width of a page."""


def charts_of(book: Book) -> Iterator[Chart]:
    """Every chart of a book, those of its chapters after those of the place."""
    for section in (*book.sections, *(s for c in book.chapters for s in c.sections)):
        yield from (b for b in section.blocks if isinstance(b, Chart))


def with_drawn_charts(book: Book, drawn: Mapping[str, str]) -> Book:
    """The book with the SVG of each chart, by its `chart_text`, so that no format draws it again."""

    def of(section: Section) -> Section:
        blocks = (
            replace(b, svg=drawn[chart_text(b.specification)]) if isinstance(b, Chart) else b for b in section.blocks
        )
        return replace(section, blocks=tuple(blocks))

    chapters = (replace(c, sections=tuple(of(s) for s in c.sections)) for c in book.chapters)
    return replace(book, sections=tuple(of(s) for s in book.sections), chapters=tuple(chapters))


def chart_svg(chart: Chart) -> str:
    """A chart as SVG: as it was drawn already, or drawn now."""
    return chart.svg or to_svg(chart.specification)


def chart_png(chart: Chart) -> bytes:
    """A chart as PNG."""
    return svg_png(chart_svg(chart))


@lru_cache(maxsize=256)
def svg_png(svg: str) -> bytes:
    """A chart, a map or a legend as PNG; drawn once for the formats that share it."""
    register_for_charts()
    png: bytes = vl_convert.svg_to_png(in_quoted_type(svg), scale=SCALE)
    return png


def in_quoted_type(svg: str) -> str:
    """The picture with the blueprint's typeface named once, in quotes, on its root.

    A family whose name has a digit is none without quotes, and the drawer then leaves every letter out.
    """
    without = svg.replace(f'font-family="{FAMILY}"', "")
    return without.replace("<svg ", f"""<svg font-family="'{FAMILY}'" """, 1)
