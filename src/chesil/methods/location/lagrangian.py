"""Lagrangian bounds of the p-median problem, with the fixing of sites by reduced cost.

Choose p sites j and one of them for every customer i, so that the opening costs f_j and the costs c_ij of serving are
least:

    minimise    sum_j f_j y_j + sum_ij c_ij x_ij
    subject to  sum_j x_ij = 1,   x_ij <= y_j,   sum_j y_j = p,   y_j in {0, 1}.

With a price u_i in place of each customer's "one site" rule, the problem falls apart by site: a site is worth
r_j = f_j + sum_i min(0, c_ij - u_i), and the best sites are the p with the least r_j. Hence

    L(u) = sum_i u_i + (sum of the p least r_j)

is never above the optimum, whatever u (Cornuejols, Fisher and Nemhauser 1977, Management Science 23:789). Prices are
improved by a subgradient with memory. A site outside the p whose opening would raise L(u) to the cost of the best known
plan cannot be part of a better plan, so it is closed for good; one inside whose closing would do so stays open.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

PATIENCE = 8
"""Steps without a better bound after which the step length is halved."""
SHORTEST = 5e-3
"""Step length at which the prices are taken to have settled."""
MEMORY = 0.7
"""Share of the last direction that is kept: it damps the zigzag of a plain subgradient."""


@dataclass(frozen=True, eq=False)
class Sites:
    """The sites still in question: their number in the whole problem, cost of opening, and which must be open.

    `count` of them are open in all, those that must be open among them.
    """

    numbers: Indices
    costs: Array
    must: Flags
    count: int

    def keep(self, which: Flags) -> "Sites":
        return Sites(self.numbers[which], self.costs[which], self.must[which], self.count)

    @property
    def is_settled(self) -> bool:
        """True if no choice is left."""
        return int(self.must.sum()) >= self.count or self.numbers.size <= self.count

    @property
    def settled(self) -> Indices:
        """Numbers of the sites that are open once no choice is left."""
        return self.numbers[self.must] if int(self.must.sum()) >= self.count else self.numbers


@dataclass(frozen=True, eq=False)
class Bound:
    """A lower bound with the prices that give it, each site's worth, the chosen sites and how often each was chosen.

    `length` is the step length at the end: pass it on to go on from here.
    """

    value: float
    prices: Array
    worths: Array
    chosen: Indices
    often: Array
    length: float


def choose(worths: Array, sites: Sites) -> Indices:
    """Positions of the sites with the least sum of worths: all that must be open, then the least others."""
    ranked = np.where(sites.must, -np.inf, worths)
    return np.sort(np.argsort(ranked, kind="stable")[: sites.count])


def improve_bound(
    costs: Array,
    sites: Sites,
    prices: Array,
    target: float,
    steps: int,
    *,
    enough: float = np.inf,
    length: float = 1.5,
    see: Callable[[Indices], float] | None = None,
) -> Bound:
    """The best bound found within `steps` steps from `prices`; `costs` (customers, sites) are finite.

    `target` is the cost of the best known plan: steps are sized to reach it. Ends early once the bound is `enough`. `see`
    is shown the chosen sites after each better bound and returns the cost of the best plan known by then.
    """
    room = np.empty_like(costs)
    ones = np.ones(costs.shape[0])
    best = Bound(-np.inf, prices, sites.costs, np.zeros(0, dtype=np.int64), sites.costs, length)
    often, direction, waited = np.zeros(sites.numbers.size), np.zeros(costs.shape[0]), 0
    for _ in range(steps):
        np.subtract(costs, prices[:, None], out=room)
        np.minimum(room, 0.0, out=room)
        worths = sites.costs + ones @ room
        chosen = choose(worths, sites)
        value = float(prices.sum() + worths[chosen].sum())
        often *= 0.9
        often[chosen] += 0.1
        if value > best.value:
            waited = 0 if value - best.value > 1e-9 * abs(value) else waited + 1
            best = Bound(value, prices, worths, chosen, often, length)
            target = min(target, see(chosen)) if see is not None else target
            if value >= enough:
                break
        else:
            waited += 1
        if waited >= PATIENCE:
            length, waited = length / 2, 0
            prices, direction = best.prices, np.zeros_like(direction)
            if length < SHORTEST:
                break
            continue
        short = 1.0 - (costs[:, chosen] < prices[:, None]).sum(axis=1)
        direction = MEMORY * direction + (1 - MEMORY) * short
        size = float(direction @ direction)
        if size < 1e-12:
            break
        prices = prices + length * max(target - value, 1e-6 * abs(target)) / size * direction
    return replace(best, often=often, length=length)


def fix_sites(bound: Bound, sites: Sites, limit: float) -> tuple[Flags, Flags]:
    """Which sites stay in question, and which must be open, in any plan cheaper than `limit`.

    A site outside the chosen would push out the dearest chosen one; a chosen one would let in the cheapest outside.
    """
    inside = np.zeros(sites.numbers.size, dtype=bool)
    inside[bound.chosen] = True
    free_in, outside = inside & ~sites.must, ~inside
    if not free_in.any() or not outside.any():
        return inside, inside
    dearest, cheapest = float(bound.worths[free_in].max()), float(bound.worths[outside].min())
    close = outside & (bound.value + bound.worths - dearest >= limit)
    open_ = free_in & (bound.value - bound.worths + cheapest >= limit)
    return ~close, sites.must | open_
