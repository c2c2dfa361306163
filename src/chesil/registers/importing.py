"""The one importer: matches a user's columns to a contract, reads every cell, and names every fault at once."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from chesil.core.errors import InputRefused, Problem, did_you_mean, or_list
from chesil.core.tables import TableContract, find_problems
from chesil.core.whole_files import write_whole
from chesil.registers.contracts import SYNONYMS
from chesil.registers.sheets import Cell, Sheet, read_sheets
from chesil.registers.values import NotReadable, read_value

HEADER_WITHIN = 15
"""Rows from the top among which the heading is looked for."""
PATIENT_HEADINGS = re.compile(r"\b(nhs (no|number|num)|date of birth|dob|patient name|patient id|surname|forename)\b")
TOTAL_WORDS = ("total", "totals", "grand total", "sum", "subtotal", "sub-total")
EXAMPLE_MARK = "EXAMPLE"


@dataclass(frozen=True)
class ColumnMatch:
    """Which heading of the file was taken for which column; `unused` headings are left out, `unmatched` columns blank."""

    headings: Mapping[str, str]
    unused: tuple[str, ...]
    unmatched: tuple[str, ...]

    def describe(self) -> str:
        """The match in lines, to be looked at and corrected."""
        lines = [f"  {heading!r} is read as `{column}`" for column, heading in self.headings.items()]
        lines += [f"  {heading!r} is not used" for heading in self.unused]
        lines += [f"  `{column}` is not in the file and stays blank" for column in self.unmatched]
        return "\n".join(lines)


@dataclass(frozen=True)
class Import:
    """A table as read, how its columns were matched, and what was set aside on the way."""

    table: pl.DataFrame
    match: ColumnMatch
    notes: tuple[str, ...]


@dataclass(frozen=True)
class RegisterUpdate:
    """An existing table with incoming rows laid over it by key."""

    table: pl.DataFrame
    added: int
    changed: int
    unchanged: int


def match_columns(
    headings: list[str], contract: TableContract, mapping: Mapping[str, str] | None = None
) -> ColumnMatch:
    """Match headings to a contract's columns: by `mapping` (heading to column), name, synonym, then likeness.

    No heading is used twice. Raises `InputRefused` if the mapping names a heading or column that is not there.
    """
    problems = [
        Problem(f"heading `{h}` is not in the file", "", "", did_you_mean(h, headings))
        for h in mapping or ()
        if h not in headings
    ]
    problems += [
        Problem(f"`{c}` is not a column of `{contract.name}`", "", "", did_you_mean(c, contract.names))
        for c in (mapping or {}).values()
        if c not in contract.names
    ]
    if problems:
        raise InputRefused("The column mapping cannot be used", problems)
    found: dict[str, str] = {column: heading for heading, column in (mapping or {}).items()}
    for rule in (_same_name, _synonym, _like):
        for column in contract.names:
            free = [h for h in headings if h and h not in found.values()]
            heading = None if column in found else rule(column, free)
            if heading is not None:
                found[column] = heading
    ordered = {c: found[c] for c in contract.names if c in found}
    return ColumnMatch(
        ordered,
        tuple(h for h in headings if h and h not in found.values()),
        tuple(c for c in contract.names if c not in found),
    )


def read_register(
    path: Path, contract: TableContract, *, mapping: Mapping[str, str] | None = None, sheet: str | None = None
) -> Import:
    """Read a user's Excel or CSV file as a table that meets `contract`.

    The sheet and heading row that match best are taken unless `sheet` names one. Raises `InputRefused` with every
    problem, each naming its cell; nothing is guessed beyond what `Import.match` and `Import.notes` say.
    """
    sheets = read_sheets(path)
    if sheet is not None and sheet not in [s.name for s in sheets]:
        raise InputRefused(
            f"{path.name} cannot be imported",
            [Problem(f"there is no sheet `{sheet}`; there are {or_list([s.name for s in sheets])}", path.name)],
        )
    candidates = [s for s in sheets if sheet in (None, s.name)]
    best = max(candidates, key=lambda s: _header_score(s, contract, mapping)[0], default=None)
    if best is None or not best.rows:
        raise InputRefused(f"{path.name} cannot be imported", [Problem("it holds no rows", path.name)])
    score, top, depth = _header_score(best, contract, mapping)
    if score == 0:
        way_out = f"The table `{contract.name}` has the columns {', '.join(contract.names)}"
        raise InputRefused(
            f"{path.name} cannot be imported", [Problem("no row looks like a heading", path.name)], way_out
        )
    headings = _headings(best, top, depth)
    problems = _heading_problems(best, headings, top)
    match = match_columns(headings, contract, mapping)
    problems += [
        Problem(
            f"no heading was found for `{c.name}`",
            f"{path.name} row {top + depth}",
            f"every row needs {c.about}",
            did_you_mean(c.name, [h for h in match.unused]) or "Add the column, or say which heading it is",
        )
        for c in contract.columns
        if not c.missing and c.name in match.unmatched
    ]
    body, notes = _body(best, top + depth, match, headings)
    problems += _merged_problems(best, top + depth)
    records, found = _read_cells(best, body, match, headings, contract)
    problems += found
    if problems:
        raise InputRefused(
            f"{path.name} cannot be imported", problems, "Nothing was changed. Put these right and try again"
        )
    table = pl.DataFrame(records, schema=contract.schema, orient="row")
    problems = find_problems(table, contract, path.name, 0)
    if problems:
        raise InputRefused(
            f"{path.name} cannot be imported",
            [_at_file_row(p, body) for p in problems],
            "Nothing was changed. Put these right and try again",
        )
    if len(sheets) > 1:
        notes = (f"Read from the sheet `{best.name}`.", *notes)
    return Import(table, match, notes)


def update_register(
    existing: pl.DataFrame, incoming: pl.DataFrame, contract: TableContract, *, blanks_wipe: bool = False
) -> RegisterUpdate:
    """Lay incoming rows over existing ones by key: keys are updated, not duplicated, and no row is lost.

    A blank incoming cell leaves what was there, unless `blanks_wipe`.
    """
    key = list(contract.key)
    values = [c for c in contract.names if c not in key]
    both = existing.join(incoming, on=key, how="inner", suffix="_new")
    chosen = [
        (pl.col(f"{c}_new") if blanks_wipe else pl.coalesce(pl.col(f"{c}_new"), pl.col(c))).alias(f"{c}_then")
        for c in values
    ]
    laid = both.with_columns(chosen)
    differs = (
        pl.any_horizontal([pl.col(c).ne_missing(pl.col(f"{c}_then")) for c in values]) if values else pl.lit(False)
    )
    changed = laid.filter(differs).height
    updated = laid.select(*key, *(pl.col(f"{c}_then").alias(c) for c in values)).select(contract.names)
    kept = existing.join(incoming, on=key, how="anti")
    added = incoming.join(existing, on=key, how="anti")
    table = pl.concat([kept.select(contract.names), updated, added.select(contract.names)]).sort(key)
    return RegisterUpdate(table, added.height, changed, both.height - changed)


def write_register(table: pl.DataFrame, path: Path) -> Path:
    """Write a register as CSV, whole or not at all."""
    return write_whole(path, table.write_csv())


def _same_name(column: str, headings: list[str]) -> str | None:
    return next((h for h in headings if _plain(h) == _plain(column)), None)


def _synonym(column: str, headings: list[str]) -> str | None:
    words = {_plain(h) for s in SYNONYMS if s.column == column for h in s.headings}
    return next((h for h in headings if _plain(h) in words), None)


def _like(column: str, headings: list[str]) -> str | None:
    by_plain = {_plain(h): h for h in headings}
    close = difflib.get_close_matches(_plain(column), by_plain, 1, cutoff=0.84)
    return by_plain[close[0]] if close else None


def _plain(heading: str) -> str:
    without_unit = re.sub(r"\(.*?\)|\[.*?\]", " ", heading.lower())
    return re.sub(r"[^a-z0-9£]+", "", without_unit)


def _header_score(sheet: Sheet, contract: TableContract, mapping: Mapping[str, str] | None) -> tuple[int, int, int]:
    """How many columns the best heading row matches, its row, and whether it is one row deep or two."""
    best = (0, 0, 1)
    for top in range(min(HEADER_WITHIN, len(sheet.rows))):
        for depth in (1, 2):
            if top + depth > len(sheet.rows):
                continue
            headings = _headings(sheet, top, depth)
            usable = {h: c for h, c in (mapping or {}).items() if h in headings}
            score = len(match_columns(headings, contract, usable).headings)
            if score > best[0]:
                best = (score, top, depth)
    return best


def _headings(sheet: Sheet, top: int, depth: int) -> list[str]:
    """Headings of one row, or of two read downwards with a merged upper heading carried along."""
    lower = [_heading(c) for c in sheet.rows[top + depth - 1]]
    if depth == 1:
        return lower
    upper: list[str] = []
    for cell in sheet.rows[top]:
        upper.append(_heading(cell) or (upper[-1] if upper else ""))
    upper += [""] * (len(lower) - len(upper))
    return [low or up if not (low and up) else f"{up} {low}" for up, low in zip(upper, lower, strict=False)]


def _heading(cell: Cell) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""


def _heading_problems(sheet: Sheet, headings: list[str], top: int) -> list[Problem]:
    problems = []
    for column, heading in enumerate(headings):
        if heading and heading in headings[:column]:
            problems.append(
                Problem(
                    f"the heading `{heading}` stands twice",
                    sheet.address(top, column),
                    "one of them would be lost",
                    "Rename or remove one",
                )
            )
        if PATIENT_HEADINGS.search(re.sub(r"[_\W]+", " ", heading.lower())):
            problems.append(
                Problem(
                    f"`{heading}` looks like details of patients",
                    sheet.address(top, column),
                    "Chesil holds no patient's record and publishes what it reads",
                    "Remove the column",
                )
            )
    return problems


def _body(sheet: Sheet, first: int, match: ColumnMatch, headings: list[str]) -> tuple[list[int], tuple[str, ...]]:
    """Rows that are records; blank rows, the template's example and trailing totals are set aside and said."""
    used = [headings.index(h) for h in match.headings.values()]
    body, notes = [], []
    for number in range(first, len(sheet.rows)):
        cells = [sheet.rows[number][k] if k < len(sheet.rows[number]) else None for k in used]
        if all(c is None or str(c).strip() == "" for c in cells):
            continue
        texts = [str(c).strip() for c in sheet.rows[number] if c is not None]
        if any(t == EXAMPLE_MARK or t.startswith(f"{EXAMPLE_MARK} ") for t in texts):
            notes.append(f"Row {number + 1} is the template's example and was left out.")
        elif any(t.lower().rstrip(":") in TOTAL_WORDS for t in texts):
            notes.append(f"Row {number + 1} is a total and was left out.")
        else:
            body.append(number)
    return body, tuple(notes)


def _merged_problems(sheet: Sheet, first: int) -> list[Problem]:
    return [
        Problem(
            "cells are merged",
            f"{sheet.address(r1, c1)} to {sheet.address(r2, c2).rsplit(' ', 1)[1]}",
            "only the first of them holds the value; the others would be read as blank",
            "Unmerge them and fill each in",
        )
        for r1, c1, r2, c2 in sheet.merged
        if r2 >= first
    ]


def _read_cells(
    sheet: Sheet, body: list[int], match: ColumnMatch, headings: list[str], contract: TableContract
) -> tuple[list[list[object]], list[Problem]]:
    records, problems = [], []
    at = {column: headings.index(heading) for column, heading in match.headings.items()}
    for number in body:
        record: list[object] = []
        for column in contract.columns:
            k = at.get(column.name)
            cell = sheet.rows[number][k] if k is not None and k < len(sheet.rows[number]) else None
            try:
                record.append(read_value(cell, column))
            except NotReadable as error:
                problems.append(
                    Problem(str(error), sheet.address(number, k or 0), f"`{column.name}` is {column.about}")
                )
                record.append(None)
        records.append(record)
    return records, problems


def _at_file_row(problem: Problem, body: list[int]) -> Problem:
    """Turn the numbers of records in a contract's message into rows of the user's file."""

    def to_row(found: re.Match[str]) -> str:
        numbers = [str(body[int(n)] + 1) if int(n) < len(body) else n for n in re.findall(r"\d+", found[2])]
        return found[1] + ", ".join(numbers)

    where = re.sub(r"(\brows? )(\d+(?:, \d+)*)", to_row, problem.where)
    return Problem(problem.what, where, problem.why, problem.way_out)
