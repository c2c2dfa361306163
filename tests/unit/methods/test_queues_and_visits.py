"""Queues in closed form against published values and against simulation; home visits in rounds."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import simpy

from chesil.core.errors import InputRefused
from chesil.methods.home_visits import MINUTES, VisitDay, simulate_day, simulate_days
from chesil.methods.queues import erlang_c, mean_wait


def erlang_c_by_definition(servers: int, load: float) -> float:
    """Straight from the sum: only for small numbers."""
    from math import factorial

    last = load**servers / factorial(servers) * servers / (servers - load)
    return last / (sum(load**k / factorial(k) for k in range(servers)) + last)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (2, 1.0), (3, 2.5), (5, 4.0), (12, 9.3)])
def test_erlang_c_agrees_with_its_definition(servers: int, load: float) -> None:
    assert erlang_c(servers, load) == pytest.approx(erlang_c_by_definition(servers, load), rel=1e-12)


def test_one_server_is_the_textbook_queue() -> None:
    """M/M/1 at half load: half the arrivals wait, a service's length on average."""
    assert erlang_c(1, 0.5) == pytest.approx(0.5)
    assert mean_wait(1, 0.05, 10.0) == pytest.approx(10.0)


@pytest.mark.parametrize(("servers", "load"), [(0, 0.5), (2, 2.0), (2, -1.0)])
def test_a_queue_that_cannot_settle_is_refused(servers: int, load: float) -> None:
    with pytest.raises(InputRefused):
        erlang_c(servers, load)


@pytest.mark.parametrize("visitors", [1, 3])
def test_without_rounds_the_simulation_meets_the_closed_form(visitors: int) -> None:
    """Constant random arrivals, exponential visits, no rounds: an M/M/c queue run for a long time."""
    hours, a_minute, minutes = 6000, 0.07 * visitors, 10.0
    day = VisitDay({h: a_minute * MINUTES for h in range(hours)}, visitors, minutes)
    seen = simulate_day(day, np.random.default_rng(7))
    assert seen.visit_wait.mean() == pytest.approx(mean_wait(visitors, a_minute, minutes), rel=0.08)
    assert (seen.visit_wait > 1e-9).mean() == pytest.approx(erlang_c(visitors, a_minute * minutes), rel=0.05)


def test_ambulances_wait_as_their_own_queue_does() -> None:
    """Departures of an M/M/c queue are random arrivals again (Burke, 1956): so the second queue is M/M/c too."""
    hours, a_minute = 6000, 0.1
    day = VisitDay({h: a_minute * MINUTES for h in range(hours)}, 3, 10.0, (), 0.5, 2, 30.0)
    seen = simulate_day(day, np.random.default_rng(11))
    assert np.mean(seen.ambulance_wait) == pytest.approx(mean_wait(2, a_minute / 2, 30.0), rel=0.12)


@pytest.mark.parametrize("rounds", [(), (600, 840), (750,)])
def test_a_day_is_what_a_library_of_simulation_makes_of_it(rounds: tuple[int, ...]) -> None:
    """simpy runs the same day event by event, from the same draws: every visit and every wait is the same."""
    day = VisitDay({h: 12.0 for h in range(8, 16)}, 3, 20.0, rounds, 0.4, 2, 50.0)
    seen = simulate_day(day, np.random.default_rng(4))
    began, asked, waits = _by_simpy(day, np.random.default_rng(4))
    assert np.array_equal(seen.visit_began, began)
    assert np.array_equal(seen.ambulance_asked, asked)
    assert np.array_equal(seen.ambulance_wait, waits)
    assert len(waits) > 10 and max(waits) > 0


def _by_simpy(day: VisitDay, rng: np.random.Generator) -> tuple[list[float], list[float], list[float]]:
    moments = np.sort(
        np.concatenate([h * MINUTES + rng.uniform(0, MINUTES, rng.poisson(n)) for h, n in day.requests_by_hour.items()])
    )
    lengths = rng.exponential(day.visit_minutes, len(moments))
    called = rng.random(len(moments)) < day.ambulance_share
    jobs = rng.exponential(day.ambulance_minutes, len(moments))
    world = simpy.Environment()
    visitors, crews = simpy.Resource(world, day.visitors), simpy.Resource(world, day.ambulances)
    began: list[float] = []
    asked: list[float] = []
    waits: list[float] = []

    def visit(moment: float, length: float, calls: bool, job: float) -> Iterator[Any]:
        yield world.timeout(min((r for r in day.rounds if r >= moment), default=moment))
        with visitors.request() as turn:
            yield turn
            began.append(world.now)
            yield world.timeout(length)
        if calls:
            asked.append(world.now)
            with crews.request() as turn:
                since = world.now
                yield turn
                waits.append(world.now - since)
                yield world.timeout(job)

    for each in zip(moments, lengths, called, jobs, strict=True):
        world.process(visit(*(x.item() for x in each)))
    world.run()
    return began, asked, waits


def test_visiting_earlier_lowers_the_peak_and_loses_nobody() -> None:
    requests = {8: 30.0, 9: 24.0, 10: 16.0, 11: 10.0, 12: 6.0, 13: 6.0, 14: 6.0, 15: 6.0}
    late = simulate_days(VisitDay(requests, 8, 20.0, (750,), 0.2), 40, np.random.default_rng(3))
    early = simulate_days(VisitDay(requests, 8, 20.0, (), 0.2), 40, np.random.default_rng(3))
    assert early.peak < late.peak
    assert early.mean_visit_wait < late.mean_visit_wait
    assert early.visits == late.visits
    assert early.asked_by_hour.sum() == pytest.approx(late.asked_by_hour.sum())
    assert late.peak_hour >= 12


def test_the_same_generator_gives_the_same_days() -> None:
    day = VisitDay({9: 10.0}, 2, 15.0, (600,), 0.3, 1, 60.0)
    one, two = (simulate_days(day, 10, np.random.default_rng(5)) for _ in range(2))
    assert one.mean_visit_wait == two.mean_visit_wait
    assert np.array_equal(one.asked_by_hour, two.asked_by_hour)


@pytest.mark.parametrize(
    "wrong",
    [
        {"visitors": 0},
        {"visit_minutes": 0.0},
        {"ambulance_share": 1.5},
        {"ambulances": 2, "ambulance_minutes": 0.0},
        {"requests_by_hour": {}},
        {"requests_by_hour": {9: -1.0, 10: 5.0}},
    ],
)
def test_an_impossible_day_is_refused(wrong: dict[str, object]) -> None:
    good: dict[str, object] = {"requests_by_hour": {9: 5.0}, "visitors": 1, "visit_minutes": 20.0}
    with pytest.raises(InputRefused):
        VisitDay(**{**good, **wrong})  # type: ignore[arg-type]
