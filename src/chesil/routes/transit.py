"""Public transport times from a timetable and the walking network: by departure window, with walks at both ends."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.core.errors import ChesilError, InputRefused, Problem
from chesil.methods.routing import pairs_within, place_on
from chesil.methods.timetable import Connections, Walks, connections_of, journeys_in_window, scan_profile
from chesil.place.travel import TravelTimes
from chesil.routes.networks import FURTHEST, LEAST_ISLAND, ModeNetwork, Routed, route
from chesil.sources.gtfs import Timetable, services_on, usual_day

STOP_FURTHEST = 300.0
"""Metres: a stop farther than this from any path is left out."""
DAY = 86_400
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Departures:
    """When people set out and how far they will walk: each is an assumption that may be changed.

    The window follows the Department for Transport's convention: a Tuesday in October, 07:00 to 10:00.
    """

    day: date | None = None
    first_minute: int = 7 * 60
    last_minute: int = 10 * 60
    every_minutes: int = 1
    longest_walk_minutes: float = 20.0
    longest_change_walk_minutes: float = 5.0
    change_minutes: float = 1.0
    longest_journey_minutes: float = 120.0

    def __post_init__(self) -> None:
        if not 0 <= self.first_minute < self.last_minute <= 30 * 60 or self.every_minutes < 1:
            raise ChesilError("the window must begin before it ends, within a day", [], "Try 07:00 to 10:00")

    @property
    def seconds(self) -> NDArray[np.int64]:
        """Each departure: the first minute, then on to the last, which is not in the window."""
        return 60 * np.arange(self.first_minute, self.last_minute, self.every_minutes)

    @property
    def latest(self) -> float:
        return 60 * (self.last_minute + self.longest_journey_minutes)


@dataclass(frozen=True, eq=False)
class TransitTimes:
    """Median times of a window as `routed`, with the least and greatest over its departures, and the day taken."""

    routed: Routed
    least: Array
    greatest: Array
    day: date


def transit_times(
    timetable: Timetable,
    walking: ModeNetwork,
    origins: pl.DataFrame,
    destinations: pl.DataFrame,
    departures: Departures | None = None,
    *,
    furthest: float = FURTHEST,
) -> TransitTimes:
    """Journeys by public transport and on foot, waits included, over the window's departures.

    The median is never longer than walking all the way. `InputRefused` if no trip of the day touches the place in the
    window, or a place lies off the walking network (see `route`).
    """
    when = departures or Departures()
    day = when.day or usual_day(timetable)
    on_foot = route(walking, origins, destinations, furthest=furthest)
    stops, left_out = _stops_on(timetable, walking)
    rides, used = _rides(timetable, stops, day, when)
    stops = stops.filter(pl.col("stop_id").is_in(used.implode())).sort("stop_id")
    at = stops["point"].to_numpy()
    network, spare = walking.network, _spare_seconds(walking)
    here = place_on(network, *_where(origins), least_island=LEAST_ISLAND)
    there = place_on(network, *_where(destinations), least_island=LEAST_ISLAND)
    longest = 60 * when.longest_walk_minutes
    stop_spare = spare * stops["metres"].to_numpy()
    access = _walks(pairs_within(network, here.point, at, longest), spare * here.metres, stop_spare, longest)
    egress = _walks(pairs_within(network, at, there.point, longest), stop_spare, spare * there.metres, longest)
    change_longest = 60 * when.longest_change_walk_minutes
    change = _walks(pairs_within(network, at, at, change_longest), stop_spare, stop_spare, change_longest, itself=False)
    out = np.full((stops.height, destinations.height), np.inf)
    out[egress.start, egress.end] = egress.seconds
    profile = scan_profile(rides, change, out, change_seconds=round(60 * when.change_minutes), latest=when.latest)
    window = journeys_in_window(profile, access, on_foot.times.seconds, when.seconds)
    about = (
        f"routed public transport and walking times ({timetable.receipt.file}, {day:%-d %B %Y}, leaving each "
        f"{_nth(when.every_minutes)}minute from {_clock(when.first_minute)} to {_clock(when.last_minute)}; median over the "
        f"window, waits included), walking over {walking.receipt.file}"
    )
    times = TravelTimes(
        "public_transport", "routed", tuple(origins["code"]), tuple(destinations["code"]), window.median, 0.0, about
    )
    lost = f"{left_out:,} stops of the timetable lie within the network's edges but beyond {STOP_FURTHEST:.0f} m of a path."
    notes = (*on_foot.notes, *((lost,) if left_out else ()))
    return TransitTimes(replace(on_foot, times=times, notes=notes), window.least, window.greatest, day)


def _where(places: pl.DataFrame) -> tuple[Array, Array]:
    return places["easting"].to_numpy(), places["northing"].to_numpy()


def _spare_seconds(walking: ModeNetwork) -> float:
    """Seconds a metre between a place and the nearest path."""
    return walking.rules.off_road_detour / (walking.rules.off_road_kmh / 3.6)


def _walks(
    pairs: tuple[NDArray[np.int64], NDArray[np.int64], Array],
    before: Array,
    after: Array,
    longest: float,
    *,
    itself: bool = True,
) -> Walks:
    start, end, seconds = pairs
    whole = seconds + before[start] + after[end]
    keep = (whole <= longest) & (itself | (start != end))
    return Walks(start[keep], end[keep], whole[keep])


def _stops_on(timetable: Timetable, walking: ModeNetwork) -> tuple[pl.DataFrame, int]:
    """Stops within the network's edges with the point each is put on, and how many are too far from any path."""
    roads = walking.network.roads
    stops = timetable.stops.filter(
        pl.col("easting").is_between(roads.x.min() - STOP_FURTHEST, roads.x.max() + STOP_FURTHEST),
        pl.col("northing").is_between(roads.y.min() - STOP_FURTHEST, roads.y.max() + STOP_FURTHEST),
    )
    if stops.is_empty():
        raise InputRefused(
            "The timetable cannot be used",
            [Problem("none of its stops lies within the OpenStreetMap extract", timetable.receipt.file)],
            "Name a timetable of the same region as the extract",
        )
    placed = place_on(walking.network, *_where(stops), least_island=LEAST_ISLAND)
    stops = stops.with_columns(point=pl.Series(placed.point), metres=pl.Series(placed.metres))
    near = stops.filter(pl.col("metres") <= STOP_FURTHEST)
    return near, stops.height - near.height


def _rides(timetable: Timetable, stops: pl.DataFrame, day: date, when: Departures) -> tuple[Connections, pl.Series]:
    """The day's connections between kept stops that may matter to the window, and the stops they call at."""
    calls = timetable.calls.join(stops.select("stop_id"), on="stop_id", how="semi")
    parts = []
    for shift, service_day in ((0, day), (-DAY, day - timedelta(days=1))):
        running = timetable.trips.filter(pl.col("service_id").is_in(list(services_on(timetable, service_day))))
        todays = _timed(timetable.calls.join(running, on="trip_id", how="semi"))
        todays = todays.join(calls.select("trip_id", "stop_sequence"), on=["trip_id", "stop_sequence"], how="semi")
        todays = _at_each_headway(todays, timetable.frequencies)
        moved = todays.with_columns(
            pl.col("arrives") + shift, pl.col("departs") + shift, trip=pl.format("{}|{}", "trip", pl.lit(shift))
        )
        parts.append(moved)
    held = pl.concat(parts).filter(
        pl.col("departs") >= 60 * when.first_minute, pl.col("arrives") <= when.latest, pl.len().over("trip") > 1
    )
    held = held.filter(pl.len().over("trip") > 1).sort("trip", "stop_sequence")
    if held.is_empty():
        raise InputRefused(
            "The timetable cannot be used",
            [
                Problem(
                    f"no trip calls at two stops of the place on {day:%A %-d %B %Y} from {_clock(when.first_minute)}",
                    timetable.receipt.file,
                )
            ],
            "Name another day with --day, or a timetable of the same region as the extract",
        )
    used = held["stop_id"].unique().sort()
    number = pl.DataFrame({"stop_id": used, "stop": pl.Series(range(used.len()), dtype=pl.Int64)})
    held = held.join(number, on="stop_id", how="left", maintain_order="left")
    rides = connections_of(
        held["trip"].rle_id().to_numpy(),
        held["stop"].to_numpy(),
        held["arrives"].to_numpy(),
        held["departs"].to_numpy(),
        used.len(),
        board=held["board"].to_numpy(),
        alight=held["alight"].to_numpy(),
    )
    return rides, used


def _timed(calls: pl.DataFrame) -> pl.DataFrame:
    """Calls without a time are given one on the straight line between timing points, by their place in the trip."""
    calls = calls.sort("trip_id", "stop_sequence")
    if not calls["arrives"].null_count():
        return calls
    fill = [pl.col(c).interpolate().round().cast(pl.Int64).over("trip_id") for c in ("arrives", "departs")]
    return calls.with_columns(fill).with_columns(departs=pl.max_horizontal("arrives", "departs"))


def _at_each_headway(calls: pl.DataFrame, often: pl.DataFrame) -> pl.DataFrame:
    """Trips that run at headways, once for each departure; others as they are. Adds `trip`, which tells them apart."""
    as_timed = calls.join(often, on="trip_id", how="anti").with_columns(trip=pl.col("trip_id"))
    if often.is_empty():
        return as_timed
    each = (
        often.with_columns(start=pl.int_ranges("starts", "ends", "every"))
        .explode("start")
        .drop_nulls("start")
        .select("trip_id", "start")
        .unique()
        .sort("trip_id", "start")
    )
    first = calls.group_by("trip_id").agg(pl.col("departs").min().alias("begins"))
    run = calls.join(first, on="trip_id").join(each, on="trip_id")
    move = pl.col("start") - pl.col("begins")
    run = run.with_columns(
        pl.col("arrives") + move, pl.col("departs") + move, trip=pl.format("{}@{}", "trip_id", "start")
    )
    return pl.concat([as_timed, run.select(as_timed.columns)])


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _nth(every: int) -> str:
    return "" if every == 1 else f"{every}th "
