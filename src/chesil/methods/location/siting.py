"""The planner's form: which sites to keep, close, open and extend, under every rule that a planner can name.

Sites j have y_j = 1 if open and e_j = 1 if extended; x_ij is the share of area i that uses site j.

    minimise    one aim: travel sum_ij w_i m_ij x_ij;  cost sum_j (k_j y_j + h_j (1 - y_j) + g_j e_j);
                sites sum_j y_j;  or worst max of the m_ij in use
    subject to  sum_j x_ij = 1,   x_ij <= y_j,   e_j <= y_j
                x_ij = 0 where m_ij > reach, or m_ij > minutes today + longer_by
                sum over the sites within other_reach by the other mode of y_j >= 1, for areas that have such a site
                sum_i a_i x_ij <= q_j y_j + b_j e_j                                            (capacity, extension)
                least_sites <= sum_j y_j <= most_sites
                sum over sites closed, opened or extended of 1 <= most_changes
                locality_least <= sum_j in locality of y_j <= locality_most
                cost <= most_cost,   travel <= most_travel
                at least one site open or closed otherwise than in `not_these`                 (for the second best)
                y_j = 1 where fixed, 0 where forbidden;  x_ij in {0, 1} if areas are whole, else [0, 1].

Pairs far from the nearest sites are first left out: in their place each area may go to "somewhere farther" at the cost of
its nearest pair left out, taking no room there. That is a relaxation, so a plan that sends nobody farther is optimal for
the whole problem; else the areas that went farther are given twice as many sites, until none does. One aim is optimised
with bounds on the others (epsilon-constraint; Haimes, Lasdon and Wismer 1971, IEEE Transactions SMC 1:296).
"""

from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from chesil.methods.location.lagrangian import Array, Flags
from chesil.methods.location.plan import gap_of
from chesil.methods.location.solving import Programme, Solved, solve

AIMS = ("travel", "cost", "worst", "sites")
FIRST_NEAREST = 12
"""Sites that an area may use in the first, relaxed programme."""


@dataclass(frozen=True, eq=False)
class SitingProblem:
    """Areas (rows), sites (columns) and what each would cost. Shapes: areas (n,), sites (m,), travel (n, m).

    `travel` is in minutes, infinite where there is no way; `weights` are people times need or whatever travel is weighted
    by; `load` is the room an area needs, in the unit of `capacity` (infinite where it is unknown) and `extension`.
    `now` is each area's minutes today. `cost_open`, `cost_closed` and `cost_extended` are pounds a year in each state.
    `locality` numbers the locality of each site, -1 for none.
    """

    travel: Array
    weights: Array
    load: Array
    now: Array
    is_open: Flags
    must: Flags
    never: Flags
    capacity: Array
    extension: Array
    cost_open: Array
    cost_closed: Array
    cost_extended: Array
    locality: NDArray[np.int64]
    other_travel: Array | None = None


@dataclass(frozen=True)
class SitingRules:
    """The rules of a plan; infinite or -1 where there is none."""

    reach: float = np.inf
    other_reach: float = np.inf
    longer_by: float = np.inf
    least_sites: int = 0
    most_sites: float = np.inf
    most_changes: float = np.inf
    locality_least: tuple[int, ...] = ()
    locality_most: tuple[float, ...] = ()
    most_cost: float = np.inf
    most_travel: float = np.inf
    whole_areas: bool = False
    not_these: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class SitingPlan:
    """A plan, its value by each aim, and how far it is proved for the aim it was made for.

    `share` (areas, sites) is the share of each area that uses each site. `ended` is "proved", "infeasible", "time" or
    "interrupted". `bound` and `gap` are of the aim's value.
    """

    aim: str
    opened: tuple[int, ...]
    extended: tuple[int, ...]
    share: Array
    values: dict[str, float]
    bound: float
    gap: float
    is_proved: bool
    ended: str
    seconds: float

    @property
    def is_feasible(self) -> bool:
        return bool(self.opened)

    @property
    def objective(self) -> float:
        return self.values.get(self.aim, float("inf"))


def eased(rules: SitingRules, rule: str, value: float) -> SitingRules:
    """The rules with one number replaced."""
    return replace(rules, **{rule: value})  # type: ignore[arg-type]


def allowed_pairs(problem: SitingProblem, rules: SitingRules) -> Flags:
    """Which sites may serve which areas (areas, sites)."""
    farthest = np.minimum(rules.reach, problem.now + rules.longer_by)
    return np.isfinite(problem.travel) & (problem.travel <= farthest[:, None] + 1e-9) & ~problem.never[None, :]


def plan_sites(
    problem: SitingProblem, rules: SitingRules, aim: str = "travel", *, gap: float = 1e-6, seconds: float = np.inf
) -> SitingPlan:
    """The best plan by one aim under the rules; `siting_faults` says why where there is none."""
    began = perf_counter()
    if aim == "worst":
        return _least_worst(problem, rules, gap, began, seconds)
    may = allowed_pairs(problem, rules)
    nearest = np.full(problem.travel.shape[0], FIRST_NEAREST)
    ranks = np.argsort(np.argsort(np.where(may, problem.travel, np.inf), axis=1, kind="stable"), axis=1, kind="stable")
    while True:
        pairs = may & (ranks < nearest[:, None])
        left = seconds - (perf_counter() - began)
        built = build(problem, rules, pairs, may, aim)
        found = solve(built.programme, seconds=left, relative_gap=gap, absolute_gap=1e-9)
        if found.values is None:
            return _none(problem, aim, found.ended, perf_counter() - began)
        farther = built.farther(found.values) > 1e-7
        if not farther.any():
            return _plan(problem, rules, built, found, aim, perf_counter() - began)
        if found.ended != "optimal":
            return _none(problem, aim, found.ended, perf_counter() - began)
        nearest = np.where(farther, nearest * 2, nearest)


def value_of(problem: SitingProblem, opened: Flags, extended: Flags, share: Array) -> dict[str, float]:
    """The value of a plan by every aim."""
    used = share > 1e-9
    finite = np.where(used, problem.travel, 0.0)
    cost = np.where(opened, problem.cost_open, problem.cost_closed).sum() + problem.cost_extended[extended].sum()
    return {
        "travel": float((problem.weights[:, None] * finite * np.where(used, share, 0.0)).sum()),
        "cost": float(cost),
        "worst": float(finite.max()),
        "sites": float(opened.sum()),
    }


@dataclass(frozen=True, eq=False)
class Built:
    """A programme with where its columns stand: y, e, x by pair, then one "farther" by area, then any slack."""

    programme: Programme
    who: NDArray[np.int64]
    where: NDArray[np.int64]
    areas: int
    sites: int
    constant: float

    def farther(self, values: Array) -> Array:
        begins = 2 * self.sites + self.who.size
        return values[begins : begins + self.areas]


def build(problem: SitingProblem, rules: SitingRules, pairs: Flags, may: Flags, aim: str, elastic: str = "") -> Built:
    """The programme over some pairs of those that may be. `elastic` names a rule that may give way; its slack is the aim."""
    n, m = problem.travel.shape
    who, where = np.nonzero(pairs)
    k = who.size
    minutes = problem.weights[who] * problem.travel[who, where]
    beyond = np.where(may & ~pairs, problem.travel, np.inf).min(axis=1)
    has_beyond = np.isfinite(beyond)
    far_cost = np.where(has_beyond, problem.weights * np.where(has_beyond, beyond, 0.0), 0.0)
    switch = problem.cost_open - problem.cost_closed
    slack_count = {"capacity": m, "locality": 2 * len(rules.locality_least), "fixed": m}.get(
        elastic, 1 if elastic else 0
    )
    total = 2 * m + k + n + slack_count
    y, e, x, far, slack = 0, m, 2 * m, 2 * m + k, 2 * m + k + n
    cost_row = np.concatenate([switch, problem.cost_extended, np.zeros(k + n + slack_count)])
    travel_row = np.concatenate([np.zeros(2 * m), minutes, far_cost, np.zeros(slack_count)])
    sites_row = np.concatenate([np.ones(m), np.zeros(total - m)])
    change_row = np.concatenate([np.where(problem.is_open, -1.0, 1.0), np.ones(m), np.zeros(total - 2 * m)])
    slack_row = np.concatenate([np.zeros(slack), np.ones(slack_count)])
    closed_cost = float(problem.cost_closed.sum())

    blocks: list[sparse.csr_matrix] = []
    lows: list[Array] = []
    highs: list[Array] = []

    def add(rows: list, cols: list, vals: list, count: int, low: Array | float, high: Array | float) -> None:
        shape = (count, total)
        blocks.append(
            sparse.csr_matrix((np.concatenate(vals), (np.concatenate(rows), np.concatenate(cols))), shape=shape)
        )
        lows.append(np.broadcast_to(np.asarray(low, dtype=float), count))
        highs.append(np.broadcast_to(np.asarray(high, dtype=float), count))

    def add_row(row: Array, low: float, high: float, give: str = "") -> None:
        row = row.copy()
        if give and give == elastic:
            row[slack] = -1.0 if np.isfinite(high) else 1.0
        blocks.append(sparse.csr_matrix(row[None, :]))
        lows.append(np.array([low]))
        highs.append(np.array([high]))

    each, pair, site = np.arange(n), np.arange(k), np.arange(m)
    add([who, each], [x + pair, far + each], [np.ones(k), np.ones(n)], n, 1.0, 1.0)
    add([pair, pair], [x + pair, y + where], [np.ones(k), -np.ones(k)], k, -np.inf, 0.0)
    if (problem.extension > 0).any():
        add([site, site], [e + site, y + site], [np.ones(m), -np.ones(m)], m, -np.inf, 0.0)
    capped = np.flatnonzero(np.isfinite(problem.capacity))
    if capped.size:
        number = np.full(m, -1)
        number[capped] = np.arange(capped.size)
        own = number[where] >= 0
        rows = [number[where[own]], np.arange(capped.size), np.arange(capped.size)]
        cols = [x + pair[own], y + capped, e + capped]
        vals = [problem.load[who[own]], -problem.capacity[capped], -problem.extension[capped]]
        if elastic == "capacity":
            rows, cols, vals = [*rows, np.arange(capped.size)], [*cols, slack + capped], [*vals, -np.ones(capped.size)]
        add(rows, cols, vals, capped.size, -np.inf, 0.0)
    if problem.other_travel is not None and np.isfinite(rules.other_reach):
        near = (problem.other_travel <= rules.other_reach + 1e-9) & ~problem.never[None, :]
        rows_near = np.unique(near[near.any(axis=1)], axis=0)
        if rows_near.size:
            blocks.append(
                sparse.hstack(
                    [sparse.csr_matrix(rows_near.astype(float)), sparse.csr_matrix((rows_near.shape[0], total - m))]
                )
            )
            lows.append(np.ones(rows_near.shape[0]))
            highs.append(np.full(rows_near.shape[0], np.inf))
    if rules.least_sites > 0:
        add_row(sites_row, float(rules.least_sites), np.inf, "least_sites")
    if np.isfinite(rules.most_sites):
        add_row(sites_row, -np.inf, float(rules.most_sites), "most_sites")
    if np.isfinite(rules.most_changes):
        add_row(change_row, -np.inf, float(rules.most_changes) - float(problem.is_open.sum()), "most_changes")
    for number_, (least, most) in enumerate(zip(rules.locality_least, rules.locality_most, strict=True)):
        row = np.concatenate([(problem.locality == number_).astype(float), np.zeros(total - m)])
        if elastic == "locality":
            row[slack + 2 * number_], row[slack + 2 * number_ + 1] = 1.0, -1.0
        blocks.append(sparse.csr_matrix(row[None, :]))
        lows.append(np.array([float(least)]))
        highs.append(np.array([float(most)]))
    if np.isfinite(rules.most_cost):
        add_row(cost_row, -np.inf, rules.most_cost - closed_cost, "most_cost")
    if np.isfinite(rules.most_travel):
        add_row(travel_row, -np.inf, rules.most_travel, "most_travel")
    if rules.not_these:
        ours = np.zeros(total)
        ours[:m] = 1.0
        ours[list(rules.not_these)] = -1.0
        add_row(ours, 1.0 - len(rules.not_these), np.inf)
    low = np.zeros(total)
    low[:m] = problem.must
    if elastic == "fixed":
        low[:m] = 0.0
        forced = np.flatnonzero(problem.must)
        if forced.size:
            at = np.arange(forced.size)
            add(
                [at, at],
                [y + forced, slack + forced],
                [np.ones(forced.size), np.ones(forced.size)],
                forced.size,
                1.0,
                np.inf,
            )
    high = np.ones(total)
    high[:m] = ~problem.never
    high[e : e + m] = problem.extension > 0
    high[far : far + n] = has_beyond
    high[slack:] = np.inf
    whole = np.zeros(total, dtype=bool)
    whole[: 2 * m] = True
    if rules.whole_areas:
        whole[x : x + k + n] = True
    costs = {"travel": travel_row, "cost": cost_row, "sites": sites_row}
    programme = Programme(
        cost=slack_row if elastic else costs[aim], low=low, high=high, whole=whole,
        rows=sparse.vstack(blocks).tocsr(), row_low=np.concatenate(lows), row_high=np.concatenate(highs),
    )  # fmt: skip
    return Built(programme, who, where, n, m, closed_cost if aim == "cost" and not elastic else 0.0)


def _plan(
    problem: SitingProblem, rules: SitingRules, built: Built, found: Solved, aim: str, seconds: float
) -> SitingPlan:
    assert found.values is not None
    n, m = problem.travel.shape
    opened, extended = found.values[:m] > 0.5, found.values[m : 2 * m] > 0.5
    share = np.zeros((n, m))
    share[built.who, built.where] = found.values[2 * m : 2 * m + built.who.size]
    share = np.where(share < 1e-9, 0.0, share)
    if not np.isfinite(problem.capacity[opened]).any():
        ways = np.where(opened[None, :] & allowed_pairs(problem, rules), problem.travel, np.inf)
        share = np.zeros((n, m))
        share[np.arange(n), ways.argmin(axis=1)] = 1.0
    share /= share.sum(axis=1, keepdims=True)
    values = value_of(problem, opened, extended, share)
    proved = found.ended == "optimal"
    bound = min(found.bound + built.constant, values[aim])
    return SitingPlan(
        aim, tuple(np.flatnonzero(opened).tolist()), tuple(np.flatnonzero(extended).tolist()), share, values, bound,
        gap_of(values[aim], bound), proved, "proved" if proved else found.ended, seconds,
    )  # fmt: skip


def _none(problem: SitingProblem, aim: str, ended: str, seconds: float) -> SitingPlan:
    share = np.zeros(problem.travel.shape)
    return SitingPlan(aim, (), (), share, {}, float("inf"), float("inf"), ended == "infeasible", ended, seconds)


def _least_worst(problem: SitingProblem, rules: SitingRules, gap: float, began: float, seconds: float) -> SitingPlan:
    """The least reach under which the rules can be met, found by halving; the plan is the least travel at it."""
    may = allowed_pairs(problem, rules)
    levels = np.unique(problem.travel[may])
    nearest = np.where(may, problem.travel, np.inf).min(axis=1).max()
    low, high = int(np.searchsorted(levels, nearest)), levels.size - 1
    best = np.inf
    while low <= high:
        middle = (low + high) // 2
        left = seconds - (perf_counter() - began)
        worst, ended = _worst_within(problem, replace(rules, reach=min(rules.reach, float(levels[middle]))), left)
        if ended not in ("optimal", "proved", "infeasible"):
            return _none(problem, "worst", ended, perf_counter() - began)
        if np.isfinite(worst):
            best, high = worst, int(np.searchsorted(levels, worst)) - 1
        else:
            low = middle + 1
    if not np.isfinite(best):
        return _none(problem, "worst", "infeasible", perf_counter() - began)
    left = seconds - (perf_counter() - began)
    plan = plan_sites(problem, replace(rules, reach=min(rules.reach, best)), "travel", gap=gap, seconds=left)
    if not plan.is_feasible:
        return _none(problem, "worst", plan.ended, perf_counter() - began)
    return replace(
        plan, aim="worst", bound=plan.values["worst"], gap=0.0, is_proved=True, ended="proved",
        seconds=perf_counter() - began,
    )  # fmt: skip


def _worst_within(problem: SitingProblem, rules: SitingRules, seconds: float) -> tuple[float, str]:
    """The longest way of some plan that meets the rules, infinite if there is none; and how the search ended."""
    if np.isfinite(problem.capacity).any() or np.isfinite(rules.most_travel):
        plan = plan_sites(problem, rules, "sites", seconds=seconds)
        return plan.values.get("worst", np.inf), plan.ended
    may = allowed_pairs(problem, rules)
    if not may.any(axis=1).all():
        return np.inf, "infeasible"
    cover, covered = _as_cover(problem, rules, may)
    none = np.zeros((0, problem.is_open.size), dtype=bool)
    found = solve(build(cover, covered, none, none, "sites").programme, seconds=seconds)
    if found.values is None:
        return np.inf, found.ended
    opened = found.values[: problem.is_open.size] > 0.5
    return float(np.where(may & opened, problem.travel, np.inf).min(axis=1).max()), found.ended


def _as_cover(problem: SitingProblem, rules: SitingRules, may: Flags) -> tuple[SitingProblem, SitingRules]:
    """Without capacities a plan is a choice of sites alone: each area's rule is to have one of its sites open."""
    rows = [np.where(may, 0.0, np.inf)]
    if problem.other_travel is not None and np.isfinite(rules.other_reach):
        rows.append(np.where(problem.other_travel <= rules.other_reach + 1e-9, 0.0, np.inf))
    nobody = np.zeros(0)
    empty = np.zeros((0, problem.is_open.size))
    cover = replace(
        problem, travel=empty, weights=nobody, load=nobody, now=nobody, other_travel=np.vstack(rows)
    )  # fmt: skip
    return cover, replace(rules, other_reach=0.5, reach=np.inf, longer_by=np.inf)
