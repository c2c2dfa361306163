"""Bounds of location with capacities by generating columns: whole sets of customers that one site can hold.

A column is a site j with a set S of customers that fit in it, at cost f_j + sum over S of c_ij. The linear programme

    minimise    sum of the costs of the columns used
    subject to  every customer in a column, each site in at most one (in one, where it must be open), p columns if p is given

has the best bound that `capacitated_bounds` could reach by prices, and finds it in far fewer steps (Ceselli and Righini
2005, Networks 45:125). New columns are the best sets at prices between the programme's own and those of the best bound so
far, which keeps the prices from jumping about (Wentges 1997, International Transactions in Operational Research 4:151).
"""

from dataclasses import dataclass, field
from time import perf_counter

import highspy
import numpy as np

from chesil.methods.location.capacitated_bounds import Case, Grid, Narrowed, chosen_sites, knapsacks
from chesil.methods.location.lagrangian import Array, Indices
from chesil.methods.location.solving import quiet_solver

SMOOTH, LESS = 0.7, 0.1
"""Share of the best prices in those at which columns are sought; by how much it shrinks where these find none."""
MOST_ROUNDS = 600
MISSING = 3.0
"""A customer left out is priced at so many times the dearest cost."""
TINY = 1e-7


@dataclass(frozen=True, eq=False)
class Climbed:
    """A node's bound with its prices, and the programme's answer: each site's share open and each pair's share."""

    bound: float
    prices: Array
    open_share: Array
    pair_share: Array


@dataclass
class Columns:
    """The programme with all columns made so far, for one case. It grows and its bounds change from node to node."""

    case: Case
    solver: highspy.Highs = field(default_factory=quiet_solver)
    sites: list[int] = field(default_factory=list)
    members: list[Indices] = field(default_factory=list)
    known: set[tuple[int, bytes]] = field(default_factory=set)

    def __post_init__(self) -> None:
        n, m = self.case.costs.shape
        solver, inf = self.solver, highspy.kHighsInf
        finite = np.where(np.isfinite(self.case.costs), self.case.costs, 0.0)
        most = inf if finite.min(initial=0.0) >= 0 else 1.0
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        for _ in range(n):
            solver.addRow(1.0, most, 0, [], [])
        p = self.case.p
        solver.addRow(0.0 if p is None else float(p), inf if p is None else float(p), 0, [], [])
        for _ in range(m):
            solver.addRow(0.0, 1.0, 0, [], [])
        dear = MISSING * (float(finite.max(initial=0.0)) + float(np.abs(self.case.opening).max(initial=0.0)) + 1.0)
        for i in range(n):
            solver.addCol(dear, 0.0, inf, 1, [i], [1.0])
        solver.addCol(dear * n, 0.0, inf, 1, [n], [1.0])

    @property
    def first(self) -> int:
        """Number of the first real column: those before stand for customers and sites that are missing."""
        return self.case.costs.shape[0] + 1

    def add(self, site: int, members: Indices) -> bool:
        """Add a column; False if it is there already."""
        key = (site, members.tobytes())
        if key in self.known:
            return False
        self.known.add(key)
        n = self.case.costs.shape[0]
        cost = float(self.case.costs[members, site].sum() + self.case.opening[site])
        rows = np.concatenate([members, [n, n + 1 + site]]).astype(np.int32)
        self.solver.addCol(cost, 0.0, highspy.kHighsInf, rows.size, rows, np.ones(rows.size))
        self.sites.append(site)
        self.members.append(members)
        return True

    def add_plan(self, site_of: Indices) -> None:
        """The columns of a plan."""
        for site in np.unique(site_of):
            self.add(int(site), np.flatnonzero(site_of == site))

    def set_node(self, node: Narrowed) -> None:
        """Only columns of the node's sites and pairs may be used, and its sites that must be open are."""
        n, m = self.case.costs.shape
        count = len(self.sites)
        if count:
            sites = np.array(self.sites)
            owner = np.repeat(np.arange(count), [s.size for s in self.members])
            wrong = ~node.may[np.concatenate(self.members), sites[owner]]
            fits = node.allowed[sites] & (np.bincount(owner, wrong, count) == 0)
            high = np.where(fits, highspy.kHighsInf, 0.0)
            numbers = np.arange(self.first, self.first + count, dtype=np.int32)
            self.solver.changeColsBounds(count, numbers, np.zeros(count), high)
        for site in range(m):
            self.solver.changeRowBounds(n + 1 + site, float(node.must[site]), 1.0)


def climb_by_columns(columns: Columns, grid: Grid, node: Narrowed, limit: float, until: float) -> Climbed:
    """The bound of a node by generating columns, from its prices; ends once it passes `limit` or the time is up."""
    case, solver = columns.case, columns.solver
    n = case.costs.shape[0]
    columns.set_node(node)
    best, centre, smooth = -np.inf, node.prices, SMOOTH
    for round_ in range(MOST_ROUNDS):
        solver.run()
        value = float(solver.getInfo().objective_function_value)
        duals = np.array(solver.getSolution().row_dual)
        while True:
            share = 1.0 if round_ == 0 else smooth
            prices = share * centre + (1 - share) * duals[:n]
            worths, _, sites, inside = knapsacks(case, grid, prices, node)
            chosen = chosen_sites(case, worths, sites, node.must)
            bound = float(prices.sum() + worths[chosen].sum())
            if bound > best:
                best, centre = bound, prices
            added = _add_cheap(columns, sites, inside, duals)
            if added or share == 0.0 or best > limit:
                break
            smooth = max(smooth - LESS, 0.0) if smooth > LESS / 2 else 0.0
            if round_ == 0:
                break
        if best > limit or (round_ and not added) or value - best < 1e-6 * max(1.0, abs(value)):
            break
        if perf_counter() > until:
            break
    return Climbed(max(best, node.bound), centre, *_shares(columns))


def _add_cheap(columns: Columns, sites: Indices, inside: np.ndarray, duals: Array) -> int:
    """Add each site's best set where it would improve the programme; how many were new."""
    case = columns.case
    n = case.costs.shape[0]
    added = 0
    for k, site in enumerate(sites):
        members = np.flatnonzero(inside[:, k])
        cost = case.costs[members, site].sum() + case.opening[site]
        if cost - duals[members].sum() - duals[n] - duals[n + 1 + site] < -TINY * max(1.0, abs(cost)):
            added += columns.add(int(site), members)
    return added


def _shares(columns: Columns) -> tuple[Array, Array]:
    n, m = columns.case.costs.shape
    used = np.array(columns.solver.getSolution().col_value)[columns.first :]
    opened, pairs = np.zeros(m), np.zeros((n, m))
    for k in np.flatnonzero(used > TINY):
        site = columns.sites[int(k)]
        opened[site] += used[k]
        pairs[columns.members[int(k)], site] += used[k]
    return opened, pairs
