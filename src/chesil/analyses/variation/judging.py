"""Judging: which practices can be told apart from expected recording, which are too few to say, and what other rules flag."""

import numpy as np
import polars as pl
from scipy.special import ndtr
from scipy.stats import nbinom

from chesil.analyses.variation.settings import VariationSettings
from chesil.methods.checking import Array
from chesil.methods.funnel import overdispersed_proportion_limits, proportion_overdispersion
from chesil.methods.intervals import wilson
from chesil.methods.many_comparisons import benjamini_hochberg
from chesil.methods.power import smallest_detectable_ratio, two_sided_chance

MORE, FEWER, USUAL, TOO_FEW, UNKNOWN = (
    "more than expected",
    "fewer than expected",
    "no more apart than practices usually are",
    "too few to say",
    "no expected count",
)
FURTHEST = 0.002
"""A chance below this lies outside the 99.8% limits about the expected count."""
RULES = ("outside_95", "outside_998", "outside_widened", "extreme_fifth", "best_five")


def judge(rows: pl.DataFrame, shares: pl.DataFrame, how: VariationSettings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of a place's practices and registers, and its shares, with the chance, adjusted chance and verdict of each.

    The chance of a register is of a count so far from the expected one, where practices differ no more than England's do
    (negative binomial with the model's variance between practices); `shares` come with theirs. All practices, registers
    and shares are one family. `detectable` is the least ratio that this could have found with the settings' power,
    `detectable_by_chance` the same if practices differed by chance alone.
    """
    known = (rows["reason"] == "").to_numpy() & rows["expected"].is_not_null().to_numpy()
    x, e, between = (
        rows[c].cast(pl.Float64).to_numpy()[known] for c in ("patients_on_register", "expected", "between")
    )
    chance, found, by_chance = (np.full(rows.height, np.nan) for _ in range(3))
    chance[known] = two_sided_chance(x, e, between=between)
    adjusted = benjamini_hochberg(np.concatenate([chance, shares["chance"].to_numpy()]))
    found[known] = smallest_detectable_ratio(e, between=between, power=how.power)
    by_chance[known] = smallest_detectable_ratio(e, power=how.power)
    own = adjusted.p[: rows.height]
    flagged = own <= how.false_discovery
    above = np.zeros(rows.height, dtype=bool)
    above[known] = x > e
    verdict = np.select(
        [~known, flagged & above, flagged, by_chance > how.too_few_above], [UNKNOWN, MORE, FEWER, TOO_FEW], USUAL
    )
    judged = rows.with_columns(
        pl.Series("chance", chance, nan_to_null=True),
        pl.Series("adjusted_chance", own, nan_to_null=True),
        pl.Series("detectable", found, nan_to_null=True),
        pl.Series("detectable_by_chance", by_chance, nan_to_null=True),
        pl.Series("verdict", verdict.astype(str)),
        pl.lit(adjusted.family).alias("family"),
    )
    of_shares = adjusted.p[rows.height :]
    return judged, shares.with_columns(
        pl.Series("adjusted_chance", of_shares), pl.Series("flagged", of_shares <= how.false_discovery)
    )


def funnel_of(rows: pl.DataFrame, points: int = 40) -> pl.DataFrame:
    """Limits of the ratio about one for counts from the least to the most expected, a set of points a register.

    register, expected, low95, high95, low998, high998: quantiles of a negative binomial with the model's variance between
    practices; they move in steps where counts are small, because a count is whole.
    """
    done = []
    for (register,), part in rows.filter(pl.col("expected") > 0).group_by("register", maintain_order=True):
        e = np.geomspace(float(part["expected"].min()), float(part["expected"].max()), points)  # type: ignore[arg-type]
        size = 1 / float(part["between"][0])
        chance = size / (size + e)
        columns = {"register": [str(register)] * points, "expected": e}
        for name, tail in (("95", 0.025), ("998", 0.001)):
            columns[f"low{name}"] = nbinom.ppf(tail, size, chance) / e
            columns[f"high{name}"] = nbinom.isf(tail, size, chance) / e
        done.append(pl.DataFrame(columns))
    return pl.concat(done) if done else pl.DataFrame(schema={"register": pl.String, "expected": pl.Float64})


def other_rules(england: pl.DataFrame, mine: set[str]) -> pl.DataFrame:
    """What simpler rules would flag: one row a practice of `mine` and measure, a column a rule (true or false).

    `england`: practice_code, measure, count, of. The rules look at the share alone, as tools in use do: outside the 95% or
    the 99.8% limits of chance about England's, outside the 99.8% limits widened for overdispersion, in an extreme fifth.
    """
    done = []
    for _, part in england.group_by("measure", maintain_order=True):
        x, n = (part[c].cast(pl.Float64).to_numpy() for c in ("count", "of"))
        at = part["practice_code"].is_in(list(mine)).to_numpy()
        target = float(x.sum() / n.sum())
        share = x / n
        low, high = np.quantile(share, [0.2, 0.8])
        wide = overdispersed_proportion_limits(proportion_overdispersion(x, n), target, n[at], confidence=0.998)
        done.append(
            part.filter(at).select("practice_code", "measure").with_columns(
                pl.Series("outside_95", _apart(x[at], n[at], target, 0.95)),
                pl.Series("outside_998", _apart(x[at], n[at], target, 0.998)),
                pl.Series("outside_widened", (share[at] < wide[0]) | (share[at] > wide[1])),
                pl.Series("extreme_fifth", (share[at] <= low) | (share[at] >= high)),
            )
        )  # fmt: skip
    return pl.concat(done)


def judge_shares(england: pl.DataFrame, mine: set[str], measure: str) -> pl.DataFrame:
    """The chance of each practice's share about England's, where practices differ as England's do (arcsine, tau2).

    One row a practice of `mine`: practice_code, measure, chance. Joins the same family as the registers.
    """
    part = england.filter((pl.col("measure") == measure) & (pl.col("of") > 0))
    x, n = (part[c].cast(pl.Float64).to_numpy() for c in ("count", "of"))
    target = float(x.sum() / n.sum())
    found = proportion_overdispersion(x, n)
    z = (np.arcsin(np.sqrt(x / n)) - np.arcsin(np.sqrt(target))) / np.sqrt(found.s**2 + found.tau2)
    table = part.select("practice_code", "measure").with_columns(pl.Series("chance", 2 * ndtr(-np.abs(z))))
    return table.filter(pl.col("practice_code").is_in(list(mine)))


def _apart(x: Array, n: Array, target: float, confidence: float) -> Array:
    low, high = wilson(x, n, confidence=confidence)
    return np.asarray((low > target) | (high < target))
