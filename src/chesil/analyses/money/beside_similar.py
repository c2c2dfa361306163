"""What practices and groups are paid beside similar practices of England, in all and by group of streams."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import polars as pl

from chesil.analyses.money.payments import by_group_and_practice, compared_groups
from chesil.analyses.money.settings import MoneyTables
from chesil.core.figure import Figure
from chesil.measures.card import load_measure
from chesil.measures.computing import Unit
from chesil.place.place import Place

ALL_COMPARED = "all"
LEAST_SIMILAR = 5
"""With fewer similar practices that have payments, a median says too little to be shown."""
BESIDE: dict[str, Any] = {
    "unit_code": pl.String, "unit_name": pl.String, "group": pl.String, "own": pl.Float64, "similar_median": pl.Float64,
    "similar_least": pl.Float64, "similar_most": pl.Float64, "practices": pl.Int64, "similar": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True)
class _Practice:
    """A practice's pounds per weighted patient, and the same of those like it: least, median, most, how many."""

    weighted: float
    own: float
    least: float
    median: float
    most: float
    similar: int


def payments_beside_similar(
    units: Sequence[Unit], place: Place, tables: MoneyTables, year: str
) -> tuple[list[Figure], pl.DataFrame]:
    """Payments per weighted patient of each unit in a year beside the median of its similar practices.

    A practice's similar practices are `tables.similar`; those without payments or weighted patients in the year are left
    out, and a practice with fewer than five left is not compared. A group is compared by its practices: the mean of their
    own and of their similar medians, each weighted by their weighted patients, so that both sides stand for the same
    people. The table has a row for each unit and group of streams ("all" is their sum); least and most are of similar
    practices, and blank for groups of practices.
    """
    if tables.similar is None:
        return [], pl.DataFrame(schema=BESIDE)
    asked = pl.concat([tables.similar["practice_code"], tables.similar["similar_code"]]).unique()
    paid = _per_weighted_patient(tables, year, asked)
    weighted = {c: float(w) for c, w in tables.years.filter(pl.col("year") == year)
                .select("practice_code", "weighted_list_size").iter_rows() if w}  # fmt: skip
    similar: dict[str, list[str]] = {}
    for code, other in tables.similar.select("practice_code", "similar_code").iter_rows():
        similar.setdefault(code, []).append(other)
    rows, figures = [], []
    groups = [ALL_COMPARED, *compared_groups(tables.stream_groups)]
    found = {g: {c: p for c in similar if (p := _practice(c, similar[c], paid, weighted, g))} for g in groups}
    for unit in units:
        figures += _figures(unit, [found[ALL_COMPARED][p] for p in unit.practices if p in found[ALL_COMPARED]],
                            place, tables, year)  # fmt: skip
        for group in groups:
            known = [found[group][p] for p in unit.practices if p in found[group]]
            if known:
                only = known[0] if len(unit.practices) == 1 else None
                rows.append((unit.code, unit.name, group, _mean(known, "own"), _mean(known, "median"),
                             only.least if only else None, only.most if only else None, len(known),
                             only.similar if only else None))  # fmt: skip
    return figures, pl.DataFrame(rows, schema=BESIDE, orient="row")


def _per_weighted_patient(tables: MoneyTables, year: str, codes: pl.Series) -> dict[tuple[str, str], float]:
    """Pounds per weighted patient by practice and compared group of streams, and in all, for some practices in a year."""
    england = tables.years.filter(
        (pl.col("year") == year) & (pl.col("weighted_list_size") > 0) & pl.col("practice_code").is_in(codes.implode())
    )
    paid = by_group_and_practice(england, tables).filter(pl.col("group").is_in(compared_groups(tables.stream_groups)))
    whole = paid.group_by("practice_code").agg(pl.lit(ALL_COMPARED).alias("group"), pl.col("gbp").sort().sum())
    both = pl.concat([paid.select("practice_code", "group", "gbp"), whole])
    each = both.join(england.select("practice_code", "weighted_list_size"), on="practice_code")
    return {(c, g): gbp / w for c, g, gbp, w in each.iter_rows()}


def _practice(
    code: str, similar: Sequence[str], paid: dict[tuple[str, str], float], weighted: dict[str, float], group: str
) -> _Practice | None:
    if (code, ALL_COMPARED) not in paid:
        return None
    theirs = [paid.get((s, group), 0.0) for s in similar if (s, ALL_COMPARED) in paid]
    if len(theirs) < LEAST_SIMILAR:
        return None
    own = paid.get((code, group), 0.0)
    return _Practice(weighted[code], own, min(theirs), median(theirs), max(theirs), len(theirs))


def _mean(practices: Sequence[_Practice], of: str) -> float:
    whole = math.fsum(p.weighted for p in practices)
    return math.fsum(p.weighted * getattr(p, of) for p in practices) / whole


def _figures(unit: Unit, known: Sequence[_Practice], place: Place, tables: MoneyTables, year: str) -> list[Figure]:
    reason = "" if known else f"no payments of {year}, or of too few similar practices, are published under this code"
    notes: tuple[str, ...] = ()
    if len(unit.practices) == 1 and known:
        only = known[0]
        notes = (f"{only.similar} similar practices, from £{only.least:,.0f} to £{only.most:,.0f}",)
    elif known and len(known) < len(unit.practices):
        notes = (f"{len(known)} of {len(unit.practices)} practices could be compared",)
    similar = _mean(known, "median") if known else None
    difference = _mean(known, "own") - similar if similar is not None else None
    return [
        Figure(
            measure=measure, unit_code=unit.code, unit_name=unit.name, vintage=place.vintage, period=year,
            unit=card.unit, method=card.formula, standing="derived", value=value,
            limits="none: full accounts" if known else "", reason=reason, notes=notes, receipts=tables.factor_receipts,
        )
        for measure, value in (("payments_of_similar", similar), ("payments_from_similar", difference))
        for card in (load_measure(measure),)
    ]  # fmt: skip
