"""Districting where units are small beside a group, from bound to plan: all of a place, then region by region.

The bound of `districting_knapsack` shows where hubs are wanted; `districting_moves` makes plans from them, for each
number of groups that is likely; then regions of a few neighbouring groups are solved in the same way, each as a place of
its own, until none can be improved. The bound does not ask that groups hang together: where borders of the place are
winding, some of the gap is that.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from chesil.methods.districting import Districting, Districts, plan_cost
from chesil.methods.districting_knapsack import KnapsackBound, counts_of, hubs_from, knapsack_bound
from chesil.methods.districting_moves import Groups, improved_by_moves, plan_from_hubs

Tell = Callable[[str, float, float], None]
Stop = Callable[[], bool]
FEW_UNITS, FEW_IN_GROUP = 25, 10
NUMBERS_TRIED = 4
"""Numbers of groups tried beyond the first at which there is a plan."""
REGIONS = (4, 2, 6)
"""How many neighbouring groups are solved again together, in turn."""
REGION_ROUNDS, LAST_ROUNDS = 150, 1_500


def are_small(problem: Districting) -> bool:
    """Whether units are so small beside a group that fractions of one matter little: ten or more to a group."""
    return problem.n > FEW_UNITS and problem.high * problem.n >= FEW_IN_GROUP * int(problem.sizes.sum())


def solve_small(
    problem: Districting, *, tell: Tell = lambda step, cost, bound: None, stop: Stop = lambda: False
) -> Districts | None:
    """The best plan found and its bound; None if none was found. When `stop` says so, the best so far."""
    counts = counts_of(problem)
    if not counts:
        return None
    reach = problem.n // counts[0] // 2
    guess = float(problem.sizes @ np.sort(problem.distances, axis=1)[:, reach])
    first = knapsack_bound(problem, guess, tell=lambda b: tell("bounding", np.inf, b), stop=stop)
    plan = _plan_from(problem, first, np.inf, tell, stop)
    if plan is None:
        return None
    cost = plan_cost(problem, plan)
    known = knapsack_bound(
        problem, cost, rounds=LAST_ROUNDS, start=first.prices, tell=lambda b: tell("bounding", cost, b), stop=stop
    )
    known = known if known.bound > first.bound else first
    again = None if stop() else _plan_from(problem, known, cost, tell, stop)
    plan = min((p for p in (plan, again) if p is not None), key=lambda p: plan_cost(problem, p))
    cost = plan_cost(problem, plan)
    how = "hubs, moves and regions; bound by fractional knapsacks"
    return Districts(tuple(sorted(plan)), cost, min(known.bound, cost), how)


def quick_plan(problem: Districting, stop: Stop = lambda: False) -> Groups | None:
    """A plan within the rules, soon and without a bound worth showing; None if none is found."""
    counts = counts_of(problem)
    if not counts:
        return None
    guess = float(problem.sizes @ np.sort(problem.distances, axis=1)[:, problem.n // counts[0] // 2])
    known = knapsack_bound(problem, guess, rounds=REGION_ROUNDS, stop=stop)
    return _best_of_numbers(problem, known.leads, np.inf, lambda step, cost: None, stop)


def _plan_from(problem: Districting, known: KnapsackBound, upper: float, tell: Tell, stop: Stop) -> Groups | None:
    """The best plan from a bound's hubs, improved; None if none is near `upper`, the cost of a plan in hand."""

    def say(step: str, cost: float) -> None:
        tell(step, min(cost, upper), known.bound)

    plan = _best_of_numbers(problem, known.leads, upper, say, stop)
    return None if plan is None else _improved_by_sizes(problem, plan, say, stop)


def _best_of_numbers(
    problem: Districting, leads: np.ndarray, upper: float, say: Callable[[str, float], None], stop: Stop
) -> Groups | None:
    """The best plan among numbers of groups near to what the bound favours; None if there is none near `upper`."""
    best, cost, tried = None, np.inf, 0
    for number in sorted(counts_of(problem), key=lambda k: (abs(k - leads.sum()), k)):
        if stop() or tried > NUMBERS_TRIED:
            break
        plan = plan_from_hubs(problem, hubs_from(problem, leads, number), upper, stop)
        tried += best is not None
        if plan is not None and plan_cost(problem, plan) < cost:
            best, cost = plan, plan_cost(problem, plan)
            say(f"{number} groups, from the hubs that are wanted", cost)
    return best


def _improved_by_sizes(problem: Districting, plan: Groups, say: Callable[[str, float], None], stop: Stop) -> Groups:
    for most in REGIONS:
        plan = _improved_at(problem, plan, most, say, stop)
        mended = improved_by_moves(problem, plan, stop)
        plan = mended if mended is not None and plan_cost(problem, mended) < plan_cost(problem, plan) else plan
    return plan


def _improved_at(
    problem: Districting, plan: Groups, most: int, say: Callable[[str, float], None], stop: Stop
) -> Groups:
    """The plan after regions of so many groups have been solved again, each as a place of its own."""

    def parted_better(region: Groups) -> Groups | None:
        return _solved_again(problem, region, stop)

    def tell(better: Groups) -> None:
        say(f"improving {most} groups at a time", plan_cost(problem, better))

    return improved_by_regions(problem, plan, most, problem.n, parted_better, stop, tell)


def region_around(
    problem: Districting, plan: Groups, start: tuple[int, ...], most_groups: int, most_units: int
) -> Groups:
    """Groups around one: neighbours, nearest middle to middle first, as many as fit."""
    chosen = [start]
    while len(chosen) < most_groups:
        members = [i for g in chosen for i in g]
        touching = np.asarray(problem.touches[members].any(axis=0))
        rest = [g for g in plan if g not in chosen and touching[list(g)].any()]
        rest = [g for g in rest if len(members) + len(g) <= most_units]
        if not rest:
            break
        nearness = [float(problem.distances[np.ix_(start, g)].mean()) for g in rest]
        chosen.append(rest[int(np.argmin(nearness))])
    return chosen


def improved_by_regions(
    problem: Districting,
    plan: Groups,
    most_groups: int,
    most_units: int,
    parted_better: Callable[[Groups], Groups | None],
    stop: Stop,
    tell: Callable[[Groups], None] = lambda plan: None,
) -> Groups:
    """The plan after every region (see `region_around`) that can be parted better has been, until none can.

    `parted_better` gives a region's better parts, or None; each region is tried once.
    """
    tried: set[tuple[tuple[int, ...], ...]] = set()
    changed = True
    while changed and not stop():
        changed = False
        for group in list(plan):
            if group not in plan or stop():
                continue
            region = sorted(region_around(problem, plan, group, most_groups, most_units))
            if tuple(region) in tried:
                continue
            tried.add(tuple(region))
            better = parted_better(region)
            if better is not None:
                plan, changed = sorted([g for g in plan if g not in region] + better), True
                tell(plan)
    return plan


def _solved_again(problem: Districting, region: Groups, stop: Stop) -> Groups | None:
    """A better plan for a region, as a place of its own; None if none is found."""
    if len(region) < 2:
        return None
    units = sorted(i for g in region for i in g)
    fixed = problem.least_groups is not None or problem.most_groups is not None
    part = _part_of(problem, units, len(region) if fixed else None)
    now = plan_cost(problem, region)
    known = knapsack_bound(part, now, rounds=REGION_ROUNDS, stop=stop)
    if known.bound >= now * (1 - 1e-6):
        return None
    best = None
    for number in counts_of(part):
        if abs(number - len(region)) > 1 or stop():
            continue
        plan = plan_from_hubs(part, hubs_from(part, known.leads, number), now, stop)
        if plan is not None and plan_cost(part, plan) < now * (1 - 1e-9):
            now, best = plan_cost(part, plan), plan
    return None if best is None else [tuple(units[i] for i in g) for g in best]


def _part_of(problem: Districting, units: Sequence[int], number: int | None) -> Districting:
    chosen = list(units)
    at = {u: k for k, u in enumerate(chosen)}
    square = np.ix_(chosen, chosen)

    def inside(pairs: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        return tuple((at[a], at[b]) for a, b in pairs if a in at and b in at)

    return replace(
        problem,
        sizes=problem.sizes[chosen],
        distances=problem.distances[square],
        touches=problem.touches[square],
        together=inside(problem.together),
        apart=inside(problem.apart),
        pair_costs=None if problem.pair_costs is None else problem.pair_costs[square],
        means=tuple(replace(m, values=m.values[chosen], weights=m.weights[chosen]) for m in problem.means),
        least_groups=number,
        most_groups=number,
    )
