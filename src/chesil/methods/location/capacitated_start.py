"""Plans of location with capacities from a given set of sites: each customer placed by regret, then moved and swapped."""

import numpy as np

from chesil.methods.location.lagrangian import Array, Flags, Indices

MOST_MOVES = 400


def plan_from_sites(
    costs: Array,
    opening: Array,
    demands: Array,
    capacities: Array,
    sites: Indices,
    prices: Array,
    allowed: Flags,
    must: Flags,
    *,
    free: bool,
) -> tuple[float, Indices] | None:
    """The cost and the site of each customer of a plan on or near `sites`, or None if none was found.

    With `free` the number of sites may change: sites that stay empty and need not be open are closed.
    """
    held = np.unique(np.concatenate([sites, np.flatnonzero(must)]))
    if held.size == 0:
        return None
    best: tuple[float, Indices] | None = None
    for _ in range(6):
        if capacities[held].sum() < demands.sum():
            held = _with_room(held, capacities, demands, allowed) if free else held
        site_of = _placed(costs, demands, capacities, held)
        if site_of is None:
            return best
        site_of = _improved(costs, demands, capacities, held, site_of)
        used = held if not free else np.unique(np.concatenate([site_of, np.flatnonzero(must)]))
        cost = float(costs[np.arange(site_of.size), site_of].sum() + opening[used].sum())
        if best is not None and cost >= best[0] - 1e-9:
            return best
        best = (cost, site_of)
        held = _recentred(costs, opening, demands, capacities, used, site_of, allowed, must)
    return best


def _with_room(held: Indices, capacities: Array, demands: Array, allowed: Flags) -> Indices:
    outside = np.setdiff1d(np.flatnonzero(allowed), held)
    for j in outside[np.argsort(-capacities[outside], kind="stable")]:
        held = np.append(held, j)
        if capacities[held].sum() >= demands.sum():
            break
    return np.sort(held)


def _placed(costs: Array, demands: Array, capacities: Array, held: Indices) -> Indices | None:
    """Each customer at an open site with room, the one that would lose most by waiting first; None if some find none."""
    here = costs[:, held].copy()
    room = capacities[held].astype(float).copy()
    site_of = np.full(demands.size, -1, dtype=np.int64)
    left = np.ones(demands.size, dtype=bool)
    largest = max(float(demands.max()), 1e-12)
    for _ in range(demands.size):
        who = np.flatnonzero(left)
        fits = np.where(demands[who, None] <= room[None, :] + 1e-9, here[who], np.inf)
        ranked = np.sort(fits, axis=1)
        if not np.isfinite(ranked[:, 0]).all():
            return None
        second = ranked[:, 1] if ranked.shape[1] > 1 else np.full(who.size, np.inf)
        regret = np.where(np.isfinite(second), second - ranked[:, 0], 1e12) * (0.3 + demands[who] / largest)
        k = int(np.argmax(regret))
        j = int(np.argmin(fits[k]))
        site_of[who[k]], left[who[k]] = held[j], False
        room[j] -= demands[who[k]]
    return site_of


def _improved(costs: Array, demands: Array, capacities: Array, held: Indices, site_of: Indices) -> Indices:
    """The best single move or swap again and again, while one makes the plan cheaper."""
    n = site_of.size
    position = np.full(costs.shape[1], -1, dtype=np.int64)
    position[held] = np.arange(held.size)
    at = position[site_of]
    here = costs[:, held]
    rows = np.arange(n)
    room = capacities[held].astype(float) - np.bincount(at, demands, held.size)
    for _ in range(MOST_MOVES):
        now = here[rows, at]
        moved = np.where(demands[:, None] <= room[None, :] + 1e-9, here - now[:, None], np.inf)
        moved[rows, at] = 0.0
        swapped = here[:, at] + here[:, at].T - now[:, None] - now[None, :]
        grows = demands[:, None] - demands[None, :]
        fits = (grows <= room[at][None, :] + 1e-9) & (-grows <= room[at][:, None] + 1e-9)
        swapped = np.where(fits & (at[:, None] != at[None, :]), swapped, np.inf)
        i, j = np.unravel_index(int(np.argmin(moved)), moved.shape)
        a, b = np.unravel_index(int(np.argmin(swapped)), swapped.shape)
        if min(moved[i, j], swapped[a, b]) > -1e-9:
            break
        if moved[i, j] <= swapped[a, b]:
            room[at[i]] += demands[i]
            room[j] -= demands[i]
            at[i] = j
        else:
            room[at[a]] += demands[a] - demands[b]
            room[at[b]] += demands[b] - demands[a]
            at[a], at[b] = at[b], at[a]
    return held[at]


def _recentred(
    costs: Array, opening: Array, demands: Array, capacities: Array, used: Indices, site_of: Indices, allowed: Flags, must: Flags,
) -> Indices:  # fmt: skip
    """Each cluster served from the site that serves it cheapest, of those that hold it and are not taken."""
    taken = set(used.tolist())
    for j in used:
        if must[j]:
            continue
        mine = np.flatnonzero(site_of == j)
        if mine.size == 0:
            continue
        cost = costs[mine].sum(axis=0) + opening
        may = allowed & (capacities >= demands[mine].sum())
        may[list(taken - {int(j)})] = False
        may[j] = True
        best = int(np.argmin(np.where(may, cost, np.inf)))
        taken.discard(int(j))
        taken.add(best)
    return np.array(sorted(taken), dtype=np.int64)
