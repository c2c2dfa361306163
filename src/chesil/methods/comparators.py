"""Comparators: which units are most alike, and what "best five of ten" shows when nothing differs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chesil.core.errors import ChesilError
from chesil.methods.checking import Array, as_floats, not_finite, refuse

ROWS_AT_ONCE = 256


@dataclass(frozen=True)
class Neighbours:
    """For each unit its nearest others, nearest first, with distances (raw, and as a share of the greatest of all)."""

    index: NDArray[np.int64]
    distance: Array
    rebased: Array


def nearest_neighbours(factors: ArrayLike, how_many: int, *, of: ArrayLike | None = None) -> Neighbours:
    """The units closest in standardised factors (Euclidean), as CIPFA's nearest neighbour model has it.

    `factors` (units, factors), no missing values: decide first what a missing one should count as. `of` are the
    positions of the units whose neighbours are wanted (all without it); distances are then rebased by the greatest
    distance from any of these. Ties go to the lower index. A tenth neighbour may be far away: show the distances.
    """
    x = as_floats("factors", factors)
    if x.ndim != 2 or not np.isfinite(x).all():
        raise ChesilError("factors must be a table of finite numbers; a missing one has to be decided on first")
    if not 0 < how_many < len(x):
        raise ChesilError(f"{how_many} neighbours cannot be found among {len(x)} units")
    spread = x.std(axis=0, ddof=1)
    if (spread == 0).any():
        raise ChesilError("every factor must vary: one that is the same everywhere tells no unit from another")
    z = (x - x.mean(axis=0)) / spread
    wanted = np.arange(len(x)) if of is None else np.asarray(of, dtype=np.int64)
    if wanted.ndim != 1 or (wanted < 0).any() or (wanted >= len(x)).any():
        raise ChesilError(f"`of` names positions outside 0 to {len(x) - 1}")
    index = np.empty((wanted.size, how_many), dtype=np.int64)
    distance = np.empty((wanted.size, how_many))
    greatest = 0.0
    for start in range(0, wanted.size, ROWS_AT_ONCE):
        rows = wanted[start : start + ROWS_AT_ONCE]
        apart = np.sqrt(((z[rows, None, :] - z[None, :, :]) ** 2).sum(axis=2))
        greatest = max(greatest, float(apart.max()))
        apart[np.arange(rows.size), rows] = np.inf
        order = np.argsort(apart, axis=1, kind="stable")[:, :how_many]
        index[start : start + rows.size] = order
        distance[start : start + rows.size] = np.take_along_axis(apart, order, axis=1)
    return Neighbours(index, distance, distance / greatest if greatest > 0 else distance)


def best_five_opportunity(own: ArrayLike, similar: ArrayLike, *, low_is_good: bool = True, best: int = 5) -> Array:
    """How much each unit would change by reaching the mean of the best five of its similar ten; nought if it is there.

    `own` (units,), `similar` (units, ten). Biased as a target: the best five are partly lucky (Dropkin, 2018, J Public
    Health 40). Print it beside `opportunity_by_chance`.
    """
    o, s = as_floats("own", own), as_floats("similar", similar)
    if s.ndim != 2 or o.shape != s.shape[:1] or not 0 < best <= s.shape[1]:
        raise ChesilError(
            f"own {o.shape} and similar {s.shape} do not belong together, or there are not {best} similar"
        )
    refuse("every unit and its similar ones need a value", [not_finite("own", o), not_finite("similar", s)])
    s = np.sort(s, axis=1)
    target = s[:, :best].mean(axis=1) if low_is_good else s[:, -best:].mean(axis=1)
    return np.maximum(o - target if low_is_good else target - o, 0.0)


def opportunity_by_chance(
    rng: np.random.Generator, *, units: int = 100_000, similar: int = 10, best: int = 5
) -> tuple[float, float]:
    """Where no unit truly differs: the share that shows an opportunity, and its mean in standard deviations."""
    drawn = rng.standard_normal((units, similar + 1))
    shown = best_five_opportunity(drawn[:, 0], drawn[:, 1:], best=best)
    return float((shown > 0).mean()), float(shown.mean())
