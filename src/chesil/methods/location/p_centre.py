"""The p-centre problem (vertex version): p sites so that the farthest customer is as near as can be.

    minimise    R   subject to   sum over the sites within R of i of y_j >= 1 for every i,   sum_j y_j = p,   y_j in {0, 1}.

R is one of the costs that occur, so it is found by halving a sorted list of them: at each, the fewest sites that cover
every customer within R are sought (Minieka 1970, SIAM Review 12:138), until p or fewer do. Before HiGHS is asked, rows
and columns that others imply are left out, and a greedy cover and a packing of customers (no two of which share a site)
often answer alone.
"""

from time import perf_counter

import numpy as np
from scipy import sparse

from chesil.methods.location.lagrangian import Array, Flags, Indices
from chesil.methods.location.plan import Fault, LocationPlan, gap_of, no_plan
from chesil.methods.location.solving import Programme, solve


def p_centre(
    costs: Array, p: int, *, must: Flags | None = None, never: Flags | None = None, seconds: float = np.inf
) -> LocationPlan:
    """The p sites for which the greatest cost of any customer is least; `costs` (customers, sites) may be infinite."""
    began = perf_counter()
    n, m = costs.shape
    must = np.zeros(m, dtype=bool) if must is None else must
    never = np.zeros(m, dtype=bool) if never is None else never
    if (must & never).any() or must.sum() > p or (~never).sum() < p or p < 1:
        fault = Fault("sites", abs(p - int((~never).sum())), "sites", f"{p} sites cannot be chosen of those allowed")
        return no_plan((fault,), perf_counter() - began, n)
    levels = np.unique(np.where(never[None, :], np.inf, costs))
    levels = levels[np.isfinite(levels)]
    low, high = 0, levels.size - 1
    least = float(costs[:, ~never].min(axis=1).max())
    low = int(np.searchsorted(levels, least)) if np.isfinite(least) else levels.size
    best: Indices | None = None
    ended = "proved"
    while low <= high:
        middle = (low + high) // 2
        left = seconds - (perf_counter() - began)
        found, how = fewest_cover(costs <= levels[middle], must, never, p, left)
        if how not in ("optimal", "infeasible"):
            ended = how
            break
        if found is not None and found.size <= p:
            best = _filled(found, costs, p, never)
            high = int(np.searchsorted(levels, costs[:, best].min(axis=1).max())) - 1
        else:
            low = middle + 1
    if best is None:
        fault = Fault("reach", 1, "customers", f"no {p} sites serve every customer")
        return no_plan(
            (fault,) if ended == "proved" else (),
            perf_counter() - began,
            n,
            "infeasible" if ended == "proved" else ended,
        )
    ways = costs[:, best]
    objective = float(ways.min(axis=1).max())
    bound = objective if ended == "proved" else float(levels[min(low, levels.size - 1)])
    return LocationPlan(
        tuple(int(j) for j in best), best[ways.argmin(axis=1)], objective, bound, gap_of(objective, bound),
        ended == "proved", ended, perf_counter() - began,
    )  # fmt: skip


def fewest_cover(
    within: Flags, must: Flags, never: Flags, most: int, seconds: float = np.inf
) -> tuple[Indices | None, str]:
    """A set of at most `most` sites (all that must be among them) that covers every customer, or None if there is none.

    Says "optimal" if found, "infeasible" if proved that there is none, else "time" or "interrupted".
    """
    allowed = within & ~never[None, :]
    if not allowed.any(axis=1).all():
        return None, "infeasible"
    left = ~allowed[:, must].any(axis=1) if must.any() else np.ones(within.shape[0], dtype=bool)
    fixed = np.flatnonzero(must)
    rows = np.unique(allowed[left], axis=0)
    greedy = _greedy_cover(rows)
    if fixed.size + greedy.size <= most:
        return np.union1d(fixed, greedy), "optimal"
    if fixed.size + _packing(rows) > most:
        return None, "infeasible"
    columns = np.flatnonzero(rows.any(axis=0))
    programme = Programme(
        cost=np.ones(columns.size), low=np.zeros(columns.size), high=np.ones(columns.size),
        whole=np.ones(columns.size, dtype=bool), rows=sparse.csr_matrix(rows[:, columns].astype(float)),
        row_low=np.ones(rows.shape[0]), row_high=np.full(rows.shape[0], np.inf),
    )  # fmt: skip
    found = solve(programme, seconds=seconds, absolute_gap=1 - 1e-6)
    if found.ended != "optimal" or found.values is None:
        return None, found.ended
    cover = np.union1d(fixed, columns[found.values > 0.5])
    return (cover, "optimal") if cover.size <= most else (None, "infeasible")


def _greedy_cover(rows: Flags) -> Indices:
    """A cover, each time by the site that covers most of those left."""
    left, chosen = rows.copy(), []
    while left.size and left.shape[0]:
        site = int(left.sum(axis=0).argmax())
        chosen.append(site)
        left = left[~left[:, site]]
    return np.array(sorted(chosen), dtype=np.int64)


def _packing(rows: Flags) -> int:
    """A number of customers no two of whom share a site: as many sites are needed at least."""
    count, taken = 0, np.zeros(rows.shape[1], dtype=bool)
    for row in rows[np.argsort(rows.sum(axis=1), kind="stable")]:
        if not (row & taken).any():
            taken |= row
            count += 1
    return count


def _filled(found: Indices, costs: Array, p: int, never: Flags) -> Indices:
    """The cover with further sites up to p, each the nearest of the farthest customer."""
    chosen = list(found)
    while len(chosen) < p:
        farthest = int(np.argmax(costs[:, chosen].min(axis=1))) if chosen else 0
        others = np.array([j for j in np.flatnonzero(~never) if j not in chosen])
        chosen.append(int(others[np.argmin(costs[farthest, others])]))
    return np.array(sorted(chosen), dtype=np.int64)
