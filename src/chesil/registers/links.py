"""Links: a study's own table of routed travel times, written by `chesil routes` or by hand, and read by one importer."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from chesil.core.errors import InputRefused, Problem
from chesil.core.receipt import Receipt
from chesil.core.tables import Column, TableContract, check_table
from chesil.core.whole_files import sha256_of, whole_file, write_whole

LINK_MODES = ("drive", "walk", "cycle", "public_transport")
WAY_OUT = "Make it again with `chesil routes`, or put these right"

LINKS = TableContract(
    name="links",
    about="One row a pair of origin and destination by one mode for which a way was looked for.",
    key=("from", "to", "mode"),
    columns=(
        Column("from", "text", "code of the area where people set out"),
        Column("to", "text", "code of the site where they arrive"),
        Column("mode", "text", "how they travel", one_of=LINK_MODES),
        Column("seconds", "float", "least time, or a window's median; blank: no way", "s", missing=True, low=0),
        Column("method", "text", "how the time was found", one_of=("routed", "published")),
        Column("snap_m", "float", "metres from places to the network, both ends together", "metres", missing=True, low=0),
        Column("seconds_least", "float", "least time of the window's departures", "s", missing=True, low=0),
        Column("seconds_greatest", "float", "greatest time of the window's departures", "s", missing=True, low=0),
    ),
)  # fmt: skip
MAY_LACK = ("snap_m", "seconds_least", "seconds_greatest")


def read_links(path: Path) -> pl.DataFrame:
    """Read one file of links (.csv or .parquet); `InputRefused` names every fault by row and column."""
    try:
        table = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _refused(path, [Problem(f"it cannot be read ({str(error).splitlines()[0]})", path.name)]) from error
    blanks = [pl.lit(None).alias(c) for c in MAY_LACK if c not in table.columns]
    table = table.with_columns(blanks)
    problems: list[Problem] = []
    typed = []
    for column in LINKS.columns:
        if column.name in table.columns:
            values = table[column.name].cast(LINKS.schema[column.name], strict=False)
            wrong = (values.is_null() & table[column.name].is_not_null()).arg_true().to_list()
            problems += [
                Problem(
                    f"`{table[column.name][row]}` is not a number", f"{path.name} row {row + 2}, column `{column.name}`"
                )
                for row in wrong[:20]
            ]
            typed.append(values)
    if problems:
        raise _refused(path, problems)
    rest = table.select([c for c in table.columns if c not in LINKS.names])
    table = check_table(pl.DataFrame(typed).hstack(rest), LINKS, path.name, 2)
    if table["mode"].n_unique() > 1:
        raise _refused(path, [Problem("it holds more than one mode", path.name, "each mode has a file of its own")])
    return table


def read_links_folder(folder: Path) -> tuple[dict[str, pl.DataFrame], dict[str, Receipt], list[Problem]]:
    """Every file of links of a study by mode, their receipts (`links:<mode>`), and everything wrong."""
    tables: dict[str, pl.DataFrame] = {}
    receipts: dict[str, Receipt] = {}
    problems: list[Problem] = []
    files = [p for p in sorted(folder.glob("*")) if p.suffix in (".csv", ".parquet")] if folder.exists() else []
    for path in files:
        try:
            table = read_links(path)
        except InputRefused as error:
            problems += error.problems
            continue
        mode = str(table["mode"][0]) if table.height else path.stem
        if mode in tables:
            problems.append(Problem(f"a second file holds links by {mode}", str(path), "", "Keep one of them"))
            continue
        tables[mode] = table
        receipts[f"links:{mode}"] = _receipt_of(path, mode, table.height, problems)
    return tables, receipts, problems


def write_links(folder: Path, table: pl.DataFrame, about: str, made_from: tuple[Receipt, ...]) -> Path:
    """Write a mode's links and what they were made from, each file whole or not at all."""
    checked = check_table(table, LINKS)
    mode = checked["mode"][0]
    lines = [f'mode = "{mode}"', f"about = {_quoted(about)}", ""]
    for receipt in made_from:
        lines += ["[[made_from]]", *(f"{k} = {_quoted(str(v))}" for k, v in receipt.as_dict().items() if v), ""]
    with whole_file(folder / f"{mode}.parquet") as temporary:
        checked.write_parquet(temporary, compression="zstd")
    path = folder / f"{mode}.parquet"
    write_whole(folder / f"{mode}.toml", "\n".join(lines))
    return path


def _receipt_of(path: Path, mode: str, rows: int, problems: list[Problem]) -> Receipt:
    said: dict[str, Any] = {}
    beside = path.with_suffix(".toml")
    if beside.exists():
        try:
            said = tomllib.loads(beside.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            problems.append(Problem(f"it cannot be read ({error})", str(beside)))
    sources = [s for s in said.get("made_from", []) if isinstance(s, dict)]
    names = "; ".join(f"{s.get('publication', '')} ({s.get('file', '')})" for s in sources)
    licences = "; ".join(dict.fromkeys(str(s.get("licence", "")) for s in sources))
    days = [date.fromisoformat(str(s["reference_date"])) for s in sources if s.get("reference_date")]
    return Receipt(
        id=f"links:{mode}",
        publisher="; ".join(dict.fromkeys(str(s.get("publisher", "")) for s in sources)) or "the study",
        publication=f"Travel times by {mode.replace('_', ' ')}"
        + (f" from {names}" if names else ", source not stated"),
        reference_date=max(days, default=None),
        licence=licences or "not stated",
        file=path.name,
        sha256=sha256_of(path),
        rows_read=rows,
        obtained="local",
        caveat=str(said.get("about", "")),
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def _refused(path: Path, problems: list[Problem]) -> InputRefused:
    return InputRefused(f"The links {path.name} cannot be used", problems, WAY_OUT)
