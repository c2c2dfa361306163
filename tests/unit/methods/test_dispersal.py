"""Dispersal and the change ledger against their reference numbers, the slow plain way, and laws that always hold."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from chesil.methods.change_ledger import effects_alone, effects_of_factors
from chesil.methods.dispersal import (
    ChoiceModel,
    choice_shares,
    disperse,
    huff_weights,
    place_within_room,
    pull_to_successor,
    ranges,
    simulate_dispersals,
    split_by_share,
)

PUBLISHED = Path(__file__).parents[2] / "published"
HUFF = ChoiceModel(observed_weight=0.0, size_power=1.0, distance_power=2.0, least=0.5)


@pytest.fixture(scope="module")
def anchor() -> pl.DataFrame:
    return pl.read_csv(PUBLISHED / "dispersal" / "dispersal.csv")


def test_huffs_shares_and_room_meet_the_reference(anchor: pl.DataFrame) -> None:
    size, room = (anchor[c].to_numpy()[:5].astype(float) for c in ("practice_list", "practice_room"))
    km = anchor["distance_km"].to_numpy().reshape(6, 5)
    people = anchor["patients_to_place"].to_numpy()[::5].astype(float)
    shares = choice_shares(np.zeros((6, 5)), size, km, HUFF)
    assert shares.ravel() == pytest.approx(anchor["huff_share"].to_numpy(), abs=1e-12)
    placed, left = place_within_room(people, shares, room)
    assert placed.ravel() == pytest.approx(anchor["placed_capped"].to_numpy(), abs=1e-6)
    assert left == pytest.approx(np.zeros(6), abs=1e-9)


def test_one_origin_fills_in_proportion_up_to_room() -> None:
    one = pl.read_csv(PUBLISHED / "dispersal" / "single_origin.csv")
    placed, _ = place_within_room(
        np.array([4000.0]), one["weight"].to_numpy()[None], one["room"].to_numpy().astype(float)
    )
    assert placed[0] == pytest.approx(one["placed_4000_one_origin"].to_numpy(), abs=1e-6)


def the_slow_way(people: list[float], weights: list[list[float]], room: list[float]) -> list[list[float]]:
    """Straight from the definition, with loops."""
    left, free = list(people), list(room)
    placed = [[0.0] * len(room) for _ in people]
    for _ in range(200):
        offers = [[0.0] * len(room) for _ in people]
        for i, row in enumerate(weights):
            total = sum(w for w, f in zip(row, free, strict=True) if f > 1e-9)
            for j, w in enumerate(row):
                if free[j] > 1e-9 and total > 0:
                    offers[i][j] = left[i] * w / total
        for j in range(len(room)):
            asked = sum(o[j] for o in offers)
            fit = min(1.0, free[j] / asked) if asked > 0 else 0.0
            for i in range(len(people)):
                placed[i][j] += offers[i][j] * fit
                left[i] -= offers[i][j] * fit
            free[j] = 0.0 if asked > free[j] else free[j] - asked
    return placed


shape = st.tuples(st.integers(1, 5), st.integers(1, 5))
fields = shape.flatmap(
    lambda s: st.tuples(
        arrays(np.int64, s[0], elements=st.integers(0, 300)),
        arrays(np.float64, s, elements=st.sampled_from([0.0, 0.5, 1.0, 3.0, 10.0])),
        arrays(np.float64, s[1], elements=st.integers(0, 400).map(float)),
    )
)


@settings(max_examples=60, deadline=None)
@given(fields)
def test_nobody_is_lost_nobody_is_overfilled_and_the_slow_way_agrees(field) -> None:  # type: ignore[no-untyped-def]
    people, weights, room = field
    placed, left = place_within_room(people.astype(float), weights, room)
    assert placed == pytest.approx(np.array(the_slow_way(people.tolist(), weights.tolist(), room.tolist())), abs=1e-6)
    assert (placed.sum(axis=1) + left) == pytest.approx(people, abs=1e-6)
    whole = disperse(people, weights, room)
    assert (whole >= 0).all()
    assert (whole.sum(axis=1) == people).all()
    assert (whole.sum(axis=0)[:-1] <= room).all()
    runs = simulate_dispersals(people, weights, np.random.default_rng(1), runs=5, spread=0.5, room=room)
    assert (runs.sum(axis=1) == people.sum()).all()
    assert (runs[:, :-1] <= room).all()
    free = simulate_dispersals(people, weights, np.random.default_rng(1), runs=5, spread=0.5)
    assert (free.sum(axis=1) == people.sum()).all()


def test_a_greater_weight_never_lowers_a_share_and_a_seed_repeats() -> None:
    rng = np.random.default_rng(3)
    size, km = rng.uniform(1000, 9000, 6), rng.uniform(0.1, 9, (4, 6))
    before = choice_shares(np.zeros((4, 6)), size, km, HUFF)
    size[2] *= 1.5
    assert (choice_shares(np.zeros((4, 6)), size, km, HUFF)[:, 2] >= before[:, 2]).all()
    people = np.array([100, 50, 0, 7])
    one, two = (simulate_dispersals(people, before, np.random.default_rng(9), runs=50, spread=0.4) for _ in range(2))
    assert (one == two).all()


def test_a_block_moves_whole_and_ranges_hold_the_mean() -> None:
    people, shares = np.array([60]), np.array([[0.5, 0.5]])
    runs = simulate_dispersals(people, shares, np.random.default_rng(2), runs=300, blocks=[(0, 60)])
    assert set(runs[:, 0]) == {0, 60}
    alone = simulate_dispersals(people, shares, np.random.default_rng(2), runs=300)
    low, high = ranges(alone)
    assert low[0] < 30 < high[0]


def test_a_successor_takes_its_pull_and_the_rest_choose_as_before() -> None:
    assert pull_to_successor(np.array([[0.2, 0.8]]), 0, 0.5).tolist() == [[0.6, 0.4]]


def test_no_distance_attracts_nobody_and_bad_settings_are_refused() -> None:
    assert huff_weights(np.array([10.0, 10.0]), np.array([[np.nan, 1.0]]), HUFF).tolist() == [[0.0, 10.0]]
    for wrong in ({"observed_weight": 1.1}, {"least": 0.0}, {"spread": -1.0}):
        with pytest.raises(ValueError):
            ChoiceModel(**wrong)


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.int64, st.integers(1, 6), elements=st.integers(0, 99)),
    arrays(np.int64, st.integers(1, 6), elements=st.integers(0, 99)),
)
def test_both_margins_of_a_split_are_kept(counts, received) -> None:  # type: ignore[no-untyped-def]
    split = split_by_share(counts, received)
    assert (split >= 0).all()
    if received.sum():
        assert (split.sum(axis=1) == counts).all()
        if counts.sum() == received.sum():
            assert (split.sum(axis=0) == received).all()


def test_the_change_ledger_meets_the_published_vector() -> None:
    rows = pl.read_csv(PUBLISHED / "ledger" / "change_ledger.csv")
    for _, cell in rows.group_by("case", "measure", "cell", maintain_order=True):
        factors = dict(cell.drop_nulls("value").select("factor", "value").iter_rows())
        found = effects_of_factors(cell["before"][0], cell["after"][0], factors)
        wanted = dict(cell.select("factor", "effect").iter_rows())
        assert found.interaction == pytest.approx(wanted.pop("interaction"), rel=1e-9)
        assert dict(found.alone) == pytest.approx(wanted, rel=1e-9)
        assert found.before + sum(found.alone.values()) + found.interaction == pytest.approx(found.after)


def test_the_interaction_is_what_is_left() -> None:
    assert effects_alone(10, 20, {"a": 3, "b": 4}).interaction == 3
