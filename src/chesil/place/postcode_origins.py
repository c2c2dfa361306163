"""Postcode points as origins: for large rural areas, whose people live further apart than one middle can say."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.packs.pack import read_table

TENS = 10


def postcode_origins(areas: Sequence[str]) -> pl.DataFrame:
    """Live postcodes inside each small area (LSOA 2011): code (the postcode), lsoa11, easting, northing; by code.

    An area's outline is generalised and a postcode is a point to the nearest 10 m, so one near a border may be given to
    the neighbour. No count of people by postcode is published here: points count alike.
    """
    rings = read_table("area_boundaries", where=pl.col("lsoa11").is_in(list(areas)))
    if rings.is_empty():
        return pl.DataFrame(schema={"code": pl.String, "lsoa11": pl.String, "easting": pl.Int64, "northing": pl.Int64})
    frame = pl.lit(True)
    for column, name in (("eastings", "easting_10m"), ("northings", "northing_10m")):
        values = rings[column].explode()
        frame &= pl.col(name).is_between(int(values.min()), int(values.max()))  # type: ignore[arg-type]
    postcodes = read_table("postcodes", where=frame)
    points = postcodes.select("easting_10m", "northing_10m").to_numpy().astype(np.float64)
    found = []
    for (code,), own in rings.sort("lsoa11", "part", "ring").group_by("lsoa11", maintain_order=True):
        inside = np.zeros(len(points), dtype=bool)
        for east, north in own.select("eastings", "northings").iter_rows():
            inside ^= _inside(points, np.column_stack([east, north]).astype(np.float64))
        rows = postcodes.filter(pl.Series(inside))
        found.append(
            rows.select(
                (pl.col("sector") + pl.col("unit")).alias("code"),
                pl.lit(str(code)).alias("lsoa11"),
                (pl.col("easting_10m") * TENS).alias("easting"),
                (pl.col("northing_10m") * TENS).alias("northing"),
            )
        )
    return pl.concat(found).sort("lsoa11", "code")


def _inside(points: NDArray[np.float64], ring: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Even-odd rule for one ring, asked only of points within its frame."""
    inside = np.zeros(len(points), dtype=bool)
    near = np.nonzero(((points >= ring.min(axis=0)) & (points <= ring.max(axis=0))).all(axis=1))[0]
    x, y = points[near].T
    odd = np.zeros(len(near), dtype=bool)
    for (x1, y1), (x2, y2) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        if y1 != y2:
            odd ^= ((y1 > y) != (y2 > y)) & (x < x1 + (y - y1) * (x2 - x1) / (y2 - y1))
    inside[near] = odd
    return inside
