"""GTFS timetables: the stops, trips, calls and days of service of a zip that the user names.

General Transit Feed Specification, Schedule reference (gtfs.org). Nothing here opens the network. England's buses are
published as GTFS by the Department for Transport's Bus Open Data Service, under the Open Government Licence.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from pyproj import Transformer

from chesil.core.errors import ChesilError, InputRefused, Problem, did_you_mean
from chesil.core.receipt import Receipt
from chesil.core.tables import MOST_ROWS_NAMED
from chesil.core.whole_files import sha256_of

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WAY_OUT = "Put these right or name another timetable: a zip of GTFS text files, such as a region's from the Bus Open Data Service"


@dataclass(frozen=True, eq=False)
class Timetable:
    """A feed as read: `stops` (stop_id, easting, northing), `calls` (trip_id, stop_sequence, stop_id, arrives, departs in
    seconds after midnight, blank between timing points; board, alight), `trips` (trip_id, service_id), `calendar`,
    `exceptions` and `frequencies`; blank tables where the feed has none."""

    stops: pl.DataFrame
    calls: pl.DataFrame
    trips: pl.DataFrame
    calendar: pl.DataFrame
    exceptions: pl.DataFrame
    frequencies: pl.DataFrame
    receipt: Receipt


def read_timetable(path: Path) -> Timetable:
    """Read a feed; `InputRefused` names each fault by file, row and column."""
    if not path.is_file():
        raise InputRefused("The timetable cannot be used", [Problem("there is no such file", str(path))], WAY_OUT)
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise InputRefused(
            "The timetable cannot be used", [Problem("it is not a zip, or cut short", path.name)], WAY_OUT
        ) from error
    with archive:
        reader = _Feed(path, archive, [])
        stops = reader.table("stops", ("stop_id",), ("stop_lat", "stop_lon", "location_type"))
        trips = reader.table("trips", ("trip_id", "service_id"), ())
        calls = reader.table(
            "stop_times",
            ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time"),
            ("pickup_type", "drop_off_type"),
        )
        calendar = reader.table("calendar", ("service_id", *WEEKDAYS, "start_date", "end_date"), (), may_lack=True)
        exceptions = reader.table("calendar_dates", ("service_id", "date", "exception_type"), (), may_lack=True)
        often = reader.table("frequencies", ("trip_id", "start_time", "end_time", "headway_secs"), (), may_lack=True)
        reader.refuse()
        if calendar.is_empty() and exceptions.is_empty():
            reader.problems.append(
                Problem("calendar.txt and calendar_dates.txt hold no rows", path.name, "no service ever runs")
            )
        found = Timetable(
            stops=_stops(reader, stops),
            calls=_calls(reader, calls),
            trips=trips.select("trip_id", "service_id"),
            calendar=_calendar(reader, calendar),
            exceptions=_exceptions(reader, exceptions),
            frequencies=_frequencies(reader, often),
            receipt=Receipt(
                id=f"gtfs@{sha256_of(path)[:12]}", publisher="the publisher of the timetable named in the study",
                publication="Timetable in GTFS", reference_date=None, licence="as the publisher says", file=path.name,
                sha256=sha256_of(path), rows_read=calls.height,
            ),
        )  # fmt: skip
        _check_links(reader, found)
        reader.refuse()
    return found


@dataclass
class _Feed:
    """A feed being read: its archive, and every fault found so far."""

    path: Path
    archive: zipfile.ZipFile
    problems: list[Problem]

    def table(
        self, name: str, needed: tuple[str, ...], wanted: tuple[str, ...], *, may_lack: bool = False
    ) -> pl.DataFrame:
        """One file's columns as text; an absent optional column is blank."""
        schema = dict.fromkeys((*needed, *wanted), pl.String())
        inside = [n for n in self.archive.namelist() if n.rsplit("/", 1)[-1] == f"{name}.txt"]
        if not inside:
            if not may_lack:
                self.problems.append(Problem(f"there is no {name}.txt in it", self.path.name))
            return pl.DataFrame(schema=schema)
        try:
            text = self.archive.read(inside[0]).decode("utf-8-sig")
            table = pl.read_csv(io.StringIO(text), infer_schema=False) if text.strip() else pl.DataFrame(schema=schema)
        except (zipfile.BadZipFile, UnicodeDecodeError, pl.exceptions.PolarsError, OSError) as error:
            self.problems.append(Problem(f"it cannot be read ({str(error).splitlines()[0]})", f"{name}.txt"))
            return pl.DataFrame(schema=schema)
        table = table.rename({c: c.strip() for c in table.columns})
        for column in needed:
            if column not in table.columns:
                self.problems.append(
                    Problem(f"column `{column}` is missing", f"{name}.txt", "", did_you_mean(column, table.columns))
                )
        blanks = [pl.lit(None, pl.String()).alias(c) for c in schema if c not in table.columns]
        table = table.with_columns(blanks).select(pl.col(list(schema)).str.strip_chars().replace("", None))
        for column in needed:
            if column not in ("arrival_time", "departure_time"):
                self.blame(name, column, table[column].is_null(), "is blank", table[column])
        return table

    def blame(self, name: str, column: str, wrong: pl.Series, what: str, values: pl.Series) -> None:
        """Note each row of a file that is wrong (row 2 is the first under the heading)."""
        rows = wrong.fill_null(False).arg_true().to_list()
        for row in rows[:MOST_ROWS_NAMED]:
            said = "the value" if values[row] is None else f"`{values[row]}`"
            self.problems.append(Problem(f"{said} {what}", f"{name}.txt row {row + 2}, column `{column}`"))
        if len(rows) > MOST_ROWS_NAMED:
            self.problems.append(
                Problem(f"{len(rows) - MOST_ROWS_NAMED:,} more rows where `{column}` {what}", f"{name}.txt")
            )

    def numbers(self, name: str, table: pl.DataFrame, column: str, kind: pl.DataType, what: str) -> pl.Series:
        """A text column as numbers, its faults noted."""
        found = table[column].cast(kind, strict=False)
        self.blame(name, column, found.is_null() & table[column].is_not_null(), what, table[column])
        return found

    def clock(self, name: str, table: pl.DataFrame, column: str) -> pl.Series:
        """Seconds after midnight from H:MM:SS (hours may pass 24), faults noted; blank stays blank."""
        form = r"^(\d{1,3}):([0-5]\d):([0-5]\d)$"
        part = [table[column].str.extract(form, k).cast(pl.Int64) for k in (1, 2, 3)]
        found = part[0] * 3600 + part[1] * 60 + part[2]
        self.blame(
            name, column, found.is_null() & table[column].is_not_null(), "is not a time like 08:05:00", table[column]
        )
        return found

    def days(self, name: str, table: pl.DataFrame, column: str) -> pl.Series:
        """Days from YYYYMMDD, faults noted."""
        found = table[column].str.to_date("%Y%m%d", strict=False)
        self.blame(
            name, column, found.is_null() & table[column].is_not_null(), "is not a day like 20261013", table[column]
        )
        return found

    def refuse(self) -> None:
        if self.problems:
            raise InputRefused(f"The timetable {self.path.name} cannot be used", self.problems, WAY_OUT)


def _stops(feed: _Feed, table: pl.DataFrame) -> pl.DataFrame:
    """Stops that vehicles call at, on the National Grid; stations and entrances are left out."""
    kind = table["location_type"].fill_null("0")
    table = table.with_columns(
        feed.numbers("stops", table, "stop_lat", pl.Float64(), "is not a latitude"),
        feed.numbers("stops", table, "stop_lon", pl.Float64(), "is not a longitude"),
    )
    at_stop = kind.is_in(["0"])
    lat, lon = table["stop_lat"], table["stop_lon"]
    feed.blame("stops", "stop_lat", at_stop & (lat.is_null() | (lat.abs() > 90)), "is not a latitude", lat)
    feed.blame("stops", "stop_lon", at_stop & (lon.is_null() | (lon.abs() > 180)), "is not a longitude", lon)
    feed.blame("stops", "stop_id", table["stop_id"].is_duplicated(), "stands more than once", table["stop_id"])
    called = table.filter(at_stop & lat.is_not_null() & lon.is_not_null())
    x, y = Transformer.from_crs(4326, 27700, always_xy=True).transform(
        called["stop_lon"].to_numpy(), called["stop_lat"].to_numpy()
    )
    return called.select("stop_id").with_columns(
        easting=pl.Series(x, dtype=pl.Float64), northing=pl.Series(y, dtype=pl.Float64)
    )


def _calls(feed: _Feed, table: pl.DataFrame) -> pl.DataFrame:
    name = "stop_times"
    table = table.with_columns(
        feed.numbers(name, table, "stop_sequence", pl.Int64(), "is not a whole number").alias("stop_sequence"),
        feed.clock(name, table, "arrival_time").alias("arrives"),
        feed.clock(name, table, "departure_time").alias("departs"),
        (pl.col("pickup_type").fill_null("0") != "1").alias("board"),
        (pl.col("drop_off_type").fill_null("0") != "1").alias("alight"),
    )
    table = table.with_columns(
        arrives=pl.coalesce("arrives", "departs"), departs=pl.coalesce("departs", "arrives")
    ).with_row_index("row")
    twice = table.select("trip_id", "stop_sequence").is_duplicated()
    feed.blame(name, "stop_sequence", twice, "stands more than once in its trip", table["stop_sequence"])
    table = table.sort("trip_id", "stop_sequence", maintain_order=True)
    edge = (pl.col("trip_id") != pl.col("trip_id").shift()).fill_null(True) | (
        pl.col("trip_id") != pl.col("trip_id").shift(-1)
    ).fill_null(True)
    untimed = table.filter(edge & pl.col("arrives").is_null())
    last = pl.col("departs").forward_fill().shift().over("trip_id")
    back = table.filter((pl.col("arrives") < last) | (pl.col("departs") < pl.col("arrives")))
    for wrong, what in ((untimed, "is blank at an end of its trip"), (back, "goes back in time")):
        problems = [
            Problem(f"trip `{trip}` {what}", f"{name}.txt row {row + 2}, column `arrival_time`")
            for row, trip in wrong.select("row", "trip_id").sort("row").head(MOST_ROWS_NAMED).iter_rows()
        ]
        feed.problems += problems
    return table.select("trip_id", "stop_sequence", "stop_id", "arrives", "departs", "board", "alight")


def _calendar(feed: _Feed, table: pl.DataFrame) -> pl.DataFrame:
    for day in WEEKDAYS:
        feed.blame(
            "calendar", day, ~table[day].is_in(["0", "1"]) & table[day].is_not_null(), "is not 0 or 1", table[day]
        )
    starts = feed.days("calendar", table, "start_date")
    ends = feed.days("calendar", table, "end_date")
    feed.blame("calendar", "end_date", ends < starts, "is before the start", table["end_date"])
    runs = [(pl.col(day) == "1").alias(day) for day in WEEKDAYS]
    return table.with_columns(starts.alias("starts"), ends.alias("ends"), *runs).drop("start_date", "end_date")


def _exceptions(feed: _Feed, table: pl.DataFrame) -> pl.DataFrame:
    kind = table["exception_type"]
    feed.blame("calendar_dates", "exception_type", ~kind.is_in(["1", "2"]) & kind.is_not_null(), "is not 1 or 2", kind)
    day = feed.days("calendar_dates", table, "date")
    runs = (pl.col("exception_type") == "1").alias("runs")
    return table.with_columns(day.alias("day"), runs).drop("date", "exception_type")


def _frequencies(feed: _Feed, table: pl.DataFrame) -> pl.DataFrame:
    every = feed.numbers("frequencies", table, "headway_secs", pl.Int64(), "is not a whole number")
    feed.blame("frequencies", "headway_secs", every <= 0, "is not above nought", table["headway_secs"])
    starts, ends = feed.clock("frequencies", table, "start_time"), feed.clock("frequencies", table, "end_time")
    return table.select("trip_id").with_columns(starts.alias("starts"), ends.alias("ends"), every.alias("every"))


def _check_links(feed: _Feed, found: Timetable) -> None:
    if found.calls.is_empty():
        feed.problems.append(Problem("stop_times.txt holds no rows", feed.path.name, "no vehicle calls anywhere"))
    for what, missing in (
        ("trips named in stop_times.txt", found.calls.join(found.trips, on="trip_id", how="anti")["trip_id"]),
        ("stops named in stop_times.txt", found.calls.join(found.stops, on="stop_id", how="anti")["stop_id"]),
    ):
        names = missing.unique().sort().to_list()
        if names:
            feed.problems.append(
                Problem(
                    f"{len(names):,} {what} are not described, such as `{names[0]}`",
                    feed.path.name,
                    "their journeys would be lost",
                )
            )


def services_on(timetable: Timetable, day: date) -> set[str]:
    """Services that run on a day: by the calendar, with its exceptions."""
    weekday = WEEKDAYS[day.weekday()]
    usual = timetable.calendar.filter(pl.col(weekday) & (pl.col("starts") <= day) & (pl.col("ends") >= day))
    that_day = timetable.exceptions.filter(pl.col("day") == day)
    return (set(usual["service_id"]) - set(that_day.filter(~pl.col("runs"))["service_id"])) | set(
        that_day.filter(pl.col("runs"))["service_id"]
    )


def usual_day(timetable: Timetable) -> date:
    """The service day by convention: the Tuesday in October with most trips, else the Tuesday with most; the first of equals.

    `ChesilError` if no trip runs on any Tuesday.
    """
    trips = timetable.trips.group_by("service_id").len()
    count = dict(zip(trips["service_id"], trips["len"], strict=True))
    tuesdays = _tuesdays(timetable)
    ranked = [(day.month == 10, sum(count.get(s, 0) for s in services_on(timetable, day)), day) for day in tuesdays]
    running = [r for r in ranked if r[1] > 0]
    if not running:
        raise ChesilError(
            "The timetable has no trip on any Tuesday", [], "Name a day with --day, or name another timetable"
        )
    october, most, _ = max(running, key=lambda r: (r[0], r[1]))
    return min(day for is_october, trips_, day in running if is_october == october and trips_ == most)


def _tuesdays(timetable: Timetable) -> Sequence[date]:
    days = [*timetable.calendar["starts"], *timetable.calendar["ends"], *timetable.exceptions["day"]]
    if not days:
        return []
    first, last = min(days), max(days)
    first += timedelta(days=(1 - first.weekday()) % 7)
    # A feed may say "until further notice"; three years hold every pattern.
    span = min((last - first).days, 3 * 366)
    return [first + timedelta(days=k) for k in range(0, span + 1, 7)]
