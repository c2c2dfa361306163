"""Pictures for Word and slides: the words in a chart or a map are drawn, in the blueprint's own typeface."""

from chesil.blueprint.charts import VEGA_LITE, to_svg
from chesil.blueprint.fonts import FAMILY
from chesil.blueprint.pictures import in_quoted_type, svg_png

MAP = '<svg viewBox="0 0 200 40" width="200" height="40" xmlns="http://www.w3.org/2000/svg">{}</svg>'
CHART = {
    "$schema": VEGA_LITE,
    "data": {"values": [{"a": 1}]},
    "mark": "point",
    "encoding": {"x": {"field": "a", "type": "quantitative", "title": "people of a place"}},
}


def test_the_words_of_a_map_and_of_a_chart_are_drawn() -> None:
    assert svg_png(MAP.format('<text x="5" y="20">Swanage</text>')) != svg_png(MAP.format(""))
    drawn = to_svg(CHART)
    assert "people of a place" in drawn
    assert svg_png(drawn) != svg_png(drawn.replace("people of a place", ""))


def test_the_typeface_is_named_once_and_quoted() -> None:
    svg = in_quoted_type(to_svg(CHART))
    assert svg.count(FAMILY) == 1 and f"'{FAMILY}'" in svg
