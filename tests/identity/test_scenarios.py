"""Nobody is lost: whatever edits of practices are done, in whatever order, people and lists still add up."""

import sys
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from chesil.core.errors import ChesilError
from chesil.scenario.edit import TOTALS, Edit
from chesil.scenario.practices import ClosePractice, MergePractices, SplitPractice
from chesil.scenario.scenario import Scenario, apply_scenario

sys.path.insert(0, str(Path(__file__).parents[1] / "spec"))
from test_scenarios import made_up_place

CODES = ("Z99001", "Z99002", "Z99003")
codes = st.sampled_from(CODES)
edits = st.one_of(
    st.builds(ClosePractice, codes, st.just("x")),
    st.builds(ClosePractice, codes, st.just("x"), successor=codes, pull=st.floats(0, 1)),
    st.builds(MergePractices, codes, codes, st.just("x")),
    st.builds(
        lambda code, share: SplitPractice(
            code, ({"practice": f"{code[:-1]}7", "share": share}, {"practice": code, "share": 1 - share}), "x"
        ),
        codes,
        st.floats(0.1, 0.9),
    ),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(edits, min_size=1, max_size=3))
def test_nobody_is_lost(drawn: list[Edit]) -> None:
    place = made_up_place()
    before = TOTALS["patients"](place)
    try:
        made = apply_scenario(place, Scenario("x", tuple(drawn)))
    except ChesilError:
        return
    assert TOTALS["patients"](made) == before
    patients = pl.col("patients").sum()
    by_practice = dict(made.registrations.group_by("practice_code").agg(patients).iter_rows())
    assert by_practice == dict(made.practices.select("practice_code", "list_size").iter_rows())
    assert by_practice == dict(made.practice_ages.group_by("practice_code").agg(patients).iter_rows())
