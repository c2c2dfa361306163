"""Floating catchments, RAAM and journey times: published numbers, laws, the slow way and bad input."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.sparse import coo_array

from chesil.core.errors import ChesilError, InputRefused
from chesil.methods.catchment import (
    balanced_fca,
    by_steps,
    enhanced_two_step_fca,
    gaussian,
    power_law,
    supply_within,
    three_step_fca,
    two_step_fca,
)
from chesil.methods.journey_times import journey_times, mean_minutes_of_users, nth_nearest, services_within
from chesil.methods.raam import raam
from chesil.methods.reach import reach_of

PUBLISHED = Path(__file__).parents[2] / "published" / "access"


@pytest.fixture(scope="module")
def synth():
    origins = pl.read_csv(PUBLISHED / "synth_origins.csv")
    practices = pl.read_csv(PUBLISHED / "synth_practices.csv")
    costs = pl.read_csv(PUBLISHED / "synth_costs.csv").pivot(on="dest", index="origin", values="cost")
    assert costs["origin"].to_list() == origins["id"].to_list()
    matrix = costs.select(practices["id"].to_list()).to_numpy()
    expected = pl.read_csv(PUBLISHED / "synth_expected_pysal_access.csv")
    return origins["pop"].to_numpy(), practices["gp"].to_numpy(), matrix, expected


CASES = {
    "2sfca30_gp": lambda p, s, c: two_step_fca(p, s, c, limit=30),
    "2sfca15_gp": lambda p, s, c: two_step_fca(p, s, c, limit=15),
    "e2sfca_default_gp": lambda p, s, c: enhanced_two_step_fca(p, s, c),
    "e2sfca_gauss20_max60_gp": lambda p, s, c: enhanced_two_step_fca(p, s, c, decay=gaussian(20, 60)),
    "3sfca_default_gp": lambda p, s, c: three_step_fca(p, s, c),
}


@pytest.mark.parametrize("column", CASES)
def test_we_meet_pysal_access(synth, column):
    people, supply, costs, expected = synth
    ours = CASES[column](people, supply, costs)
    theirs = expected[column]
    assert ours.out_of_reach.tolist() == theirs.is_null().to_list()
    assert_allclose(ours.access, theirs.fill_null(0), rtol=1e-12)
    assert (ours.access * people).sum() == pytest.approx(supply.sum() - ours.supply_unreached, rel=1e-12)
    if column == "2sfca15_gp":
        assert ours.out_of_reach.sum() == 17
        assert ours.people_out_of_reach == people[theirs.is_null().to_numpy()].sum()


def test_we_meet_pysal_access_in_wider_steps(synth):
    people, supply, costs, expected = synth
    steps = by_steps({20: 1, 40: 0.68, 60: 0.22})
    assert_allclose(
        enhanced_two_step_fca(people, supply, costs, decay=steps).access,
        expected["e2sfca_step_20_40_60_gp"],
        rtol=1e-12,
    )


def test_three_step_weights_are_the_published_steps(synth):
    weights = pl.read_csv(PUBLISHED / "synth_costs.csv")
    from chesil.methods.catchment import WAN_STEPS

    assert_allclose(by_steps(WAN_STEPS).weigh(weights["cost"].to_numpy()), weights["W3"], rtol=0, atol=0)


def test_supply_within_thirty_minutes(synth):
    _, supply, costs, expected = synth
    assert_allclose(supply_within(supply, costs, 30), expected["wc30_gp"], rtol=1e-12)


@pytest.mark.parametrize("scenario", range(4))
def test_hospital_example_with_asymmetric_costs(scenario):
    rows = pl.read_csv(PUBLISHED / "hospital_example.csv").filter(pl.col("scenario") == scenario).sort("geoid")
    inbound, outbound, cross = rows.select("inbound", "outbound", "cross").row(0)
    costs = np.array([[1, cross, inbound], [cross, 1, inbound], [outbound, outbound, 1]], dtype=float)
    people, supply = [100, 50, 10], [15, 20, 100]
    decay = power_law(1, 61)
    two = enhanced_two_step_fca(people, supply, costs, decay=decay).access
    three = three_step_fca(people, supply, costs, decay=decay, choice="all").access
    assert_allclose(two, rows["2sfca_gravity1_m1_max61"], rtol=1e-12)
    assert_allclose(three, rows["3sfca_gravity1_m1_max61"], rtol=1e-12)
    within = three_step_fca(people, supply, costs, decay=decay).access
    assert_allclose(within, three, rtol=0.003)


@pytest.mark.parametrize("tau", [15, 60])
def test_raam_meets_its_equilibrium(synth, tau):
    people, supply, costs, _ = synth
    expected = pl.read_csv(PUBLISHED / "raam_equilibrium.csv")
    found = raam(people, supply, costs, tau=tau)
    assert_allclose(found.score, expected[f"raam{tau}_equilibrium"], rtol=1e-8)
    assert_allclose(found.score, expected[f"raam{tau}_reference"], rtol=0.07)
    assert found.load.sum() == pytest.approx(people.sum(), rel=1e-12)
    assert_allclose(found.reach.by_origin(found.flow), people, rtol=1e-12)
    assert found.gap <= 1e-9


def test_journey_times_meet_the_reference():
    table = pl.read_csv(PUBLISHED / "journey_times_in.csv")
    wide = table.pivot(on="service", index=["origin", "users"], values="minutes")
    minutes = wide.drop("origin", "users").fill_null(np.inf).to_numpy()
    expected = dict(pl.read_csv(PUBLISHED / "journey_times_out.csv").iter_rows())
    found = journey_times(wide["users"].to_numpy(), minutes, (15, 30, 45))
    assert found.users == expected["users_total"]
    assert found.users_unreachable == expected["users_unreachable"]
    assert found.average_minimum == pytest.approx(expected["average_minimum_minutes_reachable"], rel=1e-12)
    for k, threshold in enumerate((15, 30, 45)):
        assert found.origin_indicator[k] == pytest.approx(expected[f"origin_indicator_{threshold}"], rel=1e-12)
        assert found.destination_indicator[k] == pytest.approx(
            expected[f"destination_indicator_{threshold}"], rel=1e-12
        )


def test_services_are_counted_up_to_the_cap():
    minutes = np.full((1, 25), 5.0)
    assert journey_times([3], minutes, [5]).origin_indicator[0] == 10
    assert journey_times([3], minutes, [4.99]).origin_indicator[0] == 0
    assert journey_times([3], minutes, [5], cap=30).origin_indicator[0] == 25


def test_nearest_third_nearest_and_own():
    minutes = [[3.0, 1.0, 2.0], [np.inf, 7.0, np.inf]]
    assert nth_nearest(minutes, 1).tolist() == [1, 7]
    assert nth_nearest(minutes, 3).tolist() == [3, np.inf]
    assert services_within(minutes, 2).tolist() == [2, 0]
    mean, lost = mean_minutes_of_users(minutes, [[10, 0, 10], [5, 5, 0]])
    assert (mean, lost) == (pytest.approx((30 + 20 + 35) / 25), 5)


# The second way: straight from the definitions, with loops.


def slow_fca(people, supply, costs, decay, step3):
    n, m = costs.shape
    w = [[float(decay.weigh(np.array([c]))[0]) if c <= decay.limit else 0.0 for c in row] for row in costs]
    if step3:
        w = [[x * x / sum(row) if x else 0.0 for x in row] for row in w]
    at = [sum(w[i][j] * people[i] for i in range(n)) for j in range(m)]
    ratio = [supply[j] / at[j] if at[j] > 0 else 0.0 for j in range(m)]
    return [sum(w[i][j] * ratio[j] for j in range(m)) for i in range(n)]


def slow_balanced(people, supply, costs, decay):
    n, m = costs.shape
    w = np.array([[float(decay.weigh(np.array([c]))[0]) if c <= decay.limit else 0.0 for c in row] for row in costs])
    level = [
        supply[j] / d if (d := sum(people[i] * w[i, j] / w[i].sum() for i in range(n) if w[i, j])) > 0 else 0.0
        for j in range(m)
    ]
    return [sum(level[j] * w[i, j] / w[:, j].sum() for j in range(m) if w[i, j]) for i in range(n)]


@st.composite
def places(draw):
    n, m = draw(st.integers(1, 7)), draw(st.integers(1, 5))
    people = np.array(draw(st.lists(st.integers(0, 5000), min_size=n, max_size=n)), dtype=float)
    supply = np.array(draw(st.lists(st.floats(0, 30).map(lambda x: round(x, 2)), min_size=m, max_size=m)))
    some = st.one_of(st.integers(0, 90).map(float), st.just(np.inf))
    costs = np.array(draw(st.lists(some, min_size=n * m, max_size=n * m))).reshape(n, m)
    return people, supply, costs


@given(places())
@settings(max_examples=60, deadline=None)
def test_catchments_agree_with_the_slow_way_and_conserve(place):
    people, supply, costs = place
    for decay in (by_steps({10: 1, 20: 0.68, 30: 0.22}), gaussian(12, 45)):
        two = enhanced_two_step_fca(people, supply, costs, decay=decay)
        three = three_step_fca(people, supply, costs, decay=decay)
        assert_allclose(two.access, slow_fca(people, supply, costs, decay, False), rtol=1e-11, atol=1e-300)
        assert_allclose(three.access, slow_fca(people, supply, costs, decay, True), rtol=1e-11, atol=1e-300)
        for found in (two, three):
            kept = (people * found.access).sum() + found.supply_unreached
            assert kept == pytest.approx(supply.sum(), rel=1e-11, abs=1e-12)
        balanced = balanced_fca(people, supply, costs, decay=decay)
        assert_allclose(balanced.access, slow_balanced(people, supply, costs, decay), rtol=1e-11, atol=1e-300)
        assert balanced.access.sum() == pytest.approx(balanced.ratio.sum(), rel=1e-11, abs=1e-300)
        in_reach = np.array([(c <= decay.limit).any() for c in costs])
        at = np.divide(supply, balanced.ratio, out=np.zeros_like(supply), where=balanced.ratio > 0)
        if (supply > 0).all():
            assert at.sum() == pytest.approx(people[in_reach].sum(), rel=1e-10, abs=1e-9)


@given(places(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_order_and_form_do_not_matter(place, chance):
    people, supply, costs = place
    rows, columns = list(range(people.size)), list(range(supply.size))
    chance.shuffle(rows)
    chance.shuffle(columns)
    i, j = np.nonzero(np.isfinite(costs))
    shuffle = list(range(i.size))
    chance.shuffle(shuffle)
    sparse = coo_array((costs[i, j][shuffle], (i[shuffle], j[shuffle])), shape=costs.shape)
    methods = [
        lambda p, s, c: two_step_fca(p, s, c, limit=30),
        enhanced_two_step_fca,
        three_step_fca,
        lambda p, s, c: three_step_fca(p, s, c, choice="all"),
        balanced_fca,
    ]
    for method in methods:
        plain = method(people, supply, costs).access
        mixed = method(people[rows], supply[columns], costs[np.ix_(rows, columns)]).access
        assert_allclose(mixed, plain[rows], rtol=1e-11, atol=1e-300)
        for form in (sparse, sparse.tocsr()):
            assert_allclose(method(people, supply, form).access, plain, rtol=0, atol=0)


@given(places(), st.sampled_from([5.0, 15.0, 60.0]))
@settings(max_examples=25, deadline=None)
def test_nobody_can_save_by_leaving_the_equilibrium(place, tau):
    people, supply, costs = place
    if not people.sum() or not supply.sum():
        return
    found = raam(people, supply, costs, tau=tau)
    rho = people.sum() / supply.sum()
    load = np.zeros(supply.size)
    np.add.at(load, found.reach.destination, found.flow)
    for i in range(people.size):
        options = [load[j] / supply[j] / rho + costs[i, j] / tau for j in range(supply.size) if supply[j] > 0]
        options = [o for o in options if np.isfinite(o)]
        assert found.out_of_reach[i] == (not options)
        if not options:
            assert np.isnan(found.score[i])
            continue
        assert found.score[i] == pytest.approx(min(options), rel=1e-9, abs=1e-12)
        mine = found.reach.origin == i
        assert found.flow[mine].sum() == pytest.approx(people[i], rel=1e-12)
        for j, x in zip(found.reach.destination[mine], found.flow[mine], strict=True):
            if x > 1e-9 * people[i]:
                assert load[j] / supply[j] / rho + costs[i, j] / tau == pytest.approx(min(options), rel=1e-6, abs=1e-9)
    assert found.people_out_of_reach == people[found.out_of_reach].sum()


@given(places())
@settings(max_examples=40, deadline=None)
def test_more_sites_never_lengthen_the_nearest(place):
    _, _, costs = place
    fewer = nth_nearest(costs[:, :-1] if costs.shape[1] > 1 else costs, 1)
    assert (nth_nearest(costs, 1) <= fewer).all()


@pytest.mark.parametrize(
    ("people", "supply", "costs", "says"),
    [
        ([1, 2], [1], [[1.0], [np.nan]], "is missing"),
        ([1, 2], [1], [[1.0], [-1.0]], "below zero"),
        ([1], [1], [[1.0], [1.0]], "2 origins"),
        ([1, 2], [1, 1], [[1.0], [1.0]], "1 destinations"),
        ([1, -2], [1], [[1.0], [1.0]], "below zero"),
        ([1, np.nan], [1], [[1.0], [1.0]], "missing"),
        ([1, 2], [np.inf], [[1.0], [1.0]], "not finite"),
        ([1, 2], [1], [1.0, 1.0], "axes"),
    ],
)
def test_bad_input_is_refused_with_its_place(people, supply, costs, says):
    with pytest.raises(InputRefused, match=says):
        two_step_fca(people, supply, costs, limit=30)


def test_a_pair_given_twice_is_refused():
    twice = coo_array(([1.0, 2.0], ([0, 0], [0, 0])), shape=(1, 1))
    with pytest.raises(InputRefused, match="twice"):
        reach_of(twice)


def test_a_stored_nought_is_a_way():
    free = coo_array(([0.0], ([0], [1])), shape=(1, 2))
    assert two_step_fca([10], [5, 2], free, limit=1).access.tolist() == [0.2]


def test_impossible_settings_are_refused():
    with pytest.raises(ChesilError, match="above nought"):
        two_step_fca([1], [1], [[1.0]], limit=0)
    with pytest.raises(ChesilError, match="infinite weight"):
        enhanced_two_step_fca([1], [1], [[0.0]], decay=power_law(1, 60))
    with pytest.raises(ChesilError, match="may be"):
        three_step_fca([1], [1], [[1.0]], choice="some")
    with pytest.raises(ChesilError, match="some people and some supply"):
        raam([0], [1], [[1.0]], tau=60)
    with pytest.raises(ChesilError, match="some users"):
        journey_times([0], [[1.0]], [15])
