"""Control charts meet the reference numbers of section 9, and refuse what they should."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from chesil.core.errors import ChesilError
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
