"""Trends in worked examples: no rules on few points, a named rule set from thirteen, and a new start after a merger."""

import numpy as np
import polars as pl
import pytest

from chesil.analyses.variation.trends import RULE_SET, find_mergers, read_trend
from chesil.core.errors import ChesilError


def test_nine_years_are_a_run_chart_without_rules() -> None:
    trend = read_trend(np.array([5.0, 6, 7, 8, 9, 10, 11, 12, 13]))
    assert (trend.kind, trend.rule_set, trend.chart) == ("run chart", "", None)
    assert "without rules" in trend.warnings[0]


def test_thirteen_points_are_read_by_a_named_rule_set() -> None:
    steady = np.array([10.0, 12, 9, 11, 10, 12, 8, 11, 10, 9, 12, 11, 30])
    trend = read_trend(steady, better=-1)
    assert (trend.kind, trend.rule_set) == ("xmr", RULE_SET)
    assert trend.chart is not None and trend.chart.special[-1] == "Above UCL"
    assert trend.chart.kind[-1] == "special_cause_concern"


def test_a_series_begins_again_at_a_merger() -> None:
    values = np.array([4.0, 5, 4, 5, 9, 10, 9])
    trend = read_trend(values, rebased=(4,))
    assert trend.mean.tolist() == pytest.approx([4.5] * 4 + [28 / 3] * 3)
    long = read_trend(np.concatenate([np.tile([4.0, 5, 6], 5), np.tile([9.0, 10, 11], 5)]), rebased=(15,))
    assert long.kind == "xmr" and set(long.chart.special.tolist()) == {"Common Cause"}  # type: ignore[union-attr]


def test_a_series_that_hardly_changes_stays_a_run_chart_with_the_reason() -> None:
    trend = read_trend(np.array([1.0] * 13 + [2.0]))
    assert trend.kind == "run chart" and "collapse on the mean" in trend.warnings[0]


LISTS = """
Z99001 0 5000
Z99001 1 5050
Z99001 2 8000
Z99002 0 3000
Z99002 1 3000
Z99003 0 4000
Z99003 1 4380
Z99003 2 4500
Z99004 0 2900
Z99004 1 2950
"""


def test_a_list_that_jumps_while_a_code_near_by_ends_has_merged() -> None:
    rows = [line.split() for line in LISTS.strip().splitlines()]
    lists = pl.DataFrame(
        [(c, int(k), f"20{14 + int(k)}/{15 + int(k)}", float(n)) for c, k, n in rows],
        schema=["practice_code", "position", "year", "patients"], orient="row",
    )  # fmt: skip
    located = pl.DataFrame({
        "practice_code": ["Z99001", "Z99002", "Z99003", "Z99004"], "easting": [400_000, 402_000, 401_000, 430_000],
        "northing": [100_000, 101_000, 100_000, 100_000], "district": ["BH1", "BH2", "BH1", "SP1"],
    })  # fmt: skip
    found = find_mergers(lists, located, {"Z99001", "Z99003"})
    # Z99001 took over Z99002, which was near; Z99004 ended too, far away. Z99003 grew by less than a tenth.
    assert found.rows() == [("Z99001", 2, "2016/17", "Z99002")]
    assert find_mergers(lists.reverse(), located.reverse(), {"Z99001", "Z99003"}).rows() == found.rows()


@pytest.mark.parametrize("bad", [([], ()), ([1.0, np.nan], ()), ([1.0, 2.0], (2,)), ([1.0, 2.0], (0,))])
def test_impossible_series_are_refused(bad: tuple[list[float], tuple[int, ...]]) -> None:
    with pytest.raises(ChesilError):
        read_trend(np.array(bad[0]), bad[1])
