"""Analysis: grouping. A plan of groups scored beside today's networks: sizes, travel, communities cut, who is resident."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from chesil.analyses.grouping.areas import areas_of
from chesil.analyses.grouping.building import Units, practices_of
from chesil.analyses.grouping.proposing import mean_kilometres, networks_of, propose_groups, share_parted
from chesil.analyses.grouping.settings import GroupingSettings
from chesil.core.assessment import Assessment
from chesil.core.errors import some_of
from chesil.core.figure import Figure
from chesil.core.tables import Column, TableContract
from chesil.measures.card import load_measure
from chesil.place.place import Place
from chesil.place.vintage import find_vintage

__all__ = [
    "GroupPlan",
    "GroupingSettings",
    "areas_of",
    "assess_grouping",
    "measure_of",
    "practices_of",
    "propose_groups",
]

PRESENT, PRESENT_BY_AREA = "networks", "networks-by-area"
GROUP_TABLE = TableContract(
    name="groups_scored",
    about="One row a plan and group: its people, and where they live.",
    key=("plan", "group"),
    columns=(
        Column("plan", "text", "name of the plan, or `networks` for today's"),
        Column("group", "text", "name of the group"),
        Column("members", "text", "practice or area codes with spaces between"),
        Column("people", "int", "registered patients, or residents of a group of areas", "people"),
        Column(
            "kilometres", "float", "mean straight line from patients' surgeries, or residents' areas, to the hub", "km"
        ),
        Column("hub", "text", "practice or area at the hub"),
        Column("at_home", "float", "share of patients living in areas where most people use the group", "share", True),
        Column("loyal", "float", "share of those areas' registered people who use it", "share", True),
        Column("residents", "int", "residents of those areas, mid-2020", "people"),
        Column("deprivation", "float", "mean deprivation score of its patients", "score"),
        Column("largest_council", "float", "share of patients whose practice is in its main council", "share"),
    ),
)


@dataclass(frozen=True)
class GroupPlan:
    """A plan to be scored: its name, the group of each practice or area, and each group's unit code in the place.

    `bounds` are those that it was drawn to keep, else the study's.
    """

    name: str
    title: str
    group_of: Mapping[str, str]
    unit_of: Mapping[str, str]
    gap: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    of: str = "practices"
    bounds: tuple[int, int] | None = None


def assess_grouping(
    place: Place, neighbours: pl.DataFrame, plans: tuple[GroupPlan, ...], settings: GroupingSettings
) -> Assessment:
    """Score today's networks and each plan; nothing is solved. `neighbours` are pairs of areas that share a border.

    Figures of a whole plan have the place's code, a colon and the plan's name; of a group, the group's own code.
    """
    kinds = ["practices", *(["areas"] if any(p.of == "areas" for p in plans) else [])]
    units_of = {k: (practices_of if k == "practices" else areas_of)(place, neighbours, settings) for k in kinds}
    every = [*(_present(units) for units in units_of.values()), *plans]
    figures: list[Figure] = []
    rows, owned = [], []
    for plan in every:
        units, groups = units_of[plan.of], _indices(units_of[plan.of], plan)
        owners = _owners(place, units, groups)
        owned += [(plan.name, a, g) for a, g in owners.items()]
        figures += _plan_figures(place, units, plan, groups, settings)
        for name, members in groups.items():
            rows.append(_group_row(place, units, plan, name, members, owners))
            if name in plan.unit_of:
                figures += _group_figures(place, units, plan.unit_of[name], rows[-1])
    for kind, present in zip(kinds, every, strict=False):
        parted = _parted_of(units_of[kind], list(_indices(units_of[kind], present).values()))
        figures += [f for p in plans if p.of == kind for f in _evidence_figures(place, p, parted)]
    table = pl.DataFrame(rows, schema=GROUP_TABLE.schema, orient="row")
    owner_table = pl.DataFrame(owned, schema={"plan": pl.String, "lsoa11": pl.String, "group": pl.String}, orient="row")
    left = {p.title: sorted(set(units_of[p.of].codes) - set(p.group_of)) for p in plans}
    warnings = tuple(f"The plan “{t}” leaves out {some_of(c, 5)}." for t, c in left.items() if c)
    about = {"groups": GROUP_TABLE.about, "owners": "The group that most registered people of each area use, by plan."}
    return Assessment("grouping", tuple(figures), {"groups": table, "owners": owner_table}, about, warnings)


def _present(units: Units) -> GroupPlan:
    """Today's networks as a plan: practices by their network, or areas by the network that most of their people use."""
    pairs = list(zip(units.codes, units.pcns, strict=True))
    if units.of == "areas":
        title = "today’s networks, by area"
        return GroupPlan(PRESENT_BY_AREA, title, {c: p if p != "U" else "no network" for c, p in pairs}, {}, of="areas")
    return GroupPlan(PRESENT, "today’s networks", {c: p if p != "U" else f"U:{c}" for c, p in pairs}, {})


def measure_of(kind: str, name: str) -> str:
    """The measure of a plan of practices or of areas: patients and surgeries of the one, residents of the other."""
    return f"groups_{name}" if kind == "practices" else f"groups_area_{'cut' if name == 'parted' else name}"


def _parted_of(units: Units, groups: list[list[int]]) -> float:
    return share_parted(units.shared, float(units.flows.sum()), groups)


def _indices(units: Units, plan: GroupPlan) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for k, code in enumerate(units.codes):
        if code in plan.group_of:
            found.setdefault(plan.group_of[code], []).append(k)
    return dict(sorted(found.items()))


def _owners(place: Place, units: Units, groups: Mapping[str, list[int]]) -> dict[str, str]:
    """The group with most registered people of each of the place's areas (ties to the first name)."""
    if units.of == "areas":
        return {units.codes[k]: g for g, members in groups.items() for k in members}
    if not groups:
        return {}
    names = list(groups)
    people = np.vstack([units.flows[members].sum(axis=0) for members in groups.values()])
    mine = set(place.areas["lsoa11"])
    most = people.argmax(axis=0)
    return {a: names[most[k]] for k, a in enumerate(units.areas) if a in mine and people[most[k], k] > 0}


def _group_row(
    place: Place, units: Units, plan: GroupPlan, name: str, members: list[int], owners: Mapping[str, str]
) -> tuple[object, ...]:
    """The row of one group. Of a group of areas, `at_home` are patients living there whose practice stands there too."""
    own = np.array([owners.get(a) == name for a in units.areas])
    lists = units.people[members]
    travel = lists @ units.distances[np.ix_(members, members)]
    people = units.flows[members]
    everyone = dict(
        place.areas.select(
            "lsoa11",
            "registered",
        ).iter_rows()
    )
    registered = sum(everyone[a] or 0 for a, o in owners.items() if o == name)
    residents = dict(place.areas.select("lsoa11", "residents_2020").iter_rows())
    inside = float(people[:, own].sum())
    return (
        plan.name, name, " ".join(units.codes[k] for k in members), int(lists.sum()), float(travel.min() / lists.sum()),
        units.codes[members[int(travel.argmin())]], inside / float(people.sum()) if people.sum() else None,
        inside / registered if registered else None, int(sum(residents[a] or 0 for a, o in owners.items() if o == name)),
        float(units.deprivation[members] @ lists / lists.sum()), _main_council(units, members) / float(lists.sum()),
    )  # fmt: skip


def _figure(
    place: Place,
    measure: str,
    code: str,
    name: str,
    value: float | None,
    parts: tuple[float | None, float | None] = (None, None),
    notes: tuple[str, ...] = (),
) -> Figure:
    card = load_measure(measure)
    receipts = (*place.receipts_for("practices"), *place.receipts_for("registrations"))
    modelled = card.standing == "modelled" and place.registrations_are == "projected"
    rests = ("Rests on patients by area projected from July 2022.",) if modelled else ()
    return Figure(
        measure=measure,
        unit_code=code,
        unit_name=name,
        vintage=place.vintage,
        period=find_vintage(place.vintage).lists,
        unit=card.unit,
        method=card.formula,
        value=value,
        numerator=parts[0],
        denominator=parts[1],
        scenario=place.scenario,
        limits=f"none: {card.no_limits_because}",
        standing="modelled" if modelled else "derived",
        notes=(*notes, *rests),
        receipts=tuple(dict.fromkeys(receipts)),
        reason="" if value is not None else "no patients by area",
    )


def _plan_figures(
    place: Place, units: Units, plan: GroupPlan, groups: Mapping[str, list[int]], settings: GroupingSettings
) -> list[Figure]:
    members = list(groups.values())
    if not members:
        return []
    sizes = [int(units.people[g].sum()) for g in members]
    people, code = float(sum(sizes)), f"{place.code}:{plan.name}"
    low, high = plan.bounds or (settings.low, settings.high)
    held = float(sum(s for s in sizes if low <= s <= high))
    band = (f"Groups of {low:,} to {high:,}.",)
    parted, total = _parted_of(units, members), float(units.flows.sum())
    km, moved = mean_kilometres(units, members), float(_moved(units, members))

    def made(name: str, value: float, parts: tuple[float, float | None], notes: tuple[str, ...] = ()) -> Figure:
        return _figure(place, measure_of(units.of, name), code, plan.title, value, parts, notes)

    across = people - sum(_main_council(units, g) for g in members)
    means = [float(units.deprivation[g] @ units.people[g] / max(1, units.people[g].sum())) for g in members]
    spread = max(means) - min(means)
    run = (f"Means of groups run from {min(means):.1f} to {max(means):.1f}.",)
    return [
        _figure(place, "groups_number", code, plan.title, float(len(members)), (float(len(members)), None)),
        made("least", float(min(sizes)), (float(min(sizes)), None)),
        made("most", float(max(sizes)), (float(max(sizes)), None)),
        made("in_bounds", 100 * held / people, (held, people), band),
        made("kilometres", km, (km * people, people)),
        made("parted", 100 * parted, (parted * total, total)),
        made("moved", moved, (moved, None)),
        made("across_councils", 100 * across / people, (across, people)),
        made("need_spread", spread, (spread, None), run),
    ]


def _main_council(units: Units, members: list[int]) -> float:
    """People of a group in the council that has most of them."""
    found: dict[str, float] = {}
    for k in members:
        found[units.councils[k]] = found.get(units.councils[k], 0.0) + float(units.people[k])
    return max(found.values())


def _moved(units: Units, groups: list[list[int]]) -> int:
    """People of units that would leave the group in which most of their network's people are."""
    owner = {k: n for n, g in enumerate(groups) for k in g}
    moved = 0
    for network in networks_of(units):
        inside: dict[int, int] = {}
        for k in network:
            if k in owner:
                inside[owner[k]] = inside.get(owner[k], 0) + int(units.people[k])
        moved += sum(inside.values()) - max(inside.values(), default=0)
    return moved


def _evidence_figures(place: Place, plan: GroupPlan, present: float) -> list[Figure]:
    """What the proposal holds beside its groups: its gap, the share of random plans that part fewer than `present`."""
    out = []
    code = f"{place.code}:{plan.name}"
    solved = ("As the proposal says; it was solved once and is not solved again here.",)
    if plan.gap is not None:
        out.append(_figure(place, "groups_gap", code, plan.title, 100 * plan.gap, notes=solved))
    for drawn in (plan.evidence.get("ensemble") or {}).get("draws", ()):
        if drawn["parted"]:
            fewer = sum(p < present for p in drawn["parted"])
            parts = (float(fewer), float(len(drawn["parted"])))
            name = f"{drawn['groups']} groups, drawn at random"
            at = f"{code}:{drawn['groups']}"
            out.append(
                _figure(place, measure_of(plan.of, "ordinary"), at, name, 100 * parts[0] / parts[1], parts, solved)
            )
    for point in plan.evidence.get("frontier") or ():
        name = f"groups of {point['low']:,} to {point['high']:,}"
        at = f"{code}:{point['low']}-{point['high']}"
        if "parted" in point:
            out.append(_figure(place, measure_of(plan.of, "parted"), at, name, 100 * point["parted"], notes=solved))
            out.append(_figure(place, measure_of(plan.of, "kilometres"), at, name, point["kilometres"], notes=solved))
    return out


def _group_figures(place: Place, units: Units, code: str, row: tuple[object, ...]) -> list[Figure]:
    named: dict[str, Any] = dict(zip(GROUP_TABLE.names, row, strict=True))
    name, people, km = str(named["group"]), float(named["people"]), float(named["kilometres"])
    inside, residents = float(named["largest_council"]), float(named["residents"])
    out = [
        _figure(place, measure_of(units.of, "kilometres"), code, name, km, (km * people, people)),
        _figure(place, measure_of(units.of, "in_council"), code, name, 100 * inside, (inside * people, people)),
        _figure(place, "groups_residents", code, name, residents, (residents, None)),
    ]
    if units.of == "areas":
        away = None if named["at_home"] is None else 100 * (1 - float(named["at_home"]))
        return [*out, _figure(place, "groups_area_cut", code, name, away)]
    shares = (("groups_at_home", named["at_home"]), ("groups_loyal", named["loyal"]))
    return out + [_figure(place, m, code, name, None if s is None else 100 * float(s)) for m, s in shares]
