"""Lagrangian bounds of location with capacities: a knapsack for each site, and the fixing of pairs by reduced cost.

With a price u_i in place of each customer's "one site" rule, site j may serve whatever set of customers it can hold, and is
worth

    r_j = f_j - max { sum_i (u_i - c_ij) z_i :  sum_i a_i z_i <= q_j,  z_i in {0, 1} }.

L(u) = sum_i u_i + (the p least r_j, or all below nought where p is free) is never above the optimum; its best value is the
bound of the set partition by clusters (Ceselli and Righini 2005, Networks 45:125; Baldacci, Hadjiconstantinou, Maniezzo
and Mingozzi 2002, Computers and Operations Research 29:365). A pair (i, j) whose being used would raise L(u) to the best
plan's cost cannot be in a better plan, nor can a site whose opening would. The knapsacks are solved together, by
capacity; demands that are not small whole numbers are rounded down to a grid, which only relaxes them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chesil.methods.location.capacitated_start import plan_from_sites
from chesil.methods.location.lagrangian import Array, Flags, Indices

FINEST = 512
"""Most steps of the grid of capacities."""
ROUNDS, STEPS, PATIENCE, SHORTEST, MEMORY = 8, 120, 6, 0.01, 0.5
TRY_EVERY = 4
"""A plan is made from the chosen sites after every so many steps."""


@dataclass(frozen=True, eq=False)
class Case:
    """Costs (customers, sites), opening costs, demands, capacities, the number of sites if given, which must and may be open."""

    costs: Array
    opening: Array
    demands: Array
    capacities: Array
    p: int | None
    must: Flags
    may_open: Flags
    least_step: float
    """By how much a better plan must be better: 1 where all costs are whole numbers, else a share of the cost."""


@dataclass(frozen=True, eq=False)
class Narrowed:
    """What is left: pairs that may be used, sites that may and must be open, the best plan, and the bound."""

    may: Flags
    allowed: Flags
    must: Flags
    bound: float
    cost: float
    site_of: Indices | None
    prices: Array


@dataclass(frozen=True, eq=False)
class Grid:
    demands: NDArray[np.int64]
    capacities: NDArray[np.int64]


def narrow(case: Case, may: Flags, allowed: Flags) -> Narrowed:
    """Bound, plan and fix by turns until nothing more is fixed. Every step is valid for plans cheaper than the best."""
    grid = grid_of(case)
    prices = np.where(may, case.costs, np.inf).min(axis=1) + case.opening.mean() / max(case.costs.shape[0] / 8, 1)
    state = Narrowed(may, allowed, case.must, -np.inf, np.inf, None, prices)
    length, left = 1.5, np.inf
    for _ in range(ROUNDS):
        prices, length, state = _climb(case, grid, prices, length, state)
        state = fix_pairs(case, state, state.cost - case.least_step)
        if _is_closed(case, state) or (length < SHORTEST and state.may.sum() > 0.97 * left):
            break
        left = float(state.may.sum())
        length = max(length, 0.1)
    return state


def _is_closed(case: Case, state: Narrowed) -> bool:
    return state.bound > state.cost - case.least_step or not state.may.any()


def grid_of(case: Case) -> Grid:
    """Demands and capacities in whole steps: exact where they are small whole numbers, else a relaxation."""
    both = np.concatenate([case.demands, case.capacities[np.isfinite(case.capacities)]])
    whole = bool((both == np.floor(both)).all())
    step = float(np.gcd.reduce(both[both > 0].astype(np.int64))) if whole and (both > 0).any() else 0.0
    held = np.minimum(case.capacities, case.demands.sum())
    if step == 0.0 or held.max() / step > FINEST:
        step = float(held.max()) / FINEST
    return Grid(np.floor(case.demands / step + 1e-9).astype(np.int64), np.floor(held / step + 1e-9).astype(np.int64))


def _forward(profit: Array, grid: Grid, order: list[int]) -> Array:
    """Best profit of each site within each capacity from the first k customers: (customers + 1, sites, steps + 1)."""
    n, m = profit.shape
    room = int(grid.capacities.max())
    best = np.zeros((n + 1, m, room + 1))
    for k, i in enumerate(order):
        a = int(grid.demands[i])
        best[k + 1] = best[k]
        if a <= room:
            np.maximum(best[k][:, a:], best[k][:, : room + 1 - a] + profit[i][:, None], out=best[k + 1][:, a:])
    return best


def knapsacks(case: Case, grid: Grid, prices: Array, state: Narrowed) -> tuple[Array, Array, Indices, Flags]:
    """Worth of each open site, profits of the pairs, sites in question, and what each site's best set holds."""
    sites = np.flatnonzero(state.allowed)
    profit = np.where(state.may[:, sites], prices[:, None] - case.costs[:, sites], -np.inf)
    some = np.flatnonzero((profit > 0).any(axis=1))
    held = Grid(grid.demands[some], grid.capacities[sites])
    best = _forward(profit[some], held, list(range(some.size)))
    at, column = held.capacities.copy(), np.arange(sites.size)
    worths = case.opening[sites] - best[-1][column, at]
    inside = np.zeros((case.costs.shape[0], sites.size), dtype=bool)
    for k in range(some.size - 1, -1, -1):
        taken = best[k + 1][column, at] > best[k][column, at]
        inside[some[k], taken] = True
        at = np.where(taken, at - held.demands[k], at)
    return worths, profit, sites, inside


def chosen_sites(case: Case, worths: Array, sites: Indices, must: Flags) -> Flags:
    """Sites that are open in the relaxed problem."""
    forced = must[sites]
    if case.p is None:
        return forced | (worths < 0)
    ranked = np.argsort(np.where(forced, -np.inf, worths), kind="stable")[: case.p]
    found = np.zeros(sites.size, dtype=bool)
    found[ranked] = True
    return found


def _climb(case: Case, grid: Grid, prices: Array, length: float, state: Narrowed) -> tuple[Array, float, Narrowed]:
    """Better prices by a subgradient with memory; plans made on the way."""
    best, best_prices, waited = -np.inf, prices, 0
    cost, site_of = state.cost, state.site_of
    direction = np.zeros_like(prices)
    for step in range(STEPS):
        worths, _, sites, inside = knapsacks(case, grid, prices, state)
        chosen = chosen_sites(case, worths, sites, state.must)
        value = float(prices.sum() + worths[chosen].sum())
        if step % TRY_EVERY == 0:
            found = plan_from_sites(
                case.costs, case.opening, case.demands, case.capacities, sites[chosen], prices, state.allowed, case.must,
                free=case.p is None,
            )  # fmt: skip
            if found is not None and found[0] < cost - 1e-9:
                cost, site_of = found
        if value > best + 1e-9 * abs(value):
            waited = 0 if value > best + 1e-5 * abs(value) else waited + 1
            best, best_prices = value, prices
            if best > cost - case.least_step:
                break
        else:
            waited += 1
        if waited >= PATIENCE:
            length, waited, prices = length * 0.6, 0, best_prices
            direction = np.zeros_like(direction)
            if length < SHORTEST:
                break
        short = 1.0 - inside[:, chosen].sum(axis=1)
        direction = MEMORY * direction + (1 - MEMORY) * short
        size = float(direction @ direction)
        if size < 1e-12:
            break
        aim = cost if np.isfinite(cost) else value + 0.05 * abs(value) + 1.0
        prices = prices + length * max(aim - value, 1e-6 * abs(aim)) / size * direction
    bound = max(state.bound, best)
    return best_prices, length, Narrowed(state.may, state.allowed, state.must, bound, cost, site_of, best_prices)


def fix_pairs(case: Case, state: Narrowed, limit: float) -> Narrowed:
    """Pairs and sites that no plan of cost `limit` or less could use, taken out; sites that it must open, kept."""
    if not np.isfinite(limit):
        return state
    limit += 1e-7 * max(1.0, abs(limit))
    grid, prices = grid_of(case), state.prices
    worths, profit, sites, _ = knapsacks(case, grid, prices, state)
    chosen = chosen_sites(case, worths, sites, state.must)
    value = float(prices.sum() + worths[chosen].sum())
    free_in, outside = chosen & ~state.must[sites], ~chosen
    if case.p is None:
        instead, relief = np.zeros(sites.size), np.where(chosen, -worths, 0.0)
    else:
        dearest = float(worths[free_in].max()) if free_in.any() else -np.inf
        cheapest = float(worths[outside].min()) if outside.any() else np.inf
        instead = np.where(outside, dearest, 0.0)
        relief = np.where(chosen, cheapest - worths, 0.0)
    opened = np.where(outside, value + worths - instead, value)
    with_pair = opened[None, :] + _forced(
        profit, Grid(grid.demands, grid.capacities[sites]), worths - case.opening[sites]
    )
    gone = opened > limit
    may = state.may.copy()
    may[:, sites] &= with_pair <= limit
    allowed, must = state.allowed.copy(), state.must.copy()
    allowed[sites[gone]] = False
    may[:, ~allowed] = False
    must[sites[free_in & (value + relief > limit)]] = True
    return Narrowed(may, allowed, must, max(state.bound, value), state.cost, state.site_of, state.prices)


def _forced(profit: Array, grid: Grid, worths: Array) -> Array:
    """By how much each site's worth rises if it must serve a customer: (customers, sites), infinite where it may not.

    `worths` are without opening costs. The best sets without a customer come from those of the customers before and after.
    """
    n, m = profit.shape
    order = list(range(n))
    before, after = _forward(profit, grid, order), _forward(profit, grid, order[::-1])
    room = int(grid.capacities.max())
    steps, column = np.arange(room + 1), np.arange(m)[:, None]
    rises = np.full((n, m), np.inf)
    for i in range(n):
        rest = grid.capacities[:, None] - grid.demands[i] - steps[None, :]
        joint = before[i] + np.where(rest >= 0, after[n - 1 - i][column, np.maximum(rest, 0)], -np.inf)
        rises[i] = -(profit[i] + joint.max(axis=1)) - worths
    return np.where(np.isfinite(profit), rises, np.inf)
