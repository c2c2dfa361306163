"""Pictures as PNG for formats that take no SVG: charts from their specification, maps with their legend beneath."""

from functools import lru_cache

import vl_convert

from chesil.blueprint.charts import to_svg
from chesil.blueprint.document import Chart
from chesil.blueprint.fonts import FAMILY, register_for_charts

SCALE = 1.6
"""Pixels to a point: sharp on paper at the width of a page."""


def chart_png(chart: Chart) -> bytes:
    """A chart as PNG."""
    return svg_png(to_svg(chart.specification))


@lru_cache(maxsize=1024)
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
