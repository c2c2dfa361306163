"""Inequality: quantiles with a stated direction, and the slope and relative index with their limits."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chesil.core.errors import ChesilError
from chesil.methods.checking import Array, Words, as_floats, first_reason
from chesil.methods.intervals import CONFIDENCES, two_confidences, z_of

Turn = Callable[[Array], Array]
FEWEST_GROUPS = 3
FEWEST_DRAWS = 100


@dataclass(frozen=True)
class Quantiles:
    """The quantile of each value, 1 to the number of groups; 0 where `reason` says there is none.

    `polarity` is "low is 1" or "high is 1" and belongs beside every table of them.
    """

    quantile: NDArray[np.int64]
    polarity: str
    reason: Words


@dataclass(frozen=True)
class SlopeIndex:
    """Slope (sii) and relative (rii) index of inequality of several areas (...), with limits.

    Limits are at the two `confidences`, 95% and 99.8% unless asked otherwise. Numbers are NaN where `reason`, or for
    the relative index `rii_reason`, says why. `method` says how the limits came about.
    """

    sii: Array
    lower: Array
    upper: Array
    lower998: Array
    upper998: Array
    rii: Array
    rii_lower: Array
    rii_upper: Array
    rii_lower998: Array
    rii_upper998: Array
    intercept: Array
    method: str
    reason: Words
    rii_reason: Words
    confidences: tuple[float, float] = CONFIDENCES


def quantiles(values: ArrayLike, groups: int, *, first: str) -> Quantiles:
    """Divide values (n,) into quantiles, 1 at the `first` end: "low" or "high".

    Ties take the lowest rank. The two directions are not mirror images where there are ties. A missing value has a
    reason; so have all where there are fewer values than groups. The formula of public health indicators in England
    (Anderson and others, PHEindicatormethods).
    """
    if first not in ("low", "high"):
        raise ChesilError(f"`first` is {first!r}; say which end is 1, low or high")
    if groups < 2:
        raise ChesilError(f"{groups} groups: quantiles need two or more")
    x = as_floats("values", values)
    if x.ndim != 1:
        raise ChesilError(f"values must be one list, not of shape {x.shape}")
    known = np.isfinite(x)
    count = int(known.sum())
    reason = first_reason(
        x.shape, (~known, "the value is missing"), (count < groups, f"{count} values are too few for {groups} groups")
    )
    result = np.zeros(x.shape, dtype=np.int64)
    if count >= groups:
        own = x[known] if first == "low" else -x[known]
        rank = np.searchsorted(np.sort(own), own, side="left") + 1
        place = np.floor((groups + 1) - np.ceil((count + 1 - rank) / (count / groups)))
        result[known] = np.where(place == 0, 1, place).astype(np.int64)
    return Quantiles(result, f"{first} is 1", reason)


def midpoints(population: ArrayLike) -> tuple[Array, Array]:
    """Population shares of ordered groups (..., groups) and the cumulative share up to the middle of each."""
    n = as_floats("population", population)
    if n.ndim == 0 or n.shape[-1] < FEWEST_GROUPS or not np.isfinite(n).all() or (n <= 0).any():
        raise ChesilError("an index of inequality needs at least three groups, each with people")
    share = n / n.sum(axis=-1, keepdims=True)
    return share, np.cumsum(share, axis=-1) - share / 2


def slope_weights(population: ArrayLike) -> tuple[Array, Array]:
    """What each group's value counts for in the intercept and in the slope (both are linear in the values).

    Weighted least squares of the values on the cumulative share, weights the population shares (Low and Low, 2004,
    Journal of Public Health 26:390). `population` (..., groups), as both results.
    """
    share, middle = midpoints(population)
    mean = (share * middle).sum(axis=-1, keepdims=True)
    slope = share * (middle - mean) / (share * (middle - mean) ** 2).sum(axis=-1, keepdims=True)
    return share - mean * slope, slope


def standard_errors_from_limits(
    lower: ArrayLike, upper: ArrayLike, *, confidence: float = 0.95, scale: str = "normal"
) -> Array:
    """Standard errors, on a scale of "normal", "log" or "logit", of values whose limits at `confidence` are given.

    The width of the limits on that scale over twice the normal deviate. NaN where a limit has no place on the scale (0
    on the logarithm, 0 and 1 on the logit): `simulated_slope_index` turns that into a reason.
    """
    there = _known(scale)[0]
    return (there(as_floats("upper", upper)) - there(as_floats("lower", lower))) / (2 * z_of(confidence))


def slope_index(
    values: ArrayLike,
    standard_errors: ArrayLike,
    population: ArrayLike,
    *,
    confidences: tuple[float, float] = CONFIDENCES,
) -> SlopeIndex:
    """Slope index with exact normal limits; groups last and in order, the most deprived first, all (..., groups).

    The slope is a weighted sum of the values, so its variance is the weighted sum of theirs. The relative index has
    no such exact limits: they are NaN, and `rii_reason` says so; see `simulated_slope_index`.
    """
    y, se, n, reason = _usable(values, standard_errors, population, "normal")
    at_start, along = slope_weights(n)
    sii, intercept = (along * y).sum(axis=-1), (at_start * y).sum(axis=-1)
    error = np.sqrt((along**2 * se**2).sum(axis=-1))
    inner, outer = (z_of(c) * error for c in two_confidences(confidences))
    limits = np.stack([sii - inner, sii + inner, sii - outer, sii + outer], axis=-1)
    none = np.full((*sii.shape, 4), np.nan)
    relative = _ratio(intercept + sii, intercept)
    words = "the relative index has no exact limits"
    return _index(sii, limits, relative, none, intercept, "exact normal", reason, words, confidences)


def simulated_slope_index(
    values: ArrayLike,
    standard_errors: ArrayLike,
    population: ArrayLike,
    rng: np.random.Generator,
    *,
    draws: int = 100_000,
    scale: str = "normal",
    transform: bool = False,
    confidences: tuple[float, float] = CONFIDENCES,
) -> SlopeIndex:
    """Slope and relative index with limits by simulation (Mackenbach and Kunst, 1997, Soc Sci Med 44:757).

    All (..., groups), groups in order, the most deprived first. On the scales "log" (rates) and "logit" (proportions)
    `standard_errors` are of the transformed values, and draws are made there. Then `transform` False turns each draw
    back and fits; True fits on the scale and turns the two ends back. The same standard draws serve every area, so
    neither the order of areas nor their company changes an area's limits; the generator makes them repeatable.
    """
    if draws < FEWEST_DRAWS:
        raise ChesilError(f"{draws} draws are too few for limits; give at least {FEWEST_DRAWS}")
    pair = two_confidences(confidences)
    there, back = _known(scale)
    y, se, n, reason = _usable(values, standard_errors, population, scale)
    groups, shape = n.shape[-1], n.shape[:-1]
    at_start, along = (a.reshape(-1, groups) for a in slope_weights(n))
    middle, error = there(y).reshape(-1, groups), se.reshape(-1, groups)
    standard = rng.standard_normal((draws, groups))
    ends = [100 * (1 + sign * c) / 2 for c in pair for sign in (-1, 1)]
    fit = _fit_on_scale if transform else _fit_turned_back
    limits, relative_limits = np.full((len(middle), 4), np.nan), np.full((len(middle), 4), np.nan)
    starts, finishes = np.empty(len(middle)), np.empty(len(middle))
    for k in range(len(middle)):
        start, finish = fit(middle[k] + standard * error[k], at_start[k], along[k], back)
        at, to = fit(middle[k][None], at_start[k], along[k], back)
        starts[k], finishes[k] = at[0], to[0]
        limits[k] = np.percentile(finish - start, ends)
        if (start > 0).all():
            relative_limits[k] = np.percentile(finish / start, ends)
    sii, intercept = (finishes - starts).reshape(shape), starts.reshape(shape)
    relative = _ratio(finishes.reshape(shape), intercept)
    four, four_relative = limits.reshape(*shape, 4), relative_limits.reshape(*shape, 4)
    how = f"simulation, {draws:,} draws"
    words = "the fitted value of the first group is not surely above zero"
    return _index(sii, four, relative, four_relative, intercept, how, reason, words, confidences)


def _fit_turned_back(drawn: Array, at_start: Array, along: Array, back: Turn) -> tuple[Array, Array]:
    """The two ends of the line through draws turned back to the values' own scale."""
    turned = back(drawn)
    start = turned @ at_start
    return start, start + turned @ along


def _fit_on_scale(drawn: Array, at_start: Array, along: Array, back: Turn) -> tuple[Array, Array]:
    """The two ends of the line through draws on the scale, turned back afterwards."""
    start = drawn @ at_start
    return back(start), back(start + drawn @ along)


def _ratio(finish: Array, start: Array) -> Array:
    """The relative index, NaN where the start is not above zero."""
    above = np.asarray(start > 0)
    return np.where(above, finish / np.where(above, start, 1.0), np.nan)


def _index(
    sii: Array, limits: Array, rii: Array, rii_limits: Array, intercept: Array, method: str, reason: Words,
    no_relative_limits: str, confidences: tuple[float, float],
) -> SlopeIndex:  # fmt: skip
    fine = reason == ""
    rii_reason = first_reason(
        reason.shape,
        (~fine, "see the slope index"),
        (np.isnan(rii), "the fitted value of the first group is not above zero"),
        (np.isnan(rii_limits).any(axis=-1), no_relative_limits),
    )
    low, high, low998, high998 = (np.where(fine, limits[..., i], np.nan) for i in range(4))
    of_rii = np.where((fine & ~np.isnan(rii))[..., None], rii_limits, np.nan)
    return SlopeIndex(
        sii=np.where(fine, sii, np.nan),
        lower=low,
        upper=high,
        lower998=low998,
        upper998=high998,
        rii=np.where(fine, rii, np.nan),
        rii_lower=of_rii[..., 0],
        rii_upper=of_rii[..., 1],
        rii_lower998=of_rii[..., 2],
        rii_upper998=of_rii[..., 3],
        intercept=np.where(fine, intercept, np.nan),
        method=method,
        reason=reason,
        rii_reason=rii_reason,
        confidences=confidences,
    )


def _identity(x: Array) -> Array:
    return x


def _log(x: Array) -> Array:
    above = x > 0
    return np.where(above, np.log(np.where(above, x, 1.0)), np.nan)


def _logit(x: Array) -> Array:
    inside = (x > 0) & (x < 1)
    safe = np.where(inside, x, 0.5)
    return np.where(inside, np.log(safe / (1 - safe)), np.nan)


def _expit(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


_SCALES: dict[str, tuple[Turn, Turn]] = {
    "normal": (_identity, _identity),
    "log": (_log, np.exp),
    "logit": (_logit, _expit),
}


def _known(scale: str) -> tuple[Turn, Turn]:
    if scale not in _SCALES:
        raise ChesilError(f"the scale `{scale}` is not normal, log or logit")
    return _SCALES[scale]


def _usable(
    values: ArrayLike, standard_errors: ArrayLike, population: ArrayLike, scale: str
) -> tuple[Array, Array, Array, Words]:
    """Values, errors and people with harmless stand-ins where an area cannot be used, and the reason why not."""
    y, se, n = as_floats("values", values), as_floats("errors", standard_errors), as_floats("population", population)
    if y.shape != se.shape or y.shape != n.shape or y.ndim == 0 or y.shape[-1] < FEWEST_GROUPS:
        raise ChesilError(
            f"values {y.shape}, standard errors {se.shape} and population {n.shape} must be of one shape, with at least "
            f"{FEWEST_GROUPS} groups"
        )
    reason = first_reason(
        y.shape[:-1],
        ((~np.isfinite(n) | (n <= 0)).any(axis=-1), "a group has no people"),
        (~np.isfinite(y).all(axis=-1), "the value of a group is missing"),
        (np.isnan(_known(scale)[0](y)).any(axis=-1), f"a value has no place on the {scale} scale"),
        ((~np.isfinite(se) | (se < 0)).any(axis=-1), "the standard error of a group is missing or below zero"),
    )
    bad = (reason != "")[..., None]
    return np.where(bad, 0.5, y), np.where(bad, 0.0, se), np.where(bad, 1.0, n), reason
