"""Travel in England: water counts, crossings carry, errors are carried, and a site that cannot be placed is named."""

import numpy as np
import polars as pl
import pytest

from chesil.packs.pack import read_table
from chesil.place.locating import point_faults
from chesil.place.place import Place
from chesil.place.postcode_origins import postcode_origins
from chesil.place.travel import (
    MODES,
    area_origins,
    public_transport_range,
    site_destinations,
    times_within,
    travel_times,
    travel_times_by_mode,
)


def points(**at: tuple[int, int]) -> pl.DataFrame:
    return pl.DataFrame(
        {"code": list(at), "easting": [p[0] for p in at.values()], "northing": [p[1] for p in at.values()]}
    )


SANDBANKS, STUDLAND = (404_400, 87_800), (403_600, 82_500)
POOLE, WAREHAM = (401_200, 90_700), (392_300, 87_400)
RYDE, SOUTHSEA = (459_100, 92_200), (464_500, 99_100)
CANVEY, BENFLEET = (579_500, 183_300), (577_800, 186_700)
HESSLE, BARTON = (503_000, 426_300), (502_800, 421_900)


def minutes(a: tuple[int, int], b: tuple[int, int], mode: str = "drive", ferries: bool = False) -> float:
    return float(travel_times(points(a=a), points(b=b), mode, ferries=ferries).minutes[0, 0])


def test_sandbanks_to_studland_is_round_the_harbour_unless_the_ferry_is_taken() -> None:
    by_land = minutes(SANDBANKS, STUDLAND)
    assert by_land > 30
    assert minutes(SANDBANKS, STUDLAND, ferries=True) < by_land


def test_the_isle_of_wight_is_reached_by_ferry_only() -> None:
    assert minutes(SOUTHSEA, RYDE) == np.inf
    assert 30 < minutes(SOUTHSEA, RYDE, ferries=True) < 150


@pytest.mark.parametrize(("a", "b", "most"), [(CANVEY, BENFLEET, 20), (HESSLE, BARTON, 20), (POOLE, WAREHAM, 30)])
def test_bridges_carry_cars(a: tuple[int, int], b: tuple[int, int], most: float) -> None:
    assert minutes(a, b) < most


def test_both_ways_take_as_long_and_order_does_not_matter(dorset_2026: Place) -> None:
    origins, sites = area_origins(dorset_2026), site_destinations(dorset_2026)
    there = travel_times(origins, sites, "drive").seconds
    back = travel_times(sites, origins, "drive").seconds
    np.testing.assert_allclose(there, back.T, rtol=1e-9)
    mixed = origins.sample(fraction=1, shuffle=True, seed=4)
    rows = [mixed["code"].to_list().index(c) for c in origins["code"]]
    np.testing.assert_allclose(travel_times(mixed, sites, "drive").seconds[rows], there, rtol=1e-9)


def test_more_sites_never_lengthen_the_nearest(dorset_2026: Place) -> None:
    origins, sites = area_origins(dorset_2026), site_destinations(dorset_2026)
    few = travel_times(origins, sites.head(20), "drive").seconds.min(axis=1)
    # a time may rest a little on which points are asked about together, since they frame the search for a way round
    assert (travel_times(origins, sites, "drive").seconds.min(axis=1) <= few + 1e-6).all()


def test_modes_at_once_are_the_modes_one_by_one(dorset_2026: Place) -> None:
    origins, sites = area_origins(dorset_2026), site_destinations(dorset_2026)
    together = travel_times_by_mode(origins, sites)
    for mode in MODES:
        np.testing.assert_array_equal(together[mode].seconds, travel_times(origins, sites, mode).seconds)


def test_every_pair_carries_an_error_and_villages_a_larger_one_near_by() -> None:
    times = travel_times(
        points(village=(372_000, 104_500), town=(407_500, 91_500)), points(near=(407_000, 92_000)), "drive"
    )
    assert times.errors.shape == times.seconds.shape and (times.errors > 0.05).all()


def test_the_sparse_table_of_all_england_agrees_with_the_matrix(dorset_2026: Place) -> None:
    origins, sites = area_origins(dorset_2026), site_destinations(dorset_2026)
    matrix = travel_times(origins, sites, "drive").seconds
    sparse = times_within(origins, sites, "drive", 40)
    i, j = sparse["origin"].to_numpy(), sparse["destination"].to_numpy()
    difference = np.abs(sparse["seconds"].to_numpy() / matrix[i, j] - 1)
    assert (difference < 0.001).mean() > 0.9 and np.quantile(difference, 0.99) < 0.35
    missed = (matrix <= 35 * 60).sum() - np.isin(np.nonzero(matrix.ravel() <= 35 * 60)[0], i * len(sites) + j).sum()
    assert missed < 0.01 * len(i)


def test_public_transport_is_a_range_between_driving_and_walking(dorset_2026: Place) -> None:
    origins, sites = area_origins(dorset_2026), site_destinations(dorset_2026)
    low, high = public_transport_range(origins, sites)
    walk = travel_times(origins, sites, "walk").minutes
    assert (low <= high + 1e-9).all() and (high <= walk + 1e-9).all()


def test_no_crossing_names_areas_that_do_not_face() -> None:
    areas = set(read_table("areas", ["lsoa11"])["lsoa11"])
    from chesil.definitions import load_definition

    records = load_definition(".", "crossings")["crossing"]
    assert all(code in areas for r in records for code in r["between"]) and len(records) > 90
    assert len({r["name"] for r in records}) == len(records)


def test_every_position_that_cannot_be_right_is_named_with_the_way_out() -> None:
    points = {
        "degrees": (50.7, -2.4), "other_degrees": (-2.4, 50.7), "swapped": (90_700, 401_200), "sea": (420_000, 60_000),
        "wales": (310_000, 230_000), "apart": (401_200, 90_700), "good": (369_300, 90_700), "far": (530_000, 180_000),
    }  # fmt: skip
    by_postcode = {"apart": (369_300, 90_700)}
    text = {
        n: " ".join(f) for n, f in point_faults(points, by_postcode, np.array([[380_000, 95_000]]), "Dorset").items()
    }
    assert set(text) == set(points) - {"good"}
    assert "latitude and longitude" in text["degrees"] and "longitude and latitude" in text["other_degrees"]
    assert "wrong way round" in text["swapped"] and "two places" in text["apart"]
    assert "in the sea" in text["sea"] and "Wales or Scotland" in text["wales"]
    assert "km from every area of Dorset" in text["far"]


def test_postcodes_of_an_area_lie_in_it_and_move_large_rural_areas_most(dorset_2026: Place) -> None:
    rural = dorset_2026.areas.filter(pl.col("ruc11_code").str.starts_with("E")).sort("lsoa11").head(8)
    points = postcode_origins(rural["lsoa11"].to_list())
    assert points["lsoa11"].n_unique() == 8 and points["code"].is_duplicated().sum() == 0
    sites = site_destinations(dorset_2026)
    by_point = travel_times(points, sites, "drive").minutes.min(axis=1)
    mean = (
        points.with_columns(pl.Series("minutes", by_point))
        .group_by("lsoa11")
        .agg(pl.col("minutes").mean())
        .sort("lsoa11")
    )
    middles = travel_times(rural.select(pl.col("lsoa11").alias("code"), "easting", "northing"), sites, "drive")
    difference = mean["minutes"].to_numpy() - middles.minutes.min(axis=1)
    assert abs(difference.mean()) < 4 and np.abs(difference).max() < 12
