"""Maximal covering: p sites so that most people have one within reach (Church and ReVelle 1974).

    maximise    sum_i a_i z_i   subject to   z_i <= sum over the sites within reach of i of y_j,   sum_j y_j = p,
                y_j in {0, 1},   0 <= z_i <= 1.

Customers within reach of the same sites are one row. The optimum is often met by several sets of sites: compare the
people covered, not the sites.
"""

from time import perf_counter

import numpy as np
from scipy import sparse

from chesil.methods.location.lagrangian import Array, Flags
from chesil.methods.location.plan import Fault, LocationPlan, gap_of, no_plan
from chesil.methods.location.solving import Programme, solve


def maximal_covering(
    within: Flags,
    people: Array,
    p: int,
    *,
    must: Flags | None = None,
    never: Flags | None = None,
    gap: float = 1e-6,
    seconds: float = np.inf,
) -> LocationPlan:
    """The p sites that cover most people; `within` (customers, sites) marks who would be within reach of what.

    `objective` is the people covered, and `bound` the most that could be; `site_of` is -1 for those not covered.
    """
    began = perf_counter()
    n, m = within.shape
    must = np.zeros(m, dtype=bool) if must is None else must
    never = np.zeros(m, dtype=bool) if never is None else never
    if (must & never).any() or must.sum() > p or (~never).sum() < p or p < 1:
        fault = Fault("sites", abs(p - int((~never).sum())), "sites", f"{p} sites cannot be chosen of those allowed")
        return no_plan((fault,), perf_counter() - began, n)
    rows, row_of = np.unique(within & ~never[None, :], axis=0, return_inverse=True)
    weight = np.bincount(np.asarray(row_of).ravel(), weights=people, minlength=rows.shape[0])
    k = rows.shape[0]
    cover = sparse.hstack([sparse.csr_matrix(rows.astype(float)), -sparse.identity(k)])
    number = sparse.csr_matrix(np.concatenate([np.ones(m), np.zeros(k)])[None, :])
    programme = Programme(
        cost=np.concatenate([np.zeros(m), -weight]),
        low=np.concatenate([must.astype(float), np.zeros(k)]),
        high=np.concatenate([1.0 - never, np.ones(k)]),
        whole=np.concatenate([np.ones(m, dtype=bool), np.zeros(k, dtype=bool)]),
        rows=sparse.vstack([cover, number]).tocsr(),
        row_low=np.concatenate([np.zeros(k), [float(p)]]),
        row_high=np.concatenate([np.full(k, np.inf), [float(p)]]),
    )
    found = solve(programme, seconds=seconds, relative_gap=gap)
    if found.values is None:
        return no_plan((), perf_counter() - began, n, found.ended)
    opened = np.flatnonzero(found.values[:m] > 0.5)
    reach = within[:, opened]
    covered = float(people[reach.any(axis=1)].sum())
    bound = max(-found.bound, covered)
    ended = "proved" if found.ended == "optimal" else found.ended
    site_of = np.where(reach.any(axis=1), opened[reach.argmax(axis=1)], -1)
    return LocationPlan(
        tuple(int(j) for j in opened), site_of, covered, bound, gap_of(covered, bound), ended == "proved", ended,
        perf_counter() - began,
    )  # fmt: skip
