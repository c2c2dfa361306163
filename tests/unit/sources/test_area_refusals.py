"""A bad file is refused whole, with every fault named; nothing is quietly left out."""

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from chesil.core.errors import InputRefused
from chesil.sources.source import find_sources

SAMPLES = Path(__file__).parents[2] / "raw_samples"
SOURCES = find_sources()
A = "E01999001"


def refusal(name: str, path: Path) -> str:
    with pytest.raises(InputRefused) as caught:
        SOURCES[name].read(path)
    return str(caught.value)


def changed(tmp_path: Path, sample: str, *changes: tuple[str, str]) -> tuple[str, Path]:
    """A copy of a sample with some text changed everywhere it stands."""
    text = (SAMPLES / sample).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / Path(sample).name
    path.write_text(text, encoding="utf-8")
    return sample.split("/")[0], path


def test_every_fault_of_a_file_is_listed_with_its_row_and_value(tmp_path: Path) -> None:
    name, path = changed(tmp_path, "iod_2019_denominators/file_6.csv", ('"1,500"', "many"), ("960", "9.5"))
    message = refusal(name, path)
    assert "row 2, column `Total population" in message and "`many` is not a whole number" in message
    assert "row 3, column `Population aged 16-59" in message and "`9.5` is not a whole number" in message


def test_a_renamed_column_is_named_with_the_nearest(tmp_path: Path) -> None:
    message = refusal(*changed(tmp_path, "imd_2025/converted.csv", ("Crime_score", "Crimes_score")))
    assert "column `Crime_score` is missing" in message and "Crimes_score" in message


def test_a_missing_indicator_is_named(tmp_path: Path) -> None:
    message = refusal(*changed(tmp_path, "iod_2025_indicators/converted.csv", ("patient_to_gp_ratio", "gp_ratio")))
    assert "the indicator `patient_to_gp_ratio` is missing" in message


def test_a_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "converted.csv.gz"
    whole = gzip.compress((SAMPLES / "population_mid2020" / "converted.csv").read_bytes())
    path.write_bytes(whole[: len(whole) // 2])
    assert "cut short" in refusal("population_mid2020", path)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_bytes("areaCode,areaName\nE02999001,Caf\xe9\n".encode("latin-1"))
    assert "line 2 is not UTF-8" in refusal("msoa_names", path)


def test_a_repeated_area_is_refused(tmp_path: Path) -> None:
    message = refusal(*changed(tmp_path, "imd_2015/converted.csv", ("E01999002", A)))
    assert f"key lsoa11={A} stands 2 times" in message


def test_an_area_with_two_answers_in_a_look_up_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lookup.csv"
    path.write_text(f"LSOA11CD,LAD21CD,LAD21NM\n{A},E06999001,Invented\n{A},E06999002,Other\n")
    assert f"key lsoa11={A} stands 2 times" in refusal("lookup_lsoa11_ltla21", path)


def test_a_negative_count_is_refused(tmp_path: Path) -> None:
    assert "-632" in refusal(*changed(tmp_path, "fuel_poverty/copied.csv", (" 632 ", " -632 ")))


@pytest.mark.parametrize(
    "sample",
    ["ahah_minutes/copied.csv", "imd_2025/file_7.csv", "lookup_lsoa11_ltla21/converted.csv", "msoa_names/derived.csv"],
)
def test_a_file_with_nobody_of_england_is_refused(tmp_path: Path, sample: str) -> None:
    begins = "E02" if sample.startswith("msoa") else "E01"
    assert "no row" in refusal(*changed(tmp_path, sample, (begins, "S01")))


def test_areas_of_another_vintage_are_refused_by_their_heading(tmp_path: Path) -> None:
    message = refusal(*changed(tmp_path, "imd_2025/file_7.csv", ("LSOA code (2021)", "LSOA code (2011)")))
    assert "is missing" in message and "LSOA code (2011)" in message


def test_ages_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    message = refusal(*changed(tmp_path, "population_mid2020/converted.csv", ('"1,001"', "1002")))
    assert "the ages of 1 areas do not add up to their total, first E01999002" in message


def test_a_census_total_that_is_not_met_is_refused(tmp_path: Path) -> None:
    for layout in ("converted", "bulk-lsoa"):
        message = refusal(*changed(tmp_path, f"census_ethnicity_2021/{layout}.csv", (",900", ",901")))
        assert "do not add up to their printed total (E01999001)" in message


def test_a_census_area_that_lacks_a_category_is_refused(tmp_path: Path) -> None:
    line = f"{A},1000,Not disabled under the Equality Act,820\n"
    message = refusal(*changed(tmp_path, "census_disability_2021/converted.csv", (line, "")))
    assert f"1 areas lack a category ({A})" in message


def test_a_census_category_that_is_not_known_is_refused(tmp_path: Path) -> None:
    message = refusal(*changed(tmp_path, "census_tenure_2021/converted.csv", ("Lives rent free", "Squats")))
    assert "categories that are not known: Squats" in message


def test_a_share_with_nobody_to_count_is_refused(tmp_path: Path) -> None:
    assert "nobody to count" in refusal(*changed(tmp_path, "census_no_car_2011/bulk.csv", ("Total,600", "Total,0")))


def test_a_projection_that_misses_its_total_or_its_persons_is_refused(tmp_path: Path) -> None:
    name, path = changed(tmp_path, "population_projection/transcribed.csv", ("persons,17,10.5", "persons,17,11.5"))
    assert "the ages of 1 columns do not add up" in refusal(name, path)
    name, path = changed(tmp_path, "population_projection/transcribed.csv", ("persons", "males"))
    assert "no row is of persons" in refusal(name, path)
    name, path = changed(tmp_path, "population_projection/transcribed.csv", ("persons,All ages", "males,All ages"))
    assert "the ages of 2 columns do not add up" in refusal(name, path)


def test_another_indicator_or_year_of_practice_deprivation_is_refused(tmp_path: Path) -> None:
    message = refusal(*changed(tmp_path, "practice_imd_2019/indicator-data.csv", ("93553", "94240")))
    assert "this is about indicator 94240" in message
    assert "year 2019" in refusal(*changed(tmp_path, "practice_imd_2025/extract.csv", (",2025,", ",2019,")))


def test_a_class_that_is_neither_rural_nor_urban_is_refused(tmp_path: Path) -> None:
    name, path = changed(tmp_path, "rural_urban_2021/converted.csv", ("Urban: Nearer", "Suburbs: Nearer"))
    assert "row 2, column `is_rural`" in refusal(name, path)


def test_every_part_of_code_point_open_that_lacks_columns_is_named(tmp_path: Path) -> None:
    path = tmp_path / "codepo_gb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for member in ("zz", "zy"):
            archive.writestr(f"Data/CSV/{member}.csv", '"ZZ1 1ZZ",10,1,2,"E92000001"\n')
    message = refusal("code_point_open", path)
    assert "zz.csv: 5 columns, not 10" in message and "zy.csv: 5 columns, not 10" in message
    path.write_bytes(path.read_bytes()[:100])
    assert "cut short or damaged" in refusal("code_point_open", path)


def test_boundaries_in_metres_or_cut_short_are_refused(tmp_path: Path) -> None:
    name, path = changed(tmp_path, "lsoa11_boundaries/official.geojson", ("-2.5, 50.7", "375350.0, 164482.0"))
    assert f"{A} is not in longitude and latitude" in refusal(name, path)
    path.write_text(path.read_text()[:100])
    assert "not a whole GeoJSON" in refusal("lsoa11_boundaries", path)
    features = json.loads((SAMPLES / "ltla21_boundaries" / "official.geojson").read_text())
    features["features"][0]["geometry"] = None
    path.write_text(json.dumps(features))
    assert "E06999001 has no polygon" in refusal("ltla21_boundaries", path)


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "File_8.xlsx"
    path.write_text("<html>Page not found</html>")
    assert "not a workbook that can be opened" in refusal("iod_2025_indicators", path)
