"""The importer reads what people's spreadsheets are like, or names the cell and the way out."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from chesil.core.errors import InputRefused
from chesil.registers import sheets
from chesil.registers.contracts import HOUSING, REGISTERS, SITES, VACANCIES
from chesil.registers.importing import match_columns, read_register, update_register, write_register
from chesil.registers.templates import write_template


def _workbook(
    path: Path, rows: list[list[Any]], *, sheet: str = "Sites", merge: tuple[int, int, int, int] | None = None
) -> Path:
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet(sheet)
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, date):
                page.write_datetime(r, c, value, day)  # type: ignore[arg-type]
            elif value is not None:
                page.write(r, c, value)
    if merge:
        page.merge_range(*merge, "merged")
    book.close()
    return path


def test_headings_are_matched_and_values_read_as_people_type_them(tmp_path: Path) -> None:
    rows = [
        ["Estates schedule, confidential", None, None, None, None, None],
        [],
        ["Site ID", "Premises", "GIA (m2)", "Lease Expiry", "Annual Rent", "Step free"],
        ["S1", "High Street", "1,234.5", "31 March 2027", "£12,500", "Yes"],
        ["S2", "Mill Lane", 800, date(2030, 9, 30), 9000, "n"],
        ["S3", "Quay Road", "tbc", "30/09/2029", "£1.2m", None],
        ["Total", None, 2034.5, None, None, None],
    ]
    read = read_register(_workbook(tmp_path / "sites.xlsx", rows), SITES)
    assert read.table["gia_m2"].to_list() == [1234.5, 800.0, None]
    assert read.table["lease_end"].to_list() == [date(2027, 3, 31), date(2030, 9, 30), date(2029, 9, 30)]
    assert read.table["rent_gbp"].to_list() == [12500.0, 9000.0, 1_200_000.0]
    assert read.table["step_free"].to_list() == [True, False, None]
    assert read.match.headings["lease_end"] == "Lease Expiry"
    assert "Row 7 is a total and was left out." in read.notes
    assert "'Lease Expiry' is read as `lease_end`" in read.match.describe()


def test_two_heading_rows_are_read_downwards(tmp_path: Path) -> None:
    rows = [
        ["Site", None, "Lease", None],
        ["code", "name", "end", "break"],
        ["S1", "High Street", "2027-03-31", "2025-03-31"],
    ]
    read = read_register(_workbook(tmp_path / "s.xlsx", rows), SITES)
    assert read.table["lease_end"].to_list() == [date(2027, 3, 31)]
    assert read.table["lease_break"].to_list() == [date(2025, 3, 31)]


def test_every_bad_cell_is_named_at_once(tmp_path: Path) -> None:
    rows = [
        ["site_code", "site_name", "gia_m2", "condition_grade", "lease_end"],
        ["S1", "A", "large", "E", "soon"],
        ["S1", None, -4, "B", "2027-02-30"],
        ["S3", "C", "#REF!", "a", "=TODAY()"],
    ]
    with pytest.raises(InputRefused) as error:
        read_register(_workbook(tmp_path / "s.xlsx", rows), SITES)
    text = str(error.value)
    for part in (
        "cell C2",
        "`large` is not a number",
        "cell E2",
        "cell E3",
        "cell C4",
        "`#REF!` is an error of a formula",
    ):
        assert part in text, part
    assert "Nothing was changed" in text


def test_contract_faults_name_the_rows_of_the_file(tmp_path: Path) -> None:
    rows = [["note"], ["site_code", "site_name", "gia_m2"], ["S1", "A", 10], [], ["S1", "B", -4]]
    with pytest.raises(InputRefused) as error:
        read_register(_workbook(tmp_path / "s.xlsx", rows), SITES)
    text = str(error.value)
    assert "row 5, column `gia_m2`: `-4.0` is below 0" in text
    assert "rows 3, 5: key site_code=S1 stands 2 times" in text


def test_merged_cells_are_refused_by_name(tmp_path: Path) -> None:
    rows = [["site_code", "site_name"], ["S1", None], ["S2", None]]
    with pytest.raises(InputRefused, match=r"cell B2 to B3: cells are merged"):
        read_register(_workbook(tmp_path / "s.xlsx", rows, merge=(1, 1, 2, 1)), SITES)


def test_patients_details_are_refused(tmp_path: Path) -> None:
    rows = [["site_code", "site_name", "NHS Number"], ["S1", "A", 1]]
    with pytest.raises(InputRefused, match="looks like details of patients"):
        read_register(_workbook(tmp_path / "s.xlsx", rows), SITES)


def test_repeated_headings_and_missing_columns_are_named(tmp_path: Path) -> None:
    rows = [["practice_code", "fte", "fte"], ["Z99001", 1, 2]]
    with pytest.raises(InputRefused) as error:
        read_register(_workbook(tmp_path / "v.xlsx", rows), VACANCIES)
    assert "the heading `fte` stands twice" in str(error.value)
    assert "no heading was found for `role`" in str(error.value)


@pytest.mark.parametrize(
    ("encoding", "separator"), [("utf-8-sig", ","), ("cp1252", ";"), ("utf-16", "\t"), ("utf-8", ",")]
)
def test_csv_of_any_common_kind(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "housing.csv"
    path.write_bytes(
        f"Scheme{separator}Homes{separator}status\nCafé Field{separator}40{separator}Permitted\n".encode(encoding)
    )
    read = read_register(path, HOUSING)
    assert read.table["development"].to_list() == ["Café Field"]
    assert read.table["status"].to_list() == ["permitted"]


def test_a_mapping_corrects_the_match_and_is_itself_checked(tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    path.write_text("what,plots,dwellings\nMill,30,999\n")
    read = read_register(path, HOUSING, mapping={"what": "development", "plots": "dwellings"})
    assert read.table["dwellings"].to_list() == [30]
    with pytest.raises(InputRefused, match="`homes` is not a column"):
        match_columns(["what"], HOUSING, {"what": "homes"})


def test_what_is_too_large_or_not_a_workbook_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "f.xlsx"
    fake.write_bytes(b"not a workbook")
    with pytest.raises(InputRefused, match="protected by a password"):
        read_register(fake, SITES)
    monkeypatch.setattr(sheets, "MOST_BYTES", 10)
    with pytest.raises(InputRefused, match="Save the one sheet"):
        read_register(fake, SITES)
    with pytest.raises(InputRefused, match="no such file"):
        read_register(tmp_path / "gone.csv", SITES)


def test_keys_are_updated_not_duplicated_and_blanks_do_not_wipe() -> None:
    old = pl.DataFrame({"development": ["A", "B"], "dwellings": [10, 20], "status": ["applied", "built"]})
    new = pl.DataFrame({"development": ["B", "C"], "dwellings": [25, 5], "status": [None, "applied"]})
    blank = HOUSING.empty()
    update = update_register(
        pl.concat([blank, old], how="diagonal_relaxed"), pl.concat([blank, new], how="diagonal_relaxed"), HOUSING
    )
    rows = {r["development"]: (r["dwellings"], r["status"]) for r in update.table.iter_rows(named=True)}
    assert rows == {"A": (10, "applied"), "B": (25, "built"), "C": (5, "applied")}
    assert (update.added, update.changed, update.unchanged) == (1, 1, 0)


@pytest.mark.parametrize("name", REGISTERS)
def test_a_template_is_read_as_an_empty_register(tmp_path: Path, name: str) -> None:
    contract = REGISTERS[name]
    read = read_register(write_template(contract, tmp_path / f"{name}.xlsx"), contract)
    assert read.table.height == 0
    assert not read.match.unmatched


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    rows = [["site_code", "site_name", "lease_end", "step_free"], ["S1", "A", "2027-03-31", "yes"]]
    table = read_register(_workbook(tmp_path / "s.xlsx", rows), SITES).table
    again = read_register(write_register(table, tmp_path / "sites.csv"), SITES).table
    assert again.equals(table)
