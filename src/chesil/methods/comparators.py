"""Comparators: which units are most alike, and what "best five of ten" shows when nothing differs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chesil.core.errors import ChesilError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Neighbours:
    """For each unit its nearest others, nearest first, with distances (raw, and as a share of the greatest of all)."""

    index: NDArray[np.int64]
    distance: Array
    rebased: Array


def nearest_neighbours(factors: ArrayLike, how_many: int) -> Neighbours:
    """The units closest in standardised factors (Euclidean), as CIPFA's nearest neighbour model has it.

    `factors` (units, factors), no missing values: decide first what a missing one should count as. Ties go to the
    lower index. A tenth neighbour may be far away: show the distances.
    """
    x = np.asarray(factors, dtype=np.float64)
    if x.ndim != 2 or not np.isfinite(x).all():
        raise ChesilError("factors must be a table of finite numbers; a missing one has to be decided on first")
    spread = x.std(axis=0, ddof=1)
    if (spread == 0).any() or not 0 < how_many < len(x):
        raise ChesilError("every factor must vary, and there must be more units than neighbours asked for")
    z = (x - x.mean(axis=0)) / spread
    distance = np.sqrt(((z[:, None, :] - z[None, :, :]) ** 2).sum(axis=2))
    greatest = distance.max()
    np.fill_diagonal(distance, np.inf)
    order = np.argsort(distance, axis=1, kind="stable")[:, :how_many]
    chosen = np.take_along_axis(distance, order, axis=1)
    return Neighbours(order, chosen, chosen / greatest)


def best_five_opportunity(own: ArrayLike, similar: ArrayLike, *, low_is_good: bool = True, best: int = 5) -> Array:
    """How much each unit would change by reaching the mean of the best five of its similar ten; nought if it is there.

    `own` (units,), `similar` (units, ten). Biased as a target: the best five are partly lucky (Dropkin, 2018, J Public
    Health 40). Print it beside `opportunity_by_chance`.
    """
    o, s = np.asarray(own, dtype=np.float64), np.sort(np.asarray(similar, dtype=np.float64), axis=1)
    target = s[:, :best].mean(axis=1) if low_is_good else s[:, -best:].mean(axis=1)
    return np.maximum(o - target if low_is_good else target - o, 0.0)


def opportunity_by_chance(
    rng: np.random.Generator, *, units: int = 100_000, similar: int = 10, best: int = 5
) -> tuple[float, float]:
    """Where no unit truly differs: the share that shows an opportunity, and its mean in standard deviations."""
    drawn = rng.standard_normal((units, similar + 1))
    shown = best_five_opportunity(drawn[:, 0], drawn[:, 1:], best=best)
    return float((shown > 0).mean()), float(shown.mean())
