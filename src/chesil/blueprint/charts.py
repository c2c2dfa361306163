"""Charts: one Vega-Lite specification each, drawn to SVG without a browser or a network."""

import json
from collections.abc import Sequence

import altair as alt
import polars as pl
import vl_convert

from chesil.blueprint.words import number, place_name
from chesil.core.figure import Figure
from chesil.measures.card import Measure
from chesil.plan import ENGLAND, Plan

INK, BLUE, QUIET, RULE = "#212b32", "#005eb8", "#aeb7bd", "#d8dde0"
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


def strip_chart(plan: Plan, chosen: str | None = None) -> str:
    """One strip a measure: networks as dots, boards of England as ticks, the place and England marked; SVG text.

    `chosen` is the network drawn in blue; without it the place itself is.
    """
    strips = [_strip(plan, next(m for m in plan.measures if m.name == name), chosen) for name in STRIP_MEASURES]
    chart = (
        alt.vconcat(*[s for s in strips if s is not None], spacing=8)
        .resolve_scale(x="independent", color="independent")
        .configure_view(stroke=None)
        .configure(font="Arial", padding=4)
        .configure_title(anchor="start", fontSize=13, fontWeight="bold", color=INK, subtitleColor="#4c6272", offset=4)
    )
    return to_svg(json.dumps(chart.to_dict()))


def to_svg(specification: str) -> str:
    """Draw a Vega-Lite specification as an SVG that scales to its container's width."""
    svg: str = vl_convert.vegalite_to_svg(specification)
    return svg.replace("<svg ", '<svg role="img" aria-hidden="true" style="max-width:100%;height:auto" ', 1)


def _strip(plan: Plan, measure: Measure, chosen: str | None) -> alt.LayerChart | None:
    networks = [plan.figures[measure.name, u.code] for u in plan.pcns if (measure.name, u.code) in plan.figures]
    here, england = plan.figures[measure.name, plan.place.code], plan.figures[measure.name, ENGLAND.upper()]
    if here.value is None or england.value is None:
        return None
    title = alt.TitleParams(measure.title, subtitle=_subtitle(plan, measure, here, england, chosen))
    x = alt.X("value:Q", title=None, scale=alt.Scale(zero=False, nice=True), axis=_axis())
    layers = [
        _points(plan.boards[measure.name]).mark_tick(color=QUIET, thickness=1, size=14).encode(x=x),
        _points([f for f in networks if f.unit_code != chosen])
        .mark_circle(color="#768692", size=70, opacity=0.65)
        .encode(x=x),
        _points([england]).mark_tick(color=INK, thickness=3, size=26).encode(x=x),
        _points([f for f in networks if f.unit_code == chosen] if chosen else [here])
        .mark_point(color=BLUE, filled=True, size=150, shape="circle" if chosen else "diamond", opacity=1)
        .encode(x=x),
    ]
    return alt.layer(*layers).properties(width=640, height=30, title=title)


def _subtitle(plan: Plan, measure: Measure, here: Figure, england: Figure, chosen: str | None) -> str:
    parts = [
        f"{place_name(plan.place.name)} {number(here.value, measure)}",
        f"England {number(england.value, measure)}",
        here.period,
    ]
    if chosen and (mine := plan.figures.get((measure.name, chosen))) is not None and mine.is_known:
        parts.insert(0, f"{place_name(mine.unit_name)} {number(mine.value, measure)}")
    return " · ".join(parts)


def _points(figures: Sequence[Figure]) -> alt.Chart:
    known = [{"value": f.value, "name": f.unit_name} for f in figures if f.value is not None]
    return alt.Chart(pl.DataFrame(known, schema={"value": pl.Float64, "name": pl.String}))


def _axis() -> alt.Axis:
    return alt.Axis(grid=True, gridColor=RULE, domain=False, ticks=False, labelColor="#4c6272", tickCount=6)
