"""Power with overdispersion, parts averaged over all orders, and similar units: against slow plain second ways."""

from itertools import permutations

import numpy as np
import pytest
from scipy.stats import nbinom

from chesil.core.errors import ChesilError
from chesil.methods.comparators import nearest_neighbours
from chesil.methods.power import smallest_detectable_ratio, two_sided_chance
from chesil.methods.regression import fit_counts, shapley_parts


def test_parts_agree_with_every_order_taken_in_turn() -> None:
    rng = np.random.default_rng(4)
    moves, base = rng.normal(0, 0.3, (4, 5)), rng.uniform(10, 900, 5)
    slow = np.zeros(moves.shape)
    orders = list(permutations(range(4)))
    for order in orders:
        level = base.copy()
        for g in order:
            slow[g] += (level * np.expm1(moves[g])) / len(orders)
            level = level * np.exp(moves[g])
    found = shapley_parts(moves, base)
    np.testing.assert_allclose(found, slow, rtol=1e-12)
    np.testing.assert_allclose(found.sum(axis=0), base * np.expm1(moves.sum(axis=0)), rtol=1e-12)


def test_the_ratio_that_can_be_found_is_found_as_often_as_is_said() -> None:
    expected, between = np.array([5.0, 40.0, 300.0]), 0.04
    ratio = smallest_detectable_ratio(expected, between=between, power=0.8)
    size = 1 / between
    critical = nbinom.isf(0.025, size, size / (size + expected)) + 1
    np.testing.assert_allclose(nbinom.sf(critical - 1, size, size / (size + expected * ratio)), 0.8, atol=1e-6)
    assert (np.diff(ratio) < 0).all()
    assert (ratio > smallest_detectable_ratio(expected)).all()
    near_poisson = smallest_detectable_ratio(expected, between=1e-9)
    np.testing.assert_allclose(near_poisson, smallest_detectable_ratio(expected), rtol=1e-4)


def test_a_chance_is_small_no_more_often_than_it_says() -> None:
    rng = np.random.default_rng(5)
    expected, between = rng.uniform(5, 400, 20_000), 0.05
    counts = rng.poisson(expected * rng.gamma(1 / between, between, 20_000))
    chance = two_sided_chance(counts, expected, between=between)
    for level in (0.05, 0.002):
        assert (chance < level).mean() <= level * 1.15
    # Without allowing for how units differ, most large ones would be flagged.
    assert (two_sided_chance(counts, expected) < 0.05).mean() > 0.4


def test_neighbours_of_some_are_those_of_all() -> None:
    factors = np.random.default_rng(6).normal(size=(600, 4))
    every, some = nearest_neighbours(factors, 10), nearest_neighbours(factors, 10, of=[3, 599])
    np.testing.assert_array_equal(every.index[[3, 599]], some.index)
    np.testing.assert_allclose(every.distance[[3, 599]], some.distance)


def test_the_negative_binomial_fit_is_at_the_top_of_its_likelihood() -> None:
    rng = np.random.default_rng(7)
    x = np.column_stack([np.ones(400), rng.normal(size=400)])
    e = rng.uniform(500, 5000, 400)
    y = rng.poisson(e * np.exp(x @ [-3, 0.2]) * rng.gamma(10, 0.1, 400)).astype(float)
    model = fit_counts(y, x, e, family="negative binomial")
    best = model.log_likelihood

    def likelihood(b: np.ndarray, alpha: float) -> float:
        mean = e * np.exp(x @ b)
        return float(nbinom.logpmf(y, 1 / alpha, 1 / (1 + alpha * mean)).sum())

    assert likelihood(model.coefficients, model.alpha) == pytest.approx(best, rel=1e-9)
    for k in range(2):
        for step in (-0.003, 0.003):
            assert likelihood(model.coefficients + step * np.eye(2)[k], model.alpha) < best
    assert (
        likelihood(model.coefficients, model.alpha * 1.03) < best > likelihood(model.coefficients, model.alpha * 0.97)
    )
    np.testing.assert_allclose(np.sqrt(np.diag(model.covariance)), model.standard_errors)


@pytest.mark.parametrize(
    "bad",
    [lambda: two_sided_chance([-1], [2]), lambda: two_sided_chance([1], [0]), lambda: two_sided_chance([1], [1], between=-1),
     lambda: smallest_detectable_ratio([5], power=80), lambda: nearest_neighbours([[1, 2], [1, 3], [1, 4]], 1),
     lambda: nearest_neighbours([[1.0], [2.0]], 2), lambda: nearest_neighbours([[1.0], [2.0]], 1, of=[5]),
     lambda: shapley_parts([[0.1]], [1.0, 2.0])],
)  # fmt: skip
def test_impossible_input_is_refused(bad) -> None:
    with pytest.raises(ChesilError):
        bad()
