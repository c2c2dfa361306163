"""Weights and judgements as people gave them: one file a person or group, kept apart, with reasons on record."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from chesil.core.errors import ChesilError, InputRefused, Problem, did_you_mean
from chesil.methods.decision import TIE, check_weights, weights_from_swings

FIELDS = ("who", "note", "weights", "swings", "low", "high", "score")
SCORE_FIELDS = ("option", "criterion", "score", "low", "high", "reason")
EQUAL = "Equal weights"


@dataclass(frozen=True)
class Judged:
    """A score from 0 to 100 that a person gave an option on a criterion, with its range and reason."""

    score: float
    low: float
    high: float
    reason: str


@dataclass(frozen=True)
class Weighting:
    """One person's or group's weights as shares of one by criterion, the ranges they accept, and their judgements."""

    who: str
    weights: Mapping[str, float]
    low: Mapping[str, float] = field(default_factory=dict)
    high: Mapping[str, float] = field(default_factory=dict)
    judged: Mapping[tuple[str, str], Judged] = field(default_factory=dict)
    note: str = ""


def equal_weights(criteria: Sequence[str]) -> Weighting:
    """Equal weights: an illustration that nobody has set, for a study without weights."""
    return Weighting(
        EQUAL, {c: 1 / len(criteria) for c in criteria}, note="an illustration: nobody has set these weights"
    )


def read_weighting(path: Path, criteria: Sequence[str], options: Sequence[str]) -> Weighting:
    """Read one file of weights; `InputRefused` names everything wrong: weights that do not sum or are negative, names.

    `weights` sum to 1 or 100; or `swings`, the greatest 100, are turned into weights. A criterion that is left out of
    either has the weight nought, and must be named so.
    """
    try:
        record = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputRefused(f"{path.name} cannot be read", [Problem(str(error), path.name)]) from error
    problems = _problems(record, criteria, options, path.name)
    weights: Mapping[str, float] = {}
    given = record.get("weights") or record.get("swings") or {}
    if not problems:
        try:
            listed = [given[c] for c in criteria]
            shares = check_weights(listed, len(criteria)) if "weights" in record else weights_from_swings(listed)
            weights = dict(zip(criteria, (float(s) for s in shares), strict=True))
        except ChesilError as error:
            found = error.problems or [Problem(error.title, "", "", error.way_out)]
            problems += [p if p.where else replace(p, where=path.name) for p in found]
    whole = 100.0 if "weights" in record and not problems and sum(given.values()) > 1.5 else 1.0
    low, high = (
        {} if problems else {c: v / whole for c, v in record.get(side, {}).items()} for side in ("low", "high")
    )
    problems += [
        Problem(f"the weight of `{c}`, {100 * w:g} of 100, lies outside its own range", f"{path.name} [low] and [high]",
                "a range that people accept holds the weight they gave", "Widen the range, or change the weight")
        for c, w in weights.items() if not low.get(c, 0.0) - TIE <= w <= high.get(c, 1.0) + TIE
    ]  # fmt: skip
    if problems:
        raise InputRefused(f"The weights {path.name} cannot be used", problems, "Put these right and try again")
    judged = {
        (s["option"], s["criterion"]): Judged(
            float(s["score"]), float(s.get("low", s["score"])), float(s.get("high", s["score"])), s["reason"]
        )
        for s in record.get("score", [])
    }
    return Weighting(record["who"], weights, low, high, judged, record.get("note", ""))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _problems(record: Mapping[str, Any], criteria: Sequence[str], options: Sequence[str], where: str) -> list[Problem]:
    problems = [Problem(f"`{f}` is not known", where, "", did_you_mean(f, FIELDS)) for f in record if f not in FIELDS]
    if not record.get("who"):
        problems.append(Problem("`who` is missing: weights belong to somebody", where))
    if ("weights" in record) == ("swings" in record):
        problems.append(Problem("give either `weights` or `swings`", where))
    for table in ("weights", "swings", "low", "high"):
        for name in record.get(table, {}):
            if name not in criteria:
                problems.append(
                    Problem(f"`{name}` is not a criterion", f"{where} [{table}]", "", did_you_mean(name, criteria))
                )
            elif not _is_number(record[table][name]) or record[table][name] < 0:
                said = f"`{name}` is {record[table][name]!r}, not a number from 0 up"
                problems.append(Problem(said, f"{where} [{table}]"))
    for table in ("weights", "swings"):
        if table in record:
            problems += [
                Problem(f"`{c}` has no weight", f"{where} [{table}]", "", "Give it one; nought if it does not matter")
                for c in criteria
                if c not in record[table]
            ]
    for number, score in enumerate(record.get("score", []), start=1):
        at = f"{where} score {number}"
        strange = [f for f in score if f not in SCORE_FIELDS]
        missing = [f for f in ("option", "criterion", "score", "reason") if f not in score]
        problems += [Problem(f"`{f}` is not known", at, "", did_you_mean(f, SCORE_FIELDS)) for f in strange]
        problems += [Problem(f"`{f}` is missing", at) for f in missing]
        for kind, known in (("option", options), ("criterion", criteria)):
            name = str(score.get(kind))
            if name not in known:
                problems.append(
                    Problem(f"`{name}` is not an {kind}".replace("an c", "a c"), at, "", did_you_mean(name, known))
                )
        numbers = [score.get(f, score.get("score", 0)) for f in ("low", "score", "high")]
        if (
            not all(isinstance(n, int | float) for n in numbers)
            or not 0 <= numbers[0] <= numbers[1] <= numbers[2] <= 100
        ):
            problems.append(Problem("a score and its range must lie from 0 to 100, in order", at))
    return problems
