"""Worked examples of supply against demand: two practices, three villages, and who is counted where."""

import numpy as np
import pytest

from chesil.methods.catchment import balanced_fca, by_steps, enhanced_two_step_fca, three_step_fca, two_step_fca
from chesil.methods.journey_times import journey_times
from chesil.methods.raam import raam

MINUTES = """
village | people | Abbey | Brook
Upper   |   1000 |     5 |    25
Middle  |   2000 |    12 |    12
Lower   |    500 |    40 |    31
"""
GPS = {"Abbey": 2.0, "Brook": 3.0}


def table(text):
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return rows[0], rows[1:]


def given():
    _, rows = table(MINUTES)
    people = np.array([float(r[1]) for r in rows])
    minutes = np.array([[float(x) for x in r[2:]] for r in rows])
    return people, np.array(list(GPS.values())), minutes


def expect(access, text):
    _, rows = table(text)
    assert [round(1000 * a, 4) for a in access] == [float(r[1]) for r in rows]


def test_two_steps_within_thirty_minutes():
    # Both practices serve Upper and Middle, 3,000 people: 2/3 and 1 GP to 1,000. Lower is a minute too far.
    people, gps, minutes = given()
    found = two_step_fca(people, gps, minutes, limit=30)
    expect(found.access, """
        village | GPs to 1,000
        Upper   | 1.6667
        Middle  | 1.6667
        Lower   | 0
    """)  # fmt: skip
    assert found.out_of_reach.tolist() == [False, False, True]
    assert found.people_out_of_reach == 500
    assert (found.access * people).sum() == pytest.approx(5)


def test_a_minute_more_brings_the_last_village_in():
    people, gps, minutes = given()
    found = two_step_fca(people, gps, minutes, limit=31)
    # Brook now serves 3,500: 6/7 to 1,000. The limit itself counts.
    expect(found.access, """
        village | GPs to 1,000
        Upper   | 1.5238
        Middle  | 1.5238
        Lower   | 0.8571
    """)  # fmt: skip
    assert found.people_out_of_reach == 0


def test_weights_favour_the_near():
    # Steps 1 to 10 and 0.5 to 30. Abbey: 1,000 + 0.5 x 2,000 = 2,000 people, Brook: 500 + 1,000 = 1,500: 1 and 2 to 1,000.
    people, gps, minutes = given()
    found = enhanced_two_step_fca(people, gps, minutes, decay=by_steps({10: 1, 30: 0.5}))
    expect(found.access, """
        village | GPs to 1,000
        Upper   | 2
        Middle  | 1.5
        Lower   | 0
    """)  # fmt: skip
    assert (found.access * people).sum() == pytest.approx(5)


def test_three_steps_divide_a_village_first():
    # Upper gives 2/3 of itself to Abbey and 1/3 to Brook, Middle half to each; these multiply the weights.
    people, gps, minutes = given()
    found = three_step_fca(people, gps, minutes, decay=by_steps({10: 1, 30: 0.5}))
    abbey = 2 / (1000 * 2 / 3 * 1 + 2000 * 1 / 2 * 0.5)
    brook = 3 / (1000 * 1 / 3 * 0.5 + 2000 * 1 / 2 * 0.5)
    assert found.access == pytest.approx([2 / 3 * abbey + 1 / 6 * brook, 1 / 4 * abbey + 1 / 4 * brook, 0])
    assert (found.access * people).sum() == pytest.approx(5)


def test_balanced_counts_each_person_once():
    # People: 666.7 + 1,000 at Abbey and 333.3 + 1,000 at Brook make 3,000, not more.
    people, gps, minutes = given()
    found = balanced_fca(people, gps, minutes, decay=by_steps({10: 1, 30: 0.5}))
    at = gps / found.ratio
    assert at == pytest.approx([1000 * 2 / 3 + 1000, 1000 / 3 + 1000])
    assert at.sum() == pytest.approx(3000)
    assert found.access.sum() == pytest.approx(found.ratio.sum())


def test_at_raams_equilibrium_nobody_can_save():
    # One village between two equal practices: it divides itself until queue and travel are level.
    # rho = 1,000 people to a GP; queues x/1000 and (2000 - x)/1000 with 10 and 20 minutes at tau 20: x = 1,250.
    found = raam([2000], [1, 1], [[10, 20]], tau=20)
    assert found.load == pytest.approx([1250, 750])
    assert found.score == pytest.approx([1250 / 1000 + 10 / 20])


def test_the_unreachable_are_left_out_of_the_average_and_counted_everywhere_else():
    found = journey_times([1000, 2000, 500], [[5, 25], [12, 12], [np.inf, np.inf]], (10, 15))
    assert found.average_minimum == pytest.approx((1000 * 5 + 2000 * 12) / 3000)
    assert found.origin_indicator == pytest.approx([1000 / 3500, (1000 + 2 * 2000) / 3500])
    assert found.destination_indicator == pytest.approx([100 * 1000 / 3500, 100 * 3000 / 3500])
    assert found.users_unreachable == 500
