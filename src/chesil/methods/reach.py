"""Reach: which destinations can be got to from which origins and at what cost, held densely or as pairs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse

from chesil.methods.checking import as_floats, below_zero, refuse, wrong_at

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Reach:
    """Every pair of origin and destination between which there is a way, by origin and then destination.

    `origin`, `destination` (pairs,) are positions from 0; `cost` (pairs,) is finite and not below nought, in minutes
    unless the caller uses another unit throughout. A pair that is not here has no way.
    """

    origins: int
    destinations: int
    origin: Index
    destination: Index
    cost: Array

    @property
    def pairs(self) -> int:
        return self.cost.size

    def where(self, keep: NDArray[np.bool_]) -> "Reach":
        """The reach with some pairs left out."""
        return Reach(self.origins, self.destinations, self.origin[keep], self.destination[keep], self.cost[keep])

    def within(self, limit: float) -> "Reach":
        """The pairs whose cost is at most the limit (inclusive)."""
        return self if not self.pairs or self.cost.max() <= limit else self.where(self.cost <= limit)

    def by_origin(self, values: Array) -> Array:
        """Sum over each origin's pairs, (origins,); nought for an origin that has none."""
        return np.bincount(self.origin, weights=values, minlength=self.origins).astype(np.float64)

    def by_destination(self, values: Array) -> Array:
        """Sum over each destination's pairs, (destinations,); nought for a destination that has none."""
        return np.bincount(self.destination, weights=values, minlength=self.destinations).astype(np.float64)


def reach_of(costs: "ArrayLike | Reach | object") -> Reach:
    """The reach in a matrix of costs from origins (rows) to destinations (columns).

    Dense: an array, infinite where there is no way. Sparse: a SciPy array or matrix whose *stored* entries are the
    pairs with a way (a stored nought is a way that costs nothing, so do not call `eliminate_zeros`). The matrix need
    not be symmetric: entry (i, j) is the cost of going from origin i to destination j. Raises `InputRefused` for a
    missing or negative cost, a pair given twice, or a table that is not two-dimensional.
    """
    if isinstance(costs, Reach):
        return costs
    if issparse(costs):
        coo = costs.tocoo()  # type: ignore[attr-defined]
        origin, destination = coo.row.astype(np.int64), coo.col.astype(np.int64)
        cost, shape = coo.data.astype(np.float64), coo.shape
        key = origin * shape[1] + destination
        if not (np.diff(key) > 0).all():
            order = np.argsort(key, kind="stable")
            key, origin, destination, cost = key[order], origin[order], destination[order], cost[order]
            refuse("The costs cannot be used", [wrong_at("costs", "holds a pair twice", np.diff(key) == 0)])
        keep = cost < np.inf
    else:
        dense = as_floats("costs", costs)  # type: ignore[arg-type]
        if dense.ndim != 2:
            refuse(
                "The costs cannot be used", [f"`costs` must have origins and destinations; it has {dense.ndim} axes"]
            )
        shape = dense.shape
        refuse(
            "The costs cannot be used", [wrong_at("costs", "is missing", np.isnan(dense)), below_zero("costs", dense)]
        )
        origin, destination = np.nonzero(dense < np.inf)
        return Reach(shape[0], shape[1], origin, destination, dense[origin, destination])
    refuse("The costs cannot be used", [wrong_at("costs", "is missing", np.isnan(cost)), below_zero("costs", cost)])
    return Reach(shape[0], shape[1], origin[keep], destination[keep], cost[keep])


def check_amounts(name: str, amounts: ArrayLike, length: int, whose: str) -> Array:
    """People or supply as an array of floats; refused if of another length, missing, infinite or below nought."""
    values = as_floats(name, amounts)
    if values.shape != (length,):
        refuse(f"`{name}` cannot be used", [f"it has the shape {values.shape}; there are {length} {whose}"])
    wrong = [wrong_at(name, "is missing or not finite", ~np.isfinite(values)), below_zero(name, values)]
    refuse(f"`{name}` cannot be used", wrong)
    return values
