"""What stands near: who may have medicines from a dispensing practice, and which public sites lie within a walk."""

import math
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from chesil.analyses.access.making import Of, dated, made
from chesil.core.figure import Figure
from chesil.definitions import load_parameter
from chesil.measures.computing import Unit
from chesil.place.place import Place
from chesil.place.travel import site_destinations, travel_times

Array = NDArray[np.float64]
PARTNERS = {"pharmacy": "pharmacy", "hospital_site": "site of an NHS trust (of any kind)"}
BY_MIDDLE = "An area counts by its middle: near the limit, people of one area may stand on either side of it."


def pharmacy_km(place: Place, services: pl.DataFrame) -> pl.DataFrame:
    """Straight-line kilometres from the middle of each area (also beyond the edge) to the nearest pharmacy."""
    areas = pl.concat([t.select("lsoa11", "easting", "northing") for t in (place.areas, place.areas_beyond)]).sort(
        "lsoa11"
    )
    points = services.filter(pl.col("kind") == "pharmacy").select("easting", "northing").to_numpy().astype(float)
    metres = (
        cKDTree(points).query(areas.select("easting", "northing").to_numpy().astype(float))[0]
        if len(points)
        else np.full(areas.height, np.inf)
    )
    return areas.select("lsoa11").with_columns(pl.Series("km", metres / 1000))


def dispensing_table(place: Place, services: pl.DataFrame, controlled: Sequence[str]) -> pl.DataFrame:
    """One row a dispensing practice: patients further from a pharmacy than the rule asks, and nearer; see `controlled`.

    `controlled` are areas (LSOA 2011) that the commissioner has determined to be controlled localities; where it is
    empty, that half of the rule is not known and the table says only who meets the distance.
    """
    limit = load_parameter("dispensing_distance_km").on(place.as_at).value
    dispensing = place.practices.filter(pl.col("dispensing")).select("practice_code", "practice_name")
    far = pl.col("km") > limit
    if controlled:
        far &= pl.col("lsoa11").is_in(list(controlled))
    patients = place.registrations.join(pharmacy_km(place, services), on="lsoa11").join(dispensing, on="practice_code")
    return (
        patients.group_by("practice_code", "practice_name")
        .agg(
            pl.col("patients").filter(far).sum().alias("may_dispense"),
            pl.col("patients").filter(~far).sum().alias("may_not"),
        )
        .sort("practice_code")
    )


def dispensing_figures(
    place: Place, units: Sequence[Unit], table: pl.DataFrame, receipts: tuple[str, ...], known: bool
) -> list[Figure]:
    """Patients of dispensing practices who live far enough from a pharmacy, by unit."""
    status = dated(place.receipts_for("practices", "dispensing"))
    notes = (
        BY_MIDDLE,
        *((f"Who dispenses is as published for the year to {status}.",) if status else ()),
        *(() if known else ("Which areas are controlled localities is not in the study: distance only.",)),
    )
    figures = []
    for unit in units:
        own = table.filter(pl.col("practice_code").is_in(list(unit.practices)))
        of = Of(unit.code, unit.name)
        if place.practices["dispensing"].null_count() == place.practices.height:
            why = f"not published for {place.vintage}: which practices dispense"
            figures.append(made("access_dispensing_patients", of, place, reason=why, receipts=receipts))
            continue
        far = float(own["may_dispense"].sum())
        figures.append(
            made("access_dispensing_patients", of, place, value=far, numerator=far, receipts=receipts, notes=notes)
        )
    return figures


def who_keeps_dispensing(
    before: Place, after: Place, services: pl.DataFrame, controlled: Sequence[str] = ()
) -> dict[str, int]:
    """People entitled by distance to a dispensing practice's medicines before an option, and who keeps or loses it.

    People are counted by area as those registered with a dispensing practice and far enough from a pharmacy.
    """
    limit = load_parameter("dispensing_distance_km").on(before.as_at).value
    found = []
    for place in (before, after):
        dispensing = place.practices.filter(pl.col("dispensing"))["practice_code"]
        rows = place.registrations.filter(pl.col("practice_code").is_in(dispensing.implode()))
        rows = rows.join(pharmacy_km(before, services).filter(pl.col("km") > limit), on="lsoa11")
        if controlled:
            rows = rows.filter(pl.col("lsoa11").is_in(list(controlled)))
        found.append(dict(rows.group_by("lsoa11").agg(pl.col("patients").sum()).iter_rows()))
    had, has = found
    areas = sorted(set(had) | set(has))
    return {
        "before": sum(had.values()),
        "after": sum(has.values()),
        "lose": sum(max(had.get(a, 0) - has.get(a, 0), 0) for a in areas),
        "gain": sum(max(has.get(a, 0) - had.get(a, 0), 0) for a in areas),
    }


def partners_table(place: Place, services: pl.DataFrame, walk_minutes: float) -> pl.DataFrame:
    """One row an open surgery: the nearest pharmacy and hospital site by name with walking minutes, if within a walk."""
    sites = site_destinations(place)
    names = dict(place.sites.select("site_code", "site_name").iter_rows())
    columns: dict[str, list[object]] = {
        "site_code": sites["code"].to_list(),
        "site_name": [names[c] for c in sites["code"]],
    }
    for kind in PARTNERS:
        near = _within(services.filter(pl.col("kind") == kind), sites, walk_minutes)
        minutes = travel_times(sites, near.with_columns(pl.col("name").alias("code")), "walk").minutes
        best = minutes.argmin(axis=1) if near.height else np.zeros(sites.height, dtype=int)
        found = minutes[np.arange(sites.height), best] if near.height else np.full(sites.height, np.inf)
        ok = found <= walk_minutes
        columns[f"{kind}_name"] = [near["name"][int(b)] if k else None for b, k in zip(best, ok, strict=True)]
        columns[f"{kind}_minutes"] = [float(m) if k else None for m, k in zip(found, ok, strict=True)]
    schema: dict[str, pl.DataType] = {"site_code": pl.String(), "site_name": pl.String()}
    for kind in PARTNERS:
        schema |= {f"{kind}_name": pl.String(), f"{kind}_minutes": pl.Float64()}
    return pl.DataFrame(columns, schema=schema)


def _within(services: pl.DataFrame, sites: pl.DataFrame, walk_minutes: float) -> pl.DataFrame:
    """The services that could be reached on foot from some site: no walk is faster than the line at 6 km/h."""
    if sites.is_empty() or services.is_empty():
        return services.clear()
    tree = cKDTree(sites.select("easting", "northing").to_numpy().astype(float))
    metres = tree.query(services.select("easting", "northing").to_numpy().astype(float))[0]
    return services.filter(pl.Series(metres <= walk_minutes * 100)).sort("name", "easting", "northing")


def partner_figures(
    place: Place, units: Sequence[Unit], table: pl.DataFrame, receipts: tuple[str, ...], walk_minutes: float
) -> list[Figure]:
    """The share of each unit's surgeries with a pharmacy, and with a hospital site, within a walk."""
    owner = dict(place.sites.select("site_code", "practice_code").iter_rows())
    table = table.with_columns(pl.Series("practice_code", [owner[c] for c in table["site_code"]], dtype=pl.String))
    figures = []
    for unit in units:
        own = table.filter(pl.col("practice_code").is_in(list(unit.practices)))
        for kind, words in PARTNERS.items():
            of = Of(f"{unit.code}:{kind}", f"{unit.name}, {words}")
            if own.is_empty():
                figures.append(
                    made("access_colocated", of, place, reason="no site with a known position", receipts=receipts)
                )
                continue
            near = float(own[f"{kind}_name"].is_not_null().sum())
            figures.append(
                made("access_colocated", of, place, value=100 * near / own.height, numerator=near,
                     denominator=float(own.height), receipts=receipts,
                     notes=(f"Within {walk_minutes:g} minutes on foot, at an assumed speed and detour.",))
            )  # fmt: skip
    return figures


def rural_figures(place: Place, table: pl.DataFrame, groups: Sequence[tuple[Unit, Array]]) -> list[Figure]:
    """What the rural test asks of every blueprint: minutes, car ownership, buses and illness, rural beside urban.

    And people in the most deprived fifth of urban areas beside those of rural ones, whose needs differ. The place counts
    its residents; `groups` are units with their patients by area, in the order of `table`.
    """
    residents = table["residents_2020"].fill_null(0).to_numpy().astype(float)
    figures = _rural_of(place, table, Of(place.code, place.name), residents)
    for unit, patients in groups:
        figures += _rural_of(place, table, Of(unit.code, unit.name), patients)
    return figures


def _rural_of(place: Place, table: pl.DataFrame, unit: Of, people: Array) -> list[Figure]:
    receipts = (*place.receipts_for("areas", "easting"), *place.receipts_for("sites"))
    rural = table["is_rural_2011"].fill_null(0).to_numpy() == 1
    deprived = place.areas.sort("lsoa11")["in_most_deprived_fifth_2025"].fill_null(0).to_numpy() == 1
    groups = {"rural": rural, "urban": ~rural, "urban_deprived": ~rural & deprived}
    columns = {
        "access_test_minutes": ("drive_minutes", 1.0),
        "access_test_no_car": ("no_car_share_2011", 100.0),
        "access_test_illness": ("illness_share_2011", 100.0),
        "access_test_public_transport": ("public_transport_minutes_2011", 1.0),
    }
    figures = []
    for group, mask in groups.items():
        of = Of(f"{unit.code}:{group}", f"{unit.name}, people in {group.replace('_', ' ')} areas")
        for measure, (column, scale) in columns.items():
            values = table[column].to_numpy().astype(float) * scale
            held = mask & np.isfinite(values) & (people > 0)
            if not held.any():
                why = "no people live in such areas here" if not mask.any() else "not published for these areas"
                figures.append(made(measure, of, place, reason=why, receipts=receipts))
                continue
            number, total = math.fsum(values[held] * people[held]), math.fsum(people[held])
            figures.append(
                made(measure, of, place, value=number / total, numerator=number, denominator=total, receipts=receipts)
            )
        total = math.fsum(people[mask])
        figures.append(made("access_test_people", of, place, value=total, numerator=total, receipts=receipts))
    return figures
