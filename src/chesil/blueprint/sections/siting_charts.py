"""Charts of sites: the frontier of their number against travel, and of several aims, labelled where they stand."""

from typing import Any

import polars as pl

from chesil.blueprint.charts import BLUE, CONFIG, GREY, INK, RULE, VEGA_LITE

LABELS = 6
"""Points of the frontier that carry their numbers, beside the plan's."""
HUES = ("#005eb8", "#7a3e9d", "#b35900", "#00703c", "#5a5a5a", "#a1183b")
SMALL = 285


def frontier_chart(frontier: pl.DataFrame, chosen: float) -> dict[str, Any]:
    """Mean minutes by number of sites: the plan's point and some others carry their numbers."""
    rows = [
        {"sites": r["sites"], "minutes": r["mean_minutes"], "is_plan": r["sites"] == chosen,
         "label": f"{r['sites']}: {r['mean_minutes']:.1f}"}
        for r in frontier.sort("sites").iter_rows(named=True)
    ]  # fmt: skip
    labelled = _labelled(rows, chosen)
    x = {
        "field": "sites",
        "type": "quantitative",
        "title": "Number of sites",
        "axis": _axis(False),
        "scale": {"zero": True},
    }
    y = {"field": "minutes", "type": "quantitative", "title": "Mean minutes to the nearest", "axis": _axis(True),
         "scale": {"zero": True}}  # fmt: skip
    plan = [{**r, "label": f"illustrated plan, {r['label']} minutes"} for r in rows if r["is_plan"]]
    place = {"x": x, "y": y}
    return {
        "$schema": VEGA_LITE, "width": 600, "height": 260, "config": CONFIG, "data": {"values": rows},
        "layer": [
            {"mark": {"type": "line", "color": GREY, "strokeWidth": 1}, "encoding": place},
            {"mark": {"type": "circle", "color": INK, "size": 22, "opacity": 1}, "encoding": place},
            {"data": {"values": labelled}, "mark": {"type": "text", "dy": -11, "align": "left", "dx": 2, "color": INK},
             "encoding": {**place, "text": {"field": "label"}}},
            {"data": {"values": plan}, "mark": {"type": "point", "shape": "diamond", "filled": True, "color": BLUE, "size": 180,
             "opacity": 1}, "encoding": place},
            {"data": {"values": plan}, "mark": {"type": "text", "dy": 20, "align": "center", "color": BLUE, "fontWeight": "bold"},
             "encoding": {**place, "text": {"field": "label"}}},
        ],
    }  # fmt: skip


def _labelled(rows: list[dict[str, Any]], chosen: float) -> list[dict[str, Any]]:
    """Points to label, apart from each other and from the plan: fewest sites first, where the curve is steep."""
    if not rows:
        return []
    most = rows[-1]["sites"]
    apart = max(most / (LABELS + 2), 1)
    found: list[dict[str, Any]] = []
    for row in [*rows[:-1], rows[-1]]:
        far = all(abs(row["sites"] - f["sites"]) >= apart for f in found)
        if far and abs(row["sites"] - chosen) >= apart / 2:
            found.append(row)
    return found


def aims_chart(points: pl.DataFrame) -> dict[str, Any]:
    """Mean minutes against cost and against the longest way: a line for each number of sites, named at its end."""
    rows = [
        {"sites": str(r["sites"]), "minutes": r["mean_minutes"], "cost": r["cost_gbp"] / 1e6, "worst": r["worst_minutes"]}
        for r in points.iter_rows(named=True)
    ]  # fmt: skip
    panels = [_aim_panel(rows, "worst", "Longest way of any area, minutes", ".0f")]
    if points["cost_gbp"].max():
        panels.insert(0, _aim_panel(rows, "cost", "Cost a year, million pounds", ".1f"))
    return {"$schema": VEGA_LITE, "hconcat": panels, "spacing": 24, "config": CONFIG}


def _aim_panel(rows: list[dict[str, Any]], field: str, title: str, form: str) -> dict[str, Any]:
    numbers = sorted({r["sites"] for r in rows}, key=int, reverse=True)
    x = {"field": field, "type": "quantitative", "title": title, "axis": {**_axis(False), "format": form, "tickCount": 5},
         "scale": {"zero": False, "padding": 14}}  # fmt: skip
    y = {"field": "minutes", "type": "quantitative", "title": "Mean minutes to the nearest", "axis": _axis(True),
         "scale": {"zero": True}}  # fmt: skip
    hue = {"field": "sites", "type": "nominal", "legend": None,
           "scale": {"domain": numbers, "range": [HUES[k % len(HUES)] for k in range(len(numbers))]}}  # fmt: skip
    ends = [min((r for r in rows if r["sites"] == n), key=lambda r: (r["minutes"], r[field])) for n in numbers]
    named = _joined(ends, rows, field)
    beside = {"align": "left", "dx": -8} if field == "worst" else {}
    place = {"x": x, "y": y, "color": hue}
    return {
        "width": SMALL, "height": 230,
        "layer": [
            {"data": {"values": _edge(rows, field)}, "mark": {"type": "line", "strokeWidth": 1.2}, "encoding": place},
            {"data": {"values": rows}, "mark": {"type": "circle", "size": 40, "opacity": 1}, "encoding": place},
            {"data": {"values": named}, "mark": {"type": "text", "dy": 14, "fontWeight": "bold", **beside},
             "encoding": {**place, "text": {"field": "label"}}},
        ],
    }  # fmt: skip


def _joined(ends: list[dict[str, Any]], rows: list[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    """The ends with their labels; ends that stand too close for two labels share one."""
    width = max(r[field] for r in rows) - min(r[field] for r in rows) or 1.0
    height = max(r["minutes"] for r in rows) or 1.0
    groups: list[list[dict[str, Any]]] = []
    for end in ends:
        near = (
            g for g in groups
            if abs(g[-1][field] - end[field]) < 0.2 * width and abs(g[-1]["minutes"] - end["minutes"]) < 0.08 * height
        )  # fmt: skip
        group = next(near, None)
        if group is None:
            groups.append([end])
        else:
            group.append(end)
    names = [" and ".join(e["sites"] for e in g) for g in groups]
    return [
        {**g[0], "label": f"{n} site{'' if n == '1' else 's'}", "minutes": min(e["minutes"] for e in g)}
        for g, n in zip(groups, names, strict=True)
    ]


def _edge(rows: list[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    """Of each number of sites, the points that no other is as good as by this aim and by travel: the line joins them."""
    return [
        r for r in rows
        if not any(
            o["sites"] == r["sites"] and o is not r and o[field] <= r[field] and o["minutes"] <= r["minutes"]
            and (o[field] < r[field] or o["minutes"] < r["minutes"]) for o in rows
        )
    ]  # fmt: skip


def _axis(grid: bool) -> dict[str, Any]:
    axis: dict[str, Any] = {"gridColor": RULE, "domain": False, "ticks": False, "labelColor": "#4c6272"}
    return axis if grid else {**axis, "grid": False}
