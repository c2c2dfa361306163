"""The rational agent access model (RAAM): each origin shares itself so that no place it uses is dearer than another.

Saxon and Snow, 2020, Annals of the American Association of Geographers 110:205.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chesil.core.errors import ChesilError
from chesil.methods.reach import Reach, check_amounts, reach_of

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Raam:
    """Scores at equilibrium: **lower is better**.

    `score` (origins,): people-weighted mean of congestion and travel; NaN where nobody can get anywhere.
    `load` (destinations,): people who go there. `flow` (pairs of `reach`,): people by pair, `reach` being the pairs whose
    destination has supply. `gap`: the most that any origin could still save by going elsewhere, as a share of its
    score. `sweeps`: rounds over all origins.
    """

    score: Array
    load: Array
    flow: Array
    reach: Reach
    out_of_reach: NDArray[np.bool_]
    people_out_of_reach: float
    gap: float
    sweeps: int


def raam(
    people: ArrayLike,
    supply: ArrayLike,
    costs: object,
    *,
    tau: float,
    tolerance: float = 1e-10,
    most_sweeps: int = 2_000,
) -> Raam:
    """RAAM solved to its equilibrium.

    The cost of going from i to j is (people at j / supply at j) / rho + c / tau with rho the people over the supply of
    the whole: `tau` is the travel worth one average queue. Each origin in turn fills its cheapest destinations until
    they are level, the others standing still; that lowers the convex function whose least point is the equilibrium
    (Beckmann, McGuire and Winsten, 1956), so the rounds end there. The published procedure moves people in steps for a
    fixed number of cycles instead, and stops a little away. People (origins,), supply (destinations,), costs dense or
    sparse, see `reach_of`. Origins without people or without a way take no part. Raises `ChesilError` if the gap is
    still above `tolerance` after `most_sweeps` rounds.
    """
    whole = reach_of(costs)
    p = check_amounts("people", people, whole.origins, "origins")
    s = check_amounts("supply", supply, whole.destinations, "destinations")
    if not tau > 0:
        raise ChesilError(f"`tau` must be above nought, not {tau:g}")
    if not p.sum() > 0 or not s.sum() > 0:
        raise ChesilError("RAAM needs some people and some supply")
    reach = whole.where(s[whole.destination] > 0)
    slope = np.divide(s.sum() / p.sum(), s, out=np.zeros_like(s), where=s > 0)
    travel = reach.cost / tau
    starts = np.searchsorted(reach.origin, np.arange(whole.origins + 1))
    flow, load, gap, sweeps = _level(p, slope, reach, travel, starts, tolerance, most_sweeps)
    out = np.diff(starts) == 0
    price = np.where(s > 0, slope * load, np.inf)
    score = np.full(whole.origins, np.nan)
    score[~out] = np.minimum.reduceat(price[reach.destination] + travel, starts[:-1][~out]) if reach.pairs else np.nan
    return Raam(score, load, flow, reach, out, float(p[out].sum()), gap, sweeps)


def _level(
    p: Array,
    slope: Array,
    reach: Reach,
    travel: Array,
    starts: NDArray[np.int64],
    tolerance: float,
    most_sweeps: int,
) -> tuple[Array, Array, float, int]:
    """Flows, loads, the last gap and the rounds taken; see `raam`."""
    flow = np.zeros(reach.pairs)
    load = np.zeros(reach.destinations)
    moving = [i for i in range(p.size) if p[i] > 0 and starts[i + 1] > starts[i]]
    for sweep in range(most_sweeps):
        for i in moving:
            pairs = slice(starts[i], starts[i + 1])
            to = reach.destination[pairs]
            load[to] -= flow[pairs]
            flow[pairs] = _fill(load[to] * slope[to] + travel[pairs], slope[to], p[i])
            load[to] += flow[pairs]
        load = reach.by_destination(flow)
        gap = _gap(p, slope * load, reach, travel, starts, flow, moving)
        if gap <= tolerance:
            return flow, load, gap, sweep + 1
    if not moving:
        return flow, load, 0.0, 0
    raise ChesilError(
        f"RAAM did not settle in {most_sweeps} rounds: some origin could still save {gap:.2g} of its score",
        [],
        "Allow more rounds (`most_sweeps`) or a wider `tolerance`",
    )


def _fill(base: Array, slope: Array, amount: float) -> Array:
    """Pour `amount` into vessels that stand at `base` and rise by `slope`, so that the wet ones are level."""
    order = np.argsort(base, kind="stable")
    room = 1 / slope[order]
    level = (amount + np.cumsum(room * base[order])) / np.cumsum(room)
    wet = int(np.count_nonzero(level > base[order]))
    # Levels fall while cheaper vessels join and the first dry one stops them: the last wet one's level is the answer.
    poured = np.zeros_like(base)
    first = order[:wet]
    share = (level[wet - 1] - base[first]) / slope[first]
    poured[first] = share * (amount / share.sum())
    return poured


def _gap(
    p: Array, price: Array, reach: Reach, travel: Array, starts: NDArray[np.int64], flow: Array, moving: list[int]
) -> float:
    if not moving:
        return 0.0
    cost = price[reach.destination] + travel
    rows = np.array(moving)
    # Origins without pairs have none to reduce over, and their bounds would not rise.
    some = np.flatnonzero(np.diff(starts) > 0)
    least = np.full(p.size, np.inf)
    least[some] = np.minimum.reduceat(cost, starts[some])
    least = least[rows]
    mean = reach.by_origin(np.where(flow > 0, cost * flow, 0.0))[rows] / p[rows]
    return float(((mean - least) / np.maximum(least, np.finfo(float).tiny)).max())
