"""What an option costs over the years: capital with optimism bias, revenue, transition; net present cost against the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chesil.core.errors import InputRefused, Problem, did_you_mean
from chesil.definitions import load_parameter
from chesil.methods.green_book import RateBand, equivalent_annual, optimism_bias, present_value

KINDS = ("capital", "revenue", "transition", "receipt", "saving", "vat")
TYPES = (
    "standard_buildings", "non_standard_buildings", "standard_civil_engineering", "non_standard_civil_engineering", "equipment",
)  # fmt: skip
BAND_ENDS = (30, 75, 125, 200, 300, 1000)
INTO_COST = {"receipt": -1.0, "saving": -1.0}


@dataclass(frozen=True)
class Costed:
    """An option's money: pence by line and year from the first, and present values in pounds.

    `lines` are (what, kind, year number, pounds as given, uplift for optimism, pounds used). `net_present_cost` counts
    receipts and cash savings as less cost; VAT and transfers are left out of it, as the Green Book asks, and shown.
    """

    lines: tuple[tuple[str, str, int, float, float, float], ...]
    capital: float
    revenue: float
    vat_left_out: float
    net_present_cost: float
    yearly_equivalent: float
    years: int


def rate_bands(day: date) -> tuple[RateBand, ...]:
    """The discount rates in force on a day, by year from the start."""
    return tuple(RateBand(end, load_parameter(f"discount_rate_to_year_{end}").on(day).value / 100) for end in BAND_ENDS)


def check_costs(costs: Sequence[Mapping[str, Any]], where: str) -> None:
    """Refuse costs without a year, of no known kind or type, or that are not numbers, naming each."""
    problems = []
    for number, cost in enumerate(costs, start=1):
        at = f"{where} cost {number}"
        if not isinstance(cost.get("year"), int):
            problems.append(
                Problem("has no year", at, "a sum without its year cannot be discounted", "Write year = 2027")
            )
        if not isinstance(cost.get("gbp"), int | float) or isinstance(cost.get("gbp"), bool):
            problems.append(Problem("`gbp` is not a number", at))
        kind, project = cost.get("kind", "revenue"), cost.get("project_type", "")
        for word, known, called in ((kind, KINDS, "kind of cost"), (project, TYPES, "type of project")):
            if word and word not in known:
                way = did_you_mean(word, known) or f"There are {', '.join(known)}"
                problems.append(Problem(f"`{word}` is not a {called}", at, "", way))
        if kind == "capital" and not project:
            problems.append(
                Problem(
                    "capital without `project_type`",
                    at,
                    "its optimism bias cannot be told",
                    f"One of {', '.join(TYPES)}",
                )
            )
    if problems:
        raise InputRefused("The option's costs cannot be used", problems, "Put these right and try again")


def cost_option(costs: Sequence[Mapping[str, Any]], day: date, where: str, *, growth: float = 0.0) -> Costed:
    """The money of an option over the years of the parameter `appraisal_years`, from the year of `day`.

    Capital is raised by the upper bound of optimism bias of its type (no risk is taken as managed unless a cost says
    `managed = 0.4` with its evidence in `source`). A recurring cost runs from its year to the end; by `growth` a year from
    `day` it outgrows prices in general (a share; nought takes real prices as they are).
    """
    check_costs(costs, where)
    years = int(load_parameter("appraisal_years").on(day).value)
    bands = rate_bands(day)
    upper = {t: load_parameter(f"optimism_bias_capital_{t}").on(day).value / 100 for t in TYPES}
    lines = []
    by_year = [0.0] * (years + 1)
    capital = revenue = vat = 0.0
    for cost in costs:
        kind = cost.get("kind", "revenue")
        uplift = 0.0
        if kind == "capital":
            uplift = optimism_bias(upper, {cost["project_type"]: 1.0}, float(cost.get("managed", 0.0)))
        used = float(cost["gbp"]) * (1 + uplift) * INTO_COST.get(kind, 1.0)
        first = max(0, cost["year"] - day.year)
        when = range(first, years + 1) if cost.get("is_recurring") else [first] if first <= years else []
        lines.append((str(cost["what"]), kind, first, float(cost["gbp"]), uplift, used))
        if kind == "vat":
            vat += used * len(when)
            continue
        for year in when:
            by_year[year] += used * ((1 + growth) ** year if cost.get("is_recurring") else 1.0)
        if kind == "capital":
            capital += used * len(when)
        else:
            revenue += used * len(when)
    cost_now = present_value(by_year, bands)
    even = equivalent_annual(cost_now, years, bands)
    return Costed(tuple(lines), capital, revenue, vat, cost_now, even, years)
