"""A fair split of an allocation to groups by weighted lists, and what each form of working together would hold."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from chesil.analyses.money.payments import compared_streams
from chesil.analyses.money.settings import MoneySettings, MoneyTables
from chesil.core.figure import Figure
from chesil.measures.card import load_measure
from chesil.measures.computing import Unit
from chesil.methods.capitation import Split, split_by_need
from chesil.place.place import Place


def split_figures(
    units: Sequence[Unit], place: Place, tables: MoneyTables, settings: MoneySettings, year: str
) -> tuple[list[Figure], pl.DataFrame]:
    """Share the study's allocation among groups by list and by the published weights of the global sum formula.

    The weight of a group is its weighted over its registered patients in the last year for which weighted lists are
    published; a practice without one counts at the average, and the figure says so. What a group has now is its share of
    comparable payments in that year. The table has group, people, weight, by_people, effect, target, given and now
    (pounds).
    """
    held = dict(place.practices.select("practice_code", "list_size").iter_rows())
    weights = {
        r["practice_code"]: r["weighted_list_size"] / r["list_size"]
        for r in tables.years.filter(pl.col("year") == year).iter_rows(named=True)
        if r["list_size"] and r["weighted_list_size"]
    }
    average = _mean([(held[p], weights[p]) for p in held if p in weights])
    people = np.array([sum(held.get(p, 0) for p in u.practices) for u in units], dtype=np.float64)
    index = np.array([_mean([(held[p], weights.get(p, average)) for p in u.practices if p in held]) for u in units])
    now = np.array(list(_paid(units, tables, year)))
    pence = round(100 * settings.allocation_gbp)
    split = split_by_need(
        people, {"published weights": index}, pence, now=now / now.sum() * pence,
        least_change=settings.least_change_pct / 100, most_change=settings.most_change_pct / 100,
    )  # fmt: skip
    return _split_figures(units, place, tables, split, index, average, weights, held), _split_table(
        units, people, index, split, now / now.sum() * pence
    )


def forms_table(
    units: Sequence[Unit], place: Place, tables: MoneyTables, year: str
) -> tuple[list[Figure], pl.DataFrame]:
    """For each group and form: whether the group's list fits the size stated for the form, and what it would hold.

    A form whose size is "about" a number is fitted by no rule, as no limits are stated: how many times the number the
    group has is shown instead. The figure `capitated_budget` is a group's comparable payments in the year.
    """
    held = dict(place.practices.select("practice_code", "list_size").iter_rows())
    figures, rows = [], []
    for unit, paid in zip(units, _paid(units, tables, year), strict=True):
        people = sum(held.get(p, 0) for p in unit.practices)
        card = load_measure("capitated_budget")
        figures.append(
            Figure(
                measure="capitated_budget", unit_code=unit.code, unit_name=unit.name, vintage=place.vintage, period=year,
                unit=card.unit, method=card.formula, standing="derived", value=paid, numerator=paid,
                limits="none: a full account", receipts=tables.receipts,
            )
        )  # fmt: skip
        for form in tables.forms:
            rows.append(
                {
                    "group": unit.code,
                    "name": unit.name,
                    "people": people,
                    "form": str(form["title"]),
                    "fits": _fits(form, people),
                }
            )
    columns = {"group": pl.String, "name": pl.String, "people": pl.Int64, "form": pl.String, "fits": pl.String}
    return figures, pl.DataFrame(rows, schema=columns, orient="row")


def _fits(form: Mapping[str, Any], people: int) -> str:
    if "about" in form:
        return f"{people / form['about']:.1f} times the size stated"
    if people < form.get("least", 0):
        return f"{form['least'] - people:,} people too few"
    if people > form.get("most", math.inf):
        return f"{people - form['most']:,} people too many"
    return "fits"


def _paid(units: Sequence[Unit], tables: MoneyTables, year: str) -> list[float]:
    rows = tables.payments.filter(
        (pl.col("year") == year) & pl.col("stream").is_in(compared_streams(tables.stream_groups))
    )
    by_practice = dict(rows.group_by("practice_code").agg(pl.col("pence").sum()).iter_rows())
    return [sum(by_practice.get(p, 0) for p in u.practices) / 100 for u in units]


def _mean(pairs: Sequence[tuple[float, float]]) -> float:
    whole = math.fsum(n for n, _ in pairs)
    return math.fsum(n * v for n, v in pairs) / whole if whole else 1.0


def _split_figures(
    units: Sequence[Unit], place: Place, tables: MoneyTables, split: Split, index: np.ndarray, average: float,
    weights: Mapping[str, float], held: Mapping[str, int],
) -> list[Figure]:  # fmt: skip
    figures = []
    card = load_measure("fair_share")
    for k, unit in enumerate(units):
        guessed = [p for p in unit.practices if p in held and p not in weights]
        notes = (f"{len(guessed)} practices without a published weight count at the average",) if guessed else ()
        figures.append(
            Figure(
                measure="fair_share", unit_code=unit.code, unit_name=unit.name, vintage=place.vintage,
                period=f"{place.as_at:%Y}", unit=card.unit, method=card.formula, standing="local",
                value=float(split.given[k]) / 100, numerator=float(split.given[k]) / 100,
                limits="none: a rule applied to published weights",
                notes=(*notes, f"weight per person {index[k] / average:.3f} of the average; by people alone "
                       f"{split.by_people[k] / 100:,.0f} pounds, by need {split.target[k] / 100:,.0f}"),
                receipts=(*tables.receipts, *place.receipts_for("practices", "list_size")),
            )
        )  # fmt: skip
    return figures


def _split_table(
    units: Sequence[Unit], people: np.ndarray, index: np.ndarray, split: Split, now: np.ndarray
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "group": [u.code for u in units],
            "name": [u.name for u in units],
            "people": people,
            "weight": index,
            "by_people": split.by_people / 100,
            "effect": split.effects["published weights"] / 100,
            "target": split.target / 100,
            "given": split.given / 100,
            "now": now / 100,
        }
    )
