"""Judging options: analytic answers, slow second ways, and what must hold whatever the scores."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from chesil.core.errors import ChesilError
from chesil.methods.decision import (
    acceptability,
    can_be_first,
    check_weights,
    dominates,
    double_count,
    draw_weights,
    nearest_weights_that_switch,
    on_fixed_scale,
    switching_weights,
    weighted_sum,
    weights_from_swings,
)

scores_of = arrays(np.float64, st.tuples(st.integers(2, 5), st.integers(2, 4)), elements=st.integers(0, 100).map(float))


def test_two_criteria_have_acceptabilities_that_can_be_worked_out_by_hand() -> None:
    # A total at weight t of the first criterion: A = 100t, B = 60, C = 100(1 - t). A leads above 0.6, C below 0.4.
    scores = np.array([[100.0, 0.0], [60.0, 60.0], [0.0, 100.0]])
    found = acceptability(scores, draw_weights(np.random.default_rng(1), 200_000, 2))
    assert found.ranks[:, 0] == pytest.approx([0.4, 0.2, 0.4], abs=0.005)
    assert found.central_weights[:, 0] == pytest.approx([0.8, 0.5, 0.2], abs=0.005)
    switches = switching_weights(scores, [0.7, 0.3])
    assert (switches[0].weight, switches[0].option) == (pytest.approx(0.6), 1)
    assert switches[0].change == pytest.approx(-0.1)
    weights, moved, option = nearest_weights_that_switch(scores, [0.7, 0.3]) or (None, None, None)
    assert weights == pytest.approx([0.6, 0.4]) and moved == pytest.approx(0.1) and option == 1


@given(scores_of, st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_acceptabilities_sum_to_one_and_order_does_not_matter(scores: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = draw_weights(rng, 300, scores.shape[1])
    found = acceptability(scores, weights)
    assert found.ranks.sum(axis=0) == pytest.approx(np.ones(len(scores)))
    assert found.ranks.sum(axis=1) == pytest.approx(np.ones(len(scores)))
    rows, columns = rng.permutation(len(scores)), rng.permutation(scores.shape[1])
    turned = acceptability(scores[np.ix_(rows, columns)], weights[:, columns])
    assert turned.ranks == pytest.approx(found.ranks[rows])


@given(scores_of)
@settings(max_examples=60, deadline=None)
def test_a_dominated_option_is_never_first_and_changes_nobody_elses_place(scores: np.ndarray) -> None:
    worse = scores[0] - 1.0
    more = np.vstack([scores, worse])
    assert dominates(more)[0, -1] and not dominates(more)[-1, 0]
    assert not can_be_first(more)[-1]
    weights = draw_weights(np.random.default_rng(2), 200, scores.shape[1])
    assert acceptability(more, weights).ranks[:-1, 0] == pytest.approx(acceptability(scores, weights).ranks[:, 0])
    assert (can_be_first(more)[:-1] == can_be_first(scores)).all()


@given(scores_of, st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_an_option_first_in_a_draw_can_be_first_and_switches_tie(scores: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = draw_weights(rng, 50, scores.shape[1])
    assert can_be_first(scores)[np.argmax(weights @ scores.T, axis=1)].all()
    w = weights[0]
    first = int(np.argmax(scores @ w))
    for switch in switching_weights(scores, w):
        if switch.weight is None or switch.option is None:
            continue
        rest = np.delete(w, switch.criterion)
        moved = np.insert(rest / rest.sum() * (1 - switch.weight), switch.criterion, switch.weight)
        totals = weighted_sum(scores, moved)
        assert totals[switch.option] == pytest.approx(totals[first], abs=1e-6)


@given(scores_of, st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_no_sampled_weights_switch_nearer_than_the_nearest(scores: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    w, *others = draw_weights(rng, 300, scores.shape[1])
    first = int(np.argmax(scores @ w))
    nearest = nearest_weights_that_switch(scores, w)
    for other in others:
        totals = scores @ other
        if totals.max() > totals[first] + 1e-6:
            assert nearest is not None and np.abs(other - w).sum() / 2 >= nearest[1] - 1e-6


def test_scales_are_fixed_and_say_what_lies_beyond_them() -> None:
    found = on_fixed_scale([[10.0, 5.0], [40.0, 0.0], [25.0, 20.0]], worst=[30.0, 0.0], best=[10.0, 10.0])
    assert found.scores.tolist() == [[100.0, 50.0], [0.0, 0.0], [25.0, 100.0]]
    assert found.below.tolist() == [[False, False], [True, False], [False, False]]
    assert found.above.tolist() == [[False, False], [False, False], [False, True]]
    metres = on_fixed_scale(
        [[10_000.0, 5.0], [40_000.0, 0.0], [25_000.0, 20.0]], worst=[30_000.0, 0.0], best=[10_000.0, 10.0]
    )
    assert metres.scores.tolist() == found.scores.tolist()


def test_weights_stay_within_their_ranges_and_are_even_there() -> None:
    rng = np.random.default_rng(3)
    low, high = np.array([0.1, 0.2, 0.0]), np.array([0.5, 0.6, 0.3])
    drawn = draw_weights(rng, 20_000, 3, low=low, high=high)
    assert (drawn >= low - 1e-9).all() and (drawn <= high + 1e-9).all()
    assert drawn.sum(axis=1) == pytest.approx(np.ones(20_000))
    everywhere = draw_weights(rng, 400_000, 3)
    inside = everywhere[((everywhere >= low) & (everywhere <= high)).all(axis=1)]
    assert drawn.mean(axis=0) == pytest.approx(inside.mean(axis=0), abs=0.005)
    narrow = draw_weights(rng, 4_000, 6, low=np.full(6, 0.15), high=np.full(6, 0.18))
    assert (narrow >= 0.15 - 1e-9).all() and (narrow <= 0.18 + 1e-9).all()
    assert narrow.mean(axis=0) == pytest.approx(np.full(6, 1 / 6), abs=0.002)


def test_what_cannot_be_is_refused_with_the_way_out() -> None:
    for weights in ([0.5, 0.6], [-0.1, 1.1], [float("nan"), 1.0]):
        with pytest.raises(ChesilError):
            check_weights(weights, 2)
    with pytest.raises(ChesilError, match="3 weights for 2"):
        check_weights([0.2, 0.3, 0.5], 2)
    assert check_weights([30, 70], 2) == pytest.approx([0.3, 0.7])
    with pytest.raises(ChesilError, match="No weights fit"):
        draw_weights(np.random.default_rng(0), 5, 2, low=[0.6, 0.6])
    with pytest.raises(ChesilError, match="same"):
        on_fixed_scale([[1.0]], [2.0], [2.0])
    with pytest.raises(ChesilError, match="missing"):
        acceptability([[float("nan"), 1.0], [1.0, 1.0]], [[0.5, 0.5]])
    assert weights_from_swings([100, 50, 50]) == pytest.approx([0.5, 0.25, 0.25])


def test_two_criteria_that_say_the_same_are_found() -> None:
    found = double_count([[1.0, 10.0, 5.0], [2.0, 20.0, 5.0], [3.0, 30.0, 5.0]])
    assert found[0, 1] == pytest.approx(1.0)
    assert np.isnan(found[0, 2])
