"""Districting where units are small beside a group: a bound from fractional knapsacks, and the hubs that it favours.

For any prices p_i of the units, no plan of k groups costs less than

    sum_i p_i + the sum of the k least v_h,   v_h = min { sum_i (s_i d_ih + g_i - p_i) x_i : x_h = 1, 0 <= x_i <= 1,
                                                          low <= sum_i s_i x_i <= high }

where g_i is half of what unit i could gain by pair costs below nought. v_h is a fractional knapsack: units are taken in
order of (s_i d_ih + g_i - p_i) / s_i. Hanging together is not asked for, so the bound is that of the problem without it
(Lagrangian relaxation of the capacitated p-median: Mulvey and Beck, European Journal of Operational Research 1984). The
prices climb by the subgradient of Held, Wolfe and Crowder (Mathematical Programming 1974).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chesil.methods.districting import Districting, Floats

STALLED = 15
"""Rounds without a better bound after which the step is halved."""
LEAST_STEP = 2e-3
FORGET = 0.97
"""How much of what led before is remembered from one round to the next."""


@dataclass(frozen=True, eq=False)
class KnapsackBound:
    """The best bound (-inf if stopped at once), its prices, and how much each unit led of late (0 to 1)."""

    bound: float
    prices: Floats
    leads: Floats


def counts_of(problem: Districting) -> range:
    """How many groups a plan can have, by the totals and by the rules."""
    total = int(problem.sizes.sum())
    least = max(-(-total // max(problem.high, 1)), problem.least_groups or 0, 1)
    most = min(total // max(problem.low, 1), problem.n)
    most = most if problem.most_groups is None else min(most, problem.most_groups)
    return range(least, most + 1)


def knapsack_bound(
    problem: Districting,
    upper: float,
    *,
    rounds: int = 400,
    start: Floats | None = None,
    tell: Callable[[float], None] = lambda bound: None,
    stop: Callable[[], bool] = lambda: False,
) -> KnapsackBound:
    """Climb the bound towards `upper`, the cost of a plan in hand or a guess at it; `stop` ends it early.

    `start` are prices to climb from. `bound` is infinite if the totals allow no number of groups.
    """
    counts = counts_of(problem)
    if not counts:
        return KnapsackBound(np.inf, np.zeros(problem.n), np.zeros(problem.n))
    sizes = problem.sizes.astype(np.float64)
    gains = np.zeros(problem.n)
    if problem.pair_costs is not None:
        gains = np.minimum(problem.pair_costs, 0.0).sum(axis=1) / 2
    base = sizes[:, None] * problem.distances + gains[:, None]
    prices = _first_prices(problem, base, counts) if start is None else start
    best, best_prices = -np.inf, prices
    leads = np.zeros(problem.n)
    step, since = 1.0, 0
    for k in range(rounds):
        if stop():
            break
        value, slack, chosen = _at_prices(problem, base, sizes, prices, counts)
        since = 0 if not k or value > best + 1e-5 * abs(best) else since + 1
        if value > best:
            best, best_prices = value, prices
        leads = leads * FORGET
        leads[chosen] += 1 - FORGET
        tell(best)
        norm = float(slack @ slack)
        if norm < 1e-12 or best >= upper - 1e-9 * abs(upper):
            break
        if since >= STALLED:
            step, since, prices = step / 2, 0, best_prices
            if step < LEAST_STEP:
                break
            continue
        prices = prices + step * max(upper - value, 1e-4 * abs(upper)) / norm * slack
    return KnapsackBound(best, best_prices, leads)


def _first_prices(problem: Districting, base: Floats, counts: range) -> Floats:
    """Each unit pays about its share: its cost to the hub as far off as a group's people usually are."""
    nearest = np.sort(problem.distances, axis=1)
    reach = max(1, problem.n // (2 * counts[0]))
    return base.min(axis=1) + problem.sizes * nearest[:, min(reach, problem.n - 1)]


def _at_prices(
    problem: Districting, base: Floats, sizes: Floats, prices: Floats, counts: range
) -> tuple[float, Floats, NDArray[np.int64]]:
    """The bound at these prices, 1 less the times that each unit is taken, and the hubs that lead."""
    n = problem.n
    reduced = (base - prices[:, None]).T.copy()  # one row a hub
    own = np.arange(n)
    start, at_hub = reduced[own, own].copy(), sizes
    ratio = reduced / np.maximum(sizes, 1e-9)
    ratio[own, own] = np.inf
    order = _cheapest(ratio, sizes, problem.high)
    taken = np.take(sizes, order)
    taken[np.take_along_axis(ratio, order, axis=1) == np.inf] = 0.0
    cost = np.take_along_axis(reduced, order, axis=1)
    cost[taken == 0] = 0.0
    before = np.cumsum(taken, axis=1) - taken
    room = np.maximum(problem.high - at_hub, 0)[:, None]
    need = np.maximum(problem.low - at_hub, 0)[:, None]
    limit = np.where(cost < 0, room, need)
    part = np.clip((limit - before) / np.maximum(taken, 1e-9), 0.0, 1.0)
    part[taken == 0] = 0.0
    worth = start + (part * cost).sum(axis=1)
    worth[at_hub > problem.high] = np.inf
    ranked = np.argsort(worth, kind="stable")
    sums = np.cumsum(worth[ranked])
    number = min(counts, key=lambda k: sums[k - 1])
    leads = np.sort(ranked[:number])
    used = np.zeros(n)
    np.add.at(used, order[leads].ravel(), part[leads].ravel())
    used[leads] += 1.0
    return float(prices.sum() + sums[number - 1]), 1.0 - used, leads


def _cheapest(ratio: Floats, sizes: Floats, high: int) -> NDArray[np.int64]:
    """For each hub (row) the units in order of ratio, as many as could ever fill a group."""
    n = ratio.shape[1]
    enough = int(np.searchsorted(np.cumsum(np.sort(sizes)), high, side="right")) + 2
    if enough < n // 2:
        near = np.argpartition(ratio, enough, axis=1)[:, :enough]
        near.sort(axis=1)
        return np.take_along_axis(
            near, np.argsort(np.take_along_axis(ratio, near, axis=1), axis=1, kind="stable"), axis=1
        )
    return np.argsort(ratio, axis=1, kind="stable")


def hubs_from(problem: Districting, leads: Floats, number: int) -> tuple[int, ...]:
    """So many hubs where the rounds led most: each in turn takes the nearest lead that is left, its share of the whole."""
    left = leads.copy() + 1e-9 * problem.sizes / max(1, int(problem.sizes.max()))
    share = float(left.sum()) / number
    order = np.argsort(problem.distances, axis=1, kind="stable")
    far = np.take_along_axis(problem.distances, order, axis=1)
    hubs: list[int] = []
    for _ in range(number):
        held = left[order]
        before = np.cumsum(held, axis=1) - held
        used = np.clip(share - before, 0.0, held)
        spread = (used * far).sum(axis=1) + (share - used.sum(axis=1)) * far.max()
        spread[hubs] = np.inf
        hub = int(np.argmin(spread))
        left[order[hub]] -= used[hub]
        hubs.append(hub)
    return tuple(sorted(hubs))
