"""Frontiers: what one aim costs in another, every point proved (epsilon-constraint).

A point is on the frontier if no plan is better by one aim and as good by the other. Each is found by making the first aim
as good as can be while the second keeps within a bound, then the second as good as can be without losing the first.

Of more than two aims, `aims_frontier` gives the least travel for each number of sites at levels of the longest way and of
the cost, evenly between what the least travel asks for and the least there can be (Mavrotas 2009, Applied Mathematics and
Computation 213:455).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from chesil.methods.location.lagrangian import Array
from chesil.methods.location.siting import SitingPlan, SitingProblem, SitingRules, eased, plan_sites

RULE_OF = {"travel": "most_travel", "cost": "most_cost", "worst": "reach", "sites": "most_sites"}
STEP = {"sites": 1.0}
LIKE = 1e-6
"""Share by which an aim may differ and count as not lost."""


def frontier(
    problem: SitingProblem,
    rules: SitingRules,
    aim: str,
    against: str,
    *,
    points: int = 20,
    gap: float = 1e-6,
    seconds: float = np.inf,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[SitingPlan]:
    """Plans from the best by `aim` to the best by `against`, one at a time, so that an interrupt keeps those so far.

    For "sites" every number of sites is a point; else bounds are spread evenly over `points` steps. A plan that says
    "time" or "interrupted" is the last.
    """
    best = _polished(problem, rules, aim, against, gap, seconds)
    if not best.is_feasible:
        yield best
        return
    yield best
    least = plan_sites(problem, rules, against, gap=gap, seconds=seconds)
    if not least.is_feasible:
        return
    floor, value = least.values[against], best.values[against]
    step = STEP.get(against, max((value - floor) / max(points - 1, 1), 0.0))
    while value - step >= floor - LIKE * abs(floor) and step > 0:
        bound = value - step
        tell(f"{against} at most {bound:,.1f}")
        within = bound + LIKE * abs(bound) if against != "sites" else bound
        plan = _polished(problem, eased(rules, RULE_OF[against], within), aim, against, gap, seconds)
        if not plan.is_feasible:
            if plan.ended != "infeasible":
                yield plan
            return
        yield plan
        if plan.ended != "proved":
            return
        value = min(plan.values[against], bound)


def _polished(
    problem: SitingProblem, rules: SitingRules, aim: str, against: str, gap: float, seconds: float
) -> SitingPlan:
    """The best plan by `aim`, and of such plans one that is best by `against`."""
    plan = plan_sites(problem, rules, aim, gap=gap, seconds=seconds)
    if not plan.is_feasible or plan.ended != "proved" or against == "sites":
        return plan
    kept = plan.values[aim] + LIKE * abs(plan.values[aim])
    other = plan_sites(problem, eased(rules, RULE_OF[aim], kept), against, gap=gap, seconds=seconds)
    if not other.is_feasible or other.values[against] >= plan.values[against]:
        return plan
    return replace(
        other, aim=aim, bound=plan.bound, gap=plan.gap, is_proved=plan.is_proved and other.is_proved, ended=plan.ended
    )


@dataclass(frozen=True, eq=False)
class AimsPoint:
    """A plan of least travel, for a number of sites, within a longest way (minutes) and a cost; infinite: no bound."""

    plan: SitingPlan
    sites: int
    most_worst: float
    most_cost: float


def aims_frontier(
    problem: SitingProblem,
    rules: SitingRules,
    numbers: tuple[int, ...],
    levels: int,
    *,
    gap: float = 1e-6,
    seconds: float = np.inf,
) -> Iterator[AimsPoint]:
    """Plans of least travel at each number of sites, longest way and cost, one at a time; `seconds` are for each plan.

    A number of sites for which no plan meets the rules gives no point. Where nothing costs anything, cost is no aim.
    """
    for number in numbers:
        at = replace(rules, least_sites=number, most_sites=float(number))
        free = plan_sites(problem, at, "travel", gap=gap, seconds=seconds)
        if not free.is_feasible:
            continue
        yield AimsPoint(free, number, np.inf, np.inf)
        found = [free]
        best = {aim: plan_sites(problem, at, aim, gap=gap, seconds=seconds) for aim in ("worst", "cost")}
        worsts = _levels(free.values["worst"], best["worst"], "worst", levels)
        costs = _levels(free.values["cost"], best["cost"], "cost", levels)
        for worst in worsts:
            for cost in costs:
                if any(p.values["worst"] <= worst and p.values["cost"] <= cost for p in found):
                    continue  # a plan of less bound keeps this bound too, so it is the best here as well
                within = replace(at, reach=min(at.reach, worst), most_cost=min(at.most_cost, cost))
                plan = plan_sites(problem, within, "travel", gap=gap, seconds=seconds)
                if plan.is_feasible:
                    found.append(plan)
                    yield AimsPoint(plan, number, worst, cost)


def _levels(value: float, best: SitingPlan, aim: str, levels: int) -> list[float]:
    """No bound, and bounds evenly from below a value down to the best there can be."""
    if not best.is_feasible or best.values[aim] >= value - LIKE * abs(value):
        return [np.inf]
    below: Array = np.linspace(value, best.values[aim], max(levels, 1))[1:]
    return [np.inf, *(float(b + LIKE * abs(b)) for b in below)]


def not_dominated(points: list[dict[str, float]], aims: tuple[str, ...]) -> list[bool]:
    """Which points no other is at least as good as by every aim and better by one (less is better)."""
    table = np.array([[p[a] for a in aims] for p in points], dtype=float).reshape(len(points), len(aims))
    close = LIKE * np.maximum(np.abs(table), 1.0)
    flags = []
    for k, row in enumerate(table):
        as_good = (table <= row + close[k]).all(axis=1)
        better = (table < row - close[k]).any(axis=1)
        flags.append(not (as_good & better).any())
    return flags
