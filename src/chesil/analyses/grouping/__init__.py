"""Analysis: grouping. A plan of groups scored beside today's networks: sizes, travel, communities cut, who is resident."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from chesil.analyses.grouping.building import Practices, practices_of
from chesil.analyses.grouping.proposing import mean_kilometres, networks_of, propose_groups, share_parted
from chesil.analyses.grouping.settings import GroupingSettings
from chesil.core.assessment import Assessment
from chesil.core.figure import Figure
from chesil.core.tables import Column, TableContract
from chesil.measures.card import load_measure
from chesil.place.place import Place
from chesil.place.vintage import find_vintage

__all__ = ["GroupPlan", "GroupingSettings", "assess_grouping", "practices_of", "propose_groups"]

PRESENT = "networks"
GROUP_TABLE = TableContract(
    name="groups_scored",
    about="One row a plan and group: its people, and where they live.",
    key=("plan", "group"),
    columns=(
        Column("plan", "text", "name of the plan, or `networks` for today's"),
        Column("group", "text", "name of the group"),
        Column("practices", "text", "practice codes with spaces between"),
        Column("patients", "int", "registered patients", "patients"),
        Column("kilometres", "float", "mean straight line from patients' surgeries to the hub", "km"),
        Column("hub", "text", "practice at the hub"),
        Column("at_home", "float", "share of patients living in areas where most people use the group", "share", True),
        Column("loyal", "float", "share of those areas' registered people who use it", "share", True),
        Column("residents", "int", "residents of those areas, mid-2020", "people"),
        Column("deprivation", "float", "mean deprivation score of its patients", "score"),
        Column("largest_council", "float", "share of patients whose practice is in its main council", "share"),
    ),
)


@dataclass(frozen=True)
class GroupPlan:
    """A plan to be scored: its name, the group of each practice code, and each group's unit code in the place."""

    name: str
    title: str
    group_of: Mapping[str, str]
    unit_of: Mapping[str, str]
    gap: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


def assess_grouping(
    place: Place, neighbours: pl.DataFrame, plans: tuple[GroupPlan, ...], settings: GroupingSettings
) -> Assessment:
    """Score today's networks and each plan; nothing is solved. `neighbours` are pairs of areas that share a border.

    Figures of a whole plan have the place's code, a colon and the plan's name; of a group, the group's own code.
    """
    practices = practices_of(place, neighbours, settings)
    present = GroupPlan(PRESENT, "today’s networks", _present(practices), {})
    figures: list[Figure] = []
    rows = []
    for plan in (present, *plans):
        groups = _indices(practices, plan)
        figures += _plan_figures(place, practices, plan, groups, settings)
        for name, members in groups.items():
            row = _group_row(place, practices, plan, name, members, groups)
            rows.append(row)
            if name in plan.unit_of:
                figures += _group_figures(place, plan.unit_of[name], row)
    parted = next(f.value or 0.0 for f in figures if f.measure == "groups_parted") / 100
    figures += [f for p in plans for f in _evidence_figures(place, p, parted)]
    table = pl.DataFrame(rows, schema=GROUP_TABLE.schema, orient="row")
    owners = pl.DataFrame(
        [(p.name, a, g) for p in (present, *plans) for a, g in _owners(place, practices, _indices(practices, p)).items()],
        schema={"plan": pl.String, "lsoa11": pl.String, "group": pl.String}, orient="row",
    )  # fmt: skip
    left = {p.title: sorted(set(practices.codes) - set(p.group_of)) for p in plans}
    warnings = tuple(f"The plan “{t}” leaves out {', '.join(c)}." for t, c in left.items() if c)
    about = {"groups": GROUP_TABLE.about, "owners": "The group that most registered people of each area use, by plan."}
    return Assessment("grouping", tuple(figures), {"groups": table, "owners": owners}, about, warnings)


def _present(practices: Practices) -> dict[str, str]:
    return {c: p if p != "U" else f"U:{c}" for c, p in zip(practices.codes, practices.pcns, strict=True)}


def _indices(practices: Practices, plan: GroupPlan) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for k, code in enumerate(practices.codes):
        if code in plan.group_of:
            found.setdefault(plan.group_of[code], []).append(k)
    return dict(sorted(found.items()))


def _owners(place: Place, practices: Practices, groups: Mapping[str, list[int]]) -> dict[str, str]:
    """The group with most registered people of each of the place's areas (ties to the first name)."""
    if not groups:
        return {}
    names = list(groups)
    people = np.vstack([practices.flows[members].sum(axis=0) for members in groups.values()])
    mine = set(place.areas["lsoa11"])
    most = people.argmax(axis=0)
    return {a: names[most[k]] for k, a in enumerate(practices.areas) if a in mine and people[most[k], k] > 0}


def _group_row(
    place: Place, practices: Practices, plan: GroupPlan, name: str, members: list[int], groups: Mapping[str, list[int]]
) -> tuple[object, ...]:
    owners = _owners(place, practices, groups)
    own = np.array([owners.get(a) == name for a in practices.areas])
    lists = practices.lists[members]
    travel = lists @ practices.distances[np.ix_(members, members)]
    people = practices.flows[members]
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
        plan.name, name, " ".join(practices.codes[k] for k in members), int(lists.sum()), float(travel.min() / lists.sum()),
        practices.codes[members[int(travel.argmin())]], inside / float(people.sum()) if people.sum() else None,
        inside / registered if registered else None, int(sum(residents[a] or 0 for a, o in owners.items() if o == name)),
        float(practices.deprivation[members] @ lists / lists.sum()), _main_council(practices, members) / float(lists.sum()),
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
    place: Place, practices: Practices, plan: GroupPlan, groups: Mapping[str, list[int]], settings: GroupingSettings
) -> list[Figure]:
    members = list(groups.values())
    sizes = [int(practices.lists[g].sum()) for g in members]
    people, code = sum(sizes), f"{place.code}:{plan.name}"
    if not members:
        return []
    held = sum(s for s in sizes if settings.low <= s <= settings.high)
    band = (f"Groups of {settings.low:,} to {settings.high:,} registered patients.",)
    parted, total = share_parted(practices.shared, float(practices.flows.sum()), members), float(practices.flows.sum())
    km = mean_kilometres(practices, members)
    moved = _moved(practices, members)
    return [
        _figure(place, "groups_number", code, plan.title, float(len(members)), (float(len(members)), None)),
        _figure(place, "groups_least", code, plan.title, float(min(sizes)), (float(min(sizes)), None)),
        _figure(place, "groups_most", code, plan.title, float(max(sizes)), (float(max(sizes)), None)),
        _figure(place, "groups_in_bounds", code, plan.title, 100 * held / people, (float(held), float(people)), band),
        _figure(place, "groups_kilometres", code, plan.title, km, (km * people, float(people))),
        _figure(place, "groups_parted", code, plan.title, 100 * parted, (parted * total, total)),
        _figure(place, "groups_moved", code, plan.title, float(moved), (float(moved), None)),
        *_borders_and_need(place, practices, plan, members),
    ]


def _borders_and_need(place: Place, practices: Practices, plan: GroupPlan, groups: list[list[int]]) -> list[Figure]:
    """Patients grouped across councils, and how far the groups' mean deprivation runs from the least to the most."""
    code = f"{place.code}:{plan.name}"
    people = float(sum(practices.lists[g].sum() for g in groups))
    across = people - sum(_main_council(practices, g) for g in groups)
    means = [float(practices.deprivation[g] @ practices.lists[g] / practices.lists[g].sum()) for g in groups]
    spread = max(means) - min(means)
    parts = (float(across), people)
    note = (f"Means of groups run from {min(means):.1f} to {max(means):.1f}.",)
    return [
        _figure(place, "groups_across_councils", code, plan.title, 100 * across / people, parts),
        _figure(place, "groups_need_spread", code, plan.title, spread, (spread, None), note),
    ]


def _main_council(practices: Practices, members: list[int]) -> float:
    """Patients of a group's practices in the council that has most of them."""
    found: dict[str, float] = {}
    for k in members:
        found[practices.councils[k]] = found.get(practices.councils[k], 0.0) + float(practices.lists[k])
    return max(found.values())


def _moved(practices: Practices, groups: list[list[int]]) -> int:
    """Patients of practices that would leave the group in which most of their network's patients are."""
    owner = {k: n for n, g in enumerate(groups) for k in g}
    moved = 0
    for network in networks_of(practices):
        inside: dict[int, int] = {}
        for k in network:
            if k in owner:
                inside[owner[k]] = inside.get(owner[k], 0) + int(practices.lists[k])
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
            out.append(_figure(place, "groups_ordinary", at, name, 100 * parts[0] / parts[1], parts, solved))
    for point in plan.evidence.get("frontier") or ():
        name = f"groups of {point['low']:,} to {point['high']:,}"
        at = f"{code}:{point['low']}-{point['high']}"
        if "parted" in point:
            out.append(_figure(place, "groups_parted", at, name, 100 * point["parted"], notes=solved))
            out.append(_figure(place, "groups_kilometres", at, name, point["kilometres"], notes=solved))
    return out


def _group_figures(place: Place, code: str, row: tuple[object, ...]) -> list[Figure]:
    named: dict[str, Any] = dict(zip(GROUP_TABLE.names, row, strict=True))
    name, patients, km = str(named["group"]), float(named["patients"]), float(named["kilometres"])
    at_home, loyal = named["at_home"], named["loyal"]
    out = [_figure(place, "groups_kilometres", code, name, km, (km * patients, patients))]
    for measure, share in (("groups_at_home", at_home), ("groups_loyal", loyal)):
        out.append(_figure(place, measure, code, name, None if share is None else 100 * float(share)))
    inside = float(named["largest_council"])
    out.append(_figure(place, "groups_in_council", code, name, 100 * inside, (inside * patients, patients)))
    out.append(
        _figure(place, "groups_residents", code, name, float(named["residents"]), (float(named["residents"]), None))
    )
    return out
