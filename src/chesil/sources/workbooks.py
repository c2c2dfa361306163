"""Reading a publication that comes as a workbook on the publisher's page and as text where it was converted."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook

from chesil.core.tables import TableContract, check_table
from chesil.sources.reading import (
    LAYOUT_WAY_OUT,
    Wanted,
    pick_columns,
    read_text_table,
    refused,
    wanted_of,
)

WORKBOOKS = (".xlsx", ".xls", ".ods")
NOTES_ARE_BLANK = ("", "NA", "N/A", "NULL", "NaN", "*", "-", "..", ":")
"""Texts that mean "not given" in the cells of a published workbook."""


def is_workbook(path: Path) -> bool:
    """True for a workbook, or a zip that holds one and no CSV."""
    if path.suffix.lower() != ".zip":
        return path.suffix.lower() in WORKBOOKS
    try:
        with zipfile.ZipFile(path) as archive:
            inside = [n.lower() for n in archive.namelist()]
    except (zipfile.BadZipFile, OSError):
        return False
    return any(n.endswith(WORKBOOKS) for n in inside) and not any(n.endswith(".csv") for n in inside)


def read_sheets(path: Path, header: str, sheet: str = "") -> Iterator[tuple[str, pl.DataFrame, int]]:
    """Yield (sheet, text columns, row number of the first record) for each sheet with a `header` cell.

    The header row is the first with a cell that begins with `header`, letter case apart.
    `sheet` is a part of the wanted sheet's name. A workbook with no such sheet is refused.
    """
    found = False
    workbook = _opened(path)
    for name in workbook.sheet_names:
        if sheet.lower() not in name.lower():
            continue
        rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for number, row in enumerate(rows):
            if any(_text(cell).lower().startswith(header.lower()) for cell in row):
                yield name, _frame(row, rows[number + 1 :]), number + 2
                found = True
                break
    if not found:
        where = f" named `{sheet}`" if sheet else ""
        raise refused(path, f"no sheet{where} has a heading that begins `{header}`", "", LAYOUT_WAY_OUT)


def read_published(path: Path, header: str, sheet: str = "", member: str = "") -> tuple[pl.DataFrame, int]:
    """The text columns of a CSV, or of the first sheet with a `header` cell, and its first record's row number."""
    if not is_workbook(path):
        return read_text_table(path, member=member if path.suffix == ".zip" else ""), 2
    _, table, first_row = next(read_sheets(path, header, sheet))
    return table, first_row


def read_published_as(
    path: Path,
    contract: TableContract,
    names: Mapping[str, str | tuple[str, ...]],
    header: str,
    *,
    sheet: str = "",
    absent_ok: tuple[str, ...] = (),
) -> pl.DataFrame:
    """Read a file whose columns stand one to one for a contract's, and keep the rows of English small areas.

    The first column of the contract is the area's code. Notes below a table, which have no code, fall away.
    """
    text, first_row = read_published(path, header, sheet)
    wanted = [
        Wanted(w.name, w.type, w.published_as, required=w.required, blank=NOTES_ARE_BLANK)
        for w in wanted_of(contract, names, absent_ok)
    ]
    numbered = pick_columns(text, wanted, path, first_row=first_row).with_row_index("file_row", offset=first_row)
    table = english(numbered, contract.names[0], path)
    return check_table(table.drop("file_row"), contract, path.name, first_row, table["file_row"].to_list())


def english(table: pl.DataFrame, code: str, path: Path, begins: Iterable[str] = ("E01",)) -> pl.DataFrame:
    """The rows of England, by the first letters of a code; a file with none is refused as the wrong one."""
    begins = list(begins)
    kept = table.filter(pl.any_horizontal([pl.col(code).str.starts_with(b) for b in begins]))
    if kept.is_empty():
        raise refused(
            path, f"no row has a code that begins {' or '.join(begins)}", "it is not about England", LAYOUT_WAY_OUT
        )
    return kept


def _opened(path: Path) -> CalamineWorkbook:
    try:
        if path.suffix.lower() != ".zip":
            return CalamineWorkbook.from_path(path)
        with zipfile.ZipFile(path) as archive:
            inside = [n for n in archive.namelist() if n.lower().endswith(WORKBOOKS)]
            if len(inside) != 1:
                raise refused(path, f"{len(inside)} workbooks are inside, not one", "", LAYOUT_WAY_OUT)
            return CalamineWorkbook.from_filelike(io.BytesIO(archive.read(inside[0])))
    except (CalamineError, zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        raise refused(path, f"this is not a workbook that can be opened ({error})", "", "Fetch it again") from error


def _frame(header: Sequence[object], body: Sequence[Sequence[object]]) -> pl.DataFrame:
    """Text columns by their headings; a repeated or empty heading gets its column number."""
    names: list[str] = []
    for number, cell in enumerate(header, start=1):
        name = _text(cell)
        names.append(name if name and name not in names else f"{name or 'column'} ({number})")
    columns = {name: [_text(record[k]) for record in body] for k, name in enumerate(names)}
    return pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    return " ".join(str(cell).split())
