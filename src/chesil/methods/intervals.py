"""Confidence limits of counts, rates and proportions: exact Poisson, Byar, the usual switch, and Wilson."""

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chesil.core.errors import ChesilError

Limits = tuple[NDArray[np.float64], NDArray[np.float64]]
EXACT_BELOW = 10
"""Counts below this get exact limits, others Byar's (the convention of public health in England)."""


def z_of(confidence: float) -> float:
    """The standard normal deviate of a two-sided confidence given as a fraction, such as 0.95 or 0.998."""
    if not 0 < confidence < 1:
        raise ChesilError(f"confidence is {confidence}; give it as a fraction between 0 and 1, such as 0.95")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def exact_poisson(count: ArrayLike, *, confidence: float = 0.95) -> Limits:
    """Exact limits of a Poisson count, shape as given (Garwood, 1936, Biometrika 28:437). At 0 the lower is 0."""
    from scipy.special import gammaincinv  # loaded here because Wilson and Byar do without it

    x = _counts(count)
    tail = (1 - confidence) / 2
    z_of(confidence)
    # A chi-squared quantile with 2x degrees of freedom, halved, is a gamma quantile with shape x.
    lower = np.where(x > 0, gammaincinv(np.maximum(x, 1e-300), tail), 0.0)
    return lower, gammaincinv(x + 1, 1 - tail)


def byar(count: ArrayLike, *, confidence: float = 0.95) -> Limits:
    """Byar's approximate limits of a count (Breslow and Day, 1987, IARC Scientific Publications 82).

    At a count of 0, and where the formula turns negative, the lower limit is not defined and comes back as NaN:
    show it as 0.
    """
    x = _counts(count)
    z = z_of(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = x * (1 - 1 / (9 * x) - z / (3 * np.sqrt(x))) ** 3
    above = x + 1
    upper = above * (1 - 1 / (9 * above) + z / (3 * np.sqrt(above))) ** 3
    return np.where((x > 0) & (lower >= 0), lower, np.nan), upper


def poisson_limits(count: ArrayLike, *, confidence: float = 0.95) -> Limits:
    """Limits of a count: exact below ten, Byar from ten up. The switch makes a small jump; it is not smoothed."""
    x = _counts(count)
    exact, approximate = exact_poisson(x, confidence=confidence), byar(x, confidence=confidence)
    few = x < EXACT_BELOW
    return np.where(few, exact[0], approximate[0]), np.where(few, exact[1], approximate[1])


def wilson(count: ArrayLike, of: ArrayLike, *, confidence: float = 0.95) -> Limits:
    """Wilson's limits of a proportion, shapes broadcast together (Wilson, 1927, JASA 22:209).

    Exactly 0 and 1 at counts of none and all. Raises `ChesilError` if a count lies outside 0 to its denominator or
    a denominator is not positive.
    """
    x, n = np.broadcast_arrays(_counts(count), _counts(of))
    if (n <= 0).any() or (x > n).any():
        raise ChesilError("a proportion needs denominators above zero and counts no larger than them")
    z = z_of(confidence)
    middle = 2 * x + z**2
    spread = z * np.sqrt(z**2 + 4 * x * (1 - x / n))
    scale = 2 * (n + z**2)
    lower = np.where(x == 0, 0.0, (middle - spread) / scale)
    return lower, np.where(x == n, 1.0, (middle + spread) / scale)


def _counts(values: ArrayLike) -> NDArray[np.float64]:
    x = np.asarray(values, dtype=np.float64)
    if not np.isfinite(x).all() or (x < 0).any():
        raise ChesilError("counts must be finite and not below zero")
    return x
