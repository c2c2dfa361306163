"""The inputs as the location methods take them: costs of journeys, the planner's form, its rules, and why there is no plan."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.analyses.siting.inputs import Array, SitingInputs
from chesil.analyses.siting.settings import SitingSettings
from chesil.methods.location.plan import Fault
from chesil.methods.location.siting import SitingPlan, SitingProblem, SitingRules, plan_sites
from chesil.methods.location.siting_faults import siting_faults

GAP = 1e-6
SECONDS = 300.0
"""The longest that one plan by the planner's form may take."""
SECONDS_FOR_NUMBER = 60.0
SHOWN = 5
NUMBERED = re.compile(r"(area|locality|site) \d+")
SETTING_OF = {
    "reach": "reach_minutes", "longer_by": "longer_by_minutes", "other_reach": "other_reach_minutes", "most_sites": "sites",
    "least_sites": "fewest", "most_cost": "most_gbp", "locality": "locality_least and locality_most",
    "capacity": "rooms_per_1000 or m2_per_1000", "fixed": "fixed and forbidden",
}  # fmt: skip
"""The setting of a study that makes each rule."""


def place_costs(inputs: SitingInputs, settings: SitingSettings) -> Array:
    """Weighted minutes of each area and site; infinite where a rule on minutes forbids the site."""
    farthest = np.full(inputs.minutes.shape[0], np.inf)
    if settings.reach_minutes:
        farthest = np.minimum(farthest, settings.reach_minutes)
    if settings.longer_by_minutes:
        farthest = np.minimum(farthest, inputs.now + settings.longer_by_minutes)
    return np.where(inputs.minutes <= farthest[:, None] + 1e-9, inputs.weights[:, None] * inputs.minutes, np.inf)


def flags_of(inputs: SitingInputs, codes: tuple[str, ...]) -> NDArray[np.bool_]:
    return np.isin(np.array(inputs.sites["code"].to_list()), list(codes))


def codes_of(inputs: SitingInputs, numbers: tuple[int, ...]) -> list[str]:
    return [inputs.sites["code"][j] for j in numbers]


def running_costs(inputs: SitingInputs, settings: SitingSettings) -> Array:
    """What each site costs a year in pounds; where unknown, the setting, else the middle one of those known (or nought)."""
    known = inputs.sites["cost_gbp"].drop_nulls()
    middle = float(known.median()) if known.len() else 0.0  # type: ignore[arg-type]
    filled = inputs.sites["cost_gbp"].fill_null(settings.running_gbp or middle)
    return filled.to_numpy().astype(np.float64)


def siting_problem(inputs: SitingInputs, settings: SitingSettings) -> SitingProblem:
    """The planner's form of the inputs. Rooms are a rule where the study gives a ratio and a site's rooms are known."""
    sites = inputs.sites
    m = sites.height
    ratio = settings.rooms_per_1000 or settings.m2_per_1000
    held = sites["rooms" if settings.rooms_per_1000 else "m2"].fill_null(np.inf).to_numpy().astype(np.float64)
    capacity = held if ratio else np.full(m, np.inf)
    expansion = sites["expansion_m2"].to_numpy().astype(np.float64)
    more = np.where(expansion > 0, float(settings.extension_rooms), 0.0) if settings.rooms_per_1000 else expansion
    running = running_costs(inputs, settings)
    yearly = 1.0 / settings.years
    number = {x: k for k, x in enumerate(locality_names(inputs))}
    return SitingProblem(
        travel=inputs.minutes, weights=inputs.weights, load=inputs.people * ratio / 1000, now=inputs.now,
        is_open=inputs.is_open, must=flags_of(inputs, settings.fixed), never=flags_of(inputs, settings.forbidden),
        capacity=capacity, extension=np.where(np.isfinite(capacity), more, 0.0),
        cost_open=running + np.where(inputs.is_open, 0.0, settings.opening_gbp * yearly),
        cost_closed=np.where(inputs.is_open, settings.closing_gbp * yearly, 0.0),
        cost_extended=np.full(m, settings.extending_gbp * yearly),
        locality=np.array([number.get(x, -1) for x in sites["locality"]], dtype=np.int64),
        other_travel=inputs.other_minutes,
    )  # fmt: skip


def siting_rules(inputs: SitingInputs, settings: SitingSettings, number: int = 0) -> SitingRules:
    """The rules of the settings; `number` is the most sites there may be."""
    bounds = [settings.bounds_of(x) for x in locality_names(inputs)]
    bounds = bounds if any(low > 0 or np.isfinite(high) for low, high in bounds) else []
    most = number or settings.sites
    return SitingRules(
        reach=settings.reach_minutes or np.inf, longer_by=settings.longer_by_minutes or np.inf,
        other_reach=settings.other_reach_minutes or np.inf, least_sites=settings.fewest, most_sites=most or np.inf,
        most_changes=settings.most_changes or np.inf, locality_least=tuple(low for low, _ in bounds),
        locality_most=tuple(float(high) for _, high in bounds), most_cost=settings.most_gbp or np.inf,
    )  # fmt: skip


def locality_names(inputs: SitingInputs) -> list[str]:
    """The localities in the order in which the planner's form numbers them."""
    return sorted({x for x in inputs.sites["locality"] if x} | {x for x in inputs.areas["locality"] if x})


def fewest_within_rise(inputs: SitingInputs, settings: SitingSettings) -> int:
    """The fewest sites under all rules that leave the weighted mean way within the rise that is allowed; 0 if none is found."""
    total = float(inputs.weights.sum())
    most = float((inputs.now * inputs.weights).sum()) + settings.mean_may_rise_minutes * total
    rules = replace(siting_rules(inputs, settings), most_travel=most)
    plan = plan_sites(siting_problem(inputs, settings), rules, "sites", gap=GAP, seconds=SECONDS_FOR_NUMBER)
    return len(plan.opened)


def planners_plan(
    inputs: SitingInputs, settings: SitingSettings, *, not_these: tuple[int, ...] = (), seconds: float = SECONDS
) -> SitingPlan:
    """The best plan by the settings' aim under all their rules; `not_these` is a set of sites that it may not be."""
    rules = replace(siting_rules(inputs, settings), not_these=not_these)
    return plan_sites(siting_problem(inputs, settings), rules, settings.aim, gap=GAP, seconds=seconds)


def as_words(inputs: SitingInputs, plan: SitingPlan) -> dict[str, Any]:
    """A plan as plain values, its sites by code."""
    return {
        "locality": "", "sites": len(plan.opened), "open": codes_of(inputs, plan.opened),
        "extended": codes_of(inputs, plan.extended), "objective": plan.objective, "bound": plan.bound, "gap": plan.gap,
        "is_proved": plan.is_proved, "ended": plan.ended,
    }  # fmt: skip


def no_plan_at_all(ended: str) -> dict[str, Any]:
    """What stands for the plan where there is none."""
    return {
        "open": [], "extended": [], "ended": ended, "objective": 0.0, "bound": None, "gap": None, "is_proved": False
    }  # fmt: skip


def why_no_plan(inputs: SitingInputs, settings: SitingSettings, number: int = 0) -> list[str]:
    """The rules at fault where no plan (of so many sites) meets them, with areas, sites and localities by name."""
    rules = siting_rules(inputs, settings, number)
    faults = siting_faults(siting_problem(inputs, settings), rules, seconds=20)
    faults = tuple(sorted(faults, key=lambda f: (f.rule, -f.short)))
    words = [fault_words(inputs, f) for f in faults[:SHOWN]]
    more = [f"and {len(faults) - SHOWN} more such"] if len(faults) > SHOWN else []
    which = f"No plan of {number} sites" if number else "No plan"
    way = "" if all(f.alone for f in faults) else " Ease the rule, or add a candidate site there to the table of sites."
    return [f"{which} meets the rules: {'; '.join([*words, *more])}.{way}"]


def fault_words(inputs: SitingInputs, fault: Fault) -> str:
    """A fault in the study's own words: what and where by name, the setting, and the way out."""
    said, setting = fault.sentence, SETTING_OF.get(fault.rule, fault.rule)
    if fault.where is not None:
        if fault.rule in ("reach", "longer_by"):
            name = inputs.areas["area_name"][fault.where]
        elif fault.rule == "locality":
            name = f"locality {locality_names(inputs)[fault.where]}"
        else:
            name = f"{inputs.sites['site_name'][fault.where]} ({inputs.sites['code'][fault.where]})"
        said = NUMBERED.sub(lambda _: str(name), said, count=1)
    said = said.replace(f"`{fault.rule}`", f"`{setting}`")
    return said if fault.alone else f"{said} (`{setting}`)"


def room_notes(inputs: SitingInputs, settings: SitingSettings) -> list[str]:
    """Practices whose own list asks for more than their sites hold, extensions counted, where all their sites are known."""
    ratio = settings.rooms_per_1000 or settings.m2_per_1000
    if not ratio:
        return []
    unit = "rooms" if settings.rooms_per_1000 else "m2"
    problem = siting_problem(inputs, settings)
    held = inputs.sites.with_columns(pl.Series("held", problem.capacity + problem.extension)).filter("is_open")
    own = held.drop_nulls(["practice_code", "list_size"]).group_by("practice_code").agg(
        pl.col("held").sum(), pl.col("list_size").first(), pl.col("site_name").first()
    )  # fmt: skip
    short = own.filter(pl.col("held") < pl.col("list_size") * ratio / 1000).sort("practice_code")
    notes = [
        f"{name} ({code}) holds {has:g} {unit}, but its own list of {people:,.0f} asks for {people * ratio / 1000:,.1f}: "
        "correct its sites in the table of sites, let one be extended, or say a lower ratio."
        for code, has, people, name in short.head(SHOWN).iter_rows()
    ]
    unknown = int((~np.isfinite(problem.capacity) & inputs.is_open).sum())
    notes += (
        [f"{short.height - SHOWN} more practices hold less than their lists ask for."] if short.height > SHOWN else []
    )
    return [
        *notes,
        *([f"The {unit} of {unknown} open sites are not known: those are taken to hold anybody."] if unknown else []),
    ]
