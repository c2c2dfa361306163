"""Rooms in use by half-day: how full, how many stand empty, and how many half-days are full, over five and seven days."""

import math
from collections.abc import Callable

import polars as pl

from chesil.core.figure import Figure
from chesil.measures.computing import Unit

FIVE = ("monday", "tuesday", "wednesday", "thursday", "friday")
SEVEN = (*FIVE, "saturday", "sunday")
DAYTIME = ("morning", "afternoon")
HALF_DAYS = (*DAYTIME, "evening")
FULL = 1.0
"""A half-day is full when every room that is open is used; a register with more is refused when it is read."""
NONE = "the study’s table of room use says nothing of its sites"

Made = Callable[..., Figure]


def room_use_of(use: pl.DataFrame, sites: pl.DataFrame) -> pl.DataFrame:
    """Each recorded half-day of open sites: site_code, practice_code, weekday, half_day, used, rooms.

    Rooms are those said to be open in the half-day, else all of the site's; half-days of sites whose rooms are not known
    are left out.
    """
    own = sites.select(
        "site_code", "practice_code",
        pl.when(pl.col("consulting_rooms").is_not_null())
        .then(pl.sum_horizontal("consulting_rooms", "treatment_rooms").cast(pl.Float64)).alias("all"),
    )  # fmt: skip
    return (
        use.join(own, on="site_code", how="inner")
        .with_columns(pl.coalesce("rooms_open", "all").alias("rooms"), pl.col("rooms_used").alias("used"))
        .filter(pl.col("rooms") > 0)
        .select("site_code", "practice_code", "weekday", "half_day", "used", "rooms")
        .sort("site_code", "weekday", "half_day")
    )


def by_half_day(used: pl.DataFrame) -> pl.DataFrame:
    """Over all recorded sites: weekday, half_day, sites, used, rooms, full (sites with every room in use)."""
    order = {(d, h): n for n, (d, h) in enumerate((d, h) for d in SEVEN for h in HALF_DAYS)}
    found = used.group_by("weekday", "half_day").agg(
        pl.col("site_code").n_unique().alias("sites"),
        pl.col("used").sum(),
        pl.col("rooms").sum(),
        (pl.col("used") >= FULL * pl.col("rooms")).sum().alias("full"),
    )
    rows = sorted(found.iter_rows(), key=lambda r: order[r[0], r[1]])
    return pl.DataFrame(rows, schema=found.schema, orient="row")


def room_use_figures(made: Made, unit: Unit, used: pl.DataFrame) -> list[Figure]:
    """Use, empty room half-days and full half-days of a unit's recorded sites over five days and over seven.

    `made(measure, unit, value, numerator, denominator, reason, notes)` makes the figure. Over five days only recorded
    half-days count; over seven, a day-time half-day of Saturday or Sunday without a row counts as closed, all rooms empty.
    """
    out: list[Figure] = []
    for days, name in ((FIVE, "5"), (SEVEN, "7")):
        rows = used.filter(pl.col("weekday").is_in(list(days)) & pl.col("half_day").is_in(list(DAYTIME)))
        if rows.is_empty():
            out += [made(f"estate_{m}_{name}", unit, None, None, None, NONE) for m in ("use", "void", "full")]
            continue
        busy, rooms = math.fsum(rows["used"]), math.fsum(rows["rooms"])
        note: tuple[str, ...] = ()
        if name == "7":
            rooms += _closed(used)
            note = ("A half-day of Saturday or Sunday that is not in the register is taken as closed (assumed).",)
        full = float(rows.filter(pl.col("used") >= FULL * pl.col("rooms")).height)
        halves = float(rows.height)
        notes = (f"{rows['site_code'].n_unique()} sites, {rows.height} half-days recorded.", *note)
        out += [
            made(f"estate_use_{name}", unit, 100 * busy / rooms, busy, rooms, "", notes),
            made(f"estate_void_{name}", unit, rooms - busy, rooms - busy, rooms, "", notes),
            made(f"estate_full_{name}", unit, full, full, halves, "", notes),
        ]
    return out


def _closed(used: pl.DataFrame) -> float:
    """Rooms times half-days of Saturday and Sunday without a row: each site's most rooms of the week."""
    total = 0.0
    for (_,), rows in used.group_by("site_code"):
        said = {(d, h) for d, h in rows.select("weekday", "half_day").iter_rows()}
        missing = sum((d, h) not in said for d in SEVEN[5:] for h in DAYTIME)
        total += missing * float(rows["rooms"].to_numpy().max())
    return total
