"""Smoothing small numbers: towards the whole (empirical Bayes) or towards neighbours (a sparse Gaussian field)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array, csc_array, diags_array
from scipy.sparse.linalg import splu

from chesil.core.errors import ChesilError
from chesil.methods.checking import Array, as_floats


@dataclass(frozen=True)
class Smoothed:
    """Smoothed values with their standard deviations (NaN where the method gives none), beside the raw ones."""

    value: Array
    sd: Array
    raw: Array
    method: str


def empirical_bayes(events: ArrayLike, population: ArrayLike) -> Smoothed:
    """Rates drawn towards the overall rate, the smaller the unit the more (Marshall, 1991, Applied Statistics 40:283).

    Where the rates vary no more than chance would have them, every rate becomes the overall one.
    """
    x, n = as_floats("events", events), as_floats("population", population)
    if (
        x.shape != n.shape
        or x.size == 0
        or not (np.isfinite(x).all() and np.isfinite(n).all())
        or (n <= 0).any()
        or (x < 0).any()
    ):
        raise ChesilError("events and population must be of one shape, finite, with people in every unit")
    overall = x.sum() / n.sum()
    raw = x / n
    spread = (n * (raw - overall) ** 2).sum() / n.sum()
    between = max(spread - overall / n.mean(), 0.0)
    trust = between / (between + overall / n) if overall > 0 else np.zeros_like(n)
    return Smoothed(overall + (raw - overall) * trust, np.full(x.shape, np.nan), raw, "empirical Bayes (Marshall)")


def neighbour_precision(edges: ArrayLike, nodes: int) -> csc_array:
    """The intrinsic autoregressive precision: neighbour counts on the diagonal, -1 for each pair (Besag, 1974).

    `edges` (pairs, 2). An island has a row of noughts.
    """
    given = as_floats("edges", edges)
    if given.size % 2 or not np.isfinite(given).all() or (given != np.floor(given)).any():
        raise ChesilError("edges are pairs of positions, each a whole number from 0")
    pairs = given.astype(np.int64).reshape(-1, 2)
    if pairs.size and (pairs.min() < 0 or pairs.max() >= nodes or (pairs[:, 0] == pairs[:, 1]).any()):
        raise ChesilError("an edge joins two different nodes that are there")
    both = np.unique(np.sort(pairs, axis=1), axis=0)
    ones = np.ones(len(both))
    near = coo_array((ones, (both[:, 0], both[:, 1])), shape=(nodes, nodes)).tocsc()
    near = near + near.T
    return csc_array(diags_array(np.asarray(near.sum(axis=1)).ravel()) - near)


def smooth_by_neighbours(values: ArrayLike, standard_errors: ArrayLike, edges: ArrayLike, *, tau: float) -> Smoothed:
    """Posterior mean and standard deviation of values with known errors under an intrinsic autoregressive field.

    Solves (diag(1/se^2) + tau Q) theta = y/se^2 (Besag, York and Mollie, 1991, Ann Inst Stat Math 43:1). An island
    keeps its own value and error. `tau` is the precision of the field: the larger, the smoother.
    """
    y, se = as_floats("values", values), as_floats("standard_errors", standard_errors)
    if (
        y.ndim != 1
        or y.shape != se.shape
        or not (np.isfinite(y).all() and np.isfinite(se).all())
        or (se <= 0).any()
        or not 0 <= tau < np.inf
    ):
        raise ChesilError(
            "values and standard errors must be of one length and finite, errors above nought, tau not below"
        )
    weight = 1 / se**2
    matrix = csc_array(diags_array(weight) + tau * neighbour_precision(edges, y.size))
    solver = splu(matrix.tocsc())
    mean = solver.solve(weight * y)
    variance = np.diagonal(solver.solve(np.eye(y.size)))
    return Smoothed(mean, np.sqrt(variance), y, "intrinsic autoregression on neighbours")
