"""A ledger of savings: what adds up, what may be counted twice, what is cash; and the gap that it is to close."""

import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from chesil.analyses.money.settings import MoneySettings
from chesil.core.errors import InputRefused, Problem, did_you_mean
from chesil.core.figure import Figure
from chesil.measures.card import load_measure
from chesil.methods.green_book import paths_and_gap
from chesil.place.place import Place

LEDGER, SETTINGS = "study:savings", "study:settings"
PATHS = ("income_path", "cost_path", "gap_if_nothing", "gap_after_savings")


def check_links(savings: pl.DataFrame) -> None:
    """Refuse a ledger whose lines refer to lines that are not there, to themselves, or round in a circle."""
    next_of = {r["line"]: r["also_counted_in"] for r in savings.iter_rows(named=True) if r["also_counted_in"]}
    lines = set(savings["line"])
    problems = []
    for line, other in next_of.items():
        if other not in lines:
            problems.append(
                Problem(f"`{other}` is not a line of the ledger", f"line {line}", "", did_you_mean(other, lines))
            )
    told: set[str] = set()
    for line in next_of:
        path = [line]
        while path[-1] in next_of and next_of[path[-1]] not in path:
            path.append(next_of[path[-1]])
        if path[-1] in next_of and next_of[path[-1]] == line and not told & set(path):
            told |= set(path)
            circle = " → ".join([*path, line])
            why = "which of them holds the money cannot be told"
            problems.append(
                Problem(f"the links go round in a circle: {circle}", f"line {line}", why, "Leave one link out")
            )
    if problems:
        raise InputRefused("The ledger of savings cannot be used", problems, "Put these right and try again")


def savings_figures(savings: pl.DataFrame, place: Place, settings: MoneySettings) -> list[Figure]:
    """The ledger's total, its cashable part, its part by confidence, and the least if linked lines hold the same money.

    A line that says it is also counted in another is taken as wholly inside it for the least. All in pence, so that the
    ledger adds up to the penny.
    """
    check_links(savings)
    pence = {r["line"]: round(100 * r["amount_gbp"]) for r in savings.iter_rows(named=True)}
    rows = list(savings.iter_rows(named=True))
    total = sum(pence.values())
    linked = [r["line"] for r in rows if r["also_counted_in"]]
    parts = {
        "savings_total": (total, ()),
        "savings_counted_once": (total - sum(pence[n] for n in linked), tuple(f"{n} may be inside another line" for n in linked)),
        "savings_cashable": (sum(pence[r["line"]] for r in rows if r["cashable"]), ()),
        "savings_not_cashable": (sum(pence[r["line"]] for r in rows if r["cashable"] is False), ()),
        "savings_cash_not_said": (sum(pence[r["line"]] for r in rows if r["cashable"] is None), ()),
    }  # fmt: skip
    figures = [_sum(m, p, place, f"{len(rows)} lines", notes) for m, (p, notes) in parts.items()]
    if settings.savings_stated_gbp:
        stated = round(100 * settings.savings_stated_gbp)
        note = (
            "the lines add up to the stated total" if stated == total else "the lines do not add up to the stated total"
        )
        figures.append(
            _sum("savings_difference_from_stated", total - stated, place, "lines less the stated total", (note,))
        )
    return figures


def phased(savings: pl.DataFrame) -> pl.DataFrame:
    """year, gbp and of it cashable: the ledger by the year of each line."""
    return (
        savings.group_by("year")
        .agg(
            pl.col("amount_gbp").sort().sum().alias("gbp"),
            pl.col("amount_gbp").filter(pl.col("cashable").fill_null(False)).sort().sum().alias("cashable_gbp"),
        )
        .sort("year")
    )


def gap_figures(
    place: Place, settings: MoneySettings, savings: pl.DataFrame | None
) -> tuple[list[Figure], pl.DataFrame]:
    """Income, cost and gap of each year if nothing is done, and the gap once the ledger's savings are taken.

    Savings are those of lines dated up to that year (each recurs once made). Years have units `code@year`.
    """
    if not settings.income_gbp:
        return [], pl.DataFrame(schema={"year": pl.String, "income": pl.Float64, "cost": pl.Float64, "gap": pl.Float64,
                                        "after": pl.Float64})  # fmt: skip
    incomes, costs, gaps = paths_and_gap(
        settings.income_gbp,
        settings.cost_gbp,
        settings.income_growth_pct / 100,
        settings.cost_growth_pct / 100,
        settings.years,
    )
    first = settings.first_year or "2026/27"
    years = [_later(first, k) for k in range(settings.years + 1)]
    made = dict(phased(savings).select("year", "gbp").iter_rows()) if savings is not None else {}
    after = [gap - math.fsum(v for y, v in made.items() if y <= year) for year, gap in zip(years, gaps, strict=True)]
    figures = []
    for year, income, cost, gap, left in zip(years, incomes, costs, gaps, after, strict=True):
        common = {"unit_code": f"{place.code}@{year}", "unit_name": f"{place.name}, {year}", "period": year}
        for measure, value in (
            ("income_path", income),
            ("cost_path", cost),
            ("gap_if_nothing", gap),
            ("gap_after_savings", left),
        ):
            used = (SETTINGS, LEDGER) if made and measure == "gap_after_savings" else (SETTINGS,)
            figures.append(_gbp(measure, float(value), place, common, used))
    table = pl.DataFrame({"year": years, "income": incomes, "cost": costs, "gap": gaps, "after": after})
    return figures, table


def _later(year: str, by: int) -> str:
    start = int(year[:4]) + by
    return f"{start}/{(start + 1) % 100:02d}"


def _sum(measure: str, pence: int, place: Place, of: str, notes: tuple[str, ...]) -> Figure:
    common = {"unit_code": place.code, "unit_name": place.name, "period": f"{place.as_at:%Y}"}
    used = (LEDGER, SETTINGS) if measure == "savings_difference_from_stated" else (LEDGER,)
    return _gbp(measure, pence / 100, place, common, used, (*notes, of))


def _gbp(
    measure: str,
    value: float,
    place: Place,
    common: Mapping[str, Any],
    receipts: tuple[str, ...],
    notes: tuple[str, ...] = (),
) -> Figure:
    card = load_measure(measure)
    return Figure(
        measure=measure, vintage=place.vintage, unit=card.unit, method=card.formula, standing="local", value=value,
        numerator=value, limits="none: as entered in the study", notes=notes, receipts=receipts, **common,
    )  # fmt: skip
