"""Measure cards: what is counted over what, by which method, from which source; no code in a card."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from chesil.core.errors import InputRefused, Problem, did_you_mean, or_list
from chesil.definitions import definition_names, load_definition

METHODS = ("count", "ratio", "share", "mean", "resident_ratio")
POLARITIES = ("high_is_good", "low_is_good", "neither")
COUNTS = ("people", "things", "published")
TABLES = ("practices", "practice_ages", "staff", "payments", "registrations")


@dataclass(frozen=True)
class Quantity:
    """One part of a measure: a column of a place's table, some of its rows, added up by practice.

    `where` holds a column's value, list of values, {min, max} or {not_in}. `times` is a column that each row is
    multiplied by: of the practice (for `practices`) or of the area (for `registrations`). `rows` says what a
    practice with no such row has: "unknown", or "zero" where the table lists only what is not zero. On the card of a
    measure that an analysis makes, only `about` is filled.
    """

    about: str
    where: Mapping[str, Any]
    table: str = ""
    column: str = ""
    times: str = ""
    rows: str = "unknown"


@dataclass(frozen=True)
class Measure:
    """A card: everything a reader is told about a measure, and all that its computation needs.

    `counts` says what its parts count: "people", to whom the small-number rule of the public edition applies, "things"
    (practices, sites, areas, checks), or "published" where a small count in it is the publisher's own, or none of patients.
    `part_of` names the measure that it and others make up together, so that no difference gives a hidden one back.
    `of_practices` is "private" where the figure of one practice is a flag about it, which the public edition withholds
    whatever its size. `made_by` names the analysis whose code computes it; without it the card alone says how, and
    `compute_measure` does.
    """

    name: str
    title: str
    unit: str
    method: str
    numerator: Quantity
    denominator: Quantity | None
    polarity: str
    why_it_matters: str
    caveat: str
    checked_against: str
    decimals: int
    scale: float = 1.0
    limits: str = "none"
    no_limits_because: str = ""
    standing: str = "counted"
    period_of: Mapping[str, str] | None = None
    implausible_above: str = ""
    formula: str = ""
    made_by: str = ""
    counts: str = "people"
    of_practices: str = ""
    part_of: str = ""

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)

    @property
    def needs_area_flows(self) -> bool:
        """True if it rests on where patients live, which is published for 2022/23 and projected for 2025/26."""
        return any(q.table == "registrations" for q in self.quantities)


@cache
def load_measure(name: str) -> Measure:
    """Read a card; `NotFound` names near ones, `InputRefused` lists everything wrong with the card."""
    record = dict(load_definition("measures", name))
    problems = _card_problems(record)
    if problems:
        raise InputRefused(f"The measure card `{name}` cannot be used", problems)
    record["numerator"] = _quantity(record["numerator"])
    record["denominator"] = _quantity(record["denominator"]) if "denominator" in record else None
    return Measure(name=name, **record)


def all_cards() -> list[Measure]:
    """Every card, in order of the alphabet: of measures that a card computes and of those that an analysis makes."""
    return [load_measure(name) for name in definition_names("measures")]


def all_measures() -> list[Measure]:
    """The cards that `compute_measure` can compute, in order of the alphabet."""
    return [card for card in all_cards() if not card.made_by]


def _quantity(record: Mapping[str, Any]) -> Quantity:
    return Quantity(**{"where": {}, **record})


def _card_problems(record: Mapping[str, Any]) -> list[Problem]:
    fields = set(Measure.__dataclass_fields__)
    needed = {
        "title",
        "unit",
        "method",
        "numerator",
        "polarity",
        "why_it_matters",
        "caveat",
        "checked_against",
        "decimals",
    }
    problems = [Problem(f"`{f}` is missing") for f in sorted(needed - set(record))]
    problems += [
        Problem(f"`{f}` is not a field of a card", "", "", did_you_mean(f, fields)) for f in set(record) - fields
    ]
    made_by = record.get("made_by", "")
    if not made_by and record.get("method") not in METHODS:
        problems.append(Problem(f"method `{record.get('method')}` is not {or_list(METHODS)}"))
    if record.get("counts", "people") not in COUNTS:
        problems.append(Problem(f"counts `{record['counts']}` is not {or_list(COUNTS)}"))
    if record.get("of_practices", "") not in ("", "private"):
        problems.append(Problem(f"of_practices `{record['of_practices']}` is not private"))
    if record.get("polarity") not in POLARITIES:
        problems.append(Problem(f"polarity `{record.get('polarity')}` is not {or_list(POLARITIES)}"))
    for part in ("numerator", "denominator"):
        table = record.get(part, {}).get("table")
        if part in record and not made_by and table not in TABLES:
            problems.append(
                Problem(f"table `{table}` is not {or_list(TABLES)}", part, "", did_you_mean(str(table), TABLES))
            )
    if not made_by and record.get("limits", "none") == "none" and not record.get("no_limits_because"):
        problems.append(Problem("`no_limits_because` is missing: a figure without limits must say why"))
    return problems
