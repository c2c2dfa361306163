"""Funnels: limits within which chance would keep a ratio, rate or proportion, with and without overdispersion."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv

from chesil.core.errors import ChesilError
from chesil.methods.checking import Array, as_floats, below_zero, not_above_zero, not_finite, refuse, wrong_at
from chesil.methods.intervals import exact_poisson, poisson_limits, wilson, z_of

Pair = tuple[Array, Array]
HIGH_998, HIGH_95, LOW_998, LOW_95, NEITHER = (
    "High (0.001)",
    "High (0.025)",
    "Low (0.001)",
    "Low (0.025)",
    "Not significant",
)


@dataclass(frozen=True)
class Overdispersion:
    """How much more units vary than chance: `phi` the mean squared z, `tau2` the variance between units.

    `used` units of those given went into both; `adjust` is False where phi is not above one: draw plain limits and
    say so.
    """

    phi: float
    tau2: float
    used: int
    z: Array
    s: Array
    convention: str

    @property
    def adjust(self) -> bool:
        return self.phi > 1


def proportion_limits(target: float, denominator: ArrayLike, *, confidence: float = 0.95) -> Pair:
    """Limits round a target proportion for units of given sizes, kept within 0 and 1 (Spiegelhalter, 2005, Statistics
    in Medicine 24:1185)."""
    n, target = _positive(denominator), _share(target)
    half = z_of(confidence) * np.sqrt(target * (1 - target) / n)
    return np.maximum(target - half, 0.0), np.minimum(target + half, 1.0)


def ratio_limits(expected: ArrayLike, *, confidence: float = 0.95) -> Pair:
    """Exact Poisson limits round a ratio of one for units of given expected counts (which need not be whole)."""
    e = _positive(expected)
    tail = (1 - confidence) / 2
    z_of(confidence)
    return gammaincinv(e, tail) / e, gammaincinv(e + 1, 1 - tail) / e


def ratio_limits_at_count(count: ArrayLike, *, confidence: float = 0.95) -> Pair:
    """For each observed count, the ratio at which it would lie just at the lower and at the upper limit."""
    x = _positive(count)
    low, high = exact_poisson(x, confidence=confidence)
    return x / high, x / low


def rate_limits_at_count(count: ArrayLike, target: float, *, confidence: float = 0.95) -> tuple[Pair, Pair]:
    """For each count of events, ((population, rate) at the lower limit, (population, rate) at the upper) for a target
    rate of events a person."""
    x = _positive(count, "count")
    if not (np.isfinite(target) and target > 0):
        raise ChesilError(f"the target rate is {target}; it must be finite and above nought")
    low, high = exact_poisson(x, confidence=confidence)
    populations = high / target, low / target
    return (populations[0], x / populations[0]), (populations[1], x / populations[1])


def significance_of_ratio(observed: ArrayLike, expected: ArrayLike) -> NDArray[np.str_]:
    """Whether each unit's own interval (exact or Byar) leaves out a ratio of one; the plotted limit is another thing,
    and the two can disagree at the margin."""
    e = _positive(expected)
    x = as_floats("observed", observed)
    if x.shape != e.shape:
        raise ChesilError(f"observed {x.shape} and expected {e.shape} do not belong together")
    return _labels([poisson_limits(x, confidence=c) for c in (0.95, 0.998)], e)


def significance_of_rate(events: ArrayLike, population: ArrayLike, target: float) -> NDArray[np.str_]:
    """The same for a crude rate against a target rate of events a person."""
    return significance_of_ratio(events, _positive(population) * _positive(target, "target"))


def significance_of_proportion(count: ArrayLike, denominator: ArrayLike, target: float) -> NDArray[np.str_]:
    """The same for a proportion by Wilson's interval."""
    return _labels([wilson(count, denominator, confidence=c) for c in (0.95, 0.998)], np.asarray(_share(target)))


def ratio_overdispersion(
    observed: ArrayLike, expected: ArrayLike, *, convention: str = "shmi", trim: float = 0.1
) -> Overdispersion:
    """Overdispersion of ratios by one of two named conventions.

    "shmi": logarithms, the lowest and highest `trim` of units dropped (expected counts to two decimals); "cqc": square
    roots, z winsorised at those quantiles. Additive random effects after DerSimonian and Laird (1986); Spiegelhalter
    and others (2012, JRSS A 175:1).
    """
    o, e = _counted(observed, expected)
    if convention == "shmi":
        e = np.maximum(np.round(e, 2), 0.01)
        with np.errstate(divide="ignore"):
            # A count of nought has no logarithm: its z is minus infinity, the lowest there is, and it must be dropped.
            z = np.sqrt(e) * np.log(o / e)
        use = _middle(z, trim)
        if not np.isfinite(z[use]).all():
            raise ChesilError(
                "more units have a count of nought than are dropped as lowest, and nought has no logarithm", [],
                "Use the convention `cqc`, or drop more",
            )  # fmt: skip
        return _additive(z, 1 / np.sqrt(e), use, "SHMI: logarithms, extremes dropped")
    if convention == "cqc":
        s = 1 / (2 * np.sqrt(e))
        z = (np.sqrt(o / e) - 1) / s
        return _winsorised(z, s, trim, "CQC: square roots, extremes winsorised")
    raise ChesilError(f"the convention `{convention}` is not shmi or cqc")


def proportion_overdispersion(
    count: ArrayLike, denominator: ArrayLike, *, target: float | None = None, trim: float = 0.1
) -> Overdispersion:
    """Overdispersion of proportions on the scale of the arcsine of their root, z winsorised."""
    x, n = _counted(count, denominator, at_most=True)
    middle = float(x.sum() / n.sum()) if target is None else _share(target)
    s = 1 / (2 * np.sqrt(n))
    z = (np.arcsin(np.sqrt(np.minimum(x / n, 1.0))) - np.arcsin(np.sqrt(middle))) / s
    return _winsorised(z, s, trim, "arcsine of the root, extremes winsorised")


def count_ratio_overdispersion(count: ArrayLike, other: ArrayLike, *, trim: float = 0.1) -> Overdispersion:
    """Overdispersion of ratios of two counts on the logarithmic scale, z winsorised; one variance is used throughout."""
    x, n = _counted(count, other)
    if x.sum() == 0:
        raise ChesilError("every count is nought: a ratio of counts has no target")
    y = np.log((x + 0.5) / (n + 0.5))
    s = np.sqrt(x / (x + 0.5) ** 2 + n / (n + 0.5) ** 2)
    return _winsorised((y - np.log(x.sum() / n.sum())) / s, s, trim, "logarithm of a ratio of counts, winsorised")


def overdispersed_ratio_limits(found: Overdispersion, expected: ArrayLike, *, confidence: float = 0.95) -> Pair:
    """Limits round a ratio of one, widened by `tau2`; as ratios in either convention (square roots are squared back)."""
    e, z = _positive(expected), z_of(confidence)
    if found.convention.startswith("CQC"):
        half = z * np.sqrt(1 / (4 * e) + found.tau2)
        return np.maximum(1 - half, 0.0) ** 2, (1 + half) ** 2
    half = z * np.sqrt(1 / np.maximum(np.round(e, 2), 0.01) + found.tau2)
    return np.exp(-half), np.exp(half)


def overdispersed_proportion_limits(
    found: Overdispersion, target: float, denominator: ArrayLike, *, confidence: float = 0.95
) -> Pair:
    """Limits round a proportion widened by `tau2`, within 0 and 1 whatever the order of the units."""
    half = z_of(confidence) * np.sqrt(1 / (4 * _positive(denominator)) + found.tau2)
    middle = np.arcsin(np.sqrt(_share(target)))
    return np.sin(np.maximum(middle - half, 0.0)) ** 2, np.sin(np.minimum(middle + half, np.pi / 2)) ** 2


def overdispersed_count_ratio_limits(
    found: Overdispersion,
    target: float,
    denominator: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
    convention: str = "own",
) -> Pair:
    """Limits round a ratio of counts, widened by `tau2`, for the units that `found` is of.

    "own" takes each unit's own variance, as z and `tau2` did; "reference" the 1/(4n) of the reference package, which mixes
    two variances and needs the `denominator`; it is there to meet published funnels again.
    """
    if not (np.isfinite(target) and target > 0):
        raise ChesilError(f"the target ratio is {target}; it must be finite and above nought")
    if convention == "own":
        variance = found.s**2
    elif convention == "reference" and denominator is not None:
        variance = 1 / (4 * _positive(denominator))
    else:
        raise ChesilError("the convention is `own`, or `reference` with a denominator", [], f"It is `{convention}`")
    half = z_of(confidence) * np.sqrt(variance + found.tau2)
    return target * np.exp(-half), target * np.exp(half)


def _middle(z: Array, trim: float) -> NDArray[np.bool_]:
    """Units whose rank lies within the middle: rank groups of the size of `trim`, the first and the last left out."""
    if not 0 < trim < 0.5:
        raise ChesilError(f"trim is {trim}; give the share to leave out at each end, between 0 and a half")
    groups = round(1 / trim)
    rank = np.argsort(np.argsort(z, kind="stable"), kind="stable") + 1
    group = np.floor(groups * rank / (z.size + 1))
    return (group > 0) & (group < groups - 1)


def _winsorised(z: Array, s: Array, trim: float, convention: str) -> Overdispersion:
    if not 0 <= trim < 0.5:
        raise ChesilError(f"trim is {trim}; give the share to draw in at each end, from 0 to less than a half")
    if z.size < 2:
        raise ChesilError("overdispersion needs at least two units")
    low, high = np.quantile(z, [trim, 1 - trim])
    return _additive(np.clip(z, low, high), s, np.ones(z.shape, dtype=bool), convention)


def _additive(z: Array, s: Array, use: NDArray[np.bool_], convention: str) -> Overdispersion:
    if use.sum() < 2:
        raise ChesilError("overdispersion needs at least two units")
    kept, weight, n = z[use], 1 / s[use] ** 2, int(use.sum())
    phi = float((kept**2).sum() / n)
    spread = float(weight.sum() - (weight**2).sum() / weight.sum())
    tau2 = 0.0 if n * phi < n - 1 else max(0.0, (n * phi - (n - 1)) / spread)
    return Overdispersion(phi, float(tau2), n, z, s, convention)


def _labels(limits: list[Pair], target: Array) -> NDArray[np.str_]:
    (low95, high95), (low998, high998) = limits
    # A lower limit that is not defined (Byar at nought) lies below any target.
    low95, low998 = np.nan_to_num(low95), np.nan_to_num(low998)
    conditions = [low998 > target, low95 > target, high998 < target, high95 < target]
    return np.select(conditions, [HIGH_998, HIGH_95, LOW_998, LOW_95], default=NEITHER)


def _positive(values: ArrayLike, name: str = "sizes") -> Array:
    x = as_floats(name, values)
    refuse("sizes and expected counts must be finite and above nought", [not_finite(name, x), not_above_zero(name, x)])
    return x


def _counted(count: ArrayLike, of: ArrayLike, *, at_most: bool = False) -> tuple[Array, Array]:
    """Counts and what they are counted against, of one shape; refused if missing, below nought or (if so) too many."""
    x, n = as_floats("count", count), _positive(of, "of")
    if x.shape != n.shape or x.ndim != 1:
        raise ChesilError(f"counts {x.shape} and sizes {n.shape} must be two lists of one length")
    many = wrong_at("count", "is larger than its denominator", x > n * (1 + 1e-9)) if at_most else ""
    refuse("the counts cannot be used", [not_finite("count", x), below_zero("count", x), many])
    return x, n


def _share(target: float) -> float:
    if not 0 <= target <= 1:
        raise ChesilError(f"the target is {target}; a proportion lies between 0 and 1")
    return target
