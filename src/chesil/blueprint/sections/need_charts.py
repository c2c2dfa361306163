"""Charts of the section on need: ages, the pyramid of need, small multiples of groups, growth and length of life."""

from collections.abc import Mapping, Sequence
from typing import Any

from chesil.blueprint.charts import BLUE, CONFIG, GREY, INK, QUIET, RULE, VEGA_LITE

Spec = dict[str, Any]
SHADES = ("#dbe9f6", "#a8cce6", "#6ba6d0", "#2f7bb8", "#08519c")
"""Five steps of one blue, from least need to most."""
AXIS = {"grid": True, "gridColor": RULE, "domain": False, "ticks": False, "labelColor": "#4c6272", "tickCount": 6}
NONE = {"labelLimit": 260, "ticks": False, "domain": False, "labelColor": INK, "labelFontSize": 12}
SOFT = {"type": "bar", "opacity": 0.3, "height": 5, "color": INK}


def ages_chart(title: str, subtitle: str, rows: Sequence[Mapping[str, Any]], order: Sequence[str]) -> Spec:
    """Bars of the share of patients by age band, England as a black mark; `rows` have band, here, england."""
    y = {"field": "band", "type": "nominal", "sort": list(order), "title": None, "axis": NONE}
    return _chart(title, subtitle, 560, 24 * len(order), rows, [
        {"mark": {"type": "bar", "color": BLUE, "height": 13}, "encoding": {"y": y, "x": _x("here", "% of patients")}},
        _england(y),
    ])  # fmt: skip


def sexes_chart(title: str, subtitle: str, rows: Sequence[Mapping[str, Any]], order: Sequence[str]) -> Spec:
    """Women to the left, men to the right, by age band, England as black marks; `rows` have band, sex, here, england.

    Values of women are below nought, so that the bars part; the axis shows them without their sign.
    """
    y = {"field": "band", "type": "nominal", "sort": list(order), "title": None, "axis": NONE}
    x = _x("here", "% of patients: women and girls to the left, men and boys to the right")
    x = {**x, "axis": {**x["axis"], "labelExpr": "format(abs(datum.value), 'd')"}}
    colour = {
        "field": "sex",
        "type": "nominal",
        "scale": {"domain": ["women", "men"], "range": [BLUE, GREY]},
        "legend": None,
    }
    return _chart(title, subtitle, 560, 24 * len(order), rows, [
        {"mark": {"type": "bar", "height": 13}, "encoding": {"y": y, "x": x, "color": colour}},
        _england(y),
    ])  # fmt: skip


def pyramid_chart(title: str, subtitle: str, rows: Sequence[Mapping[str, Any]], order: Sequence[str]) -> Spec:
    """The pyramid of need: a bar a level with its limits, pale and outlined where withheld; England as a black mark.

    `rows` have level, here (None if withheld), lower, upper, england, rank (1 to 5).
    """
    y = {"field": "level", "type": "nominal", "sort": list(order), "title": None, "axis": NONE}
    shade = {
        "field": "rank",
        "type": "ordinal",
        "scale": {"domain": [1, 2, 3, 4, 5], "range": list(SHADES)},
        "legend": None,
    }
    shown = [{"filter": "isValid(datum.here)"}]
    return _chart(title, subtitle, 560, 40 * len(order), rows, [
        {"transform": shown, "mark": {"type": "bar", "height": 22, "stroke": "#4c6272", "strokeWidth": 0.5},
         "encoding": {"y": y, "x": _x("here", "% of patients"), "color": shade}},
        {"mark": SOFT, "encoding": {"y": y, "x": {"field": "lower", "type": "quantitative"}, "x2": {"field": "upper"}}},
        {"transform": [{"filter": "!isValid(datum.here)"}],
         "mark": {"type": "text", "align": "left", "dx": 6, "dy": -12, "fontSize": 11, "color": "#4c6272"},
         "encoding": {"y": y, "x": {"field": "upper", "type": "quantitative"},
                      "text": {"value": "band too wide"}}},
        _england(y),
    ])  # fmt: skip


def groups_chart(title: str, subtitle: str, rows: Sequence[Mapping[str, Any]], levels: Sequence[str]) -> Spec:
    """Small multiples: one panel a level, groups as dots with limits in order of their share, England as a line.

    `rows` have level, group, ratio, lower, upper, known. Values are times England's share. Withheld: band alone.
    """
    panels = []
    for level in levels:
        own = sorted((r for r in rows if r["level"] == level), key=lambda r: (-r["ratio"], r["group"]))
        names = [r["group"] for r in own]
        y = {"field": "group", "type": "nominal", "sort": names, "title": None, "axis": {**NONE, "labelFontSize": 10}}
        x = {"type": "quantitative", "title": "times England's share", "axis": AXIS, "scale": {"zero": False}}
        panels.append({
            "width": 215, "height": 15 * len(names), "title": {"text": level, "fontSize": 12},
            "data": {"values": own},
            "layer": [
                {"mark": {"type": "rule", "color": INK, "strokeWidth": 1}, "encoding": {"x": {"datum": 1}}},
                {"mark": {"type": "bar", "height": 4, "color": QUIET, "opacity": 0.7},
                 "encoding": {"y": y, "x": {**x, "field": "lower"}, "x2": {"field": "upper"}}},
                {"transform": [{"filter": "datum.known"}], "mark": {"type": "circle", "size": 60, "color": BLUE, "opacity": 1},
                 "encoding": {"y": y, "x": {**x, "field": "ratio"}}},
            ],
        })  # fmt: skip
    return {"$schema": VEGA_LITE, "concat": panels, "columns": 2, "spacing": 18, "config": CONFIG,
            "title": {"text": title, "subtitle": subtitle}, "resolve": {"scale": {"x": "independent"}}}  # fmt: skip


def growth_chart(title: str, subtitle: str, rows: Sequence[Mapping[str, Any]], order: Sequence[str]) -> Spec:
    """Growth of each group to come: all patients as a grey dot, those of 75 and over as a blue one, joined."""
    y = {"field": "group", "type": "nominal", "sort": list(order), "title": None, "axis": {**NONE, "labelFontSize": 11}}
    x = {"type": "quantitative", "title": "% more patients", "axis": AXIS}
    return _chart(title, subtitle, 520, 19 * len(order), rows, [
        {"mark": {"type": "rule", "color": QUIET, "strokeWidth": 2},
         "encoding": {"y": y, "x": {**x, "field": "all"}, "x2": {"field": "old"}}},
        {"mark": {"type": "circle", "size": 70, "color": GREY, "opacity": 1}, "encoding": {"y": y, "x": {**x, "field": "all"}}},
        {"mark": {"type": "circle", "size": 90, "color": BLUE, "opacity": 1}, "encoding": {"y": y, "x": {**x, "field": "old"}}},
    ])  # fmt: skip


def lives_chart(title: str, subtitle: str, rows: Sequence[Mapping[str, Any]], order: Sequence[str]) -> Spec:
    """Life expectancy by district with limits, women beside men, England as a black mark; `rows`: sex, name, value, ..."""
    panels = []
    for sex in ("Women", "Men"):
        own = [r for r in rows if r["sex"] == sex]
        y = {"field": "name", "type": "nominal", "sort": list(order), "title": None, "axis": NONE}
        x = {"type": "quantitative", "title": "years", "axis": AXIS, "scale": {"zero": False}}
        panels.append({
            "width": 230, "height": 24 * len(order), "title": {"text": sex, "fontSize": 12}, "data": {"values": own},
            "layer": [
                {"mark": {"type": "bar", "height": 6, "color": QUIET, "opacity": 0.8},
                 "encoding": {"y": y, "x": {**x, "field": "lower"}, "x2": {"field": "upper"}}},
                {"mark": {"type": "circle", "size": 70, "color": BLUE, "opacity": 1},
                 "encoding": {"y": y, "x": {**x, "field": "value"}}},
                _england(y),
            ],
        })  # fmt: skip
    return {"$schema": VEGA_LITE, "hconcat": panels, "spacing": 18, "config": CONFIG,
            "title": {"text": title, "subtitle": subtitle}}  # fmt: skip


def _chart(
    title: str, subtitle: str, width: int, height: int, rows: Sequence[Mapping[str, Any]], layers: Sequence[Spec]
) -> Spec:
    return {"$schema": VEGA_LITE, "width": width, "height": height, "config": CONFIG,
            "title": {"text": title, "subtitle": subtitle}, "data": {"values": list(rows)}, "layer": list(layers)}  # fmt: skip


def _x(field: str, title: str) -> Spec:
    return {"field": field, "type": "quantitative", "title": title, "axis": AXIS}


def _england(y: Spec) -> Spec:
    return {"mark": {"type": "tick", "color": INK, "thickness": 3, "height": 22},
            "encoding": {"y": y, "x": {"field": "england", "type": "quantitative"}}}  # fmt: skip
