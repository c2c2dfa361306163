"""Limits of counts, rates, proportions and means meet METHODS section 1; impossible numbers get a reason."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from chesil.core.errors import ChesilError, InputRefused
from chesil.methods.intervals import (
    byar,
    crude_rate,
    exact_poisson,
    mean_by_group,
    poisson_limits,
    proportion,
    wilson,
    z_of,
)

PHE = Path(__file__).parents[2] / "published" / "phe"
LIMITS = ("value", "lower95_0cl", "upper95_0cl", "lower99_8cl", "upper99_8cl")
FIELDS = ("value", "lower", "upper", "lower998", "upper998")


def read(name: str) -> pl.DataFrame:
    return pl.read_csv(PHE / name, infer_schema_length=None)


def column(table: pl.DataFrame, name: str) -> np.ndarray:
    return table[name].cast(pl.Float64, strict=False).to_numpy()


@pytest.mark.parametrize(("confidence", "suffix"), [(0.95, "95"), (0.998, "998")])
def test_section_1_byar(confidence: float, suffix: str) -> None:
    gold = read("gold_byars_0_200.csv")
    lower, upper = byar(column(gold, "x"), confidence=confidence)
    np.testing.assert_allclose(lower, column(gold, f"l{suffix}"), rtol=1e-12)
    np.testing.assert_allclose(upper, column(gold, f"u{suffix}"), rtol=1e-12)


@pytest.mark.parametrize(("confidence", "suffix"), [(0.95, "95"), (0.998, "998")])
def test_section_1_wilson(confidence: float, suffix: str) -> None:
    gold = read("gold_wilson_grid.csv")
    lower, upper = wilson(column(gold, "x"), column(gold, "n"), confidence=confidence)
    np.testing.assert_allclose(lower, column(gold, f"l{suffix}"), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(upper, column(gold, f"u{suffix}"), rtol=1e-12)


@pytest.mark.parametrize(("file", "multiplier"), [("rate_out.csv", 1000), ("gold_rate_small_counts.csv", 100_000)])
def test_section_1_crude_rates_and_the_switch(file: str, multiplier: int) -> None:
    gold = read(file)
    rates = crude_rate(column(gold, "x"), column(gold, "n"), multiplier=multiplier)
    for field, name in zip(FIELDS, LIMITS, strict=True):
        np.testing.assert_allclose(getattr(rates, field), column(gold, name), rtol=1e-10, atol=1e-12, err_msg=name)
    assert rates.method.tolist() == gold["method"].to_list()
    assert set(rates.reason) == {""}


def test_section_1_proportions() -> None:
    gold = read("proportion_out.csv")
    found = proportion(column(gold, "x"), column(gold, "n"))
    for field, name in zip(FIELDS, LIMITS, strict=True):
        np.testing.assert_allclose(getattr(found, field), column(gold, name), rtol=1e-12, atol=1e-15, err_msg=name)


def test_section_1_exact_limits_of_small_counts() -> None:
    gold = read("gold_funnel_ratio_significance_grid.csv").filter(pl.col("obs") < 10)
    for confidence, suffix in ((0.95, "95"), (0.998, "998")):
        lower, upper = exact_poisson(column(gold, "obs"), confidence=confidence)
        np.testing.assert_allclose(lower / column(gold, "e"), column(gold, f"l{suffix}"), rtol=1e-10)
        np.testing.assert_allclose(upper / column(gold, "e"), column(gold, f"u{suffix}"), rtol=1e-10)


def test_section_1_means() -> None:
    given, gold = read("mean_in.csv"), read("mean_out.csv")
    areas, found = mean_by_group(column(given, "values"), given["area"].to_numpy())
    gold = gold.sort("area")
    assert areas.tolist() == gold["area"].to_list()
    for field, name in zip(FIELDS, LIMITS, strict=True):
        np.testing.assert_allclose(getattr(found, field), column(gold, name), rtol=1e-10, err_msg=name)
    np.testing.assert_allclose(found.denominator, column(gold, "value_count"))
    np.testing.assert_allclose(found.numerator, column(gold, "value_sum"), rtol=1e-12)


def test_impossible_rates_have_a_reason_each_and_leave_the_others_alone() -> None:
    rates = crude_rate([5, 5, 5, np.nan, -1, 50, np.inf], [100, 0, np.nan, 100, 100, 20, 100], multiplier=1000)
    assert rates.reason.tolist() == [
        "",
        "the population is zero or less",
        "the population is missing",
        "the number of events is missing",
        "the number of events is below zero",
        "there are more events than people",
        "the number of events is missing",
    ]
    assert rates.value[0] == 50
    for field in FIELDS:
        assert (np.isnan(getattr(rates, field)) == (rates.reason != "")).all()
    assert crude_rate([50], [20], multiplier=1, events_may_repeat=True).value[0] == 2.5


def test_impossible_proportions_have_a_reason_each() -> None:
    shares = proportion([1, 1, 9, None, -2], [2, 0, 4, 4, 4])
    assert shares.reason.tolist() == [
        "",
        "the denominator is zero or less",
        "the count is larger than its denominator",
        "the count is missing",
        "the count is below zero",
    ]
    assert np.isnan(shares.upper998[1:]).all()


def test_a_mean_of_one_value_or_with_a_missing_one_says_so() -> None:
    groups, found = mean_by_group([1.0, 2.0, 4.0, np.nan, 5.0], ["b", "a", "a", "c", "c"])
    assert groups.tolist() == ["a", "b", "c"]
    assert found.reason.tolist() == ["", "one value only, so no limits", "a value is missing"]
    assert found.value[1] == 1.0
    assert np.isnan([found.lower[1], found.value[2]]).all()


def test_other_confidences_are_given_as_fractions_the_smaller_first() -> None:
    rates = crude_rate([20], [1000], confidences=(0.9, 0.99))
    assert rates.confidences == (0.9, 0.99)
    assert rates.lower998[0] < rates.lower[0] < rates.value[0] < rates.upper[0] < rates.upper998[0]
    np.testing.assert_allclose(rates.upper, poisson_limits([20], confidence=0.9)[1] * 100)
    assert z_of(0.95) == pytest.approx(1.959963984540054, rel=1e-15)
    assert z_of(0.998) == pytest.approx(3.090232306167813, rel=1e-14)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (lambda: wilson([5, 9, -1], [4, 0, 2]), "larger than `of` at position 0"),
        (lambda: wilson([5, 9, -1], [4, 0, 2]), "`of` is zero or less at position 1"),
        (lambda: wilson([5, 9, -1], [4, 0, 2]), "`count` is below zero at position 2"),
        (lambda: byar([-1]), "below zero"),
        (lambda: byar([3], confidence=95), "as a fraction"),
        (lambda: exact_poisson([np.nan]), "missing"),
        (lambda: exact_poisson(["many"]), "must be numbers"),
        (lambda: crude_rate([1, 2], [1, 2, 3]), "do not belong together"),
        (lambda: crude_rate([1], [2], multiplier=-1), "multiplier"),
        (lambda: crude_rate([1], [2], confidences=(0.998, 0.95)), "the smaller first"),
        (lambda: crude_rate([1], [2], confidences=(95, 99.8)), "as a fraction"),
        (lambda: mean_by_group([]), "not empty"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(bad, words: str) -> None:
    with pytest.raises(ChesilError, match=words):
        bad()


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(InputRefused) as caught:
        wilson([5, 9, -1, np.nan], [4, 0, 2, 3])
    assert len(caught.value.problems) == 4
