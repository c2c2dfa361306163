"""Proposing sites: the frontier of the number of sites against travel, place and localities, a plan, and how firm it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chesil.analyses.siting.inputs import Array, SitingInputs
from chesil.analyses.siting.settings import SitingSettings
from chesil.methods.location.p_median import p_median, second_best
from chesil.methods.location.plan import LocationPlan, gap_of
from chesil.methods.location.siting import SitingProblem, SitingRules, plan_sites
from chesil.methods.location.siting_faults import siting_faults

GAP = 1e-6
Tell = Callable[[str, float, float], None]


@dataclass(frozen=True)
class SitesFound:
    """What was found: steps of the frontier, the illustrated plan, and how firm it is. Codes, not numbers, name sites.

    A step has locality ("" for the whole place), sites, open (codes), objective (weighted minutes), bound, gap and
    is_proved. `robustness` has kept_in (share of re-runs that keep each site of the plan), runs, and what would change the
    plan. `ended` is "proved", "infeasible", "time" or "interrupted".
    """

    plan: dict[str, Any]
    steps: tuple[dict[str, Any], ...]
    robustness: dict[str, Any]
    ended: str
    solver: str
    notes: tuple[str, ...] = field(default=())


def propose_sites(
    inputs: SitingInputs,
    settings: SitingSettings,
    rng: np.random.Generator,
    other_ways: dict[str, SitingInputs],
    *,
    tell: Tell = lambda *_: None,
    stop: Callable[[], bool] = lambda: False,
) -> SitesFound:
    """The frontier, a plan and its robustness. `other_ways` are the same sites with other modes or people, by name.

    `stop` is asked between steps: once it says True, what has been found so far is kept and called interrupted.
    """
    steps: list[dict[str, Any]] = []
    notes = list(inputs.notes)
    ended = _place_frontier(inputs, settings, steps, notes, tell, stop)
    if ended != "interrupted":
        ended = _locality_frontiers(inputs, settings, steps, notes, tell, stop) or ended
    tell("choosing the plan", 0.0, 0.0)
    if settings.has_further_rules and ended != "interrupted":
        plan, faults = _planners_plan(inputs, settings)
        notes += faults
        ended = plan["ended"]
    else:
        plan = _plan_from_frontier(inputs, settings, steps)
    robustness: dict[str, Any] = {}
    if plan["open"] and ended != "interrupted" and not settings.has_further_rules:
        robustness = _robustness(inputs, settings, plan, other_ways, rng, tell, stop)
    if ended == "interrupted":
        notes.append(
            "The search was stopped before its end: points that would follow are missing, and nothing is proved of them."
        )
    solver = "Lagrangian bounds, swaps, branch and bound; HiGHS for what is left"
    return SitesFound(plan, tuple(steps), robustness, ended, solver, tuple(notes))


def place_costs(inputs: SitingInputs, settings: SitingSettings) -> Array:
    """Weighted minutes of each area and site; infinite where a rule on minutes forbids the site."""
    farthest = np.full(inputs.minutes.shape[0], np.inf)
    if settings.reach_minutes:
        farthest = np.minimum(farthest, settings.reach_minutes)
    if settings.longer_by_minutes:
        farthest = np.minimum(farthest, inputs.now + settings.longer_by_minutes)
    return np.where(inputs.minutes <= farthest[:, None] + 1e-9, inputs.weights[:, None] * inputs.minutes, np.inf)


def _flags(inputs: SitingInputs, codes: tuple[str, ...]) -> NDArray[np.bool_]:
    return np.isin(np.array(inputs.sites["code"].to_list()), list(codes))


def _codes(inputs: SitingInputs, numbers: tuple[int, ...]) -> list[str]:
    return [inputs.sites["code"][j] for j in numbers]


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
    must, never = _flags(inputs, settings.fixed), _flags(inputs, settings.forbidden)
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
            notes.append(_why_no_fewer(inputs, settings, number))
            break
        steps.append(_step(inputs, "", _codes(inputs, plan.opened), plan))
        tell(f"{number} sites", float(most - number + 1), float(most - least + 1))
        if plan.ended == "interrupted":
            return plan.ended
    return "proved" if all(s["is_proved"] for s in steps) else "time"


def _why_no_fewer(inputs: SitingInputs, settings: SitingSettings, number: int) -> str:
    rules = siting_rules(inputs, settings, number)
    faults = siting_faults(siting_problem(inputs, settings), rules, seconds=20)
    names = inputs.areas["area_name"]
    words = [
        f"{names[f.where]}: {f.sentence.split(': ', 1)[-1]}" if f.rule in ("reach", "longer_by") and f.where is not None
        else f.sentence for f in faults[:5]
    ]  # fmt: skip
    return f"No plan of {number} sites meets the rules: {'; '.join(words)}."


def _locality_frontiers(
    inputs: SitingInputs, settings: SitingSettings, steps: list[dict[str, Any]], notes: list[str], tell: Tell,
    stop: Callable[[], bool],
) -> str:  # fmt: skip
    """For each locality every number of its own open sites, all other open sites staying open."""
    own_of = np.array(inputs.sites["locality"].to_list())
    must, never = _flags(inputs, settings.fixed), _flags(inputs, settings.forbidden)
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
        for number in range(most, max(int(must[inside].sum()), 1) - 1, -1):
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
    nearest = inputs.minutes[:, _flags(inputs, tuple(codes))].min(axis=1)
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
        return {
            "open": [],
            "extended": [],
            "ended": "infeasible",
            "objective": 0.0,
            "bound": None,
            "gap": None,
            "is_proved": False,
        }
    step = min(chosen, key=lambda s: s["sites"])
    return {**step, "extended": [], "ended": "proved" if step["is_proved"] else "time"}


def siting_problem(inputs: SitingInputs, settings: SitingSettings) -> SitingProblem:
    """The planner's form of the inputs. Rooms are a rule where the study gives a ratio and a site's rooms are known."""
    sites = inputs.sites
    m = sites.height
    rooms = sites["rooms"].fill_null(np.inf).to_numpy().astype(np.float64)
    capacity = rooms if settings.rooms_per_1000 else np.full(m, np.inf)
    can = sites["can_extend"].to_numpy() & np.isfinite(capacity)
    running = sites["cost_gbp"].fill_null(settings.running_gbp).to_numpy().astype(np.float64)
    yearly = 1.0 / settings.years
    names = sorted({x for x in sites["locality"] if x} | {x for x in inputs.areas["locality"] if x})
    number = {x: k for k, x in enumerate(names)}
    return SitingProblem(
        travel=inputs.minutes, weights=inputs.weights, load=inputs.people * settings.rooms_per_1000 / 1000, now=inputs.now,
        is_open=inputs.is_open, must=_flags(inputs, settings.fixed), never=_flags(inputs, settings.forbidden),
        capacity=capacity, extension=np.where(can, float(settings.extension_rooms), 0.0),
        cost_open=running + np.where(inputs.is_open, 0.0, settings.opening_gbp * yearly),
        cost_closed=np.where(inputs.is_open, settings.closing_gbp * yearly, 0.0),
        cost_extended=np.full(m, settings.extending_gbp * yearly),
        locality=np.array([number.get(x, -1) for x in sites["locality"]], dtype=np.int64),
        other_travel=inputs.other_minutes,
    )  # fmt: skip


def siting_rules(inputs: SitingInputs, settings: SitingSettings, number: int = 0) -> SitingRules:
    """The rules of the settings; `number` is the most sites there may be."""
    names = {x for x in inputs.sites["locality"] if x} | {x for x in inputs.areas["locality"] if x}
    count = len(names) if settings.locality_least else 0
    most = number or settings.sites
    return SitingRules(
        reach=settings.reach_minutes or np.inf, longer_by=settings.longer_by_minutes or np.inf,
        other_reach=settings.other_reach_minutes or np.inf, least_sites=settings.fewest, most_sites=most or np.inf,
        most_changes=settings.most_changes or np.inf, locality_least=(settings.locality_least,) * count,
        locality_most=(np.inf,) * count, most_cost=settings.most_gbp or np.inf,
    )  # fmt: skip


def _planners_plan(inputs: SitingInputs, settings: SitingSettings) -> tuple[dict[str, Any], list[str]]:
    """The plan by the planner's form; with the rules at fault where there is none."""
    problem, rules = siting_problem(inputs, settings), siting_rules(inputs, settings)
    plan = plan_sites(problem, rules, settings.aim, gap=GAP, seconds=300)
    if not plan.is_feasible:
        faults = siting_faults(problem, rules) if plan.ended == "infeasible" else ()
        empty = {
            "open": [],
            "extended": [],
            "ended": plan.ended,
            "objective": 0.0,
            "bound": None,
            "gap": None,
            "is_proved": False,
        }
        return empty, [f"No plan meets the rules: {f.sentence}." for f in faults[:8]]
    return {
        "locality": "", "sites": len(plan.opened), "open": _codes(inputs, plan.opened),
        "extended": _codes(inputs, plan.extended), "objective": plan.objective, "bound": plan.bound, "gap": plan.gap,
        "is_proved": plan.is_proved, "ended": plan.ended,
    }, []  # fmt: skip


def _robustness(
    inputs: SitingInputs, settings: SitingSettings, plan: dict[str, Any], other_ways: dict[str, SitingInputs],
    rng: np.random.Generator, tell: Tell, stop: Callable[[], bool],
) -> dict[str, Any]:  # fmt: skip
    """How often each site of the plan is chosen again when travel, people or weights differ; and the second-best plan."""
    must, never = _flags(inputs, settings.fixed), _flags(inputs, settings.forbidden)
    costs = place_costs(inputs, settings)
    numbers = tuple(int(j) for j in np.flatnonzero(_flags(inputs, tuple(plan["open"]))))
    first = p_median(costs, len(numbers), must=must, never=never, gap=GAP, start=numbers)
    runs: list[tuple[str, list[str]]] = []
    for name, other in other_ways.items():
        if not stop():
            found = p_median(place_costs(other, settings), len(numbers), must=must, never=never, gap=GAP, start=numbers)
            if found.is_feasible:
                runs.append((name, _codes(inputs, found.opened)))
    for draw in range(settings.draws):
        if stop():
            break
        tell("drawing travel errors", float(draw + 1), float(settings.draws))
        noise = np.exp(rng.standard_normal(inputs.minutes.shape) * inputs.errors)
        found = p_median(costs * noise, len(numbers), must=must, never=never, gap=1e-4, start=numbers)
        if found.is_feasible:
            runs.append(("travel error", _codes(inputs, found.opened)))
    kept = {c: sum(c in opened for _, opened in runs) / len(runs) for c in plan["open"]} if runs else {}
    others = {c for _, opened in runs for c in opened if c not in kept}
    chosen = {c: sum(c in opened for _, opened in runs) / len(runs) for c in sorted(others)}
    firm: dict[str, Any] = {"kept_in": kept, "chosen_in": chosen, "runs": [name for name, _ in runs]}
    if stop() or not first.is_feasible:
        return firm
    tell("finding the second-best plan", 0.0, 0.0)
    second = second_best(costs, first, must=must, never=never, gap=GAP, seconds=120)
    if second.is_feasible:
        firm |= _against_second(inputs, costs, first, second)
    return firm


def _against_second(inputs: SitingInputs, costs: Array, first: LocationPlan, second: LocationPlan) -> dict[str, Any]:
    """The second-best plan, and by what share journeys to its other sites must shorten to make it the best."""
    instead = sorted(set(second.opened) - set(first.opened))
    out = sorted(set(first.opened) - set(second.opened))
    to_them = np.isin(second.site_of, instead)
    theirs = float(costs[np.arange(costs.shape[0]), second.site_of][to_them].sum())
    worse = second.objective - first.objective
    return {
        "second_open": _codes(inputs, second.opened), "second_opens": _codes(inputs, tuple(instead)),
        "second_closes": _codes(inputs, tuple(out)), "second_objective": second.objective, "second_is_proved": second.is_proved,
        "switch_share": worse / theirs if theirs > 0 else None,
    }  # fmt: skip
