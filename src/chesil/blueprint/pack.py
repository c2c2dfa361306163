"""The pack of a blueprint: study, figures, sources and check sums in one file, with which anybody can work it out again."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from chesil import __version__
from chesil.blueprint.book import Book
from chesil.blueprint.words import LICENCES
from chesil.core.errors import ChesilError, InputRefused, Problem
from chesil.core.figure import Figure
from chesil.core.whole_files import write_whole
from chesil.study import Study

SCHEMA_VERSION = 1
COPIED = ("judgements.toml", "options", "criteria", "weights", "proposals", "links")
COLUMNS: dict[str, tuple[Any, str]] = {
    "id": (pl.String, "name of the figure: measure, unit, vintage and scenario"),
    "measure": (pl.String, "name of the measure, as in the page of measures"),
    "unit_code": (pl.String, "code of the practice, group, area or place"),
    "unit_name": (pl.String, "its name"),
    "vintage": (pl.String, "dated set of practices that the figure is of"),
    "period": (pl.String, "period of the data"),
    "scenario": (pl.String, "business as usual, or the option"),
    "value": (pl.Float64, "the value; blank where there is none, with the reason"),
    "lower": (pl.Float64, "95% lower limit"),
    "upper": (pl.Float64, "95% upper limit"),
    "lower998": (pl.Float64, "99.8% lower limit"),
    "upper998": (pl.Float64, "99.8% upper limit"),
    "numerator": (pl.Float64, "numerator"),
    "denominator": (pl.Float64, "denominator"),
    "unit": (pl.String, "unit of the value"),
    "method": (pl.String, "how it is worked out"),
    "limits": (pl.String, "method of the limits, or why there are none"),
    "standing": (pl.String, "counted, derived, modelled, transcribed or local"),
    "reason": (pl.String, "why there is no value"),
    "notes": (pl.String, "what a reader should know, separated by |"),
    "receipts": (pl.String, "ids of the sources, separated by |"),
}
GROUP_COLUMNS: dict[str, Any] = {"whole": pl.String, "way": pl.Int64, "part": pl.String}
"""Which units add up to which; a whole that can be cut in several ways has several numbers."""


@dataclass(frozen=True, eq=False)
class Pack:
    """A pack as read: its manifest, figures by id, sources by id, the study's files, and which units add up to which."""

    manifest: Mapping[str, Any]
    figures: Mapping[str, Figure]
    receipts: Mapping[str, Mapping[str, Any]]
    study: Mapping[str, bytes]
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    csv_is_the_same: bool = True


def write_pack(book: Book, study: Study, path: Path, tell: Callable[[str], None] = lambda _: None) -> Path:
    """Write the pack of a book at `path` (a zip file), whole or not at all.

    The study goes in as the edition may use it (its tables as read, not the user's files). The same inputs on the same
    versions give the same bytes.
    """
    tell("writing the pack")
    files = {**_study_files(study), **_figure_files(book)}
    files["sources.json"] = _json([r.as_dict() for r in book.used_receipts])
    files["groups.csv"] = _groups_csv(book)
    files["README.txt"] = _readme(book).encode()
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "title": book.title,
        "edition": book.edition,
        "approval": book.approval,
        "as_at": book.as_at.isoformat(),
        "chesil": __version__,
        "england_pack": book.fingerprint,
        "kept_back": sorted(book.kept_back),
        **({"practice": book.practice} if book.practice else {}),
        "files": {n: {"sha256": sha256(c).hexdigest(), "bytes": len(c)} for n, c in sorted(files.items())},
        "licences": [*LICENCES, "The software is under the MIT licence."],
    }
    files["manifest.json"] = _json(manifest)
    return write_whole(path, _zip(files, book))


def refuse_published(folder: Path) -> None:
    """Raise `ChesilError` if a folder holds the pack of an approved blueprint: that is never written over."""
    for path in sorted(folder.glob("*.pack.zip")) if folder.is_dir() else ():
        approval = str(_manifest_of(path).get("approval", ""))
        if approval.startswith("Approved"):
            raise ChesilError(
                f"{folder} holds a published blueprint, which is never written over",
                [Problem(approval, path.name)],
                "Name another folder; `chesil compare` says what changed",
            )


def read_pack(path: Path) -> Pack:
    """Read a pack; `InputRefused` names every file in it that is missing, changed or unknown."""
    try:
        with zipfile.ZipFile(path) as opened:
            held = {n: opened.read(n) for n in opened.namelist()}
        manifest = json.loads(held["manifest.json"])
        listed = manifest["files"]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ChesilError(f"{path} is not a pack", [], f"A pack is a zip file with a manifest.json: {error}") from error
    problems = [Problem("is missing", n) for n in listed if n not in held]
    problems += [Problem("is not in the manifest", n) for n in held if n not in listed and n != "manifest.json"]
    problems += [
        Problem("its bytes are not those of the manifest", n)
        for n, entry in listed.items()
        if n in held and sha256(held[n]).hexdigest() != entry["sha256"]
    ]
    if problems:
        raise InputRefused(f"{path.name} is not as it was made", problems, "Get it again from its publisher")
    table = pl.read_parquet(io.BytesIO(held["figures.parquet"]))
    return Pack(
        manifest=manifest,
        figures={r["id"]: figure_of(r) for r in table.iter_rows(named=True)},
        receipts={r["id"]: r for r in json.loads(held["sources.json"])},
        study={n: held[n] for n in sorted(held) if n.startswith("study/")},
        groups=_groups_of(held.get("groups.csv", b"")),
        csv_is_the_same=held["figures.csv"] == table.write_csv().encode(),
    )


def _study_files(study: Study) -> dict[str, bytes]:
    files = {"study/study.toml": _study_toml(study)}
    for name, table in sorted(study.registers.items()):
        files[f"study/registers/{name}.csv"] = _csv(table)
    for name in COPIED:
        source = study.folder / name
        for path in sorted(source.rglob("*")) if source.is_dir() else [source] if source.exists() else []:
            if path.is_file():
                files[f"study/{path.relative_to(study.folder).as_posix()}"] = path.read_bytes()
    return files


def _study_toml(study: Study) -> bytes:
    """The study's own settings, with the edition of the pack in place of its own."""
    lines = (study.folder / "study.toml").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.replace(" ", "").startswith("edition=")]
    at = next((k for k, line in enumerate(kept) if line.startswith("[")), len(kept))
    return ("\n".join([*kept[:at], f'edition = "{study.edition}"', *kept[at:]]) + "\n").encode()


def _csv(table: pl.DataFrame) -> bytes:
    yes_no = [
        pl.when(pl.col(c)).then(pl.lit("yes")).when(~pl.col(c)).then(pl.lit("no")).alias(c)
        for c, kind in table.schema.items()
        if kind == pl.Boolean
    ]
    return table.with_columns(yes_no).write_csv().encode()


def _figure_files(book: Book) -> dict[str, bytes]:
    rows = [row_of(f) for f in book.figures.values()]
    columns = {n: [r[n] for r in rows] for n in COLUMNS}
    table = pl.DataFrame(columns, schema={n: kind for n, (kind, _) in COLUMNS.items()})
    parquet = io.BytesIO()
    table.write_parquet(parquet, compression="zstd", statistics=False)
    kinds = {pl.String: "string", pl.Float64: "double"}
    dictionary = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": "figures.csv",
        "dc:title": f"{book.title}: every figure of the blueprint ({book.edition} edition)",
        "dc:license": "Open Government Licence v3.0",
        "tableSchema": {
            "primaryKey": "id",
            "columns": [
                {"name": n, "titles": n, "datatype": kinds[kind], "dc:description": about}
                for n, (kind, about) in COLUMNS.items()
            ],
        },
    }
    return {
        "figures.csv": table.write_csv().encode(),
        "figures.parquet": parquet.getvalue(),
        "figures.csv-metadata.json": _json(dictionary),
    }


def _groups_csv(book: Book) -> bytes:
    rows = [(whole, way, part) for way, (whole, parts) in enumerate(book.groups) for part in parts]
    return pl.DataFrame(rows, schema=GROUP_COLUMNS, orient="row").write_csv().encode()


def _groups_of(content: bytes) -> tuple[tuple[str, tuple[str, ...]], ...]:
    table = pl.read_csv(io.BytesIO(content), schema=GROUP_COLUMNS) if content else pl.DataFrame(schema=GROUP_COLUMNS)
    found = table.group_by("whole", "way", maintain_order=True).agg("part")
    return tuple((whole, tuple(parts)) for whole, _, parts in found.iter_rows())


def row_of(figure: Figure) -> dict[str, Any]:
    record = figure.as_dict()
    return {n: " | ".join(record[n]) if isinstance(record[n], list) else record[n] for n in COLUMNS}


def figure_of(row: Mapping[str, Any]) -> Figure:
    parts = {n: tuple(row[n].split(" | ")) if row[n] else () for n in ("notes", "receipts")}
    return Figure(**{**{n: row[n] for n in COLUMNS if n != "id"}, **parts})


def _manifest_of(path: Path) -> Mapping[str, Any]:
    try:
        with zipfile.ZipFile(path) as opened:
            found: Mapping[str, Any] = json.loads(opened.read("manifest.json"))
            return found
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return {}


def _readme(book: Book) -> str:
    open_data = (
        "Whatever rests on open data alone can be rebuilt by anybody, also for named practices that this edition does not name.\n"
        if book.edition == "public"
        else ""
    )
    return (
        f"{book.title}: a blueprint for primary care, as at {book.as_at:%-d %B %Y}\n{book.edition_words} {book.approval}\n\n"
        "What is in this file\n"
        "  study/                     the place, tables, options and settings it rests on, as this edition may use them\n"
        "  figures.csv, .parquet      every figure that the edition shows; figures.csv-metadata.json says what each column is\n"
        "  groups.csv                 which practices and networks add up to which\n"
        "  sources.json               where every number comes from, with check sums\n"
        "  manifest.json              check sums of all files\n\n"
        "To work every figure out again\n"
        f"  1. Install Chesil {__version__} (Python 3.11 or later).\n"
        "  2. chesil verify THIS_FILE        lists every figure that comes out otherwise\n"
        "  3. Or unpack it, change what you disagree with in study/, and: chesil blueprint study --out my-version\n\n"
        f"{open_data}" + "\n".join(LICENCES) + "\n"
    )


def _json(record: Any) -> bytes:
    return (json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _zip(files: Mapping[str, bytes], book: Book) -> bytes:
    made = io.BytesIO()
    stamp = (book.as_at.year, book.as_at.month, book.as_at.day, 0, 0, 0)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for name, content in sorted(files.items()):
            member = zipfile.ZipInfo(name, stamp)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            new.writestr(member, content)
    return made.getvalue()
