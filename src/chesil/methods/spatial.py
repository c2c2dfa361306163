"""Spatial smoothing of counts: a rate drawn towards its neighbours and towards all, by how far each explains (BYM2)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import block_array, coo_array, csc_array, diags_array, eye_array
from scipy.sparse.linalg import splu

from chesil.core.errors import ChesilError
from chesil.methods.checking import Array, as_floats, below_zero, not_above_zero, not_finite, refuse
from chesil.methods.smoothing import neighbour_precision

MOST_AREAS = 2_500
RHO_GRID = np.arange(0.05, 1.0, 0.1)
SIGMA_GRID = np.geomspace(0.02, 1.5, 12)
SIGMA_RATE = -np.log(0.01)
"""The prior of the spread: exponential, with one chance in a hundred that it lies above one."""
LEAST_WEIGHT = 0.005
RIDGE = 1e-6
MOST_STEPS = 60


@dataclass(frozen=True)
class SpatialCounts:
    """Ratios to the expected counts (areas,), smoothed, beside the raw ones, on the scale of a ratio.

    `lower` and `upper` hold the ratio with 95% posterior chance (log-normal), `sd_log` is the deviation of its logarithm.
    `spatial_share` is the share of the variance between areas that follows neighbours, with 95% of its posterior between
    `spatial_share_lower` and `_upper`; `spread` is the standard deviation of the logarithm of the true ratios.
    Show the raw value beside every smoothed one, and never rank without the uncertainty.
    """

    ratio: Array
    lower: Array
    upper: Array
    sd_log: Array
    raw: Array
    overall: float
    spread: float
    spatial_share: float
    spatial_share_lower: float
    spatial_share_upper: float
    method: str = "BYM2 by nested Laplace approximation on a grid"


def smooth_counts_by_neighbours(events: ArrayLike, expected: ArrayLike, edges: ArrayLike) -> SpatialCounts:
    """Smooth counts under a BYM2 model (Riebler and others, 2016, Stat Methods Med Res 25:1145).

    `events` and `expected` (areas,), `edges` (pairs, 2) of positions from 0. The logarithm of an area's ratio is a constant,
    a part of its own and a part shared with neighbours, scaled so that the two are comparable; their mix (uniform prior)
    and spread (exponential prior) are averaged over a grid, each point by a Laplace approximation (after Rue, Martino and
    Chopin, 2009, JRSS B 71:319). An island has only a part of its own. At most 2,500 areas, no fewer than three, and two
    joined. `ChesilError` for impossible input.
    """
    y, e = as_floats("events", events), as_floats("expected", expected)
    if y.ndim != 1 or y.shape != e.shape or not 3 <= y.size <= MOST_AREAS:
        raise ChesilError(
            f"events {y.shape} and expected {e.shape} must be two lists of one length, 3 to {MOST_AREAS:,}"
        )
    refuse(
        "the counts cannot be smoothed",
        [not_finite("events", y), below_zero("events", y), not_finite("expected", e), not_above_zero("expected", e)],
    )
    if y.sum() == 0:
        raise ChesilError("every count is nought: there is nothing to smooth")
    field = _scaled(neighbour_precision(edges, y.size))
    points = [(rho, sigma) for rho in RHO_GRID for sigma in SIGMA_GRID]
    start = np.concatenate([np.zeros(2 * y.size), [np.log(y.sum() / e.sum())]])
    modes, heights = [], []
    for rho, sigma in points:
        mode, height = _laplace(y, e, field, rho, sigma, start)
        modes.append(mode)
        heights.append(height - SIGMA_RATE * sigma + np.log(sigma))  # the grid of the spread is even in its logarithm
        start = mode
    weight = np.exp(np.array(heights) - max(heights))
    weight = np.where(weight / weight.sum() < LEAST_WEIGHT, 0.0, weight)
    return _averaged(y, e, field, points, modes, weight / weight.sum())


@dataclass(frozen=True)
class _Field:
    """The scaled precision of the shared part, which areas have one (not islands), and their scale."""

    precision: csc_array
    has: Array


def _scaled(precision: csc_array) -> _Field:
    """Scale each connected part so that the geometric mean of its marginal variances is one (Sorbye and Rue, 2014)."""
    from scipy.sparse.csgraph import connected_components

    has = (precision.diagonal() > 0).astype(np.float64)
    if not has.any():
        raise ChesilError("no two areas are neighbours: use empirical_bayes")
    _, part = connected_components(precision, directed=False)
    scale = np.ones(part.size)
    for k in np.unique(part):
        at = np.nonzero(part == k)[0]
        if at.size > 1:
            inverse = np.linalg.pinv(precision[at][:, at].toarray(), hermitian=True)
            scale[at] = np.exp(np.log(np.diag(inverse)).mean())
    return _Field(csc_array(precision.multiply(scale[:, None])), has)


def _prior(field: _Field, rho: float, sigma: float) -> tuple[csc_array, Array]:
    """Precision of (own-and-shared effect, shared part) and how much of each effect is shared on the log scale."""
    n = field.has.size
    # An island has no shared part: all its variance is its own.
    own = np.where(field.has > 0, sigma**2 * (1 - rho), sigma**2)
    pull = np.where(field.has > 0, sigma * np.sqrt(rho), 0.0)
    w = 1 / own
    shared = field.precision + diags_array(pull**2 * w) + RIDGE * eye_array(n) + diags_array(1 - field.has)
    corner = diags_array(-pull * w)
    return csc_array(block_array([[diags_array(w), corner], [corner, shared]])), own


def _hessian(mean: Array, prior: csc_array) -> csc_array:
    """Minus the second derivatives at a mode of (effect, shared part, constant)."""
    n = mean.size
    ones, zero = np.arange(n), np.full(n, 2 * n)
    data = np.concatenate([mean, mean, mean, [mean.sum() + RIDGE]])
    rows, columns = np.concatenate([ones, ones, zero, [2 * n]]), np.concatenate([ones, zero, ones, [2 * n]])
    likelihood = coo_array((data, (rows, columns)), shape=(2 * n + 1, 2 * n + 1))
    padded = block_array([[prior, None], [None, csc_array((1, 1))]])
    return csc_array(likelihood + padded)


def _laplace(y: Array, e: Array, field: _Field, rho: float, sigma: float, start: Array) -> tuple[Array, float]:
    """The mode at one point of the grid, and the logarithm of the approximate likelihood there."""
    n = y.size
    prior, own = _prior(field, rho, sigma)
    x = start
    for _ in range(MOST_STEPS):
        mean = e * np.exp(np.clip(x[:n] + x[2 * n], -30, 30))
        slope = np.concatenate([y - mean, np.zeros(n), [(y - mean).sum()]])
        slope[: 2 * n] -= prior @ x[: 2 * n]
        step = splu(_hessian(mean, prior)).solve(slope)
        step *= min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-300))
        x = x + step
        if np.abs(step).max() < 1e-8:
            break
    else:
        raise ChesilError("the smoothing did not settle: look for areas with counts far above what is expected")
    mean = e * np.exp(x[:n] + x[2 * n])
    fit = float((y * (x[:n] + x[2 * n]) - mean).sum())
    field_height = -0.5 * float(x[: 2 * n] @ (prior @ x[: 2 * n])) - 0.5 * float(np.log(own).sum())
    pivots = np.abs(splu(_hessian(mean, prior)).U.diagonal())
    return x, fit + field_height - 0.5 * float(np.log(pivots).sum())


def _averaged(
    y: Array, e: Array, field: _Field, points: list[tuple[float, float]], modes: list[Array], weight: Array
) -> SpatialCounts:
    """The posterior averaged over the grid: means and variances of the logarithm of each ratio."""
    n = y.size
    first, second = np.zeros(n), np.zeros(n)
    chosen = np.vstack([np.eye(n), np.zeros((n, n)), np.ones((1, n))])
    for (rho, sigma), mode, w in zip(points, modes, weight, strict=True):
        if w == 0:
            continue
        log_ratio = mode[:n] + mode[2 * n]
        prior, _ = _prior(field, rho, sigma)
        solved = splu(_hessian(e * np.exp(log_ratio), prior)).solve(chosen)
        variance = np.einsum("ij,ij->j", chosen, solved)
        first += w * log_ratio
        second += w * (log_ratio**2 + variance)
    sd = np.sqrt(np.maximum(second - first**2, 0.0))
    rhos, sigmas = (np.array(a) for a in zip(*points, strict=True))
    by_rho = np.array([weight[np.isclose(rhos, r)].sum() for r in RHO_GRID])
    reach = np.cumsum(by_rho)
    half = float(RHO_GRID[1] - RHO_GRID[0]) / 2
    return SpatialCounts(
        ratio=np.exp(first),
        lower=np.exp(first - 1.959963984540054 * sd),
        upper=np.exp(first + 1.959963984540054 * sd),
        sd_log=sd,
        raw=y / e,
        overall=float(np.exp((weight * np.array([m[2 * n] for m in modes])).sum())),
        spread=float((weight * sigmas).sum()),
        spatial_share=float((weight * rhos).sum()),
        spatial_share_lower=max(float(RHO_GRID[np.searchsorted(reach, 0.025)]) - half, 0.0),
        spatial_share_upper=min(float(RHO_GRID[min(int(np.searchsorted(reach, 0.975)), reach.size - 1)]) + half, 1.0),
    )
