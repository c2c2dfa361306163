"""Charts of variation: the gap split into its parts, registers as small strips, a funnel, and three run charts."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from chesil.blueprint.charts import BLUE, CONFIG, GREY, INK, QUIET, RULE, VEGA_LITE

PART_WORDS = {
    "age_and_sex": "age and sex",
    "deprivation": "deprivation",
    "ethnicity": "ethnicity",
    "place_and_list": "rurality and change of the list",
    "rest": "the rest",
}
PART_COLOURS = ("#1d4f91", "#e8a33d", "#7b5ea7", "#6bb0c9", "#c9ced2")
AXIS = {"gridColor": RULE, "domain": False, "ticks": False, "labelColor": "#4c6272", "titleColor": "#4c6272"}


def parts_chart(rows: Sequence[dict[str, Any]], title: str, subtitle: str) -> dict[str, Any]:
    """Bars of people either side of England's rate, one a register, coloured by what they go with; a mark at the sum.

    `rows`: register, part, people; and once a register with part "gap".
    """
    order = [r["register"] for r in rows if r["part"] == "gap"]
    bars = [{**r, "part": PART_WORDS[r["part"]]} for r in rows if r["part"] != "gap"]
    y = {"field": "register", "type": "nominal", "sort": order, "title": None,
         "axis": {**AXIS, "labelLimit": 230, "labelColor": INK, "grid": False}}  # fmt: skip
    colour = {
        "field": "part", "type": "nominal", "sort": list(PART_WORDS.values()),
        "scale": {"domain": list(PART_WORDS.values()), "range": list(PART_COLOURS)},
        "legend": {"title": None, "orient": "top", "labelColor": INK, "labelLimit": 240},
    }  # fmt: skip
    x = {
        "field": "people",
        "type": "quantitative",
        "axis": {**AXIS, "title": "people more or fewer than England’s rate"},
    }
    return _chart(
        {
            "width": 560,
            "height": {"step": 30},
            "layer": [
                {"data": {"values": bars}, "mark": {"type": "bar", "stroke": "#ffffff", "strokeWidth": 0.5},
                 "encoding": {"y": y, "x": x, "color": colour, "order": {"field": "at", "type": "quantitative"}}},
                {"data": {"values": [r for r in rows if r["part"] == "gap"]},
                 "mark": {"type": "tick", "color": INK, "thickness": 3, "size": 26}, "encoding": {"y": y, "x": x}},
            ],
        },
        title, subtitle,
    )  # fmt: skip


def strips_chart(
    rows: Sequence[dict[str, Any]], wholes: Sequence[dict[str, Any]], title: str, subtitle: str
) -> dict[str, Any]:
    """A strip a register: practices as dots by their ratio to expected recording, those outside the limits filled dark.

    `rows`: register, ratio, outside; `wholes`: register, ratio of all of them together. Ratios beyond the edge stand on it.
    """
    order = [w["register"] for w in sorted(wholes, key=lambda w: -w["ratio"])]
    inside = [_kept(r) for r in rows if not r["outside"]]
    y = {"field": "register", "type": "nominal", "sort": order, "title": None,
         "axis": {**AXIS, "labelLimit": 230, "labelColor": INK, "grid": True}}  # fmt: skip
    x = {
        "field": "ratio", "type": "quantitative", "scale": {"type": "log", "domain": [EDGE_LOW, EDGE_HIGH]},
        "axis": {**AXIS, "values": [0.33, 0.5, 0.67, 1, 1.5, 2, 3], "format": ".2~f",
                 "title": "recorded to expected recording (ratio)"},
    }  # fmt: skip
    encoding = {"y": y, "x": x}
    return _chart(
        {
            "width": 520,
            "height": {"step": 22},
            "layer": [
                {"data": {"values": [{"ratio": 1}]}, "mark": {"type": "rule", "color": INK}, "encoding": {"x": x}},
                {"data": {"values": inside}, "mark": {"type": "circle", "color": GREY, "size": 36, "opacity": 0.45},
                 "encoding": encoding},
                {"data": {"values": [_kept(r) for r in rows if r["outside"]]},
                 "mark": {"type": "point", "shape": "triangle-up", "filled": True, "color": INK, "size": 70, "opacity": 1},
                 "encoding": encoding},
                {"data": {"values": [_kept(w) for w in wholes]},
                 "mark": {"type": "point", "shape": "diamond", "filled": True, "color": BLUE, "size": 90, "opacity": 1},
                 "encoding": encoding},
            ],
        },
        title, subtitle,
    )  # fmt: skip


EDGE_LOW, EDGE_HIGH = 0.3, 3.3


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its ratio drawn in to the edge of the strip."""
    return {**row, "ratio": min(max(row["ratio"], EDGE_LOW), EDGE_HIGH)}


def funnel_chart(rows: Sequence[dict[str, Any]], limits: pl.DataFrame, title: str, subtitle: str) -> dict[str, Any]:
    """Ratios to expected recording by expected count between limits; `rows`: expected, ratio, outside, name (or blank)."""
    x = {"field": "expected", "type": "quantitative", "scale": {"zero": False, "nice": False},
         "axis": {**AXIS, "title": "patients expected on the register", "grid": False}}  # fmt: skip
    y = {"field": "ratio", "type": "quantitative", "scale": {"zero": True},
         "axis": {**AXIS, "title": "recorded to expected (ratio)"}}  # fmt: skip
    lines = [
        {"expected": r["expected"], "ratio": r[f"{side}{name}"], "line": f"{side}{name}", "wide": name == "998"}
        for r in limits.iter_rows(named=True)
        for side in ("low", "high")
        for name in ("95", "998")
    ]
    inside, outside = ([r for r in rows if r["outside"] is which] for which in (False, True))
    band = {"mark": {"type": "line", "color": QUIET, "strokeWidth": 1.2}, "data": {"values": lines}}
    return _chart(
        {
            "width": 560,
            "height": 300,
            "layer": [
                {**band, "encoding": {
                    "x": x, "y": y, "detail": {"field": "line", "type": "nominal"},
                    "strokeDash": {"field": "wide", "type": "nominal", "legend": None,
                                   "scale": {"domain": [False, True], "range": [[4, 3], [1, 0]]}}}},
                {"data": {"values": [{"ratio": 1}]}, "mark": {"type": "rule", "color": INK}, "encoding": {"y": y}},
                {"data": {"values": inside}, "mark": {"type": "circle", "color": GREY, "size": 45, "opacity": 0.6},
                 "encoding": {"x": x, "y": y}},
                {"data": {"values": outside},
                 "mark": {"type": "point", "shape": "triangle-up", "filled": True, "color": INK, "size": 80, "opacity": 1},
                 "encoding": {"x": x, "y": y}},
                {"data": {"values": [r for r in outside if r["name"]]},
                 "mark": {"type": "text", "align": "left", "dx": 7, "dy": -4, "color": INK, "fontSize": 11},
                 "encoding": {"x": x, "y": y, "text": {"field": "name", "type": "nominal"}}},
            ],
        },
        title, subtitle,
    )  # fmt: skip


def run_charts(panels: Sequence[tuple[str, Sequence[dict[str, Any]]]], title: str, subtitle: str) -> dict[str, Any]:
    """Small charts of yearly points from nought; each panel is its heading and rows (year, value, begins)."""
    drawn = []
    for heading, rows in panels:
        x = {"field": "year", "type": "ordinal", "title": None,
             "axis": {**AXIS, "labelAngle": -60, "grid": False}}  # fmt: skip
        y = {"field": "value", "type": "quantitative", "title": None, "axis": {**AXIS, "tickCount": 4},
             "scale": {"zero": True}}  # fmt: skip
        encoding = {"x": x, "y": y}
        drawn.append({
            "width": 165,
            "height": 120,
            "title": {"text": heading, "fontSize": 12, "fontWeight": "normal", "anchor": "start", "color": INK},
            "layer": [
                {"data": {"values": list(rows)}, "mark": {"type": "line", "color": QUIET}, "encoding": encoding},
                {"data": {"values": list(rows)}, "mark": {"type": "point", "filled": True, "color": BLUE, "size": 30,
                                                          "opacity": 1}, "encoding": encoding},
                {"data": {"values": [r for r in rows if r["begins"]]},
                 "mark": {"type": "point", "color": INK, "size": 110, "strokeWidth": 1.5}, "encoding": encoding},
            ],
        })  # fmt: skip
    return _chart({"hconcat": drawn, "spacing": 20, "resolve": {"scale": {"y": "independent"}}}, title, subtitle)


def _chart(body: dict[str, Any], title: str, subtitle: str) -> dict[str, Any]:
    return {
        "$schema": VEGA_LITE,
        "title": {"text": title, "subtitle": subtitle},
        "background": "#ffffff",
        **body,
        "config": CONFIG,
    }
