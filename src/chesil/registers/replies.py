"""Replies: a practice's own words put beside its figures, wherever they print."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import polars as pl

from chesil.core.errors import InputRefused, Problem, did_you_mean
from chesil.core.figure import Figure

RECORDED, TO_EXPECTED = "recorded_", "recorded_to_expected_"


def with_replies(
    figures: Mapping[tuple[str, str], Figure], replies: pl.DataFrame | None, measures: Iterable[str]
) -> dict[tuple[str, str], Figure]:
    """The figures, by measure and unit, with the practices' words in `reply`.

    A reply answers the figure of its measure and practice. One about a register (`recorded_dm`) answers also the ratio to
    what is expected and the parts of the gap, for they say the same. `InputRefused` lists replies to a measure that is
    not among `measures`, or to a figure that the plan does not hold.
    """
    if replies is None:
        return dict(figures)
    known = sorted(set(measures))
    answered = dict(figures)
    problems = []
    for row in replies.sort("practice_code", "measure").iter_rows(named=True):
        where = f"replies, {row['practice_code']}"
        mine = [key for key in figures if _answers(row["measure"], row["practice_code"], *key)]
        if row["measure"] not in known:
            problems.append(
                Problem(f"`{row['measure']}` is not a measure", where, "", did_you_mean(row["measure"], known))
            )
        elif not mine:
            problems.append(Problem(f"there is no figure of {row['measure']} for this practice", where))
        for key in mine:
            answered[key] = replace(answered[key], reply=_words(row))
    if problems:
        raise InputRefused("Replies cannot be printed", problems, "Put the code or the measure right, or take them out")
    return answered


def _answers(said: str, practice: str, measure: str, unit: str) -> bool:
    code, _, part = unit.partition(":")
    if code != practice:
        return False
    if measure == said:
        return True
    if not said.startswith(RECORDED) or said.startswith(TO_EXPECTED):
        return False
    register = said.removeprefix(RECORDED)
    return measure == TO_EXPECTED + register or (part != "" and part.lower() == register)


def _words(row: Mapping[str, object]) -> str:
    day = row["replied_on"]
    when = f"{day.day} {day:%B %Y}" if isinstance(day, date) else ""
    who = f"{row['replied_by']}, " if row.get("replied_by") else ""
    return f"“{str(row['reply']).strip()}” ({who}{when})"
