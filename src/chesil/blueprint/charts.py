"""Charts: one Vega-Lite specification each, drawn to SVG without a browser or a network."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import vl_convert

from chesil.blueprint.fonts import FAMILY, register_for_charts
from chesil.blueprint.words import number, period_text, place_name
from chesil.core.figure import Figure
from chesil.measures.card import Measure
from chesil.plan import ENGLAND, Plan

INK, BLUE, GREY, QUIET, RULE = "#212b32", "#005eb8", "#768692", "#aeb7bd", "#d8dde0"
STRIP_MEASURES = (
    "deprivation",
    "share_65_plus",
    "share_under_5",
    "share_rural",
    "share_no_car",
    "patients_per_gp_fte",
    "nurse_fte_per_10000",
    "payments_per_weighted_patient",
)
VEGA_LITE = "https://vega.github.io/schema/vega-lite/v6.json"
CONFIG = {
    "view": {"stroke": None},
    "title": {"anchor": "start", "fontSize": 13, "color": INK, "subtitleColor": "#4c6272", "offset": 4},
}


def strip_chart(plan: Plan, chosen: str | None = None) -> dict[str, Any]:
    """One strip a measure: networks as dots, boards of England as ticks, the place and England marked; a Vega-Lite specification.

    `chosen` is the network drawn in blue; without it the place itself is.
    """
    cards = {m.name: m for m in plan.measures}
    strips = [_strip(plan, cards[name], chosen) for name in STRIP_MEASURES if _can_draw(plan, name)]
    scales = {"scale": {"x": "independent"}}
    return {"$schema": VEGA_LITE, "vconcat": strips, "spacing": 8, "resolve": scales, "config": CONFIG}


def to_svg(specification: Mapping[str, Any]) -> str:
    """Draw a Vega-Lite specification as an SVG that scales to its container's width, in the blueprint's typeface.

    A picture that several formats show is drawn once: the answer depends on the specification alone.
    """
    return draw_text(chart_text(specification))


def chart_text(specification: Mapping[str, Any]) -> str:
    """All that a picture depends on: the specification in the blueprint's typeface, as JSON with its keys in order."""
    return json.dumps(in_house_type(specification), sort_keys=True, default=str)


@lru_cache(maxsize=256)
def draw_text(text: str) -> str:
    """Draw the specification of a `chart_text`."""
    register_for_charts()
    svg: str = vl_convert.vegalite_to_svg(text)
    return svg.replace("<svg ", '<svg role="img" aria-hidden="true" style="max-width:100%;height:auto" ', 1)


def in_house_type(specification: Mapping[str, Any]) -> dict[str, Any]:
    """The specification with the blueprint's typeface, whatever it names itself."""
    return {**specification, "config": {**specification.get("config", {}), "font": FAMILY}}


def _can_draw(plan: Plan, measure: str) -> bool:
    return plan.figures[measure, plan.place.code].is_known and plan.figures[measure, ENGLAND.upper()].is_known


def _strip(plan: Plan, measure: Measure, chosen: str | None) -> dict[str, Any]:
    networks = [plan.figures[measure.name, u.code] for u in plan.pcns if (measure.name, u.code) in plan.figures]
    here, england = plan.figures[measure.name, plan.place.code], plan.figures[measure.name, ENGLAND.upper()]
    blue = [f for f in networks if f.unit_code == chosen] if chosen else [here]
    shape = "circle" if chosen else "diamond"
    return {
        "width": 640,
        "height": 30,
        "title": {"text": measure.title, "subtitle": _subtitle(plan, measure, here, england, chosen)},
        "layer": [
            _marks(plan.boards[measure.name], {"type": "tick", "color": QUIET, "thickness": 1, "size": 14}),
            _marks([f for f in networks if f.unit_code != chosen],
                   {"type": "circle", "color": GREY, "size": 70, "opacity": 0.65}),
            _marks([england], {"type": "tick", "color": INK, "thickness": 3, "size": 26}),
            _marks(blue, {"type": "point", "color": BLUE, "filled": True, "size": 150, "shape": shape, "opacity": 1}),
        ],
    }  # fmt: skip


def _subtitle(plan: Plan, measure: Measure, here: Figure, england: Figure, chosen: str | None) -> str:
    parts = [
        f"{place_name(plan.place.name)} {number(here.value, measure)}",
        f"England {number(england.value, measure)}",
        period_text(here.period),
    ]
    if chosen and (mine := plan.figures.get((measure.name, chosen))) is not None and mine.is_known:
        parts.insert(0, f"{place_name(mine.unit_name)} {number(mine.value, measure)}")
    return " · ".join(parts)


def _marks(figures: Iterable[Figure], mark: dict[str, Any]) -> dict[str, Any]:
    axis = {"grid": True, "gridColor": RULE, "domain": False, "ticks": False, "labelColor": "#4c6272", "tickCount": 6}
    x = {"field": "value", "type": "quantitative", "title": None, "scale": {"zero": False}, "axis": axis}
    return {
        "data": {"values": [{"value": f.value} for f in figures if f.value is not None]},
        "mark": mark,
        "encoding": {"x": x},
    }
