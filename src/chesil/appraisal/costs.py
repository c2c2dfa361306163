"""What an option costs over the years: capital with optimism bias, transition, running, savings; benefits are kept apart."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from chesil.core.errors import InputRefused, Problem, did_you_mean
from chesil.definitions import load_parameter
from chesil.methods.green_book import RateBand, equivalent_annual, in_real_terms, optimism_bias, present_value

KINDS = ("capital", "revenue", "transition", "receipt", "saving", "vat", "benefit")
TYPES = (
    "standard_buildings", "non_standard_buildings", "standard_civil_engineering", "non_standard_civil_engineering", "equipment",
)  # fmt: skip
BAND_ENDS = (30, 75, 125, 200, 300, 1000)
SIGNS = {"receipt": -1.0, "saving": -1.0, "vat": 0.0, "benefit": 0.0}
"""How a kind enters the net present cost: VAT is a transfer, and a benefit is no saving."""


@dataclass(frozen=True)
class Line:
    """A sum as given, in the prices of the study's date, and as used with its uplift for optimism; years from the first."""

    what: str
    kind: str
    first: int
    last: int
    given: float
    today: float
    uplift: float
    prices: str = ""

    @property
    def used(self) -> float:
        return self.today * (1 + self.uplift)


@dataclass(frozen=True)
class Costed:
    """An option's money, in pounds of the study's date.

    `by_kind` are sums over the years with optimism, not discounted. `net_present_cost` counts receipts and cash savings as
    less cost; VAT, a transfer, is left out of it and shown, and so are `benefits`, the present value of what the study
    values in pounds. `longer` is by how much the time to build may be exceeded (a share), None without capital.
    """

    lines: tuple[Line, ...]
    by_kind: Mapping[str, float]
    net_present_cost: float
    yearly_equivalent: float
    years: int
    benefits: float = 0.0
    longer: float | None = None
    base: str = field(default="")
    """The financial year of the prices to which older sums were brought, "" if none was."""

    @property
    def capital(self) -> float:
        return self.by_kind.get("capital", 0.0)

    @property
    def vat_left_out(self) -> float:
        return self.by_kind.get("vat", 0.0)

    @property
    def net_present_value(self) -> float | None:
        """Benefits that the study values less the net present cost; None where it values none."""
        return self.benefits - self.net_present_cost if "benefit" in self.by_kind else None


def rate_bands(day: date) -> tuple[RateBand, ...]:
    """The discount rates in force on a day, by year from the start."""
    return tuple(RateBand(end, load_parameter(f"discount_rate_to_year_{end}").on(day).value / 100) for end in BAND_ENDS)


def check_costs(
    costs: Sequence[Mapping[str, Any]], day: date, where: str, index: Mapping[str, float] | None = None
) -> list[Problem]:
    """Everything wrong with an option's costs: no year, no number, a kind, type or year of prices that is not known."""
    years = int(load_parameter("appraisal_years").on(day).value)
    problems = []
    for number, cost in enumerate(costs, start=1):
        at = f"{where} cost {number}"
        problems += _year_problems(cost, day, years, at)
        if not _is_number(cost.get("gbp")) or not math.isfinite(cost["gbp"]) or cost["gbp"] < 0:
            problems.append(
                Problem("`gbp` is not a number from 0 up", at, "", "A saving or receipt is a `kind`, not a minus")
            )
        kind = cost.get("kind", "revenue")
        if kind not in KINDS:
            way = did_you_mean(str(kind), KINDS) or f"There are {', '.join(KINDS)}"
            problems.append(Problem(f"`{kind}` is not a kind of cost", at, "", way))
        problems += _optimism_problems(cost, kind, at)
        if cost.get("prices") and cost["prices"] not in (index or {}):
            way = "Add the year to registers/deflators (year, index, source), or give the sum in today's prices without `prices`"
            problems.append(Problem(f"the study has no index of prices for {cost['prices']}", at, "", way))
    return problems


def _year_problems(cost: Mapping[str, Any], day: date, years: int, at: str) -> list[Problem]:
    first, last = cost.get("year"), cost.get("until")
    if not isinstance(first, int) or isinstance(first, bool):
        return [
            Problem("has no year", at, "a sum without its year cannot be discounted", f"Write year = {day.year + 1}")
        ]
    problems = []
    if first < day.year:
        why = "what is spent already is spent under every option, and stays out of an appraisal"
        problems.append(Problem(f"its year {first} lies before the study's date", at, why, "Leave it out"))
    if first > day.year + years:
        problems.append(Problem(f"its year {first} lies beyond the {years} years that are counted", at))
    if last is not None and (not isinstance(last, int) or last < first or not cost.get("is_recurring")):
        problems.append(Problem("`until` is not a year from its first on, of a cost that recurs", at))
    if not isinstance(cost.get("is_recurring", False), bool):
        problems.append(Problem("`is_recurring` is neither true nor false", at))
    return problems


def _optimism_problems(cost: Mapping[str, Any], kind: str, at: str) -> list[Problem]:
    project, managed = cost.get("project_type"), cost.get("managed", 0.0)
    if kind != "capital":
        wrong = [f for f in ("project_type", "managed") if f in cost]
        return [Problem(f"`{f}` belongs to capital, not to {kind}", at) for f in wrong]
    if not project:
        way = f"One of {', '.join(TYPES)}, or a table of shares of them"
        return [Problem("capital without `project_type`", at, "its optimism bias cannot be told", way)]
    shares = _shares(project)
    problems = [
        Problem(f"`{t}` is not a type of project", at, "", did_you_mean(t, TYPES) or f"There are {', '.join(TYPES)}")
        for t in shares
        if t not in TYPES
    ]
    if not all(_is_number(s) and s >= 0 for s in shares.values()) or abs(sum(shares.values()) - 1) > 1e-6:
        problems.append(Problem("the shares of its types of project do not sum to 1", at))
    if not _is_number(managed) or not 0 <= managed <= 1:
        problems.append(Problem("`managed` is not a share from 0 to 1", at))
    elif managed and not cost.get("managed_because"):
        why = "optimism may be cut only for risk that has been dealt with, shown with evidence"
        problems.append(
            Problem("`managed` without `managed_because`", at, why, "Say what was done, and where it is shown")
        )
    return problems


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shares(project: Any) -> dict[str, float]:
    return dict(project) if isinstance(project, Mapping) else {str(project): 1.0}


def financial_year(day: date) -> str:
    """The financial year of a day, such as 2026/27."""
    first = day.year if day.month >= 4 else day.year - 1
    return f"{first}/{(first + 1) % 100:02d}"


def cost_option(
    costs: Sequence[Mapping[str, Any]], day: date, where: str, *, growth: float = 0.0, index: Mapping[str, float] | None = None
) -> Costed:  # fmt: skip
    """The money of an option over the years of the parameter `appraisal_years`, from the year of `day`.

    Capital is raised by the upper bound of optimism bias of its type or mix of types, less the share `managed` (Mott
    MacDonald, 2002, for HM Treasury). A recurring cost runs from its year to the end or to `until`; by `growth` a year
    from `day` it outgrows prices in general (a share). A cost with `prices` (a financial year) is brought by `index` to
    the prices of the day's own year, or the last that the index has; others are in today's prices as they stand.
    `InputRefused` with everything that is wrong.
    """
    problems = check_costs(costs, day, where, index)
    if problems:
        raise InputRefused("The option's costs cannot be used", problems, "Put these right and try again")
    years = int(load_parameter("appraisal_years").on(day).value)
    dated = any(c.get("prices") for c in costs)
    base = min(financial_year(day), max(index)) if index and dated else ""
    base = max((y for y in index if y <= base), default="") if index and base else ""
    lines = tuple(_line(c, day, years, index or {}, base) for c in costs)
    by_year, worth = [0.0] * (years + 1), [0.0] * (years + 1)
    by_kind: dict[str, float] = {}
    for line, cost in zip(lines, costs, strict=True):
        for year in range(line.first, line.last + 1):
            pounds = line.used * ((1 + growth) ** year if cost.get("is_recurring") else 1.0)
            by_year[year] += SIGNS.get(line.kind, 1.0) * pounds
            worth[year] += pounds if line.kind == "benefit" else 0.0
            by_kind[line.kind] = by_kind.get(line.kind, 0.0) + pounds
    bands = rate_bands(day)
    cost_now = present_value(by_year, bands)
    even = equivalent_annual(cost_now, years, bands)
    return Costed(lines, by_kind, cost_now, even, years, present_value(worth, bands), _longer(costs, day), base)


def _line(cost: Mapping[str, Any], day: date, years: int, index: Mapping[str, float], base: str) -> Line:
    kind, given, prices = cost.get("kind", "revenue"), float(cost["gbp"]), str(cost.get("prices", ""))
    today = float(in_real_terms([given], [prices], index, base)[0]) if prices else given
    uplift = 0.0
    if kind == "capital":
        uplift = optimism_bias(_upper("capital", day), _shares(cost["project_type"]), float(cost.get("managed", 0.0)))
    first = cost["year"] - day.year
    last = min(years, cost.get("until", day.year + years) - day.year) if cost.get("is_recurring") else first
    return Line(str(cost["what"]), kind, first, last, given, today, uplift, prices)


def _upper(of: str, day: date) -> dict[str, float]:
    return {t: load_parameter(f"optimism_bias_{of}_{t}").on(day).value / 100 for t in TYPES}


def _longer(costs: Sequence[Mapping[str, Any]], day: date) -> float | None:
    """By how much the time of the slowest of its capital may be exceeded, as a share; None without capital."""
    upper = _upper("duration", day)
    built = [c for c in costs if c.get("kind") == "capital"]
    return max((optimism_bias(upper, _shares(c["project_type"])) for c in built), default=None)
