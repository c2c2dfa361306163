"""Districting where units are small beside a group: plans from sets of hubs, improved unit by unit and pair by pair.

Hubs that a bound favours are given their units at least cost within the bounds (a transport problem, by HiGHS); parts
that do not hang together are handed to a neighbour; then blocks of units (those to be kept together, else single ones)
move across borders, and two neighbouring groups are parted anew along the line between two better hubs, while that makes
the plan cheaper. People beyond a bound, and pairs to be kept apart that are not, cost `penalty` each until none is left.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

from chesil.methods.districting import Districting, Floats, hub_of, joined_by

Groups = list[tuple[int, ...]]
NEAR_HUBS = 14
PAIRS_TRIED = 12
ROUNDS = 8
LONGEST_CHAIN = 7
PENALTIES = (1.0, 4.0, 16.0, 64.0)
"""Multiples of the mean kilometres at which a person beyond a bound is charged."""


def plan_from_hubs(
    problem: Districting, hubs: Sequence[int], upper: float = np.inf, stop: Callable[[], bool] = lambda: False
) -> Groups | None:
    """A plan led by hubs near to these; None if its groups cannot be made to keep the rules.

    Improvement of the last steps is left out where the transport alone costs 3% more than `upper`.
    """
    hubs = list(hubs)
    owner = _transported(problem, hubs)
    for _ in range(ROUNDS):
        if owner is None:
            return None
        members = [np.flatnonzero(owner == k) for k in range(len(hubs))]
        better = [hub_of(problem, m.tolist()) if len(m) else hubs[k] for k, m in enumerate(members)]
        if better == hubs or stop():
            break
        hubs, owner = better, _transported(problem, better)
    if owner is None:
        return None
    state = _State(problem, _joined_up(problem, owner, hubs))
    if float(np.sum(state.costs)) > 1.03 * upper:
        return None
    return improved_by_moves(problem, state.plan(), stop)


def improved_by_moves(problem: Districting, plan: Groups, stop: Callable[[], bool] = lambda: False) -> Groups | None:
    """The plan after every move and every new parting that makes it cheaper; None if it breaks a rule in the end."""
    owner = np.empty(problem.n, dtype=np.int64)
    for k, group in enumerate(plan):
        owner[list(group)] = k
    state = _State(problem, owner)
    mean = max(abs(float(np.sum(state.costs))) / max(1, int(problem.sizes.sum())), 1e-9)
    for times in PENALTIES:
        state.charge(mean * times)
        while (state.descend(stop) | state.part_anew(stop) | state.hand_on(stop)) and not stop():
            pass
        if not state.is_broken():
            return state.plan()
    return None


def _blocks(problem: Districting) -> list[list[int]]:
    root = joined_by(problem.n, problem.together)
    return [[i for i in range(problem.n) if root[i] == r] for r in sorted(set(root))]


def _transported(problem: Districting, hubs: Sequence[int]) -> NDArray[np.int64] | None:
    """Units to hubs (their places in `hubs`) at least cost within the bounds; None if there is no way."""
    blocks = _blocks(problem)
    hold = np.zeros((len(blocks), problem.n))
    for b, block in enumerate(blocks):
        hold[b, block] = 1.0
    cost = hold @ (problem.sizes[:, None] * problem.distances[:, list(hubs)])
    size = hold @ problem.sizes
    for near in (min(NEAR_HUBS, len(hubs)), len(hubs)):
        chosen = np.argsort(cost, axis=1, kind="stable")[:, :near]
        rows = np.repeat(np.arange(len(blocks)), near)
        cols = chosen.ravel()
        each = np.arange(len(rows))
        once = csr_array((np.ones(len(rows)), (rows, each)), shape=(len(blocks), len(rows)))
        load = csr_array((size[rows], (cols, each)), shape=(len(hubs), len(rows)))
        solved = linprog(
            cost[rows, cols], A_eq=once, b_eq=np.ones(len(blocks)), A_ub=vstack([load, -load]),
            b_ub=np.concatenate([np.full(len(hubs), problem.high), np.full(len(hubs), -problem.low)]).astype(float),
            bounds=(0, None), method="highs",
        )  # fmt: skip
        if solved.success:
            share = np.zeros((len(blocks), len(hubs)))
            share[rows, cols] = solved.x
            owner = np.empty(problem.n, dtype=np.int64)
            for b, block in enumerate(blocks):
                owner[block] = int(np.argmax(share[b]))
            return owner
    return None


def _joined_up(problem: Districting, owner: NDArray[np.int64], hubs: Sequence[int]) -> NDArray[np.int64]:
    """Each group cut down to the part with its hub; what is left over joins the neighbour that costs it least."""
    owner = owner.copy()
    every = _blocks(problem)
    block_of = {i: b for b in every for i in b}
    for k, hub in enumerate(hubs):
        members = np.flatnonzero(owner == k)
        if hub not in members:
            hub = int(members[0]) if len(members) else hub
            owner[block_of[hub]] = k
            members = np.flatnonzero(owner == k)
        _, part = connected_components(csr_array(problem.touches[np.ix_(members, members)]), directed=False)
        owner[members[part != part[np.flatnonzero(members == hub)[0]]]] = -1
    blocks = [b for b in every if (owner[b] == -1).any()]
    for block in blocks:
        owner[block] = -1
    while blocks:
        offers = []
        for block in blocks:
            near = problem.touches[block].any(axis=0)
            for k in sorted(set(owner[near].tolist()) - {-1}):
                offers.append((float(problem.sizes[block] @ problem.distances[block, hubs[k]]), block[0], k, block))
        if not offers:
            owner[[i for b in blocks for i in b]] = 0
            break
        _, _, k, block = min(offers, key=lambda o: o[:3])
        owner[block] = k
        blocks.remove(block)
    return owner


class _State:
    """A plan while it is improved: who is in which group, and each group's size, cost and breaches."""

    def __init__(self, problem: Districting, owner: NDArray[np.int64]) -> None:
        self.problem = problem
        self.travel: Floats = problem.sizes[:, None] * problem.distances
        self.pairs = None
        if problem.pair_costs is not None:
            self.pairs = problem.pair_costs - np.diag(np.diag(problem.pair_costs))
        self.near = [np.flatnonzero(row) for row in problem.touches]
        self.blocks = _blocks(problem)
        self.apart: dict[int, set[int]] = {}
        for a, b in problem.apart:
            self.apart.setdefault(a, set()).add(b)
            self.apart.setdefault(b, set()).add(a)
        self.penalty = 0.0
        self.members = {int(k): set(np.flatnonzero(owner == k).tolist()) for k in np.unique(owner)}
        self.owner = owner.copy()
        self.measured = {k: self.measure(m) for k, m in self.members.items()}

    @property
    def costs(self) -> list[float]:
        return [c for c, _ in self.measured.values()]

    def plan(self) -> Groups:
        return sorted(tuple(sorted(m)) for m in self.members.values())

    def charge(self, penalty: float) -> None:
        self.penalty = penalty

    def is_broken(self) -> bool:
        """Whether a group breaks a rule, does not hang together, or holds some of a block but not all."""
        if any(b > 1e-6 for _, b in self.measured.values()) or not all(map(self.hangs, self.members.values())):
            return True
        return any(len(set(self.owner[block].tolist())) > 1 for block in self.blocks)

    def measure(self, members: set[int]) -> tuple[float, float]:
        """A group's cost, and the people by which it breaks the rules."""
        p, units = self.problem, np.fromiter(sorted(members), dtype=np.int64)
        if not len(units):
            return 0.0, float(p.low)
        cost = float(self.travel[np.ix_(units, units)].sum(axis=0).min())
        if self.pairs is not None:
            cost += float(self.pairs[np.ix_(units, units)].sum()) / 2
        size = int(p.sizes[units].sum())
        broken = float(max(p.low - size, size - p.high, 0))
        for i in members & self.apart.keys():
            broken += float(sum(p.sizes[i] for _ in self.apart[i] & members))
        for mean in p.means:
            weight, value = mean.weights[units].sum(), mean.values[units] @ mean.weights[units]
            over = max(value - mean.high * weight, mean.low * weight - value, 0.0)
            broken += over / max(float(np.ptp(mean.values)), 1e-9) * size / max(float(weight), 1e-9)
        return cost, broken

    def value(self, measured: tuple[float, float]) -> float:
        return measured[0] + self.penalty * measured[1]

    def hangs(self, members: set[int]) -> bool:
        if not members:
            return False
        left = set(members)
        edge = [left.pop()]
        while edge and left:
            at = edge.pop()
            for j in self.near[at].tolist():
                if j in left:
                    left.remove(j)
                    edge.append(j)
        return not left

    def take(self, changed: dict[int, set[int]], measured: dict[int, tuple[float, float]]) -> None:
        for k, members in changed.items():
            self.members[k] = members
            self.owner[list(members)] = k
            self.measured[k] = measured[k]

    def borders(self) -> Iterator[tuple[list[int], int, int]]:
        """Blocks at a border with the group that they are in and one that they touch."""
        for block in self.blocks:
            at = int(self.owner[block[0]])
            others = {int(self.owner[j]) for i in block for j in self.near[i]} - {at}
            for other in sorted(others):
                yield block, at, other

    def descend(self, stop: Callable[[], bool]) -> bool:
        """Blocks moved across borders while that is better; whether any was."""
        any_moved, moved = False, True
        while moved and not stop():
            moved = False
            for block, at, other in list(self.borders()):
                if int(self.owner[block[0]]) != at or not any(
                    int(self.owner[j]) == other for i in block for j in self.near[i]
                ):
                    continue
                changed = {at: self.members[at] - set(block), other: self.members[other] | set(block)}
                if self._better(changed):
                    moved = any_moved = True
        return any_moved

    def _better(self, changed: dict[int, set[int]]) -> bool:
        if not all(changed.values()):
            return False
        before = sum(self.value(self.measured[k]) for k in changed)
        measured = {k: self.measure(m) for k, m in changed.items()}
        after = sum(self.value(m) for m in measured.values())
        if after >= before - 1e-9 * max(1.0, abs(before)) or not all(map(self.hangs, changed.values())):
            return False
        self.take(changed, measured)
        return True

    def part_anew(self, stop: Callable[[], bool]) -> bool:
        """Two neighbouring groups parted along the line between two hubs, while that is better; whether any was."""
        any_parted = False
        touching = sorted({(min(a, b), max(a, b)) for _, a, b in self.borders()})
        for one, other in touching:
            if stop():
                break
            for halves in self._partings(one, other):
                if self._better(halves):
                    any_parted = True
                    break
        return any_parted

    def hand_on(self, stop: Callable[[], bool]) -> bool:
        """A chain of moves from a group that has people to spare, through others, to one that is short; whether any was."""
        any_moved = False
        for end in [k for k, (_, broken) in self.measured.items() if broken > 0]:
            while not stop() and self.measured[end][1] > 0 and any(map(self._better, self._chains(end))):
                any_moved = True
        return any_moved

    def _chains(self, end: int) -> Iterator[dict[int, set[int]]]:
        """Chains of single moves that end in a group too small (or begin in one too large), the cheapest first."""
        small = self._size(end) < self.problem.low
        step: dict[tuple[int, int], tuple[float, list[int]]] = {}
        for block, at, other in self.borders():
            rest, more = self.members[at] - set(block), self.members[other] | set(block)
            cost = self.measure(rest)[0] + self.measure(more)[0] - self.measured[at][0] - self.measured[other][0]
            edge = (other, at) if small else (at, other)  # walked away from `end`
            if rest and cost < step.get(edge, (np.inf, []))[0] and self.hangs(rest):
                step[edge] = (cost, block)
        reached: dict[int, tuple[float, list[int]]] = {end: (0.0, [end])}
        for _ in range(LONGEST_CHAIN):
            for (a, b), (cost, _) in step.items():
                if a in reached and b not in reached[a][1] and reached[a][0] + cost < reached.get(b, (np.inf, []))[0]:
                    reached[b] = (reached[a][0] + cost, [*reached[a][1], b])
        for k in sorted(reached, key=lambda k: (reached[k][0], k)):
            path = reached[k][1]
            if k == end:
                continue
            changed = {g: set(self.members[g]) for g in path}
            for a, b in pairwise(path):
                giver, taker = (b, a) if small else (a, b)
                changed[giver] -= set(step[a, b][1])
                changed[taker] |= set(step[a, b][1])
            yield changed

    def _size(self, k: int) -> int:
        return int(self.problem.sizes[list(self.members[k])].sum())

    def _partings(self, one: int, other: int) -> Iterator[dict[int, set[int]]]:
        """The cheapest partings of two groups by pairs of hubs, blocks in order of how much nearer they are to one."""
        inside = self.members[one] | self.members[other]
        blocks = [b for b in self.blocks if b[0] in inside]
        units = np.array(sorted(inside))
        travel = np.vstack([self.travel[np.ix_(np.array(b), units)].sum(axis=0) for b in blocks])  # (blocks, hubs)
        size = np.array([int(self.problem.sizes[b].sum()) for b in blocks], dtype=np.float64)
        a, b = np.triu_indices(len(units), 1)
        differ = travel[:, a] - travel[:, b]
        order = np.argsort(differ / size[:, None], axis=0, kind="stable")
        to_first = np.cumsum(np.take_along_axis(differ, order, axis=0), axis=0) + travel[:, b].sum(axis=0)
        first = np.cumsum(size[order], axis=0)
        rest = size.sum() - first
        low, high = self.problem.low, self.problem.high
        broken = np.maximum(0, np.maximum(low - first, first - high)) + np.maximum(
            0, np.maximum(low - rest, rest - high)
        )
        total = to_first + self.penalty * (broken + self._not_apart(blocks, size, order))
        cut = np.argmin(total, axis=0)
        best = total[cut, np.arange(len(a))]
        limit = self.value(self.measured[one]) + self.value(self.measured[other]) if self.pairs is None else np.inf
        tried = PAIRS_TRIED * (1 if self.measured[one][1] + self.measured[other][1] <= 0 else 8)
        for k in np.argsort(best, kind="stable")[:tried]:
            if best[k] >= limit:
                break
            half = {i for n in order[: cut[k] + 1, k] for i in blocks[n]}
            if half and half != inside:
                yield {one: half, other: inside - half}

    def _not_apart(self, blocks: list[list[int]], size: Floats, order: NDArray[np.int64]) -> Floats:
        """People of pairs on one side that are to be apart, at each cut of each order (blocks, orders)."""
        people = np.zeros(order.shape)
        at = {i: n for n, block in enumerate(blocks) for i in block}
        where = np.argsort(order, axis=0)
        cuts = np.arange(len(blocks))[:, None]
        for a, b in self.problem.apart:
            if a in at and b in at:
                one, other = where[at[a]], where[at[b]]
                parted = (np.minimum(one, other) <= cuts) & (cuts < np.maximum(one, other))
                people += np.where(parted, 0.0, size[at[a]] + size[at[b]])
        return people
