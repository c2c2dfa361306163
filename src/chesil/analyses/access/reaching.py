"""How long people take: to the nearest surgery, the third nearest and their own, for every area by every mode."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.analyses.access.making import Of, made, mean_minutes, share_within
from chesil.core.figure import Figure
from chesil.measures.computing import Unit
from chesil.methods.journey_times import journey_times
from chesil.place.links import PUBLIC
from chesil.place.place import Place
from chesil.place.serving import sites_serving
from chesil.place.travel import (
    MODES,
    TravelTimes,
    area_origins,
    public_transport_between,
    shared_log_error,
    site_destinations,
)

Array = NDArray[np.float64]


class Times(Protocol):
    """Gives times by mode between two tables of points; by all modes if not said."""

    def __call__(
        self, origins: pl.DataFrame, destinations: pl.DataFrame, modes: Sequence[str] = MODES
    ) -> Mapping[str, TravelTimes]: ...


AROUND_M = 25_000
"""Surgeries of other places so near to an area count for its nearest: nobody stops at a board's edge."""
AFAR_MINUTES = 60.0
"""People who live further than this from their own practice are counted by themselves: mostly moves not yet told."""
THIRD = 3


@dataclass(frozen=True, eq=False)
class Reached:
    """Times from the middle of each area of a place, and of those beyond it where its patients live.

    `areas` codes in order, `inside` (n,) whether within the edge; `sites` and `owners` (m,) codes of sites and their
    practices; `times` by mode, (n, m); `nearest`, `third` and their errors by mode, (n,). From areas beyond the edge only
    the ways by car to the place's own sites are held: their people are asked about nothing else.
    """

    areas: tuple[str, ...]
    inside: NDArray[np.bool_]
    sites: tuple[str, ...]
    owners: tuple[str, ...]
    times: Mapping[str, TravelTimes]
    nearest: Mapping[str, Array]
    third: Mapping[str, Array]
    errors: Mapping[str, Array]
    about: Mapping[str, str]
    public: tuple[Array, Array]
    """The least and most minutes to the nearest by public transport or walking, (n,) each: a range, never a claim."""

    def standing(self, mode: str) -> str:
        """What a figure of these times is: modelled, or derived from routed or published times."""
        return "modelled" if self.times[mode].method == "modelled" else "derived"

    def shared(self, mode: str) -> float:
        """What all its modelled times may be out by together (log); nought where times are routed or published."""
        return shared_log_error(mode) if self.times[mode].method == "modelled" else 0.0

    @cached_property
    def index(self) -> dict[str, int]:
        """The position of each area by its code."""
        return {code: k for k, code in enumerate(self.areas)}


def reach_sites(place: Place, england: Place, times_of: Times) -> Reached:
    """Times from every area of the place (and those beyond where its patients live) to its own and nearby surgeries."""
    origins = _origins_near(place)
    own, sites = site_destinations(place), surgeries_near(place, england)
    mine = set(place.areas["lsoa11"])
    inside = np.array([c in mine for c in origins["code"]], dtype=bool)
    mine_to_all = times_of(origins.filter(inside), sites)
    times = {m: _spread_out(t, origins, inside) for m, t in mine_to_all.items()}
    public = _public_range(mine_to_all, origins.filter(inside), sites, inside)
    if not inside.all() and own.height:
        far = times_of(origins.filter(~inside), own, ("drive",))["drive"]
        times["drive"] = _with_own_from_beyond(times["drive"], far, inside)
    nearest, third, errors = _to_nearest(times)
    return Reached(
        areas=tuple(origins["code"]),
        inside=inside,
        sites=tuple(sites["code"]),
        owners=tuple(sites["practice_code"]),
        times=times,
        nearest=nearest,
        third=third,
        errors=errors,
        about={m: t.about for m, t in times.items()},
        public=public,
    )


def _to_nearest(times: Mapping[str, TravelTimes]) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
    """By mode: seconds to the nearest site, to the third nearest, and the error of the way to the nearest, (n,) each."""
    nearest, third, errors = {}, {}, {}
    for mode, found in times.items():
        order = np.argsort(found.seconds, axis=1, kind="stable")
        rows, sites = np.arange(len(order)), found.seconds.shape[1]
        nearest[mode] = found.seconds[rows, order[:, 0]] if sites else np.full(len(order), np.inf)
        third[mode] = found.seconds[rows, order[:, THIRD - 1]] if sites >= THIRD else np.full(len(order), np.inf)
        errors[mode] = found.errors[rows, order[:, 0]] if sites else np.zeros(len(order))
    return nearest, third, errors


def only_sites(reached: Reached, kept: NDArray[np.bool_], place: Place, england: Place) -> Reached:
    """The same as if no other sites than those kept (m,) were open; nothing is measured anew."""
    times = {m: replace(t, seconds=np.where(kept, t.seconds, np.inf)) for m, t in reached.times.items()}
    nearest, third, errors = _to_nearest(times)
    inside = reached.inside
    mine = {m: replace(t, seconds=t.seconds[inside], log_errors=t.errors[inside]) for m, t in times.items()}
    origins, sites = _origins_near(place).filter(inside), surgeries_near(place, england)
    public = _public_range(mine, origins, sites, inside)
    return replace(reached, times=times, nearest=nearest, third=third, errors=errors, public=public)


def _spread_out(times: TravelTimes, origins: pl.DataFrame, inside: NDArray[np.bool_]) -> TravelTimes:
    """Times of the areas inside the edge with rows for those beyond it, to which nothing is known to lead."""
    seconds, errors = (
        np.full((len(inside), len(times.destinations)), np.inf),
        np.zeros((len(inside), len(times.destinations))),
    )
    seconds[inside], errors[inside] = times.seconds, times.errors
    return replace(times, origins=tuple(origins["code"]), seconds=seconds, log_errors=errors)


def _with_own_from_beyond(times: TravelTimes, far: TravelTimes, inside: NDArray[np.bool_]) -> TravelTimes:
    """The same with the ways from beyond the edge to the place's own sites filled in."""
    column = {code: k for k, code in enumerate(times.destinations)}
    cells = np.ix_(np.flatnonzero(~inside), np.array([column[c] for c in far.destinations], dtype=np.int64))
    seconds, errors = times.seconds.copy(), times.errors.copy()
    seconds[cells], errors[cells] = far.seconds, far.errors
    return replace(times, seconds=seconds, log_errors=errors)


def _public_range(
    times: Mapping[str, TravelTimes], origins: pl.DataFrame, sites: pl.DataFrame, inside: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Least and most minutes to the nearest site by public transport or walking, (n,); infinite beyond the edge."""
    low, high = np.full(len(inside), np.inf), np.full(len(inside), np.inf)
    if inside.any() and sites.height:
        least, most = public_transport_between(times["drive"], times["walk"], origins, sites)
        low[inside], high[inside] = least.min(axis=1), most.min(axis=1)
    return low, high


BEYOND_M = 60_000
"""Areas beyond the edge further than this from it are not looked at: their patients are counted as from afar."""


def _origins_near(place: Place) -> pl.DataFrame:
    """The place's areas, and those beyond its edge where its patients live that are not far off."""
    every, inside = area_origins(place, beyond=True), area_origins(place)
    if inside.is_empty():
        return every
    near = pl.lit(True)
    for column in ("easting", "northing"):
        near &= pl.col(column).is_between(_least(inside[column]) - BEYOND_M, _most(inside[column]) + BEYOND_M)
    return every.filter(near)


def surgeries_near(place: Place, england: Place) -> pl.DataFrame:
    """Open sites of the place and of others near it, in order of code."""
    return pl.concat([site_destinations(place), _sites_around(place, england)]).sort("code")


def _sites_around(place: Place, england: Place) -> pl.DataFrame:
    """Open sites of other places' practices near the place's own areas."""
    others = site_destinations(england).filter(
        ~pl.col("practice_code").is_in(place.practices["practice_code"].implode())
        & ~pl.col("code").is_in(place.sites["site_code"].implode())
    )
    east, north = place.areas["easting"], place.areas["northing"]
    if not len(east):
        return others.clear()
    return others.filter(
        pl.col("easting").is_between(_least(east) - AROUND_M, _most(east) + AROUND_M)
        & pl.col("northing").is_between(_least(north) - AROUND_M, _most(north) + AROUND_M)
    )


def _least(values: pl.Series) -> int:
    return int(values.min())  # type: ignore[arg-type]


def _most(values: pl.Series) -> int:
    return int(values.max())  # type: ignore[arg-type]


def people_of(place: Place, unit: Unit, reached: Reached) -> Array:
    """Registered patients of a unit's practices by area, (n,)."""
    flows = place.registrations.filter(pl.col("practice_code").is_in(list(unit.practices)))
    by_area = flows.group_by("lsoa11").agg(pl.col("patients").sum())
    index = reached.index
    people = np.zeros(len(reached.areas))
    for code, count in by_area.iter_rows():
        if code in index:
            people[index[code]] = count
    return people


def reach_figures(
    place: Place, unit: Unit, reached: Reached, own: pl.DataFrame, thresholds: Sequence[int], level: str
) -> list[Figure]:
    """Minutes to the nearest, the third nearest and the own practice, and shares within the thresholds, of one unit."""
    of = Of(unit.code, unit.name)
    receipts = (
        *place.receipts_for("areas", "easting"),
        *place.receipts_for("registrations"),
        *place.receipts_for("sites"),
    )
    if place.registrations.is_empty():
        return [
            made("access_drive_nearest", of, place, reason=f"patients by area are not published for {place.vintage}")
        ]
    people = people_of(place, unit, reached) * reached.inside
    standing = (
        ("Rests on patients by area projected from July 2022.",) if place.registrations_are == "projected" else ()
    )
    figures = []
    for mode in MODES:
        shared = reached.shared(mode)
        given = {"receipts": receipts, "notes": (reached.about[mode], *standing), "standing": reached.standing(mode)}
        figures.append(
            mean_minutes(
                f"access_{mode}_nearest",
                of,
                place,
                reached.nearest[mode],
                people,
                reached.errors[mode],
                shared,
                **given,
            )
        )
        for minutes in thresholds if level != "practice" else ():
            at = Of(f"{unit.code}:{mode}:{minutes}", f"{unit.name}, {minutes} minutes by {WORDS[mode]}")
            figures.append(
                share_within(
                    "access_share_within", at, place, reached.nearest[mode], people, reached.errors[mode], shared, minutes,
                    **given,
                )
            )  # fmt: skip
    shared = reached.shared("drive")
    given = {"receipts": receipts, "notes": (reached.about["drive"], *standing), "standing": reached.standing("drive")}
    figures.append(
        mean_minutes(
            "access_drive_third", of, place, reached.third["drive"], people, reached.errors["drive"], shared, **given
        )
    )
    figures += _own_figures(place, unit, reached, own, given)
    figures += _public_figures(place, of, reached, people, receipts)
    return figures


RANGE_NOTE = (
    "Of areas at such a distance and on such land eight in ten had a published time between the two in 2011. It is no "
    "claim that a bus goes."
)


def _public_figures(place: Place, of: Of, reached: Reached, people: Array, receipts: tuple[str, ...]) -> list[Figure]:
    """The range that minutes by public transport or walking are likely to lie in, and routed minutes where there are any."""
    figures = []
    for measure, minutes in zip(("access_public_least", "access_public_most"), reached.public, strict=True):
        way = np.isfinite(minutes) & (people > 0)
        if not way.any():
            figures.append(made(measure, of, place, reason="nobody has a way", receipts=receipts))
            continue
        number, total = math.fsum(people[way] * minutes[way]), math.fsum(people[way])
        figures.append(
            made(measure, of, place, value=number / total, numerator=number, denominator=total, receipts=receipts,
                 notes=(RANGE_NOTE,))
        )  # fmt: skip
    if PUBLIC in reached.times:
        seconds = reached.nearest[PUBLIC]
        out = math.fsum(people[~np.isfinite(seconds)])
        notes = (reached.about[PUBLIC], f"{out:,.0f} people have no way in the links and are left out of the mean.")
        given = {"receipts": receipts, "notes": notes, "standing": "derived"}
        nil = np.zeros(len(people))
        figures.append(mean_minutes("access_public_nearest", of, place, seconds, people, nil, 0.0, **given))
    return figures


WORDS = {"drive": "car", "cycle": "cycle", "walk": "foot"}


def own_pairs(place: Place, reached: Reached) -> pl.DataFrame:
    """Each flow of patients with the seconds by car to the nearest open site of their own practice, and its error.

    A hub counts among the sites of every practice that it serves.
    """
    index = reached.index
    drive = reached.times["drive"]
    columns: dict[str, list[int]] = {}
    for k, owner in enumerate(reached.owners):
        columns.setdefault(owner, []).append(k)
    column = {code: k for k, code in enumerate(reached.sites)}
    for practice, sites in sites_serving(place).items():
        columns.setdefault(practice, []).extend(column[s] for s in sites if s in column)
    flows = place.registrations.select("practice_code", "lsoa11", "patients")
    row = np.array([index.get(area, -1) for area in flows["lsoa11"]], dtype=np.int64)
    seconds, error, site = np.full(row.size, math.inf), np.zeros(row.size), np.full(row.size, -1)
    theirs = flows.with_row_index("at").group_by("practice_code", maintain_order=True).agg("at")
    for practice, at in theirs.iter_rows():
        known = np.array(at)[row[at] >= 0]
        if practice not in columns or not known.size:
            continue
        to = np.array(columns[practice])
        times = drive.seconds[np.ix_(row[known], to)]
        best = times.argmin(axis=1)
        seconds[known], site[known] = times[np.arange(known.size), best], to[best]
        error[known] = drive.errors[row[known], to[best]]
    found = flows.with_columns(
        pl.Series("seconds", seconds), pl.Series("error", error), pl.Series("row", row),
        pl.Series("site_code", [reached.sites[k] if k >= 0 else None for k in site], dtype=pl.String),
    )  # fmt: skip
    return found.sort("practice_code", "lsoa11")


def _own_figures(
    place: Place, unit: Unit, reached: Reached, own: pl.DataFrame, given: Mapping[str, object]
) -> list[Figure]:
    of = Of(unit.code, unit.name)
    pairs = own.filter(pl.col("practice_code").is_in(list(unit.practices)))
    known = pairs.filter(pl.col("row") >= 0)
    seconds, people = known["seconds"].to_numpy(), known["patients"].to_numpy().astype(float)
    near = seconds <= AFAR_MINUTES * 60
    afar = float(pairs["patients"].sum()) - math.fsum(people[near])
    minutes = mean_minutes(
        "access_drive_own", of, place, seconds[near], people[near], known["error"].to_numpy()[near],
        reached.shared("drive"), **given,
    )  # fmt: skip
    rows = known["row"].to_numpy()
    asked = near & reached.inside[rows]  # beyond the edge not every surgery is known, so that nothing is passed by
    past = math.fsum(people[asked & (seconds > reached.nearest["drive"][rows] + 1.0)])
    whole = math.fsum(people[asked])
    figures = [minutes, made("access_from_afar", of, place, value=afar, numerator=afar, **given)]
    if whole:
        share = 100 * past / whole
        figures.append(made("access_pass_nearest", of, place, value=share, numerator=past, denominator=whole, **given))
    return figures


def dft_figures(place: Place, reached: Reached, people: Array, thresholds: Sequence[int]) -> list[Figure]:
    """The three metrics in the manner of the Department for Transport, for the place, by mode and threshold."""
    figures = []
    receipts = (
        *place.receipts_for("areas", "easting"),
        *place.receipts_for("registrations"),
        *place.receipts_for("sites"),
    )
    if not people.sum():
        return []
    for mode in MODES:
        found = journey_times(people, reached.times[mode].minutes, thresholds)
        given = {"receipts": receipts, "notes": (reached.about[mode],), "standing": reached.standing(mode)}
        of = Of(f"{place.code}:{mode}", f"{place.name} by {WORDS[mode]}")
        if np.isfinite(found.average_minimum):
            reachable = found.users - found.users_unreachable
            figures.append(
                made("access_average_minimum", of, place, value=found.average_minimum,
                     numerator=found.average_minimum * reachable, denominator=reachable, **given)
            )  # fmt: skip
        figures.append(
            made(
                "access_unreachable",
                of,
                place,
                value=found.users_unreachable,
                numerator=found.users_unreachable,
                **given,
            )
        )
        for k, minutes in enumerate(found.thresholds):
            at = Of(f"{of.code}:{minutes:g}", f"{of.name} within {minutes:g} minutes")
            figures.append(
                made("access_origin_indicator", at, place, value=float(found.origin_indicator[k]),
                     numerator=float(found.origin_indicator[k]) * found.users, denominator=found.users, **given)
            )  # fmt: skip
            share = float(found.destination_indicator[k])
            figures.append(
                made("access_destination_indicator", at, place, value=share, numerator=share * found.users / 100,
                     denominator=found.users, **given)
            )  # fmt: skip
    return figures


def area_table(place: Place, reached: Reached) -> pl.DataFrame:
    """One row an area of the place: minutes to the nearest by each mode and to the third by car, and its residents."""
    columns = {f"{m}_minutes": reached.nearest[m] / 60 for m in MODES}
    columns |= {"public_least_minutes": reached.public[0], "public_most_minutes": reached.public[1]}
    table = pl.DataFrame({"lsoa11": reached.areas, **columns, "third_minutes": reached.third["drive"] / 60})
    keep = [
        *("lsoa11", "area_name", "msoa_name", "residents_2020", "registered", "is_rural_2011", "ruc11_code"),
        *("no_car_share_2011", "illness_share_2011", "imd_score_2025", "gp_minutes", "public_transport_minutes_2011"),
    ]
    return place.areas.select(keep).join(table, on="lsoa11", how="left").sort("lsoa11")
