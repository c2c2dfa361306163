"""Control charts meet the reference numbers of section 9, and refuse what they should."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from chesil.core.errors import ChesilError
from chesil.methods import spc
from chesil.methods.spc import xmr_chart

GOLD = pl.read_csv(Path(__file__).parents[2] / "published" / "spc" / "xmr_golden.csv", infer_schema_length=None)
SERIES = GOLD["series"].unique(maintain_order=True).to_list()


@pytest.mark.parametrize("series", SERIES)
def test_section_9_every_limit_label_and_kind(series: str) -> None:
    gold = GOLD.filter(pl.col("series") == series).sort("i")
    first = gold.row(0, named=True)
    chart = xmr_chart(
        gold["y"].to_numpy(),
        better=first["improvement_direction"],
        screen=first["screen_outliers"],
        fix_after=first["fix_after_n_points"],
        groups=gold["rebase_group"].to_numpy(),
    )
    np.testing.assert_allclose(chart.mean, gold["mean_col"].to_numpy(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(chart.lower, gold["lpl"].cast(pl.Float64).to_numpy(), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(chart.upper, gold["upl"].cast(pl.Float64).to_numpy(), rtol=1e-11, atol=1e-12)
    assert chart.special.tolist() == gold["special_cause_type"].to_list()
    assert chart.kind.tolist() == gold["point_type"].to_list()


def test_a_series_that_would_flag_every_point_is_refused() -> None:
    with pytest.raises(ChesilError, match="would collapse on the mean"):
        xmr_chart([1, 1, 1, 1, 2])


def test_short_and_seasonal_series_are_warned_of() -> None:
    assert "fewer than 13 points" in xmr_chart([1, 3, 2, 4]).warnings[0]
    months = np.sin(np.arange(60) * 2 * np.pi / 12) + np.random.default_rng(1).normal(0, 0.1, 60)
    assert any("season" in w for w in xmr_chart(months).warnings)


def test_rule_sets_differ_and_are_named() -> None:
    values = [0, 1, 0, 1, 0, 1, 0, 1, 0, 5, 2.5, 0.7, 1, 0, 1, 0]
    one, two = xmr_chart(values), xmr_chart(values, rule_set="mdc-2023")
    assert (one.rule_set, two.rule_set) == ("nhsr-0.2.2", "mdc-2023")
    assert (two.special != "Common Cause").sum() >= (one.special != "Common Cause").sum()
    with pytest.raises(ChesilError, match="is not one of"):
        xmr_chart(values, rule_set="mine")


CASES = json.loads((Path(__file__).parents[2] / "published" / "spc" / "rules_cases.json").read_text())


def whole_runs(ends: list[int], length: int) -> list[int]:
    """The reference marks the last point of a run; its next step, and ours, marks the whole run."""
    found = [0] * len(ends)
    for k, end in enumerate(ends):
        if end:
            found[k - length + 1 : k + 1] = [end] * length
    return found


@pytest.mark.parametrize("case", CASES["seven_point_one_side_mean"])
def test_section_9_seven_on_one_side(case: dict[str, list[int]]) -> None:
    found = spc._runs(np.array(case["in"], dtype=np.int64), 7)
    assert found.astype(int).tolist() == [abs(k) for k in whole_runs(case["out"], 7)]


@pytest.mark.parametrize("case", CASES["seven_point_trend"])
def test_section_9_seven_in_a_trend(case: dict[str, list[float]]) -> None:
    found = spc._trends(np.array(case["in"], dtype=np.float64), 7)
    assert found.tolist() == whole_runs([int(k) for k in case["out"]], 7)


@pytest.mark.parametrize("case", CASES["part_of_seven_trend"])
def test_section_9_part_of_a_trend(case: dict[str, list[int]]) -> None:
    assert whole_runs(case["in"], 7) == [np.sign(sum(case["in"])) * k for k in case["out"]]


@pytest.mark.parametrize("case", CASES["two_in_three"])
def test_section_9_two_in_three(case: dict[str, list[int]]) -> None:
    close = np.array(case["close"], dtype=bool)
    found = spc._two_in_three(close, np.array(case["rel"], dtype=np.int64))
    # Only the close points of the three are flagged in the end.
    assert found.tolist() == (np.array(case["out"], dtype=bool) & close).tolist()


@pytest.mark.parametrize("bad", [{"better": 2}, {"fix_after": 1}, {"groups": [1, 2]}, {"rule_set": "western"}])
def test_settings_that_cannot_be_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ChesilError):
        xmr_chart([1, 3, 2, 4, 2], **bad)  # type: ignore[arg-type]
