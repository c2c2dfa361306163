"""One proposal of groups on the page: its map, its groups, who is in which, and the charts beside it."""

from chesil.blueprint.atlas import make_atlas
from chesil.blueprint.document import Block, Bullets, Map, Row, Subheading, Table, Words
from chesil.blueprint.map_svg import Label, draw_legend, draw_map
from chesil.blueprint.sections.groups_charts import frontier_blocks, ordinary_blocks, shown, sizes_chart
from chesil.blueprint.words import place_name
from chesil.place.outlines import group_outlines
from chesil.place.place import plain_name
from chesil.plan import Plan
from chesil.registers.proposals import Proposal

COLUMNS = {
    "practices": (
        ("list_size", "Patients"),
        ("share_65_plus", "65 and over"),
        ("deprivation", "Deprivation"),
        ("groups_kilometres", "To the hub, km"),
        ("groups_in_council", "In its main council"),
        ("groups_at_home", "Live in its areas"),
        ("groups_residents", "Residents there"),
    ),
    "areas": (
        ("groups_residents", "Residents"),
        ("groups_area_kilometres", "To the hub, km"),
        ("groups_area_in_council", "In its main council"),
        ("groups_area_cut", "Practice in another group"),
    ),
}
NOTES = {
    "practices": "Named after where most of its patients live. “Live in its areas”: patients "
    "living where most people use the group. “Residents there” are all who live in those areas, mid-2020.",
    "areas": "Named after where most of its residents live. “Practice in another group”: of patients living there, those "
    "whose practice stands in another group.",
}


def proposal_blocks(plan: Plan, name: str, proposal: Proposal) -> list[Block]:
    """Everything that the page shows of one proposal."""
    groups = sorted(set(proposal.group_of.values()))
    kind = f"study:{plain_name(proposal.title)}"
    unit = {g: f"{kind}:{plain_name(g)}" for g in groups}
    size_measure = COLUMNS[proposal.of][0][0]

    def size(group: str) -> float:
        found = plan.figures.get((size_measure, unit[group]))
        return (found.value or 0.0) if found is not None else 0.0

    by_size = sorted(groups, key=lambda g: (-size(g), g))
    exceptional = {str(r["group"]) for r in proposal.assignments if r.get("is_exception")}
    rows = tuple(
        Row(
            f"{g}{' (exception)' if g in exceptional else ''}",
            tuple(shown(plan, m, unit[g]) for m, _ in COLUMNS[proposal.of]),
        )
        for g in by_size
    )
    return [
        _map(plan, name, proposal, by_size),
        Table(
            f"Groups of “{proposal.title}”, from the largest to the smallest",
            ("Group", *(h for _, h in COLUMNS[proposal.of])),
            rows,
            (0,),
            NOTES[proposal.of],
        ),
        sizes_chart(plan, name),
        *ordinary_blocks(plan, name, proposal),
        *frontier_blocks(plan, name, proposal),
        Subheading("Who is in which group"),
        Bullets(_members(plan, proposal, by_size)),
        *([Bullets(tuple((n,) for n in proposal.notes))] if proposal.notes else []),
    ]


def _members(plan: Plan, proposal: Proposal, groups: list[str]) -> tuple[Words, ...]:
    """The practices of each group, or the neighbourhoods (middle-layer areas) that its areas are of."""
    if proposal.of == "areas":
        names = dict(plan.place.areas.select("lsoa11", "msoa_name").iter_rows())
    else:
        names = dict(plan.place.practices.select("practice_code", "practice_name").iter_rows())
        names = {c: place_name(n) for c, n in names.items()}
    members: dict[str, list[str]] = {g: [] for g in groups}
    for code, group in proposal.group_of.items():
        if names.get(code):
            members[group].append(names[code])
    return tuple((f"{g}: {', '.join(sorted(set(found)))}.",) for g, found in members.items())


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
