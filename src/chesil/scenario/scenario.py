"""Scenarios: a name and edits, what clashes among them, and the place they make."""

from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise

from chesil.core.errors import ChesilError, InputRefused, Problem
from chesil.place.place import Place
from chesil.scenario.edit import TOTALS, Edit, Thing, has_unknown_return


@dataclass(frozen=True)
class Scenario:
    """A list of edits, in order. Business as usual is the empty one."""

    name: str
    edits: tuple[Edit, ...] = ()
    title: str = ""


def apply_scenario(place: Place, scenario: Scenario) -> Place:
    """The place that the scenario makes; the one given stays as it was.

    Raises `InputRefused` naming both edits of every clash, or the edit that cannot be done.
    """
    check_clashes(scenario, place)
    made = reduce(apply_edit, enumerate(scenario.edits, start=1), place)
    return replace(made, scenario=scenario.name)


def apply_edit(place: Place, numbered: tuple[int, Edit]) -> Place:
    """The place after one edit, checked: the totals it keeps are kept, and patients and lists still agree."""
    number, edit = numbered
    try:
        made = edit.apply(place)
    except ChesilError as error:
        problems = error.problems or [Problem(error.title)]
        title = f"Edit {number} ({edit.words}) cannot be done"
        raise InputRefused(title, problems, error.way_out) from error
    check_kept(place, made, edit)
    return made


def check_kept(before: Place, after: Place, edit: Edit) -> None:
    """Raise if an edit changed a total that it keeps: a fault of the program, never of the user."""
    for name in edit.keeps:
        then, now = TOTALS[name](before), TOTALS[name](after)
        if name == "fte" and has_unknown_return(before, edit):
            continue
        if name == "ages" and before.practice_ages["practice_code"].n_unique() < before.practices.height:
            continue
        if abs(now - then) > 1e-6 * max(1.0, abs(then)) * (name in ("fte", "activity")):
            raise AssertionError(f"{edit.words}: {name} went from {then:,} to {now:,}, which this edit keeps")


def check_clashes(scenario: Scenario, place: Place | None = None) -> None:
    """Raise `InputRefused` with every clash between two edits, each naming both."""
    problems = [
        *_used_after_its_end(scenario),
        *_used_before_made(scenario, place),
        *_same_twice(scenario),
        *_dates(scenario),
    ]
    if problems:
        raise InputRefused(
            f"Edits of the scenario `{scenario.name}` clash",
            problems,
            "Change their order, or leave one of each two out",
        )


def _numbered(scenario: Scenario, index: int) -> str:
    return f"edit {index + 1} ({scenario.edits[index].words})"


def _used_after_its_end(scenario: Scenario) -> list[Problem]:
    problems, ended = [], dict[Thing, int]()
    for number, edit in enumerate(scenario.edits):
        for kind, code in sorted(edit.needs & set(ended)):
            first = _numbered(scenario, ended[kind, code])
            problems.append(Problem(f"{_numbered(scenario, number)} needs {kind} {code}, which {first} has ended"))
        ended = {thing: n for thing, n in ended.items() if thing not in edit.makes}
        ended |= dict.fromkeys(edit.ends, number)
    return problems


def _used_before_made(scenario: Scenario, place: Place | None) -> list[Problem]:
    there = _there(place) if place else set()
    problems = []
    for number, edit in enumerate(scenario.edits):
        made = set().union(*(e.makes for e in scenario.edits[:number])) | there
        for later in range(number + 1, len(scenario.edits)):
            for kind, code in sorted((edit.needs & scenario.edits[later].makes) - made):
                problems.append(
                    Problem(
                        f"{_numbered(scenario, number)} needs {kind} {code}, which {_numbered(scenario, later)} makes",
                        "",
                        "they are out of order",
                        f"Put edit {later + 1} before edit {number + 1}",
                    )
                )
    return problems


def _there(place: Place) -> set[Thing]:
    sites: list[str] = (
        place.sites.filter(place.sites["status"] == "open")["site_code"].to_list() if place.sites.height else []
    )
    return {("practice", code) for code in place.practices["practice_code"]} | {("site", code) for code in sites}


def _same_twice(scenario: Scenario) -> list[Problem]:
    problems, said = [], dict[Thing, int]()
    for number, edit in enumerate(scenario.edits):
        for what, verb in ((edit.sets, "set"), (edit.makes, "made")):
            for kind, code in sorted(what):
                if (kind, code) in said:
                    first = _numbered(scenario, said[kind, code])
                    problems.append(Problem(f"{kind} {code} is {verb} by {first} and by {_numbered(scenario, number)}"))
                said[kind, code] = number
        for thing in edit.ends:
            said.pop(thing, None)
    return problems


def _dates(scenario: Scenario) -> list[Problem]:
    dated = [(n, e.on) for n, e in enumerate(scenario.edits) if e.on is not None]
    return [
        Problem(
            f"{_numbered(scenario, second)} is on {later.isoformat()}, before {_numbered(scenario, first)} on "
            f"{earlier.isoformat()}",
            "",
            "they are out of order",
            "Write edits in the order of their dates",
        )
        for (first, earlier), (second, later) in pairwise(dated)
        if later < earlier
    ]
