"""Journey-time metrics in the manner of the Department for Transport's accessibility statistics, and nearest times.

Department for Transport, Journey Time Statistics and accessibility statistics, notes and definitions: average minimum
time, origin indicator (services that can be reached in time, counted up to ten) and destination indicator (users who
can reach one in time). Our convention for people who can reach nothing: they are left out of the average minimum, count
as nought services and as not within any time, and their number is always given.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chesil.core.errors import ChesilError
from chesil.methods.reach import Reach, check_amounts, reach_of

Array = NDArray[np.float64]

DFT_CAP = 10
"""Services counted at most in the origin indicator."""


@dataclass(frozen=True, eq=False)
class JourneyTimes:
    """The three metrics of a set of users and services.

    `average_minimum`: minutes to the nearest, weighted by users who can reach one; NaN if none can.
    `origin_indicator` (thresholds,): services within each threshold, counted up to the cap, mean over all users.
    `destination_indicator` (thresholds,): percentage of all users with a service within each threshold.
    """

    users: float
    users_unreachable: float
    average_minimum: float
    thresholds: tuple[float, ...]
    origin_indicator: Array
    destination_indicator: Array


def journey_times(
    users: ArrayLike, minutes: object, thresholds: Sequence[float], *, cap: int = DFT_CAP
) -> JourneyTimes:
    """The three metrics. `users` (origins,); `minutes` (origins, services) dense with infinities, or sparse (`reach_of`).

    Thresholds are inclusive. `ChesilError` if there are no users.
    """
    reach = reach_of(minutes)
    u = check_amounts("users", users, reach.origins, "origins")
    total = u.sum()
    if not total > 0:
        raise ChesilError("journey-time metrics need some users")
    nearest = nth_nearest(reach, 1)
    can = np.isfinite(nearest)
    able = u[can].sum()
    counted = [np.minimum(services_within(reach, t), cap) for t in thresholds]
    return JourneyTimes(
        users=float(total),
        users_unreachable=float(u[~can].sum()),
        average_minimum=float((u[can] * nearest[can]).sum() / able) if able > 0 else np.nan,
        thresholds=tuple(thresholds),
        origin_indicator=np.array([(u * c).sum() / total for c in counted]),
        destination_indicator=np.array([100 * u[nearest <= t].sum() / total for t in thresholds]),
    )


def nth_nearest(minutes: object, n: int) -> Array:
    """Minutes to the n-th nearest destination of each origin, (origins,); infinite where there are fewer than n."""
    if n < 1:
        raise ChesilError(f"the nearest is the 1st, not the {n}th")
    reach = reach_of(minutes)
    starts = np.searchsorted(reach.origin, np.arange(reach.origins + 1))
    found = np.full(reach.origins, np.inf)
    enough = np.diff(starts) >= n
    if n == 1:
        found[enough] = np.minimum.reduceat(reach.cost, starts[:-1][enough]) if reach.pairs else np.inf
        return found
    order = np.lexsort((reach.cost, reach.origin))
    found[enough] = reach.cost[order][starts[:-1][enough] + n - 1]
    return found


def services_within(minutes: object, limit: float) -> Array:
    """Number of destinations within the limit (inclusive) of each origin, (origins,)."""
    near: Reach = reach_of(minutes).within(limit)
    return near.by_origin(np.ones(near.pairs))


def mean_minutes_of_users(minutes: object, flows: ArrayLike) -> tuple[float, float]:
    """Mean minutes of people who go from origins to destinations in given numbers, and how many have no way.

    `flows` (origins, destinations), people. NaN if nobody who goes anywhere has a way.
    """
    reach = reach_of(minutes)
    f = np.asarray(flows, dtype=np.float64)
    if f.shape != (reach.origins, reach.destinations) or not np.isfinite(f).all() or (f < 0).any():
        raise ChesilError("flows must be people by origin and destination, none missing and none below nought")
    going = f[reach.origin, reach.destination]
    able = going.sum()
    mean = float((going * reach.cost).sum() / able) if able > 0 else np.nan
    return mean, float(max(f.sum() - able, 0.0))
