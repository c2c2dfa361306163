"""Location with capacities, each customer served whole by one site.

    minimise    sum_j f_j y_j + sum_ij c_ij x_ij
    subject to  sum_j x_ij = 1,   x_ij <= y_j,   sum_i a_i x_ij <= q_j y_j,   sum_j q_j y_j >= sum_i a_i,
                x_ij, y_j in {0, 1},   and for the capacitated p-median also   sum_j y_j = p.

With fixed costs f and no p this is the single-source capacitated location problem (Holmberg, Ronnqvist and Yuan 1999,
European Journal of Operational Research 113:544); with p and f = 0 the capacitated p-median (Osman and Christofides 1994,
International Transactions in Operational Research 1:317). HiGHS solves the programme; the row on the sum of capacities is
implied, but tightens its bounds.
"""

from time import perf_counter

import numpy as np
from scipy import sparse

from chesil.methods.location.lagrangian import Array, Flags
from chesil.methods.location.plan import Fault, LocationPlan, gap_of, no_plan
from chesil.methods.location.solving import Programme, solve


def capacitated_location(
    costs: Array,
    demands: Array,
    capacities: Array,
    *,
    opening: Array | None = None,
    p: int | None = None,
    must: Flags | None = None,
    never: Flags | None = None,
    gap: float = 1e-6,
    seconds: float = np.inf,
) -> LocationPlan:
    """The cheapest sites, and one of them for every customer, so that no site serves more than it can hold.

    `costs` (customers, sites) are of a customer's whole demand, infinite where a site may not serve. Give `opening` costs,
    a number of sites `p`, or both.
    """
    began = perf_counter()
    n, m = costs.shape
    opening = np.zeros(m) if opening is None else opening
    must = np.zeros(m, dtype=bool) if must is None else must
    never = np.zeros(m, dtype=bool) if never is None else never
    faults = capacity_faults(costs, demands, capacities, p, must, never)
    if faults:
        return no_plan(faults, perf_counter() - began, n)
    may = np.isfinite(costs) & ~never[None, :] & (demands[:, None] <= capacities[None, :])
    who, where = np.nonzero(may)
    programme = _programme(costs, demands, capacities, opening, p, must, never, who, where)
    whole = bool((costs[may] == np.floor(costs[may])).all() and (opening == np.floor(opening)).all())
    found = solve(
        programme, seconds=seconds, relative_gap=0.0 if whole else gap, absolute_gap=1 - 1e-6 if whole else 1e-9
    )
    if found.values is None:
        fault = Fault(
            "capacity", 0, "people", "the sites have room enough in all, but whole customers cannot be fitted in"
        )
        infeasible = found.ended == "infeasible"
        return no_plan((fault,) if infeasible else (), perf_counter() - began, n, found.ended)
    opened = np.flatnonzero(found.values[:m] > 0.5)
    site_of = np.full(n, -1, dtype=np.int64)
    taken = found.values[m:] > 0.5
    site_of[who[taken]] = where[taken]
    objective = float(costs[np.arange(n), site_of].sum() + opening[opened].sum())
    proved = found.ended == "optimal"
    bound = objective if proved and whole else min(found.bound, objective)
    return LocationPlan(
        tuple(int(j) for j in opened), site_of, objective, bound, gap_of(objective, bound), proved,
        "proved" if proved else found.ended, perf_counter() - began,
    )  # fmt: skip


def capacity_faults(
    costs: Array, demands: Array, capacities: Array, p: int | None, must: Flags, never: Flags
) -> tuple[Fault, ...]:
    """Rules that cannot be met whatever is chosen, each with how far it falls short."""
    faults = []
    if (must & never).any():
        both = int((must & never).sum())
        faults.append(Fault("fixed", both, "sites", f"{both} sites are both fixed open and forbidden"))
    if p is not None and (must.sum() > p or (~never).sum() < p or p < 1):
        faults.append(
            Fault("sites", abs(p - int((~never).sum())), "sites", f"{p} sites cannot be chosen of those allowed")
        )
    room = np.sort(np.where(never, 0.0, capacities))[::-1]
    held = float(room[: p if p is not None else room.size].sum())
    short = float(demands.sum()) - held
    if short > 1e-9:
        faults.append(Fault("capacity", short, "people", f"the sites hold {held:g}, {short:g} fewer than need a place"))
    fits = np.isfinite(costs) & ~never[None, :]
    largest = np.where(fits, capacities[None, :], -np.inf).max(axis=1)
    for i in np.flatnonzero(largest < demands):
        short = float(demands[i] - largest[i]) if np.isfinite(largest[i]) else float(demands[i])
        faults.append(Fault("capacity", short, "people", f"no site that may serve customer {i} can hold it", int(i)))
    return tuple(faults)


def _programme(
    costs: Array, demands: Array, capacities: Array, opening: Array, p: int | None,
    must: Flags, never: Flags, who: np.ndarray, where: np.ndarray,
) -> Programme:  # fmt: skip
    n, m = costs.shape
    k = who.size
    pair = np.arange(k)
    ones = np.ones(k)
    served = sparse.csr_matrix((ones, (who, m + pair)), shape=(n, m + k))
    linked = sparse.csr_matrix(
        (np.concatenate([ones, -ones]), (np.concatenate([pair, pair]), np.concatenate([m + pair, where]))),
        shape=(k, m + k),
    )
    sites = np.arange(m)
    entries = (
        np.concatenate([demands[who], -capacities]),
        (np.concatenate([where, sites]), np.concatenate([m + pair, sites])),
    )
    filled = sparse.csr_matrix(entries, shape=(m, m + k))
    room = sparse.csr_matrix((capacities, (np.zeros(m, dtype=int), np.arange(m))), shape=(1, m + k))
    number = sparse.csr_matrix((np.ones(m), (np.zeros(m, dtype=int), np.arange(m))), shape=(1, m + k))
    least, most = (float(p), float(p)) if p is not None else (0.0, float(m))
    return Programme(
        cost=np.concatenate([opening, costs[who, where]]),
        low=np.concatenate([must.astype(float), np.zeros(k)]),
        high=np.concatenate([1.0 - never, ones]),
        whole=np.ones(m + k, dtype=bool),
        rows=sparse.vstack([served, linked, filled, room, number]).tocsr(),
        row_low=np.concatenate([np.ones(n), np.full(k + m, -np.inf), [float(demands.sum()), least]]),
        row_high=np.concatenate([np.ones(n), np.zeros(k + m), [np.inf, most]]),
    )
