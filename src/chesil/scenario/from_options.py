"""From an option as written to a scenario of edits: the verbs by name."""

from collections.abc import Callable, Mapping
from typing import Any

from chesil.core.errors import InputRefused, Problem, did_you_mean
from chesil.registers.options import EditRecord, OptionRecord
from chesil.scenario.edit import Edit
from chesil.scenario.people import (
    AddStaff,
    BuildHomes,
    GrowPopulation,
    RemoveStaff,
    RetrainStaff,
    SetParameter,
    ShiftActivity,
)
from chesil.scenario.practices import ClosePractice, MergePractices, MovePractice, RegroupPractices, SplitPractice
from chesil.scenario.scenario import Scenario
from chesil.scenario.sites import CloseSite, EquipSite, ExtendSite, MoveSite, OpenHub, OpenSite, SetHours

VERBS: Mapping[str, Callable[..., Edit]] = {
    verb.__name__: verb
    for verb in (
        ClosePractice, MergePractices, SplitPractice, MovePractice, RegroupPractices, CloseSite, OpenSite, MoveSite,
        ExtendSite, EquipSite, OpenHub, SetHours, AddStaff, RemoveStaff, RetrainStaff, BuildHomes, GrowPopulation,
        ShiftActivity, SetParameter,
    )
}  # fmt: skip


def edits_from_option(option: OptionRecord) -> Scenario:
    """The scenario of an option, named after its file; `InputRefused` if an edit's values make no edit."""
    problems, edits = [], []
    for number, record in enumerate(option.edits, start=1):
        try:
            edits.append(edit_from_record(record))
        except (TypeError, InputRefused) as error:
            problems.append(Problem(str(error), f"{option.name}.toml edit {number}"))
    if problems:
        raise InputRefused(f"The option {option.name} cannot be used", problems, "Put these right and try again")
    return Scenario(option.name, tuple(edits), option.title)


def edit_from_record(record: EditRecord) -> Edit:
    """One edit from its verb and fields; lists become tuples, so that the edit cannot change."""
    if record.verb not in VERBS:
        raise InputRefused(f"`{record.verb}` is not a verb", [], did_you_mean(record.verb, VERBS))
    return VERBS[record.verb](**{k: _frozen(v) for k, v in record.fields.items()}, reason=record.reason)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(v) for v in value) if isinstance(value, list) else value
