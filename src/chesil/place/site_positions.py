"""Positions of sites: found from postcodes where they are blank, and every one that cannot be right is named."""

import numpy as np
import polars as pl

from chesil.core.errors import InputRefused, NotFound, Problem
from chesil.methods.ways import Country, where_points_lie
from chesil.place.finding import locate_postcode
from chesil.place.travel import load_country

EDGE_M = 1_000.0
"""The published boundaries are generalised: a point so near the edge may lie on either side of it."""
POSTCODE_M = 5_000.0
"""A site further than this from its own postcode has one of the two wrong."""
WHY = "every travel time to it would be wrong"


def locate_sites(sites: pl.DataFrame, where: str = "sites") -> pl.DataFrame:
    """The sites with a position each; `InputRefused` lists every one without, and every one that cannot be right.

    `sites` has site_code, postcode, easting, northing (the last three may be blank). A blank position is taken from the
    postcode.
    """
    located, problems = find_positions(sites, where)
    if problems:
        raise InputRefused("Not every site can be placed on the map", problems, "Put these right and try again")
    return located


def find_positions(sites: pl.DataFrame, where: str = "sites") -> tuple[pl.DataFrame, list[Problem]]:
    """The sites with positions from their postcodes where blank, and what is wrong with any of them."""
    country = load_country()
    east, north, problems = [], [], []
    for row in sites.select("site_code", "postcode", "easting", "northing").iter_rows(named=True):
        at = f"{where} {row['site_code']}"
        e, n, found = _position(country, row["postcode"] or "", row["easting"], row["northing"], at)
        east.append(e)
        north.append(n)
        problems += found
    placed = sites.with_columns(
        pl.Series("easting", east, dtype=pl.Int64), pl.Series("northing", north, dtype=pl.Int64)
    )
    return placed, problems


def _position(
    country: Country, postcode: str, easting: float | None, northing: float | None, at: str
) -> tuple[int | None, int | None, list[Problem]]:
    of_postcode, problem = _of_postcode(postcode, at)
    if easting is None or northing is None:
        if of_postcode:
            return *of_postcode, []
        return None, None, [problem or Problem("has neither a position nor a postcode", at, WHY, "Give its postcode")]
    fault = position_fault(country, float(easting), float(northing))
    if fault is not None:
        return None, None, [Problem(fault[0], at, WHY, fault[1])]
    if problem is not None:
        return int(easting), int(northing), [problem]
    if of_postcode is not None:
        off = float(np.hypot(easting - of_postcode[0], northing - of_postcode[1]))
        if off > POSTCODE_M:
            what = f"lies {off / 1000:.0f} km from its postcode {postcode.upper()}"
            way_out = f"Correct one of the two; the postcode is at {of_postcode[0]}, {of_postcode[1]}"
            return int(easting), int(northing), [Problem(what, at, WHY, way_out)]
    return int(easting), int(northing), []


def _of_postcode(postcode: str, at: str) -> tuple[tuple[int, int] | None, Problem | None]:
    if not postcode.strip():
        return None, None
    try:
        return locate_postcode(postcode), None
    except NotFound as error:
        return None, Problem(error.title, at, WHY, error.way_out or "Check it, or give easting and northing")


def position_fault(country: Country, easting: float, northing: float) -> tuple[str, str] | None:
    """What is wrong with a position in metres of the National Grid, and the way out; None if nothing is."""
    degrees = "These look like degrees, not metres of the National Grid"
    if -9 <= easting <= 3 and 49 <= northing <= 61:
        return f"{easting}, {northing} are longitude and latitude", f"{degrees}: convert them, or give the postcode"
    if 49 <= easting <= 61 and -9 <= northing <= 3:
        return f"{easting}, {northing} are latitude and longitude", f"{degrees}: convert them, or give the postcode"
    points = np.array([[easting, northing], [northing, easting]], dtype=np.float64)
    inside, edge_m, wet = where_points_lie(country, points)
    if inside[0] or edge_m[0] <= EDGE_M:
        return None
    place = f"{easting:.0f}, {northing:.0f}"
    if inside[1]:
        return f"{place} lies outside England, but the other way round it lies inside", "Swap easting and northing"
    if wet[0]:
        return (
            f"{place} lies in the sea, {edge_m[0] / 1000:.0f} km off the coast of England",
            "Give its postcode instead",
        )
    return (
        f"{place} lies in Wales or Scotland, {edge_m[0] / 1000:.0f} km beyond the border",
        "Chesil holds England only: leave it out, or correct it",
    )
