"""Exposure to a neighbour: whom each practice would receive if another closed, for every pair at once."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from chesil.methods.checking import refuse

Array = NDArray[np.float64]


def received_if_closed(area: NDArray[np.int64], practice: NDArray[np.int64], patients: Array) -> sparse.csr_matrix:
    """Patients whom practice j would receive if practice p closed, as a matrix (p, j).

    `area`, `practice` (numbers from nought) and `patients` are the flows, one row a pair. Each patient of p chooses as
    the other people of the same area do now, in proportion; people of an area that only p serves choose as p's other
    patients do on the whole. A row adds up to p's list, or to nought where p's patients share no area with another.
    """
    refuse(
        "Exposure cannot be worked out",
        ["flows are below zero or missing" if not (np.isfinite(patients).all() and (patients >= 0).all()) else ""],
    )
    shape = (int(area.max(initial=-1)) + 1, int(practice.max(initial=-1)) + 1)
    flows = sparse.csr_matrix((patients, (area, practice)), shape=shape)
    flows.sum_duplicates()
    cells = flows.tocoo()
    others = np.asarray(flows.sum(axis=1)).ravel()[cells.row] - cells.data
    to_each = np.divide(cells.data, others, out=np.zeros_like(cells.data), where=others > 0)
    leaving = sparse.csr_matrix((to_each, (cells.row, cells.col)), shape=shape)
    received = (leaving.T @ flows).tolil()
    received.setdiag(0.0)
    received = received.tocsr()
    placed = np.asarray(received.sum(axis=1)).ravel()
    lists = np.asarray(flows.sum(axis=0)).ravel()
    up = np.divide(lists, placed, out=np.zeros_like(lists), where=placed > 0)
    return sparse.csr_matrix(sparse.diags(up) @ received)
