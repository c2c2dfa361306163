"""Supply against demand in floating catchments: two-step, enhanced, three-step and balanced, and supply within reach.

Supply S (such as GP FTE) at destinations, people P at origins, and the cost c of going from an origin to a destination
(such as minutes), which need not be the same both ways. Every method says what access would be *if people could
register anywhere*; none says what care people get. RAAM stands in `methods/raam.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chesil.core.errors import ChesilError
from chesil.methods.checking import refuse
from chesil.methods.reach import Reach, check_amounts, reach_of

Array = NDArray[np.float64]
Choice = Literal["within", "all"]

LUO_QI_STEPS = {10.0: 1.0, 20.0: 0.68, 30.0: 0.22}
"""Weights by minutes (Luo and Qi, 2009, Health & Place 15:1100), upper bounds inclusive."""
WAN_STEPS = {10.0: 0.962, 20.0: 0.704, 30.0: 0.377, 60.0: 0.042}
"""Weights by minutes (Wan, Zou and Sternberg, 2012, Int J Geogr Inf Sci 26:1073), upper bounds inclusive."""


@dataclass(frozen=True, eq=False)
class Decay:
    """How willingness to travel falls with cost: `weigh` for any cost, and the `limit` (inclusive) beyond which nobody goes."""

    weigh: Callable[[Array], Array]
    limit: float
    about: str

    def __post_init__(self) -> None:
        if not self.limit > 0:
            raise ChesilError(f"the limit of a catchment must be above nought, not {self.limit:g}")


def same_within(limit: float) -> Decay:
    """Weight 1 up to and including the limit."""
    return Decay(np.ones_like, limit, f"1 within {limit:g}")


def by_steps(steps: Mapping[float, float]) -> Decay:
    """Weights by upper bound (inclusive); nothing beyond the last."""
    bounds = np.array(sorted(steps), dtype=np.float64)
    weights = np.array([*(steps[b] for b in sorted(steps)), 0.0])
    if bounds.size == 0 or (weights < 0).any() or not np.isfinite(weights).all():
        raise ChesilError("a catchment's steps need at least one upper bound, and weights of nought or more")
    said = ", ".join(f"{w:g} to {b:g}" for b, w in zip(bounds, weights, strict=False))
    return Decay(lambda cost: weights[np.searchsorted(bounds, cost, side="left")], float(bounds[-1]), said)


def gaussian(sigma: float, limit: float) -> Decay:
    """exp(-c^2 / 2 sigma^2), cut off beyond the limit."""
    if not sigma > 0:
        raise ChesilError(f"the width of a Gaussian must be above nought, not {sigma:g}")
    return Decay(lambda cost: np.exp(-(cost**2) / (2 * sigma**2)), limit, f"Gaussian of {sigma:g} within {limit:g}")


def power_law(exponent: float, limit: float, *, least_cost: float = 0.0) -> Decay:
    """c^-exponent, cut off beyond the limit; costs below `least_cost` count as that, so that no weight is infinite."""

    def weigh(cost: Array) -> Array:
        near = np.maximum(cost, least_cost)
        if (near <= 0).any():
            raise ChesilError(
                "a journey of no cost has an infinite weight under a power law", [], "Give a `least_cost`"
            )
        return near**-exponent

    return Decay(weigh, limit, f"cost to the power -{exponent:g} within {limit:g}")


@dataclass(frozen=True, eq=False)
class Catchments:
    """Access by origin with what makes it up.

    `access` (origins,): supply per person, nought where none is in reach. `ratio` (destinations,): supply per person
    weighed at the destination, nought where nobody is in reach. `out_of_reach` (origins,): no supply within the limit.
    `people_out_of_reach` and `supply_unreached` are what takes no part, in the units given. `method` says which, with
    its decay.
    """

    access: Array
    ratio: Array
    out_of_reach: NDArray[np.bool_]
    people_out_of_reach: float
    supply_unreached: float
    method: str


def two_step_fca(people: ArrayLike, supply: ArrayLike, costs: object, *, limit: float) -> Catchments:
    """Two-step floating catchment: supply over the people within the limit, added up within the limit.

    Luo and Wang, 2003, Environment and Planning B 30:865. People (origins,), supply (destinations,), costs (origins,
    destinations) dense or sparse (see `reach_of`). The people-weighted sum of access is the supply that somebody can
    reach.
    """
    return _floating(people, supply, costs, same_within(limit), None, f"2SFCA, {limit:g}")


def enhanced_two_step_fca(
    people: ArrayLike, supply: ArrayLike, costs: object, *, decay: Decay | None = None
) -> Catchments:
    """Two-step floating catchment whose weight falls with cost (Luo and Qi, 2009, Health & Place 15:1100).

    The default is theirs in steps. Conserves supply as `two_step_fca` does.
    """
    decay = by_steps(LUO_QI_STEPS) if decay is None else decay
    return _floating(people, supply, costs, decay, None, f"E2SFCA, {decay.about}")


def three_step_fca(
    people: ArrayLike, supply: ArrayLike, costs: object, *, decay: Decay | None = None, choice: Choice = "within"
) -> Catchments:
    """Floating catchment in which each origin first divides itself by weight among destinations.

    Wan, Zou and Sternberg, 2012, Int J Geogr Inf Sci 26:1073. With `choice` "within" each origin divides itself among
    the destinations within the limit; with "all" among every destination that has a cost, also beyond the limit, so
    that some of it is spent on places out of reach (so does PySAL access 1.1.10). The theory is disputed: see
    `balanced_fca`. Conserves supply as `two_step_fca` does.
    """
    if choice not in ("within", "all"):
        raise ChesilError(f"`choice` is {choice!r}; it may be 'within' or 'all'")
    decay = by_steps(WAN_STEPS) if decay is None else decay
    return _floating(people, supply, costs, decay, choice, f"3SFCA ({choice}), {decay.about}")


def balanced_fca(people: ArrayLike, supply: ArrayLike, costs: object, *, decay: Decay | None = None) -> Catchments:
    """Floating catchment whose weights are balanced: no person and no level of service is counted twice.

    Paez, Higgins and Vivona, 2019, PLOS ONE 14(6):e0218773. People go to destinations with weights that add to 1 over
    an origin's destinations; the level of service L = S / people is shared with weights that add to 1 over a
    destination's origins. So the people add up to all within reach, and access adds up over origins to the sum of L:
    two laws of its own, not those of `two_step_fca`, and its access is to be compared between origins only.
    """
    decay = by_steps(LUO_QI_STEPS) if decay is None else decay
    p, s, reach = _checked(people, supply, costs)
    near, w = _weighed(reach, decay)
    w_of_origin, w_of_destination = near.by_origin(w), near.by_destination(w)
    at = near.by_destination(w / w_of_origin[near.origin] * p[near.origin])
    level = _over(s, at)
    access = near.by_origin(w / w_of_destination[near.destination] * level[near.destination])
    return _catchments(p, s, near, at, access, level, f"balanced FCA, {decay.about}")


def supply_within(supply: ArrayLike, costs: object, limit: float) -> Array:
    """Supply within the limit (inclusive) of each origin, (origins,), whoever else uses it."""
    reach = reach_of(costs)
    s = check_amounts("supply", supply, reach.destinations, "destinations")
    near = reach.within(limit)
    return near.by_origin(s[near.destination])


def _floating(
    people: ArrayLike, supply: ArrayLike, costs: object, decay: Decay, choice: Choice | None, method: str
) -> Catchments:
    p, s, reach = _checked(people, supply, costs)
    near, w = _weighed(reach, decay)
    if choice is not None:
        whole = reach.by_origin(decay.weigh(reach.cost)) if choice == "all" else near.by_origin(w)
        w = w * w / whole[near.origin]
    at = near.by_destination(w * p[near.origin])
    ratio = _over(s, at)
    return _catchments(p, s, near, at, near.by_origin(w * ratio[near.destination]), ratio, method)


def _checked(people: ArrayLike, supply: ArrayLike, costs: object) -> tuple[Array, Array, Reach]:
    reach = reach_of(costs)
    p = check_amounts("people", people, reach.origins, "origins")
    return p, check_amounts("supply", supply, reach.destinations, "destinations"), reach


def _weighed(reach: Reach, decay: Decay) -> tuple[Reach, Array]:
    """The pairs within the limit that weigh anything, with their weights."""
    near = reach.within(decay.limit)
    weights = decay.weigh(near.cost)
    if not (weights > 0).all():
        refuse("The weights cannot be used", ["a weight is below nought"] if (weights < 0).any() else [])
        near, weights = near.where(weights > 0), weights[weights > 0]
    return near, weights


def _over(supply: Array, people: Array) -> Array:
    return np.divide(supply, people, out=np.zeros_like(supply), where=people > 0)


def _catchments(p: Array, s: Array, near: Reach, at: Array, access: Array, ratio: Array, method: str) -> Catchments:
    out = near.by_origin((s[near.destination] > 0).astype(np.float64)) == 0
    return Catchments(access, ratio, out, float(p[out].sum()), float(s[at == 0].sum()), method)
