"""Setting up the analysis of access: services near the place, contacts and settings."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import polars as pl

from chesil.analyses.access import AccessSettings, AccessTables, Contacts, access_of_england, assess_access
from chesil.analyses.access.reaching import Times
from chesil.core.assessment import Assessment
from chesil.core.figure import Figure
from chesil.core.settings import settings_from
from chesil.definitions import load_definition
from chesil.packs.pack import read_manifest, read_table
from chesil.place.assembling import assemble_place
from chesil.place.links import study_times
from chesil.place.place import Place
from chesil.place.travel import site_destinations
from chesil.study import Study

SERVICES_M = 10_000
"""Services so near to an area of the place are looked at."""


def access_settings(study: Study) -> AccessSettings:
    """The study's settings of access."""
    return settings_from(AccessSettings, study.settings.get("access", {}), "study.toml [access]")


def access_of(study: Study, places: Mapping[str, Place], england: Mapping[str, Place]) -> Assessment:
    """Assess access to the study's place at its own date."""
    settings = access_settings(study)
    place, whole = places[study.vintage], england[study.vintage]
    with_staff = max((v for v, p in england.items() if p.staff.height), default=study.vintage)
    if place.staff.is_empty() and with_staff in places:
        # the newest practice return stands in: a later one is published by network only
        place = _with_column_of(place.with_tables(staff=places[with_staff].staff), places[with_staff], "staff")
        whole = _with_column_of(whole.with_tables(staff=england[with_staff].staff), england[with_staff], "staff")
    place, whole = (with_dispensing(p, england) for p in (place, whole))
    return assess_access(
        place,
        whole,
        access_tables(place),
        settings,
        times_of=_times_of(study, place, settings),
        england_figures=_of_england(study.vintage, settings.thresholds),
    )


def _times_of(study: Study, place: Place, settings: AccessSettings) -> Times | None:
    """The study's own routed times where its folder of links holds them, modelled ones for the rest; else None."""
    if not study.links:
        return None
    about = {mode: study.receipts[f"links:{mode}"].caveat for mode in study.links if f"links:{mode}" in study.receipts}
    return study_times(study.links, frozenset(site_destinations(place)["code"]), about, ferries=settings.ferries)


@lru_cache(maxsize=4)
def _of_england(vintage: str, thresholds: tuple[int, ...]) -> tuple[Figure, ...]:
    """England's figures depend on the pack alone, so one reckoning serves every study of a session."""
    return access_of_england(assemble_place("England", vintage=vintage, only=frozenset({"sites"})), thresholds)


def _with_column_of(place: Place, other: Place, table: str, column: str = "") -> Place:
    """The place with the receipts of another's table (or one of its columns) in place of its own."""
    key = f"{table}.{column}" if column else table
    return replace(place, receipts={**place.receipts, key: other.receipts_for(table, column)})


def with_dispensing(place: Place, england: Mapping[str, Place]) -> Place:
    """The place with who dispenses as last published (2022/23), where its own date has no word on it."""
    if place.practices.is_empty() or place.practices["dispensing"].null_count() < place.practices.height:
        return place
    known = read_table("practices", ["practice_code", "dispensing"], pl.col("vintage") == "2022/23")
    practices = place.practices.drop("dispensing").join(known, on="practice_code", how="left")
    filled = place.with_tables(practices=practices.select(place.practices.columns).sort("practice_code"))
    then = england.get("2022/23")
    return _with_column_of(filled, then, "practices", "dispensing") if then is not None else filled


def access_tables(place: Place) -> AccessTables:
    """Services around the place and what its practices and commissioner have published of contacts."""
    manifest = read_manifest()
    codes = place.practices["practice_code"].implode()
    indicators = read_table("practice_indicators", where=pl.col("practice_code").is_in(codes))
    wanted = pl.col("indicator").str.starts_with("appointments_") | pl.col("indicator").is_in(
        ["telephone_calls", "telephone_answered", "online_submissions"]
    )
    subs = place.practices["sub_icb_code"].drop_nulls().unique()
    months = read_table("appointment_months").filter(pl.col("sub_icb_code").is_in(subs.implode()))
    if place.kind not in ("icb", "sub_icb"):
        months = months.clear()
    return AccessTables(
        services=services_near(place),
        service_receipts=tuple(manifest.receipts_of("services")),
        contacts=Contacts(
            indicators.filter(wanted),
            months,
            tuple(r for r in manifest.receipts_of("practice_indicators") if r.startswith(CONTACTS)),
            tuple(r["practice_code"] for r in load_definition(".", "odd_values")["odd"]),
            tuple(manifest.receipts_of("appointment_months")),
        ),
    )


CONTACTS = ("appointments_by_practice", "telephony", "online_consultations")


def services_near(place: Place) -> pl.DataFrame:
    """Pharmacies and other services within reach of a place."""
    return _near(read_table("services"), place)


def _near(services: pl.DataFrame, place: Place) -> pl.DataFrame:
    areas = pl.concat([place.areas, place.areas_beyond]) if place.areas.is_empty() else place.areas
    if areas.is_empty():
        return services.clear()
    near = pl.lit(True)
    for column in ("easting", "northing"):
        low, high = int(areas[column].min()), int(areas[column].max())  # type: ignore[arg-type]
        near &= pl.col(column).is_between(low - SERVICES_M, high + SERVICES_M)
    return services.filter(near)
