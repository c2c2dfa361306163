"""A study: a folder that says which place, which local tables, which options, which settings and judgements."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from chesil.core.errors import ChesilError, InputRefused, Problem, did_you_mean
from chesil.core.receipt import Receipt
from chesil.core.whole_files import sha256_of, write_whole
from chesil.place.finding import KINDS, check_practices, resolve_code
from chesil.place.place import Judgement
from chesil.place.vintage import all_vintages
from chesil.registers.contracts import REGISTERS
from chesil.registers.importing import read_register
from chesil.registers.links import read_links_folder
from chesil.registers.options import OptionRecord, read_option
from chesil.registers.proposals import Proposal, read_proposal
from chesil.scenario.from_options import edits_from_option
from chesil.scenario.involving import strange_entries, what_blocks_approval
from chesil.scenario.scenario import check_clashes

SCHEMA_VERSION = 1
FIELDS = ("schema_version", "title", "place", "practices", "areas", "vintage", "as_at", "edition", "about", "approval")
APPROVAL_STATES = ("draft", "for engagement", "approved")
ANALYSES = (
    "need",
    "variation",
    "access",
    "workforce",
    "resilience",
    "closure",
    "estates",
    "grouping",
    "siting",
    "appraisal",
    "money",
)
"""Analyses for which study.toml may hold a table of settings, such as [access]."""
EDITIONS = ("board", "practice", "public")


@dataclass(frozen=True)
class Approval:
    """How far a blueprint is agreed, as a person wrote it in study.toml; no command sets it."""

    state: str = "draft"
    by: str = ""
    on: date | None = None
    evidence: str = ""

    @property
    def words(self) -> str:
        """The state as every page prints it."""
        if self.state == "draft" or self.on is None:
            return "Draft: nothing has been decided."
        if self.state == "for engagement":
            return f"For engagement since {self.on:%-d %B %Y} ({self.by}): nothing has been decided."
        return f"Approved by {self.by} on {self.on:%-d %B %Y} ({self.evidence})."


@dataclass(frozen=True)
class Study:
    """A study as read: nothing in it has been computed."""

    folder: Path
    title: str
    wanted: str | tuple[str, ...]
    vintage: str
    as_at: date
    edition: str
    about: str = ""
    approval: Approval = field(default_factory=Approval)
    judgements: tuple[Judgement, ...] = ()
    registers: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    """Where the study's own figures come from: `study:<register>` for each table, `study:settings` for what study.toml says
    of analyses, `study:options` and `study:weights` for those folders, and `document:<name>` for each document."""

    options: Mapping[str, OptionRecord] = field(default_factory=dict)
    weights: Path | None = None
    """One file of weights to use instead of those in the study's folder `weights`."""

    links: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    """The study's own travel times by mode, used in place of modelled ones; see `place.links.times_for`."""
    proposals: Mapping[str, Proposal] = field(default_factory=dict)
    """What solvers found, by name, from `proposals/*.json`."""


def read_study(folder: Path) -> Study:
    """Read a study folder; raises `InputRefused` listing everything wrong in any of its files."""
    path = folder / "study.toml"
    if not path.exists():
        raise ChesilError(
            f"{folder} is not a study: it has no study.toml",
            [],
            f"Begin one with `chesil new {folder} --icb CODE`",
        )
    record = _read_toml(path)
    problems = _settings_problems(record, path.name)
    judgements, found = _read_judgements(folder / "judgements.toml")
    problems += found
    registers, receipts, found = _read_registers(folder / "registers")
    problems += found
    options, found = _read_options(folder / "options")
    problems += found
    links, link_receipts, found = read_links_folder(folder / "links")
    problems += found
    proposals, found = _read_proposals(folder / "proposals")
    problems += found
    problems += strange_entries(options, registers)
    if isinstance(record.get("approval"), dict) and record["approval"].get("state") == "approved":
        problems += what_blocks_approval(options, registers)
    if problems:
        raise InputRefused(f"The study {folder} cannot be used", problems, "Put these right and try again")
    wanted = record.get("place") or tuple(record.get("practices") or record["areas"])
    return Study(
        folder=folder,
        title=record["title"],
        wanted=wanted,
        vintage=record.get("vintage", all_vintages()[-1].name),
        as_at=record["as_at"],
        edition=record.get("edition", "board"),
        about=record.get("about", ""),
        approval=Approval(**record.get("approval", {})),
        judgements=judgements,
        registers=registers,
        receipts={
            **_settings_receipt(path, record),
            **_folder_receipts(folder),
            **receipts,
            **link_receipts,
            **_document_receipts(registers),
        },
        settings={name: record[name] for name in ANALYSES if name in record},
        options=options,
        links=links,
        proposals=proposals,
    )


def new_study(folder: Path, title: str, *, as_at: date, place: str = "", practices: Sequence[str] = ()) -> Path:
    """Write the files of a new study, whole or not at all; `ChesilError` if the folder already holds one."""
    if (folder / "study.toml").exists():
        raise ChesilError(f"{folder} already holds a study", [], "Choose another folder, or edit its study.toml")
    wanted = (
        f'place = "{place}"' if place else f"practices = [{', '.join(repr(p) for p in practices)}]".replace("'", '"')
    )
    text = (
        "# A study: which place, as at when. Codes and names are found with `chesil places TEXT`.\n"
        f"schema_version = {SCHEMA_VERSION}\n"
        f'title = "{title}"\n{wanted}\n'
        f"as_at = {as_at.isoformat()}   # documents are dated so; data over two years older are marked\n"
        'edition = "board"      # board, practice or public\n'
    )
    judgements = (
        "# Where sources disagree or are silent, write here what you decided; it is printed with the blueprint.\n"
        "# [[judgement]]\n"
        '# about = "PCN of practice J81001"\n# source_says = "U11111 and U22222"\n# we_use = "U22222"\n'
        '# because = "It left U11111 on 1 April."\n# decided_by = "your name"\n'
    )
    write_whole(folder / "judgements.toml", judgements)
    return write_whole(folder / "study.toml", text)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputRefused(
            f"{path} cannot be read", [Problem(str(error), path.name)], "Mend the line it names"
        ) from error


def _settings_problems(record: Mapping[str, Any], where: str) -> list[Problem]:
    problems = [
        Problem(f"`{name}` is not a setting of a study", where, "", did_you_mean(name, (*FIELDS, *ANALYSES)))
        for name in record
        if name not in FIELDS and name not in ANALYSES
    ]
    problems += [
        Problem(f"`{name}` is not a table of settings", where, "", f"Write it as [{name}] with one setting a line")
        for name in ANALYSES
        if name in record and not isinstance(record[name], dict)
    ]
    version = record.get("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        problems.append(Problem(f"schema version {version} is not known", where, "", "Install a newer Chesil"))
    if not record.get("title"):
        problems.append(Problem("`title` is missing", where))
    if not isinstance(record.get("as_at"), date):
        problems.append(Problem("`as_at` is missing or not a date such as 2026-11-24", where))
    if record.get("edition", "board") not in EDITIONS:
        problems.append(Problem(f"edition `{record['edition']}` is not board, practice or public", where))
    problems += _approval_problems(record.get("approval", {}), where)
    names = [v.name for v in all_vintages()]
    vintage = record.get("vintage", names[-1])
    if vintage not in names:
        problems.append(Problem(f"vintage `{vintage}` is not one of {', '.join(names)}", where))
        vintage = names[-1]
    given = [k for k in ("place", "practices", "areas") if record.get(k)]
    if len(given) != 1:
        problems.append(
            Problem(f"a study names one of `place`, `practices` or `areas`; this names {len(given)}", where)
        )
    elif given == ["practices"]:
        problems += [Problem(p.what, where, p.why, p.way_out) for p in check_practices(record["practices"], vintage)]
    elif given == ["place"]:
        try:
            match = resolve_code(record["place"])
        except ChesilError as error:
            problems.append(Problem(error.title, where, "", error.way_out))
        else:
            if match.kind not in KINDS:
                problems.append(Problem(f"`{record['place']}` is not a place", where))
    return problems


def _approval_problems(record: Any, where: str) -> list[Problem]:
    """A state other than draft needs who, when and, where approved, the evidence: a person's words, not software's."""
    if not isinstance(record, dict):
        return [Problem("`approval` is not a table", where, "", "Write it as [approval] with one line each")]
    fields = Approval.__dataclass_fields__
    problems = [
        Problem(f"`{f}` is not a field of [approval]", where, "", did_you_mean(f, fields))
        for f in record
        if f not in fields
    ]
    state = record.get("state", "draft")
    if state not in APPROVAL_STATES:
        problems.append(Problem(f"state `{state}` is not one of {', '.join(APPROVAL_STATES)}", where))
    needed = {"draft": (), "for engagement": ("by", "on"), "approved": ("by", "on", "evidence")}.get(state, ())
    problems += [Problem(f"[approval] `{state}` needs `{f}`", where) for f in needed if not record.get(f)]
    if "on" in record and not isinstance(record["on"], date):
        problems.append(Problem("[approval] `on` is not a date such as 2026-11-24", where))
    return problems


def _read_judgements(path: Path) -> tuple[tuple[Judgement, ...], list[Problem]]:
    if not path.exists():
        return (), []
    found, problems = [], []
    for number, record in enumerate(_read_toml(path).get("judgement", []), start=1):
        missing = [k for k in ("about", "source_says", "we_use", "because", "decided_by") if not record.get(k)]
        strange = [k for k in record if k not in Judgement.__dataclass_fields__]
        problems += [Problem(f"`{k}` is missing", f"{path.name} judgement {number}") for k in missing]
        problems += [Problem(f"`{k}` is not known", f"{path.name} judgement {number}") for k in strange]
        if not missing and not strange:
            found.append(Judgement(**record))
    return tuple(found), problems


def _read_registers(folder: Path) -> tuple[dict[str, pl.DataFrame], dict[str, Receipt], list[Problem]]:
    tables: dict[str, pl.DataFrame] = {}
    receipts: dict[str, Receipt] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.*")) if folder.exists() else []:
        if path.stem not in REGISTERS:
            problems.append(
                Problem(f"`{path.stem}` is not a register", str(path), "", did_you_mean(path.stem, REGISTERS))
            )
            continue
        try:
            tables[path.stem] = read_register(path, REGISTERS[path.stem]).table
            receipts[f"study:{path.stem}"] = _receipt_of(path, tables[path.stem].height)
        except InputRefused as error:
            problems += error.problems
    return tables, receipts, problems


def _settings_receipt(path: Path, record: Mapping[str, Any]) -> dict[str, Receipt]:
    said = [name for name in ANALYSES if name in record]
    receipt = replace(
        _receipt_of(path, len(said)), id="study:settings", publication="settings of analyses in study.toml"
    )
    return {receipt.id: receipt} if said else {}


def _folder_receipts(folder: Path) -> dict[str, Receipt]:
    """One receipt for all of the study's options and one for its weights; the check sum is of the files in order of name."""
    found = {}
    for name in ("options", "weights"):
        files = sorted((folder / name).glob("*.toml"))
        if files:
            found[f"study:{name}"] = Receipt(
                id=f"study:{name}", publisher="This study", publication=f"{name} of the study", reference_date=None,
                licence="As the study states", file=f"{name}/*.toml", rows_read=len(files), obtained="local",
                sha256=sha256(b"".join(f.read_bytes() for f in files)).hexdigest(),
            )  # fmt: skip
    return found


def _receipt_of(path: Path, rows: int) -> Receipt:
    return Receipt(
        id=f"study:{path.stem}",
        publisher="This study",
        publication=f"table of {path.stem.replace('_', ' ')}",
        reference_date=None,
        licence="As the study states",
        file=path.name,
        sha256=sha256_of(path),
        rows_read=rows,
        obtained="local",
    )


def _document_receipts(registers: Mapping[str, pl.DataFrame]) -> dict[str, Receipt]:
    """A receipt for each document from which the study's statements were typed out."""
    documents = registers.get("documents")
    found = {}
    for r in documents.iter_rows(named=True) if documents is not None else ():
        name = f"document:{r['document']}"
        found[name] = Receipt(
            id=name, publisher=r["publisher"], publication=r["title"], reference_date=r["published_on"],
            licence=r["licence"] or "Not stated", url=r["url"] or "", obtained="transcribed",
        )  # fmt: skip
    return found


def _read_options(folder: Path) -> tuple[dict[str, OptionRecord], list[Problem]]:
    options: dict[str, OptionRecord] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.toml")) if folder.exists() else []:
        try:
            options[path.stem] = read_option(path)
            check_clashes(edits_from_option(options[path.stem]))
        except InputRefused as error:
            found = error.problems or [Problem(error.title, "", "", error.way_out)]
            problems += [p if p.where else replace(p, where=path.name) for p in found]
    return options, problems


def _read_proposals(folder: Path) -> tuple[dict[str, Proposal], list[Problem]]:
    proposals: dict[str, Proposal] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.json")) if folder.exists() else []:
        try:
            proposals[path.stem] = read_proposal(path)
        except InputRefused as error:
            problems += error.problems or [Problem(error.title, path.name, "", error.way_out)]
    return proposals, problems
