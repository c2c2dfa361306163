"""Regression of counts: Poisson, quasi-Poisson and negative binomial, with diagnostics; and a difference split fairly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import ArrayLike
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import brentq, minimize_scalar
from scipy.special import digamma, gammaln, xlogy

from chesil.core.errors import ChesilError
from chesil.methods.checking import Array, as_floats

MOST_STEPS = 100
MOST_GROUPS = 12
TOLERANCE = 1e-10


@dataclass(frozen=True)
class CountModel:
    """A fitted model log(E[y]) = offset + X b.

    `dispersion` is Pearson's chi-squared over its degrees of freedom (of the fitted family); `alpha` is the negative
    binomial's (variance mu + alpha mu^2; 0 for Poisson); standard errors and covariance are scaled by the dispersion in the quasi
    family. `leverage` sums to the number of coefficients.
    """

    family: str
    coefficients: Array
    standard_errors: Array
    covariance: Array
    fitted: Array
    leverage: Array
    deviance: float
    null_deviance: float
    dispersion: float
    alpha: float
    log_likelihood: float
    degrees_of_freedom: int

    @property
    def deviance_explained(self) -> float:
        """The share of the deviance that the factors take away."""
        return 1 - self.deviance / self.null_deviance if self.null_deviance else 0.0

    @property
    def aic(self) -> float:
        """Akaike's criterion (not defined for the quasi family, where it is NaN)."""
        if self.family == "quasi-poisson":
            return float("nan")
        parameters = self.coefficients.size + (1 if self.family == "negative binomial" else 0)
        return 2 * parameters - 2 * self.log_likelihood


def fit_counts(counts: ArrayLike, factors: ArrayLike, exposure: ArrayLike, *, family: str = "poisson") -> CountModel:
    """Fit a model of counts by iteratively reweighted least squares, the exposure as offset.

    `counts` and `exposure` (n,), `factors` (n, k) including a column of ones. `family` is "poisson", "quasi-poisson" or
    "negative binomial" (dispersion by maximum likelihood). McCullagh and Nelder (1989, Generalized Linear Models);
    Hilbe (2011, Negative Binomial Regression). Raises `ChesilError` for impossible input or factors that repeat each
    other.
    """
    y, x, e = _checked(counts, factors, exposure)
    if family in ("poisson", "quasi-poisson"):
        return _finished(y, x, e, 0.0, family)
    if family != "negative binomial":
        raise ChesilError(f"the family `{family}` is not poisson, quasi-poisson or negative binomial")

    alpha, start = _between(y, x, e)
    return _finished(y, x, e, alpha, family, start)


def _between(y: Array, x: Array, e: Array) -> tuple[float, Array]:
    """The negative binomial's dispersion at its greatest likelihood, with the coefficients found there.

    The two are orthogonal, so each is found in turn given the other until neither moves.
    """
    alpha = 0.1
    mean, b, _ = _mean(y, x, e, alpha)
    for _ in range(MOST_STEPS):
        found = minimize_scalar(
            _loss_of_dispersion, bounds=(-14.0, 4.0), args=(y, mean), method="bounded", options={"xatol": 1e-9}
        )
        before, alpha = alpha, float(np.exp(found.x))
        mean, b, _ = _mean(y, x, e, alpha, b)
        if abs(alpha - before) <= 1e-8 * (alpha + 1e-6):
            break
    return _to_the_last_digit(alpha, b, y, x, e)


POLISH = 4
POLISH_WIDTH = 1e-3
"""Rounds, and how far to either side on the log scale, in which a found dispersion is made exact."""


def _to_the_last_digit(alpha: float, b: Array, y: Array, x: Array, e: Array) -> tuple[float, Array]:
    """Dispersion and coefficients as roots of their scores, so that the order of a machine's sums shows in no digit kept.

    A least point found by its values is known to about the square root of a number's precision only.
    """
    for _ in range(POLISH):
        b = _settled(y, x, e, alpha, b)
        mean = e * np.exp(np.clip(x @ b, -30, 30))
        middle = float(np.log(alpha))
        low, high = middle - POLISH_WIDTH, middle + POLISH_WIDTH
        if _score_of_dispersion(low, y, mean) * _score_of_dispersion(high, y, mean) > 0:
            break  # at the edge of what is looked at: next to no dispersion
        alpha = float(np.exp(brentq(_score_of_dispersion, low, high, args=(y, mean), xtol=1e-15, rtol=1e-15)))
    return alpha, _settled(y, x, e, alpha, b)


def _settled(y: Array, x: Array, e: Array, alpha: float, b: Array) -> Array:
    """Coefficients after steps of weighted least squares that no longer move them."""
    for _ in range(MOST_STEPS):
        mean = e * np.exp(np.clip(x @ b, -30, 30))
        before = b
        b = _weighted_least_squares(x, mean / (1 + alpha * mean), np.log(mean / e) + (y - mean) / mean)
        if np.abs(b - before).max() <= 1e-13 * (np.abs(b).max() + 1):
            break
    return b


def _score_of_dispersion(log_alpha: float, y: Array, mean: Array) -> float:
    """Slope of the log-likelihood in the size 1/alpha."""
    size = float(np.exp(-log_alpha))
    terms = digamma(y + size) - digamma(size) + np.log(size / (size + mean)) + (mean - y) / (size + mean)
    return float(terms.sum())


def _loss_of_dispersion(log_alpha: float, y: Array, mean: Array) -> float:
    return -_log_likelihood(y, mean, float(np.exp(log_alpha)))


def calibration_by_tenth(model: CountModel, counts: ArrayLike, exposure: ArrayLike) -> Array:
    """Observed over fitted counts in ten groups of units by fitted rate, lowest first (10,)."""
    y, e = as_floats("counts", counts), as_floats("exposure", exposure)
    if y.shape != model.fitted.shape or e.shape != y.shape:
        raise ChesilError(f"counts {y.shape} and exposure {e.shape} are not those of the model {model.fitted.shape}")
    order = np.argsort(model.fitted / e, kind="stable")
    return np.array([y[part].sum() / model.fitted[part].sum() for part in np.array_split(order, 10)])


def shapley_split(
    coefficients: ArrayLike,
    unit: ArrayLike,
    reference: ArrayLike,
    groups: Mapping[str, Sequence[int]],
    *,
    exposure: float,
) -> dict[str, float]:
    """Split the difference of a unit's expected count from the one at reference factors into named groups of factors.

    `unit` and `reference` (k,) are rows of factors. Each group gets the mean, over all orders in which the groups could
    be moved from reference to unit, of what its move adds (Shapley, 1953, Contributions to the Theory of Games II). The
    parts add up to the difference. Raises `ChesilError` unless every factor that differs is in just one group.
    """
    b, u, r = (as_floats(n, a) for n, a in (("coefficients", coefficients), ("unit", unit), ("reference", reference)))
    placed = [k for members in groups.values() for k in members]
    loose = [k for k in range(b.size) if u[k] != r[k] and placed.count(k) != 1]
    if loose:
        raise ChesilError(f"factors {loose} differ and are not in just one group")
    moves = np.array([(b[list(members)] * (u - r)[list(members)]).sum() for members in groups.values()])
    parts = shapley_parts(moves, exposure * float(np.exp((b * r).sum())))
    return {name: float(part) for name, part in zip(groups, parts, strict=True)}


def shapley_parts(moves: ArrayLike, base: ArrayLike) -> Array:
    """The parts of base x (exp(sum of moves) - 1) that fall to each move, averaged over all orders; for many units.

    `moves` (groups, ...) are differences of the linear predictor, `base` (...) the expected counts before any of them;
    the result (groups, ...) adds up over groups to the whole difference. At most twelve groups (2^11 sums each).
    """
    m, start = as_floats("moves", moves), as_floats("base", base)
    if not 1 <= m.shape[0] <= MOST_GROUPS or m.shape[1:] != start.shape:
        raise ChesilError(
            f"moves {m.shape} need one to {MOST_GROUPS} groups, and the shape of base {start.shape} after"
        )
    k = m.shape[0]
    parts = np.zeros(m.shape)
    for g in range(k):
        others = [i for i in range(k) if i != g]
        for size in range(k):
            weight = factorial(size) * factorial(k - size - 1) / factorial(k)
            for chosen in combinations(others, size):
                parts[g] += weight * np.exp(m[list(chosen)].sum(axis=0))
        parts[g] *= np.expm1(m[g])
    return np.asarray(start * parts)


def _checked(counts: ArrayLike, factors: ArrayLike, exposure: ArrayLike) -> tuple[Array, Array, Array]:
    y, x, e = (as_floats(n, a) for n, a in (("counts", counts), ("factors", factors), ("exposure", exposure)))
    if x.ndim != 2 or y.shape != (len(x),) or e.shape != y.shape:
        raise ChesilError(f"counts {y.shape}, factors {x.shape} and exposure {e.shape} do not belong together")
    if not all(np.isfinite(a).all() for a in (y, x, e)) or (y < 0).any() or (e <= 0).any():
        raise ChesilError("counts must not be below nought, exposure above it, and all of them finite")
    if y.sum() == 0:
        raise ChesilError("every count is nought: there is nothing to fit")
    # Columns of very different sizes (a share squared beside a count) are made alike before they are compared.
    if np.linalg.matrix_rank(x / np.maximum(np.linalg.norm(x, axis=0), 1e-300)) < x.shape[1]:
        raise ChesilError("some factors repeat each other: leave one out")
    return y, x, e


def _mean(y: Array, x: Array, e: Array, alpha: float, start: Array | None = None) -> tuple[Array, Array, Array]:
    """Fitted means, coefficients and working weights at convergence, from `start` (coefficients) if there is one."""
    mean = (y + y.mean()) / 2 if start is None else e * np.exp(np.clip(x @ start, -30, 30))
    b = np.zeros(x.shape[1])
    deviance = np.inf
    for _ in range(MOST_STEPS):
        weight = mean / (1 + alpha * mean)
        working = np.log(mean / e) + (y - mean) / mean
        b = _weighted_least_squares(x, weight, working)
        mean = e * np.exp(np.clip(x @ b, -30, 30))
        before, deviance = deviance, _deviance(y, mean, alpha)
        if abs(before - deviance) <= TOLERANCE * (abs(deviance) + 1):
            return mean, b, mean / (1 + alpha * mean)
    raise ChesilError("the model did not settle: a factor may separate the counts that are nought from the others")


def _weighted_least_squares(x: Array, weight: Array, working: Array) -> Array:
    """Coefficients by the normal equations on columns of one size, with one step of refinement: quick and exact enough."""
    size = np.sqrt((weight[:, None] * x**2).sum(axis=0))
    scaled = x / size
    weighted = scaled * weight[:, None]
    try:
        factor = cho_factor(scaled.T @ weighted)
    except LinAlgError:
        root = np.sqrt(weight)
        return np.asarray(np.linalg.lstsq(x * root[:, None], working * root, rcond=None)[0])
    b = cho_solve(factor, weighted.T @ working)
    b += cho_solve(factor, weighted.T @ (working - scaled @ b))
    return np.asarray(b / size)


def _finished(y: Array, x: Array, e: Array, alpha: float, family: str, start: Array | None = None) -> CountModel:
    if start is None:
        mean, b, weight = _mean(y, x, e, alpha)
    else:
        b = start
        mean = e * np.exp(np.clip(x @ b, -30, 30))
        weight = mean / (1 + alpha * mean)
    q, r = np.linalg.qr(x * np.sqrt(weight)[:, None])
    covariance = np.linalg.inv(r.T @ r)
    freedom = y.size - x.shape[1]
    pearson = float(((y - mean) ** 2 / (mean + alpha * mean**2)).sum())
    dispersion = pearson / freedom if freedom > 0 else float("nan")
    scale = dispersion if family == "quasi-poisson" else 1.0
    null = _mean(y, np.ones((y.size, 1)), e, alpha)[0]
    return CountModel(
        family=family,
        coefficients=b,
        standard_errors=np.sqrt(np.diag(covariance) * scale),
        covariance=covariance * scale,
        fitted=mean,
        leverage=(q**2).sum(axis=1),
        deviance=_deviance(y, mean, alpha),
        null_deviance=_deviance(y, null, alpha),
        dispersion=dispersion,
        alpha=alpha,
        log_likelihood=_log_likelihood(y, mean, alpha),
        degrees_of_freedom=freedom,
    )


def _deviance(y: Array, mean: Array, alpha: float) -> float:
    if alpha == 0:
        return float(2 * (xlogy(y, y / mean) - (y - mean)).sum())
    return float(2 * (xlogy(y, y / mean) - (y + 1 / alpha) * np.log((1 + alpha * y) / (1 + alpha * mean))).sum())


def _log_likelihood(y: Array, mean: Array, alpha: float) -> float:
    if alpha == 0:
        return float((xlogy(y, mean) - mean - gammaln(y + 1)).sum())
    size = 1 / alpha
    return float(
        (
            gammaln(y + size) - gammaln(size) - gammaln(y + 1)
            + size * np.log(size / (size + mean)) + xlogy(y, mean / (size + mean))
        ).sum()
    )  # fmt: skip
