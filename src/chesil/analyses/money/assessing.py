"""The one door of the analysis of money: everything that the tables and the study's settings allow."""

from collections.abc import Mapping

import polars as pl

from chesil.analyses.money.beside_similar import payments_beside_similar
from chesil.analyses.money.payments import dependence, payments_over_years, practices_by_year
from chesil.analyses.money.savings import gap_figures, phased, savings_figures
from chesil.analyses.money.settings import MoneySettings, MoneyTables
from chesil.analyses.money.splitting import forms_table, split_figures
from chesil.core.assessment import Assessment
from chesil.core.errors import ChesilError, did_you_mean
from chesil.core.figure import Figure
from chesil.measures.computing import ALL, Unit, units_of
from chesil.place.place import Place, plain_name

ABOUT = {
    "payments": "Payments of the place by year and group of streams, in pounds and per weighted patient.",
    "beside_similar": "Payments per weighted patient of each practice and group, by group of streams, beside similar ones.",
    "savings": "The study's ledger as entered.",
    "phased": "The ledger by year, and of it what releases cash.",
    "gap": "Income, cost and gap by year, and the gap after savings.",
    "split": "The allocation shared among groups: by people, the effect of each factor, target, given, now (pounds).",
    "forms": "Each group against the size stated for each form.",
}


def assess_money(
    place: Place, earlier: Mapping[str, Place], tables: MoneyTables, settings: MoneySettings
) -> Assessment:
    """What practices were paid over the years, what each depends on, the gap and the ledger, the split, and the forms.

    `earlier` are the same place at other vintages. Nothing that the study does not give (income, cost, allocation,
    ledger, prices) is assumed: those parts are then left out.
    """
    mine = practices_by_year(place, earlier, tables.years)
    last = str(tables.years["year"].max())
    figures, by_year = payments_over_years(place, mine, tables, settings.price_year)
    groups = _groups(place, settings.split_grouping)
    units = [*units_of(place, "practice"), *units_of(place, "pcn"), *units_of(place, ALL)]
    figures += dependence(units, place, tables, last)
    found: dict[str, pl.DataFrame] = {"payments": by_year}
    beside, found["beside_similar"] = payments_beside_similar(units, place, tables, last)
    figures += beside
    if tables.savings is not None:
        figures += savings_figures(tables.savings, place, settings)
        found |= {"savings": tables.savings, "phased": phased(tables.savings)}
    of_gap, found["gap"] = gap_figures(place, settings, tables.savings)
    figures += of_gap
    if groups:
        budgets, found["forms"] = forms_table(groups, place, tables, last)
        figures += budgets
    if groups and settings.allocation_gbp:
        shares, found["split"] = split_figures(groups, place, tables, settings, last)
        figures += shares
    return Assessment("money", tuple(_once(figures)), found, {n: ABOUT[n] for n in found})


def _groups(place: Place, grouping: str) -> list[Unit]:
    if grouping == "pcn":
        return units_of(place, "pcn")
    kind = f"study:{plain_name(grouping)}"
    known = sorted(t.removeprefix("study:") for t in place.groups["group_type"].unique() if t.startswith("study:"))
    if kind.removeprefix("study:") not in known:
        raise ChesilError(
            f"`split_grouping` of [money] is `{grouping}`, which is no grouping of the study",
            [],
            did_you_mean(grouping, ["pcn", *known]) or f"There are {', '.join(['pcn', *known])}",
        )
    return units_of(place, kind)


def _once(figures: list[Figure]) -> list[Figure]:
    """Each figure once: a place of one network would else have two of the same code."""
    return list({(f.measure, f.unit_code): f for f in figures}.values())
