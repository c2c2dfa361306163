"""Power: what a comparison of a count with an expected count could have found."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv
from scipy.stats import poisson

from chesil.core.errors import ChesilError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FlagLimits:
    """The least count flagged high, and the greatest flagged low (-1: none can be)."""

    high: NDArray[np.int64]
    low: NDArray[np.int64]


def flag_limits(expected: ArrayLike, *, confidence: float = 0.95) -> FlagLimits:
    """Counts whose exact two-sided interval leaves out the expected count, shape of `expected`."""
    e = _expected(expected)
    tail = (1 - confidence) / 2
    high = poisson.isf(tail, e).astype(np.int64) + 1
    high = np.where(poisson.sf(high - 2, e) < tail, high - 1, high)
    low = poisson.ppf(tail, e).astype(np.int64) - 1
    low = np.where(poisson.cdf(low + 1, e) < tail, low + 1, low)
    return FlagLimits(high, low)


def power_of_ratio(expected: ArrayLike, ratio: ArrayLike, *, confidence: float = 0.95) -> Array:
    """The chance that a unit whose true ratio is `ratio` is flagged on that side (high from 1 up, low below)."""
    e, r = np.broadcast_arrays(_expected(expected), np.asarray(ratio, dtype=np.float64))
    limits = flag_limits(e, confidence=confidence)
    low = np.where(limits.low >= 0, poisson.cdf(limits.low, e * r), 0.0)
    return np.where(r >= 1, poisson.sf(limits.high - 1, e * r), low)


def smallest_detectable_ratio(expected: ArrayLike, *, power: float = 0.8, confidence: float = 0.95) -> Array:
    """The ratio above one that would be flagged high with the given power, shape of `expected`."""
    e = _expected(expected)
    # The count that is reached with probability `power` has the mean of a gamma quantile (Garwood's duality).
    return np.asarray(gammaincinv(flag_limits(e, confidence=confidence).high, power) / e)


def _expected(values: ArrayLike) -> Array:
    e = np.asarray(values, dtype=np.float64)
    if not np.isfinite(e).all() or (e <= 0).any():
        raise ChesilError("expected counts must be finite and above nought")
    return e
