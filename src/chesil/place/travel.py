"""Travel times of a place: seconds from each small area to each site by one mode, with the method named."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.place.place import Place

MODES = ("drive", "cycle", "walk")
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """Seconds from each origin to each destination by one mode.

    `seconds` (origins, destinations) is infinite where there is no way. `method` is "published", "modelled" or
    "routed". `log_error` is the standard deviation of the natural logarithm of true over given time, found out of
    sample (0 where times are published or routed): a figure that rests on these times carries it into its limits.
    """

    mode: str
    method: str
    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    seconds: Array
    log_error: float
    about: str

    @property
    def minutes(self) -> Array:
        return self.seconds / 60


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


def travel_times(origins: pl.DataFrame, destinations: pl.DataFrame, mode: str) -> TravelTimes:
    """Modelled times between tables with code, easting and northing (metres); any origins, any destinations.

    A first model, to be calibrated: straight line, a detour factor and a speed by distance band.
    """
    if mode not in MODES:
        raise ValueError(f"mode `{mode}` is not one of {MODES}")
    here = origins.select("easting", "northing").to_numpy().astype(np.float64)
    there = destinations.select("easting", "northing").to_numpy().astype(np.float64)
    metres = np.hypot(here[:, None, 0] - there[None, :, 0], here[:, None, 1] - there[None, :, 1])
    if mode == "drive":
        seconds = 120 + metres * 1.3 / np.interp(metres, [0, 3_000, 15_000, 60_000], [6.5, 8.5, 14.0, 19.0])
    else:
        seconds = metres * 1.2 / {"walk": 4.8 / 3.6, "cycle": 16 / 3.6}[mode]
    return TravelTimes(
        mode, "modelled", tuple(origins["code"]), tuple(destinations["code"]), seconds, 0.2, f"modelled {mode} times"
    )
