"""Setting up the analysis of variation: its place and units, England's tables, its settings and its generator."""

from collections.abc import Mapping
from contextlib import suppress

import numpy as np
import polars as pl

from chesil.analyses.variation import (
    YEAR,
    VariationSettings,
    VariationUnits,
    assess_variation,
    find_similar,
    tables_by,
)
from chesil.core.assessment import Assessment
from chesil.core.errors import InputRefused, NotFound
from chesil.core.settings import settings_from
from chesil.measures.computing import ALL, Unit, units_of
from chesil.packs.pack import read_manifest, read_table
from chesil.place.assembling import assemble_place
from chesil.place.place import Place
from chesil.place.site_register import with_drawn_groups
from chesil.study import Study

VINTAGE = "2022/23"
"""The vintage nearest the newest registers of all England (2021/22)."""


def variation_settings(study: Study) -> VariationSettings:
    """The study's settings of variation."""
    return settings_from(VariationSettings, study.settings.get("variation", {}), "study.toml [variation]")


def variation_of(study: Study, places: Mapping[str, Place]) -> Assessment:
    """Assess variation in a study's place, at the vintage of the registers whatever the study's own."""
    settings = variation_settings(study)
    place = places[VINTAGE] if VINTAGE in places else _assembled(study, VINTAGE)
    return assess_variation(
        place,
        variation_units(study, place),
        tables_by(read_table),
        settings,
        np.random.default_rng(settings.seed),
        supplied=study.registers.get("expected_prevalence"),
    )


def variation_units(study: Study, place: Place) -> VariationUnits:
    """The practices, groups and whole of a place; for trends the whole with every code it has held at any vintage."""
    drawn = sorted({t for t in place.groups["group_type"] if t.startswith("study:")})
    practices = tuple(units_of(place, "practice"))
    whole = units_of(place, ALL)[0]
    ever = set(whole.practices)
    for vintage in ("2015/16", study.vintage):
        with suppress(NotFound, InputRefused):
            ever |= set(_assembled(study, vintage).practices["practice_code"]) if vintage != place.vintage else set()
    return VariationUnits(
        practices=practices,
        groups=tuple(u for level in ("pcn", *drawn) for u in units_of(place, level)),
        place=whole,
        with_history=(*practices, Unit(whole.code, whole.name, tuple(sorted(ever)))),
        receipts=_receipts(),
    )


def similar_practices(study: Study, codes: set[str]) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The practices of England most like each of `codes` that has factors (practice_code, similar_code), and receipts."""
    lists = (
        read_table("registers", where=pl.col("year") == YEAR).group_by("practice_code").agg(pl.col("list_size").max())
    )
    found = find_similar(read_table("practice_factors"), lists, codes, variation_settings(study))
    manifest = read_manifest()
    receipts = [r for t in ("practice_factors", "registers") for r in manifest.receipts_of(t)]
    return found.table.select("practice_code", "similar_code"), tuple(dict.fromkeys(receipts))


def _assembled(study: Study, vintage: str) -> Place:
    return assemble_place(study.wanted, vintage=vintage, as_at=study.as_at, only=frozenset())


def _receipts() -> dict[str, tuple[str, ...]]:
    manifest = read_manifest()
    of = {
        "registers": ("registers",),
        "expected": ("registers", "practice_factors"),
        "indicators": ("practice_indicators", "registers"),
        "list_change": ("payment_years",),
        "payments_per_patient_change": ("payment_years", "payments"),
        "gp_fte_change": ("gp_fte_history",),
    }
    found = {k: tuple(dict.fromkeys(r for t in tables for r in manifest.receipts_of(t))) for k, tables in of.items()}
    found["registers"] = tuple(r for r in found["registers"] if r.endswith("2022-03-31")) or found["registers"]
    found["expected"] = tuple(r for r in found["expected"] if not r.endswith("2021-03-31"))
    found["indicators"] = tuple(r for r in found["indicators"] if r.startswith("qof_") and "2021-03-31" not in r)
    return found


def variation_alone(study: Study) -> tuple[Place, Assessment]:
    """The place and its assessment without the rest of a plan."""
    place = _assembled(study, VINTAGE)
    place = with_drawn_groups(place, study.registers)
    return place, variation_of(study, {VINTAGE: place})
