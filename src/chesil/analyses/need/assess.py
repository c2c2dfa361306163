"""The door of the analysis of need: places, reference tables and draws in, figures and working tables out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from chesil.analyses.need import figures as make
from chesil.analyses.need.diagnosis import diagnosis_rates
from chesil.analyses.need.mortality import district_lives
from chesil.analyses.need.profile import AGES, band_shares, odd_areas, reconcile, residents_by_age
from chesil.analyses.need.projection import project
from chesil.analyses.need.pyramid import (
    STARTS,
    Fit,
    Pyramid,
    Registers,
    Study,
    build_pyramid,
    checks_against_published,
    draw_levels,
    first_draws,
    fit_registers,
    people_by_band,
    read_registers,
    register_range,
    study_shares,
    to_bands,
)
from chesil.analyses.need.settings import BANDS, NeedSettings
from chesil.core.assessment import Assessment
from chesil.core.figure import Figure
from chesil.measures.computing import ALL, Unit, units_of
from chesil.place.place import Place
from chesil.place.reference import ReferenceTables

ENGLAND = Unit("ENGLAND", "England", ())
KINDS = (
    ("urban_deprived", "towns, most deprived fifth of England"),
    ("urban_other", "other towns"),
    ("rural", "countryside"),
)
ABOUT = {
    "pyramid": "One row a unit and level: share, limits, the share by age alone, the difference from England, people.",
    "pyramid_areas": "One row a small area and level: residents' share and limits (ages of mid-2020).",
    "fits": "How each unit's registers stand to what its ages would give at England's rates.",
    "checks": "The model's totals beside published totals that it was not given.",
    "ages": "Registered and resident people by unit and age band.",
    "odd_areas": "Small areas whose registered and resident people differ widely, with the cause that their ages suggest.",
    "projection_areas": "Projected residents of each small area by year and band, in whole people.",
    "projection_councils": "Published totals of the councils beside the sums of our small areas.",
    "projection_lists": "Projected lists by unit, year and band.",
    "homes": "People of each development of homes at each mid-year.",
    "homes_lists": "People of new homes by unit and year, if they register as their neighbours have.",
    "districts": "Life expectancy of the districts of 2014 that the place overlaps.",
}


@dataclass(frozen=True)
class NeedPlaces:
    """The place and England at the study's vintage, and England at the vintage to which the registers belong."""

    place: Place
    england: Place
    england_then: Place


def assess_need(
    places: NeedPlaces,
    tables: ReferenceTables,
    settings: NeedSettings,
    rng: np.random.Generator,
    expected: pl.DataFrame | None = None,
) -> Assessment:
    """Profile, pyramid of need, projection and mortality of a place, its networks, practices and drawn groups.

    `expected` is the study's table of people expected to have a condition, with its sources, if it has one. Raises
    `InputRefused` naming every setting, register and row that cannot be used.
    """
    place, england = places.place, places.england
    units = _units(place)
    whole = Unit(ENGLAND.code, ENGLAND.name, tuple(england.practices["practice_code"]))
    england_ages = england.area_ages.select(AGES).sum().to_numpy()[0].astype(np.float64)
    odd = odd_areas(place, tables.border_km, settings)
    found: dict[str, pl.DataFrame] = {"odd_areas": odd}
    figures = make.of_lists(place, units, reconcile(place, units), odd)
    warnings: list[str] = []
    if england.practice_ages.height:
        own = [u for u in units if u.code != ENGLAND.code]
        lists = np.concatenate(
            [people_by_band(place, own, england_ages), people_by_band(england, [whole], england_ages)]
        )
        residents = residents_by_age(place, england, own)
        found["ages"] = make.age_table(own, lists[:-1], residents, lists[-1], england_ages)
        figures += make.of_ages(place, own, lists, residents, england_ages)
        figures += _by_sex(place, england, own, whole, lists, england_ages)
        pyramid_figures, pyramid_tables = _pyramid(places, tables, settings, rng, own, lists, england_ages)
        figures += pyramid_figures
        found |= pyramid_tables
        projected = project(place, england, tables, own, _shown_bands(lists[:-1]), settings)
        figures += make.of_projection(place, own, projected, settings)
        found |= make.projection_tables(projected)
        warnings += make.projection_warnings(place, projected)
    else:
        warnings.append(f"Ages of lists are not published for {place.vintage}: no pyramid and no projection.")
    figures += diagnosis_rates(places.england_then, units, expected, place)
    lives = district_lives(place, england.areas, tables)
    figures += make.of_lives(place, lives, tables.practice_indicators, units)
    found["districts"] = make.district_table(lives)
    return Assessment("need", tuple(figures), found, {k: ABOUT[k] for k in found}, tuple(warnings))


def _pyramid(
    places: NeedPlaces, tables: ReferenceTables, settings: NeedSettings, rng: np.random.Generator,
    units: Sequence[Unit], lists: np.ndarray, england_ages: np.ndarray,
) -> tuple[list, dict[str, pl.DataFrame]]:  # fmt: skip
    place, then = places.place, places.england_then
    study = study_shares(tables, england_ages, settings, rng, place.as_at)
    zs = np.concatenate([np.zeros((1, 3)), rng.standard_normal((settings.draws, 3))])
    registers = read_registers(then, study, england_ages, settings)
    fits = fit_registers(units, registers, settings, study)
    plain = Fit(1.0, 0.0, 0, 0)
    national = draw_levels(lists[-1:], [plain], study, zs)[0]
    pyramid = build_pyramid(
        [*(u.code for u in units), ENGLAND.code], lists, [*(fits[u.code] for u in units), plain], study, national, zs
    )
    ranges = {u.code: register_range(registers, u) for u in units}
    ranges[ENGLAND.code] = register_range(registers, Unit("", "", tuple(registers.row)))
    names = {u.code: u.name for u in units} | {ENGLAND.code: ENGLAND.name}
    figures = make.of_pyramid(place, names, pyramid, fits, ranges, settings)
    few = min(settings.area_draws, settings.draws)
    by_area, by_kind, kinds = _areas(place, registers, first_draws(study, few), zs[: few + 1], settings, england_ages)
    if by_kind is not None:
        figures += make.of_kinds(place, kinds, by_kind, settings)
    found = {
        "pyramid": make.pyramid_table(names, pyramid, settings),
        "fits": make.fit_table(names, fits, registers.spread),
        "checks": checks_against_published(study, tables, place.as_at),
        "pyramid_areas": make.area_table([], None, settings)
        if by_area is None
        else make.area_table(by_area.codes, by_area, settings),
    }
    return figures, found


def _areas(
    place: Place, registers: Registers, study: Study, zs: np.ndarray, settings: NeedSettings, england_ages: np.ndarray
) -> tuple[Pyramid | None, Pyramid | None, Sequence[tuple[str, str]]]:
    """Levels of the residents of each small area, and of its kinds of area together (urban and in the most deprived fifth,
    other urban, rural), fitted to the registers of the practices their people use; England's residents stand last."""
    if place.area_ages.is_empty():
        return None, None, ()
    ages = place.area_ages.sort("lsoa11")
    codes = ages["lsoa11"].to_list()
    people = to_bands(ages.select(AGES).to_numpy().astype(np.float64))
    uses = (
        pl.concat([place.registrations, place.registered_elsewhere])
        .filter(pl.col("lsoa11").is_in(ages["lsoa11"].implode()))
        .sort("lsoa11", "practice_code")
        .select("lsoa11", "practice_code", "patients")
    )
    own = fit_registers([Unit(p, p, (p,)) for p in sorted(set(uses["practice_code"]))], registers, settings, study)
    mean: dict[str, list[tuple[float, Fit]]] = {}
    for area, practice, patients in uses.iter_rows():
        mean.setdefault(area, []).append((patients, own[practice]))
    fits = [make.mean_fit(mean.get(code, [])) for code in codes]
    everyone, plain = to_bands(england_ages)[None], Fit(1.0, 0.0, 0, 0)
    national = draw_levels(everyone, [plain], study, zs)[0]
    by_area = build_pyramid(codes, people, fits, study, national, zs)
    kind_of = dict(place.areas.select("lsoa11", _kind()).iter_rows())
    kinds = [k for k in KINDS if any(kind_of.get(c) == k[0] for c in codes)]
    members = [[i for i, c in enumerate(codes) if kind_of.get(c) == k] for k, _ in kinds]
    summed = np.array([people[rows].sum(axis=0) for rows in members] + [everyone[0]])
    together = [make.mean_fit([(people[i].sum(), fits[i]) for i in rows]) for rows in members]
    names = [f"{place.code}:{k}" for k, _ in kinds]
    by_kind = build_pyramid([*names, ENGLAND.code], summed, [*together, plain], study, national, zs)
    return by_area, by_kind, [(code, words) for code, (_, words) in zip(names, kinds, strict=True)]


def _kind() -> pl.Expr:
    deprived = pl.col("in_most_deprived_fifth_2025") == 1
    return pl.when(pl.col("is_rural_2011") == 1).then(pl.lit("rural")).when(deprived).then(
        pl.lit("urban_deprived")
    ).otherwise(pl.lit("urban_other")).alias("kind")  # fmt: skip


def _units(place: Place) -> list[Unit]:
    """The place, its networks, drawn groups and practices; a place that is one network or practice is one unit."""
    found: dict[str, Unit] = {}
    for unit in [*units_of(place, ALL), *units_of(place, "pcn"), *_drawn(place), *units_of(place, "practice")]:
        found.setdefault(unit.code, unit)
    return list(found.values())


def _drawn(place: Place) -> list[Unit]:
    kinds = sorted({t for t in place.groups["group_type"] if t.startswith("study:")})
    return [u for kind in kinds for u in units_of(place, kind)]


def _by_sex(
    place: Place, england: Place, own: Sequence[Unit], whole: Unit, lists: np.ndarray, england_ages: np.ndarray
) -> list[Figure]:
    """Ages by sex, where the publication's bands begin where the shown ones do; else none, since a split would be made up."""
    if not set(BANDS) <= set(place.practice_ages["age_from"].to_list()):
        return []
    women = [t.with_tables(practice_ages=t.practice_ages.filter(pl.col("sex") == "female")) for t in (place, england)]
    female = np.concatenate(
        [people_by_band(t, units, england_ages) for t, units in zip(women, (own, [whole]), strict=True)]
    )
    return make.of_sexes(place, own, female, lists)


def _shown_bands(lists: np.ndarray) -> np.ndarray:
    """Five-year bands as the bands that are shown."""
    return np.asarray(np.add.reduceat(lists, [STARTS.index(b) for b in BANDS], axis=-1))


__all__ = ["NeedPlaces", "assess_need", "band_shares"]
