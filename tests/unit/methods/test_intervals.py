"""Limits of counts and proportions meet the reference numbers of METHODS section 1 (rtol 1e-12 and 1e-10)."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chesil.core.errors import ChesilError
from chesil.methods.intervals import byar, exact_poisson, poisson_limits, wilson

PHE = Path(__file__).parents[2] / "published" / "phe"


def _column(table: pl.DataFrame, name: str) -> np.ndarray:
    return table[name].cast(pl.Float64).to_numpy()


@pytest.mark.parametrize(("confidence", "suffix"), [(0.95, "95"), (0.998, "998")])
def test_byar_meets_the_gold_numbers(confidence: float, suffix: str) -> None:
    gold = pl.read_csv(PHE / "gold_byars_0_200.csv", infer_schema_length=None)
    lower, upper = byar(_column(gold, "x"), confidence=confidence)
    np.testing.assert_allclose(lower, _column(gold, f"l{suffix}"), rtol=1e-12)
    np.testing.assert_allclose(upper, _column(gold, f"u{suffix}"), rtol=1e-12)


@pytest.mark.parametrize(("confidence", "suffix"), [(0.95, "95"), (0.998, "998")])
def test_wilson_meets_the_gold_numbers(confidence: float, suffix: str) -> None:
    gold = pl.read_csv(PHE / "gold_wilson_grid.csv", infer_schema_length=None)
    lower, upper = wilson(_column(gold, "x"), _column(gold, "n"), confidence=confidence)
    np.testing.assert_allclose(lower, _column(gold, f"l{suffix}"), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(upper, _column(gold, f"u{suffix}"), rtol=1e-12)


@pytest.mark.parametrize(("confidence", "suffix"), [(0.95, "95_0"), (0.998, "99_8")])
@pytest.mark.parametrize(("file", "multiplier"), [("rate_out.csv", 1000), ("gold_rate_small_counts.csv", 100_000)])
def test_the_switch_meets_published_rates(file: str, multiplier: int, confidence: float, suffix: str) -> None:
    gold = pl.read_csv(PHE / file, infer_schema_length=None)
    lower, upper = poisson_limits(_column(gold, "x"), confidence=confidence)
    scale = multiplier / _column(gold, "n")
    np.testing.assert_allclose(lower * scale, _column(gold, f"lower{suffix}cl"), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(upper * scale, _column(gold, f"upper{suffix}cl"), rtol=1e-10)


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_wilson_brackets_the_share_and_widens_with_confidence(x: int, n: int) -> None:
    x = min(x, n)
    inner, outer = wilson([x], [n], confidence=0.95), wilson([x], [n], confidence=0.998)
    assert 0 <= outer[0][0] <= inner[0][0] <= x / n + 1e-12
    assert x / n - 1e-12 <= inner[1][0] <= outer[1][0] <= 1


@given(st.integers(0, 100_000))
def test_exact_limits_bracket_the_count(x: int) -> None:
    lower, upper = exact_poisson([x])
    assert lower[0] <= x < upper[0]


@pytest.mark.parametrize(
    "bad", [lambda: wilson([5], [4]), lambda: wilson([0], [0]), lambda: byar([-1]), lambda: byar([3], confidence=95)]
)
def test_impossible_input_is_refused(bad) -> None:
    with pytest.raises(ChesilError):
        bad()
