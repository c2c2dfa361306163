"""Frontiers: what one aim costs in another, every point proved (epsilon-constraint).

A point is on the frontier if no plan is better by one aim and as good by the other. Each is found by making the first aim
as good as can be while the second keeps within a bound, then the second as good as can be without losing the first.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

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
