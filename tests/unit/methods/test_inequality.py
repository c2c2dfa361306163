"""Quantiles and indices of inequality meet METHODS sections 4 and 5; what cannot be worked out has a reason."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from chesil.core.errors import ChesilError
from chesil.methods.inequality import quantiles, simulated_slope_index, slope_index, standard_errors_from_limits
from chesil.methods.intervals import wilson

PHE = Path(__file__).parents[2] / "published" / "phe"
SII = ("sii_lower95_0cl", "sii_upper95_0cl")
RII = ("rii_lower95_0cl", "rii_upper95_0cl")


def read(name: str) -> pl.DataFrame:
    return pl.read_csv(PHE / name, infer_schema_length=None)


def test_section_4_slope_index_of_levels() -> None:
    given, gold = read("sii_level_in.csv"), read("sii_level_out.csv")
    areas = gold["area"].to_list()
    parts = [given.filter(pl.col("area") == a).sort("quantile") for a in areas]
    values, errors, people = (np.stack([p[c].to_numpy() for p in parts]) for c in ("value", "se", "population"))
    exact = slope_index(values, errors, people)
    drawn = simulated_slope_index(values, errors, people, np.random.default_rng(1), draws=10_000)
    for found in (exact, drawn):
        for mine, name in ((found.sii, "sii"), (found.rii, "rii"), (found.intercept, "intercept")):
            np.testing.assert_allclose(mine, gold[name].to_numpy(), rtol=1e-10)
        for mine, name in zip((found.lower, found.upper), SII, strict=True):
            np.testing.assert_allclose(mine, gold[name].to_numpy(), rtol=0.05)
    for mine, name in zip((drawn.rii_lower, drawn.rii_upper), RII, strict=True):
        np.testing.assert_allclose(mine, gold[name].to_numpy(), rtol=0.05)
    assert exact.rii_reason.tolist() == ["the relative index has no exact limits"] * len(areas)
    # Where there is an exact interval the simulated one agrees with it.
    np.testing.assert_allclose(drawn.lower998, exact.lower998, rtol=0.05)


@pytest.mark.parametrize("transform", [False, True])
def test_section_4_slope_index_of_proportions(transform: bool) -> None:
    given, gold = read("sii_proportion_in.csv"), read("sii_proportion_out.csv")
    chosen = gold.filter(pl.col("transform").cast(pl.String).str.to_uppercase() == str(transform).upper())
    assert chosen.height > 0
    for row in chosen.iter_rows(named=True):
        part = given.filter(pl.col("area") == row["area"]).sort("quantile")
        x, n = part["x"].to_numpy(), part["population"].to_numpy()
        error = standard_errors_from_limits(*wilson(x, n), scale="logit")
        drawn = simulated_slope_index(
            x / n, error, n, np.random.default_rng(2), draws=10_000, scale="logit", transform=transform
        )
        assert (drawn.sii, drawn.rii) == pytest.approx((row["sii"], row["rii"]), rel=1e-10)
        # 5% of the value, plus that of the interval's half-width where a limit lies near zero.
        slack = 0.05 * (row[SII[1]] - row[SII[0]]) / 2
        assert (drawn.lower, drawn.upper) == pytest.approx((row[SII[0]], row[SII[1]]), rel=0.05, abs=slack)
        assert (drawn.rii_lower, drawn.rii_upper) == pytest.approx((row[RII[0]], row[RII[1]]), rel=0.05)


def test_section_5_quantiles() -> None:
    for _, part in read("quantile_out.csv").group_by("group", maintain_order=True):
        values = part["value"].cast(pl.Float64, strict=False).to_numpy()
        for column, groups, first in (
            ("decile_low_is_1", 10, "low"),
            ("decile_high_is_1", 10, "high"),
            ("quintile_low_is_1", 5, "low"),
        ):
            found = quantiles(values, groups, first=first)
            gold = part[column].cast(pl.Int64, strict=False).fill_null(0).to_list()
            assert found.quantile.tolist() == gold, column
            assert ((found.reason != "") == (found.quantile == 0)).all()
            assert found.polarity == f"{first} is 1"


def test_the_draws_are_repeatable_and_do_not_depend_on_company() -> None:
    values, errors, people = np.array([[3.0, 2, 2, 1], [1, 2, 3, 5]]), np.full((2, 4), 0.2), np.full((2, 4), 100.0)
    both = simulated_slope_index(values, errors, people, np.random.default_rng(3), draws=500)
    alone = simulated_slope_index(values[1], errors[1], people[1], np.random.default_rng(3), draws=500)
    assert both.lower998[1] == alone.lower998
    turned = simulated_slope_index(values[::-1], errors, people, np.random.default_rng(3), draws=500)
    np.testing.assert_array_equal(both.rii_upper, turned.rii_upper[::-1])


def test_other_confidences_turn_limits_into_errors_and_back() -> None:
    lower, upper = wilson([30], [100], confidence=0.9)
    narrow = standard_errors_from_limits(lower, upper, confidence=0.9)
    assert narrow[0] == pytest.approx(0.0458, abs=2e-3)
    index = slope_index([3, 2, 1], [0.1, 0.1, 0.1], [1, 1, 1], confidences=(0.8, 0.9))
    assert index.lower998 < index.lower < index.sii < index.upper


def test_areas_that_cannot_be_worked_out_have_a_reason_and_leave_the_others_alone() -> None:
    values = np.tile([0.4, 0.3, 0.2], (5, 1))
    errors, people = np.full((5, 3), 0.1), np.full((5, 3), 50.0)
    values[1, 0], values[2, 0], errors[3, 1], people[4, 2] = np.nan, 0.0, -1, 0
    found = simulated_slope_index(values, errors, people, np.random.default_rng(1), draws=200, scale="log")
    assert found.reason.tolist() == [
        "",
        "the value of a group is missing",
        "a value has no place on the log scale",
        "the standard error of a group is missing or below zero",
        "a group has no people",
    ]
    for name in ("sii", "lower", "upper998", "rii", "rii_lower", "intercept"):
        assert (np.isnan(getattr(found, name)) == (found.reason != "")).all(), name
    assert (found.rii_reason[1:] == "see the slope index").all()


def test_a_relative_index_needs_a_start_above_zero() -> None:
    found = simulated_slope_index([-1, 1, 3], [0.1] * 3, [1, 1, 1], np.random.default_rng(1), draws=200)
    assert np.isnan(found.rii)
    assert found.rii_reason == "the fitted value of the first group is not above zero"
    assert np.isfinite(found.sii)
    unsure = simulated_slope_index([1, 2, 3], [2.0] * 3, [1, 1, 1], np.random.default_rng(1), draws=200)
    assert np.isfinite(unsure.rii)
    assert np.isnan(unsure.rii_lower)
    assert unsure.rii_reason == "the fitted value of the first group is not surely above zero"


def test_quantiles_of_too_few_values_and_of_missing_ones() -> None:
    found = quantiles([3.0, None, 1.0], 4, first="low")
    assert found.reason.tolist() == ["2 values are too few for 4 groups", "the value is missing", found.reason[0]]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (lambda: slope_index([1, 2], [1, 1], [10, 10]), "at least 3 groups"),
        (lambda: slope_index([1, 2, 3], [1, 1], [10, 10, 10]), "one shape"),
        (lambda: quantiles([1, 2], 2, first="best"), "low or high"),
        (lambda: quantiles([1, 2], 1, first="low"), "two or more"),
        (lambda: standard_errors_from_limits([1], [2], scale="root"), "not normal, log or logit"),
        (
            lambda: simulated_slope_index([1, 2, 3], [1] * 3, [1] * 3, np.random.default_rng(1), draws=5),
            "too few for limits",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(bad, words: str) -> None:
    with pytest.raises(ChesilError, match=words):
        bad()
