"""Strict reading of published files: bytes to text columns, then to typed columns, with every fault named."""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from chesil.core.errors import InputRefused, Problem, did_you_mean, some_of
from chesil.core.tables import DTYPES, MOST_ROWS_NAMED, ColumnType, TableContract, check_table

LAYOUT_WAY_OUT = (
    "If the publisher has changed the layout, add the new column name to this source's module; "
    "if the file is the wrong one, fetch it again"
)


@dataclass(frozen=True)
class Wanted:
    """A column we want from a file: our name, its type, and the names publishers have given it.

    `blank` lists the texts that mean "not given"; `dates` the date forms tried in order.
    """

    name: str
    type: ColumnType
    published_as: tuple[str, ...]
    required: bool = True
    blank: tuple[str, ...] = ("", "NA", "N/A", "NULL", "NaN")
    dates: tuple[str, ...] = ("%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%d%b%Y", "%b%Y")


def read_text_table(
    path: Path,
    *,
    member: str = "",
    columns: Iterable[str] | None = None,
    separator: str = ",",
    skip_rows: int = 0,
) -> pl.DataFrame:
    """Read a CSV (plain, .gz, or `member` of a .zip) as text columns named as published.

    `columns` names the columns of a file without a header. A byte order mark is dropped; anything that is not
    UTF-8, a truncated archive or a ragged row refuses the whole file.
    """
    content = file_bytes(path, member)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise refused(
            path, f"line {line} is not UTF-8 text", "names would be garbled", "Save the file as UTF-8"
        ) from error
    if not text.strip():
        raise refused(path, "the file is empty", "", "Fetch it again")
    names = list(columns) if columns is not None else None
    try:
        table = pl.read_csv(
            io.StringIO(text),
            has_header=names is None,
            new_columns=names,
            infer_schema=False,
            separator=separator,
            skip_rows=skip_rows,
        )
    except pl.exceptions.SchemaError as error:
        raise refused(path, f"it has not the {len(names or [])} columns that it should", "", LAYOUT_WAY_OUT) from error
    except (pl.exceptions.ComputeError, pl.exceptions.ShapeError, pl.exceptions.NoDataError) as error:
        raise refused(
            path, f"the rows do not all have the same columns ({_first_line(error)})", "", LAYOUT_WAY_OUT
        ) from error
    _refuse_short_rows(table, text, path, separator, skip_rows)
    return table


def _refuse_short_rows(table: pl.DataFrame, text: str, path: Path, separator: str, skip_rows: int) -> None:
    """Refuse a file with a row that ends early: Polars would take what it lacks for blank.

    Such a row has nothing in the last column, so the rows are counted out only where that has a blank.
    """
    if not table.width or not table.to_series(table.width - 1).null_count():
        return
    short = [
        (number, len(fields))
        for number, fields in enumerate(csv.reader(io.StringIO(text), delimiter=separator), start=1)
        if number > skip_rows and 0 < len(fields) < table.width
    ]
    problems = [
        Problem(f"the row has {has} columns, not {table.width}", f"{path.name} row {number}", "it may be cut short")
        for number, has in short[:MOST_ROWS_NAMED]
    ]
    if len(short) > MOST_ROWS_NAMED:
        problems.append(Problem(f"{len(short) - MOST_ROWS_NAMED:,} more rows are too short", path.name))
    if problems:
        raise InputRefused(f"{path.name} cannot be read", problems, LAYOUT_WAY_OUT)


def file_bytes(path: Path, member: str = "") -> bytes:
    """The bytes of a plain, gzipped or zipped file; a damaged archive is refused by name.

    `member` is a part of the wanted file's name inside a zip; with one CSV inside it may be left empty.
    """
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as file:
                return file.read()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                inside = [n for n in archive.namelist() if n.lower().endswith(".csv") and member in n]
                if len(inside) != 1:
                    raise refused(path, f"{len(inside)} CSV files inside match `{member}`", "", LAYOUT_WAY_OUT)
                return archive.read(inside[0])
        return path.read_bytes()
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise refused(
            path, "the file is cut short or damaged", "part of the figures would be lost", "Fetch it again"
        ) from error


def pick_columns(table: pl.DataFrame, wanted: Iterable[Wanted], path: Path, *, first_row: int = 2) -> pl.DataFrame:
    """Choose, rename and type the wanted columns; refuse the file with every fault if any column or value is wrong.

    Header matching ignores case, surrounding blanks and line breaks. `first_row` is the row number of the first
    record in the file. Numbers may carry thousands commas. An optional column that is absent comes back blank.
    """
    wanted = list(wanted)
    by_header = {_plain_header(c): c for c in table.columns}
    problems: list[Problem] = []
    found: dict[str, pl.Series] = {}
    for want in wanted:
        header = next((by_header[h] for h in map(_plain_header, want.published_as) if h in by_header), None)
        if header is not None:
            series, faults = _typed(table[header], want, first_row)
            problems += [Problem(f.what, f"{path.name} {f.where}", f.why, f.way_out) for f in faults]
        elif want.required:
            problems.append(
                Problem(
                    f"column `{want.published_as[0]}` is missing",
                    path.name,
                    "",
                    did_you_mean(want.published_as[0], table.columns) or f"The file has: {some_of(table.columns, 12)}",
                )
            )
            continue
        else:
            series = pl.Series([None] * table.height, dtype=DTYPES[want.type])
        found[want.name] = series.alias(want.name)
    if problems:
        raise InputRefused(f"{path.name} cannot be read", problems, LAYOUT_WAY_OUT)
    return pl.DataFrame(list(found.values()))


def read_as(
    path: Path,
    contract: TableContract,
    names: Mapping[str, str | tuple[str, ...]],
    *,
    member: str = "",
    keep: pl.Expr | None = None,
    absent_ok: tuple[str, ...] = (),
    first_row: int = 2,
) -> pl.DataFrame:
    """Read a CSV or Parquet file whose columns stand one to one for a contract's.

    `names` gives, for each column of ours, the names publishers have given it. `keep` chooses rows before the
    contract is checked (such as England's), and a file that has none is refused; columns in `absent_ok` may be missing
    and are then blank. Raises `InputRefused` with every fault.
    """
    text = read_parquet_columns(path, names) if path.suffix == ".parquet" else read_text_table(path, member=member)
    table = pick_columns(text, wanted_of(contract, names, absent_ok), path, first_row=first_row)
    rows = None
    if keep is not None:
        numbered = table.with_row_index("file_row", offset=first_row).filter(keep)
        rows, table = numbered["file_row"].to_list(), numbered.drop("file_row")
        if table.is_empty():
            raise refused(
                path, "no row is of the area or kind that is wanted", "it may be the wrong file", LAYOUT_WAY_OUT
            )
    return check_table(table, contract, path.name, first_row, rows)


def wanted_of(
    contract: TableContract, names: Mapping[str, str | tuple[str, ...]], absent_ok: tuple[str, ...] = ()
) -> list[Wanted]:
    """The wanted columns of a contract, by the names publishers use."""
    return [
        Wanted(
            c.name,
            c.type,
            (published,) if isinstance(published := names[c.name], str) else published,
            required=c.name not in absent_ok,
        )
        for c in contract.columns
        if c.name in names
    ]


def read_parquet_columns(path: Path, names: Mapping[str, str | tuple[str, ...]]) -> pl.DataFrame:
    """Read from a Parquet file the columns that go by any of the given names; a damaged file is refused."""
    known = {n for given in names.values() for n in ((given,) if isinstance(given, str) else given)}
    try:
        there = pl.read_parquet_schema(path)
        return pl.scan_parquet(path).select([c for c in there if c in known]).collect()
    except (pl.exceptions.ComputeError, OSError) as error:
        raise refused(
            path, "the file is cut short or damaged", "part of the figures would be lost", "Fetch it again"
        ) from error


def refused(path: Path, what: str, why: str = "", way_out: str = "") -> InputRefused:
    """An error that refuses one whole file for one reason."""
    return InputRefused(f"{path.name} cannot be read", [Problem(what, path.name, why)], way_out)


def _typed(values: pl.Series, want: Wanted, first_row: int) -> tuple[pl.Series, list[Problem]]:
    if values.dtype == DTYPES[want.type] and want.type != "text":
        return values, []
    text = values.cast(pl.String).str.strip_chars()
    text = text.to_frame("t").select(
        pl.when(pl.col("t").is_in(list(want.blank))).then(None).otherwise(pl.col("t")).alias("t")
    )["t"]
    typed = _parsed(text, want)
    wrong = (typed.is_null() & text.is_not_null()).arg_true().to_list()
    problems = [
        Problem(
            f"`{text[row]}` is not {_article(want.type)}",
            f"row {row + first_row}, column `{want.published_as[0]}`",
        )
        for row in wrong[:MOST_ROWS_NAMED]
    ]
    if len(wrong) > MOST_ROWS_NAMED:
        problems.append(
            Problem(
                f"{len(wrong) - MOST_ROWS_NAMED:,} more values are not {_article(want.type)}",
                f"column `{want.published_as[0]}`",
            )
        )
    return typed, problems


def _parsed(text: pl.Series, want: Wanted) -> pl.Series:
    if want.type == "text":
        return text
    if want.type == "date":
        # A month alone means its first day; polars reads a date only with its day.
        columns = [
            (("01" + text) if "%d" not in form else text).str.to_date(
                form if "%d" in form else "%d" + form, strict=False
            )
            for form in want.dates
        ]
        return pl.select(pl.coalesce([pl.lit(c) for c in columns])).to_series()
    number = text.str.replace_all(",", "").cast(pl.Float64, strict=False)
    if want.type == "float":
        return number
    if want.type == "int":
        whole = number.is_finite() & (number == number.round())
        return pl.select(pl.when(whole).then(number)).to_series().cast(pl.Int64)
    lowered = text.str.to_lowercase()
    return pl.select(
        pl.when(lowered.is_in(["yes", "y", "true", "1"]))
        .then(True)
        .when(lowered.is_in(["no", "n", "false", "0"]))
        .then(False)
        .otherwise(None)
    ).to_series()


def _plain_header(header: str) -> str:
    return " ".join(header.replace("\ufeff", "").split()).lower()


def _article(kind: ColumnType) -> str:
    return {
        "int": "a whole number",
        "float": "a number",
        "date": "a date",
        "bool": "yes or no",
        "text": "text",
    }[kind]


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:120]
