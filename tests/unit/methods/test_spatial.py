"""Spatial smoothing of counts: finds what is spatial, leaves islands alone, and refuses what cannot be smoothed."""

import numpy as np
import pytest

from chesil.core.errors import ChesilError
from chesil.methods.spatial import smooth_counts_by_neighbours

SIDE = 12


def grid() -> np.ndarray:
    at = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    across = np.column_stack([at[:, :-1].ravel(), at[:, 1:].ravel()])
    return np.vstack([across, np.column_stack([at[:-1].ravel(), at[1:].ravel()])])


def test_a_smooth_surface_is_spatial_and_a_rough_one_is_not() -> None:
    rng = np.random.default_rng(8)
    y, x = np.mgrid[:SIDE, :SIDE]
    expected = np.full(SIDE * SIDE, 60.0)
    slope = 0.35 * np.sin(2 * np.pi * x.ravel() / SIDE) + 0.02 * y.ravel()
    smooth = smooth_counts_by_neighbours(rng.poisson(expected * np.exp(slope)), expected, grid())
    rough = smooth_counts_by_neighbours(
        rng.poisson(expected * np.exp(rng.normal(0, 0.3, expected.size))), expected, grid()
    )
    assert smooth.spatial_share > 0.75 > 0.45 > rough.spatial_share
    assert smooth.spatial_share_lower <= smooth.spatial_share <= smooth.spatial_share_upper
    truth = np.exp(slope)
    error = [np.mean((np.log(a) - np.log(truth)) ** 2) for a in (smooth.ratio, np.maximum(smooth.raw, 0.01))]
    assert error[0] < 0.6 * error[1]
    inside = (smooth.lower <= truth) & (truth <= smooth.upper)
    assert 0.85 < inside.mean() <= 1.0
    assert rough.spread == pytest.approx(0.3, abs=0.07)


def test_the_order_of_areas_does_not_matter_and_an_island_is_drawn_to_the_whole_alone() -> None:
    rng = np.random.default_rng(9)
    expected = rng.uniform(5, 90, SIDE * SIDE + 1)
    events = rng.poisson(expected)
    edges = grid()
    one = smooth_counts_by_neighbours(events, expected, edges)
    turn = rng.permutation(expected.size)
    back = np.argsort(turn)
    two = smooth_counts_by_neighbours(events[turn], expected[turn], back[edges])
    np.testing.assert_allclose(one.ratio[turn], two.ratio, rtol=1e-6)
    raw, island = one.raw[-1], one.ratio[-1]
    assert min(raw, one.overall) - 1e-6 <= island <= max(raw, one.overall) + 1e-6


def test_a_count_of_nought_keeps_a_ratio_above_nought_with_limits() -> None:
    found = smooth_counts_by_neighbours([0, 5, 7, 6], [6.0, 6, 6, 6], [(0, 1), (1, 2), (2, 3)])
    assert found.raw[0] == 0 < found.lower[0] < found.ratio[0] < found.upper[0]


@pytest.mark.parametrize(
    "bad",
    [
        ([1, 2], [1, 2], [(0, 1)]), ([1, 2, -1], [1, 1, 1], [(0, 1)]), ([1, 2, 3], [1, 0, 1], [(0, 1)]),
        ([0, 0, 0], [1, 1, 1], [(0, 1)]), ([1, 2, 3], [1, 1, 1], []), ([1, 2, 3], [1, 1, 1], [(0, 3)]),
        ([1, np.nan, 3], [1, 1, 1], [(0, 1)]),
    ],
)  # fmt: skip
def test_impossible_input_is_refused(bad) -> None:
    with pytest.raises(ChesilError):
        smooth_counts_by_neighbours(*bad)
