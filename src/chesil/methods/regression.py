"""Regression of counts: Poisson, quasi-Poisson and negative binomial, with diagnostics; and a difference split fairly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import gammaln, xlogy

from chesil.core.errors import ChesilError

Array = NDArray[np.float64]
MOST_STEPS = 100
TOLERANCE = 1e-10


@dataclass(frozen=True)
class CountModel:
    """A fitted model log(E[y]) = offset + X b.

    `dispersion` is Pearson's chi-squared over its degrees of freedom (of the fitted family); `alpha` is the negative
    binomial's (variance mu + alpha mu^2; 0 for Poisson); standard errors are scaled by the dispersion in the quasi
    family. `leverage` sums to the number of coefficients.
    """

    family: str
    coefficients: Array
    standard_errors: Array
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

    def loss(log_alpha: float) -> float:
        alpha = float(np.exp(log_alpha))
        return -_log_likelihood(y, _mean(y, x, e, alpha)[0], alpha)

    best = minimize_scalar(loss, bounds=(-12.0, 4.0), method="bounded", options={"xatol": 1e-8})
    return _finished(y, x, e, float(np.exp(best.x)), family)


def calibration_by_tenth(model: CountModel, counts: ArrayLike, exposure: ArrayLike) -> Array:
    """Observed over fitted counts in ten groups of units by fitted rate, lowest first (10,)."""
    y, e = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
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
    b, u, r = (np.asarray(a, dtype=np.float64) for a in (coefficients, unit, reference))
    placed = [k for members in groups.values() for k in members]
    loose = [k for k in range(b.size) if u[k] != r[k] and placed.count(k) != 1]
    if loose:
        raise ChesilError(f"factors {loose} differ and are not in just one group")
    names = list(groups)
    moves = {name: float((b[list(groups[name])] * (u - r)[list(groups[name])]).sum()) for name in names}
    base = exposure * float(np.exp((b * r).sum()))
    parts = {}
    for name in names:
        others = [moves[n] for n in names if n != name]
        total = 0.0
        for size in range(len(names)):
            weight = factorial(size) * factorial(len(names) - size - 1) / factorial(len(names))
            total += weight * sum(np.exp(sum(chosen)) for chosen in combinations(others, size))
        parts[name] = base * total * float(np.expm1(moves[name]))
    return parts


def _checked(counts: ArrayLike, factors: ArrayLike, exposure: ArrayLike) -> tuple[Array, Array, Array]:
    y, x, e = (np.asarray(a, dtype=np.float64) for a in (counts, factors, exposure))
    if x.ndim != 2 or y.shape != (len(x),) or e.shape != y.shape:
        raise ChesilError(f"counts {y.shape}, factors {x.shape} and exposure {e.shape} do not belong together")
    if not all(np.isfinite(a).all() for a in (y, x, e)) or (y < 0).any() or (e <= 0).any():
        raise ChesilError("counts must not be below nought, exposure above it, and all of them finite")
    if y.sum() == 0:
        raise ChesilError("every count is nought: there is nothing to fit")
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise ChesilError("some factors repeat each other: leave one out")
    return y, x, e


def _mean(y: Array, x: Array, e: Array, alpha: float) -> tuple[Array, Array, Array]:
    """Fitted means, coefficients and working weights at convergence."""
    mean = (y + y.mean()) / 2
    b = np.zeros(x.shape[1])
    deviance = np.inf
    for _ in range(MOST_STEPS):
        weight = mean / (1 + alpha * mean)
        working = np.log(mean / e) + (y - mean) / mean
        root = np.sqrt(weight)
        b = np.linalg.lstsq(x * root[:, None], working * root, rcond=None)[0]
        mean = e * np.exp(np.clip(x @ b, -30, 30))
        before, deviance = deviance, _deviance(y, mean, alpha)
        if abs(before - deviance) <= TOLERANCE * (abs(deviance) + 1):
            return mean, b, mean / (1 + alpha * mean)
    raise ChesilError("the model did not settle: a factor may separate the counts that are nought from the others")


def _finished(y: Array, x: Array, e: Array, alpha: float, family: str) -> CountModel:
    mean, b, weight = _mean(y, x, e, alpha)
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
