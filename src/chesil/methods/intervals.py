"""Confidence limits of counts, rates, proportions and means: exact Poisson, Byar, the usual switch, Wilson, t."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chesil.core.errors import ChesilError
from chesil.methods.checking import (
    Array,
    Words,
    as_floats,
    below_zero,
    first_reason,
    not_above_zero,
    not_finite,
    refuse,
    wrong_at,
)

Limits = tuple[Array, Array]
CONFIDENCES = (0.95, 0.998)
"""The two confidences that are always given together."""
EXACT_BELOW = 10
"""Counts below this get exact limits, others Byar's (the convention of public health in England)."""


@dataclass(frozen=True)
class Estimates:
    """Values of several units with two pairs of limits, all arrays of one shape.

    `lower` and `upper` are at the first of `confidences` (95% unless asked otherwise), `lower998` and `upper998` at the
    second (99.8%). `method` names how the limits came about. Where `reason` is not empty, numbers that cannot be
    given are NaN and the reason says why; where it is empty, all are finite.
    """

    value: Array
    lower: Array
    upper: Array
    lower998: Array
    upper998: Array
    numerator: Array
    denominator: Array
    method: Words
    reason: Words
    confidences: tuple[float, float] = CONFIDENCES


def z_of(confidence: float) -> float:
    """The standard normal deviate of a two-sided confidence given as a fraction, such as 0.95 or 0.998."""
    if not 0 < confidence < 1:
        raise ChesilError(f"confidence is {confidence}; give it as a fraction between 0 and 1, such as 0.95")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def two_confidences(confidences: tuple[float, float]) -> tuple[float, float]:
    """The pair itself if it is two fractions, the smaller first; `ChesilError` otherwise."""
    narrow, wide = confidences
    if z_of(narrow) >= z_of(wide):
        raise ChesilError(f"confidences are {narrow} and {wide}; give the smaller first")
    return narrow, wide


def exact_poisson(count: ArrayLike, *, confidence: float = 0.95) -> Limits:
    """Exact limits of a Poisson count, shape as given (Garwood, 1936, Biometrika 28:437). At 0 the lower is 0.

    Raises `InputRefused` for counts that are missing or below zero.
    """
    from scipy.special import gammaincinv  # loaded here because Wilson and Byar do without it

    x = _counts(count)
    z_of(confidence)
    tail = (1 - confidence) / 2
    # A chi-squared quantile with 2x degrees of freedom, halved, is a gamma quantile with shape x.
    lower = np.where(x > 0, gammaincinv(np.maximum(x, 1e-300), tail), 0.0)
    return lower, gammaincinv(x + 1, 1 - tail)


def byar(count: ArrayLike, *, confidence: float = 0.95) -> Limits:
    """Byar's approximate limits of a count (Breslow and Day, 1987, IARC Scientific Publications 82).

    At a count of 0, and where the formula turns negative, the lower limit is not defined and comes back as NaN:
    show it as 0. Raises `InputRefused` for counts that are missing or below zero.
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
    # With a confidence so near 1 that Byar's lower limit is not defined, the exact one stands in.
    lower = np.where(few | np.isnan(approximate[0]), exact[0], approximate[0])
    return lower, np.where(few, exact[1], approximate[1])


def poisson_method(count: ArrayLike) -> Words:
    """The name to print beside limits by `poisson_limits`: "Exact" or "Byars"."""
    return np.where(as_floats("count", count) < EXACT_BELOW, "Exact", "Byars")


def wilson(count: ArrayLike, of: ArrayLike, *, confidence: float = 0.95) -> Limits:
    """Wilson's limits of a proportion, shapes broadcast together (Wilson, 1927, JASA 22:209).

    Exactly 0 and 1 at counts of none and all. Raises `InputRefused` if a count lies outside 0 to its denominator or
    a denominator is not positive; see `proportion` for reasons in place of an error.
    """
    x, n = _together(count, of)
    refuse(
        "a proportion needs denominators above zero and counts no larger than them",
        [not_finite("count", x), below_zero("count", x), not_finite("of", n), not_above_zero("of", n),
         wrong_at("count", "is larger than `of`", x > n)],
    )  # fmt: skip
    z = z_of(confidence)
    spread = z * np.sqrt(z**2 + 4 * x * (1 - x / n))
    # The product of the two roots is x^2 / (n (n + z^2)), which gives the lower one without subtracting.
    lower = np.where(x == 0, 0.0, 2 * x**2 / (n * (2 * x + z**2 + spread)))
    upper = np.minimum((2 * x + z**2 + spread) / (2 * (n + z**2)), 1.0)
    return np.minimum(lower, x / n), np.where(x == n, 1.0, np.maximum(upper, x / n))


def crude_rate(
    events: ArrayLike,
    population: ArrayLike,
    *,
    multiplier: float = 100_000.0,
    events_may_repeat: bool = False,
    confidences: tuple[float, float] = CONFIDENCES,
) -> Estimates:
    """Events over people (or person-years) times a multiplier, with exact limits below ten events and Byar's above.

    Shapes broadcast together. `events_may_repeat` allows more events than people (appointments, say), which otherwise
    is a reason, as are a denominator that is missing or zero and a count that is missing or below zero.
    """
    x, n = _together(events, population)
    reason = first_reason(
        x.shape,
        (~np.isfinite(n), "the population is missing"),
        (n <= 0, "the population is zero or less"),
        (~np.isfinite(x), "the number of events is missing"),
        (x < 0, "the number of events is below zero"),
        ((x > n) & (not events_may_repeat), "there are more events than people"),
    )
    return count_over(x, n, reason, multiplier=multiplier, confidences=confidences)


def count_over(
    count: Array, over: Array, reason: Words, *, multiplier: float, confidences: tuple[float, float]
) -> Estimates:
    """A count and its limits over a fixed number, times a multiplier; where `reason` says so, NaN."""
    if not (np.isfinite(multiplier) and multiplier > 0):
        raise ChesilError(f"the multiplier is {multiplier}; it must be above zero")
    fine = reason == ""
    safe = np.where(fine, count, 0.0)
    scale = np.where(fine, multiplier, np.nan) / np.where(fine, over, 1.0)
    limits = [a for c in two_confidences(confidences) for a in poisson_limits(safe, confidence=c)]
    value, low, high, low998, high998 = (a * scale for a in (safe, *limits))
    method = np.where(fine, poisson_method(safe), "")
    return Estimates(value, low, high, low998, high998, count, over, method, reason, confidences)


def proportion(
    count: ArrayLike, of: ArrayLike, *, multiplier: float = 1.0, confidences: tuple[float, float] = CONFIDENCES
) -> Estimates:
    """A count as a share of a denominator, times a multiplier (100 for percent), with Wilson's limits.

    Shapes broadcast together. A denominator that is missing or zero and a count that is missing, below zero or above
    its denominator give a reason.
    """
    x, n = _together(count, of)
    reason = first_reason(
        x.shape,
        (~np.isfinite(n), "the denominator is missing"),
        (n <= 0, "the denominator is zero or less"),
        (~np.isfinite(x), "the count is missing"),
        (x < 0, "the count is below zero"),
        (x > n, "the count is larger than its denominator"),
    )
    if not (np.isfinite(multiplier) and multiplier > 0):
        raise ChesilError(f"the multiplier is {multiplier}; it must be above zero")
    fine = reason == ""
    safe_x, safe_n = np.where(fine, x, 0.0), np.where(fine, n, 1.0)
    scale = np.where(fine, multiplier, np.nan)
    limits = [a for c in two_confidences(confidences) for a in wilson(safe_x, safe_n, confidence=c)]
    value, low, high, low998, high998 = (a * scale for a in (safe_x / safe_n, *limits))
    method = np.where(fine, "Wilson", "")
    return Estimates(value, low, high, low998, high998, x, n, method, reason, confidences)


def mean_by_group(
    values: ArrayLike, groups: ArrayLike | None = None, *, confidences: tuple[float, float] = CONFIDENCES
) -> tuple[NDArray[np.generic], Estimates]:
    """The groups in order and the mean of each with limits by Student's t on one degree of freedom fewer than values.

    `values` (n,), `groups` (n,) names or codes (None: all are one group). A group with a missing value, or of one value
    only (its mean is given, its limits cannot be), has a reason. Altman and others (2000, Statistics with Confidence).
    """
    from scipy.special import stdtrit

    y = as_floats("values", values)
    labels = np.zeros(y.shape, dtype=np.int64) if groups is None else np.asarray(groups)
    if y.ndim != 1 or labels.shape != y.shape or y.size == 0:
        raise ChesilError(f"values {y.shape} and groups {labels.shape} must be two lists of one length, not empty")
    names, at = np.unique(labels, return_inverse=True)
    n = np.bincount(at).astype(np.float64)
    missing = np.bincount(at, weights=~np.isfinite(y)) > 0
    safe = np.where(np.isfinite(y), y, 0.0)
    total = np.bincount(at, weights=safe).astype(np.float64)
    mean = total / n
    squares = np.bincount(at, weights=(safe - mean[at]) ** 2)
    error = np.sqrt(squares / np.maximum(n - 1, 1) / n)
    reason = first_reason(n.shape, (missing, "a value is missing"), (n < 2, "one value only, so no limits"))
    mean, total = (np.where(missing, np.nan, a) for a in (mean, total))
    half = [
        np.where(reason == "", stdtrit(np.maximum(n - 1, 1), 0.5 + c / 2) * error, np.nan)
        for c in two_confidences(confidences)
    ]
    method = np.where(reason == "", "Student's t-distribution", "")
    low, high, low998, high998 = mean - half[0], mean + half[0], mean - half[1], mean + half[1]
    return names, Estimates(mean, low, high, low998, high998, total, n, method, reason, confidences)


def _counts(values: ArrayLike) -> Array:
    x = as_floats("count", values)
    refuse("counts must be finite and not below zero", [not_finite("count", x), below_zero("count", x)])
    return x


def _together(first: ArrayLike, second: ArrayLike) -> tuple[Array, Array]:
    x, n = as_floats("count", first), as_floats("denominator", second)
    try:
        x, n = np.broadcast_arrays(x, n)
    except ValueError as error:
        raise ChesilError(f"counts {x.shape} and denominators {n.shape} do not belong together") from error
    return x, n
