"""Capacity: appointments, same-day share, telephone and online contact, hours open and the extended-access gap."""

import math
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from chesil.analyses.access.making import Of, made
from chesil.core.figure import Figure
from chesil.definitions import load_parameter
from chesil.measures.computing import Unit
from chesil.methods.intervals import wilson
from chesil.place.place import Place

MONTHS = 3
SUMMER = "2026-06-01 to 2026-08-31"
ODD_TIMES = 2.0
"""A practice's rate is marked odd where it lies beyond so many times the median of the place's practices, up or down."""
EVENING = (18 * 60 + 30, 20 * 60)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


@dataclass(frozen=True, eq=False)
class Contacts:
    """Published contacts: `indicators` by practice (as the pack's practice_indicators) and `months` by commissioner.

    `known_odd` are practices whose appointments the definitions list as not to be used as they stand.
    """

    indicators: pl.DataFrame
    months: pl.DataFrame
    receipts: tuple[str, ...]
    known_odd: tuple[str, ...] = ()
    month_receipts: tuple[str, ...] = ()


def odd_practices(place: Place, contacts: Contacts) -> tuple[str, ...]:
    """Practices whose appointments per patient lie far from the median, or are listed: to be asked about, not ranked."""
    rate = _values(contacts, "appointments_appointments").join(
        _values(contacts, "appointments_list_december_2025").rename({"value": "list"}), on="practice_code"
    )
    rate = rate.filter(pl.col("practice_code").is_in(place.practices["practice_code"].implode())).with_columns(
        (pl.col("value") / pl.col("list")).alias("rate")
    )
    if rate.is_empty():
        return ()
    median = float(rate["rate"].median())  # type: ignore[arg-type]
    odd = rate.filter((pl.col("rate") > ODD_TIMES * median) | (pl.col("rate") < median / ODD_TIMES))
    listed = rate.filter(pl.col("practice_code").is_in(list(contacts.known_odd)))["practice_code"]
    return tuple(sorted({*odd["practice_code"], *listed}))


def _values(contacts: Contacts, indicator: str) -> pl.DataFrame:
    rows = contacts.indicators.filter(pl.col("indicator") == indicator)
    return rows.select("practice_code", "value").drop_nulls()


def contact_figures(place: Place, units: Sequence[Unit], contacts: Contacts, odd: Sequence[str]) -> list[Figure]:
    """Appointments per 1,000 a month, same-day share, online submissions and answered calls of each unit."""
    values = {
        (code, indicator): value
        for code, indicator, value in contacts.indicators.select("practice_code", "indicator", "value").iter_rows()
    }
    lists: dict[str, float] = dict(place.practices.select("practice_code", "list_size").iter_rows())
    figures = []
    for unit in units:
        of = Of(unit.code, unit.name)
        for measure, top, bottom, period in RATES:
            pairs = [
                (values.get((p, top)), values.get((p, bottom)) if bottom else lists.get(p), p) for p in unit.practices
            ]
            known = [(a, b, p) for a, b, p in pairs if a is not None and b]
            sound = [(a, b) for a, b, p in known if p not in odd or not measure.startswith("access_appointments")]
            figures.append(_rate(place, measure, of, period, sound, len(known), len(pairs), contacts, unit, odd))
    return figures


RATES = (
    ("access_appointments_per_1000", "appointments_appointments", "appointments_list_december_2025", SUMMER),
    ("access_same_day_share", "appointments_same_day", "appointments_appointments", SUMMER),
    ("access_with_gp_share", "appointments_with_gp", "appointments_appointments", SUMMER),
    ("access_not_attended_share", "appointments_not_attended", "appointments_appointments", SUMMER),
    ("access_online_per_1000", "online_submissions", "", "2026-02"),
    ("access_calls_answered", "telephone_answered", "telephone_calls", "2026-02"),
)


def _rate(
    place: Place, measure: str, of: Of, period: str, sound: list[tuple[float, float]], known: int, total: int,
    contacts: Contacts, unit: Unit, odd: Sequence[str],
) -> Figure:  # fmt: skip
    notes: tuple[str, ...] = ()
    if known < total:
        notes += (f"{known} of {total} {'practice has' if total == 1 else 'practices have'} a published value.",)
    if known and len(sound) < known:
        notes += (f"{known - len(sound)} left out: far out of line with the others, to be asked about before use.",)
    given = {"receipts": contacts.receipts, "period": period, "notes": notes}
    if not sound:
        alone = len(unit.practices) == 1 and unit.practices[0] in odd and known
        reason = "far out of line with the others: not to be used as it stands" if alone else "not published"
        return made(measure, of, place, reason=reason, **given)
    top, bottom = math.fsum(a for a, _ in sound), math.fsum(b for _, b in sound)
    if measure.endswith("per_1000"):
        months = MONTHS if "appointments" in measure else 1
        value = 1_000 * top / bottom / months
        return made(measure, of, place, value=value, numerator=top / months, denominator=bottom, **given)
    if top > bottom:
        return made(measure, of, place, reason="more of a part than of the whole: the publication disagrees with itself",
                    **given)  # fmt: skip
    inner, outer = wilson([top], [bottom]), wilson([top], [bottom], confidence=0.998)
    return made(
        measure, of, place, value=100 * top / bottom, numerator=top, denominator=bottom,
        lower=100 * float(inner[0][0]), upper=100 * float(inner[1][0]), lower998=100 * float(outer[0][0]),
        upper998=100 * float(outer[1][0]), limits="Wilson (1927), 95% and 99.8%", **given,
    )  # fmt: skip


def month_figures(place: Place, contacts: Contacts) -> list[Figure]:
    """The commissioner's appointments of its last twelve months held here: how many, and what shares of kinds."""
    if contacts.months.is_empty():
        return []
    newest = sorted(contacts.months["month"].unique())[-12:]
    rows = contacts.months.filter(pl.col("month").is_in(newest))
    counts = dict(rows.group_by("kind").agg(pl.col("appointments").sum()).sort("kind").iter_rows())
    period = f"{newest[0]:%Y-%m-%d} to {newest[-1]:%Y-%m}-{monthrange(newest[-1].year, newest[-1].month)[1]}"
    figures = []
    for kind in ("same_day", "telephone", "face_to_face", "with_gp"):
        of = Of(f"{place.code}:{kind}", f"{place.name}, {kind.replace('_', ' ')}")
        figures.append(
            made("access_months_share", of, place, value=100 * counts.get(kind, 0) / counts["all"],
                 numerator=float(counts.get(kind, 0)), denominator=float(counts["all"]), period=period,
                 receipts=contacts.month_receipts, notes=("Of the whole clinical commissioning group as it then was.",))
        )  # fmt: skip
    return figures


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def open_minutes(hours: pl.DataFrame, sites: Sequence[str]) -> dict[str, float]:
    """Minutes a week that some site of the given ones is open: evenings 18:30 to 20:00, Saturdays, Sundays, any time.

    Two sites open at once count once.
    """
    spans: dict[str, list[tuple[int, int]]] = {}
    rows = hours.filter(pl.col("site_code").is_in(list(sites)))
    for day, opens, closes in rows.select("weekday", "opens", "closes").iter_rows():
        start, end = _minute(opens), _minute(closes)
        if end > start:
            spans.setdefault(day, []).append((start, end))
    total = {"evenings": 0.0, "saturdays": 0.0, "sundays": 0.0, "all": 0.0}
    for day, own in spans.items():
        merged = _merged(own)
        total["all"] += sum(b - a for a, b in merged)
        if day in WEEKDAYS:
            total["evenings"] += sum(max(0, min(b, EVENING[1]) - max(a, EVENING[0])) for a, b in merged)
        elif day == "saturday":
            total["saturdays"] += sum(b - a for a, b in merged)
        elif day == "sunday":
            total["sundays"] += sum(b - a for a, b in merged)
    return total


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def hours_figures(place: Place, units: Sequence[Unit], as_at: date) -> list[Figure]:
    """Extended opening a week by unit beside what is asked for, in minutes per 1,000 weighted patients.

    Hours open, which are not consultations: one clinician is assumed where a site is open, and the figure says so.
    """
    asked = load_parameter("enhanced_access_minutes_per_1000")
    required = asked.on(as_at) if asked.values[0].since <= as_at else None  # an early study is dated before any was
    by_practice = dict(place.practices.select("practice_code", "weighted_list_size").iter_rows())
    figures = []
    for unit in units:
        of = Of(unit.code, unit.name)
        sites = place.sites.filter(pl.col("practice_code").is_in(list(unit.practices)) & (pl.col("status") == "open"))
        weighted = math.fsum(v for p in unit.practices if (v := by_practice.get(p)))
        if place.hours.is_empty() or not place.hours["site_code"].is_in(sites["site_code"].implode()).any():
            why = "not known: the study has no table of hours for these sites"
            figures += [made(m, of, place, reason=why, standing="local") for m in HOURS_MEASURES]
            continue
        minutes = open_minutes(place.hours, sites["site_code"].to_list())
        extended = minutes["evenings"] + minutes["saturdays"] + minutes["sundays"]
        notes = (f"Asked for: {required.reference} ({required.standing}).",) if required else ()
        given: dict[str, Any] = {"standing": "local", "notes": notes}
        rate = 1_000 * extended / weighted if weighted else 0.0
        figures += [
            made("access_evening_minutes", of, place, value=minutes["evenings"], numerator=minutes["evenings"], **given),
            made("access_weekend_minutes", of, place, value=minutes["saturdays"] + minutes["sundays"],
                 numerator=minutes["saturdays"] + minutes["sundays"], **given),
        ]  # fmt: skip
        if weighted:
            figures.append(
                made(
                    "access_extended_per_1000", of, place, value=rate, numerator=extended, denominator=weighted, **given
                )
            )
        if weighted and required:
            figures += [
                made("access_extended_gap", of, place, value=required.value - rate,
                     numerator=required.value * weighted / 1_000 - extended, denominator=weighted, **given),
            ]  # fmt: skip
    return figures


HOURS_MEASURES = ("access_evening_minutes", "access_weekend_minutes", "access_extended_per_1000", "access_extended_gap")
