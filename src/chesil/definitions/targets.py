"""Targets and milestones as definitions: who set them, by when, and which figure can judge them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from chesil.core.errors import InputRefused, Problem, did_you_mean
from chesil.definitions import definition_names, load_definition

SET_FIELDS = ("title", "places", "reference", "standing", "by", "target")
TARGET_FIELDS = (
    "name",
    "title",
    "says",
    "measure",
    "at_least",
    "at_most",
    "no_measure_because",
    "by",
    "means",
    "serves",
)


@dataclass(frozen=True)
class Target:
    """One target: what it says, the day by which, and the measure and threshold that can judge it, if any.

    `means` is how the document means to reach it; `serves` names the targets of the same place that it helps to reach.
    """

    name: str
    title: str
    says: str
    by: date
    measure: str = ""
    at_least: float | None = None
    at_most: float | None = None
    no_measure_because: str = ""
    means: str = ""
    serves: tuple[str, ...] = ()


@dataclass(frozen=True)
class TargetSet:
    """Targets that one document sets. `places` are the codes it is of; empty means everywhere in England."""

    name: str
    title: str
    places: tuple[str, ...]
    reference: str
    standing: str
    targets: tuple[Target, ...]

    def is_of(self, place_code: str) -> bool:
        return not self.places or place_code in self.places


@lru_cache(maxsize=32)
def load_target_set(name: str) -> TargetSet:
    """Read a set of targets; `InputRefused` lists everything wrong with it."""
    record = load_definition("targets", name)
    problems = [Problem(f"`{f}` is missing") for f in SET_FIELDS if f not in record]
    problems += [
        Problem(f"`{f}` is not known", "", "", did_you_mean(f, SET_FIELDS)) for f in record if f not in SET_FIELDS
    ]
    for number, target in enumerate(record.get("target", []), start=1):
        problems += _target_problems(target, f"target {number}")
    if problems:
        raise InputRefused(f"The targets `{name}` cannot be used", problems)
    targets = tuple(Target(**{"by": record["by"], **t, "serves": tuple(t.get("serves", ()))}) for t in record["target"])
    return TargetSet(name, record["title"], tuple(record["places"]), record["reference"], record["standing"], targets)


def all_target_sets() -> list[TargetSet]:
    """Every set of targets, the one due last first."""
    sets = [load_target_set(name) for name in definition_names("targets")]
    return sorted(sets, key=lambda s: (-max(t.by for t in s.targets).toordinal(), s.name))


def _target_problems(target: Mapping[str, Any], where: str) -> list[Problem]:
    problems = [Problem(f"`{f}` is missing", where) for f in ("name", "title", "says") if not target.get(f)]
    problems += [
        Problem(f"`{f}` is not known", where, "", did_you_mean(f, TARGET_FIELDS))
        for f in target
        if f not in TARGET_FIELDS
    ]
    if ("at_least" in target or "at_most" in target) and not target.get("measure"):
        problems.append(Problem("has a threshold but no measure to judge it by", where))
    return problems
