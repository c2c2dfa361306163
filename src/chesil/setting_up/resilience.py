"""Setting up the analysis of resilience: its places, its tables from the pack, the study's entries and settings."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from chesil.analyses.resilience import (
    OF_ONE_PRACTICE,
    PlacesNeeded,
    ResilienceSettings,
    ResilienceTables,
    assess_resilience,
)
from chesil.analyses.resilience.spectrum import all_pressures
from chesil.core.assessment import Assessment
from chesil.core.settings import settings_from
from chesil.measures.asking import newest_vintage
from chesil.measures.card import load_measure
from chesil.packs.pack import read_table
from chesil.place.assembling import assemble_place
from chesil.place.place import Place
from chesil.place.vintage import all_vintages
from chesil.setting_up.workforce import newest_with_staff
from chesil.study import Study


def resilience_settings(study: Study) -> ResilienceSettings:
    """The study's settings of resilience."""
    return settings_from(ResilienceSettings, study.settings.get("resilience", {}), "study.toml [resilience]")


def resilience_of(study: Study, places: Mapping[str, Place], england: Mapping[str, Place]) -> Assessment:
    """Assess the resilience of a study's practices."""
    now, then = places[study.vintage], newest_with_staff(places)
    wanted_at = {
        p.measure: v
        for p in all_pressures()
        if p.measure and (v := newest_vintage(load_measure(p.measure), study.as_at)) in places
    }
    tables = ResilienceTables(
        ratings=read_table("practice_ratings"),
        earlier_lists=_lists_before(study.vintage),
        local_evidence=study.registers.get("local_evidence"),
        readiness=study.registers.get("readiness"),
    )
    needed = PlacesNeeded(
        now,
        places[then],
        england[then],
        {m: places[v] for m, v in wanted_at.items()},
        {m: england[v] for m, v in wanted_at.items()},
    )
    return assess_resilience(needed, tables, resilience_settings(study), study.edition)


def public_resilience(found: Assessment) -> Assessment:
    """What the public edition holds of resilience where no local evidence was given: no figure of a named practice."""
    return replace(found, figures=tuple(f for f in found.figures if f.measure not in OF_ONE_PRACTICE))


def _lists_before(vintage: str) -> pl.DataFrame:
    """Lists at the vintage before, practice_code and list_size; empty before the first."""
    names = [v.name for v in all_vintages()]
    before = names[names.index(vintage) - 1] if names.index(vintage) else ""
    return read_table("practices", ["practice_code", "list_size"], pl.col("vintage") == before)


def resilience_alone(study: Study) -> tuple[Place, Assessment]:
    """The place and its assessment without the rest of a plan."""
    vintages = {newest_vintage(load_measure(p.measure), study.as_at) for p in all_pressures() if p.measure}
    tables = frozenset({"staff", "practice_ages", "payments"})
    chosen = sorted({*vintages, study.vintage})
    places = {v: assemble_place(study.wanted, vintage=v, as_at=study.as_at, only=tables) for v in chosen}
    england = {v: assemble_place("England", vintage=v, as_at=study.as_at, only=tables) for v in chosen}
    return places[study.vintage], resilience_of(study, places, england)
