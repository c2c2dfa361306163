"""Definitions: facts a planner can read and check, as TOML; this module only loads them."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from chesil.core.errors import InputRefused, NotFound, Problem, did_you_mean

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class DatedValue:
    """What a parameter was from a day on, with the reference that says so and how far it was checked."""

    since: date
    value: float
    reference: str
    standing: str = ""


@dataclass(frozen=True)
class Parameter:
    """A value from policy or publication, with dates and references; an assumption says that it is one."""

    name: str
    title: str
    unit: str
    values: tuple[DatedValue, ...]
    is_assumption: bool = False

    def on(self, day: date) -> DatedValue:
        """The value in force on a day; `NotFound` if the parameter had none yet."""
        in_force = [v for v in self.values if v.since <= day]
        if not in_force:
            raise NotFound(f"The parameter `{self.name}` has no value on {day}; its first is of {self.values[0].since}")
        return max(in_force, key=lambda v: v.since)


@cache
def load_definition(kind: str, name: str) -> dict[str, Any]:
    """Read `definitions/<kind>/<name>.toml`; `NotFound` names the nearest, `InputRefused` a file that is not TOML."""
    path = FOLDER / kind / f"{name}.toml"
    if not path.exists():
        raise NotFound(f"There is no `{name}` among {kind}", [], did_you_mean(name, definition_names(kind)))
    return load_definition_file(path)


def load_definition_file(path: Path) -> dict[str, Any]:
    """Read a definition that a user keeps elsewhere; `InputRefused` if it is not there or not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InputRefused(f"{path.name} cannot be read", [Problem(str(error), path.name)]) from error


def definition_names(kind: str) -> list[str]:
    """Names of all definitions of a kind, in order of the alphabet."""
    return sorted(path.stem for path in (FOLDER / kind).glob("*.toml"))


@cache
def load_parameter(name: str) -> Parameter:
    """Load a dated parameter from `definitions/parameters`."""
    record = load_definition("parameters", name)
    return Parameter(
        name=name,
        title=record["title"],
        unit=record["unit"],
        values=tuple(DatedValue(**v) for v in record["values"]),
        is_assumption=record.get("is_assumption", False),
    )
