"""Money over time: published worked examples, and sums that must agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chesil.core.errors import ChesilError
from chesil.methods.green_book import (
    RateBand,
    discount_factors,
    equivalent_annual,
    in_real_terms,
    optimism_bias,
    paths_and_gap,
    present_value,
)

GREEN_BOOK = (RateBand(30, 0.035), RateBand(75, 0.03), RateBand(125, 0.025))
CAPITAL = {"standard buildings": 0.24, "non-standard buildings": 0.51}
DURATION = {"standard buildings": 0.04, "non-standard buildings": 0.39}
MIX = {"standard buildings": 0.7, "non-standard buildings": 0.3}


def test_factors_fall_at_each_years_own_rate() -> None:
    factors = discount_factors(80, GREEN_BOOK)
    assert factors[:3] == pytest.approx([1.0, 1 / 1.035, 1 / 1.035**2])
    assert factors[30] == pytest.approx(0.3562784, abs=1e-7)
    assert factors[31] == pytest.approx(factors[30] / 1.03)
    assert factors[76] == pytest.approx(factors[75] / 1.025)


def test_the_published_examples_of_optimism_bias() -> None:
    """Mott MacDonald 2002: 30% non-standard and 70% standard gives 32.1% on capital, 14.5% on duration; 92% managed."""
    assert optimism_bias(CAPITAL, MIX) == pytest.approx(0.321)
    assert optimism_bias(DURATION, MIX) == pytest.approx(0.145)
    assert optimism_bias(CAPITAL, {"non-standard buildings": 1.0}, managed=0.92) == pytest.approx(0.08 * 0.51)
    with pytest.raises(ChesilError) as refused:
        optimism_bias(CAPITAL, {"castles": 0.5, "standard buildings": 0.2}, managed=1.2)
    assert all(w in str(refused.value) for w in ("castles", "sum to 0.7", "1.2"))


def test_the_gap_of_four_against_two_per_cent() -> None:
    _, _, gap = paths_and_gap(1000, 1000, 0.02, 0.04, 6)
    assert gap[[1, 3, 4, 5, 6]] == pytest.approx([20.0, 63.7, 87.4, 112.6, 139.2], abs=0.06)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.floats(-5, 5))
def test_present_values_add_up_and_scale(amounts: list[float], k: float) -> None:
    a = np.array(amounts)
    whole = present_value(a, GREEN_BOOK)
    one_by_one = sum(present_value(np.where(np.arange(a.size) == n, a, 0.0), GREEN_BOOK) for n in range(a.size))
    assert whole == pytest.approx(one_by_one, abs=1e-6 * (1 + np.abs(a).sum()))
    assert present_value(k * a, GREEN_BOOK) == pytest.approx(k * whole, abs=1e-6 * (1 + np.abs(k * a).sum()))


@given(st.floats(1, 1e7), st.integers(1, 100))
def test_an_even_amount_has_the_present_value_it_came_from(amount: float, years: int) -> None:
    even = equivalent_annual(amount, years, GREEN_BOOK)
    assert present_value([0.0] + [even] * years, GREEN_BOOK) == pytest.approx(amount)


def test_real_terms_need_every_year_of_the_index() -> None:
    index = {"2015/16": 80.0, "2022/23": 100.0}
    assert in_real_terms([80.0, 100.0], ["2015/16", "2022/23"], index, "2022/23") == pytest.approx([100.0, 100.0])
    with pytest.raises(ChesilError, match="2019/20"):
        in_real_terms([1.0], ["2019/20"], index, "2022/23")
    with pytest.raises(ChesilError):
        present_value([1.0, float("nan")], GREEN_BOOK)
