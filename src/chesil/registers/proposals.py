"""Proposals: what a solver found, with its proof, kept in the study to be read and scored but never solved again."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from chesil.core.errors import InputRefused, Problem, did_you_mean
from chesil.core.whole_files import write_whole

SCHEMA_VERSION = 1
KINDS = ("groups", "sites")


@dataclass(frozen=True)
class Proposal:
    """A solver's answer: what it proposes, how good it is, and how far that is proved.

    `assignments` are rows of who goes where (such as practice_code and group, or site_code and decision). `bound`
    is the best that any answer could reach; `gap` their distance as a share of the objective; `is_proved` says
    that the gap lies within the tolerance asked for. `seconds` is what it took, for information only.
    """

    name: str
    kind: str
    title: str
    place_fingerprint: str
    settings: Mapping[str, Any]
    solver: str
    seed: int | None
    objective: float
    bound: float | None
    gap: float | None
    is_proved: bool
    seconds: float
    assignments: tuple[Mapping[str, Any], ...]
    notes: tuple[str, ...] = field(default=())
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """What stands beside the answer, such as other plans, an ensemble or a frontier; plain values for JSON."""

    @property
    def of(self) -> str:
        """What is grouped: "practices", or "areas" (LSOA 2011)."""
        return "areas" if any("lsoa11" in row for row in self.assignments) else "practices"

    @property
    def group_of(self) -> dict[str, str]:
        """The group of each practice or area code."""
        key = "lsoa11" if self.of == "areas" else "practice_code"
        return {str(r[key]): str(r["group"]) for r in self.assignments}


def write_proposal(proposal: Proposal, folder: Path) -> Path:
    """Write a proposal into a study's `proposals/`, whole or not at all."""
    record = {"schema_version": SCHEMA_VERSION, **asdict(proposal)}
    return write_whole(folder / f"{proposal.name}.json", json.dumps(record, indent=1, sort_keys=True) + "\n")


def read_proposal(path: Path) -> Proposal:
    """Read a proposal; raises `InputRefused` with every fault."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InputRefused(f"{path.name} cannot be read", [Problem(str(error), path.name)]) from error
    problems = []
    version = record.pop("schema_version", None)
    if version != SCHEMA_VERSION:
        problems.append(Problem(f"schema version {version} is not known", path.name, "", "Install a newer Chesil"))
    fields = Proposal.__dataclass_fields__
    problems += [
        Problem(f"`{f}` is missing", path.name) for f in fields if f not in record and f not in ("notes", "evidence")
    ]
    problems += [
        Problem(f"`{f}` is not a field", path.name, "", did_you_mean(f, fields)) for f in record if f not in fields
    ]
    if record.get("kind") not in KINDS:
        problems.append(Problem(f"kind `{record.get('kind')}` is not groups or sites", path.name))
    if problems:
        raise InputRefused(f"The proposal {path.name} cannot be used", problems)
    return Proposal(**{**record, "assignments": tuple(record["assignments"]), "notes": tuple(record.get("notes", ()))})
