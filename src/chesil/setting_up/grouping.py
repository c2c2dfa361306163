"""Setting up grouping: its settings, its tables from the pack, a study's proposals as plans, and a plan as a proposal."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict

import numpy as np
import polars as pl

from chesil.analyses.grouping import (
    GroupingSettings,
    GroupPlan,
    areas_of,
    assess_grouping,
    practices_of,
    propose_groups,
)
from chesil.analyses.grouping.proposing import GroupsFound
from chesil.core.assessment import Assessment
from chesil.core.settings import settings_from
from chesil.packs.pack import read_table
from chesil.place.assembling import assemble_place
from chesil.place.place import Place, plain_name
from chesil.registers.proposals import Proposal
from chesil.study import Study

WITH_FLOWS = ("2022/23", "2025/26")
ENDING = re.compile(r" (?:North|South|East|West|Central|Town|Outer)$")
BEGINNING = re.compile(r"^(?:North|South|East|West|Central) ")
LARGE = 100_000
ABOUT = 0.2
"""How far sizes may lie from what groups are to be about, as a share (our assumption: policy gives no bounds)."""


def grouping_settings(study: Study, said: Mapping[str, object] | None = None) -> GroupingSettings:
    """The study's settings of grouping, with what a command says over them."""
    return settings_from(
        GroupingSettings, {**study.settings.get("grouping", {}), **(said or {})}, "study.toml [grouping]"
    )


def bounds_about(size: int) -> dict[str, int]:
    """The bounds of groups of about so many people."""
    return {"low": round(size * (1 - ABOUT)), "high": round(size * (1 + ABOUT)), "groups": 0}


def name_and_title(settings: GroupingSettings, about: int = 0) -> tuple[str, str]:
    """The usual name and title of a proposal: of what, and about how many people."""
    size = f"-{about}" if about else ""
    if settings.of == "areas":
        return f"areas{size}", "Proposed groups of areas" + (f" of about {about:,}" if about else "")
    return f"groups{size}", f"Groups of about {about:,}" if about else "Proposed groups"


def group_proposals(study: Study) -> dict[str, Proposal]:
    """The study's proposals of groups, by name."""
    return {n: p for n, p in sorted(study.proposals.items()) if p.kind == "groups"}


def with_proposed_groups(place: Place, study: Study) -> Place:
    """The place with each proposal of groups as a grouping, so that every measure is computed for every group."""
    for proposal in group_proposals(study).values():
        place = place.with_groups(proposal.title, proposal.group_of, "area" if proposal.of == "areas" else "practice")
    return place


def plans_of(study: Study) -> tuple[GroupPlan, ...]:
    """The study's proposals of groups as plans to be scored."""
    plans = []
    for name, proposal in group_proposals(study).items():
        kind = f"study:{plain_name(proposal.title)}"
        found = proposal.group_of
        units = {g: f"{kind}:{plain_name(g)}" for g in found.values()}
        bounds = (int(proposal.settings["low"]), int(proposal.settings["high"]))
        plans.append(
            GroupPlan(name, proposal.title, found, units, proposal.gap, proposal.evidence, proposal.of, bounds)
        )
    return tuple(plans)


def grouping_of(study: Study, place: Place) -> Assessment | None:
    """Today's networks and the study's proposals scored; None where it is not known where patients live."""
    if place.vintage not in WITH_FLOWS or place.registrations.is_empty():
        return None
    return assess_grouping(place, read_table("area_neighbours"), plans_of(study), grouping_settings(study))


def propose_for(
    study: Study,
    settings: GroupingSettings,
    name: str,
    title: str,
    *,
    tell: Callable[[str, float, float], None],
    stop: Callable[[], bool],
    clock: Callable[[], float],
) -> tuple[Proposal, GroupsFound, Place]:
    """Solve for groups of the study's place: the proposal to keep, what was found, and the place."""
    place = assemble_place(study.wanted, vintage=study.vintage, as_at=study.as_at, only=frozenset())
    units = (areas_of if settings.of == "areas" else practices_of)(place, read_table("area_neighbours"), settings)
    begun = clock()
    found = propose_groups(units, settings, np.random.default_rng(settings.seed), tell=tell, stop=stop)
    names = group_names(place, found, settings.of)
    exceptional = {c for e in found.exceptions for c in e}
    key = "lsoa11" if settings.of == "areas" else "practice_code"
    rows = [
        {key: c, "group": names[k], "hub": found.hubs[k], "is_exception": c in exceptional}
        for k, group in enumerate(found.groups)
        for c in group
    ]
    best = found.districts
    proposal = Proposal(
        name=name, kind="groups", title=title, place_fingerprint=place.fingerprint, settings=asdict(settings), solver=best.method,
        seed=settings.seed, objective=best.cost, bound=best.bound if np.isfinite(best.bound) else None,
        gap=best.gap if np.isfinite(best.bound) else None, is_proved=best.is_proved and bool(np.isfinite(best.bound)),
        seconds=round(clock() - begun, 1), assignments=tuple(rows), notes=found.notes, evidence=found.evidence,
    )  # fmt: skip
    return proposal, found, place


def group_names(place: Place, found: GroupsFound, of: str = "practices") -> list[str]:
    """A name for each group: the neighbourhoods (middle-layer areas, named by the House of Commons Library) where most of its
    people live; of groups of more than `LARGE` people, the districts of 2018.
    """  # fmt: skip
    index = {c: k for k, g in enumerate(found.groups) for c in g}
    if of == "areas":
        table = place.areas.select(pl.col("lsoa11").alias("unit"), "lsoa11", "residents_2020")
    else:
        table = place.registrations.select("practice_code", "lsoa11", "patients")
    total = sum(n or 0 for u, _, n in table.iter_rows() if u in index)
    districts = place.groups.filter((pl.col("group_type") == "ltla18") & (pl.col("member_type") == "area"))
    are_districts = total > LARGE * len(found.groups) and districts.height > 0
    if are_districts:
        named = dict(districts.select("member_code", "group_name").iter_rows())
    else:
        named = dict(place.areas.select("lsoa11", "msoa_name").iter_rows())
    people: list[dict[str, int]] = [{} for _ in found.groups]
    for unit, area, number in table.iter_rows():
        if unit in index and named.get(area):
            at = people[index[unit]]
            at[named[area]] = at.get(named[area], 0) + (number or 0)
    names: list[str] = []
    for k, counts in enumerate(people):
        choices = [*names_from(counts, are_districts), f"Group {k + 1}"]
        used = {frozenset(n.split(" and ")) for n in names}
        names.append(next((c for c in choices if frozenset(c.split(" and ")) not in used), f"{choices[0]} ({k + 1})"))
    return names


def names_from(people: Mapping[str, int], are_districts: bool = False) -> list[str]:
    """Names by the one or two towns with most people, the likeliest first; a town's west or outskirts count as the town.

    >>> names_from({"West Verwood": 9, "East Verwood": 8, "Cranborne": 3})[0]
    'Verwood'
    """
    merged: dict[str, int] = {}
    for full, number in people.items():
        stem = full if are_districts else ENDING.sub("", full)
        other = BEGINNING.sub("", stem)
        shared = sum(BEGINNING.sub("", ENDING.sub("", o)) == other for o in people) > 1 and len(other) > len("Cliff")
        town = other if shared and not are_districts else stem
        merged[town] = merged.get(town, 0) + number
    ranked = sorted(merged, key=lambda n: (-merged[n], n))
    if not ranked or 2 * merged[ranked[0]] > sum(merged.values()):
        return ranked
    return [f"{ranked[0]} and {other}" for other in ranked[1:]]
