"""How firm a plan is: other travel, people, weights and prices; the second-best plan; what it would cost to decide otherwise."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from chesil.analyses.siting.inputs import Array, SitingInputs
from chesil.analyses.siting.planners import (
    GAP,
    codes_of,
    flags_of,
    place_costs,
    planners_plan,
    running_costs,
)
from chesil.analyses.siting.settings import SitingSettings
from chesil.methods.location.p_median import p_median, second_best

Tell = Callable[[str, float, float], None]
DRAWN_GAP = 1e-4
"""Re-runs with drawn errors are solved to this gap: finer than the errors by far."""
OTHERWISE_GAP = 1e-5
"""Decisions are reversed to this gap; what lies within it counts as no difference."""
SECONDS_A_RUN = 20.0
MOST_OTHERWISE = 40
"""Decisions that are reversed one by one, where each takes the planner's form: those that re-runs waver on come first."""


@dataclass(frozen=True, eq=False)
class OtherWay:
    """Another way of counting: its inputs, and the settings with the rules that make sense in it."""

    inputs: SitingInputs
    settings: SitingSettings


@dataclass(frozen=True)
class _Best:
    """A best plan as both forms give it: open sites by number, its value by the aim, and whether it is proved."""

    opened: tuple[int, ...]
    value: float
    is_proved: bool


def firmness_of(
    inputs: SitingInputs, settings: SitingSettings, plan: dict[str, Any], other_ways: dict[str, OtherWay],
    rng: np.random.Generator, tell: Tell, stop: Callable[[], bool],
) -> dict[str, Any]:  # fmt: skip
    """How often each site is chosen again, under the same rules; the second best; the price of deciding otherwise."""
    numbers = tuple(int(j) for j in np.flatnonzero(flags_of(inputs, tuple(plan["open"]))))
    runs: list[tuple[str, list[str]]] = []
    failed: list[str] = []
    for name, way in _every_way(inputs, settings, other_ways, rng):
        if stop():
            break
        tell(f"choosing again: {name}", float(len(runs)), float(len(other_ways) + settings.draws))
        found = _best(way.inputs, way.settings, numbers, gap=DRAWN_GAP, seconds=SECONDS_A_RUN)
        if found is None:
            failed.append(name)
        else:
            runs.append((name, codes_of(inputs, found.opened)))
    kept = {c: sum(c in opened for _, opened in runs) / len(runs) for c in plan["open"]} if runs else {}
    others = {c for _, opened in runs for c in opened if c not in kept}
    chosen = {c: sum(c in opened for _, opened in runs) / len(runs) for c in sorted(others)}
    firm: dict[str, Any] = {
        "kept_in": kept, "chosen_in": chosen, "runs": [name for name, _ in runs], "no_plan_in": failed,
        "unit": "GBP a year" if settings.aim == "cost" else "weighted minutes",
    }  # fmt: skip
    if stop() or settings.aim in ("worst", "sites"):
        return firm
    tell("finding the second-best plan", 0.0, 0.0)
    first = _best(inputs, settings, numbers)
    second = _second(inputs, settings, numbers) if first is not None else None
    if first is not None and second is not None:
        firm |= _against_second(inputs, settings, first, second)
    if first is not None and not stop():
        firm["otherwise"] = _otherwise(inputs, settings, first, kept | chosen, tell, stop)
    return firm


def _every_way(
    inputs: SitingInputs, settings: SitingSettings, other_ways: dict[str, OtherWay], rng: np.random.Generator
) -> list[tuple[str, OtherWay]]:
    """The named other ways, then drawn travel errors, then drawn prices where the plan or its rules rest on cost."""
    ways = list(other_ways.items())
    for _ in range(settings.draws):
        noise = np.exp(rng.standard_normal(inputs.minutes.shape) * inputs.errors)
        now = inputs.minutes * noise
        ways.append(("travel error", OtherWay(replace(inputs, minutes=now), settings)))
    if settings.aim == "cost" or settings.most_gbp:
        ways += [
            ("prices drawn", OtherWay(_repriced(inputs, settings, rng), settings)) for _ in range(settings.cost_draws)
        ]
        dearer = _with_costs(inputs, running_costs(inputs, settings) * (1 + settings.cost_may_vary))
        ways.append(("all prices risen", OtherWay(dearer, settings)))
    return ways


def _repriced(inputs: SitingInputs, settings: SitingSettings, rng: np.random.Generator) -> SitingInputs:
    spread = rng.uniform(-settings.cost_may_vary, settings.cost_may_vary, inputs.sites.height)
    return _with_costs(inputs, running_costs(inputs, settings) * (1 + spread))


def _with_costs(inputs: SitingInputs, costs: Array) -> SitingInputs:
    return replace(inputs, sites=inputs.sites.with_columns(pl.Series("cost_gbp", costs)))


def _best(
    inputs: SitingInputs, settings: SitingSettings, start: tuple[int, ...], *, gap: float = GAP, seconds: float = np.inf
) -> _Best | None:
    """The best plan: of as many sites as `start` by travel, or under the planner's rules where there are any."""
    if settings.has_further_rules:
        plan = planners_plan(inputs, settings, seconds=min(seconds, 120.0))
        return _Best(plan.opened, plan.objective, plan.is_proved) if plan.is_feasible else None
    must, never = flags_of(inputs, settings.fixed), flags_of(inputs, settings.forbidden)
    found = p_median(
        place_costs(inputs, settings), len(start), must=must, never=never, gap=gap, start=start, seconds=seconds
    )
    return _Best(found.opened, found.objective, found.is_proved) if found.is_feasible else None


def _second(inputs: SitingInputs, settings: SitingSettings, numbers: tuple[int, ...]) -> _Best | None:
    if settings.has_further_rules:
        plan = planners_plan(inputs, settings, not_these=numbers, seconds=120)
        return _Best(plan.opened, plan.objective, plan.is_proved) if plan.is_feasible else None
    must, never = flags_of(inputs, settings.fixed), flags_of(inputs, settings.forbidden)
    costs = place_costs(inputs, settings)
    first = p_median(costs, len(numbers), must=must, never=never, gap=GAP, start=numbers)
    found = second_best(costs, first, must=must, never=never, gap=GAP, seconds=120)
    return _Best(found.opened, found.objective, found.is_proved) if found.is_feasible else None


def _against_second(inputs: SitingInputs, settings: SitingSettings, first: _Best, second: _Best) -> dict[str, Any]:
    """The second-best plan, and by what share what it alone opens must become nearer, or cheaper, to make it the best."""
    instead = sorted(set(second.opened) - set(first.opened))
    out = sorted(set(first.opened) - set(second.opened))
    if settings.aim == "cost":
        theirs = float(running_costs(inputs, settings)[instead].sum())
    else:
        theirs = _ways_to(inputs, settings, second, instead)
    worse = max(second.value - first.value, 0.0)
    return {
        "second_open": codes_of(inputs, second.opened), "second_opens": codes_of(inputs, tuple(instead)),
        "second_closes": codes_of(inputs, tuple(out)), "second_objective": second.value, "second_is_proved": second.is_proved,
        "switch_share": worse / theirs if theirs > 0 else None,
    }  # fmt: skip


def _ways_to(inputs: SitingInputs, settings: SitingSettings, plan: _Best, sites: list[int]) -> float:
    """Weighted minutes of those whose nearest open site is one of some."""
    costs = place_costs(inputs, settings)[:, list(plan.opened)]
    nearest = np.array(plan.opened)[costs.argmin(axis=1)]
    return float(costs.min(axis=1)[np.isin(nearest, sites)].sum())


def _otherwise(
    inputs: SitingInputs,
    settings: SitingSettings,
    first: _Best,
    seen: dict[str, float],
    tell: Tell,
    stop: Callable[[], bool],
) -> dict[str, float | None]:
    """For each site, how much worse the best plan is that decides otherwise about it; None where no plan can.

    That is also how far the cost of the one site must move before its decision changes, all else being equal.
    """
    must, never = flags_of(inputs, settings.fixed), flags_of(inputs, settings.forbidden)
    codes = inputs.sites["code"].to_list()
    free = [j for j in range(len(codes)) if not must[j] and not never[j]]
    if settings.has_further_rules:
        free = sorted(free, key=lambda j: (abs(seen.get(codes[j], 0.0) - 0.5), codes[j]))[:MOST_OTHERWISE]
    found: dict[str, float | None] = {}
    for done, j in enumerate(sorted(free)):
        if stop():
            break
        tell("deciding otherwise about each site", float(done), float(len(free)))
        if j in first.opened:
            other = replace(settings, forbidden=(*settings.forbidden, codes[j]))
        else:
            other = replace(settings, fixed=(*settings.fixed, codes[j]))
        best = _best(inputs, other, first.opened, gap=OTHERWISE_GAP, seconds=SECONDS_A_RUN)
        apart = np.inf if best is None else best.value - first.value
        found[codes[j]] = None if best is None else float(apart if apart > OTHERWISE_GAP * abs(first.value) else 0.0)
    return found
