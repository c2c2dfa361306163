"""Whole numbers keep their total, whatever is shared out."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chesil.methods.apportion import round_within


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(0, 1e6)), min_size=1, max_size=60))
def test_every_group_keeps_its_sum_and_no_part_moves_by_one_or_more(parts: list[tuple[int, float]]) -> None:
    group = np.array([g for g, _ in parts])
    exact = np.array([v for _, v in parts])
    whole = round_within(exact, group)
    for g in set(group.tolist()):
        assert whole[group == g].sum() == np.rint(exact[group == g].sum())
    assert (np.abs(whole - exact) < 1 + 1e-6).all()
