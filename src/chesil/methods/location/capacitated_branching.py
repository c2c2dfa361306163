"""Branch and bound of location with capacities: bounds by columns, pairs fixed at each node, HiGHS for small remainders.

The node with the least bound is taken first, so that what is left open always tells the bound of the whole. At a node the
bound is raised by columns (`capacitated_columns`), pairs and sites that no plan cheaper than the best could use are taken
out, and plans are made from the sites that the programme uses most. A node with few pairs left goes to HiGHS with the best
plan's cost as its limit; of others, a site that the programme opens in part is opened or closed, or else a customer is
given to or kept from a site (Holmberg, Ronnqvist and Yuan 1999; Ceselli and Righini 2005).
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from time import perf_counter

import numpy as np

from chesil.methods.location.capacitated_bounds import Case, Grid, Narrowed, fix_pairs, grid_of
from chesil.methods.location.capacitated_columns import Climbed, Columns, climb_by_columns
from chesil.methods.location.capacitated_start import plan_from_sites
from chesil.methods.location.lagrangian import Array, Indices

FEW_PAIRS = 900
"""Pairs left up to which HiGHS is quicker than branching."""
MANY_PAIRS = 1600
"""Pairs up to which HiGHS is first asked for a plan of little more than the bound."""
FIRST_STEP = 0.003
"""Share of the bound by which the cost first asked for lies above it."""
NEARLY, TOUCH = 1e-4, 1e-9

Remainder = Callable[[Narrowed, float], tuple[Indices | None, float, str]]
"""Solves what is left of a node for plans of a cost or less: a plan if there is one, the bound, and how it ended."""


@dataclass(frozen=True, eq=False)
class Searched:
    """The best plan, its cost, a bound on every plan, how the search ended, and how many nodes it took."""

    site_of: Indices | None
    cost: float
    bound: float
    ended: str
    nodes: int


def branch(case: Case, root: Narrowed, remainder: Remainder, until: float, tell: Callable[[str], None]) -> Searched:
    """The best plan, proved unless the time ends or Ctrl-C is pressed: then the best so far with the bound by then."""
    columns, grid, number = Columns(case), grid_of(case), count()
    if root.site_of is not None:
        columns.add_plan(root.site_of)
    best, cost, lost, nodes, ended = root.site_of, root.cost, np.inf, 0, "optimal"
    open_nodes = [(root.bound, next(number), root)]
    try:
        root = _asked_first(case, columns, grid, root, remainder, until, tell)
        best, cost = root.site_of, root.cost
        open_nodes = [(root.bound, next(number), root)]
        while open_nodes:
            low, _, node = open_nodes[0]
            if low > cost - case.least_step:
                break
            if perf_counter() > until:
                ended = "time"
                break
            nodes += 1
            tell(f"best {cost:,.0f}, bound {min(low, lost):,.0f}, {len(open_nodes):,} open")
            found = _explored(case, columns, grid, replace(node, cost=cost, site_of=best), remainder, until)
            if found.cost < cost:
                best, cost = found.site_of, found.cost
                if best is not None:
                    columns.add_plan(best)
            heapq.heappop(open_nodes)
            lost = min(lost, found.lost)
            for child in found.children:
                heapq.heappush(open_nodes, (child.bound, next(number), child))
    except KeyboardInterrupt:
        ended = "interrupted"
    bound = min([lost, *(low for low, _, _ in open_nodes), cost])
    if ended == "optimal" and bound < cost - case.least_step:
        ended = "time"
    return Searched(best, cost, bound, "infeasible" if best is None and ended == "optimal" else ended, nodes)


def _asked_first(
    case: Case,
    columns: Columns,
    grid: Grid,
    root: Narrowed,
    remainder: Remainder,
    until: float,
    tell: Callable[[str], None],
) -> Narrowed:
    """The root with its bound raised by asking: is there a plan of this cost or less? Few pairs could be in such a plan.

    If there is, it is the best of all; if not, that cost is a bound, and a higher one is asked for, until many pairs could.
    """
    climbed = climb_by_columns(columns, grid, root, root.cost - case.least_step, until)
    node = _with_plan(case, replace(root, bound=climbed.bound, prices=climbed.prices), climbed)
    step = FIRST_STEP * abs(node.bound) + case.least_step
    while node.bound <= node.cost - case.least_step and perf_counter() < until:
        limit = min(node.cost - case.least_step, node.bound + step)
        left = fix_pairs(case, node, limit)
        if left.may.sum() > MANY_PAIRS:
            break
        tell(f"best {node.cost:,.0f}, bound {node.bound:,.0f}, asking for {limit:,.0f}")
        site_of, _, ended = remainder(left, limit)
        cost = np.inf if site_of is None else _cost_of(case, site_of)
        if cost < node.cost:
            node = replace(node, cost=cost, site_of=site_of)
        if ended not in ("optimal", "infeasible", "cut_off"):
            break
        node = replace(node, bound=min(node.cost, max(node.bound, limit + TOUCH * max(1.0, abs(limit)))))
        step *= 2
    return node


@dataclass(frozen=True, eq=False)
class _Explored:
    """What came of a node: the best plan by then, nodes to explore, and the bound of what was left unexplored."""

    site_of: Indices | None
    cost: float
    children: tuple[Narrowed, ...] = ()
    lost: float = np.inf


def _explored(
    case: Case, columns: Columns, grid: Grid, node: Narrowed, remainder: Remainder, until: float
) -> _Explored:
    climbed = climb_by_columns(columns, grid, node, node.cost - case.least_step, until)
    node = replace(node, bound=climbed.bound, prices=climbed.prices)
    node = _with_plan(case, node, climbed)
    limit = node.cost - case.least_step
    if node.bound > limit:
        return _Explored(node.site_of, node.cost)
    left = fix_pairs(case, node, limit)
    if left.bound > limit or not left.may.any(axis=1).all():
        return _Explored(node.site_of, node.cost)
    if left.may.sum() <= FEW_PAIRS or not _is_split(climbed):
        site_of, bound, ended = remainder(left, limit)
        cost = node.cost if site_of is None else _cost_of(case, site_of)
        if site_of is not None and cost < node.cost:
            node = replace(node, cost=cost, site_of=site_of)
        unproved = ended not in ("optimal", "infeasible", "cut_off")
        return _Explored(node.site_of, node.cost, lost=max(left.bound, bound) if unproved else np.inf)
    return _Explored(node.site_of, node.cost, _children(left, climbed))


def _is_split(climbed: Climbed) -> bool:
    part = climbed.pair_share
    return bool(((part > NEARLY) & (part < 1 - NEARLY)).any())


def _children(node: Narrowed, climbed: Climbed) -> tuple[Narrowed, Narrowed]:
    """Two nodes: a site open or closed; or, where the programme opens whole sites, a customer at a site or not."""
    free = node.allowed & ~node.must
    off = np.abs(np.where(free, climbed.open_share, 0.0) - 0.5)
    site = int(np.argmin(off))
    if off[site] < 0.5 - NEARLY:
        opened, allowed, may = node.must.copy(), node.allowed.copy(), node.may.copy()
        opened[site], allowed[site] = True, False
        may[:, site] = False
        return replace(node, must=opened), replace(node, allowed=allowed, may=may)
    off = np.abs(np.where(node.may, climbed.pair_share, 0.0) - 0.5)
    who, where = np.unravel_index(int(np.argmin(off)), off.shape)
    within, without, opened = node.may.copy(), node.may.copy(), node.must.copy()
    within[who], without[who, where] = False, False
    within[who, where], opened[where] = True, True
    return replace(node, may=within, must=opened), replace(node, may=without)


def _with_plan(case: Case, node: Narrowed, climbed: Climbed) -> Narrowed:
    """The node with a better plan, if one comes of the sites that the programme opens most."""
    ranked = np.argsort(-climbed.open_share, kind="stable")
    size = case.p if case.p is not None else int((climbed.open_share > 0.5).sum())
    found = plan_from_sites(
        case.costs, case.opening, case.demands, case.capacities, np.sort(ranked[: max(size, 1)]), climbed.prices,
        case.may_open, case.must, free=case.p is None,
    )  # fmt: skip
    if found is None or found[0] >= node.cost - 1e-9:
        return node
    return replace(node, cost=found[0], site_of=found[1])


def _cost_of(case: Case, site_of: Indices) -> float:
    used = np.union1d(site_of, np.flatnonzero(case.must))
    here: Array = case.costs[np.arange(site_of.size), site_of]
    return float(here.sum() + case.opening[used].sum())
