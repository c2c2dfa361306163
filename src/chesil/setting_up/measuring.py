"""Measuring: every measure that a card can compute, for every practice, group, odd area, board and England."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from chesil.core.figure import Figure
from chesil.measures.asking import newest_vintage
from chesil.measures.card import all_measures
from chesil.measures.computing import (
    ALL,
    Unit,
    compute_measure,
    old_note,
    registrations_beside_areas,
    units_of,
)
from chesil.place.place import Place
from chesil.setting_up.places import StudyPlaces
from chesil.study import Study

LOW_RATIO, HIGH_RATIO = 0.8, 1.3
"""Small areas whose registered to resident ratio lies outside are listed: forces, prisons, students, borders, homes."""
LEVELS = ("practice", "pcn", ALL)
Figures = dict[tuple[str, str], Figure]


@dataclass(frozen=True, eq=False)
class Measured:
    """Figures by measure and unit, those of England's boards by measure, the odd areas and the drawn groupings."""

    figures: Figures
    boards: Mapping[str, tuple[Figure, ...]]
    odd_areas: tuple[Unit, ...]
    drawn: Mapping[str, tuple[Unit, ...]]


def vintages_needed(study: Study) -> dict[str, str]:
    """The vintage at which each measure is shown: the newest, known at the study's date, where it is published."""
    return {m.name: newest_vintage(m, study.as_at) for m in all_measures()}


def measure_everything(study: Study, places: StudyPlaces, tell: Callable[[str], None]) -> Measured:
    """Compute every measure for every unit of the place, and for England and its boards beside it."""
    wanted_at = vintages_needed(study)
    drawn = sorted({t for t in places.now.groups["group_type"] if t.startswith("study:")})
    levels = (*LEVELS, *drawn)
    units = {v: [u for level in levels for u in units_of(place, level)] for v, place in places.by_vintage.items()}
    of_england = {v: [*units_of(whole, ALL), *units_of(whole, "icb")] for v, whole in places.england.items()}
    lived_in = {v: _lived_in(place) for v, place in places.by_vintage.items()}
    lived_in_england = {v: _lived_in(whole) for v, whole in places.england.items()}
    odd = _odd_areas(places.now)
    figures: Figures = {}
    boards: dict[str, tuple[Figure, ...]] = {}
    for measure in all_measures():
        tell(f"computing {measure.title}")
        v = wanted_at[measure.name]
        here, more = places.by_vintage[v], odd if measure.method == "resident_ratio" else ()
        then = compute_measure(here, measure, [*units[v], *more], lived_in[v])
        england = compute_measure(places.england[v], measure, of_england[v], lived_in_england[v])
        held_not = _not_held(here, units[places.now.vintage], then)
        figures |= by_unit([*held_not, *then, england[0]], study)
        boards[measure.name] = tuple(england[1:])
    groups = {t.removeprefix("study:"): tuple(units_of(places.now, t)) for t in drawn}
    return Measured(figures, boards, odd, groups)


def _lived_in(place: Place) -> pl.DataFrame:
    """The place's registrations beside what the measures ask of the areas in which its patients live."""
    return registrations_beside_areas(place, [q for m in all_measures() for q in m.quantities])


def by_unit(figures: list[Figure], study: Study) -> Figures:
    """Figures by measure and unit; those of data over two years old at the study's date are marked so."""
    return {(f.measure, f.unit_code): f.with_note(note) if (note := old_note(f, study.as_at)) else f for f in figures}


def _odd_areas(place: Place) -> tuple[Unit, ...]:
    """Areas where far fewer or far more people are registered than live, each as a unit of its own."""
    ratio = pl.col("registered") / pl.col("residents_2020")
    odd = place.areas.drop_nulls("registered").filter((ratio < LOW_RATIO) | (ratio > HIGH_RATIO))
    rows = odd.select("lsoa11", "msoa_name", "area_name").sort("lsoa11").iter_rows()
    return tuple(Unit(code, f"{middle or small} ({small})", (), (code,)) for code, middle, small in rows)


def _not_held(there: Place, now: list[Unit], then: list[Figure]) -> list[Figure]:
    """Figures with their reason for units of the study's vintage that are not held at the measure's."""
    found = {f.unit_code for f in then}
    like = then[-1]
    return [
        replace(
            like, unit_code=u.code, unit_name=u.name, value=None, lower=None, upper=None, lower998=None, upper998=None,
            numerator=None, denominator=None, limits="", notes=(), reason=f"not held under this code at {there.vintage}",
        )
        for u in now
        if u.code not in found
    ]  # fmt: skip
