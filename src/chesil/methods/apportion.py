"""Apportionment: whole numbers that keep a total, by largest remainders."""

import numpy as np
from numpy.typing import NDArray


def round_within(exact: NDArray[np.float64], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Round to whole numbers so that each group keeps the (rounded) sum of its exact values.

    `exact` (n,) is not negative; `group` (n,) numbers the groups from 0. Every value is first rounded down; the
    units still missing go to the largest remainders, ties to the earlier row. Method of largest remainders
    (Hamilton; see Balinski and Young, Fair Representation, 1982).
    """
    floors = np.floor(exact + 1e-9)
    remainder = exact - floors
    n_groups = int(group.max()) + 1 if group.size else 0
    totals = np.rint(np.bincount(group, weights=exact, minlength=n_groups))
    short = (totals - np.bincount(group, weights=floors, minlength=n_groups)).astype(np.int64)
    order = np.lexsort((np.arange(exact.size), -remainder, group))
    starts = np.searchsorted(group[order], np.arange(n_groups))
    rank = np.arange(exact.size) - starts[group[order]]
    result = floors.astype(np.int64)
    result[order] += (rank < short[group[order]]).astype(np.int64)
    return result
