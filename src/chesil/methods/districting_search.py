"""Districting where the groups are too many to list: a plan improved region by region, and a bound by pricing groups.

The plan: the smallest group is merged with a neighbour until all are large enough; regions of a few neighbouring
groups are then parted again, each proved best among all groups of the region, until no region can be improved.

The bound: for any prices p_i of the units, sum p_i + sum over hubs h of min(0, v_h) is at most the cost of any plan,
where v_h is the least of c(S) - p(S) over groups S with hub h (a hub leads one group at most). v_h is found by branch
and bound over the units in order of (s_i d_ih - p_i) / s_i, each partial set bounded by the fractional knapsack of the
units left; sets that do not hang together are set aside at the end. Prices come from the linear relaxation over the
groups known so far, to which the groups found are added (column generation: Gilmore and Gomory, Operations Research
1961; the bound: Lasdon, Optimization Theory for Large Systems, 1970).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from chesil.methods.districting import (
    MOST_GROUPS,
    Bools,
    Districting,
    Districts,
    Floats,
    allowed_groups,
    components,
    group_costs,
    hub_of,
    list_groups,
    plan_cost,
    relaxation,
    solve_listed,
    whole_plan,
)
from chesil.methods.districting_knapsack import knapsack_bound
from chesil.methods.districting_small import are_small, improved_by_regions, quick_plan, region_around, solve_small

Groups = list[tuple[int, ...]]
Tell = Callable[[str, float, float], None]
REGION_UNITS, REGION_GROUPS, REGION_MOST = 26, 5, 40_000
REGION_COLUMNS, REGION_NODES, WHOLE_NODES = 2_500, 200, 4_000
STATES, MOST_STATES = 500, 64_000
"""Partial sets held at once in pricing, at first and at last; where there are more, the best are kept and the bound
falls back to the best that was let go. They grow fourfold when pricing finds little more."""
PER_HUB, NEAR_HUB = 12, 50
PRICE_BOX = 1.5
NEARLY = 0.006
"""Groups whose reduced cost is this share of the bound or less are gathered before a whole plan is chosen."""
WIDE_REGIONS = (10, 24)
WHOLE_COLUMNS = 12_000
GOOD_ENOUGH = 0.005
"""Pricing ends when the bound is this near to the relaxation's value."""


def solve_districting(
    problem: Districting,
    *,
    most: int = MOST_GROUPS,
    rounds: int = 60,
    tell: Tell = lambda step, cost, bound: None,
    stop: Callable[[], bool] = lambda: False,
) -> Districts | None:
    """The best plan found and its bound; None if no plan was found.

    Where units are small beside a group, `districting_small` solves it. Else all groups are listed if there are at
    most `most` (then the plan is proved, and None means that there is none). Else the search runs, with `rounds` of
    pricing at most. `tell` hears of each step with the best cost and bound in hand (infinite where there is none yet);
    when `stop` says so, the best so far is returned.
    """
    if are_small(problem):
        return solve_small(problem, tell=tell, stop=stop)
    tell("listing the groups", np.inf, -np.inf)
    groups = list_groups(problem, most=most)
    if groups is not None:
        tell(f"{len(groups):,} groups are possible; choosing among them", np.inf, -np.inf)
        return solve_listed(problem, groups, group_costs(problem, groups))
    plan = first_plan(problem, tell, stop) or quick_plan(problem, stop)
    if plan is None:
        return None
    return improve_districts(problem, plan, rounds=rounds, tell=tell, stop=stop)


def improve_districts(
    problem: Districting,
    plan: Groups,
    *,
    rounds: int = 60,
    tell: Tell = lambda step, cost, bound: None,
    stop: Callable[[], bool] = lambda: False,
) -> Districts:
    """Improve a plan that keeps the rules region by region, then bound it and try the groups that the bound found."""
    pool = _Pool(problem)
    plan = _improved(problem, plan, pool, tell, stop)
    cost, bound = plan_cost(problem, plan), -np.inf
    counts = (problem.least_groups, problem.most_groups)
    states = STATES
    known = knapsack_bound(problem, cost, stop=stop)
    caps = _price_caps(problem, plan)
    if not stop():
        found, bound = _price(problem, known.prices, 0.0, counts, states)
        bound = max(bound, known.bound)
        pool.add(found)
        caps = np.maximum(known.prices * PRICE_BOX, known.prices.mean() / 10 + 1e-9)
    for k in range(rounds):
        if stop():
            break
        relaxed = relaxation(pool.table(), pool.costs(), counts, caps)
        if relaxed is None:
            break
        caps = np.where(relaxed.short > 1e-6, caps * 2, caps)
        found, lagrangian = _price(problem, relaxed.prices, relaxed.per_group, counts, states)
        bound = max(bound, lagrangian)
        tell(f"bounding, round {k + 1}", cost, bound)
        new = pool.add(found)
        settled = relaxed.short.max() <= 1e-6
        if (settled and bound >= relaxed.bound - GOOD_ENOUGH * abs(relaxed.bound)) or (
            not new and states >= MOST_STATES
        ):
            break
        states = min(MOST_STATES, states * 4) if new < problem.n // 2 else states
    plan = _chosen_from(problem, plan, pool, bound, tell, stop)
    cost = plan_cost(problem, plan)
    return Districts(tuple(sorted(plan)), cost, min(bound, cost), "search by regions; bound by pricing groups")


def _chosen_from(
    problem: Districting, plan: Groups, pool: "_Pool", bound: float, tell: Tell, stop: Callable[[], bool]
) -> Groups:
    """The best plan found among the groups of the pool: of the whole place, then of wide regions, then of narrow ones."""
    counts = (problem.least_groups, problem.most_groups)
    relaxed = None if stop() else relaxation(pool.table(), pool.costs(), counts)
    if relaxed is None:
        return plan
    tell("choosing among the groups found", plan_cost(problem, plan), bound)
    found, _ = _price(
        problem, relaxed.prices, relaxed.per_group + NEARLY * abs(relaxed.bound), counts, STATES, NEAR_HUB
    )
    pool.add(found)  # groups that are not quite worth it, which whole plans often need
    table, costs = pool.table(), pool.costs()
    reduced = costs - table @ relaxed.prices - relaxed.per_group
    few = np.argsort(reduced, kind="stable")[:WHOLE_COLUMNS]
    whole = whole_plan(table[few], costs[few], counts, plan_cost(problem, plan), nodes=WHOLE_NODES)
    if whole is not None and whole[0] < plan_cost(problem, plan):
        plan = [tuple(np.flatnonzero(table[few[c]]).tolist()) for c in whole[1]]
    for most in WIDE_REGIONS:
        tell(f"choosing again in regions of {most} groups", plan_cost(problem, plan), bound)
        plan = _region_by_region(problem, plan, table, costs, most, stop)
    return _improved(problem, plan, pool, tell, stop, bound)


def _region_by_region(
    problem: Districting, plan: Groups, table: Bools, costs: Floats, most: int, stop: Callable[[], bool]
) -> Groups:
    """The plan after every region of so many groups that can be parted better by groups of the table has been."""
    fixed = problem.least_groups is not None or problem.most_groups is not None

    def parted_better(region: Groups) -> Groups | None:
        outside = np.ones(problem.n, dtype=bool)
        outside[[i for g in region for i in g]] = False
        inside = np.flatnonzero(~table[:, outside].any(axis=1))
        now = plan_cost(problem, region)
        number = (len(region), len(region)) if fixed else (None, None)
        units = np.flatnonzero(~outside).tolist()
        return part_among(table[inside], costs[inside], units, number, now - 1e-9 * abs(now))

    return improved_by_regions(problem, plan, most, problem.n, parted_better, stop)


def _price_caps(problem: Districting, plan: Groups) -> Floats:
    """Prices that no unit is likely to reach: thrice its share of its group's cost, by size or by its own travel.

    They keep the first prices from swinging wide, when few groups are known (boxes: Marsten, Hogan and Blankenship,
    Operations Research 1975); a cap in use is doubled.
    """
    caps = np.zeros(problem.n)
    for group in plan:
        members = list(group)
        hub = hub_of(problem, members)
        own = problem.sizes[members] * problem.distances[members, hub]
        share = abs(plan_cost(problem, [group])) * problem.sizes[members] / max(1, problem.sizes[members].sum())
        caps[members] = 3 * np.maximum(own, share)
    return np.maximum(caps, caps.mean() / 10 + 1e-9)


@dataclass(eq=False)
class _Pool:
    """Groups met so far, each once, with their costs."""

    problem: Districting

    def __post_init__(self) -> None:
        self._rows: dict[bytes, float] = {}

    def add(self, groups: Bools) -> int:
        if not len(groups):
            return 0
        before = len(self._rows)
        for row, cost in zip(np.packbits(groups, axis=1), group_costs(self.problem, groups), strict=True):
            self._rows.setdefault(row.tobytes(), float(cost))
        return len(self._rows) - before

    def table(self) -> Bools:
        packed = np.frombuffer(b"".join(self._rows), dtype=np.uint8).reshape(len(self._rows), -1)
        return np.unpackbits(packed, axis=1)[:, : self.problem.n].astype(bool)

    def costs(self) -> Floats:
        return np.array(list(self._rows.values()))


def first_plan(problem: Districting, tell: Tell, stop: Callable[[], bool]) -> Groups | None:
    """A plan that keeps the rules: merged from single units, then mended region by region; None if it is not found."""
    plan = _merged(problem)
    while wrong := [g for g in plan if not _keeps(problem, g)]:
        tell(f"mending {len(wrong)} groups", np.inf, -np.inf)
        trials = ((size, group) for size in (2, 3, 4, 5, 6, 8) for group in wrong)
        mended = next((m for size, group in trials if not stop() and (m := _mended(problem, plan, group, size))), None)
        if mended is None:
            return None
        plan = mended
    return plan


def _keeps(problem: Districting, group: Sequence[int]) -> bool:
    size = int(problem.sizes[list(group)].sum())
    row = np.zeros((1, problem.n), dtype=bool)
    row[0, list(group)] = True
    return problem.low <= size <= problem.high and len(allowed_groups(problem, row)) == 1


def _merged(problem: Districting) -> Groups:
    """Groups that hang together, from single units: the smallest joins the neighbour with which it is cheapest."""
    groups: dict[int, tuple[int, ...]] = {i: (i,) for i in range(problem.n)}
    size = {i: int(problem.sizes[i]) for i in range(problem.n)}
    near = {i: set(np.flatnonzero(problem.touches[i]).tolist()) - {i} for i in range(problem.n)}
    settled: set[int] = set()
    while small := [g for g in groups if size[g] < problem.low and g not in settled]:
        at = min(small, key=lambda g: (size[g], g))
        choices = sorted(
            near[at], key=lambda g: (max(0, size[at] + size[g] - problem.high), _join_cost(problem, groups, at, g), g)
        )
        if not choices:
            settled.add(at)
            continue
        to = choices[0]
        groups[to] = tuple(sorted(groups[to] + groups.pop(at)))
        size[to] += size.pop(at)
        near[to] = (near[to] | near.pop(at)) - {to, at}
        for k in near:
            if at in near[k]:
                near[k] = (near[k] - {at}) | ({to} if k != to else set())
    return sorted(groups.values())


def _join_cost(problem: Districting, groups: dict[int, tuple[int, ...]], one: int, other: int) -> float:
    both = [*groups[one], *groups[other]]
    return float((problem.sizes[both] @ problem.distances[np.ix_(both, both)]).min() / problem.sizes[both].sum())


def _mended(problem: Districting, plan: Groups, group: tuple[int, ...], most_groups: int) -> Groups | None:
    region = region_around(problem, plan, group, most_groups, REGION_UNITS + 10)
    among = [i for g in region for i in g]
    listed = list_groups(problem, among, REGION_MOST * 2)
    if listed is None:
        return None
    parted = part_among(listed, group_costs(problem, listed), among, (None, None), np.inf)
    return sorted([g for g in plan if g not in region] + parted) if parted else None


def part_among(
    listed: Bools, costs: Floats, among: Sequence[int], counts: tuple[int | None, int | None], upper: float
) -> Groups | None:
    """Units parted into listed groups at less than `upper`: the groups of least reduced cost, tried for a while.

    None says only that none was found so soon. `listed` (groups, n) and their `costs`; `among` the units to part.
    """
    units = np.array(sorted(among))
    table = listed[:, units]
    relaxed = relaxation(table, costs, counts) if len(table) and table.any(axis=0).all() else None
    if relaxed is None or relaxed.bound >= upper:
        return None
    reduced = costs - table @ relaxed.prices - relaxed.per_group
    few = np.flatnonzero(reduced <= upper - relaxed.bound)
    few = few[np.argsort(reduced[few], kind="stable")][:REGION_COLUMNS]
    whole = whole_plan(table[few], costs[few], counts, upper, nodes=REGION_NODES)
    return [tuple(units[np.flatnonzero(table[few[k]])].tolist()) for k in whole[1]] if whole else None


def _improved(
    problem: Districting, plan: Groups, pool: _Pool, tell: Tell, stop: Callable[[], bool], bound: float = -np.inf
) -> Groups:
    """The plan after every region that can be parted better has been; the groups met go into the pool."""
    fixed = problem.least_groups is not None or problem.most_groups is not None

    def parted_better(region: Groups) -> Groups | None:
        among = [i for g in region for i in g]
        listed = list_groups(problem, among, REGION_MOST)
        if listed is None:
            return None
        costs, now = group_costs(problem, listed), plan_cost(problem, region)
        counts = (len(region), len(region)) if fixed else (None, None)
        pool.add(listed[np.argsort(costs / listed.sum(axis=1), kind="stable")[:150]])
        return part_among(listed, costs, among, counts, now - 1e-9 * abs(now))

    def say(better: Groups) -> None:
        tell("improving region by region", plan_cost(problem, better), bound)

    plan = improved_by_regions(problem, plan, REGION_GROUPS, REGION_UNITS, parted_better, stop, say)
    rows = np.zeros((len(plan), problem.n), dtype=bool)
    for row, g in zip(rows, plan, strict=True):
        row[list(g)] = True
    pool.add(rows)
    return plan


def _price(
    problem: Districting,
    prices: Floats,
    per_group: float,
    counts: tuple[int | None, int | None],
    states: int,
    per_hub: int = PER_HUB,
) -> tuple[Bools, float]:
    """Groups with reduced cost below nought, and the Lagrangian bound of these prices."""
    worth, found = np.zeros(problem.n), []
    for hub in range(problem.n):
        groups, worth[hub] = price_hub(problem, hub, prices, per_group, states, per_hub)
        found.append(groups)
    total = int(problem.sizes.sum())
    most = min(total // max(problem.low, 1), counts[1] if counts[1] is not None else problem.n)
    least = max(-(-total // max(problem.high, 1)), counts[0] or 0)
    # With `per_group` taken off each group, a plan of k groups costs at least the prices and k times it besides.
    ordered = np.sort(worth)
    bounds = [float(prices.sum() + k * per_group + ordered[:k].sum()) for k in range(least, most + 1)]
    return np.vstack(found), min(bounds)


def price_hub(
    problem: Districting,
    hub: int,
    prices: Floats,
    per_group: float = 0.0,
    states: int = MOST_STATES,
    per_hub: int = PER_HUB,
) -> tuple[Bools, float]:
    """Groups led by a hub with reduced cost below nought (the best few), and a bound on the least reduced cost.

    The bound is that least itself where all partial sets could be held; nought if no group is below it.
    """
    order, cost, size = _candidates(problem, hub, prices, per_group)
    none = np.zeros((0, problem.n), dtype=bool)
    if order is None:
        return none, 0.0
    state = _State(np.array([cost[0]]), np.array([size[0]]), np.ones((1, 1), dtype=bool))
    sizes, costs = np.concatenate([[0], np.cumsum(size[1:])]), np.concatenate([[0.0], np.cumsum(cost[1:])])
    negative = np.concatenate([[0], np.cumsum(np.where(cost[1:] < 0, size[1:], 0))])
    floor = 0.0
    for k in range(1, len(order)):
        with_it = _State(
            state.cost + cost[k], state.size + size[k], np.column_stack([state.members, np.ones(len(state.cost), bool)])
        )
        without = _State(state.cost, state.size, np.column_stack([state.members, np.zeros(len(state.cost), bool)]))
        state = without.and_(with_it)
        room, need = problem.high - state.size, np.maximum(problem.low - state.size, 0)
        free = np.clip(negative[-1] - negative[k], need, np.maximum(room, need))
        reach = sizes[k] + free
        bounds = state.cost + np.interp(reach, sizes, costs) - costs[k]
        keep = (room >= 0) & (reach <= sizes[-1] + 1e-9) & (bounds < -1e-6)
        state, bounds = state.where(keep), bounds[keep]
        if len(bounds) > states:
            best = np.argsort(bounds, kind="stable")
            floor = min(floor, float(bounds[best[states]]))
            state = state.where(np.sort(best[:states]))
        if not len(state.cost):
            return none, floor
    state = state.where(state.size >= problem.low)
    rows = np.zeros((len(state.cost), problem.n), dtype=bool)
    rows[:, order] = state.members
    return _the_best(problem, hub, rows, prices, per_group, floor, per_hub)


def _the_best(
    problem: Districting, hub: int, rows: Bools, prices: Floats, per_group: float, floor: float, per_hub: int
) -> tuple[Bools, float]:
    """Of sets led by a hub, those that are groups and have reduced cost below nought, best first, and the bound."""
    cost = rows @ (problem.sizes * problem.distances[hub] - prices) - per_group
    if problem.pair_costs is not None:
        inside = rows.astype(np.float64)
        cost = cost + ((inside @ problem.pair_costs) * inside).sum(axis=1) / 2
    chosen: list[int] = []
    least = 0.0
    for k in np.argsort(cost, kind="stable"):
        if cost[k] >= -1e-6 or len(chosen) == per_hub:
            break
        members = np.flatnonzero(rows[k]).tolist()
        if len(components(problem.touches, members)) == 1 and len(allowed_groups(problem, rows[k : k + 1])):
            least = least if chosen else float(cost[k])
            chosen.append(int(k))
    return rows[chosen], min(least, floor)


@dataclass(frozen=True, eq=False)
class _State:
    cost: Floats
    size: NDArray[np.int64]
    members: Bools

    def and_(self, other: "_State") -> "_State":
        return _State(
            np.concatenate([self.cost, other.cost]),
            np.concatenate([self.size, other.size]),
            np.vstack([self.members, other.members]),
        )

    def where(self, keep: NDArray[np.int64] | Bools) -> "_State":
        return replace(self, cost=self.cost[keep], size=self.size[keep], members=self.members[keep])


def _candidates(
    problem: Districting, hub: int, prices: Floats, per_group: float
) -> tuple[NDArray[np.int64] | None, Floats, NDArray[np.int64]]:
    """The hub and the units that a group with it and reduced cost below nought may hold, by cost for each person.

    A unit is left out if the fractional knapsack with it forced in is not below nought. Pair costs below nought are
    shared out by halves over the units, which bounds them.
    """
    cost = problem.sizes * problem.distances[hub] - prices
    if problem.pair_costs is not None:
        cost = cost + np.minimum(problem.pair_costs, 0.0).sum(axis=1) / 2
    sizes = problem.sizes.astype(np.int64)
    if sizes[hub] > problem.high:
        return None, cost, sizes
    others = np.array(
        [i for i in range(problem.n) if i != hub and sizes[i] + sizes[hub] <= problem.high], dtype=np.int64
    )
    ratio = cost[others] / np.maximum(sizes[others], 1)
    others = others[np.argsort(ratio, kind="stable")]
    total = np.concatenate([[0], np.cumsum(sizes[others])])
    value = np.concatenate([[0.0], np.cumsum(cost[others])])
    gain = float(sizes[others][cost[others] < 0].sum())
    start = float(cost[hub] - per_group)
    after = sizes[hub] + sizes[others]
    need, room = np.maximum(problem.low - after, 0), problem.high - after
    forced = start + cost[others] + np.interp(np.clip(gain, need, room), total, value)
    kept = others[(forced < -1e-6) & (need <= total[-1])]
    chosen = np.concatenate([[hub], kept]).astype(np.int64)
    alone = problem.low <= sizes[hub]
    if not len(kept) and (not alone or start >= 0):
        return None, cost, sizes
    shown = cost[chosen].copy()
    shown[0] = start
    return chosen, shown, sizes[chosen]
