"""Interchange: improve a set of sites by the best single swap until none helps (Teitz and Bart 1968).

All swaps are priced at once: opening j saves every customer who is nearer to it, closing r costs its customers the way to
their second nearest or to j, whichever is shorter (Whitaker 1983, INFOR 21:95; Resende and Werneck 2007, European Journal
of Operational Research 174:54).
"""

import numpy as np

from chesil.methods.location.lagrangian import Array, Indices, Sites

MOST_SWAPS = 2_000


def plan_cost(costs: Array, opening: Array, opened: Indices) -> float:
    """Cost of serving every customer from the nearest of the opened sites, with their cost of opening."""
    return float(costs[:, opened].min(axis=1).sum() + opening[opened].sum())


def improve_by_swaps(costs: Array, sites: Sites, opened: Indices) -> tuple[Indices, float]:
    """Positions of a set of sites of the same size that no single swap improves, and its cost; `costs` are finite."""
    opened = np.sort(opened)
    cost = plan_cost(costs, sites.costs, opened)
    for _ in range(MOST_SWAPS):
        change, closing, opening = swap_changes(costs, sites, opened)
        if not change.size or change.min() >= -1e-9 * max(abs(cost), 1.0):
            break
        close, open_ = divmod(int(np.argmin(change)), opening.size)
        opened = np.sort(np.append(np.delete(opened, closing[close]), opening[open_]))
        cost = plan_cost(costs, sites.costs, opened)
    return opened, cost


def swap_changes(costs: Array, sites: Sites, opened: Indices) -> tuple[Array, Indices, Indices]:
    """Change of cost by swap (rows: sites closed, as places in `opened`; columns: positions of the sites opened)."""
    opening = np.setdiff1d(np.arange(sites.numbers.size), opened)
    closing = np.flatnonzero(~sites.must[opened])
    if not opening.size or not closing.size:
        return np.zeros((0, 0)), closing, opening
    ways = costs[:, opened]
    nearest = ways.argmin(axis=1)
    rows = np.arange(costs.shape[0])
    first = ways[rows, nearest]
    ways[rows, nearest] = np.inf
    second = ways.min(axis=1)
    new = costs[:, opening]
    gained = np.minimum(new - first[:, None], 0.0).sum(axis=0)
    lost = np.minimum(np.maximum(new, first[:, None]), second[:, None]) - first[:, None]
    order = np.argsort(nearest, kind="stable")
    served, starts = np.unique(nearest[order], return_index=True)
    change = np.zeros((opened.size, opening.size))
    change[served] = np.add.reduceat(lost[order], starts, axis=0)
    change += gained + sites.costs[opening] - sites.costs[opened][:, None]
    return change[closing], closing, opening
