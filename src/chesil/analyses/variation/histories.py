"""Histories: nine years of lists and payments and the yearly GPs of each practice, marked where it took over a list."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import polars as pl

from chesil.analyses.variation.figures import VariationUnits
from chesil.analyses.variation.tables import VariationTables
from chesil.analyses.variation.trends import find_mergers, read_trend
from chesil.core.figure import Figure
from chesil.place.place import Place

SERIES = {
    "list_change": "Registered patients",
    "payments_per_patient_change": "Payments per patient",
    "gp_fte_change": "Fully qualified GPs (FTE)",
}


@dataclass(frozen=True)
class History:
    """`series`: practice_code, measure, position, year, value, over (its denominator), mean, begins (a stretch after a
    merger), kind and reading of its chart. `mergers`: practice_code, position, year, ended_code."""

    series: pl.DataFrame
    mergers: pl.DataFrame


def history_of(tables: VariationTables, codes: set[str]) -> History:
    """The yearly series of the practices `codes`, with the mergers that the stated rule finds."""
    years = sorted(tables.payment_years["year"].unique())
    at = {year: k for k, year in enumerate(years)}
    paid = tables.payment_years.filter(pl.col("list_size") > 0).with_columns(
        pl.col("year").replace_strict(at, return_dtype=pl.Int64).alias("position")
    )
    lists = paid.select("practice_code", "position", "year", pl.col("list_size").alias("patients"))
    mergers = find_mergers(lists, tables.codes, codes)
    mine = paid.filter(pl.col("practice_code").is_in(list(codes)))
    drugs = tables.payments.group_by("practice_code", "year").agg((pl.col("pence").sum() / 100).alias("drugs"))
    net = mine.join(drugs, on=["practice_code", "year"], how="left").with_columns(
        (pl.col("published_total") - pl.col("drugs").fill_null(0.0)).alias("net")
    )
    gps = tables.gp_history.filter(pl.col("practice_code").is_in(list(codes)), pl.col("gp_fte") > 0)
    first = int(years[0][:4]) + 1
    parts = [
        _part(mine, "list_change", pl.col("list_size"), pl.lit(1.0)),
        _part(net.drop_nulls("net"), "payments_per_patient_change", pl.col("net"), pl.col("list_size")),
        _part(
            gps.with_columns((pl.col("year") - first).alias("position"), _financial(pl.col("year")).alias("year")),
            "gp_fte_change", pl.col("gp_fte"), pl.lit(1.0),
        ),
    ]  # fmt: skip
    return History(_read(pl.concat(parts).sort("practice_code", "measure", "position"), mergers), mergers)


def trend_figures(place: Place, units: VariationUnits, history: History) -> list[Figure]:
    """The change from first to last year of each series: of practices by their code, of the place by all it has held."""
    figures = []
    for measure in SERIES:
        rows = history.series.filter(pl.col("measure") == measure).sort("practice_code", "position")
        by_code: dict[str, list[Yearly]] = {}
        for code, *year in rows.select("practice_code", "year", "value", "over", "begins").iter_rows():
            by_code.setdefault(code, []).append(Yearly(*year))
        for unit in units.with_history:
            years = [y for c in unit.practices for y in by_code.get(c, [])]
            figures.append(_change(place, measure, unit.code, unit.name, years, units.receipts[measure]))
    return figures


class Yearly(NamedTuple):
    """One year of one practice: a value, what it is over, and whether a stretch begins there after a merger."""

    year: str
    value: float
    over: float
    begins: bool


def _change(
    place: Place, measure: str, code: str, name: str, rows: Sequence[Yearly], receipts: tuple[str, ...]
) -> Figure:
    common: dict[str, Any] = {
        "measure": measure, "unit_code": code, "unit_name": name, "vintage": place.vintage, "unit": "%",
        "method": "100 x (last year / first year - 1)", "standing": "derived", "receipts": receipts,
    }  # fmt: skip
    years = sorted({r.year for r in rows})
    if len(years) < 2:
        return Figure(**common, period="2022/23", reason="fewer than two years are published under this code")

    def total(year: str) -> float:
        """A list or a count of GPs is a total; a payment is shared out over the patients of its year."""
        value = math.fsum(r.value for r in rows if r.year == year)
        return value / math.fsum(r.over for r in rows if r.year == year) if measure.startswith("payments") else value

    one, last = total(years[0]), total(years[-1])
    if one <= 0:
        return Figure(**common, period=years[-1], reason="the first year's value is nought or less")
    merged = sorted({r.year for r in rows if r.begins})
    notes: tuple[str, ...] = (f"From {years[0]} to {years[-1]}, {len(years)} years: a run of points, without rules.",)
    notes += (f"The list took over another in {', '.join(merged)}.",) if merged and measure == "list_change" else ()
    return Figure(
        **common, period=years[-1], value=100 * (last / one - 1), numerator=last, denominator=one, notes=notes,
        limits="none: both are full counts",
    )  # fmt: skip


def _part(rows: pl.DataFrame, measure: str, value: pl.Expr, over: pl.Expr) -> pl.DataFrame:
    return rows.select(
        "practice_code", pl.lit(measure).alias("measure"), pl.col("position").cast(pl.Int64), "year",
        value.cast(pl.Float64).alias("value"), over.cast(pl.Float64).alias("over"),
    )  # fmt: skip


def _financial(year: pl.Expr) -> pl.Expr:
    """A financial year given by its end, such as 2016, as "2015/16"."""
    return pl.format("{}/{}", year - 1, (year % 100).cast(pl.String).str.zfill(2))


def _read(series: pl.DataFrame, mergers: pl.DataFrame) -> pl.DataFrame:
    """The series with the mean of each stretch, where one begins after a merger, and how it may be read."""
    begins = mergers.select("practice_code", "position").unique().with_columns(pl.lit(True).alias("begins"))
    marked = series.join(begins, on=["practice_code", "position"], how="left").with_columns(
        pl.col("begins").fill_null(False)
    )
    done = []
    for _, rows in marked.group_by("practice_code", "measure", maintain_order=True):
        values = (rows["value"] / rows["over"]).to_numpy()
        trend = read_trend(values, tuple(k for k, b in enumerate(rows["begins"]) if b and k > 0))
        done.append(
            rows.with_columns(pl.Series("mean", trend.mean), pl.lit(trend.kind).alias("kind"),
                              pl.lit("; ".join(trend.warnings)).alias("reading"))
        )  # fmt: skip
    return pl.concat(done) if done else marked.with_columns(mean=pl.lit(None), kind=pl.lit(""), reading=pl.lit(""))
