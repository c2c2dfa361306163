"""Reading a worksheet of a published workbook as text columns, header rows found by their first words."""

from pathlib import Path

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook

from chesil.core.errors import or_list
from chesil.sources.reading import LAYOUT_WAY_OUT, refused


def read_sheet(path: Path, sheet: str, header_begins: str) -> tuple[pl.DataFrame, int]:
    """Read a sheet below the row whose cells begin with `header_begins` (line breaks count as blanks).

    Returns text columns named by the header (a repeated or empty heading gets its column number) and the row
    number of the first record. Raises `InputRefused` if the sheet or the header is not there.
    """
    try:
        workbook = CalamineWorkbook.from_path(path)
    except (CalamineError, OSError, ValueError) as error:
        raise refused(path, f"this is not a workbook that can be opened ({error})", "", "Fetch it again") from error
    if sheet not in workbook.sheet_names:
        raise refused(
            path, f"there is no sheet `{sheet}`; there are {or_list(workbook.sheet_names)}", "", LAYOUT_WAY_OUT
        )
    rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    for number, row in enumerate(rows):
        if any(_plain(cell).startswith(header_begins) for cell in row):
            names = _unique([_plain(cell) for cell in row])
            body = [[_plain(cell) for cell in record] for record in rows[number + 1 :]]
            columns = {name: [record[k] for record in body] for k, name in enumerate(names)}
            return pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String)), number + 2
    raise refused(path, f"no row of the sheet `{sheet}` begins with `{header_begins}`", "", LAYOUT_WAY_OUT)


def _plain(cell: object) -> str:
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    return " ".join(str(cell).split())


def _unique(names: list[str]) -> list[str]:
    seen: set[str] = set()
    result = []
    for number, name in enumerate(names, start=1):
        chosen = name if name and name not in seen else f"{name or 'column'} ({number})"
        seen.add(chosen)
        result.append(chosen)
    return result
