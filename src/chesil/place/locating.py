"""Locating many postcodes and points at once, and saying which cannot be where they are said to be."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import polars as pl

from chesil.core.errors import nearest, or_list
from chesil.packs.pack import read_table
from chesil.place.finding import POSTCODE

Point = tuple[int, int]

SHORE_M = 500
"""A point this near to England's generalised shore counts as on land: piers, quays and simplified outlines."""
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
    """True for each point (easting, northing in metres) inside a small area of England or within `SHORE_M` of one."""
    if not points:
        return []
    areas = read_table("areas", ["lsoa11", "easting", "northing"])
    middles = areas.select("easting", "northing").to_numpy().astype(np.float64)
    codes = areas["lsoa11"].to_numpy()
    near_codes = [codes[np.hypot(*(middles - np.array(p)).T) < 40_000] for p in points]
    wanted = sorted({c for near in near_codes for c in near})
    rings: dict[str, list[np.ndarray]] = {}
    table = read_table("area_boundaries", where=pl.col("lsoa11").is_in(wanted)) if wanted else None
    for code, east, north in () if table is None else table.select("lsoa11", "eastings", "northings").iter_rows():
        rings.setdefault(code, []).append(np.column_stack([east, north]).astype(np.float64) * 10)
    return [any(_inside_or_near(p, rings.get(c, [])) for c in near) for p, near in zip(points, near_codes, strict=True)]


def _inside_or_near(point: Point, rings: Sequence[np.ndarray]) -> bool:
    """Even-odd rule over all rings (holes included), or any stretch of a ring within `SHORE_M`."""
    x, y = float(point[0]), float(point[1])
    inside = False
    for ring in rings:
        low, high = ring.min(axis=0) - SHORE_M, ring.max(axis=0) + SHORE_M
        if not (low[0] <= x <= high[0] and low[1] <= y <= high[1]):
            continue
        a, b = ring, np.roll(ring, -1, axis=0)
        along = b - a
        length2 = np.maximum((along**2).sum(axis=1), 1e-9)
        t = np.clip(((x - a[:, 0]) * along[:, 0] + (y - a[:, 1]) * along[:, 1]) / length2, 0, 1)
        if np.hypot(a[:, 0] + t * along[:, 0] - x, a[:, 1] + t * along[:, 1] - y).min() <= SHORE_M:
            return True
        crosses = (a[:, 1] > y) != (b[:, 1] > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            meets = a[:, 0] + (y - a[:, 1]) * along[:, 0] / along[:, 1]
        inside ^= bool((crosses & (x < meets)).sum() % 2)
    return inside


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
        elif not land[n]:
            faults[n] = (
                f"{shown} lie in the sea or outside England",
                "",
                "Check the grid reference, or give a postcode",
            )
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
