"""Proposing groups: the best plan with its proof, plans beside it, the frontier, and what is unusual of today's networks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from chesil.analyses.grouping.building import Units
from chesil.analyses.grouping.explaining import arithmetic_faults, faults_of
from chesil.analyses.grouping.posing import PEOPLE, Posed, pose
from chesil.analyses.grouping.settings import GroupingSettings
from chesil.core.errors import InputRefused
from chesil.methods.districting import (
    Districting,
    Districts,
    group_costs,
    hub_of,
    list_groups,
    next_best_plan,
    relaxation,
    solve_listed,
)
from chesil.methods.districting_ensemble import recombine
from chesil.methods.districting_moves import improved_by_moves
from chesil.methods.districting_search import part_among, solve_districting
from chesil.methods.districting_small import are_small, quick_plan

Tell = Callable[[str, float, float], None]
FRONTIER_SHARES = (1 / 8, 3 / 16, 1 / 4, 5 / 16)
"""How far sizes may lie from the mean, as shares of it."""
FRONTIER_MOST, FRONTIER_NODES = 40_000, 200
KEPT_DRAWS = 300
BURN_IN = 0.2
"""The first draws, as a share, which still look like the plan that they began from, are left out."""


@dataclass(frozen=True, eq=False)
class GroupsFound:
    """A plan for a place: practice codes by group, the hub of each, the exceptions, proof and what stands beside it."""

    groups: tuple[tuple[str, ...], ...]
    hubs: tuple[str, ...]
    exceptions: tuple[tuple[str, ...], ...]
    districts: Districts
    is_interrupted: bool
    evidence: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def propose_groups(
    units: Units,
    settings: GroupingSettings,
    rng: np.random.Generator,
    *,
    tell: Tell = lambda step, cost, bound: None,
    stop: Callable[[], bool] = lambda: False,
) -> GroupsFound:
    """The best groups within the rules; `InputRefused` says which rule is at fault where there are none."""
    posed = pose(units, settings)
    named = [units.named(k) for k in posed.units]
    if impossible := arithmetic_faults(posed.problem, named):
        raise InputRefused("No plan can keep the rules", impossible, "Ease one of them and try again")
    districts = (
        solve_districting(posed.problem, tell=tell, stop=stop)
        if posed.units
        else Districts((), 0.0, 0.0, "nothing to group")
    )
    if districts is None and not stop():
        tell("finding which rule is at fault", np.inf, -np.inf)
        raise InputRefused(
            "No plan can keep the rules", faults_of(posed.problem, named), "Ease one of them and try again"
        )
    if districts is None:
        raise InputRefused("Stopped before a plan was found", [], "Let it run longer, or widen the bounds")
    groups = [tuple(posed.units[k] for k in g) for g in districts.groups]
    distances = units.distances
    whole = replace(posed.problem, sizes=units.people, distances=distances, touches=units.touches, together=(), apart=(),
                    pair_costs=None, means=(), least_groups=None, most_groups=None)  # fmt: skip
    every = sorted([*groups, *posed.exceptions])
    evidence: dict[str, Any] = {}
    interrupted = stop()
    if not interrupted and posed.units:
        evidence["next_best"] = next_best(posed, districts, tell)
        evidence["ensemble"] = ensemble_of(units, posed, districts, settings, rng, tell, stop)
        if settings.ensemble:
            evidence["frontier"] = frontier_of(units, posed, districts, tell, stop)
    big = [k for e in posed.exceptions for k in e if units.people[k] > settings.high]
    notes = [
        f"{units.named(k)} has {units.people[k]:,} {PEOPLE[units.of]}, above the upper bound: it is a group of its own."
        for k in big
    ]
    notes += [f"{a} and {b} touch only so that no part of the place stands alone." for a, b in units.bridges]
    notes += (
        ["It was stopped, by hand or by its time: the best plan so far, unproved."]
        if interrupted and not districts.is_proved
        else []
    )
    return GroupsFound(
        tuple(tuple(units.codes[k] for k in g) for g in every), tuple(units.codes[hub_of(whole, g)] for g in every),
        tuple(tuple(units.codes[k] for k in e) for e in posed.exceptions), districts, interrupted, evidence, tuple(notes),
    )  # fmt: skip


def share_parted(shared: np.ndarray, flows_total: float, groups: Sequence[Sequence[int]]) -> float:
    """The chance that two people registered in one small area are in different groups: communities cut."""
    together = sum(float(shared[np.ix_(list(g), list(g))].sum()) for g in groups)
    return 1.0 - together / flows_total if flows_total else 0.0


def next_best(posed: Posed, best: Districts, tell: Tell) -> dict[str, Any] | None:
    """The cost of the best other plan as a share above the best, and how many groups the two share; if it can be listed."""
    if not best.is_proved or len(best.groups) < 2:
        return None
    groups = list_groups(posed.problem, most=FRONTIER_MOST)
    if groups is None:
        return None
    tell("looking for the next best plan", best.cost, best.bound)
    second = next_best_plan(posed.problem, groups, group_costs(posed.problem, groups), best)
    if second is None:
        return None
    same = len(set(second.groups) & set(best.groups))
    return {"above": second.cost / best.cost - 1, "groups_shared": same, "groups": len(second.groups)}


def ensemble_of(
    units: Units,
    posed: Posed,
    best: Districts,
    settings: GroupingSettings,
    rng: np.random.Generator,
    tell: Tell,
    stop: Callable[[], bool],
) -> dict[str, Any] | None:
    """Random plans with as many groups as the plan and as today's networks: people parted and kilometres of each."""
    if not settings.ensemble or len(best.groups) < 2:
        return None
    present = networks_of(units)
    shared, total = units.shared, float(units.flows.sum())
    out: dict[str, Any] = {"steps": settings.ensemble, "seed": settings.seed, "draws": []}
    counts = {len(best.groups): "as many groups as the plan"}
    counts.setdefault(len(present) - len(posed.exceptions), "as many groups as there are networks")
    for number, words in counts.items():
        start = list(best.groups) if number == len(best.groups) else _with_number(posed.problem, number, stop)
        if start is None:
            out.setdefault("not_drawn", []).append(
                f"no plan of {number} groups within the bounds was found to draw from"
            )
            continue
        tell(f"drawing plans with {words}", best.cost, best.bound)
        draws = []
        for k, plan in enumerate(recombine(posed.problem, start, settings.ensemble, rng)):
            if stop():
                break
            if k < BURN_IN * settings.ensemble:
                continue
            every = [[posed.units[k] for k in g] for g in plan] + [list(e) for e in posed.exceptions]
            draws.append((share_parted(shared, total, every), mean_kilometres(units, every)))
        thinned = draws[:: max(1, len(draws) // KEPT_DRAWS)]
        out["draws"].append(
            {"groups": number + len(posed.exceptions), "drawn": len(draws), "parted": [round(p, 5) for p, _ in thinned],
             "kilometres": [round(k, 4) for _, k in thinned]}
        )  # fmt: skip
    return out


def _with_number(problem: Districting, number: int, stop: Callable[[], bool]) -> list[tuple[int, ...]] | None:
    """Any plan of so many groups, to draw from: need not be good, must be soon; None if none is found soon."""
    if number < 2:
        return None
    asked = replace(problem, least_groups=number, most_groups=number, pair_costs=None)
    quick = quick_plan(asked, stop)
    if quick is not None or stop():
        return quick
    groups = list_groups(asked, most=FRONTIER_MOST)
    if groups is None or not groups.any(axis=0).all():
        return None
    return part_among(groups, group_costs(asked, groups), range(asked.n), (number, number), np.inf)


def mean_kilometres(units: Units, groups: Sequence[Sequence[int]]) -> float:
    """Mean straight line from each patient's surgery to the hub of its group (the surgery nearest to all)."""
    total = 0.0
    for g in groups:
        members = list(g)
        total += float((units.people[members] @ units.distances[np.ix_(members, members)]).min())
    return total / float(units.people.sum())


def networks_of(units: Units) -> list[list[int]]:
    """Today's networks as groups of practices; each practice in none is a group of its own."""
    found: dict[str, list[int]] = {}
    for k, pcn in enumerate(units.pcns):
        found.setdefault(pcn if pcn != "U" else f"U:{units.codes[k]}", []).append(k)
    return list(found.values())


def frontier_of(
    units: Units, posed: Posed, best: Districts, tell: Tell, stop: Callable[[], bool]
) -> list[dict[str, Any]] | None:
    """Splitting communities against keeping sizes: the least people parted at each width of band, the number of groups kept.

    The band lies around the mean size. Where the groups can be listed each point is proved; else it is the best found by
    moves from the plan, and says so.
    """
    problem, shared, total = posed.problem, units.shared, float(units.flows.sum())
    number = len(best.groups)
    middle = int(problem.sizes.sum()) // max(number, 1)
    chosen = list(posed.units)
    costs = -2 * shared[np.ix_(chosen, chosen)]
    np.fill_diagonal(costs, 0.0)
    flat = replace(
        problem, distances=np.zeros_like(problem.distances), pair_costs=costs, least_groups=number, most_groups=number
    )
    points: list[dict[str, Any]] = []
    for half in (500 * round(share * middle / 500) for share in FRONTIER_SHARES):
        if stop():
            break
        tell(f"frontier: groups within {half:,} of {middle:,}", best.cost, best.bound)
        banded = replace(flat, low=max(1, middle - half), high=middle + half)
        plan, is_known, is_proved = _fewest_parted(banded, best, stop)
        if not is_known:
            continue
        point: dict[str, Any] = {"low": banded.low, "high": banded.high, "groups": number + len(posed.exceptions)}
        if plan is not None:
            every = [[posed.units[k] for k in g] for g in plan] + [list(e) for e in posed.exceptions]
            point |= {"parted": share_parted(shared, total, every), "kilometres": mean_kilometres(units, every)}
            point["is_proved"] = is_proved
        points.append(point)
    return points or None


def _fewest_parted(
    banded: Districting, best: Districts, stop: Callable[[], bool]
) -> tuple[list[tuple[int, ...]] | None, bool, bool]:
    """The plan that parts fewest within a band (None if there is none), whether anything is known, whether it is proved."""
    groups = None if are_small(banded) else list_groups(banded, most=FRONTIER_MOST)
    if groups is None:
        moved = improved_by_moves(banded, list(best.groups), stop)
        return moved, moved is not None, False
    costs, number = group_costs(banded, groups), banded.least_groups
    if relaxation(groups, costs, (number, number)) is None:
        return None, True, True
    found = solve_listed(banded, groups, costs, nodes=FRONTIER_NODES)
    return (list(found.groups) if found else None), found is not None, True
