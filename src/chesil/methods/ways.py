"""How far it is by land: straight lines where nothing is in the way, and the shortest way round water where it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from chesil.methods.barriers import WaterMap, crosses_water, shortest_ways, water_map

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

ZIGZAG = 1.074
"""A way from area to area through their middles is so much longer than the line it follows: the median over clear
lines of 2 to 50 km in England (quartiles 1.05 and 1.11), measured on 22,000 pairs."""
SLACK = 0.10
"""A way round counts for what it is longer than this share: less is the zigzag of the areas, not water."""
MARGINS_M = (15_000.0, 30_000.0)
"""How far beyond the points asked about the country is looked at for a way round: least, about far points; most."""
ENTRIES = 3
"""A point joins the network of areas at so many of the nearest middles that it reaches over land."""
FERRY_METRES_A_MINUTE = 600.0
"""A minute on a ferry counts as so many metres of road (36 km/h), so that ways with ferries compare with others."""


@dataclass(frozen=True)
class Crossing:
    """A bridge, tunnel, causeway or ferry between two areas: their indices, its middle, who may use it."""

    name: str
    kind: str
    modes: tuple[str, ...]
    one: int
    two: int
    east: float
    north: float
    minutes: float = 0.0


@dataclass(frozen=True, eq=False)
class Country:
    """Small areas, who borders whom, where the water is, and what crosses it.

    `xy` (areas, 2) population-weighted middles in metres; `one`, `two`, `metres` (links,) neighbours and the way
    between their middles; `starts`, `ends` (edges, 2) and `is_water` (edges,) all outer edges; `land_class` (areas,).
    """

    xy: Array
    land_class: Ints
    one: Ints
    two: Ints
    metres: Array
    starts: Array
    ends: Array
    is_water: NDArray[np.bool_]
    crossings: tuple[Crossing, ...] = ()

    def class_of(self, points: Array) -> Ints:
        """The class of the area whose middle is nearest to each point (n, 2)."""
        found: Ints = self.land_class[self.tree.query(points)[1]]
        return found

    @cached_property
    def tree(self) -> cKDTree:
        """A search tree of the middles."""
        return cKDTree(self.xy)

    def usable(self, mode: str, ferries: bool) -> tuple[Crossing, ...]:
        """The crossings that a mode may use, ferries only if asked for."""
        return tuple(c for c in self.crossings if mode in c.modes and (ferries or c.kind != "ferry"))


@lru_cache(maxsize=8)
def _map_of(country: Country, west: int, south: int, east: int, north: int) -> WaterMap:
    return water_map(country.starts, country.ends, country.is_water, (west, south, east, north))


def water_around(country: Country, points: Array) -> WaterMap:
    """The water map of a frame that holds all points (n, 2), in whole tens of kilometres."""
    low, high = np.floor(points.min(axis=0) / 10_000 - 0.5), np.ceil(points.max(axis=0) / 10_000 + 0.5)
    west, south, east, north = (int(v) * 10_000 for v in (*low, *high))
    return _map_of(country, west, south, east, north)


LINES_AT_ONCE = 100_000
"""Lines walked together: so few that they stay in the processor's own memory."""


def land_metres(
    country: Country,
    here: Array,
    there: Array,
    *,
    mode: str,
    ferries: bool = False,
    water: WaterMap | None = None,
) -> Array:
    """Metres from each of `here` (n, 2) to each of `there` (m, 2): a matrix (n, m), infinite where water bars the way.

    A line over land counts as it is. A line over water counts as the shortest way from area to area and over the
    crossings that `mode` may use, less the zigzag of such ways, and never less than the line. The same both ways.
    `water` spares painting a map, where many calls share one.
    """
    straight: Array = np.hypot(here[:, None, 0] - there[None, :, 0], here[:, None, 1] - there[None, :, 1])
    if not straight.size:
        return straight
    water = water or water_around(country, np.vstack([here, there]))
    blocked = _lines_over_water(water, here, there)
    # Ways round are sought only from those points of which any line is blocked: few, far from the coast.
    ends = np.flatnonzero(blocked.any(axis=0))
    if not ends.size:
        return straight
    around = _ways_around(country, here, there, ends, mode, ferries, water)
    longer = around / ZIGZAG - SLACK * straight[:, ends]
    straight[:, ends] = np.where(blocked[:, ends] & (longer > straight[:, ends]), longer, straight[:, ends])
    return straight


def _lines_over_water(water: WaterMap, here: Array, there: Array) -> NDArray[np.bool_]:
    """Whether the straight line between each of `here` (n, 2) and each of `there` (m, 2) crosses water: (n, m)."""
    found = np.zeros((len(here), len(there)), dtype=bool)
    rows = max(1, LINES_AT_ONCE // len(there))
    for start in range(0, len(here), rows):
        some = here[start : start + rows]
        lines = np.repeat(some, len(there), axis=0), np.tile(there, (len(some), 1))
        found[start : start + rows] = crosses_water(water, *lines).reshape(len(some), len(there))
    return found


def _ways_around(
    country: Country, here: Array, there: Array, ends: Ints, mode: str, ferries: bool, water: WaterMap
) -> Array:
    """Metres from area to area, (n, ends), to some of `there`, between points that join the network at the areas nearest
    to them.
    """
    points = np.vstack([here, there])
    low, high = points.min(axis=0), points.max(axis=0)
    margin = np.clip(MARGINS_M[1] - np.hypot(*(high - low)) / 4, *MARGINS_M)
    low, high = low - margin, high + margin
    mine = np.nonzero(((country.xy >= low) & (country.xy <= high)).all(axis=1))[0]
    if not len(mine):
        mine = np.arange(len(country.xy))
    at = np.full(len(country.xy), -1)
    at[mine] = np.arange(len(mine))
    one, two, metres = _links(country, mode, ferries)
    held = (at[one] >= 0) & (at[two] >= 0)
    one, two, metres = at[one[held]], at[two[held]], metres[held]
    entry, entry_m = _entries(points, country.xy[mine], water)
    k = entry.shape[1]
    point = np.repeat(np.arange(len(points)), k) + len(mine)
    joined = np.isfinite(entry_m.ravel())
    links = (
        np.concatenate([one, point[joined]]),
        np.concatenate([two, entry.ravel()[joined]]),
        np.concatenate([metres, entry_m.ravel()[joined]]),
    )
    count = len(mine) + len(points)
    sources = len(mine) + len(here) + ends
    return shortest_ways(count, links, sources)[:, len(mine) : len(mine) + len(here)].T


def _links(country: Country, mode: str, ferries: bool) -> tuple[Ints, Ints, Array]:
    """Neighbours and the crossings that a mode may use, with their metres."""
    usable = country.usable(mode, ferries)
    one = np.array([c.one for c in usable], dtype=np.int64)
    two = np.array([c.two for c in usable], dtype=np.int64)
    middle = np.array([(c.east, c.north) for c in usable], dtype=np.float64).reshape(-1, 2)
    extra = np.array([c.minutes * FERRY_METRES_A_MINUTE for c in usable])
    metres = np.hypot(*(country.xy[one] - middle).T) + np.hypot(*(country.xy[two] - middle).T) + extra
    return (
        np.concatenate([country.one, one]),
        np.concatenate([country.two, two]),
        np.concatenate([country.metres, metres]),
    )


def _entries(points: Array, middles: Array, water: WaterMap) -> tuple[Ints, Array]:
    """The areas at which each point joins the network and how far off they are; infinite where water lies between."""
    k = min(ENTRIES, len(middles))
    metres, areas = cKDTree(middles).query(points, k=k)
    metres, areas = metres.reshape(len(points), k), areas.reshape(len(points), k).astype(np.int64)
    wet = crosses_water(water, np.repeat(points, k, axis=0), middles[areas.ravel()]).reshape(len(points), k)
    wet[wet.all(axis=1), 0] = False  # a point that reaches none over land joins the nearest all the same
    return areas, np.where(wet, np.inf, metres)


def crossing_faults(country: Country, crossings: Sequence[Crossing], codes: Sequence[str]) -> list[tuple[str, str]]:
    """What is wrong with crossings: (name, fault). Areas face if the water's edge of both lies near its middle.

    Near is 3 km, and for a ferry 12 km; a crossing must also not lie far from its own two areas.
    """
    faults = []
    for c in crossings:
        if c.one == c.two:
            faults.append((c.name, f"both its areas are {codes[c.one]}"))
            continue
        most = 12_000.0 if c.kind == "ferry" else 3_000.0
        gap = np.hypot(*(country.xy[c.one] - country.xy[c.two]))
        off = max(np.hypot(*(country.xy[a] - (c.east, c.north))) for a in (c.one, c.two))
        edge = np.min(np.hypot(*((country.starts[country.is_water] - (c.east, c.north)).T)))
        if off > most + 7_000 or gap > 2 * most + 7_000:
            faults.append(
                (c.name, f"{codes[c.one]} and {codes[c.two]} do not face each other there ({gap / 1000:.0f} km apart)")
            )
        elif edge > most:
            faults.append((c.name, f"no water's edge lies within {most / 1000:.0f} km of its middle"))
    return faults


LAND_CLASSES = ("conurbation", "town", "fringe", "village")
"""Kinds of land by the rural-urban classification of 2011: A and B; C; D (town and fringe); E and F (villages)."""
_CLASS_OF_LETTER = {"A": 0, "B": 0, "C": 1, "D": 2, "E": 3, "F": 3}


def country_from(
    areas: pl.DataFrame, neighbours: pl.DataFrame, outer_edges: pl.DataFrame, crossings: Sequence[Crossing] = ()
) -> Country:
    """A country from tables of the pack: `areas` sorted by code (its rows are the indices), neighbours, outer edges."""
    number = {code: k for k, code in enumerate(areas["lsoa11"])}
    xy = areas.select("easting", "northing").to_numpy().astype(np.float64)
    one = np.array([number[c] for c in neighbours["lsoa11_a"]], dtype=np.int64)
    two = np.array([number[c] for c in neighbours["lsoa11_b"]], dtype=np.int64)
    starts, ends, wet = [], [], []
    for kind, east, north in outer_edges.select("kind", "eastings", "northings").iter_rows():
        line = np.column_stack([east, north]) * 10.0
        starts.append(line[:-1])
        ends.append(line[1:])
        wet.append(np.full(len(line) - 1, kind == "water"))
    return Country(
        xy=xy,
        land_class=np.array([_CLASS_OF_LETTER[c[0]] for c in areas["ruc11_code"]], dtype=np.int64),
        one=one,
        two=two,
        metres=np.hypot(*(xy[one] - xy[two]).T),
        starts=np.vstack(starts),
        ends=np.vstack(ends),
        is_water=np.concatenate(wet),
        crossings=tuple(crossings),
    )


def crossings_from(records: Sequence[Mapping[str, Any]], codes: Sequence[str]) -> tuple[Crossing, ...]:
    """Crossings from the records of `definitions/crossings.toml`; one whose area is not known here is left out.

    `missing_areas` names those.
    """
    number = {code: k for k, code in enumerate(codes)}
    return tuple(
        Crossing(
            r["name"], r["kind"], tuple(r["modes"]), number[r["between"][0]], number[r["between"][1]],
            float(r["at"][0]), float(r["at"][1]), float(r.get("minutes", 0.0)),
        )
        for r in records
        if all(code in number for code in r["between"])
    )  # fmt: skip


def missing_areas(records: Sequence[Mapping[str, Any]], codes: Sequence[str]) -> list[tuple[str, str]]:
    """Crossings that name an area which does not exist: (name, code)."""
    known = set(codes)
    return [(r["name"], code) for r in records for code in r["between"] if code not in known]


def grouped(country: Country, group: Ints) -> Country:
    """A coarser country whose areas are groups (numbered from 0, `group` (areas,)): middles of middles, shared borders."""
    count = int(group.max()) + 1
    size = np.bincount(group, minlength=count)
    xy = np.column_stack([np.bincount(group, country.xy[:, k], minlength=count) / size for k in (0, 1)])
    one, two = group[country.one], group[country.two]
    low, high = np.minimum(one, two), np.maximum(one, two)
    pairs = np.unique(low[low != high] * count + high[low != high])
    one, two = pairs // count, pairs % count
    land = np.array([np.bincount(country.land_class[group == g]).argmax() for g in range(count)])
    return Country(
        xy=xy,
        land_class=land,
        one=one,
        two=two,
        metres=np.hypot(*(xy[one] - xy[two]).T),
        starts=country.starts,
        ends=country.ends,
        is_water=country.is_water,
        crossings=tuple(replace(c, one=int(group[c.one]), two=int(group[c.two])) for c in country.crossings),
    )


def where_points_lie(country: Country, points: Array) -> tuple[NDArray[np.bool_], Array, NDArray[np.bool_]]:
    """For points (n, 2): whether each is inside the country, metres to its edge, and whether the nearest edge is water."""
    inside = np.zeros(len(points), dtype=bool)
    metres = np.zeros(len(points))
    wet = np.zeros(len(points), dtype=bool)
    (x1, y1), (x2, y2) = country.starts.T, country.ends.T
    length2 = np.maximum((x2 - x1) ** 2 + (y2 - y1) ** 2, 1e-9)
    for k, (x, y) in enumerate(points):
        crosses = (y1 > y) != (y2 > y)
        at = x1[crosses] + (y - y1[crosses]) * (x2[crosses] - x1[crosses]) / (y2[crosses] - y1[crosses])
        inside[k] = (at < x).sum() % 2 == 1
        along = np.clip(((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length2, 0, 1)
        off = np.hypot(x1 + along * (x2 - x1) - x, y1 + along * (y2 - y1) - y)
        nearest = int(off.argmin())
        metres[k], wet[k] = off[nearest], country.is_water[nearest]
    return inside, metres, wet
