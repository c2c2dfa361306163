"""Lists, arrays, and the columns of Polars and pandas frames give the same answers; words and holes are refused or reasoned."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import polars as pl
import pytest

from chesil.core.errors import ChesilError
from chesil.methods import (
    comparators,
    funnel,
    intervals,
    life_expectancy,
    many_comparisons,
    power,
    regression,
    smoothing,
    spc,
    standardise,
)  # fmt: skip
from chesil.methods.inequality import quantiles, slope_index

X, N, E = [4, 12, 30, 7], [90, 200, 410, 88], [5.5, 11.0, 24.0, 9.5]
FRAME = pl.DataFrame({"multiplier": X, "n": N, "e": E})
ACTS: dict[str, Callable[..., object]] = {
    "crude rate": lambda x, n, e: intervals.crude_rate(x, n).upper,
    "proportion": lambda x, n, e: intervals.proportion(x, n).lower998,
    "mean": lambda x, n, e: intervals.mean_by_group(e)[1].lower,
    "ratio": lambda x, n, e: standardise.ratio_of_expected(x, e).lower,
    "funnel of ratios": lambda x, n, e: funnel.ratio_overdispersion(x, e, convention="cqc").phi,
    "funnel of proportions": lambda x, n, e: funnel.proportion_overdispersion(x, n).tau2,
    "labels": lambda x, n, e: (funnel.significance_of_ratio(x, e) == "Not significant").astype(float),
    "empirical Bayes": lambda x, n, e: smoothing.empirical_bayes(x, n).value,
    "chance": lambda x, n, e: power.two_sided_chance(x, e),
    "detectable": lambda x, n, e: power.smallest_detectable_ratio(e, between=0.1),
    "discovery": lambda x, n, e: many_comparisons.benjamini_hochberg(power.two_sided_chance(x, e)).p,
    "chart": lambda x, n, e: spc.xmr_chart(e).upper,
    "quantiles": lambda x, n, e: quantiles(e, 2, first="low").quantile,
    "slope": lambda x, n, e: slope_index(e, [0.1] * 4, n).sii,
    "years of life": lambda x, n, e: life_expectancy.years_of_life_lost(x, n, e).value,
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_lists_arrays_and_columns_of_frames_are_alike(act: Callable[..., object]) -> None:
    pandas = pd.DataFrame({"multiplier": X, "n": N, "e": E})
    wanted = np.asarray(act(X, N, E), dtype=float)
    for given in (
        tuple(np.array(v) for v in (X, N, E)),
        tuple(FRAME[c] for c in ("multiplier", "n", "e")),
        tuple(pandas[c] for c in ("multiplier", "n", "e")),
    ):
        np.testing.assert_array_equal(np.asarray(act(*given), dtype=float), wanted)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_words_for_numbers_are_refused_by_name(act: Callable[..., object]) -> None:
    with pytest.raises(ChesilError, match="must be numbers"):
        act(["four", 1, 2, 3], ["a", 1, 2, 3], ["x", 1, 2, 3])


def test_a_regression_takes_frames_too() -> None:
    rng = np.random.default_rng(2)
    table = pl.DataFrame({"one": np.ones(60), "x": rng.normal(size=60)})
    y, e = rng.poisson(20, 60), np.full(60, 100.0)
    models = [
        regression.fit_counts(y, f, e, family="quasi-poisson").coefficients
        for f in (table, pd.DataFrame(table.to_dict(as_series=False)), table.to_numpy().tolist())
    ]
    np.testing.assert_allclose(models[0], models[1], rtol=1e-12)
    np.testing.assert_allclose(models[0], models[2], rtol=1e-12)
    np.testing.assert_array_equal(
        comparators.nearest_neighbours(table.select("x", (pl.col("x") ** 2).alias("y")), 3).index,
        comparators.nearest_neighbours(np.column_stack([table["x"], table["x"] ** 2]), 3).index,
    )


@pytest.mark.parametrize("hole", [None, float("nan"), float("inf"), -1.0])
def test_a_hole_is_an_error_or_a_reason_and_never_a_silent_number(hole: float | None) -> None:
    x = [hole, 12, 30, 7]
    for made in (intervals.crude_rate(x, N), intervals.proportion(x, N), standardise.ratio_of_expected(x, E)):
        assert made.reason[0] and np.isnan(made.value[0]) and np.isfinite(made.value[1:]).all()
        assert (made.reason[1:] == "").all()
    for act in (
        lambda: funnel.ratio_overdispersion(x, E), lambda: funnel.proportion_overdispersion(x, N),
        lambda: power.two_sided_chance(x, E), lambda: smoothing.empirical_bayes(x, N),
        lambda: regression.fit_counts(x, np.ones((4, 1)), N),
    ):  # fmt: skip
        with pytest.raises(ChesilError):
            act()
