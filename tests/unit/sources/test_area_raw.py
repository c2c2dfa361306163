"""The publishers' own files give the totals that are known of them, for England and for Dorset."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from chesil.sources.source import find_sources

RAW = Path(os.environ.get("CHESIL_RAW", ""))
pytestmark = [
    pytest.mark.raw,
    pytest.mark.skipif(
        not os.environ.get("CHESIL_RAW"),
        reason="needs the publishers' files: CHESIL_RAW=/path/to/raw pytest -m raw",
    ),
]

SOURCES = find_sources()
AREA_FOLDERS = ("deprivation", "population", "geography", "travel", "health", "services")

ROWS = {
    "ahah_v3_drive_minutes_2022.csv.gz": 32_844,
    "census_disability_lsoa21_2021.csv.gz": 67_510,
    "census_ethnicity_lsoa21_2021.csv.gz": 168_775,
    "census_household_deprivation_lsoa21_2021.csv.gz": 168_775,
    "census_household_type_lsoa21_2021.csv.gz": 270_040,
    "census_long_term_illness_lsoa11_2011.csv.gz": 32_844,
    "census_no_car_lsoa11_2011.csv.gz": 32_844,
    "census_population_bands_lsoa21_2021.csv.gz": 202_530,
    "census_tenure_lsoa21_2021.csv.gz": 270_040,
    "code_point_open_2025-04.zip": 1_743_449,
    "deaths_by_district_2014.csv.gz": 13_920,
    "dentist_sites_2025-11.parquet": 10_046,
    "dft_accessibility_gp_lsoa01_2011.csv.gz": 32_482,
    "fuel_poverty_lsoa21_2022.csv.gz": 33_755,
    "gp_sites_2025-11.parquet": 9_129,
    "hospital_sites_2025-11.parquet": 18_105,
    "icb22_boundaries_2022.geojson": 42,
    "icb22_boundaries_2022_dorset.geojson": 1,
    "imd_2015.csv.gz": 32_844,
    "imd_2025.csv.gz": 33_755,
    "iod_file1_imd_2019.csv.gz": 32_844,
    "iod_file2_domains_2019.csv.gz": 32_844,
    "iod_file6_denominators_2019.csv.gz": 32_844,
    "iod_indicators_2019.csv.gz": 32_844,
    "iod_indicators_2025.csv.gz": 33_755,
    "iod_scores_denominators_2019.parquet": 32_844,
    "jts_data_dictionary_2017.csv": 25,
    "jts_dorchester_2017_dorset.geojson": 576,
    "lookup_lsoa11_lsoa21_2022.csv.gz": 33_855,
    "lookup_lsoa11_ltla18_2018.csv.gz": 32_844,
    "lookup_lsoa11_ltla21_2021.csv.gz": 32_844,
    "lookup_lsoa11_msoa11_2011.csv.gz": 32_844,
    "lookup_lsoa11_sicbl22_icb22_2022.csv.gz": 32_844,
    "lookup_lsoa21_icb24_2024.csv.gz": 33_755,
    "lookup_lsoa21_ward24_ltla24_2024.csv.gz": 33_755,
    "lsoa11_boundaries_2011.geojson.gz": 32_844,
    "lsoa11_population_weighted_centroids_2011.csv.gz": 32_844,
    "lsoa21_boundaries_2021_dorset.geojson": 463,
    "ltla21_boundaries_2021.geojson.gz": 309,
    "ltla24_boundaries_2024_dorset_and_neighbours.geojson": 7,
    "msoa11_boundaries_2011_dorset.geojson": 95,
    "msoa_names_2020-10.csv.gz": 6_791,
    "national_life_tables_1980-2019.csv.gz": 7_676,
    "nhsuk_hospitals_2021.csv.gz": 1_211,
    "ons_health_index_2015-2021.csv.gz": 120_344,
    "pharmacy_sites_2025-11.parquet": 12_194,
    "population_by_district_2014.csv.gz": 63_336,
    "population_lsoa11_mid2020.csv.gz": 32_844,
    "postcodes_2022-05_dorset_and_neighbours.csv.gz": 148_367,
    "practice_ethnicity_2023-02.csv.gz": 6_437,
    "practice_imd_2019.csv.gz": 6_545,
    "practice_imd_2025.csv.gz": 6_143,
    "practice_life_expectancy_2020_dorset.csv": 73,
    "rural_urban_lsoa11_2011.csv.gz": 32_844,
    "rural_urban_lsoa21_2021.csv.gz": 33_755,
    "snpp_persons_2022_dorset.csv": 2 * 91 * 26,
    "stroke_unit_coordinates_2024.csv": 141,
    "stroke_unit_drive_minutes_2024.csv.gz": 34_752 * 125,
    "stroke_unit_drive_minutes_2024_dorset.csv": 452 * 9,
    "stroke_units_2024.csv": 141,
    "ward22_boundaries_2022_dorset.geojson": 85,
}
"""Rows we keep of each file, by its name: England's, or all where the source says so."""

EDITIONS = {
    Path(edition.file).name: (name, edition.file)
    for name, source in SOURCES.items()
    for edition in source.editions
    if edition.file.split("/")[0] in AREA_FOLDERS
}


@cache
def tables(file: str) -> Mapping[str, pl.DataFrame]:
    name, path = EDITIONS[file]
    return SOURCES[name].read(RAW / path)


def table(source: str) -> pl.DataFrame:
    """The first edition of a source, which is the fullest."""
    return tables(Path(SOURCES[source].editions[0].file).name)[source]


@cache
def dorset(vintage: str) -> list[str]:
    lookup = table("lookup_lsoa11_icb22" if vintage == "lsoa11" else "lookup_lsoa21_icb24")
    return lookup.filter(pl.col("icb_code") == "QVV")[vintage].to_list()


def of_dorset(source: str) -> pl.DataFrame:
    found = table(source)
    vintage = "lsoa11" if "lsoa11" in found.columns else "lsoa21"
    return found.filter(pl.col(vintage).is_in(dorset(vintage)))


@pytest.mark.parametrize("file", sorted(EDITIONS))
def test_every_edition_is_read_with_its_known_rows(file: str) -> None:
    (only,) = tables(file).values()
    assert only.height == ROWS[file]


def test_no_row_count_is_left_over() -> None:
    assert set(ROWS) == set(EDITIONS)


def test_dorset_has_452_areas_of_2011_and_463_of_2021() -> None:
    assert (len(dorset("lsoa11")), len(dorset("lsoa21"))) == (452, 463)
    assert set(table("lookup_lsoa11_icb22").filter(pl.col("sub_icb_code") == "11J")["icb22_ons"]) == {"E54000041"}


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        ("iod_2019_scores", 452),
        ("imd_2015", 452),
        ("imd_2025", 463),
        ("population_mid2020", 452),
        ("census_population_2021", 463 * 6),
        ("census_ethnicity_2021", 463 * 5),
        ("census_disability_2021", 463 * 2),
        ("census_tenure_2021", 463 * 8),
        ("census_accommodation_2021", 463 * 8),
        ("census_household_deprivation_2021", 463 * 5),
        ("census_no_car_2011", 452),
        ("ahah_minutes", 452),
        ("fuel_poverty", 463),
        ("lookup_lsoa11_lsoa21", 464),
        ("lsoa11_centroids", 452),
        ("rural_urban_2021", 463),
    ],
)
def test_dorset_has_its_rows(source: str, rows: int) -> None:
    assert of_dorset(source).height == rows


def test_residents_of_mid_2020() -> None:
    ages = [f"age_{a}" for a in range(91)]
    older = [f"age_{a}" for a in range(65, 91)]
    here = of_dorset("population_mid2020")
    assert table("population_mid2020").select(ages).sum().sum_horizontal().item() == 56_550_138
    assert here.select(ages).sum().sum_horizontal().item() == 776_780
    assert here.select(older).sum().sum_horizontal().item() == 198_608


def test_totals_of_the_census_of_2021() -> None:
    assert of_dorset("census_population_2021")["people"].sum() == 779_804
    england = {
        "census_population_2021": 56_489_608,
        "census_ethnicity_2021": 56_490_108,
        "census_disability_2021": 56_490_046,
        "census_tenure_2021": 23_436_382,
        "census_accommodation_2021": 23_436_230,
        "census_household_deprivation_2021": 23_435_995,
    }
    for source, total in england.items():
        assert table(source).to_series(2).sum() == total, source


def test_means_and_counts_of_dorset() -> None:
    assert of_dorset("census_no_car_2011")["no_car_share"].mean() == pytest.approx(0.178, abs=5e-4)
    assert table("census_no_car_2011")["no_car_share"].mean() == pytest.approx(0.251, abs=5e-4)
    assert of_dorset("census_long_term_illness_2011")["illness_share"].mean() == pytest.approx(0.195, abs=5e-4)
    assert of_dorset("ahah_minutes")["hospital_minutes"].mean() == pytest.approx(5.2, abs=0.05)
    assert of_dorset("iod_2019_denominators")["population_2015"].sum() == 761_630
    assert of_dorset("fuel_poverty")["households"].sum() == 358_973
    assert of_dorset("lookup_lsoa11_lsoa21")["change_code"].value_counts().sort("change_code").rows() == [
        ("M", 2),
        ("S", 24),
        ("U", 438),
    ]
    assert sorted(of_dorset("lookup_lsoa11_ltla21")["ltla21_name"].value_counts().rows()) == [
        ("Bournemouth, Christchurch and Poole", 233),
        ("Dorset", 219),
    ]
    assert sorted(of_dorset("rural_urban_2011")["ruc11_name"].value_counts()["count"].to_list()) == [43, 52, 357]


def test_scores_ranks_and_denominators_of_2019_agree() -> None:
    scores = table("iod_2019_scores").join(table("iod_2019_ranks"), on="lsoa11")
    assert (scores["imd_score"].rank("average", descending=True) - scores["imd_rank"]).abs().max() <= 4, "beyond ties"
    decile = (scores["imd_rank"] * 10 + 32_843) // 32_844  # the tenth a rank ends in, rounded up
    assert (decile == scores["imd_decile"]).all()
    both = table("iod_2019_scores").join(table("iod_2019_denominators"), on="lsoa11", suffix="_file_6")
    assert (both["population_total_2015"] == both["population_2015"]).all()
    assert (both["population_working"] == both["population_working_file_6"]).all()
    short = tables("iod_file1_imd_2019.csv.gz")["iod_2019_ranks"].select("lsoa11", "imd_rank", "imd_decile")
    assert short.sort("lsoa11").equals(table("iod_2019_ranks").select(short.columns).sort("lsoa11"))


def test_the_rural_class_agrees_with_the_publishers_flag() -> None:
    published = pl.read_csv(RAW / EDITIONS["rural_urban_lsoa21_2021.csv.gz"][1]).select("lsoa21_code", "ruc")
    both = table("rural_urban_2021").join(published, left_on="lsoa21", right_on="lsoa21_code", validate="1:1")
    assert both.height == 33_755
    assert (both["is_rural"] == (both["ruc"] == "Rural")).all()


def test_deaths_and_residents_of_dorset_in_2014() -> None:
    names = of_dorset("lookup_lsoa11_ltla18")["ltla18_name"].unique().to_list()
    assert len(names) == 8
    deaths, people = table("deaths_by_district"), table("population_by_district")
    assert deaths.filter(pl.col("district_name").is_in(names))["deaths"].sum() == 8_331
    assert people.filter(pl.col("district_name").is_in(names))["people"].sum() == 759_768


def test_projection_and_life_tables_meet_their_printed_values() -> None:
    projected = table("population_projection")
    assert projected.filter(pl.col("year") == 2022)["people"].sum() == pytest.approx(785_932, abs=1)
    born = table("life_tables").filter((pl.col("period") == "2017-2019") & (pl.col("age") == 0))
    assert dict(born.select("sex", "ex").rows()) == {"female": 83.27, "male": 79.61}
    assert table("life_tables")["period"].n_unique() == 38


def test_postcodes() -> None:
    live = table("code_point_open")
    assert live.filter(pl.col("country") == "E92000001").height == 1_489_907
    assert live["postcode"].str.contains(r"^[A-Z0-9]{2,4} [0-9][A-Z]{2}$").all()
    assert live.filter(pl.col("quality") == 90)["easting"].null_count() == live["easting"].null_count()
    looked = table("postcode_lookup")
    assert looked.filter(pl.col("terminated").is_null()).height == 99_959
    assert looked["easting"].is_not_null().sum() == 99_376
    here = looked.filter(pl.col("lsoa11").is_in(dorset("lsoa11")))
    current = here.filter(pl.col("terminated").is_null())
    assert (here.height, here["easting"].is_not_null().sum()) == (31_337, 22_374)
    assert (current.height, current["easting"].is_not_null().sum()) == (22_572, 22_319)


def test_sites_of_england_by_their_postcode() -> None:
    english = table("code_point_open").filter(pl.col("country") == "E92000001").select("postcode")
    published = {"gp_sites": 7_894, "pharmacy_sites": 10_222 - 2, "dentist_sites": 8_650, "hospital_sites": 17_046}
    assert {source: table(source).join(english, on="postcode").height for source in published} == published


def test_names_of_the_travel_matrix_join_and_dorset_is_whole() -> None:
    names = table("lookup_lsoa11_msoa11").select("lsoa11", "lsoa11_name")
    matrix = table("stroke_unit_minutes")
    areas = matrix.select("lsoa11_name").unique().join(names, on="lsoa11_name")
    assert areas.height == 32_843
    cut = tables("stroke_unit_drive_minutes_2024_dorset.csv")["stroke_unit_minutes"]
    both = cut.join(matrix, on=["lsoa11_name", "hospital_postcode"], suffix="_matrix")
    assert both.height == cut.height and (both["minutes"] == both["minutes_matrix"]).all()
