"""Every area publication reads an invented file in its published layout, and in the converted one where they differ."""

import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from chesil.core.tables import find_problems
from chesil.sources.source import find_sources

SAMPLES = Path(__file__).parents[2] / "raw_samples"
SOURCES = find_sources()
A, B = "E01999001", "E01999002"

EXPECTED: dict[str, tuple[int, dict[str, object]]] = {
    "ahah_minutes/copied.csv": (1, {"lsoa11": A, "gp_minutes": 2.106, "hospital_minutes": 0.492}),
    "ahah_minutes/official.csv": (1, {"pharmacy_minutes": 0.5616, "dentist_minutes": 0.4}),
    "census_accommodation_2021/bulk-lsoa.csv": (16, {"lsoa21": A, "category": "detached", "households": 8}),
    "census_accommodation_2021/converted.csv": (16, {"lsoa21": A, "category": "detached", "households": 8}),
    "census_disability_2021/bulk-lsoa.csv": (4, {"category": "disabled", "people": 180}),
    "census_disability_2021/converted.csv": (4, {"category": "disabled", "people": 180}),
    "census_ethnicity_2021/bulk-lsoa.csv": (10, {"category": "asian", "people": 10}),
    "census_ethnicity_2021/converted.csv": (10, {"category": "asian", "people": 10}),
    "census_ethnicity_2021/selection.csv": (5, {"category": "asian", "people": 10}),
    "census_household_deprivation_2021/bulk-lsoa.csv": (10, {"category": "none", "households": 50}),
    "census_household_deprivation_2021/converted.csv": (10, {"category": "none", "households": 50}),
    "census_long_term_illness_2011/bulk.csv": (2, {"illness_share": 0.195}),
    "census_long_term_illness_2011/converted.csv": (2, {"illness_share": 0.195}),
    "census_no_car_2011/bulk.csv": (2, {"no_car_share": 0.25}),
    "census_no_car_2011/converted.csv": (2, {"no_car_share": 0.25}),
    "census_population_2021/bulk-lsoa.csv": (12, {"category": "0_15", "people": 180}),
    "census_population_2021/converted.csv": (12, {"category": "0_15", "people": 180}),
    "census_tenure_2021/bulk-lsoa.csv": (16, {"category": "owned_outright", "households": 8}),
    "census_tenure_2021/converted.csv": (16, {"category": "owned_outright", "households": 8}),
    "deaths_by_district/converted.csv": (3, {"sex": "female", "age_from": 0, "age_to": 0, "deaths": 3}),
    "dft_accessibility/converted.csv": (2, {"lsoa01": A, "cycle_minutes": 5.0}),
    "fuel_poverty/copied.csv": (2, {"households": 1710, "households_fuel_poor": 59}),
    "health_index/converted.csv": (2, {"ltla21": "E06999001", "year": 2015, "value": 62.68947549}),
    "icb22_boundaries/converted.geojson": (1, {"code": "E54999001", "name": "Invented"}),
    "icb22_boundaries/official.geojson": (1, {"code": "E54999001", "name": "Invented"}),
    "imd_2015/converted.csv": (2, {"imd_score": 12.389}),
    "imd_2015/file_7.csv": (2, {"imd_score": 12.389}),
    "imd_2025/converted.csv": (2, {"imd_score": 8.742, "barriers_score": 10.95, "imd_rank": 26525, "imd_decile": 8}),
    "imd_2025/file_7.csv": (2, {"imd_score": 8.742, "barriers_score": 10.95, "imd_rank": 26525, "imd_decile": 8}),
    "iod_2019_denominators/file_6.csv": (2, {"population_2015": 1500, "population_working": 950}),
    "iod_2019_indicators/converted.csv": (2, {"income_domain_numerator": None, "air_quality_indicator": 26.5}),
    "iod_2019_ranks/file_1.csv": (2, {"imd_rank": 29199, "imd_decile": 9, "crime_rank": None}),
    "iod_2019_ranks/file_2.csv": (2, {"imd_rank": 29199, "imd_decile": 9, "crime_rank": 32000}),
    "iod_2019_scores/file_7.csv": (2, {"imd_score": 21.5, "outdoors_score": 1.5, "population_total_2015": 1500}),
    "iod_2025_indicators/converted.csv": (2, {"income_domain_numerator": None, "employment_domain_numerator": 2.5}),
    "journey_times/extract.geojson": (11, {"service": "gp", "mode": "public_transport", "minutes": 10.5}),
    "jts_dictionary/dictionary.csv": (1, {"column": "GPPTt"}),
    "life_tables/converted.csv": (4, {"sex": "female", "age": 0, "ex": 83.27}),
    "lookup_lsoa11_icb22/converted.csv": (1, {"icb_code": "QZZ", "icb22_ons": "E54999001", "ltla22": "E06999001"}),
    "lookup_lsoa11_icb22/official.csv": (1, {"icb_code": "QZZ", "icb22_ons": "E54999001", "ltla22": "E06999001"}),
    "lookup_lsoa11_lsoa21/converted.csv": (2, {"lsoa11": A, "lsoa21": "E01999005", "change_code": "S"}),
    "lookup_lsoa11_lsoa21/official.csv": (2, {"lsoa11": A, "lsoa21": "E01999005", "change_code": "S"}),
    "lookup_lsoa11_ltla18/converted.csv": (1, {"ltla18": "E07999001"}),
    "lookup_lsoa11_ltla21/converted.csv": (1, {"ltla21": "E06999001"}),
    "lookup_lsoa11_msoa11/converted.csv": (1, {"lsoa11": A, "msoa11": "E02999001"}),
    "lookup_lsoa11_msoa11/official.csv": (1, {"lsoa11": A, "msoa11": "E02999001"}),
    "lookup_lsoa21_icb24/converted.csv": (1, {"icb_code": "QZZ", "sub_icb_code": "99Z"}),
    "lookup_lsoa21_icb24/official.csv": (1, {"icb_code": "QZZ", "sub_icb_code": "99Z"}),
    "lookup_lsoa21_ltla24/converted.csv": (1, {"ward24": "E05999001", "ltla24": "E06999001"}),
    "lsoa11_boundaries/converted.geojson": (1, {"code": A}),
    "lsoa11_boundaries/official.geojson": (1, {"code": A}),
    "lsoa11_centroids/official.csv": (1, {"easting": 423162.659, "northing": 564144.357}),
    "lsoa21_boundaries/converted.geojson": (1, {"code": A}),
    "lsoa21_boundaries/official.geojson": (1, {"code": A}),
    "ltla21_boundaries/converted.geojson": (1, {"code": "E06999001"}),
    "ltla21_boundaries/official.geojson": (1, {"code": "E06999001"}),
    "ltla24_boundaries/converted.geojson": (1, {"code": "E06999001"}),
    "ltla24_boundaries/official.geojson": (1, {"code": "E06999001"}),
    "msoa11_boundaries/converted.geojson": (1, {"code": "E02999001"}),
    "msoa11_boundaries/official.geojson": (1, {"code": "E02999001"}),
    "msoa_names/derived.csv": (1, {"msoa11": "E02999001", "msoa_name": "Invented & Nowhere"}),
    "msoa_names/official.csv": (1, {"msoa11": "E02999001", "msoa_name": "Invented & Nowhere"}),
    "nhsuk_hospitals/copied.csv": (2, {"site_code": "NDA99", "sub_type": "Hospital", "postcode": "ZZ1 1ZZ"}),
    "population_by_district/converted.csv": (2, {"sex": "female", "age": 0, "people": 514}),
    "population_mid2020/converted.csv": (2, {"lsoa11": A, "age_0": 10, "age_90": 10}),
    "population_projection/official.csv": (182, {"area_code": "E06999001", "age": 0, "year": 2022, "people": 10.5}),
    "population_projection/transcribed.csv": (182, {"area_code": "E06999001", "age": 0, "year": 2022, "people": 10.5}),
    "postcode_lookup/joined.csv": (2, {"lsoa11": A, "introduced": 202011, "terminated": None, "easting": 375350.0}),
    "postcode_lookup/lookup.csv": (1, {"lsoa11": A, "easting": None}),
    "practice_ethnicity/practice_ethnicity.csv": (2, {"non_white_patients": 772.25, "patients": 4019}),
    "practice_imd_2019/indicator-data.csv": (1, {"practice_code": "Z99001", "imd_score": 12.5}),
    "practice_imd_2025/extract.csv": (2, {"practice_code": "Z99001", "imd_score": 33.519}),
    "practice_life_expectancy/transcribed.csv": (2, {"life_expectancy_female": 85.5434}),
    "rural_urban_2011/official.csv": (2, {"ruc11_code": "C1", "ruc11_name": "Urban city and town"}),
    "rural_urban_2021/converted.csv": (2, {"ruc21_code": "UN1", "is_rural": False}),
    "rural_urban_2021/official.csv": (2, {"ruc21_code": "UN1", "is_rural": False}),
    "stroke_teams/regions.csv": (2, {"name": "Invented Hospital, Nowhere", "gives_thrombectomy": False}),
    "stroke_unit_minutes/cut.csv": (1, {"lsoa11_name": "Invented 001A", "minutes": 13.3}),
    "stroke_unit_minutes/matrix.csv": (4, {"hospital_postcode": "ZZ11ZZ", "minutes": 13.3}),
    "stroke_units/coordinates.csv": (1, {"hospital_postcode": "ZZ11ZZ", "easting": 551110}),
    "ward22_boundaries/converted.geojson": (1, {"code": "E05999001"}),
    "ward22_boundaries/official.geojson": (1, {"code": "E05999001"}),
}
"""Rows of England, and what the first row holds, by sample."""

AREA_FOLDERS = ("deprivation", "population", "geography", "travel", "health", "services")
MADE_IN_TESTS = {"code_point_open", "gp_sites", "pharmacy_sites", "hospital_sites", "dentist_sites"}


def read(name: str, path: Path) -> pl.DataFrame:
    source = SOURCES[name]
    tables = source.read(path)
    assert set(tables) == {c.name for c in source.tables}
    table = tables[source.tables[0].name]
    assert not find_problems(table, source.tables[0])
    return table


@pytest.mark.parametrize("sample", EXPECTED)
def test_a_sample_in_the_published_layout_is_read(sample: str) -> None:
    rows, first = EXPECTED[sample]
    table = read(sample.split("/")[0], SAMPLES / sample)
    assert table.height == rows
    shown = table.row(0, named=True)
    assert {k: shown[k] for k in first} == pytest.approx(first)


def test_every_area_source_has_a_sample() -> None:
    area = {n for n, s in SOURCES.items() if s.editions and s.editions[0].file.split("/")[0] in AREA_FOLDERS}
    assert area == {e.split("/")[0] for e in EXPECTED} | MADE_IN_TESTS


def test_the_card_of_every_area_source_is_filled_in() -> None:
    for name in {e.split("/")[0] for e in EXPECTED} | MADE_IN_TESTS:
        source = SOURCES[name]
        assert source.name == name and source.publisher and source.publication and source.licence
        assert source.landing_page.startswith("https://") and source.link_patterns and source.editions
        transcribed = [e for e in source.editions if e.obtained in ("transcribed", "derived")]
        assert all(e.caveat for e in transcribed), f"{name}: a second-class edition needs its caveat"


def test_both_layouts_of_a_census_table_give_the_same_table() -> None:
    for name in sorted({e.split("/")[0] for e in EXPECTED if "bulk-lsoa" in e}):
        layouts = [read(name, SAMPLES / name / f"{layout}.csv").sort(pl.all()) for layout in ("converted", "bulk-lsoa")]
        assert layouts[0].equals(layouts[1]), name


def test_a_blank_stays_unknown() -> None:
    matrix = read("stroke_unit_minutes", SAMPLES / "stroke_unit_minutes" / "matrix.csv")
    assert matrix["minutes"].to_list() == [13.3, 14.4, 41.2, None]
    assert read("practice_ethnicity", SAMPLES / "practice_ethnicity" / "practice_ethnicity.csv").row(1) == (
        "Z99002",
        None,
        None,
    )
    assert read("health_index", SAMPLES / "health_index" / "converted.csv")["value"].to_list()[1] is None


def test_the_zipped_bulk_file_of_the_census_is_read(tmp_path: Path) -> None:
    path = tmp_path / "census2021-ts021.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("census2021-ts021-ltla.csv", "date,geography,geography code\n2021,Invented,E06999001\n")
        archive.write(SAMPLES / "census_ethnicity_2021" / "bulk-lsoa.csv", "census2021-ts021-lsoa.csv")
    assert read("census_ethnicity_2021", path)["people"].sum() == 3000


def write_book(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def test_the_workbook_of_mid_2020_is_read_for_persons_only(tmp_path: Path) -> None:
    header = ["LSOA Code", "LSOA Name", "LA Code (2018 boundaries)", "All Ages", *range(90), "90+"]
    notes = [["Table SAPE23DT2: Mid-2020 Population Estimates"], [], [], []]

    def sheet(each: int) -> list[list[object]]:
        return [*notes, header, [A, "Invented 001A", "E06999001", each * 91, *[each] * 91]]

    book = {"Contents": [["Contents"]], "Mid-2020 Males": sheet(4), "Mid-2020 Persons": sheet(10)}
    path = write_book(tmp_path / "sape23dt2.xlsx", book)
    assert read("population_mid2020", path).row(0) == (A, *[10] * 91)
    with zipfile.ZipFile(tmp_path / "sape23dt2.zip", "w") as archive:
        archive.write(path, "SAPE23DT2-mid-2020.xlsx")
    assert read("population_mid2020", tmp_path / "sape23dt2.zip").row(0) == (A, *[10] * 91)


@pytest.mark.parametrize(("year", "vintage"), [(2019, 2011), (2025, 2021)])
def test_the_workbook_of_indicators_is_joined_from_its_sheets(tmp_path: Path, year: int, vintage: int) -> None:
    name = f"iod_{year}_indicators"
    indicators = SOURCES[name].tables[0].names[1:]
    as_printed = [_as_printed(i) for i in indicators]
    head = [f"LSOA code ({vintage})", f"LSOA name ({vintage})"]
    half = len(as_printed) // 2
    book = {
        "Notes": [["Notes"]],
        "Income Domain": [[*head, *as_printed[:half]], [A, "Invented 001A", *[1.5] * half]],
        "Health Domain": [[*head, *as_printed[half:]], [A, "Invented 001A", *["*"] * (len(as_printed) - half)]],
    }
    table = read(name, write_book(tmp_path / "File_8.xlsx", book))
    assert table.row(0) == (A, *[1.5] * half, *[None] * (len(as_printed) - half))


def _as_printed(indicator: str) -> str:
    """The heading as the publisher prints it: "... indicator (km)", "... rate per 1,000 ...", "percent" as a sign."""
    text = indicator.replace("_", " ").replace("1 000", "1,000").replace(" percent ", " % ")
    return text.replace(" km", " (km)").capitalize()


def test_the_workbook_of_life_tables_has_a_sheet_a_period_with_both_sexes(tmp_path: Path) -> None:
    heads = ["age", "mx", "qx", "lx", "dx", "ex"]
    rows = [
        ["National life tables, England and Wales"],
        ["Males", "", "", "", "", "", "", "Females"],
        [*heads, "", *heads],
        [0, 0.0043, 0.0043, 100000, 431.4, 79.61, "", 0, 0.0036, 0.0036, 100000, 356.4, 83.27],
        ["Source: Office for National Statistics"],
    ]
    table = read("life_tables", write_book(tmp_path / "tables.xlsx", {"Contents": [["x"]], "2017-2019": rows}))
    assert table.select("period", "sex", "ex").rows() == [("2017-2019", "male", 79.61), ("2017-2019", "female", 83.27)]


def test_the_workbook_of_fuel_poverty_is_read_and_its_notes_fall_away(tmp_path: Path) -> None:
    rows = [
        ["Table 4: LSOA"],
        ["Notes"],
        ["LSOA Code", "LSOA Name", "Number of households1", "Number of households in fuel poverty1"],
        [A, "Invented 001A", 1710, 59],
        ["Source: BEIS"],
    ]
    book = {"Table 1": [["Area Codes", "Area name"]], "Table 4": rows}
    assert read("fuel_poverty", write_book(tmp_path / "tables.xlsx", book)).rows() == [(A, 1710, 59)]


def test_the_short_names_of_the_2019_scores_are_read_from_parquet(tmp_path: Path) -> None:
    from chesil.sources.iod_2019_scores import PUBLISHED_AS

    columns = {p[0]: [A] if ours == "lsoa11" else [3] for ours, p in PUBLISHED_AS.items()}
    pl.DataFrame(columns).write_parquet(tmp_path / "scores.parquet")
    table = read("iod_2019_scores", tmp_path / "scores.parquet")
    assert table.row(0, named=True)["imd_score"] == 3.0 and table.row(0, named=True)["population_0_15"] == 3


def code_point(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Doc/readme.txt", "read me")
        for name, text in members.items():
            archive.writestr(f"Data/CSV/{name}.csv", text)
    return path


def test_code_point_open_gives_every_postcode_one_space_and_no_false_position(tmp_path: Path) -> None:
    line = '"{}",{},{},{},"{}","","","","E06999001","E05999001"\n'
    members = {
        "zz": line.format("ZZ1 1ZZ", 10, 375350, 164482, "E92000001") + line.format("ZZ101ZZ", 10, 1, 2, "E92000001"),
        "cy": line.format("CY1 1AA", 90, 0, 0, "W92000004").rstrip("\n"),
    }
    table = read("code_point_open", code_point(tmp_path / "codepo_gb.zip", members)).sort("postcode")
    assert table.rows() == [
        ("CY1 1AA", 90, None, None, "W92000004"),
        ("ZZ1 1ZZ", 10, 375350, 164482, "E92000001"),
        ("ZZ10 1ZZ", 10, 1, 2, "E92000001"),
    ]


@pytest.mark.parametrize("name", ["gp_sites", "pharmacy_sites", "hospital_sites", "dentist_sites"])
def test_sites_get_their_postcode_with_a_space_and_are_read_once(tmp_path: Path, name: str) -> None:
    table = pl.DataFrame(
        {
            "Postcode": ["ZZ11ZZ", "ZZ11ZZ", "ZZ101ZY"],
            "Latitude": [50.7, 50.7, None],
            "Longitude": [-2.4, -2.4, None],
            "geometry": [b"", b"", b""],
            "Name": ["INVENTED|OTHER", "INVENTED|OTHER", "THIRD"],
        }
    )
    table.write_parquet(tmp_path / "sites.parquet")
    assert read(name, tmp_path / "sites.parquet").select("name", "postcode", "latitude").rows() == [
        ("INVENTED|OTHER", "ZZ1 1ZZ", 50.7),
        ("THIRD", "ZZ10 1ZY", None),
    ]


def test_the_hospital_list_as_the_site_gives_it_is_read(tmp_path: Path) -> None:
    heads = "OrganisationCode¬SubType¬Sector¬OrganisationName¬Postcode¬Latitude¬Longitude¬ParentODSCode¬ParentName"
    row = 'NDA99¬Hospital¬NHS Sector¬Invented, "The" Hospital – East¬ZZ1 1ZZ¬51.3¬-0.4¬NDA¬Invented Care'
    (tmp_path / "Hospital.csv").write_bytes(f"{heads}\r\n{row}\r\n".encode("cp1252"))
    table = read("nhsuk_hospitals", tmp_path / "Hospital.csv")
    assert table.row(0, named=True)["name"] == 'Invented, "The" Hospital – East'
