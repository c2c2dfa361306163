"""Exposure to neighbours: all pairs at once against a slow plain second way, and its laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chesil.core.errors import InputRefused
from chesil.methods.exposure import received_if_closed

FLOWS = st.dictionaries(st.tuples(st.integers(0, 7), st.integers(0, 4)), st.integers(1, 3000), min_size=1, max_size=25)


def the_slow_way(flows: dict[tuple[int, int], int], closing: int) -> dict[int, float]:
    """Person by person: each looks round the area, or does as the closing practice's others do."""
    received: dict[int, float] = {}
    alone = 0.0
    for (area, practice), people in flows.items():
        if practice != closing:
            continue
        others = {p: n for (a, p), n in flows.items() if a == area and p != closing}
        if not others:
            alone += people
        for p, n in others.items():
            received[p] = received.get(p, 0.0) + people * n / sum(others.values())
    placed = sum(received.values())
    return {p: n * (placed + alone) / placed for p, n in received.items()} if placed else {}


def _arrays(flows: dict[tuple[int, int], int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    keys = list(flows)
    return np.array([a for a, _ in keys]), np.array([p for _, p in keys]), np.array([float(flows[k]) for k in keys])


@given(FLOWS)
@settings(max_examples=80, deadline=None)
def test_every_pair_agrees_with_the_slow_way(flows: dict[tuple[int, int], int]) -> None:
    found = received_if_closed(*_arrays(flows)).toarray()
    for closing in range(found.shape[0]):
        expected = the_slow_way(flows, closing)
        for receiving in range(found.shape[0]):
            assert found[closing, receiving] == pytest.approx(expected.get(receiving, 0.0), rel=1e-9, abs=1e-9)


@given(FLOWS)
@settings(max_examples=40, deadline=None)
def test_nobody_is_lost_where_anyone_can_be_seen_to_go(flows: dict[tuple[int, int], int]) -> None:
    area, practice, people = _arrays(flows)
    found = received_if_closed(area, practice, people)
    lists = np.bincount(practice, people, found.shape[0])
    rows = np.asarray(found.sum(axis=1)).ravel()
    for whole, placed in zip(lists, rows, strict=True):
        assert placed == pytest.approx(whole) or placed == 0


def test_flows_below_zero_are_refused() -> None:
    with pytest.raises(InputRefused):
        received_if_closed(np.array([0]), np.array([0]), np.array([-1.0]))


def test_it_agrees_with_the_choice_of_one_practice_in_dorset() -> None:
    """The same rule as a scenario's dispersal where neighbours alone decide (observed_weight 1, no successor)."""
    from chesil.analyses.resilience.exposure import exposure_table
    from chesil.methods.dispersal import ChoiceModel, choice_shares
    from chesil.place.assembling import assemble_place
    from chesil.place.choosing import choice_field

    place = assemble_place("QVV", vintage="2022/23", only=frozenset({"sites"}))
    closing = "J81051"
    field = choice_field(place, closing)
    known = np.array([a.startswith("E01") for a in field.areas])
    shares = choice_shares(field.observed, field.sizes, field.km, ChoiceModel())
    expected = dict(zip(field.practices, field.people[known] @ shares[known], strict=True))
    table = exposure_table(place).filter(exposure_table(place)["closing"] == closing)
    assert table.height > 3
    for row in table.iter_rows(named=True):
        assert row["patients"] == pytest.approx(expected[row["practice_code"]], rel=0.01)
