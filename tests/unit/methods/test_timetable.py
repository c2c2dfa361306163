"""Public transport over a timetable: arrivals worked out by hand, and the slow plain way."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chesil.core.errors import ChesilError
from chesil.methods.timetable import Walks, connections_of, journeys_in_window, scan_profile

NONE = Walks(np.zeros(0, int), np.zeros(0, int), np.zeros(0))
H = 3600


def walks(*pairs):
    start, end, seconds = zip(*pairs, strict=True)
    return Walks(np.array(start), np.array(end), np.array(seconds, dtype=float))


def minutes(window):
    return [round(float(x[0, 0]) / 60, 2) for x in (window.median, window.least, window.greatest)]


# A bus A - B - C at 07:10, 07:40, 08:10 ...: ten minutes a leg. The surgery is 2 minutes from C, the home 3 from A.


def bus(every, start=7 * H + 600, trips=8):
    trip, stop, times = [], [], []
    for k in range(trips):
        for leg in range(3):
            trip.append(k)
            stop.append(leg)
            times.append(start + k * every + leg * 600)
    return connections_of(trip, stop, times, times, 3)


def test_a_single_departure_worked_by_hand():
    # Leave 07:00, at A 07:03, bus 07:10, at C 07:30, there at 07:32.
    profile = scan_profile(bus(1800), NONE, [[np.inf], [np.inf], [120]])
    found = journeys_in_window(profile, walks((0, 0, 180)), [[np.inf]], [7 * H])
    assert minutes(found) == [32, 32, 32]


def test_a_window_worked_by_hand():
    # Every half hour: leaving at 07:00 ... 07:29. Leave 07:07 catches the 07:10: 25 minutes; leave 07:08 waits for
    # the 07:40: 54. So 25 to 54, and the middle of thirty equally spaced is 39.5.
    profile = scan_profile(bus(1800), NONE, [[np.inf], [np.inf], [120]])
    leave = 7 * H + 60 * np.arange(30)
    found = journeys_in_window(profile, walks((0, 0, 180)), [[np.inf]], leave)
    assert minutes(found) == [39.5, 25, 54]


def test_people_walk_where_that_is_quicker():
    profile = scan_profile(bus(1800), NONE, [[np.inf], [np.inf], [120]])
    leave = 7 * H + 60 * np.arange(30)
    found = journeys_in_window(profile, walks((0, 0, 180)), [[35 * 60]], leave)
    assert minutes(found) == [35, 25, 35]


def test_half_the_window_without_a_bus_has_no_median():
    profile = scan_profile(bus(1800, trips=1), NONE, [[np.inf], [np.inf], [120]])
    found = journeys_in_window(profile, walks((0, 0, 180)), [[np.inf]], 7 * H + 60 * np.arange(30))
    assert minutes(found) == [np.inf, 25, np.inf]


def test_a_change_takes_its_time_and_staying_on_does_not():
    # Trip 0: A 07:00 - B 07:10. Trip 1: B 07:10 - C 07:20. Trip 2: B 07:11 - C 07:31.
    trip, stop = [0, 0, 1, 1, 2, 2], [0, 1, 1, 2, 1, 2]
    times = [t * 60 + 7 * H for t in (0, 10, 10, 20, 11, 31)]
    rides = connections_of(trip, stop, times, times, 3)
    to_c = [[np.inf], [np.inf], [0]]
    found = journeys_in_window(scan_profile(rides, NONE, to_c), walks((0, 0, 0)), [[np.inf]], [7 * H])
    assert minutes(found) == [31, 31, 31]
    quick = scan_profile(rides, NONE, to_c, change_seconds=1)
    assert minutes(journeys_in_window(quick, walks((0, 0, 0)), [[np.inf]], [7 * H]))[0] == 31
    through = connections_of([0, 0, 0], [0, 1, 2], [times[0], times[1], times[3]], [times[0], times[1], times[3]], 3)
    assert (
        minutes(journeys_in_window(scan_profile(through, NONE, to_c), walks((0, 0, 0)), [[np.inf]], [7 * H]))[0] == 20
    )


def test_a_walk_between_stops_joins_two_routes():
    # Trip 0: A 07:00 - B 07:10; five minutes on foot to D; trip 1: D 07:15 - C 07:25, trip 2: D 07:14 - C 07:16.
    trip, stop = [0, 0, 1, 1, 2, 2], [0, 1, 3, 2, 3, 2]
    times = [t * 60 + 7 * H for t in (0, 10, 15, 25, 14, 16)]
    rides = connections_of(trip, stop, times, times, 4)
    to_c = [[np.inf], [np.inf], [60], [np.inf]]
    found = journeys_in_window(scan_profile(rides, walks((1, 3, 300)), to_c), walks((0, 0, 0)), [[np.inf]], [7 * H])
    assert minutes(found)[0] == 26


def test_nobody_boards_or_alights_where_it_is_not_allowed():
    times = [t * 60 + 7 * H for t in (0, 10, 20)]
    calls = dict(trip=[0, 0, 0], stop=[0, 1, 2], arrives=times, departs=times, stops=3)
    egress = [[np.inf], [60], [np.inf]]
    shut = connections_of(**calls, alight=[True, False, True])
    found = journeys_in_window(scan_profile(shut, NONE, egress), walks((0, 0, 0)), [[np.inf]], [7 * H])
    assert minutes(found)[0] == np.inf
    no_boarding = connections_of(**calls, board=[False, True, True])
    found = journeys_in_window(scan_profile(no_boarding, NONE, egress), walks((0, 0, 0)), [[np.inf]], [7 * H])
    assert minutes(found)[0] == np.inf


def test_connections_after_the_latest_are_left_out():
    profile = scan_profile(bus(1800), NONE, [[np.inf], [np.inf], [120]], latest=7 * H + 1200)
    found = journeys_in_window(profile, walks((0, 0, 180)), [[np.inf]], [7 * H])
    assert minutes(found)[0] == np.inf


def test_a_trip_that_goes_back_in_time_is_refused():
    with pytest.raises(ChesilError, match="back in time"):
        connections_of([0, 0], [0, 1], [100, 50], [100, 50], 2)
    with pytest.raises(ChesilError, match="stand together"):
        connections_of([0, 1, 0], [0, 1, 1], [1, 2, 3], [1, 2, 3], 2)


# The second way: go on improving until nothing improves.


def slow_arrival(calls, between, egress, change, access, walk, leave):
    stops, goals = egress.shape
    ready = np.full(stops, np.inf)
    for start, seconds in access:
        ready[start] = min(ready[start], leave + seconds)
    best = np.array([leave + w for w in walk], dtype=float)
    while True:
        before = (ready.copy(), best.copy())
        for trip in calls:
            on = False
            for (a, _, go), (b, come, _) in pairwise(trip):
                on = on or ready[a] <= go
                if on:
                    for d in range(goals):
                        best[d] = min(best[d], come + egress[b, d])
                    ready[b] = min(ready[b], come + change)
                    for x, y, seconds in between:
                        if x == b:
                            ready[y] = min(ready[y], come + seconds)
        if (ready == before[0]).all() and (best == before[1]).all():
            return best


@st.composite
def towns(draw):
    stops, goals = draw(st.integers(2, 5)), draw(st.integers(1, 2))
    calls = []
    for _ in range(draw(st.integers(1, 6))):
        now, trip = draw(st.integers(0, 40)), []
        for _ in range(draw(st.integers(2, 4))):
            stay = draw(st.integers(0, 2))
            trip.append((draw(st.integers(0, stops - 1)), now * 60, (now + stay) * 60))
            now += stay + draw(st.integers(0, 12))
        calls.append(trip)
    far = st.one_of(st.just(np.inf), st.integers(0, 900).map(float))
    egress = np.array(draw(st.lists(far, min_size=stops * goals, max_size=stops * goals))).reshape(stops, goals)
    pair = st.tuples(st.integers(0, stops - 1), st.integers(0, stops - 1), st.integers(30, 600))
    between = [p for p in draw(st.lists(pair, max_size=4)) if p[0] != p[1]]
    access = draw(st.lists(st.tuples(st.integers(0, stops - 1), st.integers(0, 600)), min_size=1, max_size=3))
    walk = draw(st.lists(st.one_of(st.just(np.inf), st.integers(600, 7000).map(float)), min_size=goals, max_size=goals))
    return calls, between, egress, access, walk


@given(towns(), st.integers(1, 200))
@settings(max_examples=120, deadline=None)
def test_the_scan_agrees_with_the_slow_way(town, change):
    calls, between, egress, access, walk = town
    trip = [k for k, t in enumerate(calls) for _ in t]
    flat = [c for t in calls for c in t]
    rides = connections_of(trip, [c[0] for c in flat], [c[1] for c in flat], [c[2] for c in flat], egress.shape[0])
    foot = walks(*between) if between else NONE
    profile = scan_profile(rides, foot, egress, change_seconds=change)
    to_stops = walks(*[(0, s, w) for s, w in access])
    for leave in (0, 600, 1260, 2400):
        slow = slow_arrival(calls, between, egress, change, access, walk, leave) - leave
        found = journeys_in_window(profile, to_stops, [walk], [leave])
        assert found.median[0].tolist() == pytest.approx(slow.tolist())
        assert found.least[0].tolist() == found.greatest[0].tolist() == found.median[0].tolist()
