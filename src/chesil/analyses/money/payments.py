"""Payments to practices over the years, by group of streams, comparable between contracts, and what each depends on."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from chesil.analyses.money.settings import MoneyTables
from chesil.core.figure import Figure
from chesil.measures.card import load_measure
from chesil.measures.computing import Unit
from chesil.methods.green_book import in_real_terms
from chesil.place.place import Place

MOSTLY = 0.5
PENCE = 100.0


def group_of_stream(groups: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """The group of each stream, as the definitions have it."""
    return {s: name for name, g in groups.items() for s in g["streams"]}  # type: ignore[attr-defined]


def compared_streams(groups: Mapping[str, Mapping[str, object]]) -> list[str]:
    """The streams that are compared between practices: without drugs, networks' money, covid and deductions."""
    return [s for g in groups.values() if g["compared"] for s in g["streams"]]  # type: ignore[attr-defined]


def compared_groups(groups: Mapping[str, Mapping[str, object]]) -> list[str]:
    """The groups of streams that are compared between practices."""
    return [name for name, g in groups.items() if g["compared"]]


def practices_by_year(place: Place, earlier: Mapping[str, Place], years: pl.DataFrame) -> pl.DataFrame:
    """practice_code and year of every practice that was the place's in each financial year, with its lists.

    A board's are all practices of the commissioners to whom more than half of its own known practices' patients belonged
    in that year; another place's are the codes that it holds at any vintage, so predecessors of other codes are not in.
    """
    own = {c for p in (place, *earlier.values()) for c in p.practices["practice_code"]}
    with_patients = years.filter(pl.col("list_size") > 0)
    if place.kind not in ("icb", "sub_icb", "england"):
        return with_patients.filter(pl.col("practice_code").is_in(list(own)))
    shares = (
        with_patients.drop_nulls("commissioner_code")
        .with_columns(pl.col("practice_code").is_in(list(own)).alias("is_own"))
        .group_by("year", "commissioner_code")
        .agg(pl.col("list_size").filter("is_own").sum().alias("own"), pl.col("list_size").sum().alias("all"))
        .filter(pl.col("own") > MOSTLY * pl.col("all"))
    )
    return with_patients.join(shares.select("year", "commissioner_code"), on=["year", "commissioner_code"])


def payments_over_years(
    place: Place, mine: pl.DataFrame, tables: MoneyTables, price_year: str
) -> tuple[list[Figure], pl.DataFrame]:
    """Comparable payments per weighted and per registered patient of the place in each year, and by group of streams.

    Figures have units `code@year`; in real terms too where the study gives an index of prices. The table has year,
    group, gbp and gbp_per_weighted_patient.
    """
    lists = mine.group_by("year").agg(
        pl.col("list_size").sort().sum(), pl.col("weighted_list_size").sort().sum(), pl.len().alias("practices")
    )
    by_group = _by_group(mine, tables)
    figures = []
    comparable = set(compared_groups(tables.stream_groups))
    index = None if tables.deflators is None else dict(tables.deflators.select("year", "index").iter_rows())
    for row in lists.sort("year").iter_rows(named=True):
        year = row["year"]
        gbp = math.fsum(
            r["gbp"] for r in by_group.iter_rows(named=True) if r["year"] == year and r["group"] in comparable
        )
        common = {"unit_code": f"{place.code}@{year}", "unit_name": f"{place.name}, {year}", "period": year}
        figures += [
            _ratio("payments_per_weighted_patient_in", gbp, row["weighted_list_size"], place, tables, common),
            _ratio("payments_per_registered_patient_in", gbp, row["list_size"], place, tables, common),
        ]
        if index is not None:
            real = float(in_real_terms([gbp], [year], index, price_year)[0])
            note = (f"in the prices of {price_year}, by the study's table of deflators",)
            figures.append(
                _ratio(
                    "real_payments_per_weighted_patient", real, row["weighted_list_size"], place, tables, common, note
                )
            )
    table = by_group.join(lists, on="year").with_columns(
        (pl.col("gbp") / pl.col("weighted_list_size")).alias("gbp_per_weighted_patient")
    )
    return figures, table.select("year", "group", "gbp", "gbp_per_weighted_patient").sort("year", "group")


def dependence(units: Sequence[Unit], place: Place, tables: MoneyTables, year: str) -> list[Figure]:
    """For each unit the share of its payments that each group of streams makes up, in one year; deductions left out.

    A figure's unit is the unit's code; the measure is `share_from_<group>`.
    """
    asked = list({p for u in units for p in u.practices})
    mine = tables.years.filter((pl.col("year") == year) & pl.col("practice_code").is_in(asked))
    totals = by_group_and_practice(mine, tables)
    by_practice: dict[str, dict[str, float]] = {}
    for code, group, gbp in totals.select("practice_code", "group", "gbp").iter_rows():
        by_practice.setdefault(code, {})[group] = gbp
    groups = [g for g in tables.stream_groups if g != "deductions"]
    figures = []
    for unit in units:
        known = [by_practice[p] for p in unit.practices if p in by_practice]
        whole = math.fsum(v for own in known for g, v in own.items() if g in groups)
        for group in groups:
            part = math.fsum(own.get(group, 0.0) for own in known)
            common = {"unit_code": unit.code, "unit_name": unit.name, "period": year}
            figures.append(_ratio(f"share_from_{group}", part, whole, place, tables, common))
    return figures


def _by_group(mine: pl.DataFrame, tables: MoneyTables) -> pl.DataFrame:
    totals = by_group_and_practice(mine, tables)
    return totals.group_by("year", "group").agg(pl.col("gbp").sort().sum()).sort("year", "group")


def by_group_and_practice(mine: pl.DataFrame, tables: MoneyTables) -> pl.DataFrame:
    """practice_code, year, group (of streams) and gbp of the practices and years in `mine`."""
    of = pl.DataFrame(list(group_of_stream(tables.stream_groups).items()), schema=["stream", "group"], orient="row")
    asked = pl.all_horizontal(pl.col(c).is_in(mine[c].unique().implode()) for c in ("year", "practice_code"))
    return (
        tables.payments.filter(asked)  # all England's years are many more rows than are asked for
        .join(mine.select("practice_code", "year"), on=["practice_code", "year"])
        .join(of, on="stream")
        .group_by("practice_code", "year", "group")
        .agg((pl.col("pence").sum() / PENCE).alias("gbp"))
        .sort("practice_code", "year", "group")
    )


def _ratio(
    measure: str, part: float, whole: float, place: Place, tables: MoneyTables, common: Mapping[str, Any],
    notes: tuple[str, ...] = (),
) -> Figure:  # fmt: skip
    card = load_measure(measure)
    known = whole > 0
    return Figure(
        measure=measure, vintage=place.vintage, unit=card.unit, method=card.formula, standing="derived",
        value=card.scale * part / whole if known else None, numerator=part if known else None,
        denominator=whole if known else None, limits="none: a full account" if known else "",
        reason="" if known else f"no payments are published under this code for {common['period']}",
        receipts=tables.receipts, notes=notes, **common,
    )  # fmt: skip
