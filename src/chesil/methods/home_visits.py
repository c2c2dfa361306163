"""Home visits and the ambulances they call: one day as a queue, with visits in rounds or as requests come."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapreplace

import numpy as np
from numpy.typing import NDArray

from chesil.methods.checking import refuse

Array = NDArray[np.float64]
MINUTES = 60


@dataclass(frozen=True)
class VisitDay:
    """How a day of home visits goes. Times are minutes after midnight.

    `requests_by_hour` maps the hour at which it begins to the requests expected in it. `rounds` are the times at which
    visitors set out; without any, each visit begins when a visitor is free. A visit's length and an ambulance's job are
    exponential with the given means. `ambulances` 0 means that ambulances are not simulated, only asked for.
    """

    requests_by_hour: dict[int, float]
    visitors: int
    visit_minutes: float
    rounds: tuple[int, ...] = ()
    ambulance_share: float = 0.0
    ambulances: int = 0
    ambulance_minutes: float = 0.0

    def __post_init__(self) -> None:
        refuse(
            "The day of home visits cannot be simulated",
            [
                "no requests are expected" if sum(self.requests_by_hour.values()) <= 0 else "",
                "requests of an hour are below zero" if min(self.requests_by_hour.values(), default=0) < 0 else "",
                f"`visitors` is {self.visitors}: at least one is needed" if self.visitors < 1 else "",
                "a visit must take some minutes" if self.visit_minutes <= 0 else "",
                "`ambulance_share` must lie between nought and one" if not 0 <= self.ambulance_share <= 1 else "",
                "`ambulances` is below zero" if self.ambulances < 0 else "",
                "an ambulance's job must take some minutes" if self.ambulances and self.ambulance_minutes <= 0 else "",
            ],
        )


@dataclass(frozen=True, eq=False)
class SimulatedDay:
    """What happened: requests and visits in order, and ambulances as they were asked for; minutes after midnight, and
    minutes of waiting.
    """

    requested: Array
    visit_began: Array
    ambulance_asked: Array
    ambulance_wait: Array

    @property
    def visit_wait(self) -> Array:
        """Minutes from request to the beginning of the visit."""
        return self.visit_began - self.requested


def simulate_day(day: VisitDay, rng: np.random.Generator) -> SimulatedDay:
    """One day: requests come at random within each hour, wait for a round and a visitor, and some need an ambulance."""
    moments = _requests(day, rng)
    lengths = rng.exponential(day.visit_minutes, len(moments))
    called = rng.random(len(moments)) < day.ambulance_share
    jobs = rng.exponential(day.ambulance_minutes or 1.0, len(moments))
    began = served_in_turn(_set_out(moments, day.rounds), lengths, day.visitors)
    asked = (began + lengths)[called]
    order = np.argsort(asked, kind="stable")
    asked = asked[order]
    waits = served_in_turn(asked, jobs[called][order], day.ambulances) - asked if day.ambulances else np.zeros(0)
    return SimulatedDay(moments, began, asked, waits)


def served_in_turn(arrivals: Array, lengths: Array, servers: int) -> Array:
    """When each service begins, (n,), if who comes first is served first by the first of `servers` that is free.

    `arrivals` (n,) are in order, `lengths` (n,) of the services, all in one unit. Kiefer and Wolfowitz (1955), On the
    theory of queues with many servers, Transactions of the American Mathematical Society 78.
    """
    free = [-np.inf] * servers
    began = np.empty(len(arrivals))
    for k, (arrival, length) in enumerate(zip(arrivals.tolist(), lengths.tolist(), strict=True)):
        began[k] = max(arrival, free[0])
        heapreplace(free, began[k] + length)
    return began


def _set_out(moments: Array, rounds: Sequence[int]) -> Array:
    """When each visit can begin at the earliest: the next round; after the last, as soon as somebody is free."""
    times = np.array(sorted(rounds), dtype=np.float64)
    after = np.searchsorted(times, moments)
    return np.where(after < times.size, np.append(times, 0.0)[after], moments)


def _requests(day: VisitDay, rng: np.random.Generator) -> Array:
    moments = [
        hour * MINUTES + rng.uniform(0, MINUTES, rng.poisson(expected))
        for hour, expected in sorted(day.requests_by_hour.items())
    ]
    return np.sort(np.concatenate(moments))


@dataclass(frozen=True)
class VisitDays:
    """Means over many days, with the ambulance requests that begin in each hour (24,)."""

    visits: float
    mean_visit_wait: float
    ambulance_requests: float
    mean_ambulance_wait: float
    asked_by_hour: Array
    peak_by_day: Array

    @property
    def peak_hour(self) -> int:
        """The hour with the most requests on average."""
        return int(self.asked_by_hour.argmax())

    @property
    def peak(self) -> float:
        """Requests in the hour with the most, on average over days."""
        return float(self.asked_by_hour.max())


def simulate_days(day: VisitDay, days: int, rng: np.random.Generator) -> VisitDays:
    """Many days, each from requests drawn anew; the same generator gives the same days."""
    seen = [simulate_day(day, rng) for _ in range(days)]
    by_hour = np.array(
        [np.bincount((s.ambulance_asked // MINUTES).astype(int) % 24, minlength=24) for s in seen], float
    )
    waits = np.concatenate([s.ambulance_wait for s in seen])
    return VisitDays(
        visits=float(np.mean([len(s.requested) for s in seen])),
        mean_visit_wait=float(np.concatenate([s.visit_wait for s in seen]).mean()),
        ambulance_requests=float(by_hour.sum(axis=1).mean()),
        mean_ambulance_wait=float(waits.mean()) if waits.size else 0.0,
        asked_by_hour=by_hour.mean(axis=0),
        peak_by_day=by_hour.max(axis=1),
    )
