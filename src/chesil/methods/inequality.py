"""Inequality: quantiles with a stated direction, and the slope and relative index with their limits."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chesil.core.errors import ChesilError
from chesil.methods.intervals import z_of

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SlopeIndex:
    """Slope (sii) and relative (rii) index of inequality with limits; `method` says how the limits came about."""

    sii: float
    rii: float
    intercept: float
    sii_limits: tuple[float, float]
    sii_limits998: tuple[float, float]
    rii_limits: tuple[float, float] | None
    rii_limits998: tuple[float, float] | None
    method: str


def quantiles(values: ArrayLike, groups: int, *, low_is_first: bool) -> NDArray[np.int64]:
    """The quantile of each value, 1 to `groups`; 0 where it is missing or there are fewer values than groups.

    Ties take the lowest rank. `low_is_first` says which end is 1; the other way round ranks the negatives, which is
    not the mirror image where there are ties. Convention of PHE's indicator methods (Anderson and others, 2018).
    """
    x = np.asarray(values, dtype=np.float64)
    known = np.isfinite(x)
    count = int(known.sum())
    result = np.zeros(x.shape, dtype=np.int64)
    if count < groups:
        return result
    ranked = np.sort(x[known] if low_is_first else -x[known])
    rank = np.searchsorted(ranked, x[known] if low_is_first else -x[known], side="left") + 1
    place = np.floor((groups + 1) - np.ceil((count + 1 - rank) / (count / groups)))
    result[known] = np.where(place == 0, 1, place).astype(np.int64)
    return result


def midpoints(population: ArrayLike) -> tuple[Array, Array]:
    """Population shares of ordered groups and the cumulative share up to the middle of each."""
    n = np.asarray(population, dtype=np.float64)
    if n.ndim != 1 or n.size < 3 or not np.isfinite(n).all() or (n <= 0).any():
        raise ChesilError("an index of inequality needs at least three groups, each with people")
    share = n / n.sum()
    return share, np.cumsum(share) - share / 2


def slope_weights(population: ArrayLike) -> tuple[Array, Array]:
    """What each group's value counts for in the intercept and in the slope (both are linear in the values).

    Weighted least squares of the values on the cumulative share, weights the population shares (Low and Low, 2004,
    Journal of Public Health 26:390).
    """
    share, middle = midpoints(population)
    mean = (share * middle).sum()
    slope = share * (middle - mean) / (share * (middle - mean) ** 2).sum()
    return share - mean * slope, slope


def slope_index(values: ArrayLike, standard_errors: ArrayLike, population: ArrayLike) -> SlopeIndex:
    """Slope index with exact normal limits: groups in order of deprivation, `values` and their standard errors (k,).

    The slope is a weighted sum of the values, so its variance is the weighted sum of theirs. The relative index has
    no such exact limits; see `simulated_slope_index`.
    """
    y, se = _pair(values, standard_errors, population)
    at_start, along = slope_weights(population)
    sii, intercept = float(along @ y), float(at_start @ y)
    error = float(np.sqrt((along**2 * se**2).sum()))
    inner, outer = z_of(0.95) * error, z_of(0.998) * error
    return SlopeIndex(
        sii, (intercept + sii) / intercept, intercept, (sii - inner, sii + inner), (sii - outer, sii + outer), None, None,
        "exact normal",
    )  # fmt: skip


def simulated_slope_index(
    values: ArrayLike,
    standard_errors: ArrayLike,
    population: ArrayLike,
    rng: np.random.Generator,
    *,
    draws: int = 100_000,
    scale: str = "normal",
) -> SlopeIndex:
    """Slope and relative index with limits by simulation (Mackenbach and Kunst, 1997, Social Science & Medicine 44:757).

    `scale` is "normal", "log" (rates) or "logit" (proportions): on the last two `standard_errors` are of the
    transformed values, which are drawn there, turned back, and fitted. The generator makes the limits repeatable.
    """
    y, se = _pair(values, standard_errors, population)
    there, back = _TRANSFORMS[_known(scale)]
    at_start, along = slope_weights(population)
    drawn = back(there(y) + rng.standard_normal((draws, y.size)) * se)
    slopes, starts = drawn @ along, drawn @ at_start
    sii, intercept = float(along @ y), float(at_start @ y)
    ends = {c: [100 * (1 - c) / 2, 100 * (1 + c) / 2] for c in (0.95, 0.998)}
    relative = (starts + slopes) / starts

    def limits(of: Array, confidence: float) -> tuple[float, float]:
        low, high = np.percentile(of, ends[confidence])
        return float(low), float(high)

    return SlopeIndex(
        sii, (intercept + sii) / intercept, intercept, limits(slopes, 0.95), limits(slopes, 0.998),
        limits(relative, 0.95), limits(relative, 0.998), f"simulation, {draws:,} draws",
    )  # fmt: skip


def _identity(x: Array) -> Array:
    return x


def _logit(x: Array) -> Array:
    return np.log(x / (1 - x))


def _expit(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


_TRANSFORMS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "normal": (_identity, _identity),
    "log": (np.log, np.exp),
    "logit": (_logit, _expit),
}


def _known(scale: str) -> str:
    if scale not in _TRANSFORMS:
        raise ChesilError(f"scale `{scale}` is not normal, log or logit")
    return scale


def _pair(values: ArrayLike, standard_errors: ArrayLike, population: ArrayLike) -> tuple[Array, Array]:
    y, se = np.asarray(values, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64)
    if y.shape != se.shape or y.shape != np.shape(population):
        raise ChesilError("values, standard errors and population must be of one length")
    if not (np.isfinite(y).all() and np.isfinite(se).all()) or (se < 0).any():
        raise ChesilError("values and standard errors must be finite, and standard errors not below nought")
    return y, se
