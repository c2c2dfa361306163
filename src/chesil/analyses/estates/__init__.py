"""Analysis: estates. Sites, space and rooms against patients; dates; what closing a site would save; homes to come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from chesil.analyses.estates.calendar import calendar_of
from chesil.analyses.estates.closing import closing_of
from chesil.analyses.estates.room_use import by_half_day, room_use_figures, room_use_of
from chesil.core.assessment import Assessment
from chesil.core.errors import NotFound, did_you_mean
from chesil.core.figure import Figure
from chesil.definitions import load_parameter
from chesil.measures.card import load_measure
from chesil.measures.computing import ALL, Unit, units_of
from chesil.place.place import Place
from chesil.place.site_register import same_buildings
from chesil.place.vintage import find_vintage

__all__ = ["EstateSettings", "assess_estates", "estate_ratios", "planning_reply"]

ABOUT = {
    "calendar": "One row a date that matters: lease, rent, grant, contract, planning; with what missing it would cost.",
    "closing": "One row an open site: what closing it would save, cost and bring, where known.",
    "shared": "Pairs of open sites at one postcode or within 60 metres.",
    "room_use": "One row a weekday and half-day: sites recorded, rooms in use and open, and sites that are full.",
    "unknown": "How many open sites lack each fact.",
}
FACTS = (
    "gia_m2",
    "consulting_rooms",
    "tenure",
    "owner",
    "lease_end",
    "condition_grade",
    "year_built",
    "step_free",
    "utilisation_pct",
)
GRADES = ("A", "B", "C", "D")
AHEAD = (("", ""), (":homes", " with the homes planned"))
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


@dataclass(frozen=True)
class EstateSettings:
    """What a study's [estates] may say. Nought means that it does not say.

    `building_gbp_per_m2` and `space_m2_per_1000` are the study's own; `to_year` is the year to which homes are counted.
    """

    building_gbp_per_m2: float = 0.0
    space_m2_per_1000: float = 0.0
    to_year: int = 0

    def __post_init__(self) -> None:
        for name in ("building_gbp_per_m2", "space_m2_per_1000", "to_year"):
            if getattr(self, name) < 0:
                raise ValueError(f"`{name}` cannot be below nought")


def estate_ratios(m2: float, gbp: float, sites: int, patients: int) -> dict[str, float]:
    """The ratios of an estate's four totals: pounds to a square metre, a site, a patient; m2 to a site, 1,000 patients."""
    return {
        "gbp_per_m2": gbp / m2,
        "gbp_per_site": gbp / sites,
        "gbp_per_patient": gbp / patients,
        "m2_per_site": m2 / sites,
        "m2_per_1000": 1000 * m2 / patients,
    }


def assess_estates(
    place: Place, contracts: pl.DataFrame | None, settings: EstateSettings, growth: Mapping[int, float] | None = None
) -> Assessment:
    """Ratios, rooms and unknowns of every practice, group and the whole; calendar, closing and homes of the place.

    `contracts` is the study's table of contracts, if it has one; `growth` the residents of each year over the first's, by
    the councils' published projections.
    """
    open_sites = place.sites.filter(pl.col("status") == "open")
    pairs = same_buildings(place.sites)
    drawn = sorted({t for t in place.groups["group_type"] if t.startswith("study:")})
    used = room_use_of(place.room_use, open_sites)
    figures: list[Figure] = []
    for level in ("practice", "pcn", *drawn, ALL):
        for unit in units_of(place, level):
            figures += _unit_figures(place, unit, open_sites if level == ALL else _sites_of(open_sites, unit), pairs)
            figures += room_use_figures(partial(_made, place), unit, used if level == ALL else _sites_of(used, unit))
    figures += _conditions(place, open_sites)
    figures += _ahead(place, settings)
    figures += rooms_ahead(place, figures, settings, growth)
    replies = [f for d in place.homes["development"] for f in planning_reply(place, d, settings)]
    figures += replies
    asked = {f.unit_name: f.value for f in replies if f.measure == "estate_reply_gbp" and f.value is not None}
    closing = closing_of(open_sites, place.as_at)
    figures += _closing_figures(place, closing)
    unknown = pl.DataFrame(
        {
            "fact": list(FACTS),
            "unknown": [open_sites[f].null_count() for f in FACTS],
            "sites": [open_sites.height] * len(FACTS),
        }
    )
    tables = {"calendar": calendar_of(place, contracts, asked), "closing": closing, "shared": pairs, "unknown": unknown}
    tables["room_use"] = by_half_day(used)
    known = open_sites["gia_m2"].is_not_null().sum()
    warnings = (
        ()
        if known
        else (
            "No floor area, tenure, condition or room of any building is published: they come from the study’s own table "
            "of sites.",
        )
    )
    return Assessment("estates", tuple(figures), tables, ABOUT, warnings)


def _sites_of(sites: pl.DataFrame, unit: Unit) -> pl.DataFrame:
    return sites.filter(pl.col("practice_code").is_in(list(unit.practices)))


def _made(
    place: Place,
    measure: str,
    unit: Unit,
    value: float | None,
    numerator: float | None = None,
    denominator: float | None = None,
    reason: str = "",
    notes: tuple[str, ...] = (),
) -> Figure:
    card = load_measure(measure)
    lists = find_vintage(place.vintage).lists
    receipts = (*place.receipts_for("sites"), *place.receipts_for("practices"))
    return Figure(
        measure=measure,
        unit_code=unit.code,
        unit_name=unit.name,
        vintage=place.vintage,
        period=lists,
        unit=card.unit,
        method=card.formula,
        value=value,
        numerator=numerator,
        denominator=denominator,
        scenario=place.scenario,
        limits=f"none: {card.no_limits_because}",
        standing=card.standing,
        reason=reason if value is None else "",
        notes=notes,
        receipts=tuple(dict.fromkeys(receipts)),
    )


def _unit_figures(place: Place, unit: Unit, sites: pl.DataFrame, pairs: pl.DataFrame) -> list[Figure]:
    codes = set(sites["site_code"])
    old = sites.filter((pl.col("kind") == "branch") & (pl.col("known_on") < date(2018, 1, 1))).height
    either = pairs.filter(
        pl.col("is_shared") & (pl.col("site_a").is_in(list(codes)) | pl.col("site_b").is_in(list(codes)))
    ).height
    known = sites.filter(pl.col("gia_m2").is_not_null())
    out = [
        _made(place, "estate_sites", unit, float(sites.height), float(sites.height)),
        _made(place, "estate_sites_unconfirmed", unit, float(old), float(old)),
        _made(place, "estate_shared", unit, float(either), float(either)),
        _made(
            place,
            "estate_area_known",
            unit,
            100 * known.height / sites.height if sites.height else None,
            float(known.height),
            float(sites.height),
            "no open site",
        ),
    ]
    lists = place.practices.filter(pl.col("practice_code").is_in(list(unit.practices))).select(
        "practice_code", "list_size"
    )
    whole = sites.group_by("practice_code").agg(
        pl.col("gia_m2").null_count().alias("gaps"), pl.col("gia_m2").sum().alias("m2")
    )
    full = lists.join(whole.filter(pl.col("gaps") == 0), on="practice_code")
    m2, people = float(full["m2"].sum()), float(full["list_size"].sum())
    left = lists.height - full.height
    note = (
        (f"{left} of {lists.height} practices have a site of unknown area and are left out of both parts.",)
        if left and full.height
        else ()
    )
    out.append(
        _made(
            place,
            "estate_m2_per_1000",
            unit,
            1000 * m2 / people if people else None,
            m2 or None,
            people or None,
            "floor areas are not published and the study gives none",
            note,
        )
    )
    priced = known.with_columns(pl.coalesce("rent_gbp", "notional_rent_gbp").alias("gbp")).drop_nulls("gbp")
    rent, area = float(priced["gbp"].sum()), float(priced["gia_m2"].sum())
    out.append(
        _made(
            place,
            "estate_gbp_per_m2",
            unit,
            rent / area if area else None,
            rent or None,
            area or None,
            "no site’s rent and area are both known",
        )
    )
    return [*out, *_rooms(place, unit, sites, int(lists["list_size"].sum()))]


def _rooms(place: Place, unit: Unit, sites: pl.DataFrame, patients: int) -> list[Figure]:
    each, minutes, share = (
        load_parameter(n).on(place.as_at)
        for n in ("consultations_per_patient", "consultation_minutes", "consultations_in_surgery_share")
    )
    need = patients * each.value * share.value * minutes.value / 60 / 52
    notes = (
        f"{each.value:g} consultations a year of {minutes.value:g} minutes, {share.value:.0%} in the surgery: "
        f"{each.reference}.",
    )
    out = [_made(place, "estate_rooms_needed", unit, need, need, None, "", notes)]
    rooms = sites.with_columns(pl.sum_horizontal("consulting_rooms", "treatment_rooms").alias("rooms")).filter(
        pl.col("consulting_rooms").is_not_null()
    )
    why = (
        "rooms are not published and the study gives none"
        if rooms.is_empty()
        else f"rooms of {sites.height - rooms.height} sites are not known"
    )
    if rooms.height < sites.height or sites.is_empty():
        out += [
            _made(place, m, unit, None, reason=why)
            for m in ("estate_rooms_held", "estate_rooms_held_7", "estate_room_use")
        ]
        return out
    core = load_parameter("core_hours_a_week").on(place.as_at).value
    hours = _weekly_hours(place.hours)
    assumed = sum(c not in hours for c in rooms["site_code"])
    held = sum(r * hours.get(c, core) for c, r in rooms.select("site_code", "rooms").iter_rows())
    said = (f"{assumed} of {rooms.height} sites are taken as open {core:g} hours a week (assumed).",) if assumed else ()
    out.append(_made(place, "estate_rooms_held", unit, float(held), float(held), None, "", said))
    out.append(_made(place, "estate_rooms_held_7", unit, held * 7 / 5, held * 7 / 5, None, "", said))
    out.append(
        _made(
            place,
            "estate_room_use",
            unit,
            100 * need / held if held else None,
            need,
            float(held),
            "no hours",
            (*notes, *said),
        )
    )
    return out


def _weekly_hours(hours: pl.DataFrame) -> dict[str, float]:
    """Hours open from Monday to Friday by site."""
    found: dict[str, float] = {}
    for site, day, opens, closes in hours.select("site_code", "weekday", "opens", "closes").iter_rows():
        found.setdefault(site, 0.0)
        if day in WEEKDAYS:
            found[site] += _clock(closes) - _clock(opens)
    return found


def _clock(text: str) -> float:
    return int(text[:2]) + int(text[3:5]) / 60


def people_per_dwelling(place: Place, said: float | None) -> tuple[float, str]:
    """People in a home: as the row says; else residents to a household in the place's census of 2021; else a parameter."""
    if said is not None:
        return said, "people in a home as the study’s table of housing says"
    tenures, ages = (
        ("owned_2021", "social_rented_2021", "private_rented_2021"),
        [c for c in place.areas.columns if c.startswith("residents_2021_")],
    )
    if place.areas.height and ages and all(t in place.areas.columns for t in tenures):
        homes = sum(int(place.areas[t].sum()) for t in tenures)
        people = sum(int(place.areas[a].sum()) for a in ages)
        if homes:
            return people / homes, "residents to a household in the place, Census 2021"
    value = load_parameter("people_per_dwelling").on(place.as_at)
    return value.value, f"{value.reference} ({value.standing})"


def _ahead(place: Place, settings: EstateSettings) -> list[Figure]:
    year = settings.to_year or place.as_at.year + 10
    unit = Unit(f"{place.code}:{year}", f"{place.name}, {year}", ())
    if place.homes.is_empty():
        return [_made(place, "estate_patients_ahead", unit, None, reason="the study has no table of housing")]
    added, notes = 0.0, []
    for row in place.homes.iter_rows(named=True):
        share, note = _built_by(row, year)
        if row["status"] == "refused":
            continue
        added += share * row["dwellings"] * people_per_dwelling(place, row["people_per_dwelling"])[0]
        notes += [note] if note else []
    total = place.patients + added
    return [_made(place, "estate_patients_ahead", unit, total, total, None, "", tuple(dict.fromkeys(notes)))]


def _conditions(place: Place, sites: pl.DataFrame) -> list[Figure]:
    """The share of open sites of each grade, among those whose grade the study gives."""
    known = sites.drop_nulls("condition_grade")
    out = []
    for grade in GRADES if known.height else ():
        count = float(known.filter(pl.col("condition_grade") == grade).height)
        note = (f"The grade of {sites.height - known.height} of {sites.height} open sites is not known.",)
        unit = Unit(f"{place.code}:{grade}", f"{place.name}: grade {grade}", ())
        value = 100 * count / known.height
        out.append(_made(place, "estate_condition", unit, value, count, float(known.height), "", note))
    return out


def rooms_ahead(
    place: Place, figures: list[Figure], settings: EstateSettings, growth: Mapping[int, float] | None
) -> list[Figure]:
    """Room hours needed in the year looked to: by projected residents alone, and with the study's homes on top."""
    year = settings.to_year or place.as_at.year + 10
    units = [Unit(f"{place.code}:{year}{k}", f"{place.name}, {year}{w}", ()) for k, w in AHEAD]
    if not growth or year not in growth:
        why = "its councils have no published projection that reaches the year"
        return [_made(place, "estate_residents_ahead", u, None, reason=why) for u in units]
    now = next(f for f in figures if f.measure == "estate_rooms_needed" and f.unit_code == place.code)
    homes = next(f for f in figures if f.measure == "estate_patients_ahead").value
    added = (homes - place.patients) / place.patients if homes is not None and place.patients else None
    grown = (now.value or 0.0) * growth[year]
    ways = (grown, None if added is None else grown + (now.value or 0.0) * added)
    notes = (f"Residents of its councils grow by {100 * (growth[year] - 1):.1f}% by then, as projected.", *now.notes)
    return [
        _made(place, "estate_residents_ahead", u, v, v, None, "the study has no table of housing", notes)
        for u, v in zip(units, ways, strict=True)
    ]


def _built_by(row: Mapping[str, Any], year: int) -> tuple[float, str]:
    """The share of a development finished by the end of a year, evenly between its first and last completions."""
    first, last = row["first_completion"], row["last_completion"] or row["first_completion"]
    if first is None:
        return 1.0, "Developments without dates are counted whole."
    end = date(year, 12, 31)
    if end < first:
        return 0.0, ""
    return min(1.0, ((end - first).days + 1) / ((last - first).days + 1)), ""


def planning_reply(place: Place, development: str, settings: EstateSettings) -> list[Figure]:
    """Patients, floor space and money of one development of the study's table; `NotFound` with near names."""
    rows = place.homes.filter(pl.col("development") == development)
    if rows.is_empty():
        known = place.homes["development"].to_list()
        raise NotFound(
            f"There is no development `{development}` in the study’s table of housing",
            [],
            did_you_mean(development, known),
        )
    row = rows.row(0, named=True)
    each, source = people_per_dwelling(place, row["people_per_dwelling"])
    people = row["dwellings"] * each
    unit = Unit(f"{place.code}:{development}", development, ())
    rate, rate_source = _space_rate(place, settings)
    m2 = people * rate / 1000
    cost = settings.building_gbp_per_m2
    return [
        _made(
            place, "estate_reply_patients", unit, people, people, None, "", (f"{each:.2f} people in a home: {source}.",)
        ),
        _made(place, "estate_reply_m2", unit, m2, m2, None, "", (f"{rate:.1f} m2 to 1,000 patients: {rate_source}.",)),
        _made(
            place,
            "estate_reply_gbp",
            unit,
            m2 * cost if cost else None,
            m2 * cost if cost else None,
            None,
            "the study gives no building cost: set building_gbp_per_m2 in [estates]",
        ),
    ]


def _space_rate(place: Place, settings: EstateSettings) -> tuple[float, str]:
    if settings.space_m2_per_1000:
        return settings.space_m2_per_1000, "set in the study"
    parameter = load_parameter("floor_space_dorset_2016").on(place.as_at)
    return parameter.value, f"{parameter.reference} ({parameter.standing})"


def _closing_figures(place: Place, closing: pl.DataFrame) -> list[Figure]:
    out = []
    for row in closing.iter_rows(named=True):
        unit = Unit(f"site:{row['site_code']}", row["site_name"], ())
        if row["nothing_known"]:
            continue
        for measure, column in (("saves", "saves_gbp"), ("costs", "costs_gbp"), ("receipt", "receipt_gbp")):
            out.append(
                _made(place, f"estate_closing_{measure}", unit, row[column], row[column], None, row[f"{measure}_why"])
            )
    return out
