"""Routing: made-up networks with known answers, tags and what they mean, and the slow plain way."""

import heapq
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from chesil.core.errors import ChesilError
from chesil.definitions import load_definition
from chesil.methods.road_rules import (
    directions,
    ferry_seconds,
    is_closed,
    rules_from,
    speed_limit,
    way_speeds,
)
from chesil.methods.routing import build_network, place_on, roads_of, seconds_between

RULES = rules_from(load_definition("", "road_speeds"))


def speeds(mode, *, ferries=False, **tags):
    tags = {k.replace("__", ":"): v for k, v in tags.items()}
    forward, backward = way_speeds([tags], mode, RULES, ferries=ferries)
    return round(forward[0] * 3.6, 2), round(backward[0] * 3.6, 2)


SLOW_LANE = RULES.modes["drive"].speeds_kmh["unclassified"]


@pytest.mark.parametrize(
    ("mode", "tags", "expected"),
    [
        ("drive", {"highway": "unclassified"}, (SLOW_LANE, SLOW_LANE)),
        ("drive", {"highway": "unclassified", "maxspeed": "20 mph"}, (32.19, 32.19)),
        ("drive", {"highway": "unclassified", "maxspeed": "60 mph"}, (SLOW_LANE, SLOW_LANE)),
        ("drive", {"highway": "unclassified", "oneway": "yes"}, (SLOW_LANE, 0)),
        ("drive", {"highway": "unclassified", "oneway": "-1"}, (0, SLOW_LANE)),
        ("drive", {"highway": "unclassified", "oneway": "reversible"}, (0, 0)),
        ("drive", {"highway": "unclassified", "junction": "roundabout"}, (SLOW_LANE, 0)),
        ("drive", {"highway": "unclassified", "access": "private"}, (0, 0)),
        ("drive", {"highway": "unclassified", "access": "no", "motor_vehicle": "yes"}, (SLOW_LANE, SLOW_LANE)),
        ("drive", {"highway": "unclassified", "motor_vehicle": "no"}, (0, 0)),
        ("drive", {"highway": "unclassified", "motor_vehicle": "destination"}, (SLOW_LANE, SLOW_LANE)),
        ("drive", {"highway": "track"}, (0, 0)),
        ("drive", {"highway": "footway"}, (0, 0)),
        ("drive", {"highway": "construction"}, (0, 0)),
        ("walk", {"highway": "motorway"}, (0, 0)),
        ("walk", {"highway": "unclassified", "oneway": "yes", "maxspeed": "2"}, (4.8, 4.8)),
        ("walk", {"highway": "unclassified", "motor_vehicle": "no"}, (4.8, 4.8)),
        ("walk", {"highway": "residential", "access": "private"}, (0, 0)),
        ("walk", {"highway": "residential", "foot": "no"}, (0, 0)),
        ("walk", {"highway": "trunk", "motorroad": "yes"}, (0, 0)),
        ("walk", {"highway": "steps"}, (2.4, 2.4)),
        ("walk", {"highway": "footway", "oneway__foot": "yes"}, (4.8, 0)),
        ("cycle", {"highway": "unclassified", "oneway": "yes"}, (16, 0)),
        ("cycle", {"highway": "unclassified", "oneway": "yes", "oneway__bicycle": "no"}, (16, 16)),
        ("cycle", {"highway": "unclassified", "oneway": "yes", "cycleway": "opposite_lane"}, (16, 16)),
        ("cycle", {"highway": "footway"}, (0, 0)),
        ("cycle", {"highway": "footway", "bicycle": "yes"}, (8, 8)),
        ("cycle", {"highway": "footway", "access": "yes"}, (0, 0)),
        ("cycle", {"highway": "primary", "bicycle": "no"}, (0, 0)),
        ("cycle", {"highway": "cycleway", "motor_vehicle": "no"}, (16, 16)),
        ("walk", {"route": "ferry"}, (0, 0)),
    ],
    ids=str,
)
def test_tags_open_and_close_a_way(mode, tags, expected):
    assert speeds(mode, **tags) == expected


def test_motorways_run_one_way_unless_they_say_not():
    assert directions({"highway": "motorway"}, "drive") == (True, False)
    assert directions({"highway": "motorway", "oneway": "no"}, "drive") == (True, True)


def test_ferries_are_off_unless_asked_for_and_carry_cars_only_if_they_say_so():
    assert speeds("walk", route="ferry", ferries=True) == (12, 12)
    assert speeds("drive", route="ferry", ferries=True) == (0, 0)
    assert speeds("drive", route="ferry", motor_vehicle="yes", ferries=True) == (12, 12)
    assert ferry_seconds({"duration": "00:25"}, 5, RULES) == (25 + 15) * 60
    assert ferry_seconds({"duration": "4"}, 5, RULES) == (4 + 15) * 60
    assert ferry_seconds({"duration": "soon"}, 2000, RULES) == pytest.approx(600 + 900)


@pytest.mark.parametrize(
    ("text", "kmh"),
    [("30 mph", 48.28032), ("30mph", 48.28032), ("50", 50), ("GB:nsl_single", 96.56), ("signals", None), ("", None), ("-5", None), ("20 mph;30 mph", 32.18688)],
)  # fmt: skip
def test_limits_are_read(text, kmh):
    assert speed_limit(text, RULES.limits) == (pytest.approx(kmh) if kmh else None)


def test_barriers_stop_some():
    assert is_closed({"barrier": "bollard"}, "drive", RULES)
    assert not is_closed({"barrier": "bollard"}, "cycle", RULES)
    assert not is_closed({"barrier": "bollard", "motor_vehicle": "yes"}, "drive", RULES)
    assert not is_closed({"barrier": "gate"}, "drive", RULES)
    assert is_closed({"barrier": "gate", "locked": "yes"}, "walk", RULES)
    assert is_closed({"barrier": "gate", "access": "private"}, "walk", RULES)


def test_a_broken_table_of_speeds_is_refused():
    with pytest.raises(ChesilError, match="copy of definitions"):
        rules_from({"drive": {}})
    record = load_definition("", "road_speeds")
    wrong = {**record, "drive": {**record["drive"], "speeds_kmh": {"primary": 0}}}
    with pytest.raises(ChesilError, match="above nought"):
        rules_from(wrong)


# A square of 1 km with a fast one-way diagonal, a lane that hangs off it and an island that nothing leads to.
#   3 --- 2
#   |   / |
#   0 --- 1 --- 4        5 --- 6


def square(diagonal=(20.0, 0.0)):
    x, y = [0, 1000, 1000, 0, 2000, 9000, 9500], [0, 0, 1000, 1000, 0, 0, 0]
    ways = [[0, 1, 2, 3, 0], [0, 2], [1, 4], [5, 6]]
    return roads_of(x, y, ways, [10, diagonal[0], 5, 10], [10, diagonal[1], 5, 10])


def test_known_answers_on_a_square():
    network = build_network(square())
    found = seconds_between(network, [0, 2, 4], [0, 1, 2, 5])
    diagonal = math.sqrt(2) * 1000 / 20
    assert_allclose(
        found,
        [[0, 100, diagonal, np.inf], [200, 100, 0, np.inf], [300, 200, 300, np.inf]],
    )


def test_both_sides_of_the_search_agree():
    network = build_network(square())
    many, few = [0, 1, 2, 3, 4, 5], [2, 4]
    forth = seconds_between(network, many, few)
    back = seconds_between(network, few, many)
    for i, a in enumerate(many):
        for j, b in enumerate(few):
            assert forth[i, j] == pytest.approx(seconds_between(network, [a], [b])[0, 0])
            assert back[j, i] == pytest.approx(seconds_between(network, [b], [a])[0, 0])


def test_islands_are_counted_and_the_largest_is_first():
    network = build_network(square())
    assert network.island[0] == network.island[4] == 0
    assert network.island[5] == network.island[6] == 1
    # Four sides of 20 steps, a diagonal of 29 and a lane of 20 share their ends; 500 m make 10 steps.
    assert network.sizes.tolist() == [80 + 28 + 20, 11]


def test_a_one_way_end_is_an_island_of_its_own():
    roads = roads_of([0, 1000, 2000], [0, 0, 0], [[0, 1], [1, 2]], [10, 10], [10, 0])
    network = build_network(roads)
    assert network.island[0] == network.island[1] == 0
    assert network.island[2] != 0
    assert seconds_between(network, [0], [2])[0, 0] == pytest.approx(200)
    assert seconds_between(network, [2], [0])[0, 0] == np.inf


def test_a_closed_point_cuts_a_way_but_not_what_passes_beside_it():
    x, y = [0, 100, 200, 100], [0, 0, 0, 500]
    roads = roads_of(x, y, [[0, 1, 2], [0, 3, 2]], 10, 10, closed=[1])
    assert seconds_between(build_network(roads), [0], [2])[0, 0] == pytest.approx(2 * math.hypot(100, 500) / 10)
    alone = roads_of([0, 40, 80], [0, 0, 0], [[0, 1, 2]], 10, 10, closed=[1])
    with pytest.raises(ChesilError, match="no network"):
        build_network(roads_of(x, y, [[0, 1, 2]], 0, 0))
    with pytest.raises(ChesilError, match="no network"):
        build_network(alone)


def test_a_place_beside_a_long_straight_road_is_put_where_it_is():
    network = build_network(roads_of([0, 4000], [0, 0], [[0, 1]], 10, 10))
    placed = place_on(network, [1000, 3010], [30, -40])
    assert placed.metres[0] == pytest.approx(30)
    assert placed.metres[1] == pytest.approx(math.hypot(10, 40), abs=15)
    assert seconds_between(network, placed.point[:1], placed.point[1:])[0, 0] == pytest.approx(200, abs=3)


def test_small_islands_are_passed_over_unless_they_are_far_out():
    x = [0, 5000, 2000, 2020, 2000, 2020]
    y = [0, 0, 100, 100, 3000, 3000]
    network = build_network(roads_of(x, y, [[0, 1], [2, 3], [4, 5]], 10, 10))
    placed = place_on(network, [2000, 2000], [100, 2990], least_island=50)
    assert network.island[placed.point].tolist()[0] == 0
    assert placed.metres[0] == pytest.approx(100)
    assert network.island[placed.point[1]] > 0
    assert placed.metres[1] == pytest.approx(10)


def test_times_beyond_the_limit_are_infinite():
    network = build_network(roads_of([0, 1000, 3000], [0, 0, 0], [[0, 1, 2]], 10, 10))
    assert seconds_between(network, [0], [1, 2], limit=150).tolist() == [[pytest.approx(100), np.inf]]


# The second way: a plain Dijkstra over dictionaries.


def plain_dijkstra(x, y, ways, forward, backward, closed, source):
    edges = {}
    for way, ahead, behind in zip(ways, forward, backward, strict=True):
        for a, b in pairwise(way):
            if a in closed or b in closed:
                continue
            metres = math.hypot(x[a] - x[b], y[a] - y[b])
            if ahead:
                edges.setdefault(a, []).append((b, metres / ahead))
            if behind:
                edges.setdefault(b, []).append((a, metres / behind))
    best, queue = {}, [(0.0, source)]
    while queue:
        seconds, node = heapq.heappop(queue)
        if node in best:
            continue
        best[node] = seconds
        for other, step in edges.get(node, []):
            heapq.heappush(queue, (seconds + step, other))
    return best


@st.composite
def networks(draw):
    n = draw(st.integers(2, 9))
    spots = st.tuples(st.integers(0, 40), st.integers(0, 40))
    where = draw(st.lists(spots, min_size=n, max_size=n, unique=True))
    x, y = [100.0 * a for a, _ in where], [100.0 * b for _, b in where]
    way = st.lists(st.integers(0, n - 1), min_size=2, max_size=5).filter(lambda w: all(a != b for a, b in pairwise(w)))
    ways = draw(st.lists(way, min_size=1, max_size=7))
    speed = st.sampled_from([0.0, 2.0, 5.0, 13.0])
    forward = draw(st.lists(speed, min_size=len(ways), max_size=len(ways)))
    backward = draw(st.lists(speed, min_size=len(ways), max_size=len(ways)))
    closed = draw(st.lists(st.integers(0, n - 1), max_size=2))
    return x, y, ways, forward, backward, closed


@given(networks())
@settings(max_examples=80, deadline=None)
def test_we_agree_with_a_plain_dijkstra(made):
    x, y, ways, forward, backward, closed = made
    try:
        network = build_network(roads_of(*made))
    except ChesilError:
        return
    everywhere = [k for k in range(len(x)) if k not in closed]
    found = seconds_between(network, everywhere, everywhere)
    few = seconds_between(network, everywhere, everywhere[:1])
    for i, a in enumerate(everywhere):
        slow = plain_dijkstra(x, y, ways, forward, backward, closed, a)
        for j, b in enumerate(everywhere):
            assert found[i, j] == pytest.approx(slow.get(b, np.inf), rel=1e-9)
        assert few[i, 0] == pytest.approx(slow.get(everywhere[0], np.inf), rel=1e-9)
        for j, b in enumerate(everywhere):
            together = network.island[a] == network.island[b] and network.island[a] >= 0
            both = np.isfinite(found[i, j]) and np.isfinite(found[j, i])
            assert together == both or a == b


@given(networks(), st.data())
@settings(max_examples=40, deadline=None)
def test_adding_a_road_never_lengthens_a_route(made, chance):
    x, y, ways, forward, backward, closed = made
    everywhere = list(range(len(x)))
    try:
        without = build_network(roads_of(x, y, ways[:-1], forward[:-1], backward[:-1], closed))
    except ChesilError:
        return
    fewer = seconds_between(without, everywhere, everywhere)
    more = seconds_between(build_network(roads_of(*made)), everywhere, everywhere)
    assert (more <= fewer * (1 + 1e-9) + 1e-9).all()
    order = chance.draw(st.permutations(range(len(ways))))
    mixed = roads_of(x, y, [ways[k] for k in order], [forward[k] for k in order], [backward[k] for k in order], closed)
    assert_allclose(seconds_between(build_network(mixed), everywhere, everywhere), more, rtol=1e-9)
