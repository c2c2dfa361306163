"""Routed times as a table of links, for a study to keep."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.core.errors import ChesilError
from chesil.place.place import Place
from chesil.place.travel import area_origins
from chesil.routes.networks import Routed
from chesil.routes.transit import TransitTimes

NEIGHBOURS_M = 25_000
"""Surgeries of other practices within a box so much larger than the place are asked about too."""
MARGIN_M = 15_000
"""Roads are read so far beyond every place that must be covered, since a way may leave the place and come back."""


@dataclass(frozen=True, eq=False)
class Ends:
    """Where journeys of a place begin and end: tables with code, easting and northing.

    `areas` and `sites` are the place's own and must be covered by an extract; `areas_beyond` (where its patients live
    outside its edge) and `neighbours` (other practices' surgeries) are taken as far as it reaches.
    """

    areas: pl.DataFrame
    areas_beyond: pl.DataFrame
    sites: pl.DataFrame
    neighbours: pl.DataFrame

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Least easting and northing, greatest easting and northing, of the place with its neighbours and a margin."""
        own = pl.concat([self.areas, self.sites])
        reach = NEIGHBOURS_M + MARGIN_M
        low = own.select(pl.min("easting", "northing")).row(0)
        high = own.select(pl.max("easting", "northing")).row(0)
        return low[0] - reach, low[1] - reach, high[0] + reach, high[1] + reach


def ends_of(place: Place, options: Sequence[Place] = (), others: pl.DataFrame | None = None) -> Ends:
    """The ends of a place: its sites that are open or a candidate, now or in an option, and `others` around it.

    `others` is a table of England's surgeries (code, easting, northing).
    """
    columns = ("code", "easting", "northing")
    areas = area_origins(place).select(columns)
    beyond = area_origins(place, beyond=True).select(columns).join(areas, on="code", how="anti")
    open_sites = [p.sites.filter(pl.col("status") != "closed") for p in (place, *options)]
    sites = pl.concat([s.select(pl.col("site_code").alias("code"), "easting", "northing") for s in open_sites])
    sites = sites.drop_nulls().unique("code", keep="first", maintain_order=True).sort("code")
    if areas.is_empty() or sites.is_empty():
        raise ChesilError("The place has no areas or no sites with coordinates, so there is no way to look for")
    neighbours = sites.clear()
    if others is not None:
        around = [
            pl.col(c).is_between(areas[c].min() - NEIGHBOURS_M, areas[c].max() + NEIGHBOURS_M)  # type: ignore[operator]
            for c in ("easting", "northing")
        ]
        neighbours = others.select(columns).filter(*around).join(sites, on="code", how="anti").sort("code")
    return Ends(areas, beyond, sites, neighbours)


def links_of(found: Routed | TransitTimes) -> pl.DataFrame:
    """One row a pair: from, to, mode, seconds (blank: no way), method, snap_m and, for a window, its least and greatest."""
    routed = found.routed if isinstance(found, TransitTimes) else found
    times = routed.times
    n, m = len(times.origins), len(times.destinations)
    blank = np.full((n, m), np.nan)
    spread = (found.least, found.greatest) if isinstance(found, TransitTimes) else (blank, blank)
    snap = routed.origin_snap_m[:, None] + routed.destination_snap_m[None, :]
    return pl.DataFrame(
        {
            "from": np.repeat(times.origins, m),
            "to": np.tile(times.destinations, n),
            "mode": [times.mode] * (n * m),
            "seconds": _or_blank(times.seconds),
            "method": [times.method] * (n * m),
            "snap_m": _or_blank(snap),
            "seconds_least": _or_blank(spread[0]),
            "seconds_greatest": _or_blank(spread[1]),
        }
    )


def _or_blank(values: NDArray[np.float64]) -> pl.Series:
    """To a tenth, blank where infinite or missing."""
    flat = values.ravel()
    return pl.Series(np.where(np.isfinite(flat), flat, np.nan)).fill_nan(None).round(1)
