"""Routed times as a table of links, for a study to keep."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.routes.networks import Routed
from chesil.routes.transit import TransitTimes


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
