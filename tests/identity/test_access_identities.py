"""Identities of access: more sites never lengthen, rows in any order, supply is conserved, nobody beyond reach is dropped."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chesil.analyses.access.supply import catchment_scores
from chesil.methods.journey_times import journey_times
from chesil.methods.raam import raam


@st.composite
def places(draw):
    """People by area, supply by site and minutes between them, some without a way."""
    areas, sites = draw(st.integers(1, 7)), draw(st.integers(1, 5))
    cell = st.one_of(st.floats(0.5, 50.0), st.just(math.inf))
    minutes = np.array(draw(st.lists(st.lists(cell, min_size=sites, max_size=sites), min_size=areas, max_size=areas)))
    people = np.array(draw(st.lists(st.integers(1, 5_000), min_size=areas, max_size=areas)), dtype=float)
    supply = np.array(draw(st.lists(st.floats(0.5, 12.0), min_size=sites, max_size=sites)))
    return people, supply, minutes


@given(places())
@settings(max_examples=60, deadline=None)
def test_more_sites_never_lengthen_and_nobody_is_dropped(place):
    people, _, minutes = place
    few, all_ = (journey_times(people, m, (10, 30)) for m in (minutes[:, :1], minutes))
    assert all_.users == few.users == people.sum()
    assert all_.users_unreachable <= few.users_unreachable
    assert (all_.destination_indicator >= few.destination_indicator - 1e-9).all()
    assert (minutes.min(axis=1) <= minutes[:, 0]).all()


@given(places())
@settings(max_examples=60, deadline=None)
def test_supply_that_somebody_can_reach_is_conserved_and_the_rest_is_counted(place):
    people, supply, minutes = place
    for name, found in catchment_scores(minutes, people, supply, 30.0).items():
        if name != "balanced":
            assert math.fsum(people * found.access) == pytest.approx(supply.sum() - found.supply_unreached)
        assert found.people_out_of_reach == people[found.out_of_reach].sum()


@given(places(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_rows_in_another_order_give_each_area_the_same(place, random):
    people, supply, minutes = place
    order = list(range(len(people)))
    random.shuffle(order)
    one, two = (catchment_scores(minutes[o], people[o], supply, 30.0) for o in (slice(None), order))
    for name in one:
        np.testing.assert_allclose(two[name].access, one[name].access[order], rtol=1e-9)


@given(places())
@settings(max_examples=30, deadline=None)
def test_nobody_could_do_better_under_raam_and_everybody_with_a_way_goes(place):
    people, supply, minutes = place
    if not np.isfinite(minutes).any():
        return
    loose = raam(people, supply, minutes, tau=15.0, tolerance=1e-4)
    assert loose.gap <= 1e-4
    assert loose.load.sum() == pytest.approx(people[~loose.out_of_reach].sum())
    exact = raam(people, supply, minutes, tau=15.0)
    np.testing.assert_allclose(loose.score[~loose.out_of_reach], exact.score[~exact.out_of_reach], rtol=2e-2)
