"""Options of a study: the schema of `options/*.toml`, and the one reader that names every fault."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from chesil.core.errors import InputRefused, Problem, did_you_mean

SCHEMA_VERSION = 1
EDIT_FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ClosePractice": (("practice",), ("on", "successor", "pull", "closed_lists", "room")),
    "MergePractices": (("closing", "into"), ("on",)),
    "SplitPractice": (("practice", "parts"), ("on",)),
    "MovePractice": (("practice", "to_site"), ("on",)),
    "CloseSite": (("site",), ("on", "patients_go_to")),
    "OpenSite": (("site", "practice"), ("postcode", "easting", "northing", "name", "rooms", "m2", "on")),
    "MoveSite": (("site",), ("postcode", "easting", "northing", "on")),
    "ExtendSite": (("site",), ("rooms", "m2", "on")),
    "EquipSite": (("site", "equipment"), ("on",)),
    "OpenHub": (("hub",), ("postcode", "easting", "northing", "serves", "rooms", "m2", "name", "on")),
    "AddStaff": (("practice", "role", "fte"), ("on",)),
    "RemoveStaff": (("practice", "role", "fte"), ("on",)),
    "RetrainStaff": (("practice", "from_role", "to_role", "fte"), ("on",)),
    "BuildHomes": (("development", "dwellings"), ("postcode", "easting", "northing", "people_per_dwelling", "on")),
    "RegroupPractices": (("group_type", "groups"), ("on",)),
    "SetHours": (("site", "weekday", "opens", "closes"), ("kind", "on")),
    "ShiftActivity": (("activity", "amount", "to"), ("from_setting", "on")),
    "GrowPopulation": (("to_year",), ("growth_pct", "on")),
    "SetParameter": (("parameter", "value"), ("on",)),
}
"""Every verb an option may use: (the fields it needs, the fields it may have). Each edit also gives a reason."""

OPTION_FIELDS = (
    "schema_version",
    "title",
    "about",
    "is_illustration",
    "starts",
    "edit",
    "cost",
    "risk",
    "deliverability",
)
COST_FIELDS = (
    "what", "gbp", "year", "until", "kind", "is_recurring", "prices", "project_type", "managed", "managed_because", "source",
)  # fmt: skip


FIELD_TYPES = {
    **dict.fromkeys(
        ("practice", "successor", "closing", "into", "to_site", "site", "patients_go_to", "postcode", "name", "hub", "role",
         "from_role", "to_role", "equipment", "development", "group_type", "weekday", "opens", "closes", "kind", "activity",
         "to", "from_setting", "parameter", "reason"), "text"),
    **dict.fromkeys(("pull", "m2", "fte", "people_per_dwelling", "amount", "growth_pct", "value"), "number"),
    **dict.fromkeys(("easting", "northing", "rooms", "dwellings", "to_year"), "whole"),
    **dict.fromkeys(("closed_lists", "serves"), "codes"),
    "parts": "tables", "groups": "groups", "room": "numbers", "on": "day",
}  # fmt: skip
_KINDS = {
    "text": "text", "number": "a number", "whole": "a whole number", "codes": "a list of codes", "day": "a day like 2027-04-01",
    "tables": "a list of tables", "groups": "a table of lists of codes", "numbers": "a table of numbers",
}  # fmt: skip


def _is(value: Any, kind: str) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return {
        "text": lambda: isinstance(value, str),
        "number": lambda: number,
        "whole": lambda: number and isinstance(value, int),
        "codes": lambda: isinstance(value, list) and all(isinstance(v, str) for v in value),
        "tables": lambda: isinstance(value, list) and all(isinstance(v, dict) for v in value),
        "groups": lambda: isinstance(value, dict) and all(_is(v, "codes") for v in value.values()),
        "numbers": lambda: isinstance(value, dict) and all(_is(v, "number") for v in value.values()),
        "day": lambda: isinstance(value, date),
    }[kind]()


@dataclass(frozen=True)
class EditRecord:
    """An edit as written: its verb, its fields and its reason."""

    verb: str
    fields: Mapping[str, Any]
    reason: str


@dataclass(frozen=True)
class OptionRecord:
    """An option as read: what it would change, what it costs, what could go wrong. Nothing is applied yet."""

    name: str
    title: str
    about: str
    is_illustration: bool
    starts: date | None
    edits: tuple[EditRecord, ...]
    costs: tuple[Mapping[str, Any], ...]
    risks: tuple[Mapping[str, Any], ...]
    deliverability: Mapping[str, Any]


def read_option(path: Path) -> OptionRecord:
    """Read one option; raises `InputRefused` with every fault, each naming its edit and the nearest right word."""
    try:
        record = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputRefused(f"{path.name} cannot be read", [Problem(str(error), path.name)]) from error
    problems = _option_problems(record, path.name)
    if problems:
        raise InputRefused(f"The option {path.name} cannot be used", problems, "Put these right and try again")
    edits = tuple(
        EditRecord(e["verb"], {k: v for k, v in e.items() if k not in ("verb", "reason")}, e["reason"])
        for e in record.get("edit", [])
    )
    return OptionRecord(
        name=path.stem,
        title=record["title"],
        about=record.get("about", ""),
        is_illustration=record.get("is_illustration", False),
        starts=record.get("starts"),
        edits=edits,
        costs=tuple(record.get("cost", [])),
        risks=tuple(record.get("risk", [])),
        deliverability=record.get("deliverability", {}),
    )


def _option_problems(record: Mapping[str, Any], where: str) -> list[Problem]:
    problems = [
        Problem(f"`{f}` is not a field of an option", where, "", did_you_mean(f, OPTION_FIELDS))
        for f in record
        if f not in OPTION_FIELDS
    ]
    if record.get("schema_version", SCHEMA_VERSION) != SCHEMA_VERSION:
        problems.append(
            Problem(f"schema version {record['schema_version']} is not known", where, "", "Install a newer Chesil")
        )
    if not record.get("title"):
        problems.append(Problem("`title` is missing", where))
    for number, edit in enumerate(record.get("edit", []), start=1):
        problems += _edit_problems(edit, f"{where} edit {number}")
    for number, cost in enumerate(record.get("cost", []), start=1):
        at = f"{where} cost {number}"
        problems += [
            Problem(f"`{f}` is missing", at, "a sum without it cannot be discounted")
            for f in ("what", "gbp", "year")
            if f not in cost
        ]
        problems += [
            Problem(f"`{f}` is not a field of a cost", at, "", did_you_mean(f, COST_FIELDS))
            for f in cost
            if f not in COST_FIELDS
        ]
    return problems


def _edit_problems(edit: Mapping[str, Any], where: str) -> list[Problem]:
    verb = edit.get("verb", "")
    if verb not in EDIT_FIELDS:
        what = f"`{verb}` is not a verb" if verb else "`verb` is missing"
        return [Problem(what, where, "", did_you_mean(verb, EDIT_FIELDS) or f"There are {', '.join(EDIT_FIELDS)}")]
    needed, allowed = EDIT_FIELDS[verb]
    known = (*needed, *allowed, "verb", "reason")
    problems = [Problem(f"{verb} needs `{f}`", where) for f in needed if f not in edit]
    problems += [
        Problem(f"{verb} has no field `{f}`", where, "", did_you_mean(f, known)) for f in edit if f not in known
    ]
    problems += [
        Problem(f"`{f}` is {edit[f]!r}, not {_KINDS[kind]}", where, "", f"Write {f} as {_KINDS[kind]}")
        for f, kind in FIELD_TYPES.items()
        if f in edit and f in known and not _is(edit[f], kind)
    ]
    problems += [
        Problem(f"`{f}` is {edit[f]}, not above 0", where, f"{verb} says which way it goes")
        for f in ("fte", "dwellings", "amount")
        if f in known and _is(edit.get(f), "number") and edit[f] <= 0
    ]
    if not edit.get("reason"):
        problems.append(Problem(f"{verb} gives no reason", where, "a reader must be able to see why"))
    return problems
