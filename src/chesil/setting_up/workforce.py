"""Setting up the analysis of workforce: its places, its tables from the pack, its settings and its generator."""

import math
from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.analyses.workforce import StaffTables, WorkforceSettings, assess_workforce, compare_skill_mix
from chesil.analyses.workforce.visits import home_visit_figures
from chesil.core.assessment import Assessment
from chesil.core.errors import NotFound, did_you_mean
from chesil.core.figure import Figure
from chesil.core.settings import settings_from
from chesil.measures.asking import newest_vintage
from chesil.measures.card import load_measure
from chesil.packs.gp_history import read_gp_history
from chesil.packs.pack import read_table
from chesil.place.assembling import assemble_place
from chesil.place.place import Place
from chesil.place.site_register import with_drawn_groups
from chesil.scenario.from_options import edits_from_option
from chesil.scenario.scenario import apply_scenario
from chesil.study import Study


def workforce_settings(study: Study) -> WorkforceSettings:
    """The study's settings of workforce."""
    return settings_from(WorkforceSettings, study.settings.get("workforce", {}), "study.toml [workforce]")


def workforce_of(study: Study, places: Mapping[str, Place], england: Mapping[str, Place]) -> Assessment:
    """Assess the workforce of a study's place, at its own date and at the newest date with a practice return."""
    settings = workforce_settings(study)
    then = newest_with_staff(places)
    tables = staff_tables(places[study.vintage], places[then])
    return assess_workforce(
        places[study.vintage],
        places[then],
        england[study.vintage],
        england[then],
        tables,
        settings,
        np.random.default_rng(settings.seed),
        vacancies=study.registers.get("vacancies"),
        need_growth=population_growth(places[study.vintage], tables, settings),
    )


def population_growth(place: Place, tables: StaffTables, settings: WorkforceSettings) -> NDArray[np.float64] | None:
    """Residents of each year over those of the first, by the councils' published projection.

    None where a council in which the place's areas lie has no projection in the pack, where the years do not reach, or
    where the study says how the list grows: then the list's own growth stands.
    """
    known = tables.history.filter(pl.col("year") <= place.as_at.year)
    councils = sorted(set(place.areas["ltla21"].drop_nulls())) if place.areas.height else []
    if settings.list_growth_pct is not None or known.is_empty() or not councils:
        return None
    people = read_table("projections", where=pl.col("area_code").is_in(councils))
    first = int(known["year"].to_list()[-1])
    years = range(first, first + settings.horizon_years + 1)
    by_year = people.group_by("year").agg("people")
    totals = {year: math.fsum(parts) for year, parts in by_year.iter_rows()}  # exact, so the order does not matter
    if set(people["area_code"]) != set(councils) or not set(years) <= set(totals):
        return None
    return np.array([totals[y] / totals[first] for y in years])


def newest_with_staff(places: Mapping[str, Place]) -> str:
    """The newest vintage with a practice return; the newest of all if none has one."""
    with_staff = [v for v, p in places.items() if p.staff.height]
    return max(with_staff or places)


def staff_tables(now: Place, then: Place) -> StaffTables:
    """Networks' staff, and the history of GPs of the place (with its ended codes, if it is a board) and of England."""
    sub_icbs: set[str] = set()
    if now.kind in ("icb", "sub_icb", "england"):
        sub_icbs = {c for p in (now, then) for c in p.practices["sub_icb_code"].drop_nulls()}
    codes = {c for p in (now, then) for c in p.practices["practice_code"]}
    return StaffTables(
        pcn_staff=read_table("pcn_staff").filter(pl.col("pcn_code") != "U"),
        history=read_gp_history(set() if now.kind == "england" else codes, sub_icbs if now.kind != "england" else ()),
        of_england=read_gp_history(()),
    )


def workforce_alone(study: Study) -> tuple[Place, Assessment]:
    """The place and its assessment without the rest of a plan."""
    staffed = newest_vintage(load_measure("gp_fte_per_10000"), study.as_at)
    tables = frozenset({"staff", "practice_ages", "payments"})
    places, england = {}, {}
    for vintage in sorted({staffed, study.vintage}):
        place = assemble_place(study.wanted, vintage=vintage, as_at=study.as_at, only=tables)
        place = with_drawn_groups(place, study.registers)
        places[vintage] = place
        england[vintage] = assemble_place("England", vintage=vintage, as_at=study.as_at, only=tables)
    return places[study.vintage], workforce_of(study, places, england)


def home_visits_alone(study: Study, days: int, crews: int) -> list[Figure]:
    """Simulated days of home visits of the study's place, in each arrangement."""
    place = assemble_place(study.wanted, vintage=study.vintage, as_at=study.as_at, only=frozenset())
    return home_visit_figures(place, days, np.random.default_rng(workforce_settings(study).seed), crews=crews)


def skill_mix_alone(study: Study, option: str) -> tuple[pl.DataFrame, dict[str, float | None], Figure]:
    """What an option of the study does to the staff of the newest practice return, and to the gap of GPs.

    Gives the table by role, the effects, and the gap it is set against. `NotFound` names the study's options.
    """
    if option not in study.options:
        raise NotFound(
            f"The study has no option `{option}`",
            [],
            did_you_mean(option, study.options) or f"It has {sorted(study.options)}",
        )
    _, found = workforce_alone(study)
    staffed = newest_vintage(load_measure("gp_fte_per_10000"), study.as_at)
    before = assemble_place(study.wanted, vintage=staffed, as_at=study.as_at)
    after = apply_scenario(before, edits_from_option(study.options[option]))
    gap = next(f for f in found.figures if f.measure == "workforce_gp_gap")
    table, effects = compare_skill_mix(before, after, gap.value or 0.0, workforce_settings(study).gp_time_released)
    return table, effects, gap
