"""Travel times of a place: seconds from each origin to each site by one mode, with the method named and its error."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from chesil.core.errors import InputRefused, Problem
from chesil.definitions import load_definition
from chesil.methods.barriers import crosses_water
from chesil.methods.travel import TravelModel
from chesil.methods.ways import (
    LAND_CLASSES,
    MARGINS_M,
    Country,
    Crossing,
    country_from,
    crossing_faults,
    crossings_from,
    grouped,
    land_metres,
    missing_areas,
    water_around,
)
from chesil.packs.pack import read_table
from chesil.place.place import Place

MODES = ("drive", "cycle", "walk")
Array = NDArray[np.float64]
CROSSINGS_FILE = "definitions/crossings.toml"

ABOUT = {
    "drive": "modelled drive times: distance by land from population-weighted centroids, round water, at paces fitted to "
    "published drive minutes by kind of land and distance; no roads, no traffic, ferries left out",
    "cycle": "modelled cycle times: distance by land, round water, at a pace fitted to published cycle minutes; no roads, "
    "no hills, ferries left out",
    "walk": "assumed walking times: distance by land, round water, with an assumed speed and detour; no footpaths, no hills",
}


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """Seconds from each origin to each destination by one mode.

    `seconds` (origins, destinations) is infinite where there is no way. `method` is "published", "modelled" or
    "routed". `log_errors`, of the same shape, is the standard deviation of the natural logarithm of true over given
    time, found out of sample by kind of land and distance (0 where times are published or routed): a figure that rests
    on these times carries it into its limits. `log_error` is their median.
    """

    mode: str
    method: str
    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    seconds: Array
    log_error: float
    about: str
    log_errors: Array | None = None

    @property
    def minutes(self) -> Array:
        return self.seconds / 60

    @property
    def errors(self) -> Array:
        """The log error of every pair, (origins, destinations)."""
        return self.log_errors if self.log_errors is not None else np.full(self.seconds.shape, self.log_error)


def area_origins(place: Place, *, beyond: bool = False) -> pl.DataFrame:
    """Where journeys begin: code, easting, northing, is_rural of each area's population-weighted centroid.

    With `beyond`, also the areas outside the place's edge in which its patients live.
    """
    tables = [place.areas, place.areas_beyond] if beyond else [place.areas]
    columns = [pl.col("lsoa11").alias("code"), "easting", "northing", (pl.col("is_rural_2011") == 1).alias("is_rural")]
    return pl.concat([t.select(columns) for t in tables]).sort("code")


def site_destinations(place: Place) -> pl.DataFrame:
    """Where journeys end: code, practice_code, easting, northing of each open site with known coordinates."""
    sites = place.sites.filter(pl.col("status") == "open").drop_nulls(["easting", "northing"])
    return sites.select(pl.col("site_code").alias("code"), "practice_code", "easting", "northing").sort("code")


def travel_times(origins: pl.DataFrame, destinations: pl.DataFrame, mode: str, *, ferries: bool = False) -> TravelTimes:
    """Modelled times between tables with code, easting and northing (metres); any origins, any destinations.

    The distance is the straight line, or the shortest way round where water lies across it; the pace is that of the
    kinds of land at both ends. With `ferries`, ways may use those of the table of crossings. The same both ways.
    """
    return travel_times_by_mode(origins, destinations, (mode,), ferries=ferries)[mode]


def travel_times_by_mode(
    origins: pl.DataFrame, destinations: pl.DataFrame, modes: Sequence[str] = MODES, *, ferries: bool = False
) -> dict[str, TravelTimes]:
    """`travel_times` by several modes at once: modes that may use the same crossings share their ways."""
    for mode in modes:
        if mode not in MODES:
            raise ValueError(f"mode `{mode}` is not one of {MODES}")
    here, there = _points(origins), _points(destinations)
    names = tuple(origins["code"]), tuple(destinations["code"])
    if not len(here) or not len(there):
        nothing = np.zeros((len(here), len(there)))
        return {m: TravelTimes(m, "modelled", *names, nothing, 0.0, ABOUT[m]) for m in modes}
    country = load_country()
    from_class, to_class = country.class_of(here), country.class_of(there)
    ways: dict[frozenset[str], Array] = {}
    found = {}
    for mode in modes:
        near = frozenset(c.name for c in country.usable(mode, ferries) if _is_near(c, here, there))
        if near not in ways:
            ways[near] = land_metres(country, here, there, mode=mode, ferries=ferries)
        model = load_model(mode)
        errors = model.errors(ways[near], from_class)
        found[mode] = TravelTimes(
            mode=mode,
            method="modelled",
            origins=names[0],
            destinations=names[1],
            seconds=model.seconds(ways[near], from_class, to_class),
            log_error=float(np.median(errors)),
            about=ABOUT[mode],
            log_errors=errors,
        )
    return found


def _is_near(crossing: Crossing, here: Array, there: Array) -> bool:
    """Whether a way between the points could lead over a crossing: it lies within the frame that is looked at."""
    at = np.array([crossing.east, crossing.north])
    low = np.minimum(here.min(axis=0), there.min(axis=0)) - MARGINS_M[1]
    high = np.maximum(here.max(axis=0), there.max(axis=0)) + MARGINS_M[1]
    return bool(((at >= low) & (at <= high)).all())


def public_transport_range(origins: pl.DataFrame, destinations: pl.DataFrame) -> tuple[Array, Array]:
    """The least and most minutes by public transport or walking that published areas make likely, per pair.

    Without a timetable no time can be given. In 2011 eight areas in ten had a published time to a GP that lay between
    these two, at their distance and on their kind of land. It never says that a site can be reached by bus.
    """
    walk, drive = travel_times(origins, destinations, "walk"), travel_times(origins, destinations, "drive")
    return public_transport_between(drive, walk, origins, destinations)


def public_transport_between(
    drive: TravelTimes, walk: TravelTimes, origins: pl.DataFrame, destinations: pl.DataFrame
) -> tuple[Array, Array]:
    """`public_transport_range` where the times by car and on foot between the two tables are at hand."""
    table = read_table("travel_public")
    country = load_country()
    here, there = _points(origins), _points(destinations)
    km = np.hypot(here[:, None, 0] - there[None, :, 0], here[:, None, 1] - there[None, :, 1]) / 1000
    starts = np.array(sorted(table["from_km"].unique()))
    band = np.searchsorted(starts, km, side="right") - 1
    kind = country.class_of(here)[:, None]
    ends = []
    for column in ("low_share", "high_share"):
        share = np.zeros((len(LAND_CLASSES), len(starts)))
        for land, km_from, value in table.select("land_class", "from_km", column).iter_rows():
            share[LAND_CLASSES.index(land), int(np.searchsorted(starts, km_from))] = value
        fast, slow = np.minimum(drive.minutes, walk.minutes), walk.minutes
        with np.errstate(invalid="ignore"):
            ends.append(np.where(np.isfinite(slow), fast + share[kind, band] * (slow - fast), np.inf))
    return ends[0], ends[1]


def _points(table: pl.DataFrame) -> Array:
    found: Array = table.select("easting", "northing").to_numpy().astype(np.float64)
    return found


@lru_cache(maxsize=1)
def load_country() -> Country:
    """The small areas of England with their borders, water and crossings; `InputRefused` names every bad crossing."""
    areas = read_table("areas", ["lsoa11", "easting", "northing", "ruc11_code"]).sort("lsoa11")
    codes = areas["lsoa11"].to_list()
    records = load_definition(".", "crossings")["crossing"]
    country = country_from(
        areas, read_table("area_neighbours"), read_table("area_outer_edges"), crossings_from(records, codes)
    )
    problems = [
        Problem(f"its area {code} is not a small area (LSOA 2011) of England", f"crossing `{name}`")
        for name, code in missing_areas(records, codes)
    ]
    problems += [
        Problem(fault, f"crossing `{name}`", "a way would lead over open water")
        for name, fault in crossing_faults(country, country.crossings, codes)
    ]
    if problems:
        raise InputRefused(
            "The table of crossings cannot be used", problems, f"Mend `between` or `at` in {CROSSINGS_FILE}"
        )
    return country


@lru_cache(maxsize=8)
def load_model(mode: str) -> TravelModel:
    """The fitted model of a mode from the pack."""
    rows = read_table("travel_model", where=pl.col("mode") == mode)
    knots = np.array(sorted(rows["from_km"].unique())) * 1000
    shape = (len(LAND_CLASSES), len(knots))
    start, pace, error = np.zeros(shape[0]), np.zeros(shape), np.zeros(shape)
    for land, km, at_start, per_km, log_error in rows.select(
        "land_class", "from_km", "start_seconds", "seconds_per_km", "log_error"
    ).iter_rows():
        c, b = LAND_CLASSES.index(land), int(np.searchsorted(knots, km * 1000))
        start[c], pace[c, b], error[c, b] = at_start, per_km / 1000, log_error
    return TravelModel(mode, knots, start, pace, error)


@lru_cache(maxsize=1)
def _middle_layer() -> tuple[Country, NDArray[np.int64]]:
    """England in middle-layer areas, and the middle-layer area of each small area."""
    areas = read_table("areas", ["lsoa11", "msoa11"]).sort("lsoa11")
    codes = sorted(areas["msoa11"].unique())
    number = {code: k for k, code in enumerate(codes)}
    group = np.array([number[m] for m in areas["msoa11"]], dtype=np.int64)
    return grouped(load_country(), group), group


TILE_M = 25_000
FASTEST_M_PER_S = 28.0
"""No modelled journey averages more than 100 km/h; distances beyond are not looked at."""


def times_within(
    origins: pl.DataFrame, destinations: pl.DataFrame, mode: str, within_minutes: float, *, ferries: bool = False
) -> pl.DataFrame:
    """Every pair no further apart than so many minutes: origin, destination (row numbers) and seconds, sorted.

    For tables of any size, up to all of England: the way round water is found between middle-layer areas (of about
    7,500 people), so that a time can differ a little from `travel_times` where water is near; elsewhere they agree.
    """
    here, there = _points(origins), _points(destinations)
    model, country = load_model(mode), load_country()
    coarse, group = _middle_layer()
    areas = cKDTree(country.xy)
    nearest_here, nearest_there = areas.query(here)[1], areas.query(there)[1]
    class_here, class_there = country.land_class[nearest_here], country.land_class[nearest_there]
    group_here, group_there = group[nearest_here], group[nearest_there]
    water = water_around(country, country.xy)
    reach = _reach_metres(model, within_minutes * 60)
    tile = np.floor(there / TILE_M).astype(np.int64)
    _, tile_of = np.unique(tile[:, 0] * 1000 + tile[:, 1], return_inverse=True)
    found: list[pl.DataFrame] = []
    for t in range(int(tile_of.max()) + 1 if len(there) else 0):
        columns = np.nonzero(tile_of == t)[0]
        low, high = there[columns].min(axis=0) - reach, there[columns].max(axis=0) + reach
        rows = np.nonzero(((here >= low) & (here <= high)).all(axis=1))[0]
        from_groups, from_at = np.unique(group_here[rows], return_inverse=True)
        to_groups, to_at = np.unique(group_there[columns], return_inverse=True)
        a, b = coarse.xy[from_groups], coarse.xy[to_groups]
        straight = np.hypot(a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1])
        by_land = land_metres(coarse, a, b, mode=mode, ferries=ferries, water=water)
        longer = np.where(straight > 0, by_land / np.maximum(straight, 1.0), 1.0)
        for part in np.array_split(np.arange(len(columns)), max(1, len(columns) * len(rows) // 2_000_000)):
            c = columns[part]
            metres = np.hypot(here[rows, None, 0] - there[None, c, 0], here[rows, None, 1] - there[None, c, 1])
            i, j = np.nonzero(metres <= reach)
            metres_by_land = metres[i, j] * longer[from_at[i], to_at[part][j]]
            close = metres_by_land <= reach
            i, j, metres_by_land = i[close], j[close], metres_by_land[close]
            seconds = model.seconds_of_pairs(metres_by_land, class_here[rows[i]], class_there[c[j]])
            near = seconds <= within_minutes * 60
            found.append(
                pl.DataFrame(
                    {
                        "origin": rows[i[near]].astype(np.int32),
                        "destination": c[j[near]].astype(np.int32),
                        "seconds": seconds[near].astype(np.float32),
                    }
                )
            )
    empty = pl.DataFrame(schema={"origin": pl.Int32, "destination": pl.Int32, "seconds": pl.Float32})
    return pl.concat([empty, *found]).sort("origin", "destination")


def _reach_metres(model: TravelModel, seconds: float) -> float:
    """No journey of so many seconds goes further: the distance at which the fastest land takes as long."""
    metres = np.linspace(0.0, seconds * FASTEST_M_PER_S, 2_000)
    classes = np.arange(len(LAND_CLASSES))
    least = np.min(
        [model.seconds_of_pairs(metres, np.full(2_000, a), np.full(2_000, b)) for a in classes for b in classes], axis=0
    )
    within = metres[least <= seconds]
    return float(within.max()) + metres[1] if len(within) else 0.0


CANDIDATES = 8


def nearest_seconds(
    origins: pl.DataFrame, destinations: pl.DataFrame, modes: Sequence[str] = MODES, *, round_water: bool = True
) -> dict[str, Array]:
    """Seconds from each origin to the nearest destination by each mode, (origins,), for very many origins at once.

    Of the eight destinations nearest by line those beyond water are passed over; where all are, the time is infinite.
    Without `round_water` lines count as they are: for means over all England, where it changes next to nothing.
    """
    here, there = _points(origins), _points(destinations)
    country = load_country()
    k = min(CANDIDATES, len(there))
    metres, found = (a.reshape(len(here), k) for a in cKDTree(there).query(here, k=k))
    if round_water:
        wet = crosses_water(water_around(country, here), np.repeat(here, k, axis=0), there[found.ravel()])
        metres = np.where(wet.reshape(metres.shape), np.inf, metres)
    from_class, to_class = country.class_of(here), country.class_of(there)
    seconds = {}
    for mode in modes:
        finite = np.where(np.isfinite(metres), metres, 0.0)
        every = load_model(mode).seconds_of_pairs(finite.ravel(), np.repeat(from_class, k), to_class[found.ravel()])
        seconds[mode] = np.where(np.isfinite(metres), every.reshape(metres.shape), np.inf).min(axis=1)
    return seconds


@lru_cache(maxsize=8)
def shared_log_error(mode: str) -> float:
    """How far a whole place's mean time may be out together (log): held-out squares of 50 km; for walking, all of it."""
    errors = read_table("travel_errors", where=pl.col("mode") == mode).drop_nulls("square_log_error")
    near = errors.filter(pl.col("publication") != "stroke units")
    if near.is_empty():
        return float(load_model(mode).log_error.max())
    return float(near["square_log_error"].max())  # type: ignore[arg-type]
