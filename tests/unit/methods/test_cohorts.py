"""Cohort projection: sums are the published totals, cohorts keep their share, homes fill evenly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from chesil.core.errors import ChesilError, InputRefused
from chesil.methods.cohorts import homes_by_year, project_within

people = st.floats(0, 500, allow_subnormal=False)


@settings(max_examples=60, deadline=None)
@given(arrays(float, (4, 7), elements=people), arrays(float, (3, 7), elements=people), st.integers(0, 3))
def test_areas_add_up_to_the_published_totals(base: np.ndarray, totals: np.ndarray, gap: int) -> None:
    base[0, 0] += 1.0
    found = project_within(base, totals, years_between=gap, moves_until=3)
    assert found.sum(axis=0) == pytest.approx(totals)
    assert (found >= 0).all()


def the_slow_way(base: list[list[float]], totals: list[list[float]], moves_until: int) -> list[list[list[float]]]:
    """Straight from the definition, with loops, for a first year that is the base's own."""
    areas, ages = range(len(base)), range(len(base[0]))
    now = [list(row) for row in base]
    years = []
    for year, total in enumerate(totals):
        if year:
            older = [list(row) for row in now]
            for i in areas:
                for a in ages:
                    if a >= moves_until:
                        older[i][a] = now[i][a - 1] + (now[i][a] if a == len(ages) - 1 else 0.0)
            now = older
        new = [[0.0] * len(ages) for _ in areas]
        for a in ages:
            whole = sum(now[i][a] for i in areas)
            everyone = sum(map(sum, now))
            for i in areas:
                share = now[i][a] / whole if whole else sum(now[i]) / everyone
                new[i][a] = share * total[a]
        now = new
        years.append([list(row) for row in now])
    return years


@settings(max_examples=40, deadline=None)
@given(arrays(float, (3, 6), elements=st.floats(1, 90)), arrays(float, (4, 6), elements=st.floats(1, 90)))
def test_it_agrees_with_the_slow_way(base: np.ndarray, totals: np.ndarray) -> None:
    found = project_within(base, totals, years_between=0, moves_until=2)
    slow = np.array(the_slow_way(base.tolist(), totals.tolist(), 2)).transpose(1, 0, 2)
    assert found == pytest.approx(slow)


def test_the_order_of_areas_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    base, totals = rng.uniform(1, 9, (5, 6)), rng.uniform(5, 60, (4, 6))
    one = project_within(base, totals, years_between=2, moves_until=3)
    assert project_within(base[::-1], totals, years_between=2, moves_until=3)[::-1] == pytest.approx(one)


def test_a_cohort_moves_on_and_the_young_stay() -> None:
    """All of 40-year-olds live in the first area: in a year so do those of 41; 20-year-olds stay where 20-year-olds live."""
    base = np.ones((2, 60))
    base[:, 40] = [10, 0]
    base[:, 20] = [0, 10]
    found = project_within(base, np.full((2, 60), 20.0), years_between=0, moves_until=35)
    assert found[:, 1, 41] == pytest.approx([20, 0])
    assert found[:, 1, 20] == pytest.approx([0, 20])
    assert found[:, 1, 21] == pytest.approx([10, 10])


@pytest.mark.parametrize(
    ("base", "totals", "words"),
    [
        (np.ones((2, 5)), np.ones((3, 4)), "must be areas by ages"),
        (np.zeros((2, 5)), np.ones((3, 5)), "no people at all"),
        (-np.ones((2, 5)), np.ones((3, 5)), "below zero"),
        (np.ones((2, 5)), np.full((3, 5), np.nan), "not finite"),
    ],
)
def test_impossible_people_are_refused(base: np.ndarray, totals: np.ndarray, words: str) -> None:
    with pytest.raises(ChesilError, match=words):
        project_within(base, totals, years_between=0, moves_until=2)


def test_homes_fill_evenly_between_their_dates() -> None:
    assert homes_by_year(100, 2.5, 2027.0, 2029.0, [2026, 2027, 2028, 2029]) == pytest.approx([0, 62.5, 187.5, 250])
    assert homes_by_year(10, 2.0, 2027.0, 2027.0, [2026, 2027]) == pytest.approx([0, 20])
    with pytest.raises(InputRefused, match="before the first"):
        homes_by_year(10, 2.0, 2028.0, 2027.0, [2026])
    with pytest.raises(InputRefused, match="below zero"):
        homes_by_year(-10, 2.0, 2027.0, 2028.0, [2026])
