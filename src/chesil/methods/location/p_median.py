"""The p-median problem, proved: bounds and swaps first, then branching or a compact programme on what is left open.

1. Lagrangian bounds (`lagrangian`), each round followed by swaps (`interchange`) and by the fixing of sites; on graphs of
   900 vertices this leaves a few per cent of the sites, often none.
2. If the programme by radii (`radius`) of what is left is small, HiGHS solves it; else our own depth-first search does:
   a site is opened or closed, the bound improved from its parent's prices, and sites fixed again.

A plan is proved when nothing can be cheaper than its cost less the tolerance: where all costs are whole numbers, less
than one; else `gap` of the cost.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from chesil.methods.location.interchange import improve_by_swaps, plan_cost, swap_changes
from chesil.methods.location.lagrangian import Array, Bound, Flags, Indices, Sites, fix_sites, improve_bound
from chesil.methods.location.plan import Fault, LocationPlan, gap_of, no_plan
from chesil.methods.location.radius import programme_size, radius_programme
from chesil.methods.location.solving import solve

ROUNDS, STEPS_A_ROUND, STEPS_A_BRANCH = 16, 50, 30
SMALL_PROGRAMME = 60_000
"""Entries of a programme by radii up to which HiGHS is faster than branching."""
TOO_FAR = 1.5
"""A site that may not serve a customer is priced at this many times the customer's dearest allowed one in the bounds."""


@dataclass
class _Search:
    """The state of one search: the whole problem, and the best plan so far. Private to this module; it changes."""

    costs: Array
    opening: Array
    within: Flags
    gap: float
    deadline: float
    best: Indices
    cost: float = np.inf
    branches: int = 0
    whole: bool = False
    banned: tuple[int, ...] = ()

    @property
    def limit(self) -> float:
        """A plan is of interest if it costs less than this."""
        if not np.isfinite(self.cost):
            return np.inf
        return self.cost - 1 + 1e-6 if self.whole else self.cost - self.gap * abs(self.cost)

    def offer(self, opened: Indices) -> float:
        """Take the plan if it is allowed and cheaper; the cost of the best by then."""
        if not self.within[:, opened].any(axis=1).all() or tuple(opened) == self.banned:
            return self.cost
        reach = np.where(self.within[:, opened], self.costs[:, opened], np.inf)
        cost = float(reach.min(axis=1).sum() + self.opening[opened].sum())
        if cost < self.cost:
            self.cost, self.best = cost, np.sort(opened)
        return self.cost

    @property
    def is_late(self) -> bool:
        return perf_counter() > self.deadline


def p_median(
    costs: Array,
    p: int,
    *,
    opening: Array | None = None,
    must: Flags | None = None,
    never: Flags | None = None,
    gap: float = 1e-6,
    seconds: float = np.inf,
    start: tuple[int, ...] = (),
    tell: Callable[[str], None] = lambda _: None,
) -> LocationPlan:
    """The p sites that serve all customers at least cost.

    `costs` (customers, sites) are people times minutes, or any cost of serving a whole customer; infinite where a site may
    not serve. `opening` is a cost of each open site, `must` and `never` mark sites that are fixed. `start` is a plan to
    begin from. Ctrl-C and `seconds` keep the best so far, unproved. The answer's objective does not depend on the order of
    rows or columns; among plans of the same cost, it takes one that depends on the order of sites.
    """
    began = perf_counter()
    n, m = costs.shape
    opening = np.zeros(m) if opening is None else opening
    must = np.zeros(m, dtype=bool) if must is None else must
    never = np.zeros(m, dtype=bool) if never is None else never
    faults = _plain_faults(costs, p, must, never)
    if faults:
        return no_plan(faults, perf_counter() - began, n)
    search = _search(costs, opening, gap, began + seconds)
    sites = Sites(np.arange(m), opening, must, p).keep(~never)
    if len(start) == p and not never[list(start)].any() and set(np.flatnonzero(must)) <= set(start):
        search.offer(np.array(sorted(start)))
    bound, ended = -np.inf, "proved"
    try:
        bound, left = _root(search, sites, tell)
        if left is not None:
            bound, ended = _finish(search, left[0], left[1], bound, tell)
    except KeyboardInterrupt:
        ended = "interrupted"
    return _answer(search, bound, ended, perf_counter() - began)


def second_best(
    costs: Array,
    plan: LocationPlan,
    *,
    opening: Array | None = None,
    must: Flags | None = None,
    never: Flags | None = None,
    gap: float = 1e-6,
    seconds: float = np.inf,
) -> LocationPlan:
    """The best plan of as many sites that is not `plan`, proved.

    The other plans are parted by the first of the plan's sites that they close (Lawler 1972, Management Science 18:401).
    """
    began = perf_counter()
    n, m = costs.shape
    opening = np.zeros(m) if opening is None else opening
    must = np.zeros(m, dtype=bool) if must is None else must
    never = np.zeros(m, dtype=bool) if never is None else never
    search = _search(costs, opening, gap, began + seconds)
    search.banned = plan.opened
    whole = Sites(np.arange(m), opening, must, len(plan.opened)).keep(~never)
    position = {int(j): k for k, j in enumerate(whole.numbers)}
    finite = _finite(search, whole.numbers)
    opened = np.array([position[j] for j in plan.opened])
    change, closing, others = swap_changes(finite, whole, opened)
    for place in np.argsort(change, axis=None, kind="stable")[:50]:
        close, open_ = divmod(int(place), others.size)
        search.offer(whole.numbers[np.sort(np.append(np.delete(opened, closing[close]), others[open_]))])
    parts, held = [], must.copy()
    for j in plan.opened:
        if not must[j]:
            keep = whole.numbers != j
            parts.append(Sites(whole.numbers[keep], whole.costs[keep], held[whole.numbers[keep]], whole.count))
        held[j] = True
    if not parts or whole.numbers.size <= whole.count:
        return no_plan((Fault("sites", 0, "plans", "there is no other plan"),), perf_counter() - began, n)
    root = improve_bound(finite, whole, _first_prices(finite), plan.objective, ROUNDS * STEPS_A_ROUND)
    bound, ended = np.inf, "proved"
    try:
        for part in parts:
            low, how = _branch(search, [(part, root.prices, root.value)], lambda _: None)
            bound, ended = min(bound, low), how if ended == "proved" else ended
    except KeyboardInterrupt:
        ended = "interrupted"
    return _answer(search, bound if ended == "proved" else root.value, ended, perf_counter() - began)


def _plain_faults(costs: Array, p: int, must: Flags, never: Flags) -> tuple[Fault, ...]:
    """Rules that cannot be met whatever is chosen."""
    faults = []
    if (must & never).any():
        n = int((must & never).sum())
        faults.append(Fault("fixed", n, "sites", f"{n} sites are both fixed open and forbidden"))
    if must.sum() > p:
        faults.append(Fault("fixed", must.sum() - p, "sites", f"{must.sum()} sites are fixed open but only {p} may be"))
    free = int((~never).sum())
    if free < p or p < 1:
        faults.append(
            Fault("sites", max(p - free, 1 - p), "sites", f"{p} sites are asked for of {free} that may be open")
        )
    alone = np.flatnonzero(~np.isfinite(costs[:, ~never]).any(axis=1))
    faults += [Fault("reach", 1, "customers", f"no site may serve customer {i}", int(i)) for i in alone]
    return tuple(faults)


def _search(costs: Array, opening: Array, gap: float, deadline: float) -> _Search:
    within = np.isfinite(costs)
    kept = np.where(within, costs, 0.0)
    whole = bool((kept == np.floor(kept)).all() and (opening == np.floor(opening)).all())
    return _Search(costs, opening, within, gap, deadline, np.zeros(0, dtype=np.int64), whole=whole)


def _finite(search: _Search, numbers: Indices) -> Array:
    """The costs of some sites; where one may not serve, more than any that may."""
    costs, within = search.costs[:, numbers], search.within[:, numbers]
    if within.all():
        return np.ascontiguousarray(costs)
    dearest = np.where(search.within, search.costs, 0.0).max(axis=1) + np.where(search.within, search.costs, 0.0).mean()
    return np.where(within, costs, TOO_FAR * dearest[:, None])


def _offer(search: _Search, numbers: Indices) -> Callable[[Indices], float]:
    """Offers the plan of the sites at given positions among these."""
    return lambda positions: search.offer(numbers[positions])


def _first_prices(costs: Array) -> Array:
    """Each customer's second cheapest site: a start from which few steps are needed."""
    prices: Array = np.partition(costs, min(1, costs.shape[1] - 1), axis=1)[:, min(1, costs.shape[1] - 1)].copy()
    return prices


def _root(search: _Search, sites: Sites, tell: Callable[[str], None]) -> tuple[float, tuple[Sites, Bound] | None]:
    """The bound of the whole problem, and the sites still in question, or None if the plan is proved."""
    costs = _finite(search, sites.numbers)
    prices, length, value = _first_prices(costs), 1.5, -np.inf
    target = float(costs.mean(axis=0).min() * costs.shape[0]) * 0.5
    for round_ in range(ROUNDS):
        known = search.cost if np.isfinite(search.cost) else target
        bound = improve_bound(
            costs, sites, prices, known, STEPS_A_ROUND, enough=search.limit, length=length,
            see=None if round_ else _offer(search, sites.numbers),
        )  # fmt: skip
        value, prices, length = max(value, bound.value), bound.prices, bound.length
        if not (search.is_late and np.isfinite(search.cost)):
            found, _ = improve_by_swaps(costs, sites, bound.chosen)
            search.offer(sites.numbers[found])
        tell(f"best {search.cost:,.0f}, bound {value:,.0f}, {sites.numbers.size} sites in question")
        if bound.value >= search.limit:
            return search.limit, None
        keep, must = fix_sites(bound, sites, search.limit)
        sites = Sites(sites.numbers, sites.costs, must, sites.count).keep(keep)
        bound = Bound(bound.value, prices, bound.worths[keep], bound.chosen, bound.often[keep], length)
        costs = np.ascontiguousarray(costs[:, keep])
        if sites.is_settled:
            search.offer(sites.settled)
            return search.limit, None
        if length <= 5e-3 or search.is_late:
            break
    return value, (sites, bound)


def _finish(
    search: _Search, sites: Sites, bound: Bound, value: float, tell: Callable[[str], None]
) -> tuple[float, str]:
    """Prove what is left: by the programme of radii if that is small, else by branching."""
    costs = search.costs[:, sites.numbers]
    slack = np.maximum(np.where(search.within[:, sites.numbers], costs, np.inf) - bound.prices[:, None], 0.0)
    within = bound.value + slack < search.limit
    if not within.any(axis=1).all():
        return search.limit, "proved"  # some customer can only be served at a cost that brings the bound to the limit
    if programme_size(costs, within) <= SMALL_PROGRAMME:
        programme, constant = radius_programme(costs, within, sites)
        limit = search.limit - constant
        tolerance = 1 - 1e-6 if search.whole else max(search.gap * abs(search.cost), 1e-9)
        tell(f"programme of {programme.cost.size:,} columns")
        found = solve(programme, seconds=search.deadline - perf_counter(), limit=limit, absolute_gap=tolerance)
        if found.values is not None:
            search.offer(sites.numbers[np.flatnonzero(found.values[: sites.numbers.size] > 0.5)])
        if found.ended in ("optimal", "cut_off", "infeasible"):
            return max(value, search.limit), "proved"
        return max(value, min(found.bound + constant, search.limit)), found.ended
    return _branch(search, [(sites, bound.prices, value)], tell)


def _branch(
    search: _Search, open_nodes: list[tuple[Sites, Array, float]], tell: Callable[[str], None]
) -> tuple[float, str]:
    """Depth-first search: the bound of what is left when it ends, and how it ended."""
    while open_nodes:
        sites, prices, value = open_nodes.pop()
        if value >= search.limit:
            continue
        if search.is_late:
            return min([value, *(v for _, _, v in open_nodes)]), "time"
        search.branches += 1
        if search.branches % 100 == 0:
            tell(f"best {search.cost:,.0f}, {search.branches:,} branches, {len(open_nodes)} open")
        if sites.numbers.size < sites.count:
            continue
        if sites.is_settled:
            search.offer(sites.settled)
            continue
        costs = _finite(search, sites.numbers)
        target = search.cost if np.isfinite(search.cost) else plan_cost(costs, sites.costs, np.arange(sites.count))
        bound = improve_bound(costs, sites, prices, target, STEPS_A_BRANCH, enough=search.limit, length=0.3)
        search.offer(sites.numbers[bound.chosen])
        value = max(value, bound.value)
        if value >= search.limit:
            continue
        keep, must = fix_sites(bound, sites, search.limit)
        sites = Sites(sites.numbers, sites.costs, must, sites.count).keep(keep)
        if sites.is_settled:
            open_nodes.append((sites, bound.prices, value))
            continue
        free = np.flatnonzero(~sites.must)
        site = free[np.argmin(np.abs(bound.often[keep][free] - 0.5))]
        forced = sites.must.copy()
        forced[site] = True
        others = np.arange(sites.numbers.size) != site
        open_nodes.append((sites.keep(others), bound.prices, value))
        open_nodes.append((Sites(sites.numbers, sites.costs, forced, sites.count), bound.prices, value))
    return search.limit, "proved"


def _answer(search: _Search, bound: float, ended: str, seconds: float) -> LocationPlan:
    n = search.costs.shape[0]
    if not np.isfinite(search.cost):
        if ended == "proved":
            fault = Fault("reach", 1, "customers", "no choice of as many sites lets every customer be served")
            return no_plan((fault,), seconds, n)
        return no_plan((), seconds, n, ended)
    ways = np.where(search.within[:, search.best], search.costs[:, search.best], np.inf)
    site_of = search.best[ways.argmin(axis=1)]
    proved = ended == "proved"
    bound = (search.cost if search.whole else min(max(bound, search.limit), search.cost)) if proved else bound
    return LocationPlan(
        tuple(int(j) for j in search.best), site_of, search.cost, bound, gap_of(search.cost, bound), proved, ended,
        seconds, work={"branches": search.branches},
    )  # fmt: skip
