"""Home visits and the ambulances they call: one day as a queue, with visits in rounds or as requests come."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simpy
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


@dataclass
class SimulatedDay:
    """What happened: one entry a request, in order of being finished; minutes after midnight, and minutes of waiting."""

    requested: list[float] = field(default_factory=list)
    visit_began: list[float] = field(default_factory=list)
    ambulance_asked: list[float] = field(default_factory=list)
    ambulance_wait: list[float] = field(default_factory=list)

    @property
    def visit_wait(self) -> Array:
        """Minutes from request to the beginning of the visit."""
        return np.asarray(self.visit_began) - np.asarray(self.requested)


def simulate_day(day: VisitDay, rng: np.random.Generator) -> SimulatedDay:
    """One day: requests come at random within each hour, wait for a round and a visitor, and some need an ambulance."""
    world, seen = simpy.Environment(), SimulatedDay()
    visitors = simpy.Resource(world, capacity=day.visitors)
    crews = simpy.Resource(world, capacity=max(day.ambulances, 1))
    moments = _requests(day, rng)
    lengths = rng.exponential(day.visit_minutes, len(moments))
    called = rng.random(len(moments)) < day.ambulance_share
    jobs = rng.exponential(day.ambulance_minutes or 1.0, len(moments))
    for moment, length, calls, job in zip(moments, lengths, called, jobs, strict=True):
        world.process(_visit(world, day, seen, visitors, crews, float(moment), float(length), bool(calls), float(job)))
    world.run()
    return seen


def _visit(
    world: simpy.Environment, day: VisitDay, seen: SimulatedDay, visitors: simpy.Resource, crews: simpy.Resource,
    moment: float, length: float, calls: bool, job: float,
) -> Generator[Any, Any, None]:  # fmt: skip
    yield world.timeout(_sets_out(moment, day.rounds))
    with visitors.request() as turn:
        yield turn
        seen.requested.append(moment)
        seen.visit_began.append(world.now)
        yield world.timeout(length)
    if not calls:
        return
    asked = world.now
    seen.ambulance_asked.append(asked)
    if day.ambulances:
        with crews.request() as turn:
            yield turn
            seen.ambulance_wait.append(world.now - asked)
            yield world.timeout(job)


def _sets_out(moment: float, rounds: Sequence[int]) -> float:
    """When the visit can begin at the earliest: the next round; after the last, as soon as somebody is free."""
    return min((r for r in rounds if r >= moment), default=moment)


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
        [np.bincount((np.asarray(s.ambulance_asked) // MINUTES).astype(int) % 24, minlength=24) for s in seen], float
    )
    waits = [w for s in seen for w in s.ambulance_wait]
    return VisitDays(
        visits=float(np.mean([len(s.requested) for s in seen])),
        mean_visit_wait=float(np.concatenate([s.visit_wait for s in seen]).mean()),
        ambulance_requests=float(by_hour.sum(axis=1).mean()),
        mean_ambulance_wait=float(np.mean(waits)) if waits else 0.0,
        asked_by_hour=by_hour.mean(axis=0),
        peak_by_day=by_hour.max(axis=1),
    )
