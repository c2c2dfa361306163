"""Analysis: audit. What a strategy says, its sums done again, and whether they pass, conflict or cannot be resolved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from chesil.core.assessment import Assessment
from chesil.core.errors import ChesilError, InputRefused, Problem, did_you_mean
from chesil.core.figure import Figure
from chesil.methods.sums_of_rounded import Rounded, names_in, work_out
from chesil.place.place import Place

REGISTERS = ("documents", "statements", "checks")
"""The tables of a study that hold a strategy."""
PASSES, CONFLICTS, UNRESOLVED = "passes", "conflicts", "cannot be resolved"
VERDICTS = (PASSES, CONFLICTS, UNRESOLVED)
_REST = {True: "nothing is left over", False: "the text does not explain the rest"}


CHECKED: dict[str, Any] = {
    "check": pl.String,
    "question": pl.String,
    "verdict": pl.String,
    "because": pl.String,
    "note": pl.String,
    "statements": pl.List(pl.String),
}
"""Columns of the table of checks done."""


@dataclass(frozen=True)
class Outcome:
    """What one check gave: its verdict, and the sum with the range that rounding allows (None for words or days)."""

    verdict: str
    result: Rounded | None
    because: str


def assess_audit(place: Place, registers: Mapping[str, pl.DataFrame]) -> Assessment:
    """Do every sum of a strategy again.

    `registers` hold `documents`, `statements` and `checks`, which meet their contracts. Figures: each statement
    (`strategy_says`, transcribed), each check's result (`strategy_sums`), and for the place how many checks pass,
    conflict or cannot be resolved. The table `checks` has check, question, verdict, because, statements. Raises
    `InputRefused` with every check that names what is not there.
    """
    documents, statements, checks = (registers[name] for name in REGISTERS)
    vintage = place.vintage
    known = {r["statement"]: r for r in statements.iter_rows(named=True)}
    _refuse_unknown(documents, known, checks)
    stated = {r["document"]: r for r in documents.iter_rows(named=True)}
    figures = [_statement_figure(r, stated[r["document"]], vintage) for r in known.values()]
    rows = []
    for check in checks.iter_rows(named=True):
        outcome = judge(check, known)
        used = [known[n] for n in _statements_of(check)]
        figures.append(_check_figure(check, outcome, used, stated, vintage))
        rows.append(
            {
                "check": check["check"],
                "question": check["question"],
                "verdict": outcome.verdict,
                "because": outcome.because,
                "note": check["note"] or "",
                "statements": list(_statements_of(check)),
            }
        )
    table = pl.DataFrame(rows, schema=CHECKED)
    figures += _counts(table, stated, place)
    return Assessment(
        analysis="audit",
        figures=tuple(figures),
        tables={"checks": table, "statements": statements},
        about={
            "checks": "One row a check: its question, verdict, the reason and the statements it rests on.",
            "statements": "The statements as typed out.",
        },
    )


def judge(check: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Outcome:
    """The outcome of one check over the statements.

    `equals`: passes if the sum and the statement could be roundings of one number. `same`: passes if all statements
    say the same. `remainder`: passes if the sum could be nought, else what is left over cannot be resolved from the
    text. `worked_out`: nothing is printed to check against; passes, and says so. `unclear`: the text gives no rule by
    which to decide; cannot be resolved.
    """
    if check["kind"] == "same":
        return _same(check, known)
    result = work_out(check["expression"], _numbers(known, names_in(check["expression"])))
    match check["kind"]:
        case "equals":
            said = _printed(known[check["against"]])
            fits = result.may_be(said)
            because = (
                "the sum and the printed figure agree within rounding" if fits else "they differ by more than rounding"
            )
            return Outcome(PASSES if fits else CONFLICTS, result, because)
        case "remainder":
            nought = result.may_be(Rounded(0.0, 0.0, 0.0))
            return Outcome(PASSES if nought else UNRESOLVED, result, _REST[nought])
        case "worked_out":
            return Outcome(PASSES, result, "worked out from what is stated; no figure is printed to check it against")
    return Outcome(UNRESOLVED, result, "the text gives no way to tell")


def _same(check: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Outcome:
    names = [*names_in(check["expression"]), *([check["against"]] if check["against"] else [])]
    rows = [known[n] for n in names]
    if all(r["value"] is not None for r in rows):
        first, *others = [_printed(r) for r in rows]
        fits = all(first.may_be(o) for o in others)
        apart = Rounded.printed(max(abs(first.value - o.value) for o in others) if others else 0.0)
        return Outcome(PASSES if fits else CONFLICTS, apart, "they agree" if fits else "two figures for one thing")
    fits = len({r["text"] if r["value"] is None else r["value"] for r in rows}) == 1
    return Outcome(PASSES if fits else CONFLICTS, None, "they agree" if fits else "two answers to one question")


def _statements_of(check: Mapping[str, Any]) -> tuple[str, ...]:
    found = [*names_in(check["expression"]), *([check["against"]] if check["against"] else [])]
    return tuple(dict.fromkeys(found))


def _printed(row: Mapping[str, Any]) -> Rounded:
    return Rounded.printed(row["value"], row["to_nearest"] or 0.0)


def _numbers(known: Mapping[str, Mapping[str, Any]], names: tuple[str, ...]) -> dict[str, Rounded]:
    return {n: _printed(known[n]) for n in names}


def _refuse_unknown(documents: pl.DataFrame, known: Mapping[str, Mapping[str, Any]], checks: pl.DataFrame) -> None:
    problems = []
    listed = set(documents["document"])
    for name, row in known.items():
        if row["document"] not in listed:
            way = did_you_mean(row["document"], listed)
            problems.append(Problem(f"`{row['document']}` is not a document", f"statement {name}", "", way))
        if (row["value"] is None) == (row["text"] is None):
            problems.append(Problem("needs either a value or a text", f"statement {name}"))
    for check in checks.iter_rows(named=True):
        where = f"check {check['check']}"
        try:
            names = _statements_of(check)
        except ChesilError as error:
            problems.append(Problem(error.title, where))
            continue
        problems += [
            Problem(f"`{n}` is not a statement", where, "", did_you_mean(n, known)) for n in names if n not in known
        ]
        if check["kind"] == "equals" and not check["against"]:
            problems.append(Problem("needs `against`: the statement that the sum should equal", where))
        wordy = [n for n in names if n in known and known[n]["value"] is None]
        if wordy and check["kind"] != "same":
            problems.append(Problem(f"`{wordy[0]}` is not a number", where, "a sum needs numbers", "Use kind `same`"))
    if problems:
        raise InputRefused(
            "The strategy's statements and checks cannot be used", problems, "Put these right and try again"
        )


def _statement_figure(row: Mapping[str, Any], document: Mapping[str, Any], vintage: str) -> Figure:
    place = (
        f"{row['section']}, page {row['page']}"
        if row["page"]
        else f"{row['section']} (no page number in the text held)"
    )
    exact = _printed(row) if row["value"] is not None else None
    return Figure(
        measure="strategy_says", unit_code=row["statement"], unit_name=row["about"], vintage=vintage,
        period=f"{document['published_on']:%Y}", unit=row["unit"], method="as printed in the document",
        value=row["value"], lower=exact.least if exact else None, upper=exact.most if exact else None,
        limits="what rounding allows" if exact else "", standing="transcribed",
        reason="" if exact else f"not a number: {row['text']}", notes=(place,),
        receipts=(f"document:{row['document']}",),
    )  # fmt: skip


def _check_figure(
    check: Mapping[str, Any], outcome: Outcome, used: Sequence[Mapping[str, Any]], documents: Mapping[str, Mapping[str, Any]],
    vintage: str,
) -> Figure:  # fmt: skip
    result = outcome.result
    newest = max(documents[r["document"]]["published_on"] for r in used)
    receipts = tuple(dict.fromkeys(f"document:{r['document']}" for r in used))
    return Figure(
        measure="strategy_sums", unit_code=check["check"], unit_name=check["question"], vintage=vintage,
        period=f"{newest:%Y}", unit=check["unit"], method=_formula(check),
        value=result.value if result else None, lower=result.least if result else None,
        upper=result.most if result else None, limits="what rounding of the printed figures allows" if result else "",
        standing="derived", reason="" if result else outcome.because,
        notes=(f"{outcome.verdict}: {outcome.because}", *([check["note"]] if check["note"] else [])), receipts=receipts,
    )  # fmt: skip


def _formula(check: Mapping[str, Any]) -> str:
    against = f", against {check['against']}" if check["against"] else ""
    return f"{check['expression']}{against}"


def _counts(table: pl.DataFrame, documents: Mapping[str, Mapping[str, Any]], place: Place) -> list[Figure]:
    newest = max(d["published_on"] for d in documents.values())
    names = {PASSES: "checks_passing", CONFLICTS: "checks_conflicting", UNRESOLVED: "checks_unresolved"}
    return [
        Figure(
            measure=names[verdict],
            unit_code=place.code,
            unit_name=place.name,
            vintage=place.vintage,
            period=f"{newest:%Y}",
            unit="checks",
            method=f"checks whose verdict is: {verdict}",
            value=float((table["verdict"] == verdict).sum()),
            numerator=float((table["verdict"] == verdict).sum()),
            denominator=float(table.height),
            limits="none: a full count",
            standing="derived",
            receipts=tuple(f"document:{d}" for d in documents),
        )
        for verdict in VERDICTS
    ]
