"""The charts of a proposal of groups: sizes, today's networks among random plans, and what equal sizes cost."""

from typing import Any

from chesil.analyses.grouping import PRESENT, PRESENT_BY_AREA, measure_of
from chesil.blueprint.charts import BLUE, CONFIG, GREY, INK, QUIET, RULE, VEGA_LITE
from chesil.blueprint.document import Block, Bullets, Chart, Row, Shown, Subheading, Table, Words
from chesil.plan import Plan
from chesil.registers.proposals import Proposal

PEOPLE = {"practices": "Registered patients", "areas": "Residents, mid-2020,"}
PARTED = {"practices": "Neighbours parted", "areas": "Patients whose practice is in another group"}
SOURCE = {
    "practices": "NHS England, Patients registered at a GP practice",
    "areas": "ONS, population estimates of mid-2020",
}


def present_of(of: str) -> str:
    """The name under which today's networks are scored beside plans of practices or of areas."""
    return PRESENT_BY_AREA if of == "areas" else PRESENT


def code_of(plan: Plan, name: str) -> str:
    """The unit code of a whole plan of groups."""
    return f"{plan.place.code}:{name}"


def shown(plan: Plan, measure: str, code: str) -> "Shown | str":
    """A figure, or a dash where there is none."""
    figure = plan.figures.get((measure, code))
    return Shown(figure) if figure is not None else "–"


def sizes_chart(plan: Plan, name: str) -> Chart:
    """Sizes of today's networks and of the proposed groups, with the band asked for."""
    table = plan.assessments["grouping"].tables["groups"]
    proposal = plan.study.proposals[name]
    settings = proposal.settings
    values = [
        {"plan": "today’s networks" if p == present_of(proposal.of) else "proposed groups", "patients": n}
        for p, n in table.select("plan", "people").iter_rows()
        if p in (present_of(proposal.of), name)
    ]
    axis = {"gridColor": RULE, "domain": False, "ticks": False, "labelColor": "#4c6272"}
    x: dict[str, Any] = {
        "field": "patients",
        "type": "quantitative",
        "title": f"{PEOPLE[proposal.of]} of the group",
        "axis": axis,
    }
    band = {
        "data": {"values": [{"low": settings["low"], "high": settings["high"]}]},
        "mark": {"type": "rect", "color": BLUE, "opacity": 0.1},
        "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}},
    }
    colour = {
        "field": "plan",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": ["today’s networks", "proposed groups"], "range": [GREY, BLUE]},
    }
    y = {
        "field": "plan",
        "type": "nominal",
        "title": None,
        "sort": ["today’s networks", "proposed groups"],
        "axis": {"domain": False, "ticks": False},
    }
    dots = {
        "data": {"values": values},
        "mark": {"type": "circle", "size": 90, "opacity": 0.75},
        "encoding": {"x": x, "y": y, "color": colour},
    }
    spec = {"$schema": VEGA_LITE, "width": 560, "height": 110, "config": CONFIG, "layer": [band, dots]}
    return Chart(
        spec,
        "Sizes of today’s networks and of the proposed groups; the values are in the tables",
        f"Each dot is a group; the blue band holds the sizes asked for. Source: {SOURCE[proposal.of]}.",
    )


def ordinary_blocks(plan: Plan, name: str, proposal: Proposal) -> list[Block]:
    """Today's networks and the proposal among random plans; nothing where none were drawn."""
    drawn = [d for d in (proposal.evidence.get("ensemble") or {}).get("draws", ()) if d["parted"]]
    if not drawn:
        return []
    of, cut = proposal.of, measure_of(proposal.of, "parted")
    marks = [("today’s networks", present_of(of), INK), ("proposed groups", name, BLUE)]
    points = [{"parted": 100 * p, "km": k} for d in drawn for p, k in zip(d["parted"], d["kilometres"], strict=True)]
    axis = {"gridColor": RULE, "domain": False, "ticks": False, "labelColor": "#4c6272"}
    x: dict[str, Any] = {
        "field": "km",
        "type": "quantitative",
        "title": "Mean straight line to the hub, km",
        "scale": {"zero": False},
        "axis": axis,
    }
    y: dict[str, Any] = {
        "field": "parted",
        "type": "quantitative",
        "title": f"{PARTED[of]}, %",
        "scale": {"zero": False},
        "axis": axis,
    }
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": points},
            "mark": {"type": "circle", "size": 18, "color": QUIET, "opacity": 0.6},
            "encoding": {"x": x, "y": y},
        }
    ]
    for words, key, colour in marks:
        at = [
            {
                "parted": plan.figures[cut, code_of(plan, key)].value,
                "km": plan.figures[measure_of(of, "kilometres"), code_of(plan, key)].value,
            }
        ]
        layers.append(
            {
                "data": {"values": at},
                "mark": {"type": "point", "filled": True, "size": 130, "color": colour, "opacity": 1},
                "encoding": {"x": x, "y": y},
            }
        )
        layers.append(
            {
                "data": {"values": at},
                "mark": {"type": "text", "align": "left", "dx": 9, "color": colour, "text": words},
                "encoding": {"x": x, "y": y},
            }
        )
    codes = [f"{code_of(plan, name)}:{d['groups']}" for d in drawn]
    ordinary, fewer = measure_of(of, "ordinary"), "cut fewer patients" if of == "areas" else "part fewer neighbours"
    sentences: tuple[Words, ...] = tuple(
        (
            f"Of random plans with {d['groups']} groups, each within the bounds, ",
            Shown(plan.figures[ordinary, c]),
            f" {fewer} than today’s networks do.",
        )
        for d, c in zip(drawn, codes, strict=True)
        if (ordinary, c) in plan.figures
    )
    return [
        Subheading("Today’s networks among plans drawn at random"),
        Chart(
            {"$schema": VEGA_LITE, "width": 560, "height": 260, "config": CONFIG, "layer": layers},
            f"Random plans by compactness and {PARTED[of].lower()}, with today’s networks and the proposed groups "
            "marked; the values are above",
            "Grey: plans drawn by recombining random spanning trees, all within the bounds. Neither axis starts at "
            "nought. The draws favour compact "
            "plans: they show what is ordinary, and test nothing.",
        ),
        Bullets(sentences),
    ]


def frontier_blocks(plan: Plan, name: str, proposal: Proposal) -> list[Block]:
    """What keeping sizes near each other costs communities; nothing where fewer than two bands were solved."""
    points = [p for p in proposal.evidence.get("frontier") or () if "parted" in p]
    if len(points) < 2:
        return []
    of = proposal.of
    proved = all(p.get("is_proved", True) for p in points)
    rows = tuple(
        Row(
            f"{p['low']:,} to {p['high']:,}",
            tuple(
                shown(plan, m, f"{code_of(plan, name)}:{p['low']}-{p['high']}")
                for m in (measure_of(of, "parted"), measure_of(of, "kilometres"))
            ),
        )
        for p in points
    )
    values = [{"half": (p["high"] - p["low"]) / 2, "parted": 100 * p["parted"]} for p in points]
    axis = {"gridColor": RULE, "domain": False, "ticks": False, "labelColor": "#4c6272"}
    line = {
        "$schema": VEGA_LITE,
        "width": 560,
        "height": 200,
        "config": CONFIG,
        "data": {"values": values},
        "mark": {"type": "line", "color": BLUE, "strokeWidth": 2, "point": {"color": BLUE, "size": 60}},
        "encoding": {
            "x": {
                "field": "half",
                "type": "quantitative",
                "title": "Sizes may differ from the mean by, patients",
                "axis": axis,
            },
            "y": {
                "field": "parted",
                "type": "quantitative",
                "title": f"{PARTED[of]}, %",
                "scale": {"zero": False},
                "axis": axis,
            },
        },
    }
    missing = [p for p in proposal.evidence.get("frontier") or () if "parted" not in p]
    note = f"No plan has all groups within {missing[-1]['low']:,} to {missing[-1]['high']:,}." if missing else ""
    return [
        Subheading("What equal sizes cost communities"),
        Chart(
            line,
            f"{PARTED[of]} at each width of band; the values are in the table below",
            "Each point is the plan, with as many groups, that parts fewest within that band: "
            f"{'each proved' if proved else 'the best found, not proved'}. The axis does not start at nought.",
        ),
        Table(
            f"{PARTED[of]} at each band of sizes{'' if proved else ', the fewest found'}",
            ("Sizes of groups", PARTED[of], "To the hub, km"),
            rows,
            (0,),
            note,
        ),
    ]
