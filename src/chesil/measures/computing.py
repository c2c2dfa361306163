"""Computing measures: a card and a place give one figure for every practice, group or whole asked for."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from chesil.core.figure import Figure
from chesil.definitions import load_parameter
from chesil.measures.card import Measure, Quantity
from chesil.methods.intervals import wilson
from chesil.place.place import Place
from chesil.place.vintage import Vintage, find_vintage

ALL = "all"
"""The unit type for the whole place as one unit."""


@dataclass(frozen=True)
class Unit:
    """A practice, a group or the whole place, with the practices (and areas, if any) that make it up."""

    code: str
    name: str
    practices: tuple[str, ...]
    areas: tuple[str, ...] = ()


def units_of(place: Place, unit_type: str) -> list[Unit]:
    """The units of a type in a place: "practice", "all", or any group type that its practices belong to.

    A grouping of areas (a council, a middle-layer area) holds the practices with more than half their list inside.
    """
    if unit_type == ALL:
        areas = tuple(place.areas["lsoa11"]) if place.kind not in ("pcn", "practices") else ()
        return [Unit(place.code, place.name, tuple(place.practices["practice_code"]), areas)]
    if unit_type == "practice":
        return [Unit(c, n, (c,)) for c, n in place.practices.select("practice_code", "practice_name").iter_rows()]
    rows = place.groups.filter(pl.col("group_type") == unit_type)
    in_areas = rows.filter(pl.col("member_type") == "area")
    by_group = in_areas.sort("member_code").group_by("group_code").agg("member_code")
    group_areas = {code: tuple(members) for code, members in by_group.iter_rows()}
    members = rows.filter(pl.col("member_type") == "practice").select(
        "group_code", "group_name", pl.col("member_code").alias("practice_code")
    )
    if members.is_empty():
        members = _practices_mostly_inside(place, in_areas)
    mine = members.filter(pl.col("practice_code").is_in(place.practices["practice_code"].implode()))
    grouped = (
        mine.sort("group_code", "practice_code")
        .group_by("group_code", maintain_order=True)
        .agg(pl.col("group_name").first(), pl.col("practice_code"))
    )
    return [
        Unit(r["group_code"], r["group_name"], tuple(r["practice_code"]), group_areas.get(r["group_code"], ()))
        for r in grouped.iter_rows(named=True)
    ]


class Part(NamedTuple):
    """The two parts of a practice (or of an area): None where unknown; `implausible` parts are left out of figures."""

    numerator: Any
    denominator: Any
    implausible: bool


def compute_measure(
    place: Place, measure: Measure, units: Iterable[Unit], lived_in: pl.DataFrame | None = None
) -> list[Figure]:
    """One figure a unit. A unit that cannot be computed gets a figure with the reason.

    A practice whose numerator or denominator is unknown is left out of both, and the figure says how many were.
    `lived_in` is as `registrations_beside_areas` makes it, if many measures are computed of one place.
    """
    common = _common(place, measure)
    by_code = _by_code(practice_parts(place, measure, lived_in))
    by_area = _by_code(_residents(place)) if measure.method == "resident_ratio" else {}
    figures = [
        _figure(place, measure, common, unit, [by_area[a] for a in unit.areas if a in by_area])
        if unit.areas and by_area
        else _figure(place, measure, common, unit, [by_code[p] for p in unit.practices if p in by_code])
        for unit in units
    ]
    return _with_limits(measure, figures)


def _by_code(parts: pl.DataFrame) -> dict[str, Part]:
    return {code: Part(*row) for code, *row in parts.iter_rows()}


def _residents(place: Place) -> pl.DataFrame:
    """Registered people (with any practice) and residents of each area: the parts of a ratio of whole areas."""
    return place.areas.drop_nulls("registered").select(
        "lsoa11",
        pl.col("registered").cast(pl.Float64).alias("numerator"),
        pl.col("residents_2020").cast(pl.Float64).alias("denominator"),
        pl.lit(False).alias("implausible"),
    )


def practice_parts(place: Place, measure: Measure, lived_in: pl.DataFrame | None = None) -> pl.DataFrame:
    """The two parts of a measure by practice: practice_code, numerator, denominator, standing out as null if unknown.

    `implausible` marks practices whose ratio lies beyond the card's parameter, or whose denominator is zero.
    """
    parts = place.practices.select("practice_code").sort("practice_code")
    for name, quantity in zip(("numerator", "denominator"), measure.quantities, strict=False):
        summed = quantity_by_practice(place, quantity, lived_in).rename({"value": name})
        parts = parts.join(summed, on="practice_code", how="left")
    if measure.denominator is None:
        return parts.with_columns(pl.lit(None, pl.Float64).alias("denominator"), pl.lit(False).alias("implausible"))
    if not measure.implausible_above:
        return parts.with_columns(pl.lit(False).alias("implausible"))
    most = load_parameter(measure.implausible_above).on(place.as_at).value
    odd = (pl.col("denominator") == 0) | (pl.col("numerator") / pl.col("denominator") > most)
    return parts.with_columns(odd.fill_null(False).alias("implausible"))


def quantity_by_practice(place: Place, quantity: Quantity, lived_in: pl.DataFrame | None = None) -> pl.DataFrame:
    """One part added up by practice: practice_code and value (null where unknown)."""
    table = getattr(place, quantity.table)
    value = pl.col(quantity.column).cast(pl.Float64)
    if quantity.times:
        value = value * _factor(quantity.times)
    order = table.columns[: min(4, len(table.columns))]
    if quantity.table == "registrations" and quantity.times:
        # patients of areas without the value are left out
        beside = lived_in if lived_in is not None else registrations_beside_areas(place, [quantity])
        rows = _some(beside.drop_nulls(_column(quantity.times)), quantity)
        ordered = rows.select("practice_code", value.alias("value"))
    else:
        ordered = _some(table, quantity).select(*order, value.alias("value")).sort(order)
    summed = ordered.group_by("practice_code", maintain_order=True).agg(
        pl.when(pl.col("value").is_not_null().any()).then(pl.col("value").sum()).alias("value")
    )
    if quantity.rows == "zero":
        known = table.select("practice_code").unique()
        summed = known.join(summed, on="practice_code", how="left").with_columns(pl.col("value").fill_null(0.0))
    return summed.select("practice_code", "value")


def registrations_beside_areas(place: Place, quantities: Iterable[Quantity]) -> pl.DataFrame:
    """Registrations in order, beside every column of their areas by which the quantities multiply them."""
    found = {_column(q.times) for q in quantities if q.table == "registrations" and q.times}
    areas = pl.concat([t.select("lsoa11", *sorted(found)) for t in (place.areas, place.areas_beyond)])
    ordered = place.registrations.sort(place.registrations.columns)
    return ordered.join(areas, on="lsoa11", maintain_order="left")


def _column(times: str) -> str:
    return times.removeprefix("has:")


def _factor(times: str) -> pl.Expr:
    """The column to multiply by; with `has:` in front, 1 where it has a value and blank where not."""
    column = pl.col(_column(times))
    return pl.when(column.is_not_null()).then(1.0) if times.startswith("has:") else column


def _some(rows: pl.DataFrame, quantity: Quantity) -> pl.DataFrame:
    """The rows that a quantity counts."""
    return rows.filter(_where(quantity)) if quantity.where else rows


def _where(quantity: Quantity) -> pl.Expr:
    tests = []
    for column, wanted in quantity.where.items():
        c = pl.col(column)
        if isinstance(wanted, dict):
            tests += [c >= wanted["min"]] if "min" in wanted else []
            tests += [c.is_not_null() & (c <= wanted["max"])] if "max" in wanted else []
            tests += [~c.is_in(wanted["not_in"])] if "not_in" in wanted else []
        elif isinstance(wanted, list):
            tests.append(c.is_in(wanted))
        else:
            tests.append(c == wanted)
    return pl.all_horizontal(tests)


def _practices_mostly_inside(place: Place, area_rows: pl.DataFrame) -> pl.DataFrame:
    lists = place.practices.select("practice_code", "list_size")
    return (
        place.registrations.join(
            area_rows.select("group_code", "group_name", pl.col("member_code").alias("lsoa11")), on="lsoa11"
        )
        .group_by("group_code", "group_name", "practice_code")
        .agg(pl.col("patients").sum())
        .join(lists, on="practice_code")
        .filter(pl.col("patients") * 2 > pl.col("list_size"))
        .select("group_code", "group_name", "practice_code")
    )


def _common(place: Place, measure: Measure) -> dict[str, Any]:
    """What the figures of a measure and a place have in common."""
    return {
        "measure": measure.name,
        "vintage": place.vintage,
        "period": period_of(measure, find_vintage(place.vintage)),
        "unit": measure.unit,
        "method": measure.formula or measure.method,
        "scenario": place.scenario,
        "standing": _standing(place, measure)[0],
        "receipts": _receipts(place, measure),
    }


def _figure(place: Place, measure: Measure, shared: Mapping[str, Any], unit: Unit, rows: Sequence[Part]) -> Figure:
    common = {**shared, "unit_code": unit.code, "unit_name": unit.name}
    notes = _standing(place, measure)[1]
    if not rows:
        return Figure(**common, reason=f"no practice with patients at {place.vintage}", notes=notes)
    ratio = measure.denominator is not None
    known = [r for r in rows if r.numerator is not None and (not ratio or r.denominator is not None)]
    sound = [r for r in known if not r.implausible]
    notes += _coverage_notes(measure, len(rows), len(known), len(sound))
    if not sound:
        return Figure(**common, reason=_why_not(measure, place, rows, known), notes=notes)
    numerator = math.fsum(r.numerator for r in sound)
    if not ratio:
        return Figure(
            **common, value=numerator * measure.scale, numerator=numerator, notes=notes, limits=_no_limits(measure)
        )
    denominator = math.fsum(r.denominator for r in sound)
    if denominator <= 0:
        return Figure(
            **common, reason="the denominator is zero", numerator=numerator, denominator=denominator, notes=notes
        )
    value = numerator / denominator * measure.scale
    if len(sound) < len(known):
        notes += _imputed_note(measure, known, sound)
    limits = _no_limits(measure) if measure.limits != "wilson" else ""
    return Figure(**common, value=value, numerator=numerator, denominator=denominator, notes=notes, limits=limits)


def period_of(measure: Measure, vintage: Vintage) -> str:
    """The period a figure of this measure is of, at a vintage: the card's, else the vintage's lists."""
    return (measure.period_of or {}).get(vintage.name, vintage.lists)


def _with_limits(measure: Measure, figures: Sequence[Figure]) -> list[Figure]:
    """The figures with limits where the card has a method for them; all at once, since one by one takes far longer."""
    ratios = {
        k: (f.numerator, f.denominator) for k, f in enumerate(figures) if f.is_known and f.denominator is not None
    }
    if measure.limits != "wilson" or not ratios:
        return list(figures)
    x, n = np.array(list(ratios.values()), dtype=np.float64).T
    limits = np.array([*wilson(x, n, confidence=0.95), *wilson(x, n, confidence=0.998)]) * measure.scale
    names = ("lower", "upper", "lower998", "upper998")
    found = dict(zip(ratios, (dict(zip(names, four, strict=True)) for four in limits.T.tolist()), strict=True))
    return [
        replace(f, limits="Wilson (1927), 95% and 99.8%", **found[k]) if k in found else f
        for k, f in enumerate(figures)
    ]


def _no_limits(measure: Measure) -> str:
    return f"none: {measure.no_limits_because}"


def _standing(place: Place, measure: Measure) -> tuple[str, tuple[str, ...]]:
    if measure.needs_area_flows and place.registrations_are == "projected":
        return "modelled", ("Rests on patients by area projected from July 2022.",)
    return measure.standing, ()


def _coverage_notes(measure: Measure, total: int, known: int, sound: int) -> tuple[str, ...]:
    notes: tuple[str, ...] = ()
    if 0 < known < total:
        notes += (f"{known} of {total} practices: the others are blank in the publication and left out of both parts.",)
    if 0 < sound < known:
        n = known - sound
        notes += (
            f"{n} practice{'s' if n > 1 else ''} with a zero or implausible return {'are' if n > 1 else 'is'} left out.",
        )
    return notes


def _imputed_note(measure: Measure, known: Sequence[Part], sound: Sequence[Part]) -> tuple[str, ...]:
    """What the figure would be if the implausible returns were what the sound ones are on average."""
    numerator = math.fsum(r.numerator for r in known)
    mean_rate = math.fsum(r.denominator for r in sound) / math.fsum(r.numerator for r in sound)
    imputed = math.fsum(r.numerator * mean_rate if r.implausible else r.denominator for r in known)
    as_returned = math.fsum(r.denominator for r in known)
    returned = f"{numerator / as_returned * measure.scale:,.{measure.decimals}f}" if as_returned else "not defined"
    return (
        f"With their returns as they stand it would be {returned}; with the average imputed for them, "
        f"{numerator / imputed * measure.scale:,.{measure.decimals}f}.",
    )


def _why_not(measure: Measure, place: Place, rows: Sequence[Part], known: Sequence[Part]) -> str:
    if known:
        return "the return is zero or implausible"
    if measure.needs_area_flows and place.registrations.is_empty():
        return f"patients by area are not published for {place.vintage}"
    blank = [
        q.about
        for q, part in zip(measure.quantities, ("numerator", "denominator"), strict=False)
        if all(getattr(r, part) is None for r in rows)
    ]
    return f"not published for {place.vintage}: {' and '.join(blank)}"


def _receipts(place: Place, measure: Measure) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for quantity in measure.quantities:
        found.update(dict.fromkeys(place.receipts_for(quantity.table, quantity.column)))
        if quantity.times and quantity.table == "registrations":
            found.update(dict.fromkeys(place.receipts_for("areas", quantity.times.removeprefix("has:"))))
        elif quantity.times:
            found.update(dict.fromkeys(place.receipts_for(quantity.table, quantity.times.removeprefix("has:"))))
    return tuple(found)


def old_note(figure: Figure, as_at: date) -> str:
    """The mark that data over two years old carry."""
    return "data over two years old: not for contract action" if figure.is_old(as_at) else ""
