"""A fair split of an allocation to groups by weighted lists, and what each form of working together would hold."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from chesil.analyses.money.payments import compared_streams
from chesil.analyses.money.settings import MoneySettings, MoneyTables
from chesil.analyses.money.weighting import OPEN, NeedIndices, need_indices
from chesil.core.figure import Figure
from chesil.measures.card import load_measure
from chesil.measures.computing import Unit
from chesil.methods.capitation import Split, split_by_need
from chesil.place.place import Place

EFFECT = "effect of "
"""How the columns of the table begin that hold what a factor adds to or takes from each group."""


def split_figures(
    units: Sequence[Unit], place: Place, tables: MoneyTables, settings: MoneySettings, year: str
) -> tuple[list[Figure], pl.DataFrame]:
    """Share the study's allocation among groups by list and need: the published weights, or the open weighting.

    What a group has now is its share of comparable payments in the last year for which weighted lists are published. The
    table has group, name, people, weight (over the average), by_people, an effect a factor, target, given and now
    (pounds): by_people and the effects add up to target.
    """
    held = {c: n for c, n in place.practices.select("practice_code", "list_size").iter_rows() if n}
    people = np.array([sum(held.get(p, 0) for p in u.practices) for u in units], dtype=np.float64)
    need = need_indices(units, held, tables, year, settings.split_weights)
    now = np.array(list(_paid(units, tables, year)))
    pence = round(100 * settings.allocation_gbp)
    now = now / now.sum() * pence
    split = split_by_need(
        people, need.by_factor, pence, now=now, least_change=settings.least_change_pct / 100,
        most_change=settings.most_change_pct / 100,
    )  # fmt: skip
    return _split_figures(units, place, tables, split, need, settings), _split_table(units, people, need, split, now)


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


def _split_figures(
    units: Sequence[Unit], place: Place, tables: MoneyTables, split: Split, need: NeedIndices, settings: MoneySettings
) -> list[Figure]:
    card = load_measure("fair_share")
    return [
        Figure(
            measure="fair_share", unit_code=unit.code, unit_name=unit.name, vintage=place.vintage,
            period=f"{place.as_at:%Y}", unit=card.unit, method=card.formula, standing="local",
            value=float(split.given[k]) / 100, numerator=float(split.given[k]) / 100,
            limits="none: a rule applied to weights", notes=_notes(k, split, need, settings),
            receipts=("study:settings", *tables.factor_receipts, *place.receipts_for("practices", "list_size")),
        )
        for k, unit in enumerate(units)
    ]  # fmt: skip


def _notes(k: int, split: Split, need: NeedIndices, settings: MoneySettings) -> tuple[str, ...]:
    notes = []
    if need.model is not None:
        model = need.model
        notes.append(
            f"the open weighting explains {100 * model.explained:.0f}% of the published weights of {model.units:,} practices; "
            f"its typical error is {100 * model.typical_error:.0f}%"
        )
    if settings.split_weights == OPEN:
        notes.append("shared by the open weighting, not by published weights")
    if need.estimated[k]:
        notes.append(f"the weight of {_practices(need.estimated[k])} is not published and is estimated")
    if need.unknown[k]:
        notes.append(f"{_practices(need.unknown[k])} without any known weight counted at the average")
    parts = f"by people alone {split.by_people[k] / 100:,.0f} pounds, by need {split.target[k] / 100:,.0f}"
    return (*notes, f"weight per person {need.index[k]:.3f} of the average; {parts}")


def _practices(count: int) -> str:
    return "one practice" if count == 1 else f"{count} practices"


def _split_table(
    units: Sequence[Unit], people: np.ndarray, need: NeedIndices, split: Split, now: np.ndarray
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "group": [u.code for u in units],
            "name": [u.name for u in units],
            "people": people,
            "weight": need.index,
            "by_people": split.by_people / 100,
            **{f"{EFFECT}{name}": effect / 100 for name, effect in split.effects.items()},
            "target": split.target / 100,
            "given": split.given / 100,
            "now": now / 100,
        }
    )
