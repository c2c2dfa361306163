"""Trends: yearly series of a practice, rebased where it took over another's list; charts with rules only if long enough."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from chesil.core.errors import ChesilError
from chesil.methods.checking import Array
from chesil.methods.spc import FEWEST_POINTS, XmrChart, xmr_chart

RULE_SET = "mdc-2023"
JUMP = 0.10
"""A list that rises by more than this share in a year, while a code near by ends, is taken to have merged."""
NEAR_METRES = 5_000
LEAST_OF_RISE = 0.5
MERGER_RULE = (
    "A list that rises by more than 10% in a year, while a code within 5 km (or of the same postcode district) that held "
    "at least half of that rise is paid no longer, is taken to have merged: the chart begins again there."
)


@dataclass(frozen=True)
class Trend:
    """A series with how it may be read: a run chart (no rules) or an XmR chart with its named rule set.

    `mean` is of each stretch between mergers (points,); `chart` is None for a run chart; `rebased` are the positions at
    which a stretch begins; `warnings` what a reader must know.
    """

    kind: str
    values: Array
    mean: Array
    rebased: tuple[int, ...]
    chart: XmrChart | None
    rule_set: str
    warnings: tuple[str, ...]


def read_trend(values: Array, rebased: tuple[int, ...] = (), *, better: int = 0) -> Trend:
    """How a series in order of time may be read; from 13 points by rules, below as a run of points.

    Rules are used on a stretch between mergers only if it has 13 points itself. A series that hardly ever changes, whose
    limits would collapse, stays a run chart with the reason.
    """
    y = np.asarray(values, dtype=np.float64)
    if y.ndim != 1 or y.size == 0 or not np.isfinite(y).all():
        raise ChesilError("a trend needs one or more finite values in order of time")
    base = np.zeros(y.size, dtype=np.int64)
    for at in rebased:
        if not 0 < at < y.size:
            raise ChesilError(f"the series cannot begin again at {at}: it has {y.size} points")
        base[at:] += 1
    mean = np.array([y[base == b].mean() for b in base])
    shortest = int(np.bincount(base).min())
    if shortest < FEWEST_POINTS:
        words = f"{shortest} points in a stretch: a run chart without rules, which need {FEWEST_POINTS}"
        return Trend("run chart", y, mean, rebased, None, "", (words,))
    try:
        chart = xmr_chart(y, rule_set=RULE_SET, better=better, groups=base)
    except ChesilError as error:
        return Trend("run chart", y, mean, rebased, None, "", (error.title,))
    return Trend("xmr", y, chart.mean, rebased, chart, RULE_SET, chart.warnings)


def find_mergers(lists: pl.DataFrame, located: pl.DataFrame, mine: set[str]) -> pl.DataFrame:
    """Years in which a practice of `mine` took over a list: practice_code, position (from 0), year, ended_code.

    `lists`: practice_code, position, year, patients (all England, only years with patients), `located`: practice_code,
    easting, northing, district (any may be blank).
    """
    ordered = lists.sort("practice_code", "position")
    last = max(lists["position"].to_list(), default=0)
    ended = (
        ordered.group_by("practice_code").agg(pl.col("position").last(), pl.col("patients").last())
        .filter(pl.col("position") < last).join(located, on="practice_code", how="left")
    )  # fmt: skip
    risen = (
        ordered.filter(pl.col("practice_code").is_in(list(mine)))
        .with_columns(
            (pl.col("patients") - pl.col("patients").shift()).over("practice_code").alias("rise"),
            pl.col("patients").shift().over("practice_code").alias("before"),
        )
        .filter(pl.col("rise") > JUMP * pl.col("before"))
        .join(located, on="practice_code", how="left")
    )
    rows = []
    for r in risen.iter_rows(named=True):
        gone = ended.filter(
            pl.col("position").is_between(r["position"] - 1, r["position"]),
            pl.col("patients") >= LEAST_OF_RISE * r["rise"],
            pl.col("practice_code") != r["practice_code"],
        )
        for e in gone.sort("practice_code").iter_rows(named=True):
            if _near(r, e):
                rows.append((r["practice_code"], r["position"], r["year"], e["practice_code"]))
    schema = {"practice_code": pl.String, "position": pl.Int64, "year": pl.String, "ended_code": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _near(one: dict[str, object], other: dict[str, object]) -> bool:
    e, n, f, m = one["easting"], one["northing"], other["easting"], other["northing"]
    if e is not None and n is not None and f is not None and m is not None:
        return bool(np.hypot(float(str(e)) - float(str(f)), float(str(n)) - float(str(m))) <= NEAR_METRES)
    return one["district"] is not None and one["district"] == other["district"]
