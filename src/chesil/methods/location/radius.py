"""The p-median problem by radii: a compact programme for what the bounds have left open.

For customer i let D_i1 < D_i2 < ... be the costs that occur in its row, N_ik the sites within D_ik, and z_ik = 1 if no
site of N_ik is open. Customer i then costs D_i1 + sum_k (D_i,k+1 - D_ik) z_ik (Cornuejols, Nemhauser and Wolsey 1980;
Elloumi 2010, Discrete Applied Mathematics 158:1385):

    minimise    sum_j f_j y_j + sum_i [D_i1 + sum_k (D_i,k+1 - D_ik) z_ik]
    subject to  z_ik + sum over N_ik of y_j >= 1,   sum over the last N_i of y_j >= 1,
                sum_j y_j = p,   y_j in {0, 1},   z_ik >= 0.

Customers with the same N share one z (Garcia, Labbe and Marin 2011, INFORMS Journal on Computing 23:546). The rows of
the last level are what forbids a site that is too far.
"""

import numpy as np
from scipy import sparse

from chesil.methods.location.lagrangian import Array, Flags, Sites
from chesil.methods.location.solving import Programme


def radius_programme(costs: Array, within: Flags, sites: Sites) -> tuple[Programme, float]:
    """The programme over the sites given (columns y, then z), and the part of the cost that no choice can change.

    `within` (customers, sites) marks the sites that may serve each customer; every customer has one.
    """
    n, m = costs.shape
    reach = np.where(within, costs, np.inf)
    order = np.argsort(reach, axis=1, kind="stable")
    ranked = np.take_along_axis(reach, order, axis=1)
    weight_of: dict[bytes, float] = {}
    must_cover: set[bytes] = set()
    for i in range(n):
        last = int(np.isfinite(ranked[i]).sum())
        ends = np.flatnonzero(np.diff(ranked[i, :last]) > 0) + 1
        flags = np.zeros(m, dtype=bool)
        begun = 0
        for end in ends:
            flags[order[i, begun:end]] = True
            begun = int(end)
            key = np.packbits(flags).tobytes()
            weight_of[key] = weight_of.get(key, 0.0) + float(ranked[i, end] - ranked[i, end - 1])
        flags[order[i, begun:last]] = True
        must_cover.add(np.packbits(flags).tobytes())
    keys = sorted(weight_of)
    covers = sorted(must_cover)
    members = np.unpackbits(np.array([np.frombuffer(k, dtype=np.uint8) for k in [*keys, *covers]]), axis=1, count=m)
    shared = sparse.hstack(
        [sparse.csr_matrix(members.astype(float)),
         sparse.vstack([sparse.identity(len(keys)), sparse.csr_matrix((len(covers), len(keys)))])],
    )  # fmt: skip
    number = sparse.csr_matrix(np.concatenate([np.ones(m), np.zeros(len(keys))])[None, :])
    rows = sparse.vstack([shared, number]).tocsr()
    count = len(keys) + len(covers)
    programme = Programme(
        cost=np.concatenate([sites.costs, [weight_of[k] for k in keys]]),
        low=np.concatenate([sites.must.astype(float), np.zeros(len(keys))]),
        high=np.ones(m + len(keys)),
        whole=np.concatenate([np.ones(m, dtype=bool), np.zeros(len(keys), dtype=bool)]),
        rows=rows,
        row_low=np.concatenate([np.ones(count), [float(sites.count)]]),
        row_high=np.concatenate([np.full(count, np.inf), [float(sites.count)]]),
    )
    return programme, float(ranked[:, 0].sum())


def programme_size(costs: Array, within: Flags) -> int:
    """At most how many entries the programme has: the sites within each level of each customer, added up."""
    reach = np.sort(np.where(within, costs, np.inf), axis=1)
    steps = (reach[:, 1:] > reach[:, :-1]) & np.isfinite(reach[:, 1:])
    return int((steps * np.arange(1, reach.shape[1])).sum())
