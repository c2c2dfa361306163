"""Districting: units into connected groups within bounds of size, at least cost, with a bound that proves how good it is.

The problem. Units i = 1..n have whole sizes s_i, distances d_ij and a graph of who touches whom. A *group* is a set of
units that hang together in the graph and whose size lies within [low, high]. Its cost is

    c(S) = min over h in S of  sum over i in S of  s_i d_ih      (the distance that its people travel to the best hub)
           + sum over pairs i < j in S of  w_ij                  (pair costs, if any)

and a plan puts every unit into exactly one group at least cost in all:

    min sum_S c(S) z_S   subject to   sum over S holding i of z_S = 1 for every i,   z_S in {0, 1}

(set partition; for redistricting: Garfinkel and Nemhauser, Management Science 1970; Mehrotra, Johnson and Nemhauser,
Management Science 1998). Where all groups can be listed the answer is proved by `solve_listed`; where they cannot,
`districting_search` improves a plan and bounds it by generating groups.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MOST_GROUPS = 400_000
"""Groups that are listed whole; beyond, the search takes over."""
FIRST_COLUMNS = 4_000
TOLERANCE = 1e-7
CHUNK = 1 << 22
"""Numbers held at once when costs of many groups are worked out."""


@dataclass(frozen=True, eq=False)
class MeanBounds:
    """The mean of `values` over a group, weighted by `weights` (n,), must lie within [low, high]."""

    values: Floats
    weights: Floats
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Districting:
    """The problem: sizes (n,), distances (n, n), touches (n, n), bounds, and rules; see the module.

    `together` and `apart` are pairs of units that must or must not share a group. `pair_costs` (n, n), symmetric, is
    added for every pair in one group. `least_groups` and `most_groups` bound the number of groups.
    """

    sizes: NDArray[np.int64]
    distances: Floats
    touches: Bools
    low: int
    high: int
    together: tuple[tuple[int, int], ...] = ()
    apart: tuple[tuple[int, int], ...] = ()
    pair_costs: Floats | None = None
    means: tuple[MeanBounds, ...] = ()
    least_groups: int | None = None
    most_groups: int | None = None

    def __post_init__(self) -> None:
        n = len(self.sizes)
        if self.distances.shape != (n, n) or self.touches.shape != (n, n):
            raise ValueError(f"distances and touches must be {n} by {n}")
        if self.low > self.high:
            raise ValueError(f"the bounds cross: at least {self.low:,} and at most {self.high:,}")
        if (self.sizes < 0).any() or self.low < 0:
            raise ValueError("sizes and bounds cannot be below nought")
        if not np.array_equal(self.touches, self.touches.T):
            raise ValueError("touching must go both ways")
        kept = joined_by(n, self.together)
        for a, b in self.apart:
            if kept[a] == kept[b]:
                raise ValueError(f"units {a} and {b} must be kept together and apart")

    @property
    def n(self) -> int:
        return len(self.sizes)


@dataclass(frozen=True, eq=False)
class Districts:
    """A plan: `groups` as sorted tuples of units, its cost, the best cost that any plan could have, and how known.

    `gap` is (cost - bound) / cost. `is_proved` says that the gap is nought within 1e-6 of the cost.
    """

    groups: tuple[tuple[int, ...], ...]
    cost: float
    bound: float
    method: str
    notes: tuple[str, ...] = field(default=())

    @property
    def gap(self) -> float:
        return float(max(0.0, self.cost - self.bound) / abs(self.cost)) if self.cost else 0.0

    @property
    def is_proved(self) -> bool:
        return bool(self.gap <= 1e-6)


def joined_by(n: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """The least unit that each of n units is joined to, directly or through others, by pairs."""
    root = list(range(n))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for a, b in pairs:
        x, y = sorted((find(a), find(b)))
        root[y] = x
    return [find(i) for i in range(n)]


def components(touches: Bools, among: Sequence[int] | None = None) -> list[list[int]]:
    """The parts that hang together, among some units or all, each sorted, in order of their first."""
    left = dict.fromkeys(range(len(touches)) if among is None else sorted(among))
    parts = []
    while left:
        first = next(iter(left))
        del left[first]
        part, edge = [first], [first]
        while edge:
            at = edge.pop()
            new = [j for j in np.flatnonzero(touches[at]).tolist() if j in left]
            for j in new:
                del left[j]
            part += new
            edge += new
        parts.append(sorted(part))
    return parts


def list_groups(
    problem: Districting,
    among: Sequence[int] | None = None,
    most: int = MOST_GROUPS,
    low: int | None = None,
    high: int | None = None,
) -> Bools | None:
    """Every group within the rules as rows of membership (groups, n), or None if there are more than `most`.

    Each connected set is met once: it is grown from its first unit by units that are neighbours for the first time
    (Wernicke, IEEE/ACM Transactions on Computational Biology 2006).
    """  # fmt: skip
    n, low, high = problem.n, problem.low if low is None else low, problem.high if high is None else high
    units = sorted(range(n) if among is None else among)
    inside = sum(1 << i for i in units)
    near = [sum(1 << int(j) for j in np.flatnonzero(problem.touches[i])) & inside & ~(1 << i) for i in range(n)]
    sizes = [int(s) for s in problem.sizes]
    apart = [0] * n
    for a, b in problem.apart:
        apart[a] |= 1 << b
        apart[b] |= 1 << a
    found: list[int] = []
    visited, most_visited = 0, 12 * most
    for first in units:
        if sizes[first] > high:
            continue
        later = inside & ~((1 << (first + 1)) - 1)
        stack = [(1 << first, sizes[first], near[first] & later, (1 << first) | near[first], apart[first])]
        while stack:
            members, size, edge, known, never = stack.pop()
            visited += 1
            if size >= low:
                found.append(members)
            if len(found) > most or visited > most_visited:
                return None
            while edge:
                bit = edge & -edge
                edge ^= bit
                unit = bit.bit_length() - 1
                if size + sizes[unit] > high or never & bit:
                    continue
                reached = edge | (near[unit] & ~known & later)
                stack.append((members | bit, size + sizes[unit], reached, known | near[unit], never | apart[unit]))
    return allowed_groups(problem, _unpacked(found, n))


def _unpacked(masks: Sequence[int], n: int) -> Bools:
    width = (n + 7) // 8
    packed = np.frombuffer(b"".join(m.to_bytes(width, "little") for m in masks), dtype=np.uint8)
    bits = np.unpackbits(packed.reshape(len(masks), width), axis=1, bitorder="little")
    return bits[:, :n].astype(bool)


def allowed_groups(problem: Districting, groups: Bools) -> Bools:
    """The groups that keep pairs together and apart, and means within bounds."""
    kept = np.ones(len(groups), dtype=bool)
    for a, b in problem.together:
        kept &= groups[:, a] == groups[:, b]
    for a, b in problem.apart:
        kept &= ~(groups[:, a] & groups[:, b])
    for mean in problem.means:
        weight = groups @ mean.weights
        value = groups @ (mean.values * mean.weights)
        kept &= (value >= mean.low * weight - 1e-9) & (value <= mean.high * weight + 1e-9)
    return groups[kept]


def group_costs(problem: Districting, groups: Bools) -> Floats:
    """The cost of each group (rows of membership)."""
    travel = problem.sizes[:, None] * problem.distances
    costs = np.empty(len(groups))
    step = max(1, CHUNK // max(1, problem.n))
    for k in range(0, len(groups), step):
        part = groups[k : k + step]
        costs[k : k + step] = np.where(part, part.astype(np.float64) @ travel, np.inf).min(axis=1, initial=np.inf)
        if problem.pair_costs is not None:
            inside = part.astype(np.float64)
            pairs = problem.pair_costs - np.diag(np.diag(problem.pair_costs))
            costs[k : k + step] += ((inside @ pairs) * inside).sum(axis=1) / 2
    return costs


def hub_of(problem: Districting, group: Sequence[int]) -> int:
    """The member to which the group's people travel least in all; ties to the first."""
    members = list(group)
    travel = problem.sizes[members] @ problem.distances[np.ix_(members, members)]
    return members[int(np.argmin(travel))]


def plan_cost(problem: Districting, groups: Sequence[Sequence[int]]) -> float:
    """The cost of a plan, whether or not its groups keep the rules."""
    rows = np.zeros((len(groups), problem.n), dtype=bool)
    for row, group in zip(rows, groups, strict=True):
        row[list(group)] = True
    return float(np.sort(group_costs(problem, rows)).sum())


def solve_listed(
    problem: Districting,
    groups: Bools,
    costs: Floats,
    among: Sequence[int] | None = None,
    upper: float = np.inf,
    counts: tuple[int | None, int | None] | None = None,
    nodes: int = 0,
) -> Districts | None:
    """The best plan from listed groups, proved among them; None if there is none (or none below `upper`).

    `among` are the units to part, else all; `counts` bound the number of groups, else the problem's do. With `nodes`,
    None also if it is not proved within so many nodes of the search.

    Linear relaxation by column generation over the list; groups whose reduced cost exceeds the distance between the
    bound and a plan in hand cannot be in a better plan and are dropped; HiGHS solves what remains.
    """  # fmt: skip
    units = np.arange(problem.n) if among is None else np.array(sorted(among))
    counts = counts or (problem.least_groups, problem.most_groups)
    if not len(groups) or not groups[:, units].any(axis=0).all():
        return None
    table = groups[:, units]
    relaxed = relaxation(table, costs, counts)
    if relaxed is None or relaxed.bound >= upper:
        return None
    reduced = costs - table @ relaxed.prices - relaxed.per_group
    order = np.argsort(reduced, kind="stable")
    best: tuple[float, NDArray[np.int64]] | None = None
    taken = order[:FIRST_COLUMNS]
    if len(order) > FIRST_COLUMNS:
        best = whole_plan(table[taken], costs[taken], counts, upper, nodes, proved_only=bool(nodes))
        best = (best[0], taken[best[1]]) if best else None
    ceiling = min(upper, best[0] if best else np.inf)
    allowed = np.flatnonzero(reduced <= ceiling - relaxed.bound + TOLERANCE * max(1.0, abs(relaxed.bound)))
    if best is None or len(allowed) > len(np.intersect1d(allowed, taken)):
        again = whole_plan(
            table[allowed],
            costs[allowed],
            counts,
            ceiling if best is None else ceiling + 1e-9 * abs(ceiling),
            nodes,
            proved_only=bool(nodes),
        )
        if again is None and nodes:
            return None
        if again and (best is None or again[0] <= best[0]):
            best = (again[0], allowed[again[1]])
    if best is None:
        return None
    chosen = sorted(tuple(units[np.flatnonzero(table[k])].tolist()) for k in best[1])
    cost = float(np.sort(costs[best[1]]).sum())
    return Districts(tuple(chosen), cost, cost, "every group listed; set partition by HiGHS")


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A linear relaxation: its bound, each unit's price, the price of one more group, what went without a group."""

    bound: float
    prices: Floats
    per_group: float
    short: Floats


def relaxation(
    table: Bools, costs: Floats, counts: tuple[int | None, int | None], caps: Floats | None = None
) -> Relaxed | None:
    """The linear relaxation over all listed groups, generating columns; None if it has no solution.

    With `caps` (n,), a unit may go without a group at that price: no price exceeds its cap, `short` says how much of
    each unit went without, and the bound is that of this softer problem.
    """
    n = table.shape[1]
    least, most = counts
    batch = min(FIRST_COLUMNS, max(300, 20 * n))
    # A unit's artificial column costs more than any plan; if one stays in use there is no plan.
    dear = np.full(n, float(np.abs(costs).max() * (n + 1)) * 10 + 1.0) if caps is None else caps
    chosen = np.argsort(costs / np.maximum(table.sum(axis=1), 1), kind="stable")[:batch]
    while True:
        # The last column stands for groups that are missing from the number asked for: it holds no unit.
        body = np.vstack([table[chosen], np.eye(n + 1, n, dtype=bool)]).astype(np.float64)
        weights = np.concatenate([costs[chosen], dear, [dear.max()]])
        number = np.concatenate([np.ones(len(chosen)), np.zeros(n), [1.0]])
        rows = [number] * (most is not None) + [-number] * (least is not None)
        limits = ([] if most is None else [float(most)]) + ([] if least is None else [-float(least)])
        solved = linprog(
            weights, A_eq=csc_array(body.T), b_eq=np.ones(n), A_ub=np.array(rows) if rows else None,
            b_ub=limits or None, bounds=(0, None), method="highs",
        )  # fmt: skip
        if not solved.success:
            return None
        prices = solved.eqlin.marginals
        sides = solved.ineqlin.marginals if rows else np.empty(0)
        per_group = float(sum(s * r[0] for s, r in zip(sides, rows, strict=True)))
        reduced = costs - table @ prices - per_group
        scale = max(1.0, abs(solved.fun))
        worst = np.flatnonzero(reduced < -TOLERANCE * scale / max(n, 1))
        new = worst[np.argsort(reduced[worst], kind="stable")][:batch]
        new = np.setdiff1d(new, chosen)
        if not len(new):
            short = solved.x[len(chosen) :]
            if caps is None and short.max(initial=0.0) > 1e-6:
                return None
            return Relaxed(float(solved.fun), prices, per_group, short[:n])
        chosen = np.union1d(chosen, new)


def whole_plan(
    table: Bools,
    costs: Floats,
    counts: tuple[int | None, int | None],
    upper: float,
    nodes: int = 0,
    other_than: NDArray[np.int64] | None = None,
    proved_only: bool = False,
) -> tuple[float, NDArray[np.int64]] | None:
    """The best whole plan from some groups: its cost and their rows; None if there is none.

    `other_than` are rows of which at least one must be left out. With `nodes`, the best found within so many nodes of
    the search, not proved.
    """
    m = len(table)
    rules = [LinearConstraint(csc_array(table.T.astype(np.float64)), 1, 1)]
    if counts != (None, None):
        rules.append(LinearConstraint(np.ones((1, m)), counts[0] or 0, counts[1] if counts[1] is not None else np.inf))
    if other_than is not None:
        taken = np.zeros((1, m))
        taken[0, other_than] = 1
        rules.append(LinearConstraint(taken, 0, len(other_than) - 1))
    options = {"mip_rel_gap": 0.0} | ({"node_limit": nodes} if nodes else {})
    solved = milp(costs, constraints=rules, integrality=np.ones(m), bounds=Bounds(0, 1), options=options)
    if solved.x is None or (proved_only and solved.status != 0):
        return None
    chosen = np.flatnonzero(solved.x > 0.5)
    cost = float(np.sort(costs[chosen]).sum())
    return (cost, chosen) if cost <= upper + 1e-12 * abs(upper) + 1e-9 or not np.isfinite(upper) else None


def next_best_plan(problem: Districting, groups: Bools, costs: Floats, best: Districts) -> Districts | None:
    """The best plan among listed groups that is not `best`; None if there is no other."""
    counts = (problem.least_groups, problem.most_groups)
    relaxed = relaxation(groups, costs, counts)
    if relaxed is None:
        return None
    reduced = costs - groups @ relaxed.prices - relaxed.per_group
    chosen = {g: k for k, row in enumerate(groups) if (g := tuple(np.flatnonzero(row).tolist())) in set(best.groups)}
    reach = 1.2 * max(best.cost - relaxed.bound, TOLERANCE * max(1.0, abs(best.cost)))
    while True:
        few = np.flatnonzero(reduced <= reach)
        at = np.flatnonzero(np.isin(few, list(chosen.values())))
        whole = whole_plan(groups[few], costs[few], counts, np.inf, other_than=at)
        if whole is not None and (whole[0] - relaxed.bound <= reach or len(few) == len(groups)):
            plan = tuple(sorted(tuple(np.flatnonzero(groups[few[k]]).tolist()) for k in whole[1]))
            return Districts(plan, whole[0], whole[0], "every group listed; the best plan forbidden")
        if len(few) == len(groups):
            return None
        reach *= 2
