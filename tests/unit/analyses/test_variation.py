"""Variation in Dorset: parts add up, England's practices give one, and what is flagged is flagged for the stated reason."""

from math import fsum

import numpy as np
import polars as pl
import pytest

from chesil.analyses.variation import PARTS, SHOWN_PARTS, VariationSettings
from chesil.analyses.variation.expected import expected_recording
from chesil.analyses.variation.tables import VariationTables, register_words, tables_by
from chesil.core.assessment import Assessment
from chesil.core.errors import InputRefused
from chesil.core.settings import settings_from
from chesil.packs.pack import read_table
from chesil.plan import Plan


@pytest.fixture(scope="module")
def england_tables() -> VariationTables:
    return tables_by(read_table)


@pytest.fixture(scope="module")
def england(england_tables: VariationTables) -> pl.DataFrame:
    return expected_recording(england_tables)


@pytest.fixture(scope="module")
def found(dorset_plan: Plan) -> Assessment:
    return dorset_plan.assessments["variation"]


def test_the_parts_and_the_rest_add_up_to_the_gap(england: pl.DataFrame) -> None:
    known = england.filter(pl.col("expected").is_not_null())
    summed = known.select(pl.sum_horizontal([f"part_{p}" for p in PARTS]) + pl.col("rest") - pl.col("gap")).to_series()
    assert np.abs(summed.to_numpy()).max() < 1e-3


def test_englands_practices_together_are_as_expected(england: pl.DataFrame) -> None:
    known = england.filter(pl.col("expected").is_not_null())
    assert known["register"].n_unique() == len(register_words()) == 21
    for column in ("expected", "expected_without"):
        sums = known.group_by("register").agg(
            pl.col(column).sum(), (pl.col("list_size") * pl.col("england_rate")).sum()
        )
        np.testing.assert_allclose(sums[column].to_numpy(), sums["list_size"].to_numpy(), rtol=1e-4)


def test_the_fits_are_calibrated_and_alike_in_both_years(england_tables: VariationTables) -> None:
    fits = england_tables.fits.filter(pl.col("model") == "all_factors")
    assert fits.height == 42
    tenths = fits.select([f"calibration_{k}" for k in range(1, 11)]).to_numpy()
    assert tenths.min() > 0.85 and tenths.max() < 1.15
    both = fits.pivot(on="year", index="register", values="deviance_explained")
    assert np.abs(both["2020/21"] - both["2021/22"]).max() < 0.15  # type: ignore[operator]
    # Other factors can only explain more.
    without = england_tables.fits.filter(pl.col("model") != "all_factors").sort("year", "register")
    assert (fits.sort("year", "register")["deviance_explained"] >= without["deviance_explained"]).all()


def test_figures_of_the_gap_add_up(found: Assessment, dorset_plan: Plan) -> None:
    code = dorset_plan.place.code
    gaps = [f for f in found.figures if f.measure == "recording_gap" and f.unit_code.startswith(f"{code}:")]
    assert len(gaps) == VariationSettings().shown
    for gap in gaps:
        parts = [found.figure(f"recording_gap_{p}", gap.unit_code).value for p in (*SHOWN_PARTS, "rest")]
        assert fsum(p for p in parts if p is not None) == pytest.approx(gap.value, abs=0.5)


def test_recorded_shares_are_those_of_the_publication(found: Assessment, dorset_plan: Plan) -> None:
    whole = found.figure("recorded_hyp", "ENGLAND")
    assert (whole.numerator, whole.denominator) == (8_604_825, 61_604_213)
    here = found.figure("recorded_af", dorset_plan.place.code)
    assert here.value == pytest.approx(3.12, abs=0.01)
    assert here.lower is not None and here.lower < here.value < here.upper  # type: ignore[operator]


def test_the_family_is_every_practice_and_measure_together(found: Assessment) -> None:
    rows, shares = found.tables["registers"], found.tables["judged_shares"]
    assert rows["family"].unique().to_list() == [rows["chance"].drop_nulls().len() + shares.height]
    flagged = rows.filter(pl.col("verdict").is_in(["more than expected", "fewer than expected"]))
    assert (flagged["adjusted_chance"] <= 0.05).all()
    assert (rows["adjusted_chance"] >= rows["chance"]).all()
    few = rows.filter(pl.col("verdict") == "too few to say")
    assert few.height > 0 and (few["detectable_by_chance"] > 1.5).all()


def test_similar_practices_are_ten_others_and_chance_is_beside_each_gap(found: Assessment) -> None:
    similar, shares = found.tables["similar"], found.tables["shares"]
    assert (similar.group_by("practice_code").len()["len"] == 10).all()
    assert (similar["practice_code"] != similar["similar_code"]).all()
    assert (shares["to_best_by_chance"] > 0).all() and (shares["to_best"] >= shares["to_median"]).all()
    assert shares.select("median_of_more", "median_without").null_count().sum_horizontal()[0] == 0


def test_no_total_of_gaps_is_given(found: Assessment, dorset_plan: Plan) -> None:
    totals = {dorset_plan.place.code, *(u.code for u in dorset_plan.pcns)}
    assert not [f for f in found.figures if f.measure.startswith("to_similar") and f.unit_code.split(":")[0] in totals]


def test_every_row_has_an_expected_count_or_a_reason(england: pl.DataFrame) -> None:
    assert ((england["reason"] == "") == england["expected"].is_not_null()).all()
    assert (england.filter(pl.col("expected").is_not_null())["expected"] > 0).all()


def test_settings_that_cannot_be_are_refused() -> None:
    for said in ({"best": 10}, {"similar_by": []}, {"power": 80.0}, {"colour": 1}):
        with pytest.raises(InputRefused):
            settings_from(VariationSettings, said, "study.toml [variation]")
