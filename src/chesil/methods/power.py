"""Power: what a comparison of a count with an expected count could have found."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv
from scipy.stats import nbinom, poisson

from chesil.core.errors import ChesilError
from chesil.methods.checking import Array, as_floats, below_zero, not_above_zero, not_finite, refuse
from chesil.methods.intervals import z_of

MOST_RATIO = 1e6


@dataclass(frozen=True)
class FlagLimits:
    """The least count flagged high, and the greatest flagged low (-1: none can be)."""

    high: NDArray[np.int64]
    low: NDArray[np.int64]


def flag_limits(expected: ArrayLike, *, confidence: float = 0.95) -> FlagLimits:
    """Counts whose exact two-sided interval leaves out the expected count, shape of `expected`."""
    e = _expected(expected)
    z_of(confidence)
    tail = (1 - confidence) / 2
    high = poisson.isf(tail, e).astype(np.int64) + 1
    high = np.where(poisson.sf(high - 2, e) < tail, high - 1, high)
    low = poisson.ppf(tail, e).astype(np.int64) - 1
    low = np.where(poisson.cdf(low + 1, e) < tail, low + 1, low)
    return FlagLimits(high, low)


def power_of_ratio(expected: ArrayLike, ratio: ArrayLike, *, confidence: float = 0.95) -> Array:
    """The chance that a unit whose true ratio is `ratio` is flagged on that side (high from 1 up, low below)."""
    e, r = np.broadcast_arrays(_expected(expected), as_floats("ratio", ratio))
    refuse("ratios must be finite and not below nought", [not_finite("ratio", r), below_zero("ratio", r)])
    limits = flag_limits(e, confidence=confidence)
    low = np.where(limits.low >= 0, poisson.cdf(limits.low, e * r), 0.0)
    return np.where(r >= 1, poisson.sf(limits.high - 1, e * r), low)


def smallest_detectable_ratio(
    expected: ArrayLike, *, between: ArrayLike = 0.0, power: float = 0.8, confidence: float = 0.95
) -> Array:
    """The ratio above one that would be flagged high with the given power, shapes broadcast.

    `between` is the variance between units of their true ratios where nothing is wrong (a negative binomial's alpha);
    with 0 a flag is a count beyond chance alone.
    """
    if not 0 < power < 1:
        raise ChesilError(f"power is {power}; give it as a fraction between 0 and 1")
    e, spread = np.broadcast_arrays(_expected(expected), _between(between))
    critical = np.where(
        spread > 0, _negative_binomial_high(e, spread, confidence), flag_limits(e, confidence=confidence).high
    )
    # The count that is reached with probability `power` has the mean of a gamma quantile (Garwood's duality).
    plain = gammaincinv(critical, power) / e
    if not (spread > 0).any():
        return np.asarray(plain)
    low, high = np.ones(e.shape), np.full(e.shape, 2.0)
    while (short := _negative_binomial_reaches(critical, e * high, spread) < power).any() and high.max() < MOST_RATIO:
        high = np.where(short, 2 * high, high)
    for _ in range(50):
        middle = (low + high) / 2
        enough = _negative_binomial_reaches(critical, e * middle, spread) >= power
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(spread > 0, high, plain)


def two_sided_chance(count: ArrayLike, expected: ArrayLike, *, between: ArrayLike = 0.0) -> Array:
    """Twice the smaller tail of a count about its expected one, at most 1; shapes broadcast.

    Poisson, or with `between` (the variance between units of their true ratios) negative binomial: the chance that a unit
    that differs no more than units usually do would lie so far off. Discrete, so never too small.
    """
    x, e, spread = np.broadcast_arrays(as_floats("count", count), _expected(expected), _between(between))
    refuse("counts must be finite and not below nought", [not_finite("count", x), below_zero("count", x)])
    size = 1 / np.where(spread > 0, spread, 1.0)
    chance = size / (size + e)
    below = np.where(spread > 0, nbinom.cdf(x, size, chance), poisson.cdf(x, e))
    above = np.where(spread > 0, nbinom.sf(x - 1, size, chance), poisson.sf(x - 1, e))
    return np.minimum(2 * np.minimum(below, above), 1.0)


def _negative_binomial_high(e: Array, between: Array, confidence: float) -> Array:
    """The least count whose upper tail is below half of what the confidence leaves."""
    size = 1 / np.where(between > 0, between, 1.0)
    return np.asarray(nbinom.isf((1 - confidence) / 2, size, size / (size + e)) + 1)


def _negative_binomial_reaches(count: Array, mean: Array, between: Array) -> Array:
    size = 1 / np.where(between > 0, between, 1.0)
    return np.asarray(nbinom.sf(count - 1, size, size / (size + mean)))


def _expected(values: ArrayLike) -> Array:
    e = as_floats("expected", values)
    refuse(
        "expected counts must be finite and above nought", [not_finite("expected", e), not_above_zero("expected", e)]
    )
    return e


def _between(values: ArrayLike) -> Array:
    spread = as_floats("between", values)
    refuse(
        "variances must be finite and not below nought", [not_finite("between", spread), below_zero("between", spread)]
    )
    return spread
