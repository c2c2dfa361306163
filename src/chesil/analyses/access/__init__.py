"""Analysis: access. How far people travel, by what means, and what they find when they get there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.analyses.access.capacity import Contacts, contact_figures, hours_figures, month_figures, odd_practices
from chesil.analyses.access.comparing import Gain, compare_places, gain_figures
from chesil.analyses.access.making import Of, mean_minutes, share_within
from chesil.analyses.access.nearby import (
    dispensing_figures,
    dispensing_table,
    partner_figures,
    partners_table,
    rural_figures,
    who_keeps_dispensing,
)
from chesil.analyses.access.outreach import outreach_figures
from chesil.analyses.access.reaching import (
    WORDS,
    Reached,
    Times,
    area_table,
    dft_figures,
    own_pairs,
    people_of,
    reach_figures,
    reach_sites,
    surgeries_near,
)
from chesil.analyses.access.settings import AccessSettings
from chesil.analyses.access.supply import supply_figures
from chesil.analyses.access.who import who_figures, worst_areas, worst_figures
from chesil.core.assessment import Assessment
from chesil.core.figure import Figure
from chesil.measures.computing import ALL, Unit, units_of
from chesil.methods.travel import chance_within
from chesil.place.place import Place
from chesil.place.travel import (
    MODES,
    TravelTimes,
    area_origins,
    nearest_seconds,
    shared_log_error,
    site_destinations,
    travel_times_by_mode,
)

__all__ = [
    "AccessSettings",
    "AccessTables",
    "Contacts",
    "Gain",
    "access_of_england",
    "assess_access",
    "compare_places",
    "gain_figures",
    "rural_test",
    "who_keeps_dispensing",
]

Array = NDArray[np.float64]
ABOUT = {
    "areas": "One row an area: minutes to the nearest surgery by each mode and to the third by car, beside published ones.",
    "worst": "The areas furthest by car from a surgery, with their people.",
    "own": "Each flow of patients with the seconds by car to the nearest site of their own practice.",
    "catchments": "GPs (FTE) to 10,000 by area under each floating catchment, as if people could register anywhere.",
    "dispensing": "One row a dispensing practice: patients far enough from a pharmacy, and not.",
    "partners": "One row a surgery: the nearest pharmacy and hospital site within a walk.",
    "outreach": "What a session held in each of the worst-served areas would buy: people nearer and minutes saved.",
    "methods": "How the times by each mode were found: modelled or routed.",
    "curve": "Share of people within each number of minutes, by mode, as expected with the error of the times.",
}
WORST_PART = 4
"""Never more than a quarter of a place's areas are called its worst served."""
CURVE_MINUTES = tuple(range(0, 61, 2))


@dataclass(frozen=True, eq=False)
class AccessTables:
    """Tables that a place does not hold: services near it, contacts, and the receipts of both."""

    services: pl.DataFrame
    service_receipts: tuple[str, ...]
    contacts: Contacts


def assess_access(
    place: Place,
    england: Place,
    tables: AccessTables,
    settings: AccessSettings,
    *,
    times_of: Times | None = None,
    england_figures: tuple[Figure, ...] = (),
) -> Assessment:
    """Minutes, shares within reach, who is far, supply against demand, capacity, dispensing and partners of one place.

    `times_of` gives times by mode (drive, cycle, walk) between origins and destinations; without it they are modelled.
    `england_figures` are those of `access_of_england`, which do not depend on the place.
    """

    modelled = modelled_times(settings)
    reached = reach_sites(place, england, times_of or modelled)
    levels = ["practice", "pcn", *sorted({t for t in place.groups["group_type"] if t.startswith("study:")}), ALL]
    by_code = {u.code: (u, level) for level in levels for u in units_of(place, level) if u.code != "U"}
    units = list(by_code.values())  # a place may be one practice or network: then it is one unit, as the whole place
    own = own_pairs(place, reached)
    figures = list(england_figures)
    for unit, level in units:
        figures += reach_figures(place, unit, reached, own, settings.thresholds, level)
    whole = units_of(place, ALL)[0]
    people = people_of(place, whole, reached) * reached.inside
    figures += dft_figures(place, reached, people, settings.thresholds)
    figures += who_figures(place, england, reached)
    areas = area_table(place, reached)
    worst = worst_areas(areas, min(settings.worst_areas, max(areas.height // WORST_PART, 1)))
    figures += worst_figures(place, worst)
    found, catchments = supply_figures(place, england, reached, settings.catchment_minutes)
    figures += found
    every = [u for u, _ in units]
    groups = [u for u, level in units if level != "practice"]
    odd = odd_practices(place, tables.contacts)
    figures += contact_figures(place, every, tables.contacts, odd)
    figures += month_figures(place, tables.contacts)
    figures += hours_figures(place, groups, place.as_at)
    dispensing = dispensing_table(place, tables.services, settings.controlled_localities)
    receipts = (*tables.service_receipts, *place.receipts_for("registrations"))
    figures += dispensing_figures(place, groups, dispensing, receipts, bool(settings.controlled_localities))
    partners = partners_table(place, tables.services, settings.walk_minutes)
    receipts = (*tables.service_receipts, *place.receipts_for("sites"))
    figures += partner_figures(place, groups, partners, receipts, settings.walk_minutes)
    figures += rural_figures(place, areas, _groups_of(place, reached))
    found, outreach = outreach_figures(
        place, reached, surgeries_near(place, england), worst, modelled, settings.outreach_gbp
    )
    figures += found
    made_tables = {
        "areas": areas,
        "worst": worst,
        "own": own,
        "dispensing": dispensing,
        "partners": partners,
        "outreach": outreach,
        "methods": pl.DataFrame(
            [(m, t.method) for m, t in reached.times.items()], schema=["mode", "method"], orient="row"
        ),
        "curve": _curve(reached, people),
        "odd": pl.DataFrame({"practice_code": odd}, schema={"practice_code": pl.String}),
    }
    if catchments is not None:
        made_tables["catchments"] = catchments
    about = {name: ABOUT.get(name, "Practices whose appointments are far out of line.") for name in made_tables}
    return Assessment("access", tuple(figures), made_tables, about, _warnings(place, reached, odd))


def modelled_times(settings: AccessSettings) -> Times:
    """Modelled times by any modes, with or without ferries as the settings have it."""

    def times_of(
        origins: pl.DataFrame, destinations: pl.DataFrame, modes: Sequence[str] = MODES
    ) -> Mapping[str, TravelTimes]:
        return travel_times_by_mode(origins, destinations, modes, ferries=settings.ferries)

    return times_of


def rural_test(place: Place, england: Place, settings: AccessSettings, times_of: Times | None = None) -> list[Figure]:
    """The rural test of any place or scenario, for the whole and for each network and drawn group."""
    reached = reach_sites(place, england, times_of or modelled_times(settings))
    return rural_figures(place, area_table(place, reached), _groups_of(place, reached))


def _groups_of(place: Place, reached: Reached) -> list[tuple[Unit, Array]]:
    """Networks and drawn groups, each with its patients by area of the place in order of code."""
    levels = ["pcn", *sorted({t for t in place.groups["group_type"] if t.startswith("study:")})]
    index = reached.index
    rows = [index[a] for a in sorted(place.areas["lsoa11"])]
    units = [u for level in levels for u in units_of(place, level) if u.code not in ("U", place.code)]
    return [(u, people_of(place, u, reached)[rows]) for u in units]


def access_of_england(england: Place, thresholds: tuple[int, ...]) -> tuple[Figure, ...]:
    """Mean minutes to the nearest surgery and shares within reach of everybody registered in England, by mode."""
    if england.registrations.is_empty():
        return ()
    origins, sites = area_origins(england), site_destinations(england)
    seconds = nearest_seconds(origins, sites, round_water=False)
    flows = england.registrations.group_by("lsoa11").agg(pl.col("patients").sum())
    people = origins.select(pl.col("code").alias("lsoa11")).join(flows, on="lsoa11", how="left", maintain_order="left")
    weights = people["patients"].fill_null(0).to_numpy().astype(float)
    receipts = (*england.receipts_for("areas", "easting"), *england.receipts_for("registrations"))
    figures = []
    for mode in MODES:
        errors = np.full(len(weights), shared_log_error(mode))
        given = {"receipts": receipts}
        whole = Of("ENGLAND", "England")
        figures.append(
            mean_minutes(f"access_{mode}_nearest", whole, england, seconds[mode], weights, errors, errors[0], **given)
        )
        for minutes in thresholds:
            of = Of(f"ENGLAND:{mode}:{minutes}", f"England, {minutes} minutes by {WORDS[mode]}")
            figures.append(
                share_within(
                    "access_share_within", of, england, seconds[mode], weights, errors, errors[0], minutes, **given
                )
            )
    return tuple(figures)


def _curve(reached: Reached, people: np.ndarray) -> pl.DataFrame:
    """Expected share of people within each number of minutes, by mode."""
    total = float(people.sum()) or 1.0
    rows = []
    for mode in MODES:
        for minutes in CURVE_MINUTES:
            chance = (
                chance_within(reached.nearest[mode], minutes * 60.0, reached.errors[mode])
                if minutes
                else np.zeros(len(people))
            )
            rows.append((mode, minutes, 100 * float((people * chance).sum()) / total))
    return pl.DataFrame(rows, schema=["mode", "minutes", "share"], orient="row")


def _warnings(place: Place, reached: Reached, odd: tuple[str, ...]) -> tuple[str, ...]:
    lines = []
    lost = place.sites.filter(
        (pl.col("status") == "open") & (pl.col("easting").is_null() | pl.col("northing").is_null())
    )
    if lost.height:
        lines.append(
            f"{_number(lost.height, 'site has', 'sites have')} no known position and take no part in any journey: "
            f"{', '.join(lost['site_code'].sort()[:5])}. Give a postcode in the register of sites."
        )
    cut = int((~np.isfinite(reached.nearest["drive"]) & reached.inside).sum())
    if cut:
        lines.append(f"{_number(cut, 'area has', 'areas have')} no way to a surgery without a ferry.")
    if odd:
        lines.append(
            f"{_number(len(odd), 'practice has', 'practices have')} appointments far out of line with the others, left out "
            "of groups."
        )
    return tuple(lines)


def _number(count: int, one: str, many: str) -> str:
    """A count with its noun and verb: "1 site has", "3 sites have"."""
    return f"{count:,} {one if count == 1 else many}"
