"""Setting up the analysis of estates: its settings, the study's contracts, and the place with the study's own sites."""

import polars as pl

from chesil.analyses.estates import EstateSettings, assess_estates
from chesil.core.assessment import Assessment
from chesil.core.settings import settings_from
from chesil.packs.pack import read_table
from chesil.place.assembling import assemble_place
from chesil.place.place import Place
from chesil.place.site_register import merge_registers
from chesil.setting_up.grouping import with_proposed_groups
from chesil.study import Study


def estate_settings(study: Study) -> EstateSettings:
    """The study's settings of estates."""
    return settings_from(EstateSettings, study.settings.get("estates", {}), "study.toml [estates]")


def estates_of(study: Study, place: Place) -> Assessment:
    """Assess the estate of a study's place; the place already holds the study's own sites."""
    return assess_estates(place, study.registers.get("contracts"), estate_settings(study), residents_growth(place))


def residents_growth(place: Place) -> dict[int, float]:
    """Residents of each projected year over those of the year of the place's date; empty where a council has none."""
    if place.areas.is_empty() or "ltla21" not in place.areas.columns:
        return {}
    councils = sorted(set(place.areas["ltla21"].drop_nulls()))
    people = read_table("projections", where=pl.col("area_code").is_in(councils)) if councils else None
    if people is None or set(people["area_code"]) != set(councils):
        return {}
    totals = dict(people.sort("area_code", "age").group_by("year").agg(pl.col("people").sum()).iter_rows())
    first = totals.get(place.as_at.year)
    return {int(y): float(n) / float(first) for y, n in sorted(totals.items())} if first else {}


def estates_alone(study: Study) -> tuple[Place, Assessment, tuple[str, ...]]:
    """The place with the study's own sites, its assessment, and notes on how the tables were put together."""
    merged = merge_registers(assemble_place(study.wanted, vintage=study.vintage, as_at=study.as_at), study.registers)
    place = with_proposed_groups(merged.place, study)
    return place, estates_of(study, place), merged.notes
