"""The frontier of several aims: cost, travel, the worst-off and the number of sites, each point proved to its gap."""

from collections.abc import Callable
from typing import Any

import numpy as np

from chesil.analyses.siting.inputs import SitingInputs
from chesil.analyses.siting.planners import codes_of, siting_problem, siting_rules
from chesil.analyses.siting.settings import SitingSettings
from chesil.methods.location.frontier import AimsPoint, aims_frontier, not_dominated

AIMS_GAP = 1e-3
"""Points of several aims are proved to this share of their travel: finer would cost much time and tell nobody more."""
SECONDS_A_POINT = 60.0
FEWEST_SHARE = 0.25
"""The frontier of several aims goes down to this share of today's sites, or to the plan's if that is lower."""


def numbers_of_aims(inputs: SitingInputs, settings: SitingSettings, planned: int) -> tuple[int, ...]:
    """The numbers of sites of the frontier, most first: evenly from today's, the plan's own among them."""
    today = int(inputs.is_open.sum())
    least = max(min(round(today * FEWEST_SHARE), planned), settings.fewest, len(settings.fixed), 1)
    spread = {round(float(x)) for x in np.linspace(max(today, planned), least, max(settings.aim_numbers, 2))}
    nearest = min(spread, key=lambda x: abs(x - planned))
    spread = spread - {nearest} | {planned} if nearest not in (today, least) else spread | {planned}
    return tuple(sorted(spread, reverse=True))


def points_of_aims(
    inputs: SitingInputs, settings: SitingSettings, planned: int, points: list[dict[str, Any]],
    tell: Callable[[str, float, float], None], stop: Callable[[], bool],
) -> None:  # fmt: skip
    """Add the points to `points` one by one, so that a stop keeps those so far; at the end mark those that others beat."""
    if not settings.aim_numbers or stop():
        return
    numbers = numbers_of_aims(inputs, settings, planned)
    problem, rules = siting_problem(inputs, settings), siting_rules(inputs, settings)
    for point in aims_frontier(
        problem, rules, numbers, settings.aim_levels, gap=AIMS_GAP, seconds=SECONDS_A_POINT
    ):  # fmt: skip
        points.append(_as_words(inputs, point))
        done = float(numbers.index(point.sites))
        tell(f"several aims, {point.sites} sites", done, float(len(numbers)))
        if stop():
            break
    for point_words, stays in zip(points, not_dominated(points, ("sites", "travel", "cost", "worst")), strict=True):
        point_words["is_best_at_something"] = stays


def _as_words(inputs: SitingInputs, point: AimsPoint) -> dict[str, Any]:
    plan = point.plan
    return {
        "sites": point.sites, "open": codes_of(inputs, plan.opened), "extended": codes_of(inputs, plan.extended),
        "travel": plan.values["travel"], "cost": plan.values["cost"], "worst": plan.values["worst"],
        "most_worst": _or_none(point.most_worst), "most_cost": _or_none(point.most_cost),
        "bound": plan.bound, "gap": plan.gap, "is_proved": plan.is_proved,
    }  # fmt: skip


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
