"""A user's file as cells: one worksheet or CSV, with each cell's address, merged ranges and formulas known."""

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from chesil.core.errors import InputRefused, Problem

MOST_BYTES = 25_000_000
MOST_UNPACKED = 400_000_000
Cell = str | float | int | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet, row by row, as they stand in the file; `merged` lists merged ranges by their cells."""

    file: str
    name: str
    rows: tuple[tuple[Cell, ...], ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()

    def address(self, row: int, column: int) -> str:
        """Where a cell is, as a person finds it: "sheet Sites, cell D14", or "row 14, column 4" of a CSV."""
        if not self.name:
            return f"{self.file} row {row + 1}, column {column + 1}"
        return f"{self.file} sheet {self.name}, cell {column_letters(column)}{row + 1}"


def column_letters(column: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_sheets(path: Path) -> list[Sheet]:
    """Every sheet of a workbook, or the one table of a CSV; raises `InputRefused` for what cannot be opened."""
    if not path.exists():
        raise _refused(path, "there is no such file", "", "Check the name and the folder")
    if path.stat().st_size > MOST_BYTES:
        raise _refused(
            path,
            f"the file has {path.stat().st_size / 1e6:,.0f} MB; the most is {MOST_BYTES / 1e6:,.0f} MB",
            "a register is a few thousand rows; a larger file is likely a whole workbook of other things",
            "Save the one sheet that is meant as a CSV file of its own",
        )
    if path.suffix.lower() in (".csv", ".txt", ".tsv"):
        return [Sheet(path.name, "", _csv_rows(path))]
    if path.suffix.lower() not in (".xlsx", ".xlsm", ".xls", ".ods"):
        raise _refused(path, f"`{path.suffix}` is not a file type that can be imported", "", "Save it as .xlsx or .csv")
    return _workbook(path)


def _csv_rows(path: Path) -> tuple[tuple[Cell, ...], ...]:
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise _refused(path, "this is not a text file", "", "Save it as .csv from the spreadsheet program")
    try:
        dialect = csv.Sniffer().sniff(text[:8000], delimiters=",;\t|")
        separator = dialect.delimiter
    except csv.Error:
        separator = ","
    return tuple(tuple(cell or None for cell in row) for row in csv.reader(io.StringIO(text), delimiter=separator))


def _workbook(path: Path) -> list[Sheet]:
    if path.suffix.lower() in (".xlsx", ".xlsm", ".ods"):
        _refuse_bomb(path)
    try:
        workbook = CalamineWorkbook.from_path(path)
    except (CalamineError, OSError, ValueError) as error:
        why = "it may be protected by a password, or be another kind of file under this name"
        raise _refused(
            path, f"this workbook cannot be opened ({error})", why, "Save it again without a password"
        ) from error
    sheets = []
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        rows = tuple(
            tuple(None if cell == "" else cell for cell in row) for row in sheet.to_python(skip_empty_area=False)
        )
        merged = tuple((a[0], a[1], b[0], b[1]) for a, b in (sheet.merged_cell_ranges or ()))
        sheets.append(Sheet(path.name, name, rows, merged))
    return sheets


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
    except zipfile.BadZipFile as error:
        why = "it may be protected by a password, or be another kind of file under this name"
        raise _refused(
            path, "this workbook cannot be opened", why, "Save it again as .xlsx without a password"
        ) from error
    if unpacked > MOST_UNPACKED:
        what = f"it unpacks to {unpacked / 1e6:,.0f} MB; the most is {MOST_UNPACKED / 1e6:,.0f} MB"
        raise _refused(path, what, "opening it would fill the machine's memory", "Save the one sheet as CSV")


def _refused(path: Path, what: str, why: str, way_out: str) -> InputRefused:
    return InputRefused(f"{path.name} cannot be imported", [Problem(what, path.name, why)], way_out)
