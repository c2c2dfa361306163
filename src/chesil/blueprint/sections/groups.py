"""The section on groups: today's networks and proposed groups beside each other, on a map, in sizes and in communities."""

from typing import Any

from chesil.analyses.grouping import PRESENT
from chesil.blueprint.atlas import make_atlas
from chesil.blueprint.charts import BLUE, CONFIG, GREY, INK, QUIET, RULE, VEGA_LITE
from chesil.blueprint.document import (
    Block,
    Bullets,
    Chart,
    Map,
    Paragraph,
    Row,
    Section,
    Shown,
    Subheading,
    Table,
    Words,
)
from chesil.blueprint.map_svg import Label, draw_legend, draw_map
from chesil.blueprint.words import number, place_name
from chesil.measures.computing import Unit
from chesil.place.outlines import group_outlines
from chesil.place.place import plain_name
from chesil.plan import Plan
from chesil.registers.proposals import Proposal

KEY, NAME = "groups", "Groups"
PLAN_ROWS = (
    ("groups_number", "Groups"),
    ("groups_least", "Patients of the smallest"),
    ("groups_most", "Patients of the largest"),
    ("groups_in_bounds", "Patients in groups within the bounds"),
    ("groups_kilometres", "Mean straight line to the hub, km"),
    ("groups_parted", "Neighbours parted"),
    ("groups_moved", "Patients whose practice leaves its network"),
    ("groups_across_councils", "Patients grouped across a council’s border"),
    ("groups_need_spread", "Deprivation, least to most deprived group"),
    ("groups_gap", "Distance from the best possible"),
)
GROUP_COLUMNS = (
    ("list_size", "Patients"),
    ("share_65_plus", "65 and over"),
    ("deprivation", "Deprivation"),
    ("groups_kilometres", "To the hub, km"),
    ("groups_in_council", "In its main council"),
    ("groups_at_home", "Live in its areas"),
    ("groups_residents", "Residents there"),
)


def of_place(plan: Plan) -> Section | None:
    """Networks of today against each proposal; nothing is solved here."""
    if "grouping" not in plan.assessments or plan.place.practices.height < 2:
        return None
    proposals = {n: p for n, p in sorted(plan.study.proposals.items()) if p.kind == "groups"}
    if not proposals and (plan.figures["groups_number", _code(plan, PRESENT)].value or 0) < 2:
        return None  # one network has no edge to draw otherwise
    blocks: list[Block] = [_beside(plan, proposals)]
    for name, proposal in proposals.items():
        blocks += [Subheading(proposal.title), *_of_proposal(plan, name, proposal)]
    if not proposals:
        blocks.append(
            Paragraph(("No groups have been proposed in this study: `chesil propose groups` draws them.",), True)
        )
    blocks.append(_how(plan))
    return Section(KEY, NAME, _heading(plan, proposals), _lead(plan, proposals), tuple(blocks))


def of_group(plan: Plan, unit: Unit) -> Section | None:
    """Where the practices of a network would go in each proposal."""
    proposals = [p for _, p in sorted(plan.study.proposals.items()) if p.kind == "groups"]
    if "grouping" not in plan.assessments or not proposals:
        return None
    names = dict(plan.place.practices.select("practice_code", "practice_name").iter_rows())
    proposal = proposals[0]
    group_of = {str(r["practice_code"]): str(r["group"]) for r in proposal.assignments}
    to = list(dict.fromkeys(group_of.get(p, "no group") for p in unit.practices))
    name = place_name(unit.name)
    heading = f"{name} would stay whole" if len(to) == 1 else f"{name} would be parted"
    rows = tuple(
        Row(place_name(names[p]), (group_of.get(p, "in no group"), Shown(plan.figures["list_size", p])))
        for p in unit.practices
    )
    lead: tuple[Words, ...] = (
        (f"In “{proposal.title}”, an illustration and not a decision, its practices would be in: {'; '.join(to)}.",),
    )
    return Section(
        KEY,
        NAME,
        heading,
        lead,
        (Table("Its practices in the proposed groups", ("Practice", "Group", "Patients"), rows, (0, 1)),),
    )


def _code(plan: Plan, name: str) -> str:
    return f"{plan.place.code}:{name}"


def _shown(plan: Plan, measure: str, code: str) -> "Shown | str":
    figure = plan.figures.get((measure, code))
    return Shown(figure) if figure is not None else "–"


def _heading(plan: Plan, proposals: dict[str, Proposal]) -> str:
    name = place_name(plan.place.name)
    now = plan.figures["groups_in_bounds", _code(plan, PRESENT)]
    kept = now.numerator == now.denominator
    first = f"Today’s networks of {name} {'all lie' if kept else 'do not all lie'} within the size asked for"
    if not proposals:
        return first
    key, proposal = next(iter(proposals.items()))
    then, parted = plan.figures["groups_in_bounds", _code(plan, key)], plan.figures["groups_parted", _code(plan, key)]
    more = (parted.value or 0) > (plan.figures["groups_parted", _code(plan, PRESENT)].value or 0)
    exceptions = any(r.get("is_exception") for r in proposal.assignments)
    if kept or (then.value or 0) <= (now.value or 0):
        return first
    but = "but part more neighbours" if more else "and part fewer neighbours"
    return (
        f"Groups within the size asked for can be "
        f"drawn{' but for a practice that is too large' if exceptions else ''}, {but} than today’s networks"
    )


def _lead(plan: Plan, proposals: dict[str, Proposal]) -> tuple[Words, ...]:
    now = _code(plan, PRESENT)
    figures = plan.figures
    lead: list[Words] = [
        (
            Shown(figures["groups_in_bounds", now]),
            " of patients are in one of today’s ",
            Shown(figures["groups_number", now]),
            " networks (a practice in none counts as one) whose list lies within the bounds; their lists run from ",
            Shown(figures["groups_least", now]),
            " to ",
            Shown(figures["groups_most", now]),
            ".",
        ),
        (
            "Two people registered in the same small area, taken at random, are in different networks in ",
            Shown(figures["groups_parted", now]),
            " of cases.",
        ),
    ]
    for key, proposal in proposals.items():
        code = _code(plan, key)
        proof = (
            "It is proved that no other plan within the rules is more compact."
            if proposal.is_proved
            else ("It is not proved to be the most compact.")
        )
        lead += [
            (
                f"“{proposal.title}” has ",
                Shown(figures["groups_number", code]),
                " groups, ",
                Shown(figures["groups_in_bounds", code]),
                " of patients within the bounds, and parts ",
                Shown(figures["groups_parted", code]),
                " of neighbours; practices with ",
                Shown(figures["groups_moved", code]),
                " patients would leave most of their network. ",
                proof,
            ),
        ]
    if proposals:
        lead.append(
            (
                "The proposal is an illustration from open data and stated rules. Nobody has decided on it, and "
                "those who know the "
                "communities should change it.",
            )
        )
    return tuple(lead)


def _beside(plan: Plan, proposals: dict[str, Proposal]) -> Table:
    codes = [_code(plan, PRESENT), *(_code(plan, n) for n in proposals)]
    rows = [
        Row(title, tuple(_shown(plan, m, c) for c in codes))
        for m, title in PLAN_ROWS
        if any((m, c) in plan.figures for c in codes)
    ]
    heads = ("", "Today’s networks", *(p.title for p in proposals.values()))
    return Table(
        "Today’s networks and proposed groups",
        heads,
        tuple(rows),
        text_columns=(0,),
        note="Nobody is moved by a change of group: patients keep their practice.",
    )


def _of_proposal(plan: Plan, name: str, proposal: Proposal) -> list[Block]:
    groups = sorted(dict.fromkeys(str(r["group"]) for r in proposal.assignments))
    kind = f"study:{plain_name(proposal.title)}"
    unit = {g: f"{kind}:{plain_name(g)}" for g in groups}
    by_size = sorted(
        groups,
        key=lambda g: (
            (-(plan.figures["list_size", unit[g]].value or 0), g) if ("list_size", unit[g]) in plan.figures else (0, g)
        ),
    )
    exceptional = {str(r["group"]) for r in proposal.assignments if r.get("is_exception")}
    names = dict(plan.place.practices.select("practice_code", "practice_name").iter_rows())
    rows = tuple(
        Row(
            f"{g}{' (exception)' if g in exceptional else ''}",
            tuple(_shown(plan, m, unit[g]) for m, _ in GROUP_COLUMNS),
        )
        for g in by_size
    )
    members = tuple(
        (
            f"{g}: "
            + ", ".join(
                place_name(names[str(r["practice_code"])])
                for r in proposal.assignments
                if r["group"] == g and r["practice_code"] in names
            )
            + ".",
        )
        for g in by_size
    )
    return [
        _map(plan, name, proposal, by_size),
        Table(
            f"Groups of “{proposal.title}”, from the largest list to the smallest",
            ("Group", *(h for _, h in GROUP_COLUMNS)),
            rows,
            (0,),
            "Named after the two neighbourhoods in which most of its patients live. “Live in its areas”: patients "
            "living where most people use "
            "the group. “Residents there” are all who live in those areas, mid-2020.",
        ),
        _sizes(plan, name, unit, by_size),
        *_ordinary(plan, name, proposal),
        *_frontier(plan, name, proposal),
        Subheading("Who is in which group"),
        Bullets(members),
        *([Bullets(tuple((n,) for n in proposal.notes))] if proposal.notes else []),
    ]


def _map(plan: Plan, name: str, proposal: Proposal, by_size: list[str]) -> Map:
    atlas = make_atlas(plan)
    owners = plan.assessments["grouping"].tables["owners"]
    owner = {a: g for p, a, g in owners.iter_rows() if p == name and a in atlas.rings}
    labels = []
    for group in by_size:
        own = [a for a, g in owner.items() if g == group]
        people = sum(atlas.residents[a] for a in own)
        if people:
            at = [sum(atlas.centres[a][k] * atlas.residents[a] for a in own) / people for k in (0, 1)]
            labels.append(Label(at[0], at[1], group.split(" and ")[0].split(",")[0]))
    text = (
        f"Map of the groups of “{proposal.title}” as lines, over small areas by deprivation; an area belongs to "
        f"the group that most of its "
        "registered people use. The table below lists the groups."
    )
    svg = draw_map(
        rings=atlas.rings,
        classes=atlas.classes,
        titles={a: f"{t}; in {owner.get(a, 'no group')}" for a, t in atlas.titles.items()},
        outlines=group_outlines(atlas.rings, owner),
        dots=[d for own in atlas.dots.values() for d in own],
        labels=labels,
        text=text,
    )
    counts = [sum(atlas.residents[a] for a in atlas.rings if atlas.classes.get(a) == k) for k in range(5)]
    names = ("least deprived fifth", "second", "middle", "fourth", "most deprived fifth")
    legend = draw_legend(counts, names, "Residents of mid-2020 by fifth of England’s areas (IMD 2025)")
    return Map(
        svg,
        legend,
        text,
        "Lines: proposed groups by where their patients live. Circles: main surgeries by "
        "list. Labels give the first "
        "neighbourhood of a group’s name. Source: NHS England, MHCLG, ONS.",
    )


def _sizes(plan: Plan, name: str, unit: dict[str, str], by_size: list[str]) -> Chart:
    table = plan.assessments["grouping"].tables["groups"]
    settings = plan.study.proposals[name].settings
    values = [
        {"plan": "today’s networks" if p == PRESENT else "proposed groups", "patients": n}
        for p, n in table.select("plan", "patients").iter_rows()
        if p in (PRESENT, name)
    ]
    axis = {"gridColor": RULE, "domain": False, "ticks": False, "labelColor": "#4c6272"}
    x: dict[str, Any] = {
        "field": "patients",
        "type": "quantitative",
        "title": "Registered patients of the group",
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
        "Each dot is a group; the blue band holds the sizes asked for. Source: NHS England, Patients "
        "registered at a GP practice.",
    )


def _ordinary(plan: Plan, name: str, proposal: Proposal) -> list[Block]:
    drawn = [d for d in (proposal.evidence.get("ensemble") or {}).get("draws", ()) if d["parted"]]
    if not drawn:
        return []
    marks = [("today’s networks", PRESENT, INK), ("proposed groups", name, BLUE)]
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
        "title": "Neighbours parted, %",
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
                "parted": plan.figures["groups_parted", _code(plan, key)].value,
                "km": plan.figures["groups_kilometres", _code(plan, key)].value,
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
    codes = [f"{_code(plan, name)}:{d['groups']}" for d in drawn]
    sentences: tuple[Words, ...] = tuple(
        (
            f"Of random plans with {d['groups']} groups, each within the bounds, ",
            Shown(plan.figures["groups_ordinary", c]),
            " part fewer neighbours than today’s networks do.",
        )
        for d, c in zip(drawn, codes, strict=True)
        if ("groups_ordinary", c) in plan.figures
    )
    return [
        Subheading("Today’s networks among plans drawn at random"),
        Chart(
            {"$schema": VEGA_LITE, "width": 560, "height": 260, "config": CONFIG, "layer": layers},
            "Random plans by compactness and neighbours parted, with today’s networks and the proposed groups "
            "marked; the values are above",
            "Grey: plans drawn by recombining random spanning trees, all within the bounds. Neither axis starts at "
            "nought. The draws favour compact "
            "plans: they show what is ordinary, and test nothing.",
        ),
        Bullets(sentences),
    ]


def _frontier(plan: Plan, name: str, proposal: Proposal) -> list[Block]:
    points = [p for p in proposal.evidence.get("frontier") or () if "parted" in p]
    if len(points) < 2:
        return []
    rows = tuple(
        Row(
            f"{p['low']:,} to {p['high']:,}",
            tuple(
                _shown(plan, m, f"{_code(plan, name)}:{p['low']}-{p['high']}")
                for m in ("groups_parted", "groups_kilometres")
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
                "title": "Fewest neighbours parted, %",
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
            "Fewest neighbours parted at each width of band; the values are in the table below",
            "Each point is the plan, with as many groups, that parts fewest neighbours within that band: each "
            "proved. The axis does not start at nought.",
        ),
        Table(
            "The fewest neighbours that must be parted at each band of sizes",
            ("Sizes of groups", "Neighbours parted", "To the hub, km"),
            rows,
            (0,),
            note,
        ),
    ]


def _how(plan: Plan) -> Paragraph:
    card = plan.cards["groups_kilometres"]
    mean = plan.figures["groups_kilometres", _code(plan, PRESENT)]
    return Paragraph(
        (
            "Two practices touch if the areas that hold most of their patients, or in which they lead, meet; or if "
            "enough of one’s list lives where the "
            "other’s does. Groups hang together so, keep whole practices, and are as compact as can be: the sum over "
            "practices of list times straight "
            f"line to the group’s best-placed surgery (today {number(mean.value, card)} km a patient). Bounds, fixed "
            f"pairs and weights are settings of the study."
            " A practice above the upper bound is a group of its own.",
        ),
        True,
    )
