"""Methods meet the reference numbers in tests/published; each test names its section of the reference notes."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from chesil.core.errors import ChesilError
from chesil.methods.comparators import nearest_neighbours, opportunity_by_chance
from chesil.methods.inequality import quantiles, simulated_slope_index, slope_index
from chesil.methods.intervals import wilson
from chesil.methods.life_expectancy import life_expectancy
from chesil.methods.many_comparisons import benjamini_hochberg, benjamini_yekutieli
from chesil.methods.power import flag_limits, power_of_ratio, smallest_detectable_ratio
from chesil.methods.smoothing import empirical_bayes, smooth_by_neighbours

PUBLISHED = Path(__file__).parents[2] / "published"


def read(name: str) -> pl.DataFrame:
    return pl.read_csv(PUBLISHED / name, infer_schema_length=None)


def test_section_4_slope_index_of_levels() -> None:
    given, gold = read("phe/sii_level_in.csv"), read("phe/sii_level_out.csv")
    for row in gold.iter_rows(named=True):
        part = given.filter(pl.col("area") == row["area"]).sort("quantile")
        values = [part[c].to_numpy() for c in ("value", "se", "population")]
        exact = slope_index(*values)
        drawn = simulated_slope_index(*values, np.random.default_rng(1), draws=20_000)
        assert (exact.sii, exact.rii, exact.intercept) == pytest.approx(
            (row["sii"], row["rii"], row["intercept"]), rel=1e-10
        )
        for limits in (exact.sii_limits, drawn.sii_limits):
            assert limits == pytest.approx((row["sii_lower95_0cl"], row["sii_upper95_0cl"]), rel=0.05)
        assert drawn.rii_limits == pytest.approx((row["rii_lower95_0cl"], row["rii_upper95_0cl"]), rel=0.05)


def test_section_4_slope_index_of_proportions() -> None:
    given, gold = read("phe/sii_proportion_in.csv"), read("phe/sii_proportion_out.csv")
    for row in gold.filter(pl.col("transform").cast(pl.String).str.to_uppercase() == "FALSE").iter_rows(named=True):
        part = given.filter(pl.col("area") == row["area"]).sort("quantile")
        x, n = part["x"].to_numpy(), part["population"].to_numpy()
        low, high = wilson(x, n)
        error = (np.log(high / (1 - high)) - np.log(low / (1 - low))) / (2 * 1.959964)
        drawn = simulated_slope_index(x / n, error, n, np.random.default_rng(2), draws=20_000, scale="logit")
        assert (drawn.sii, drawn.rii) == pytest.approx((row["sii"], row["rii"]), rel=1e-10)
        assert drawn.sii_limits == pytest.approx((row["sii_lower95_0cl"], row["sii_upper95_0cl"]), rel=0.05, abs=0.002)


def test_section_5_quantiles() -> None:
    for _, part in read("phe/quantile_out.csv").group_by("group", maintain_order=True):
        values = part["value"].cast(pl.Float64).to_numpy()
        for column, groups, low in (
            ("decile_low_is_1", 10, True),
            ("decile_high_is_1", 10, False),
            ("quintile_low_is_1", 5, True),
        ):
            gold = part[column].cast(pl.Int64, strict=False).fill_null(0).to_list()
            assert quantiles(values, groups, low_is_first=low).tolist() == gold, column


def test_section_6_life_expectancy() -> None:
    given, gold = read("phe/life_expectancy_in.csv"), read("phe/life_expectancy_out.csv")
    for (area,), part in given.group_by("area", maintain_order=True):
        part = part.sort("startage")
        mine = life_expectancy(part["deaths"].to_numpy(), part["pops"].to_numpy())
        expected = gold.filter(pl.col("area") == area).sort("startage")
        for values, name in ((mine.value, "value"), (mine.lower, "lower95_0cl"), (mine.upper, "upper95_0cl"),
                             (mine.lower998, "lower99_8cl"), (mine.upper998, "upper99_8cl")):  # fmt: skip
            np.testing.assert_allclose(values, expected[name].cast(pl.Float64, strict=False).to_numpy(), rtol=1e-9)
        assert bool(mine.reason) == (area == "islet")


def test_section_6_other_bands_and_impossible_input() -> None:
    wide_bands = life_expectancy([20, 60, 900], [9000, 20000, 5000], starts=(0, 20, 65))
    assert 60 < wide_bands.value[0] < 95
    assert (
        wide_bands.lower998[0]
        < wide_bands.lower[0]
        < wide_bands.value[0]
        < wide_bands.upper[0]
        < wide_bands.upper998[0]
    )
    assert life_expectancy([1, 2, 3], [0, 5, 5], starts=(0, 20, 65)).reason == "a band has no people"
    assert "deaths" in life_expectancy([9, 2, 3], [5, 5, 5], starts=(0, 20, 65)).reason
    with pytest.raises(ChesilError, match="one value for each of the 20 bands"):
        life_expectancy([1, 2], [3, 4])


def test_section_10_power() -> None:
    gold = read("stats/poisson_power.csv")
    for row in gold.iter_rows(named=True):
        confidence, e = 1 - row["alpha"], row["expected"]
        limits = flag_limits([e], confidence=confidence)
        assert (limits.high[0], limits.low[0]) == (row["flag_high_at"], row["flag_low_at"])
        for ratio, name in ((1.0, "1"), (1.25, "1_25"), (1.5, "1_5"), (2.0, "2"), (0.5, "0_5")):
            found = power_of_ratio([e], ratio, confidence=confidence)[0]
            assert found == pytest.approx(row[f"power_ratio_{name}"], rel=1e-8, abs=1e-15), name
        assert smallest_detectable_ratio([e], confidence=confidence)[0] == pytest.approx(
            row["min_detectable_ratio_80"], rel=1e-8
        )


def test_section_11_many_comparisons() -> None:
    gold = read("stats/fdr.csv")
    adjusted = benjamini_hochberg(gold["p"].to_numpy())
    np.testing.assert_allclose(adjusted.p, gold["p_bh"].to_numpy(), rtol=1e-12)
    np.testing.assert_allclose(benjamini_yekutieli(gold["p"].to_numpy()).p, gold["p_by"].to_numpy(), rtol=1e-12)
    assert (adjusted.family, int((adjusted.p <= 0.05).sum())) == (40, 9)
    assert benjamini_hochberg([0.01, np.nan, 0.04]).family == 2


def test_section_12_empirical_bayes_and_neighbours() -> None:
    gold = read("stats/eb_marshall.csv")
    smoothed = empirical_bayes(gold["x"].to_numpy(), gold["n"].to_numpy())
    np.testing.assert_allclose(smoothed.value, gold["eb"].to_numpy(), rtol=1e-10)
    even = empirical_bayes([10.0, 20.0], [1000.0, 2000.0])
    np.testing.assert_allclose(even.value, 0.01)
    gold, edges = read("stats/icar_gaussian.csv"), read("stats/icar_edges.csv").to_numpy()
    field = smooth_by_neighbours(gold["y"].to_numpy(), gold["se"].to_numpy(), edges, tau=9.0)
    np.testing.assert_allclose(field.value, gold["posterior_mean"].to_numpy(), rtol=1e-8)
    np.testing.assert_allclose(field.sd, gold["posterior_sd"].to_numpy(), rtol=1e-8)


def test_section_12_an_island_keeps_its_own_value() -> None:
    field = smooth_by_neighbours([1.0, 2.0, 7.0], [0.5, 0.5, 0.3], [[0, 1]], tau=4.0)
    assert (field.value[2], field.sd[2]) == pytest.approx((7.0, 0.3))


def test_section_19_nearest_neighbours() -> None:
    given, gold = read("comparators/nearest_neighbours_in.csv"), read("comparators/nearest_neighbours_out.csv")
    names = given["area"].to_list()
    found = nearest_neighbours(given.drop("area").to_numpy(), 5)
    for row in gold.iter_rows(named=True):
        k, rank = names.index(row["area"]), row["rank"] - 1
        assert names[found.index[k, rank]] == row["neighbour"]
        assert found.distance[k, rank] == pytest.approx(row["distance"], rel=1e-12)
        assert found.rebased[k, rank] == pytest.approx(row["distance_rebased_by_max"], rel=1e-12)


def test_best_five_of_ten_finds_an_opportunity_where_there_is_none() -> None:
    """Where no unit truly differs, three in four still show one, of 0.89 standard deviations on the mean."""
    share, mean = opportunity_by_chance(np.random.default_rng(7), units=200_000)
    assert share == pytest.approx(0.76, abs=0.01)
    assert mean == pytest.approx(0.89, abs=0.01)


@pytest.mark.parametrize(
    "bad",
    [
        lambda: slope_index([1, 2], [1, 1], [10, 10]),
        lambda: slope_index([1, 2, 3], [1, 1, 1], [10, 0, 10]),
        lambda: benjamini_hochberg([1.2]),
        lambda: flag_limits([0.0]),
        lambda: empirical_bayes([1.0], [0.0]),
        lambda: smooth_by_neighbours([1.0], [0.0], [], tau=1.0),
        lambda: nearest_neighbours([[1.0], [1.0], [1.0]], 1),
    ],
)
def test_impossible_input_is_refused(bad) -> None:
    with pytest.raises(ChesilError):
        bad()
