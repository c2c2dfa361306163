"""Table contracts: the columns, types, units and ranges a table must have, and the check that holds them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from chesil.core.errors import InputRefused, Problem, did_you_mean

ColumnType = Literal["text", "int", "float", "date", "bool", "ints"]

DTYPES: dict[ColumnType, pl.DataType] = {
    "text": pl.String(),
    "int": pl.Int64(),
    "float": pl.Float64(),
    "date": pl.Date(),
    "bool": pl.Boolean(),
    "ints": pl.List(pl.Int64),
}

MOST_ROWS_NAMED = 20
"""Rows named one by one for a fault of one kind; the rest are counted."""


@dataclass(frozen=True)
class Column:
    """One column: its type, its unit, what it holds, and which values are possible.

    `missing` says whether a blank is allowed (a blank is unknown, never zero). `low` and `high` are inclusive.
    """

    name: str
    type: ColumnType
    about: str
    unit: str = ""
    missing: bool = False
    low: float | None = None
    high: float | None = None
    one_of: tuple[str, ...] = ()
    pattern: str = ""


def maybe(name: str, kind: ColumnType, about: str, unit: str = "", **limits: Any) -> Column:
    """A column that may be blank (unknown); `limits` are the column's `low`, `high`, `one_of` or `pattern`."""
    return Column(name, kind, about, unit, missing=True, **limits)


@dataclass(frozen=True)
class TableContract:
    """What a table must be: its key, its columns in order, and a sentence on what a row is."""

    name: str
    about: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    open_ended: bool = field(default=False)
    """True if further columns are allowed (kept as they are)."""

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        return {c.name: DTYPES[c.type] for c in self.columns}

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    def empty(self) -> pl.DataFrame:
        """An empty table that meets the contract."""
        return pl.DataFrame(schema=self.schema)


def check_table(
    table: pl.DataFrame,
    contract: TableContract,
    where: str = "",
    first_row: int = 1,
    rows: Sequence[int] | None = None,
) -> pl.DataFrame:
    """Return the table, its columns in contract order, or raise `InputRefused` with *every* problem.

    `where` names the file; `first_row` is the row number that the first record has there, so that messages
    name the row a person sees (2 for a CSV file with one header row); or `rows` gives each record's row number.
    """
    problems = find_problems(table, contract, where, first_row, rows)
    if problems:
        title = f"The table `{contract.name}` cannot be used" + (f" ({where})" if where else "")
        raise InputRefused(title, problems, "Nothing was changed. Put these right and try again")
    extra = [c for c in table.columns if c not in contract.names] if contract.open_ended else []
    return table.select(contract.names + extra)


def find_problems(
    table: pl.DataFrame,
    contract: TableContract,
    where: str = "",
    first_row: int = 1,
    rows: Sequence[int] | None = None,
) -> list[Problem]:
    """List everything wrong with a table; empty if it meets the contract."""
    at = rows if rows is not None else range(first_row, first_row + table.height)
    missing = [c for c in contract.names if c not in table.columns]
    extra = [] if contract.open_ended else [c for c in table.columns if c not in contract.names]
    problems = [
        Problem(
            f"column `{name}` is missing",
            where,
            f"it holds {contract.column(name).about}",
            did_you_mean(name, [c for c in table.columns if c not in contract.names]),
        )
        for name in missing
    ]
    problems += [Problem(f"column `{name}` is not expected", where, "", did_you_mean(name, missing)) for name in extra]
    wrong_type = {
        c.name for c in contract.columns if c.name in table.columns and table.schema[c.name] != DTYPES[c.type]
    }
    problems += [
        Problem(f"column `{name}` holds {table.schema[name]}, not {contract.column(name).type}", where)
        for name in contract.names
        if name in wrong_type
    ]
    sound = [c for c in contract.columns if c.name in table.columns and c.name not in wrong_type]
    for column in sound:
        problems += _impossible_values(table[column.name], column, where, at)
    if all(k in table.columns for k in contract.key):
        problems += _repeated_keys(table, contract, where, at)
    return problems


def _impossible_values(values: pl.Series, column: Column, where: str, at: Sequence[int]) -> list[Problem]:
    faults: list[tuple[pl.Series, str, str]] = []
    if not column.missing:
        faults.append((values.is_null(), "is blank", f"every row needs {column.about}"))
    if column.type == "float":
        faults.append(((~values.is_finite()).fill_null(False), "is not a finite number", "sums would be lost"))
    if column.low is not None:
        faults.append(((values < column.low).fill_null(False), f"is below {_plain(column.low)}", column.about))
    if column.high is not None:
        faults.append(((values > column.high).fill_null(False), f"is above {_plain(column.high)}", column.about))
    if column.one_of:
        allowed = pl.Series(list(column.one_of))
        faults.append(
            (
                (~values.is_in(allowed.implode())).fill_null(False),
                f"is not one of {', '.join(column.one_of)}",
                "",
            )
        )
    if column.pattern:
        faults.append(
            (
                (~values.str.contains(f"^(?:{column.pattern})$")).fill_null(False),
                "is not of the expected form",
                column.about,
            )
        )
    problems: list[Problem] = []
    for at_fault, what, why in faults:
        rows = at_fault.arg_true().to_list()
        problems += [
            Problem(_value_fault(values[row], what), _cell(where, at[row], column.name), why)
            for row in rows[:MOST_ROWS_NAMED]
        ]
        if len(rows) > MOST_ROWS_NAMED:
            more = len(rows) - MOST_ROWS_NAMED
            problems.append(Problem(f"{more:,} more rows where `{column.name}` {what}", where))
    return problems


def _repeated_keys(table: pl.DataFrame, contract: TableContract, where: str, at: Sequence[int]) -> list[Problem]:
    key = list(contract.key)
    if not key or not table.select(key).is_duplicated().any():
        return []
    repeated = (
        table.select(key)
        .with_row_index("row")
        .filter(table.select(key).is_duplicated())
        .group_by(key, maintain_order=True)
        .agg("row")
    )
    problems = [
        Problem(
            "key " + ", ".join(f"{k}={record[k]}" for k in key) + f" stands {len(record['row'])} times",
            f"{where + ' ' if where else ''}rows {', '.join(str(at[r]) for r in record['row'][:6])}",
            "counting both would count the same thing twice",
        )
        for record in repeated.head(MOST_ROWS_NAMED).to_dicts()
    ]
    if repeated.height > MOST_ROWS_NAMED:
        problems.append(Problem(f"{repeated.height - MOST_ROWS_NAMED:,} more keys are repeated", where))
    return problems


def _value_fault(value: object, what: str) -> str:
    return f"the value {what}" if value is None else f"`{value}` {what}"


def _cell(where: str, row: int, column: str) -> str:
    return f"{where + ' ' if where else ''}row {row}, column `{column}`"


def _plain(number: float) -> str:
    return f"{int(number):,}" if math.isfinite(number) and number == int(number) else f"{number:g}"
