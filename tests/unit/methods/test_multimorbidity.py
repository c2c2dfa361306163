"""Shares of people with conditions: the curve meets what it was given, bounds are the best there are, levels add up."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from chesil.core.errors import ChesilError, InputRefused
from chesil.methods.multimorbidity import (
    AgeAnchor,
    at_least_bounds,
    expit,
    logistic_through,
    mean_conditions,
    nested_levels,
    one_or_more,
    scaled,
    spread_within_bands,
)

AGES = np.arange(91) + 0.5
shares = st.floats(0.0, 1.0)


def test_the_curve_meets_the_two_published_shares() -> None:
    people = np.linspace(900, 200, 91)
    a, b = logistic_through(AgeAnchor(25, 34, 0.081), AgeAnchor(75, None, 0.761), AGES, people)
    share = expit(a + b * AGES)
    assert np.average(share[25:35], weights=people[25:35]) == pytest.approx(0.081, abs=1e-10)
    assert np.average(share[75:], weights=people[75:]) == pytest.approx(0.761, abs=1e-10)
    assert (np.diff(share) > 0).all()


@pytest.mark.parametrize(
    ("young", "old", "words"),
    [
        (AgeAnchor(25, 34, 0.0), AgeAnchor(75, None, 0.7), "not between 0 and 1"),
        (AgeAnchor(25, 80, 0.1), AgeAnchor(75, None, 0.7), "overlap"),
        (AgeAnchor(95, 99, 0.1), AgeAnchor(75, 90, 0.7), "no people"),
    ],
)
def test_impossible_anchors_are_refused(young: AgeAnchor, old: AgeAnchor, words: str) -> None:
    with pytest.raises(InputRefused, match=words):
        logistic_through(young, old, AGES, np.ones(91))


def test_the_geometric_number_has_the_greatest_entropy_for_its_mean() -> None:
    """Against every other number of conditions on 0 to 60 that a random start can find with the same mean."""
    one = one_or_more(0.25)
    k = np.arange(61)
    geometric = (1 - one) * one**k
    geometric /= geometric.sum()
    mean, entropy = geometric @ k, -(geometric * np.log(geometric)).sum()
    assert mean == pytest.approx(float(mean_conditions(one)), rel=1e-6)
    rng = np.random.default_rng(3)
    for _ in range(200):
        p = geometric * np.exp(rng.normal(0, 0.3, 61))
        p /= p.sum()
        # Tilt it back to the same mean.
        for _ in range(80):
            p *= np.exp(-(p @ k - mean) / 40 * k)
            p /= p.sum()
        if abs(p @ k - mean) < 1e-9:
            assert -(p * np.log(p)).sum() <= entropy + 1e-9


def test_a_factor_multiplies_the_mean_number_of_conditions() -> None:
    two = np.array([0.02, 0.3, 0.8])
    one = one_or_more(two)
    assert scaled(one, two, 1.0)[0] == pytest.approx(one)
    more, more_two = scaled(one, two, 1.5)
    assert mean_conditions(more) == pytest.approx(1.5 * mean_conditions(one))
    assert more_two == pytest.approx(more**2)


def worst_and_best(p: np.ndarray, k: int) -> tuple[float, float]:
    """The slow way: a linear program over every combination of registers."""
    cells = np.array(list(itertools.product((0, 1), repeat=p.size)))
    wanted = (cells.sum(axis=1) >= k).astype(float)
    equal = np.vstack([cells.T, np.ones(len(cells))])
    both = [linprog(sign * wanted, A_eq=equal, b_eq=np.append(p, 1.0), bounds=(0, 1)).fun for sign in (1, -1)]
    return both[0], -both[1]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.0, 0.95), min_size=2, max_size=5), st.integers(1, 3))
def test_bounds_are_those_of_a_linear_program(values: list[float], k: int) -> None:
    p = np.array(values)
    k = min(k, p.size)
    assert at_least_bounds(p, k) == pytest.approx(worst_and_best(p, k), abs=1e-7)


def test_impossible_registers_are_refused() -> None:
    with pytest.raises(InputRefused, match="outside 0 to 1"):
        at_least_bounds([0.2, 1.2], 1)
    with pytest.raises(ChesilError, match="at least 3 of 2"):
        at_least_bounds([0.2, 0.3], 3)


@given(shares, shares, shares, shares, shares)
def test_levels_add_up_to_everybody(a: float, b: float, frail: float, ending: float, overlap: float) -> None:
    levels = nested_levels(max(a, b), min(a, b), frail, ending, overlap)
    assert levels.sum() == pytest.approx(1.0)
    assert (levels >= 0).all()
    assert levels[4] == pytest.approx(ending)


def test_levels_by_hand() -> None:
    """Half have a condition, a fifth two; a tenth are frail; nobody is dying. Apart: 0.02 of the frail have two."""
    apart = nested_levels(0.5, 0.2, 0.1, 0.0, 0.0)
    assert apart == pytest.approx([0.45, 0.27, 0.18, 0.1, 0.0])
    inside = nested_levels(0.5, 0.2, 0.1, 0.0, 1.0)
    assert inside == pytest.approx([0.5, 0.3, 0.1, 0.1, 0.0])


def test_impossible_levels_are_refused() -> None:
    with pytest.raises(InputRefused, match="more than `one`"):
        nested_levels(0.2, 0.5, 0.1, 0.0, 0.5)
    with pytest.raises(InputRefused, match="outside 0 to 1"):
        nested_levels(0.5, 0.2, float("nan"), 0.0, 0.5)


@given(st.lists(st.integers(0, 500), min_size=3, max_size=3))
def test_spreading_keeps_each_band(counts: list[int]) -> None:
    single = spread_within_bands(counts, [0, 5, 85], np.arange(1, 92))
    assert [single[:5].sum(), single[5:85].sum(), single[85:].sum()] == pytest.approx(counts)


def test_a_band_without_a_shape_is_refused() -> None:
    with pytest.raises(InputRefused, match="no people in a band"):
        spread_within_bands([1, 2], [0, 5], np.r_[np.zeros(5), np.ones(86)])
    with pytest.raises(ChesilError, match="do not fit"):
        spread_within_bands([1, 2, 3], [0, 5], np.ones(91))
