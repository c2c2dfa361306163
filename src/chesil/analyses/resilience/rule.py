"""The national rule of 2015: twelve criteria, each a flag, clear, or unknown, with its value and threshold."""

import re
from dataclasses import dataclass

import polars as pl

from chesil.analyses.resilience.settings import ResilienceSettings
from chesil.core.errors import InputRefused, Problem
from chesil.definitions import load_definition, load_parameter
from chesil.measures.card import load_measure
from chesil.measures.computing import practice_parts
from chesil.place.place import Place

FLAG, CLEAR, UNKNOWN = "flag", "clear", "unknown"
POOR_RATINGS = ("inadequate", "requires improvement")
NO_WORDS = ("no", "none", "not", "nought", "0", "false", "clear", "nothing")
HIGH_IS_BAD = {"unfilled_sessions": "unfilled_sessions_pct"}
LOW_IS_BAD = {"qof": "qof_pct", "would_recommend": "recommend_pct", "phone_access": "phone_pct"}
SENSITIVE_KINDS = ("performance_concern", "leadership", "concern_raised", "retirement_notice", "partners_by_age")
"""Kinds of local evidence about people, which the board's edition alone may use."""


@dataclass(frozen=True)
class Criterion:
    """One criterion of the rule: what flags, where its value comes from, and which local entry can stand for it."""

    code: str
    title: str
    threshold: str
    source: str
    local_kind: str = ""
    sensitive: bool = False


def all_criteria() -> tuple[Criterion, ...]:
    """The twelve, in the order of the letter."""
    return tuple(Criterion(**record) for record in load_definition(".", "vulnerability_2015")["criterion"])


def threshold_words(criterion: Criterion, settings: ResilienceSettings) -> str:
    """The threshold with the number that the settings give it."""
    names = {**HIGH_IS_BAD, **LOW_IS_BAD, "significant_change": "list_change_pct"}
    if criterion.code not in names:
        return criterion.threshold
    return criterion.threshold.format(value=f"{getattr(settings, names[criterion.code]):g}%")


def judge_practices(
    now: Place,
    then: Place,
    england_then: Place,
    earlier_lists: pl.DataFrame,
    ratings: pl.DataFrame,
    local: pl.DataFrame | None,
    settings: ResilienceSettings,
) -> pl.DataFrame:
    """One row a practice and criterion: practice_code, criterion, state, value (in words), source, known_on.

    A local entry stands before a published value. What nobody has seen is unknown: never clear. `earlier_lists` holds
    practice_code and list_size at the vintage before. `InputRefused` lists local entries that cannot be read.
    """
    published = {
        "cqc_rating": _ratings(ratings),
        "patients_per_gp": _patients_per_gp(then, england_then, settings),
        "significant_change": _list_change(now, earlier_lists, settings),
    }
    entered = _entries(local, settings)
    rows = []
    for code in now.practices["practice_code"].sort():
        for criterion in all_criteria():
            known = entered.get((code, criterion.code)) or published.get(criterion.code, {}).get(code)
            state, value, source = known or (UNKNOWN, "", criterion.source)
            rows.append((code, criterion.code, state, value, source))
    columns = ("practice_code", "criterion", "state", "value", "source")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


Judged = dict[str, tuple[str, str, str]]


def _ratings(ratings: pl.DataFrame) -> Judged:
    return {
        code: (
            FLAG if rating.lower() in POOR_RATINGS else CLEAR,
            f"{rating}{f' ({year})' if year else ''}",
            "Care Quality Commission, transcribed",
        )
        for code, rating, year in ratings.select("practice_code", "rating", "year_of_rating").iter_rows()
    }


def patients_per_gp_threshold(england: Place, settings: ResilienceSettings) -> float | None:
    """The quantile of England's sound returns above which patients to a GP flag."""
    parts = _sound_parts(england)
    ratio = parts.select((pl.col("numerator") / pl.col("denominator")).alias("r"))["r"]
    return ratio.quantile(settings.patients_per_gp_quantile, "linear")


def _sound_parts(place: Place) -> pl.DataFrame:
    if "role" not in place.staff.columns:
        return pl.DataFrame(schema={"practice_code": pl.String, "numerator": pl.Float64, "denominator": pl.Float64})
    parts = practice_parts(place, load_measure("patients_per_gp_fte")).drop_nulls()
    return parts.filter(~pl.col("implausible"))


def _patients_per_gp(then: Place, england: Place, settings: ResilienceSettings) -> Judged:
    most = patients_per_gp_threshold(england, settings)
    if most is None:
        return {}
    return {
        row["practice_code"]: (
            FLAG if row["numerator"] / row["denominator"] > most else CLEAR,
            f"{row['numerator'] / row['denominator']:,.0f} (threshold {most:,.0f})",
            f"General Practice Workforce at {then.vintage}",
        )
        for row in _sound_parts(then).iter_rows(named=True)
    }


def _list_change(now: Place, earlier: pl.DataFrame, settings: ResilienceSettings) -> Judged:
    both = now.practices.select("practice_code", "list_size").join(
        earlier.select("practice_code", pl.col("list_size").alias("before")), on="practice_code"
    )
    found: Judged = {}
    for code, size, before in both.filter(pl.col("before") > 0).iter_rows():
        change = 100 * (size - before) / before
        state = FLAG if abs(change) > settings.list_change_pct else CLEAR
        found[code] = (state, f"list {change:+.1f}% (threshold {settings.list_change_pct:g}%)", "published lists")
    return found


def _entries(local: pl.DataFrame | None, settings: ResilienceSettings) -> dict[tuple[str, str], tuple[str, str, str]]:
    """The newest local entry of each practice for each criterion it speaks of."""
    if local is None:
        return {}
    by_kind = {c.local_kind: c for c in all_criteria() if c.local_kind}
    found: dict[tuple[str, str], tuple[str, str, str]] = {}
    problems = []
    numbered = local.with_row_index("row", offset=2).sort("known_on", "row")
    for entry in numbered.iter_rows(named=True):
        criterion = by_kind.get(entry["kind"])
        if criterion is None:
            continue
        state = _state_of(criterion.code, entry["value"], settings)
        if state:
            source = f"local: {entry['source'] or 'source not named'}, {entry['known_on']}"
            found[entry["practice_code"], criterion.code] = (state, entry["value"], source)
        else:
            problems.append(
                Problem(
                    f"`{entry['value']}` is not a percentage from 0 to 100",
                    f"registers/local_evidence row {entry['row']}",
                    f"{criterion.title} is judged by a number",
                )
            )
    if problems:
        raise InputRefused("Local evidence cannot be used", problems, "Put these right and try again")
    return found


def _state_of(criterion: str, value: str, settings: ResilienceSettings) -> str:
    """Flag or clear; empty if a number was needed and none was given."""
    plain = value.strip().lower()
    if criterion == "cqc_rating":
        return FLAG if plain in POOR_RATINGS else CLEAR
    if criterion in HIGH_IS_BAD or criterion in LOW_IS_BAD:
        number = _percentage(plain)
        if number is None:
            return ""
        if criterion in HIGH_IS_BAD:
            return FLAG if number > getattr(settings, HIGH_IS_BAD[criterion]) else CLEAR
        return FLAG if number < getattr(settings, LOW_IS_BAD[criterion]) else CLEAR
    return CLEAR if plain.split(" ")[0].strip(".,;:") in NO_WORDS else FLAG


def _percentage(text: str) -> float | None:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%?", text)
    return float(found[1]) if found and float(found[1]) <= 100 else None


def evidence_for(local: pl.DataFrame | None, edition: str) -> pl.DataFrame | None:
    """Local evidence that an edition may use: all of it for the board, none about people for others."""
    if local is None or edition == "board":
        return local
    kept = ~pl.col("kind").is_in(list(SENSITIVE_KINDS)) & ~pl.col("board_only").fill_null(False)
    return local.filter(kept)


def count_states(flags: pl.DataFrame) -> pl.DataFrame:
    """Flags, clears and unknowns of each practice: practice_code, flag, clear, unknown."""
    return (
        flags.group_by("practice_code")
        .agg(*((pl.col("state") == s).sum().cast(pl.Int64).alias(s) for s in (FLAG, CLEAR, UNKNOWN)))
        .sort("practice_code")
    )


def implausible_note() -> str:
    """What a return beyond belief means here."""
    most = load_parameter("implausible_patients_per_gp_fte").values[-1].value
    return f"A return of nought, or of more than {most:,.0f} patients to a GP, is not believed: unknown."


def flags_of(flags: pl.DataFrame, practice: str) -> list[dict[str, str]]:
    """The twelve rows of one practice."""
    return flags.filter(pl.col("practice_code") == practice).to_dicts()
