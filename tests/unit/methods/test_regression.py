"""Count models recover known truth, agree with a plain second way, and split differences that add up."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from chesil.core.errors import ChesilError
from chesil.methods.regression import calibration_by_tenth, fit_counts, shapley_split

RNG = np.random.default_rng(11)
N = 3000
X = np.column_stack([np.ones(N), RNG.normal(size=N), RNG.integers(0, 2, N)])
EXPOSURE = RNG.integers(500, 20_000, N).astype(float)
TRUTH = np.array([-3.0, 0.4, -0.2])
MEAN = EXPOSURE * np.exp(X @ TRUTH)


def test_a_poisson_model_finds_what_made_its_counts() -> None:
    y = RNG.poisson(MEAN)
    model = fit_counts(y, X, EXPOSURE)
    assert np.abs((model.coefficients - TRUTH) / model.standard_errors).max() < 4
    assert model.fitted.sum() == pytest.approx(y.sum())
    assert model.leverage.sum() == pytest.approx(3)
    assert model.dispersion == pytest.approx(1, abs=0.1)
    assert 0.9 < model.deviance_explained <= 1
    np.testing.assert_allclose(calibration_by_tenth(model, y, EXPOSURE), 1, atol=0.02)


def test_a_poisson_model_agrees_with_a_plain_maximiser() -> None:
    x, e = X[:200], EXPOSURE[:200] / 1000
    y = RNG.poisson(e * np.exp(x @ TRUTH + 3))
    slow = minimize(
        lambda b: (e * np.exp(x @ b) - y * (x @ b)).sum(), np.zeros(3), method="BFGS", options={"gtol": 1e-8}
    )
    np.testing.assert_allclose(fit_counts(y, x, e).coefficients, slow.x, atol=1e-5)


def test_a_negative_binomial_finds_its_dispersion_and_quasi_widens() -> None:
    alpha = 0.15
    y = RNG.poisson(MEAN * RNG.gamma(1 / alpha, alpha, N))
    model = fit_counts(y, X, EXPOSURE, family="negative binomial")
    assert model.alpha == pytest.approx(alpha, rel=0.1)
    assert model.dispersion == pytest.approx(1, abs=0.1)
    plain, quasi = fit_counts(y, X, EXPOSURE), fit_counts(y, X, EXPOSURE, family="quasi-poisson")
    assert quasi.dispersion > 5
    np.testing.assert_allclose(quasi.standard_errors, plain.standard_errors * np.sqrt(quasi.dispersion))
    assert model.aic < plain.aic
    assert np.isnan(quasi.aic)


@given(st.lists(st.floats(-1, 1), min_size=4, max_size=4), st.lists(st.floats(-1, 1), min_size=4, max_size=4))
@settings(max_examples=60)
def test_the_split_adds_up_and_is_the_mean_over_all_orders(moves: list[float], b: list[float]) -> None:
    coefficients = np.array([-2.0, *b])
    reference, unit = np.zeros(5), np.array([0.0, *moves])
    groups = {"age": [1, 2], "deprivation": [3], "rurality": [4]}
    parts = shapley_split(coefficients, unit, reference, groups, exposure=1000.0)
    whole = 1000 * (np.exp(coefficients @ unit) - np.exp(coefficients @ reference))
    assert sum(parts.values()) == pytest.approx(whole, abs=1e-8)
    slow = dict.fromkeys(groups, 0.0)
    orders = list(permutations(groups))
    for order in orders:
        at = reference.copy()
        for name in order:
            before = 1000 * np.exp(coefficients @ at)
            at[groups[name]] = unit[groups[name]]
            slow[name] += (1000 * np.exp(coefficients @ at) - before) / len(orders)
    for name in groups:
        assert parts[name] == pytest.approx(slow[name], abs=1e-8)


@pytest.mark.parametrize(
    "bad",
    [
        lambda: fit_counts([0, 0, 0], np.ones((3, 1)), [1, 1, 1]),
        lambda: fit_counts([1, 2, 3], np.ones((3, 2)), [1, 1, 1]),
        lambda: fit_counts([1, 2, 3], np.ones((3, 1)), [1, 0, 1]),
        lambda: fit_counts([1, 2], np.ones((3, 1)), [1, 1, 1]),
        lambda: fit_counts([1, 2, 3], np.ones((3, 1)), [1, 1, 1], family="normal"),
        lambda: shapley_split([1, 1], [1, 1], [1, 0], {"age": []}, exposure=1),
    ],
)
def test_impossible_input_is_refused(bad) -> None:
    with pytest.raises(ChesilError):
        bad()


def test_rows_in_another_order_move_no_digit_that_is_kept() -> None:
    rng = np.random.default_rng(5)
    x = np.column_stack([np.ones(400), rng.normal(size=(400, 3))])
    y = rng.negative_binomial(8, 8 / (8 + 20 * np.exp(x[:, 1] * 0.3))).astype(float)
    order = rng.permutation(400)
    one = fit_counts(y, x, np.ones(400), family="negative binomial")
    two = fit_counts(y[order], x[order], np.ones(400), family="negative binomial")
    np.testing.assert_allclose(one.coefficients, two.coefficients, atol=1e-11)
    assert one.alpha == pytest.approx(two.alpha, rel=1e-10)
