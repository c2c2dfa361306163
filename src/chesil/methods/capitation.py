"""Weighted capitation: sharing an allocation by people and need, with each factor's effect, floors and pace of change."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chesil.core.errors import ChesilError
from chesil.methods.checking import as_floats, not_above_zero, not_finite, refuse

Array = NDArray[np.float64]
WHOLE = 1e-9


@dataclass(frozen=True)
class Split:
    """An allocation shared out: in whole pence, adding up to the allocation.

    `target` is each group's share by weighted people; `given` what it gets once floors and pace of change are applied
    (the target where there are none). `effects` holds for each factor, in the order applied, what it adds to or takes
    from each group's target; with `by_people` they add up to the target.
    """

    by_people: NDArray[np.int64]
    effects: Mapping[str, NDArray[np.int64]]
    target: NDArray[np.int64]
    given: NDArray[np.int64]


@dataclass(frozen=True)
class WeightModel:
    """The log of a weight per person as a sum of factors: constant, coefficients (factors,), how much is explained.

    `explained` is the share of the people-weighted variance; `typical_error` the people-weighted root mean square of what
    is not, in logs, so that 0.05 is about 5%.
    """

    constant: float
    coefficients: Array
    explained: float
    typical_error: float
    units: int

    def predict(self, factors: ArrayLike) -> Array:
        """The weight per person of each row of factors (units, factors)."""
        return np.asarray(np.exp(self.constant + np.asarray(factors, dtype=np.float64) @ self.coefficients))


def explain_weights(weight: ArrayLike, factors: ArrayLike, people: ArrayLike) -> WeightModel:
    """Explain weights per person (units,) by factors (units, factors), each unit counting by its people (units,).

    Least squares on the log of the weight, so that each factor multiplies. It describes which visible factors go with a
    published weight, and cannot say what the weight was made of. `ChesilError` where there are no more units than
    factors, or where a factor is the same everywhere or follows from others.
    """
    w, x, n = as_floats("weight", weight), as_floats("factors", factors), as_floats("people", people)
    refuse(
        "The weights cannot be explained",
        [not_above_zero("weight", w), not_finite("factors", x.ravel()), not_above_zero("people", n)],
    )
    design = np.column_stack([np.ones(w.size), x])
    root = np.sqrt(n / n.sum())
    found, _, rank, _ = np.linalg.lstsq(design * root[:, None], np.log(w) * root, rcond=None)
    if w.size <= design.shape[1] or rank < design.shape[1]:
        raise ChesilError(
            f"{w.size} weights cannot be explained by {x.shape[1]} factors",
            [],
            "Leave out factors that are the same everywhere or that follow from others",
        )
    middle = float(np.average(np.log(w), weights=n))
    left = float(np.average((np.log(w) - design @ found) ** 2, weights=n))
    spread = float(np.average((np.log(w) - middle) ** 2, weights=n))
    explained = 1 - left / spread if spread > 0 else 1.0
    return WeightModel(float(found[0]), found[1:], explained, float(np.sqrt(left)), int(w.size))


def split_by_need(
    people: ArrayLike,
    factors: Mapping[str, ArrayLike],
    pence: int,
    *,
    now: ArrayLike | None = None,
    least_change: float | None = None,
    most_change: float | None = None,
) -> Split:
    """Share `pence` among groups by people (groups,) times each factor's index (groups,), one factor after another.

    An index is a group's need per person over the average; only ratios between groups matter. With `now` (pence a group
    has at present), `least_change` and `most_change` bound each group's change as shares (a floor of 0.0 lets nobody
    lose; a ceiling of 0.05 lets nobody gain more than 5%); what that leaves over is shared among the groups that are
    not at a bound, in proportion to target. Raises `ChesilError` where no split fits the bounds. Smith, Rice and Carr-Hill
    (2001, JRSS A 164:217) describe capitation of this form.
    """
    n = as_floats("people", people)
    indices = {name: as_floats(name, index) for name, index in factors.items()}
    refuse(
        "The allocation cannot be shared",
        [
            not_finite("people", n),
            not_above_zero("people", n),
            *(not_finite(name, i) for name, i in indices.items()),
            *(not_above_zero(name, i) for name, i in indices.items()),
            "" if pence >= 0 else f"the allocation is {pence} pence, below nought",
        ],
    )
    weighted = n.copy()
    shared = round_to_sum(weighted / weighted.sum() * pence, pence)
    by_people, effects = shared, {}
    for name, index in indices.items():
        weighted = weighted * index
        after = round_to_sum(weighted / weighted.sum() * pence, pence)
        effects[name] = after - shared
        shared = after
    exact = weighted / weighted.sum() * pence
    given = shared if now is None else _paced(exact, as_floats("now", now), pence, least_change, most_change)
    return Split(by_people=by_people, effects=effects, target=shared, given=given)


def round_to_sum(exact: Array, total: int) -> NDArray[np.int64]:
    """Whole numbers nearest to `exact` that add up to `total`: the largest remainders are rounded up (Hamilton)."""
    low = np.floor(exact + WHOLE).astype(np.int64)
    short = int(total - low.sum())
    order = np.lexsort((np.arange(exact.size), -(exact - low)))
    low[order[:short]] += 1
    return low


def _paced(target: Array, now: Array, pence: int, least: float | None, most: float | None) -> NDArray[np.int64]:
    low = now * (1 + least) if least is not None else np.zeros_like(now)
    high = now * (1 + most) if most is not None else np.full_like(now, np.inf)
    if (low > high).any():
        raise ChesilError("The floor lies above the ceiling")
    if low.sum() > pence + 0.5 or high.sum() < pence - 0.5:
        raise ChesilError(
            f"No split fits: floors take {low.sum() / 100:,.0f} pounds and ceilings allow {high.sum() / 100:,.0f} of "
            f"{pence / 100:,.0f}",
            [],
            "Lower the floor, raise the ceiling, or find more money",
        )
    # What groups between their bounds get is one multiple of their targets: the multiple that uses all the money.
    below, above = 0.0, 1.0
    while np.clip(target * above, low, high).sum() < pence - WHOLE and above < 1e18:
        above *= 4
    for _ in range(300):
        middle = (below + above) / 2
        below, above = (middle, above) if np.clip(target * middle, low, high).sum() < pence else (below, middle)
    return round_to_sum(np.clip(target * above, low, high), pence)
