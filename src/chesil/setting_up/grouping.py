"""Setting up grouping: its settings, its tables from the pack, a study's proposals as plans, and a plan as a proposal."""

from collections.abc import Callable, Mapping
from dataclasses import asdict

import numpy as np

from chesil.analyses.grouping import GroupingSettings, GroupPlan, assess_grouping, practices_of, propose_groups
from chesil.analyses.grouping.proposing import GroupsFound
from chesil.core.assessment import Assessment
from chesil.core.settings import settings_from
from chesil.packs.pack import read_table
from chesil.place.assembling import assemble_place
from chesil.place.place import Place, plain_name
from chesil.registers.proposals import Proposal
from chesil.study import Study

WITH_FLOWS = ("2022/23", "2025/26")


def grouping_settings(study: Study, said: Mapping[str, object] | None = None) -> GroupingSettings:
    """The study's settings of grouping, with what a command says over them."""
    return settings_from(
        GroupingSettings, {**study.settings.get("grouping", {}), **(said or {})}, "study.toml [grouping]"
    )


def group_proposals(study: Study) -> dict[str, Proposal]:
    """The study's proposals of groups, by name."""
    return {n: p for n, p in sorted(study.proposals.items()) if p.kind == "groups"}


def with_proposed_groups(place: Place, study: Study) -> Place:
    """The place with each proposal of groups as a grouping, so that every measure is computed for every group."""
    for proposal in group_proposals(study).values():
        place = place.with_groups(proposal.title, _group_of(proposal))
    return place


def _group_of(proposal: Proposal) -> dict[str, str]:
    return {str(r["practice_code"]): str(r["group"]) for r in proposal.assignments}


def plans_of(study: Study) -> tuple[GroupPlan, ...]:
    """The study's proposals of groups as plans to be scored."""
    plans = []
    for name, proposal in group_proposals(study).items():
        kind = f"study:{plain_name(proposal.title)}"
        group_of = _group_of(proposal)
        plans.append(
            GroupPlan(name, proposal.title, group_of, {g: f"{kind}:{plain_name(g)}" for g in group_of.values()})
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
    wanted = study.wanted if isinstance(study.wanted, str) else list(study.wanted)
    place = assemble_place(wanted, vintage=study.vintage, as_at=study.as_at, only=frozenset())
    practices = practices_of(place, read_table("area_neighbours"), settings)
    begun = clock()
    found = propose_groups(practices, settings, np.random.default_rng(settings.seed), tell=tell, stop=stop)
    names = group_names(place, found)
    exceptional = {c for e in found.exceptions for c in e}
    rows = [
        {"practice_code": c, "group": names[k], "hub": found.hubs[k], "is_exception": c in exceptional}
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


def group_names(place: Place, found: GroupsFound) -> list[str]:
    """A name for each group: the middle-layer areas (House of Commons Library names) where most of its patients live."""
    of_area = dict(place.areas.select("lsoa11", "msoa_name").iter_rows())
    people: list[dict[str, int]] = []
    index = {c: k for k, g in enumerate(found.groups) for c in g}
    for _ in found.groups:
        people.append({})
    for code, area, patients in place.registrations.select("practice_code", "lsoa11", "patients").iter_rows():
        if code in index and of_area.get(area):
            at = people[index[code]]
            at[of_area[area]] = at.get(of_area[area], 0) + patients
    names: list[str] = []
    for k, counts in enumerate(people):
        ranked = [n for n, _ in sorted(counts.items(), key=lambda c: (-c[1], c[0]))]
        name = " and ".join(ranked[:2]) or f"Group {k + 1}"
        names.append(name if name not in names else f"{name} ({k + 1})")
    return names
