"""Proposing sites: the frontier of the number of sites against travel, place and localities, a plan, and how firm it is."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from chesil.analyses.siting.aims import points_of_aims
from chesil.analyses.siting.firmness import OtherWay, firmness_of
from chesil.analyses.siting.inputs import SitingInputs
from chesil.analyses.siting.planners import (
    GAP,
    as_words,
    codes_of,
    fewest_within_rise,
    flags_of,
    no_plan_at_all,
    place_costs,
    planners_plan,
    room_notes,
    why_no_plan,
)
from chesil.analyses.siting.settings import SitingSettings
from chesil.methods.location.p_median import p_median
from chesil.methods.location.plan import LocationPlan, gap_of

Tell = Callable[[str, float, float], None]


@dataclass(frozen=True)
class SitesFound:
    """What was found: steps of the frontier, the illustrated plan, and how firm it is. Codes, not numbers, name sites.

    A step has locality ("" for the whole place), sites, open (codes), objective (weighted minutes), bound, gap and
    is_proved. `aims` are the points of the frontier of several aims (`aims`). `robustness` has kept_in (share of re-runs
    that keep each site of the plan), runs, and what would change the plan. `ended` is "proved", "infeasible", "time" or
    "interrupted".
    """

    plan: dict[str, Any]
    steps: tuple[dict[str, Any], ...]
    robustness: dict[str, Any]
    ended: str
    solver: str
    notes: tuple[str, ...] = field(default=())
    aims: tuple[dict[str, Any], ...] = field(default=())


def propose_sites(
    inputs: SitingInputs,
    settings: SitingSettings,
    rng: np.random.Generator,
    other_ways: dict[str, OtherWay],
    *,
    tell: Tell = lambda *_: None,
    stop: Callable[[], bool] = lambda: False,
) -> SitesFound:
    """The frontiers, a plan and its robustness. `other_ways` are the same sites with other modes or people, by name.

    `stop` is asked between steps: once it says True, what has been found so far is kept and called interrupted.
    """
    steps: list[dict[str, Any]] = []
    aims: list[dict[str, Any]] = []
    notes = [*inputs.notes, *room_notes(inputs, settings)]
    ended = _place_frontier(inputs, settings, steps, notes, tell, stop)
    if ended != "interrupted":
        ended = _locality_frontiers(inputs, settings, steps, notes, tell, stop) or ended
    tell("choosing the plan", 0.0, 0.0)
    if settings.has_further_rules and ended != "interrupted":
        if settings.aim == "travel" and not settings.sites:
            settings = replace(settings, sites=fewest_within_rise(inputs, settings))
        plan, faults = _planners_plan(inputs, settings)
        notes += faults
        ended = plan["ended"]
    else:
        plan = _plan_from_frontier(inputs, settings, steps)
    robustness: dict[str, Any] = {}
    if plan["open"] and ended != "interrupted":
        points_of_aims(inputs, settings, len(plan["open"]), aims, tell, stop)
        robustness = firmness_of(inputs, settings, plan, other_ways, rng, tell, stop)
    if ended == "interrupted" or (steps and stop()):
        ended = "interrupted"
        notes.append(
            "The search was stopped before its end: points that would follow are missing, and nothing is proved of them."
        )
    solver = "Lagrangian bounds, swaps, branch and bound; HiGHS for what is left and for the planner's form"
    return SitesFound(plan, tuple(steps), robustness, ended, solver, tuple(notes), tuple(aims))


def _step(
    inputs: SitingInputs, locality: str, codes: list[str], plan: LocationPlan, extra: float = 0.0
) -> dict[str, Any]:
    objective, bound = plan.objective + extra, plan.bound + extra
    return {
        "locality": locality, "sites": len(codes), "open": codes, "objective": objective, "bound": bound,
        "gap": gap_of(objective, bound), "is_proved": plan.is_proved,
    }  # fmt: skip


def _place_frontier(
    inputs: SitingInputs, settings: SitingSettings, steps: list[dict[str, Any]], notes: list[str], tell: Tell,
    stop: Callable[[], bool],
) -> str:  # fmt: skip
    """Every number of sites from today's down to the fewest, while the rules on minutes can be met."""
    costs = place_costs(inputs, settings)
    must, never = flags_of(inputs, settings.fixed), flags_of(inputs, settings.forbidden)
    today = int(inputs.is_open.sum())
    most = min(today, int((~never).sum()))
    least = max(settings.fewest, int(must.sum()), 1)
    start: tuple[int, ...] = ()
    for number in range(most, least - 1, -1):
        if stop():
            return "interrupted"
        plan = p_median(costs, number, must=must, never=never, gap=GAP, start=start)
        if not plan.is_feasible:
            if plan.ended == "interrupted":
                return plan.ended
            notes += why_no_plan(inputs, settings, number)
            break
        steps.append(_step(inputs, "", codes_of(inputs, plan.opened), plan))
        tell(f"{number} sites", float(most - number + 1), float(most - least + 1))
        if plan.ended == "interrupted":
            return plan.ended
    return "proved" if all(s["is_proved"] for s in steps) else "time"


def _locality_frontiers(
    inputs: SitingInputs, settings: SitingSettings, steps: list[dict[str, Any]], notes: list[str], tell: Tell,
    stop: Callable[[], bool],
) -> str:  # fmt: skip
    """For each locality every number of its own open sites, all other open sites staying open."""
    own_of = np.array(inputs.sites["locality"].to_list())
    must, never = flags_of(inputs, settings.fixed), flags_of(inputs, settings.forbidden)
    whole = inputs.weights[:, None] * inputs.minutes
    with_areas = {x for x in inputs.areas["locality"] if x}
    places = sorted(with_areas | {x for x in own_of if x})
    for done, locality in enumerate(places):
        inside = np.flatnonzero((own_of == locality) & ~never)
        if not inside.size:
            notes.append(
                f"{locality} has areas but no candidate site: nothing can be sited there; add one to the sites."
            )
            continue
        outside = inputs.is_open & (own_of != locality)
        beyond = whole[:, outside].min(axis=1, initial=np.inf)
        costs = np.minimum(whole[:, inside], beyond[:, None])
        moved = costs.min(axis=1) < beyond
        constant = float(beyond[~moved].sum())
        most = int(inputs.is_open[inside].sum())
        fewest, _ = settings.bounds_of(locality)
        for number in range(most, max(int(must[inside].sum()), fewest, 1) - 1, -1):
            if stop():
                return "interrupted"
            if moved.any():
                plan = p_median(costs[moved], number, must=must[inside], gap=GAP)
            else:
                opened = tuple(range(number))
                plan = LocationPlan(opened, np.zeros(0, dtype=np.int64), 0.0, 0.0, 0.0, True, "proved", 0.0)
            if plan.is_feasible:
                codes = [inputs.sites["code"][int(inside[j])] for j in plan.opened]
                steps.append(_step(inputs, locality, codes, plan, constant))
            if plan.ended == "interrupted":
                return plan.ended
        tell(f"locality {locality}", float(done + 1), float(len(places)))
    return ""


def mean_minutes(inputs: SitingInputs, codes: list[str], other: SitingInputs | None = None) -> float:
    """People's mean minutes to the nearest of some sites (unweighted by need)."""
    inputs = other or inputs
    nearest = inputs.minutes[:, flags_of(inputs, tuple(codes))].min(axis=1)
    return float((nearest * inputs.people).sum() / inputs.people.sum())


def _plan_from_frontier(inputs: SitingInputs, settings: SitingSettings, steps: list[dict[str, Any]]) -> dict[str, Any]:
    """The step with the number asked for, else the fewest sites within the rise of the mean that is allowed."""
    own = [s for s in steps if not s["locality"]]
    if settings.sites:
        chosen = [s for s in own if s["sites"] == settings.sites]
    else:
        today = float((inputs.now * inputs.people).sum() / inputs.people.sum())
        chosen = [s for s in own if mean_minutes(inputs, s["open"]) <= today + settings.mean_may_rise_minutes]
    if not chosen:
        return no_plan_at_all("infeasible")
    step = min(chosen, key=lambda s: s["sites"])
    return {**step, "extended": [], "ended": "proved" if step["is_proved"] else "time"}


def _planners_plan(inputs: SitingInputs, settings: SitingSettings) -> tuple[dict[str, Any], list[str]]:
    """The plan by the planner's form; with the rules at fault where there is none."""
    plan = planners_plan(inputs, settings)
    if plan.is_feasible:
        return as_words(inputs, plan), []
    return no_plan_at_all(plan.ended), why_no_plan(inputs, settings) if plan.ended == "infeasible" else []
