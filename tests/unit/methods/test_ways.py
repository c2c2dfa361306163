"""Ways round water on made-up land, and times from distance: known answers, and laws that hold whatever the numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chesil.methods.barriers import crosses_water, shortest_ways, water_map
from chesil.methods.travel import (
    KNOTS_KM,
    Observed,
    TravelModel,
    chance_within,
    constant_speed,
    fit_travel_model,
    log_error,
)
from chesil.methods.ways import Country, Crossing, crossing_faults, grouped, land_metres, where_points_lie

ZERO = np.zeros(1, dtype=np.int64)


def two_shores(crossings: tuple[Crossing, ...] = (), joined: bool = True) -> Country:
    """A bay 4 km wide and 10 km deep between two peninsulas that meet in the south; three areas on each, one between.

    North is up: the western land is 0 to 5 km, the eastern 9 to 14 km, both 12 km tall; they meet below 2 km.
    """
    ring = np.array([(0, 0), (14, 0), (14, 12), (9, 12), (9, 2), (5, 2), (5, 12), (0, 12), (0, 0)]) * 1000.0
    xy = np.array([(2.5, 10), (2.5, 6), (2.5, 2), (7, 1), (11.5, 2), (11.5, 6), (11.5, 10)]) * 1000.0
    one = np.array([0, 1, 2, 3, 4, 5] if joined else [0, 1, 4, 5])
    two = one + 1
    return Country(
        xy, np.zeros(7, dtype=np.int64), one, two, np.hypot(*(xy[one] - xy[two]).T),
        ring[:-1], ring[1:], np.ones(8, dtype=bool), crossings,
    )  # fmt: skip


BRIDGE = Crossing("Bay Bridge", "bridge", ("drive",), 0, 6, 7_000.0, 10_000.0)
FERRY = Crossing("Bay Ferry", "ferry", ("drive", "walk"), 0, 6, 7_000.0, 10_000.0, 10.0)
WEST, EAST = np.array([[2_500.0, 10_000.0]]), np.array([[11_500.0, 10_000.0]])


def way(country: Country, mode: str = "drive", ferries: bool = False) -> float:
    return float(land_metres(country, WEST, EAST, mode=mode, ferries=ferries)[0, 0])


def test_the_bay_is_gone_round_and_a_bridge_leads_over_it() -> None:
    by_land = way(two_shores())
    assert 20_000 < by_land < 26_000  # 8 km down, 9 km along, 8 km up; the line would be 9 km
    assert way(two_shores((BRIDGE,))) == pytest.approx(9_000, rel=0.02)
    assert way(two_shores((BRIDGE,)), "walk") == by_land, "the bridge is for cars"


def test_a_ferry_is_off_unless_asked_for_and_costs_its_minutes() -> None:
    by_land = way(two_shores())
    assert way(two_shores((FERRY,))) == by_land
    assert 9_000 < way(two_shores((FERRY,)), ferries=True) < by_land


def test_where_no_way_leads_the_distance_is_infinite_and_so_is_the_time() -> None:
    apart = two_shores(joined=False)
    assert way(apart) == np.inf
    model = constant_speed("walk", 4.8, 1.2, 1, 0.25)
    seconds = model.seconds(np.array([[np.inf, 1_000.0]]), ZERO, np.zeros(2, dtype=np.int64))
    np.testing.assert_allclose(seconds, [[np.inf, 900.0]])


def test_lines_over_land_stay_as_they_are() -> None:
    here = np.array([[1_000.0, 1_000.0], [2_500.0, 11_000.0]])
    there = np.array([[13_000.0, 1_000.0], [2_500.0, 3_000.0]])
    metres = land_metres(two_shores(), here, there, mode="drive")
    assert metres[0, 0] == 12_000 and metres[1, 1] == 8_000


def test_the_map_knows_water_from_the_next_country() -> None:
    square = np.array([(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]) * 1000.0
    is_water = np.array([True, True, False, True])  # the northern edge is a border with other land
    water = water_map(square[:-1], square[1:], is_water, (-4_000.0, -4_000.0, 14_000.0, 14_000.0))
    assert water.clear_at(np.array([5_000.0]), np.array([5_000.0]))[0] > 4_000
    assert water.clear_at(np.array([5_000.0]), np.array([12_500.0]))[0] > 0, "beyond the border is land"
    assert water.clear_at(np.array([5_000.0]), np.array([-1_500.0]))[0] == 0
    assert water.clear_at(np.array([12_000.0]), np.array([5_000.0]))[0] == 0


def slow_crossing(country: Country, here: np.ndarray, there: np.ndarray) -> float:
    """Metres of a line outside the land, by asking every ten metres."""
    length = float(np.hypot(*(there - here)))
    along = np.arange(500.0, length - 500.0, 10.0)
    points = here + (there - here) * (along / length)[:, None]
    inside, _, _ = where_points_lie(country, points)
    return 10.0 * float((~inside).sum())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.2, 13.8), min_size=4, max_size=4), st.floats(0.2, 11.8), st.floats(0.2, 11.8))
def test_lines_are_blocked_as_a_slow_walk_along_them_finds(xs: list[float], y1: float, y2: float) -> None:
    country = two_shores()
    here, there = np.array([xs[0], y1]) * 1000, np.array([xs[1], y2]) * 1000
    if np.hypot(*(there - here)) < 1_500:
        return
    water = water_map(country.starts, country.ends, country.is_water, (-5_000.0, -5_000.0, 19_000.0, 17_000.0))
    wet = slow_crossing(country, here, there)
    blocked = bool(crosses_water(water, here[None], there[None])[0])
    if wet > 700:
        assert blocked
    if wet == 0 and min(x for x in (xs[0], xs[1])) > 0.5:
        _, edge_m, _ = where_points_lie(country, here + (there - here) * np.linspace(0, 1, 60)[:, None])
        assert not blocked or edge_m.min() < 300


@given(st.permutations(range(7)))
def test_both_ways_are_the_same_and_order_does_not_matter(order: list[int]) -> None:
    country = two_shores((BRIDGE,))
    there = land_metres(country, country.xy, country.xy, mode="drive")
    np.testing.assert_allclose(there, there.T, rtol=1e-9)
    mixed = land_metres(country, country.xy[order], country.xy[order], mode="drive")
    np.testing.assert_allclose(mixed, there[np.ix_(order, order)], rtol=1e-9)


def test_shortest_ways_agree_with_trying_every_path() -> None:
    rng = np.random.default_rng(3)
    n = 9
    one, two = np.triu_indices(n, 1)
    keep = rng.random(len(one)) < 0.4
    one, two = one[keep], two[keep]
    metres = rng.uniform(1, 50, len(one))
    found = shortest_ways(n, (one, two, metres), np.arange(n))
    slow = np.full((n, n), np.inf)
    np.fill_diagonal(slow, 0)
    for a, b, m in zip(one, two, metres, strict=True):
        slow[a, b] = slow[b, a] = m
    for k in range(n):
        slow = np.minimum(slow, slow[:, [k]] + slow[[k], :])
    np.testing.assert_allclose(found, slow, rtol=1e-12)


def test_bad_crossings_are_named_with_what_is_wrong() -> None:
    same = Crossing("Nowhere Bridge", "bridge", ("drive",), 2, 2, 2_000.0, 2_000.0)
    far = Crossing("Far Bridge", "bridge", ("drive",), 0, 6, 60_000.0, 10_000.0)
    codes = [f"E0100000{k}" for k in range(7)]
    faults = dict(crossing_faults(two_shores(), (same, far, BRIDGE), codes))
    assert set(faults) == {"Nowhere Bridge", "Far Bridge"}
    assert "E01000002" in faults["Nowhere Bridge"] and "do not face" in faults["Far Bridge"]


def test_groups_of_areas_keep_their_borders_and_crossings() -> None:
    coarse = grouped(two_shores((BRIDGE,)), np.array([0, 0, 0, 1, 2, 2, 2]))
    assert coarse.xy.shape == (3, 2) and list(zip(coarse.one, coarse.two, strict=True)) == [(0, 1), (1, 2)]
    assert (coarse.crossings[0].one, coarse.crossings[0].two) == (0, 2)


def small_model() -> TravelModel:
    knots = np.array(KNOTS_KM) * 1000
    pace = np.array([[0.2, 0.2, 0.15, 0.1, 0.08, 0.06, 0.05], [0.12, 0.12, 0.1, 0.09, 0.07, 0.06, 0.05]])
    return TravelModel("drive", knots, np.array([60.0, 120.0]), pace, np.full((2, len(knots)), 0.3))


def test_time_adds_up_band_by_band() -> None:
    at_3km = small_model().seconds(np.array([[3_000.0]]), ZERO, ZERO)[0, 0]
    assert at_3km == pytest.approx(60 + 1000 * 0.2 + 1000 * 0.2 + 1000 * 0.15)
    between = small_model().seconds(np.array([[500.0]]), ZERO, ZERO + 1)[0, 0]
    assert between == pytest.approx((60 + 120) / 2 + 500 * (0.2 + 0.12) / 2)


@given(st.lists(st.floats(0, 90_000), min_size=2, max_size=8), st.integers(0, 1), st.integers(0, 1))
def test_further_is_never_sooner_and_both_ways_take_as_long(metres: list[float], a: int, b: int) -> None:
    model = small_model()
    m = np.sort(np.array(metres))[None, :]
    ends = np.full(1, a), np.full(len(metres), b)
    seconds = model.seconds(m, *ends)[0]
    assert (np.diff(seconds) >= -1e-9).all()
    back = model.seconds(m.T, np.full(len(metres), b), np.full(1, a))[:, 0]
    np.testing.assert_allclose(seconds, back, rtol=1e-12)


def test_a_fit_finds_the_model_that_made_the_times() -> None:
    rng = np.random.default_rng(1)
    true, n = small_model(), 6_000
    metres = rng.uniform(100, 60_000, n)
    one, two = rng.integers(0, 2, n), rng.integers(0, 2, n)
    seconds = true.seconds_of_pairs(metres, one, two)
    fitted = fit_travel_model(Observed(seconds, metres, one, two, np.ones(n)), "drive", 2)
    np.testing.assert_allclose(fitted.seconds_of_pairs(metres, one, two), seconds, rtol=0.06)


def test_the_error_is_that_of_the_logarithm_and_a_few_wild_values_do_not_move_it() -> None:
    rng = np.random.default_rng(2)
    true = rng.uniform(300, 3_000, 20_000)
    guess = true * np.exp(rng.normal(0, 0.2, len(true)))
    assert log_error(true, guess) == pytest.approx(0.2, abs=0.01)
    guess[:200] *= 20
    assert log_error(true, guess) == pytest.approx(0.2, abs=0.01)


def test_nobody_falls_off_a_whole_minute() -> None:
    just_over, just_under = chance_within(np.array([901.0, 899.0]), 900.0, 0.2)
    assert just_over == pytest.approx(0.5, abs=0.01) and just_under == pytest.approx(0.5, abs=0.01)
    assert chance_within(np.array([900.0, 901.0, np.inf]), 900.0, 0.0).tolist() == [1.0, 0.0, 0.0]
    assert chance_within(np.array([0.0, np.inf]), 900.0, 0.2).tolist() == [1.0, 0.0]
