"""The two layouts of the underlying indicators of the Indices of Deprivation: one table, or a sheet a domain."""

import re
from pathlib import Path

import polars as pl

from chesil.core.errors import InputRefused, Problem
from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import LAYOUT_WAY_OUT, Wanted, pick_columns, read_text_table
from chesil.sources.workbooks import NOTES_ARE_BLANK, english, is_workbook, read_sheets


def indicator_contract(name: str, year: int, indicators: tuple[str, ...]) -> TableContract:
    """The contract of an edition's indicators: the area's code and every indicator, blank where suppressed."""
    vintage = "11" if year == 2011 else "21"
    return TableContract(
        name=name,
        about=f"One row a small area of {year}; indicators as published, in the publisher's own units.",
        key=(f"lsoa{vintage}",),
        columns=(
            Column(f"lsoa{vintage}", "text", f"code of the small area (LSOA {year})", pattern="E01[0-9]{6}"),
            *(Column(i, "float", i.replace("_", " "), missing=True) for i in indicators),
        ),
    )


def read_indicators(path: Path, contract: TableContract) -> pl.DataFrame:
    """Read the converted table, or the publisher's workbook with a sheet for each domain, joined by area."""
    code = contract.names[0]
    codes = (f"{code}_code", f"{code}cd", f"LSOA code (20{code[-2:]})")
    tables = list(read_sheets(path, "LSOA code")) if is_workbook(path) else [("", read_text_table(path), 2)]
    joined: pl.DataFrame | None = None
    for _, text, first_row in tables:
        text = text.rename({c: snake_case(c) for c in text.columns if c not in codes}, strict=False)
        there = [c for c in contract.names[1:] if c in text.columns and (joined is None or c not in joined.columns)]
        wanted = [
            Wanted(code, "text", codes),
            *(Wanted(c, "float", (c,), blank=NOTES_ARE_BLANK) for c in there),
        ]
        part = english(pick_columns(text, wanted, path, first_row=first_row), code, path)
        joined = part if joined is None else joined.join(part, on=code, how="full", coalesce=True)
    missing = [c for c in contract.names if joined is None or c not in joined.columns]
    if missing or joined is None:
        problems = [Problem(f"the indicator `{c}` is missing", path.name) for c in missing]
        raise InputRefused(f"{path.name} cannot be read", problems, LAYOUT_WAY_OUT)
    return check_table(joined, contract, path.name, first_row=2)


def snake_case(heading: str) -> str:
    """A heading in lower case with one underscore for every run of other signs; per cent in words."""
    return re.sub(r"[^0-9a-z]+", "_", heading.lower().replace("%", " percent ")).strip("_")
