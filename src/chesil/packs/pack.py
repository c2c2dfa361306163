"""The England pack: where its tables lie, how one is read, and how damage is noticed and named."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from chesil.core.errors import PackDamaged, Problem
from chesil.core.receipt import Receipt
from chesil.core.tables import TableContract
from chesil.core.whole_files import sha256_of
from chesil.packs.contracts_areas import AREA_CONTRACTS
from chesil.packs.contracts_geometry import GEOMETRY_CONTRACTS
from chesil.packs.contracts_models import MODEL_CONTRACTS
from chesil.packs.contracts_practices import PRACTICE_CONTRACTS
from chesil.packs.contracts_reference import REFERENCE_CONTRACTS

ENGLAND = Path(__file__).parent / "england"
REBUILD = "Rebuild it with `chesil data build --raw DIR`, or install Chesil again"

CONTRACTS: dict[str, TableContract] = {
    c.name: c
    for c in (*AREA_CONTRACTS, *PRACTICE_CONTRACTS, *GEOMETRY_CONTRACTS, *REFERENCE_CONTRACTS, *MODEL_CONTRACTS)
}


@dataclass(frozen=True)
class Origin:
    """Which receipts stand behind some columns of a table, at one vintage (empty means all)."""

    receipts: tuple[str, ...]
    columns: tuple[str, ...] = ()
    vintage: str = ""
    note: str = ""


@dataclass(frozen=True)
class TableEntry:
    """What the manifest says of one table."""

    name: str
    rows: int
    size: int
    sha256: str
    origins: tuple[Origin, ...]


@dataclass(frozen=True)
class Manifest:
    """The contents of a pack: its tables, the receipts they rest on, and one fingerprint of all."""

    fingerprint: str
    tables: dict[str, TableEntry]
    receipts: dict[str, Receipt]
    judgements: tuple[dict[str, Any], ...] = field(default=())
    diagnostics: dict[str, str] = field(default_factory=dict)

    def receipts_of(self, table: str, column: str = "", vintage: str = "") -> list[str]:
        """Ids of the receipts behind a column of a table at a vintage, most particular first."""
        found: dict[str, None] = {}
        for origin in self.tables[table].origins:
            column_fits = not origin.columns or not column or column in origin.columns
            if column_fits and (not origin.vintage or not vintage or origin.vintage == vintage):
                found.update(dict.fromkeys(origin.receipts))
        return list(found)


@lru_cache(maxsize=4)
def read_manifest(folder: Path = ENGLAND) -> Manifest:
    """Read the pack's manifest; `PackDamaged` if it is not there or not readable."""
    path = folder / "manifest.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return Manifest(
            fingerprint=record["fingerprint"],
            tables={
                name: TableEntry(
                    name,
                    t["rows"],
                    t["size"],
                    t["sha256"],
                    tuple(
                        Origin(tuple(o["receipts"]), tuple(o["columns"]), o["vintage"], o["note"]) for o in t["origins"]
                    ),
                )
                for name, t in record["tables"].items()
            },
            receipts={r["id"]: Receipt.from_dict(r) for r in record["receipts"]},
            judgements=tuple(record["judgements"]),
            diagnostics=record["diagnostics"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PackDamaged(
            "The England pack has no readable manifest", [Problem(str(error), str(path))], REBUILD
        ) from error


def read_table(
    name: str, columns: Sequence[str] | None = None, where: pl.Expr | None = None, folder: Path = ENGLAND
) -> pl.DataFrame:
    """Read a table of the pack, only the columns and rows asked for.

    Raises `PackDamaged`, naming the table, if the file is missing, cut short or unreadable.
    """
    entry = read_manifest(folder).tables.get(name)
    path = folder / f"{name}.parquet"
    if entry is None or not path.exists():
        raise PackDamaged(f"The England pack has no table `{name}`", [Problem("not there", str(path))], REBUILD)
    if path.stat().st_size != entry.size:
        what = f"{path.stat().st_size:,} bytes, but the manifest says {entry.size:,}"
        raise PackDamaged(f"The pack's table `{name}` is damaged", [Problem(what, str(path))], REBUILD)
    scan = pl.scan_parquet(path)
    if where is not None:
        scan = scan.filter(where)
    if columns is not None:
        scan = scan.select(list(columns))
    try:
        return scan.collect()
    except pl.exceptions.ComputeError as error:
        problem = Problem(str(error).splitlines()[0], str(path))
        raise PackDamaged(f"The pack's table `{name}` is damaged", [problem], REBUILD) from error


def find_damage(folder: Path = ENGLAND) -> list[Problem]:
    """Compare every file of the pack with its manifest by SHA-256; list what is missing, changed or unknown."""
    manifest = read_manifest(folder)
    problems = []
    for name, entry in manifest.tables.items():
        path = folder / f"{name}.parquet"
        if not path.exists():
            problems.append(Problem("the file is missing", f"{name}.parquet"))
        elif sha256_of(path) != entry.sha256:
            problems.append(Problem("its bytes are not those of the manifest", f"{name}.parquet"))
    known = {f"{name}.parquet" for name in manifest.tables}
    problems += [
        Problem("the manifest does not know this file", path.name)
        for path in sorted(folder.glob("*.parquet"))
        if path.name not in known
    ]
    return problems
