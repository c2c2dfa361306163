"""Methods meet the reference numbers in tests/published; each test names its section of the reference notes."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from chesil.core.errors import ChesilError
from chesil.methods.comparators import nearest_neighbours, opportunity_by_chance
from chesil.methods.many_comparisons import benjamini_hochberg, benjamini_yekutieli
from chesil.methods.power import flag_limits, power_of_ratio, smallest_detectable_ratio
from chesil.methods.smoothing import empirical_bayes, smooth_by_neighbours

PUBLISHED = Path(__file__).parents[2] / "published"


def read(name: str) -> pl.DataFrame:
    return pl.read_csv(PUBLISHED / name, infer_schema_length=None)


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
