"""The rational agent access model (RAAM): each origin shares itself so that no place it uses is dearer than another.

Saxon and Snow, 2020, Annals of the American Association of Geographers 110:205.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, diags_array
from scipy.sparse.csgraph import breadth_first_order, connected_components
from scipy.sparse.csgraph import minimum_spanning_tree as spanning_tree
from scipy.sparse.linalg import splu

from chesil.core.errors import ChesilError
from chesil.methods.reach import Reach, check_amounts, reach_of

Array = NDArray[np.float64]
Index = NDArray[np.int64]

FIRST_BLUR, LAST_BLUR, BLUR_STEP = 0.3, 1e-7, 4.0
"""Costs (in average queues) within which a choice is blurred: from, down to, and divided by at each stage."""
STAGE_SLOPE, LAST_SLOPE = 1e-4, 1e-9
"""A stage ends when no place is so far (as a share of all people) from those who come to it; the last one is finer."""


@dataclass(frozen=True, eq=False)
class Raam:
    """Scores at equilibrium: **lower is better**.

    `score` (origins,): congestion and travel, the same at every destination that an origin uses; NaN where nobody can
    get anywhere. `load` (destinations,): people who go there. `flow` (pairs of `reach`,): people by pair, `reach` being
    the pairs whose destination has supply. `gap`: the most that any origin could still save by going elsewhere, as a
    share of its score. `rounds`: rounds over all origins that were needed to finish.
    """

    score: Array
    load: Array
    flow: Array
    reach: Reach
    out_of_reach: NDArray[np.bool_]
    people_out_of_reach: float
    gap: float
    rounds: int


@dataclass(frozen=True, eq=False)
class _Game:
    """People p, the rise of queue per person b, travel in average queues t by pair, and the pairs of people who go."""

    p: Array
    b: Array
    t: Array
    reach: Reach
    starts: Index
    rows: Index
    """Where each going origin's pairs start, and which origins these are; every pair belongs to one of them."""

    def least(self, cost: Array) -> Array:
        return np.minimum.reduceat(cost, self.starts)

    def of_origin(self, values: Array) -> Array:
        """Values by going origin, spread over its pairs."""
        return np.repeat(values, np.diff(np.append(self.starts, self.t.size)))


def raam(
    people: ArrayLike,
    supply: ArrayLike,
    costs: object,
    *,
    tau: float,
    tolerance: float = 1e-9,
    most_rounds: int = 1_000,
) -> Raam:
    """RAAM solved to its equilibrium.

    The cost of going from i to j is (people at j / supply at j) / rho + c / tau with rho the people over the supply of
    the whole: `tau` is the travel worth one average queue. The equilibrium is the least point of a convex function
    (Beckmann, McGuire and Winsten, 1956): it is come near by Newton steps on the queues, with choices blurred less and
    less, and finished by rounds in which each origin fills its cheapest places until they are level. The published
    procedure moves people in steps for a fixed number of cycles instead, and stops a little away. People (origins,),
    supply (destinations,), costs dense or sparse, see `reach_of`. Origins without people have a score and no flow.
    Raises `ChesilError` if the gap is still above `tolerance` after `most_rounds`.
    """
    whole = reach_of(costs)
    p = check_amounts("people", people, whole.origins, "origins")
    s = check_amounts("supply", supply, whole.destinations, "destinations")
    if not tau > 0:
        raise ChesilError(f"`tau` must be above nought, not {tau:g}")
    if not p.sum() > 0 or not s.sum() > 0:
        raise ChesilError("RAAM needs some people and some supply")
    reach = whole.where(s[whole.destination] > 0)
    b = np.divide(s.sum() / p.sum(), s, out=np.zeros_like(s), where=s > 0)
    goes = p[reach.origin] > 0
    flow, gap, rounds = np.zeros(reach.pairs), 0.0, 0
    if goes.any():
        going = reach.where(goes)
        rows, starts = np.unique(going.origin, return_index=True)
        game = _Game(p[rows], b, going.cost / tau, going, starts.astype(np.int64), rows)
        flow[goes], gap, rounds = _equilibrium(game, tolerance, most_rounds)
    load = reach.by_destination(flow)
    cost = b[reach.destination] * load[reach.destination] + reach.cost / tau
    some, first = np.unique(reach.origin, return_index=True)
    score = np.full(whole.origins, np.nan)
    score[some] = np.minimum.reduceat(cost, first) if reach.pairs else np.nan
    out = np.isnan(score)
    return Raam(score, load, flow, reach, out, float(p[out].sum()), gap, rounds)


def _equilibrium(game: _Game, tolerance: float, most_rounds: int) -> tuple[Array, float, int]:
    """Flows by pair, the last gap and the rounds that finished them."""
    flow = _blurred(game, tolerance)
    for round_ in range(most_rounds + 1):
        exact = _level_used(game, flow)
        for candidate in (exact, flow) if exact is not None else (flow,):
            gap = _gap(game, candidate)
            if gap <= tolerance:
                return candidate, gap, round_
        flow = _one_round(game, flow)
    raise ChesilError(
        f"RAAM did not settle in {most_rounds} rounds: some origin could still save {gap:.2g} of its score",
        [],
        "Allow more rounds (`most_rounds`) or a wider `tolerance`",
    )


def _blurred(game: _Game, tolerance: float) -> Array:
    """Flows where choices are blurred a little: Newton steps on the queues q of the dual function.

    F(q) = sum q^2 / 2b + blur sum P log sum exp(-(t + q) / blur), whose slope is q / b less the people who come.
    Blurring stops as soon as no origin could save more than `tolerance` of its cost by going elsewhere.
    """
    used = game.b > 0
    rate = np.divide(1, game.b, out=np.ones_like(game.b), where=used)
    q = used.astype(np.float64)
    blur = FIRST_BLUR
    while True:
        value, chance = _dual(game, q, rate, blur)
        for _ in range(50):
            flow = chance * game.of_origin(game.p)
            at = game.reach.by_destination(flow)
            slope = q * rate - at
            if np.abs(slope).max() <= (LAST_SLOPE if blur <= LAST_BLUR else STAGE_SLOPE) * game.p.sum():
                break
            step = _newton_step(game, chance, at, slope, rate, blur)
            length, downhill = 1.0, float(slope @ step)
            while True:
                tried, tried_chance = _dual(game, q - length * step, rate, blur)
                if tried <= value - 1e-4 * length * downhill or length < 1e-6:
                    break
                length /= 2
            q, value, chance = q - length * step, tried, tried_chance
            if length < 1e-6:
                break
        flow = chance * game.of_origin(game.p)
        if blur <= LAST_BLUR or _gap(game, flow) <= tolerance:
            return flow
        blur = max(blur / BLUR_STEP, LAST_BLUR)


def _dual(game: _Game, q: Array, rate: Array, blur: float) -> tuple[float, Array]:
    """The dual function and each pair's share of its origin."""
    cost = game.t + q[game.reach.destination]
    least = game.least(cost)
    weight = np.exp(-(cost - game.of_origin(least)) / blur)
    whole = np.add.reduceat(weight, game.starts)
    value = 0.5 * (q**2 * rate).sum() - (game.p * (least - blur * np.log(whole))).sum()
    return float(value), weight / game.of_origin(whole)


def _newton_step(game: _Game, chance: Array, at: Array, slope: Array, rate: Array, blur: float) -> Array:
    keep = chance > 1e-9
    n, m = game.p.size, game.b.size
    ends = np.concatenate([[0], np.cumsum(np.add.reduceat(keep, game.starts, dtype=np.int64))])
    shares = csr_array((chance[keep], game.reach.destination[keep], ends), shape=(n, m))
    both = shares.T @ diags_array(game.p) @ shares
    curve = diags_array(rate + at / blur) - both / blur
    return np.asarray(splu(curve.tocsc()).solve(slope))


def _level_used(game: _Game, flow: Array) -> Array | None:
    """Flows at which the pairs now in use are exactly level, or None if that would need a flow below nought.

    Without chance ties the used pairs form trees of origins and destinations. Within a tree the differences between
    queues follow from travel, their level from its people, and the flows from the ends of its branches inwards.
    """
    n, m = game.p.size, game.b.size
    forest = _forest(game, flow)
    rate = np.divide(1, game.b, out=np.zeros_like(game.b), where=game.b > 0)
    tree = forest.tree
    inside = np.isin(tree[n:], tree[:n])
    people = np.bincount(tree[:n], weights=game.p, minlength=n + m)
    room = np.bincount(tree[n:][inside], weights=rate[inside], minlength=n + m)
    held = np.bincount(tree[n:][inside], weights=(rate * forest.height[n:])[inside], minlength=n + m)
    lift = np.divide(people - held, room, out=np.zeros_like(people), where=room > 0)
    come = np.where(inside, rate * (forest.height[n:] + lift[tree[n:]]), 0.0)
    return _flows_inwards(game, forest, np.concatenate([game.p, -come]))


@dataclass(frozen=True, eq=False)
class _Forest:
    """Trees over origins (0 to n) and destinations (n to n + m), each node after the one above it in `order`.

    `up` and `link`: the node above and the pair between, -1 at a root. `height`: cost at an origin and queue at a
    destination, on the scale of the tree's root. `tree`: which tree.
    """

    order: list[int]
    up: Index
    link: Index
    height: Array
    tree: Index


def _forest(game: _Game, flow: Array) -> _Forest:
    n, m = game.p.size, game.b.size
    used = np.flatnonzero(flow > 1e-6 * game.of_origin(game.p))
    i = np.repeat(np.arange(n), np.diff(np.append(game.starts, game.t.size)))[used]
    j = game.reach.destination[used] + n
    # Of the largest flows: ties in travel may close a ring, and its least flow is left out.
    edges = spanning_tree(csr_array((1 / flow[used], (i, j)), shape=(n + m, n + m)))
    pair_of = {(a, b): k for a, b, k in zip(i.tolist(), j.tolist(), used.tolist(), strict=True)}
    both = edges + edges.T
    tree = connected_components(both, directed=False)[1].astype(np.int64)
    height, up, link = np.zeros(n + m), np.full(n + m, -1), np.full(n + m, -1)
    order: list[int] = []
    for root in np.unique(tree[:n], return_index=True)[1].tolist():
        nodes, above = breadth_first_order(both, root, directed=False)
        for node in nodes[1:].tolist():
            over = int(above[node])
            pair = pair_of[min(node, over), max(node, over)]
            up[node], link[node] = over, pair
            height[node] = height[over] + (-game.t[pair] if node >= n else game.t[pair])
        order += nodes.tolist()
    return _Forest(order, up, link, height, tree)


def _flows_inwards(game: _Game, forest: _Forest, surplus: Array) -> Array | None:
    """Flows that carry each node's surplus (people at origins, less than nought at destinations) along the trees."""
    exact = np.zeros(game.t.size)
    left = surplus.copy()
    for node in reversed(forest.order):
        if forest.up[node] < 0:
            continue
        amount = left[node] if node < game.p.size else -left[node]
        if amount < -1e-9 * game.p.max():
            return None
        exact[forest.link[node]] = max(amount, 0.0)
        left[forest.up[node]] += left[node]
    return exact


def _one_round(game: _Game, flow: Array) -> Array:
    """Each origin in turn takes its people back and fills its cheapest destinations until they are level."""
    flow = flow.copy()
    load = game.reach.by_destination(flow)
    ends = np.append(game.starts[1:], game.t.size)
    for people, start, end in zip(game.p, game.starts, ends, strict=True):
        to = game.reach.destination[start:end]
        load[to] -= flow[start:end]
        flow[start:end] = _fill(load[to] * game.b[to] + game.t[start:end], game.b[to], people)
        load[to] += flow[start:end]
    return flow


def _fill(base: Array, slope: Array, amount: float) -> Array:
    """Pour `amount` into vessels that stand at `base` and rise by `slope`, so that the wet ones are level."""
    order = np.argsort(base, kind="stable")
    room = 1 / slope[order]
    level = (amount + np.cumsum(room * base[order])) / np.cumsum(room)
    # Levels fall while cheaper vessels join, and the first dry one stops them.
    wet = int(np.count_nonzero(level > base[order]))
    poured = np.zeros_like(base)
    first = order[:wet]
    share = (level[wet - 1] - base[first]) / slope[first]
    poured[first] = share * (amount / share.sum())
    return poured


def _gap(game: _Game, flow: Array) -> float:
    """The most that an origin could save, as a share of its least cost (of one average queue where that is less)."""
    load = game.reach.by_destination(flow)
    cost = (game.b * load)[game.reach.destination] + game.t
    least = game.least(cost)
    mean = np.add.reduceat(cost * flow, game.starts) / game.p
    return float(((mean - least) / np.maximum(least, 1e-3)).max())
