"""Locating many postcodes and points at once, and saying which cannot be where they are said to be."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import polars as pl

from chesil.core.errors import nearest, or_list
from chesil.methods.ways import where_points_lie
from chesil.packs.pack import read_table
from chesil.place.finding import POSTCODE
from chesil.place.travel import load_country

Point = tuple[float, float]

EDGE_M = 1_000.0
"""The published boundaries are generalised: a point so near the edge of England may lie on either side of it."""
FAR_KM = 50
"""A site further than this from every area of its place is refused: it is more likely a slip than a surgery."""
APART_M = 2_000
"""A postcode and a grid reference further apart than this are two places, not one."""


def spaced_postcode(text: str) -> str | None:
    """A postcode in capitals with one space, or None if it does not look like one."""
    match = POSTCODE.match(" ".join(text.upper().split()))
    return f"{match[1]} {match[2]}" if match else None


def locate_postcodes(postcodes: Iterable[str]) -> tuple[dict[str, Point], dict[str, str]]:
    """Points of live English postcodes in metres, and for each that has none the way out; postcodes as written."""
    written = {p: spaced_postcode(p) for p in dict.fromkeys(postcodes)}
    sectors = sorted({p[:-2] for p in written.values() if p})
    if not written:
        return {}, {}
    table = read_table("postcodes", where=pl.col("sector").is_in(sectors))
    known = {s + u: (e * 10, n * 10) for s, u, e, n in table.iter_rows()}
    found: dict[str, Point] = {}
    lost: dict[str, str] = {}
    for text, postcode in written.items():
        if postcode in known:
            found[text] = known[postcode]
        elif not postcode:
            lost[text] = "Write it like DT1 1AA"
        else:
            near = nearest(postcode, [k for k in known if k.startswith(postcode[:-2])])
            lost[text] = (
                f"Postcodes like it are {or_list(near)}" if near else "Check the letters; it may be new or ended"
            )
    return found, lost


def on_english_land(points: Sequence[Point]) -> list[bool]:
    """True for each point (easting, northing in metres) inside England or within `EDGE_M` of its generalised edge."""
    if not points:
        return []
    inside, edge_m, _ = where_points_lie(load_country(), np.array(points, dtype=np.float64))
    return [bool(x) for x in inside | (edge_m <= EDGE_M)]


def position_fault(easting: float, northing: float) -> tuple[str, str] | None:
    """What is wrong with a position in metres of the National Grid, and the way out; None if nothing is."""
    degrees = "These look like degrees, not metres of the National Grid: convert them, or give the postcode"
    if -9 <= easting <= 3 and 49 <= northing <= 61:
        return f"{easting:g}, {northing:g} are longitude and latitude", degrees
    if 49 <= easting <= 61 and -9 <= northing <= 3:
        return f"{easting:g}, {northing:g} are latitude and longitude", degrees
    inside, edge_m, wet = where_points_lie(load_country(), np.array([[easting, northing]], dtype=np.float64))
    if inside[0] or edge_m[0] <= EDGE_M:
        return None
    shown, km = f"easting {easting:,.0f}, northing {northing:,.0f}", edge_m[0] / 1000
    if wet[0]:
        return (
            f"{shown} lie in the sea, {km:,.0f} km off the coast of England",
            "Check them, or give a postcode instead",
        )
    beyond = f"{shown} lie in Wales or Scotland, {km:,.0f} km beyond the border"
    return beyond, "Chesil holds England only: leave it out, or correct it"


def point_faults(
    points: Mapping[str, Point], by_postcode: Mapping[str, Point], middles: np.ndarray, place_name: str
) -> dict[str, tuple[str, str, str]]:
    """What is wrong with points by their name: (what, why, way out). `middles` (areas, 2) are the place's centroids.

    Found are swapped axes, points in the sea or beyond England, a postcode elsewhere, and points far from the place.
    """
    names = sorted(points)
    land = dict(zip(names, on_english_land([points[n] for n in names]), strict=True))
    turned = {n: (points[n][1], points[n][0]) for n in names}
    suspects = [
        n for n in names if not land[n] or _apart(points[n], by_postcode.get(n)) or _km(points[n], middles) > FAR_KM
    ]
    turned_on_land = dict(zip(suspects, on_english_land([turned[n] for n in suspects]), strict=True))
    faults: dict[str, tuple[str, str, str]] = {}
    for n in suspects:
        fits = turned_on_land[n] and not _apart(turned[n], by_postcode.get(n)) and _km(turned[n], middles) <= FAR_KM
        shown = f"easting {points[n][0]:,}, northing {points[n][1]:,}"
        if fits:
            faults[n] = (f"{shown} are the wrong way round", "", "Exchange the two columns")
        elif fault := position_fault(*points[n]):
            faults[n] = (fault[0], "every travel time to it would be wrong", fault[1])
        elif _apart(points[n], by_postcode.get(n)):
            km = np.hypot(points[n][0] - by_postcode[n][0], points[n][1] - by_postcode[n][1]) / 1000
            faults[n] = (f"it is in two places: its postcode and its grid reference are {km:,.1f} km apart",
                         "travel to it would be reckoned from the wrong one", "Keep the right one of the two")  # fmt: skip
        else:
            what = f"{shown} lie {_km(points[n], middles):,.0f} km from every area of {place_name}"
            faults[n] = (what, "", "Check the grid reference or postcode; a study holds sites of its own place")
    return faults


def _apart(point: Point, other: Point | None) -> bool:
    return other is not None and float(np.hypot(point[0] - other[0], point[1] - other[1])) > APART_M


def _km(point: Point, middles: np.ndarray) -> float:
    return float(np.hypot(*(middles - np.array(point)).T).min()) / 1000 if len(middles) else 0.0
