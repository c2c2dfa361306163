"""The geometry of the pack: outlines of small areas, who borders whom, and where England ends."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from chesil.core.errors import ChesilError, Problem
from chesil.definitions import load_definition
from chesil.packing.raw import Built, Raw

GRID_M = 10
DEGREES_TO_WHOLE = 100_000
"""The source rounds to five decimals; as whole numbers its corners can be compared exactly."""
BORDER_END_WITHIN_M = 1_000
"""How far the point where a national border meets the water may lie from the nearest corner of England's edge."""


@dataclass(frozen=True)
class Rings:
    """Every ring of every area, corners one after another.

    `xy` (n, 2) metres; `corner` (n,) a number for each distinct corner; `starts` (rings + 1,); per ring: `area`
    (index into `codes`), `part` and `ring`.
    """

    codes: list[str]
    xy: NDArray[np.float64]
    corner: NDArray[np.int64]
    starts: NDArray[np.int64]
    area: NDArray[np.int64]
    part: NDArray[np.int64]
    ring: NDArray[np.int64]


@dataclass(frozen=True)
class Edges:
    """Every distinct edge: its two corners, their positions, its length and its one or two owners (-1 for none)."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    first_xy: NDArray[np.float64]
    second_xy: NDArray[np.float64]
    length_m: NDArray[np.float64]
    owner: NDArray[np.int64]
    other: NDArray[np.int64]


def build_geometry(raw: Raw) -> dict[str, Built]:
    """Boundaries, neighbours and outer edges of every small area of England."""
    rings = read_rings(raw.read("lsoa11_boundaries").sort("code"))
    edges = find_edges(rings)
    origin = (raw.origin("lsoa11_boundaries", note="Put on a 10 m grid; lengths are of generalised lines."),)
    return {
        "area_boundaries": Built(boundaries_on_grid(rings), origin),
        "area_neighbours": Built(neighbours(rings, edges), origin),
        "area_outer_edges": Built(outer_edges(rings, edges), origin),
    }


def read_rings(boundaries: pl.DataFrame) -> Rings:
    """Parse geometries (code, geometry as GeoJSON text in degrees) and project them to the National Grid.

    Without the OSTN15 grid the projection is good to about two metres everywhere and moves neighbours alike.
    """
    corners, area, part, ring = [], [], [], []
    for index, text in enumerate(boundaries["geometry"]):
        geometry = json.loads(text)
        polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        for p, polygon in enumerate(polygons):
            for r, points in enumerate(polygon):
                corners.append(np.array(points, dtype=np.float64)[:, :2])
                area.append(index)
                part.append(p)
                ring.append(r)
    degrees = np.vstack(corners)
    east, north = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True).transform(
        degrees[:, 0], degrees[:, 1]
    )
    whole = np.rint(degrees * DEGREES_TO_WHOLE).astype(np.int64)
    _, corner = np.unique(whole[:, 0] * 100_000_000 + whole[:, 1], return_inverse=True)
    starts = np.concatenate([[0], np.cumsum([len(c) for c in corners])])
    return Rings(
        boundaries["code"].to_list(),
        np.column_stack([east, north]),
        corner.astype(np.int64),
        starts.astype(np.int64),
        np.array(area),
        np.array(part),
        np.array(ring),
    )


def find_edges(rings: Rings) -> Edges:
    """Every edge once, with its owners. Neighbours share their corners exactly, so equal ends mean one edge."""
    is_start = np.ones(len(rings.corner), dtype=bool)
    is_start[rings.starts[1:] - 1] = False
    at = np.nonzero(is_start)[0]
    owner = np.repeat(rings.area, np.diff(rings.starts))[at]
    one, two = rings.corner[at], rings.corner[at + 1]
    proper = one != two
    at, owner, one, two = at[proper], owner[proper], one[proper], two[proper]
    low, high = np.minimum(one, two), np.maximum(one, two)
    order = np.lexsort((owner, high, low))
    low, high, owner, at = low[order], high[order], owner[order], at[order]
    begins = np.concatenate([[True], (low[1:] != low[:-1]) | (high[1:] != high[:-1])])
    first_at = np.nonzero(begins)[0]
    count = np.diff(np.concatenate([first_at, [len(low)]]))
    other = np.where(count > 1, owner[np.minimum(first_at + 1, len(owner) - 1)], -1)
    start_xy, end_xy = rings.xy[at[first_at]], rings.xy[at[first_at] + 1]
    return Edges(
        rings.corner[at[first_at]],
        rings.corner[at[first_at] + 1],
        start_xy,
        end_xy,
        np.hypot(*(end_xy - start_xy).T),
        owner[first_at],
        other,
    )


def boundaries_on_grid(rings: Rings) -> pl.DataFrame:
    """Rings in tens of metres without repeated corners; one that collapses is left out unless it is all there is."""
    grid = np.rint(rings.xy / GRID_M).astype(np.int64)
    rows = []
    kept = set()
    for k in range(len(rings.area)):
        points = _without_repeats(grid[rings.starts[k] : rings.starts[k + 1]])
        code = rings.codes[rings.area[k]]
        if len(points) < 3:
            continue
        kept.add(code)
        rows.append((code, int(rings.part[k]), int(rings.ring[k]), points[:, 0].tolist(), points[:, 1].tolist()))
    lost = sorted(set(rings.codes) - kept)
    assert not lost, f"areas smaller than the grid: {lost[:5]}"
    schema: dict[str, pl.DataType] = {
        "lsoa11": pl.String(),
        "part": pl.Int64(),
        "ring": pl.Int64(),
        "eastings": pl.List(pl.Int64),
        "northings": pl.List(pl.Int64),
    }
    return pl.DataFrame(rows, schema=schema, orient="row").sort("lsoa11", "part", "ring")


def _without_repeats(points: NDArray[np.int64]) -> NDArray[np.int64]:
    keep = np.concatenate([[True], (points[1:] != points[:-1]).any(axis=1)])
    points = points[keep]
    return points[:-1] if len(points) > 1 and (points[0] == points[-1]).all() else points


def neighbours(rings: Rings, edges: Edges) -> pl.DataFrame:
    """Pairs of areas with the length of the border they share, in whole metres."""
    shared = (edges.other >= 0) & (edges.owner != edges.other)
    pairs = np.sort(np.column_stack([edges.owner[shared], edges.other[shared]]), axis=1)
    codes = np.array(rings.codes)
    return (
        pl.DataFrame({"lsoa11_a": codes[pairs[:, 0]], "lsoa11_b": codes[pairs[:, 1]], "metres": edges.length_m[shared]})
        .sort("lsoa11_a", "lsoa11_b", "metres")
        .group_by("lsoa11_a", "lsoa11_b", maintain_order=True)
        .agg(pl.col("metres").sum().round().cast(pl.Int64).alias("shared_border_m"))
    )


def outer_edges(rings: Rings, edges: Edges) -> pl.DataFrame:
    """Edges of one owner joined to lines, each water or national border."""
    alone = np.nonzero(edges.other < 0)[0]
    is_border = np.isin(alone, _border_edges(edges, alone))
    rows = []
    for index in np.unique(edges.owner[alone]):
        for kind, wanted in (("national_border", True), ("water", False)):
            mine = alone[(edges.owner[alone] == index) & (is_border == wanted)]
            for number, line in enumerate(_lines(edges, mine)):
                length = np.hypot(*np.diff(line, axis=0).T).sum()
                grid = np.rint(line / GRID_M).astype(np.int64)
                rows.append(
                    (
                        rings.codes[index],
                        kind,
                        number,
                        round(float(length)),
                        grid[:, 0].tolist(),
                        grid[:, 1].tolist(),
                    )
                )
    schema: dict[str, pl.DataType] = {
        "lsoa11": pl.String(),
        "kind": pl.String(),
        "line": pl.Int64(),
        "length_m": pl.Int64(),
        "eastings": pl.List(pl.Int64),
        "northings": pl.List(pl.Int64),
    }
    return pl.DataFrame(rows, schema=schema, orient="row").sort("lsoa11", "kind", "line")


def _lines(edges: Edges, mine: NDArray[np.int64]) -> list[NDArray[np.float64]]:
    """Join edges that follow each other (each runs in its ring's direction) to lines."""
    follows = {int(edges.first[e]): e for e in mine}
    reached = {int(edges.second[e]) for e in mine}
    heads = [e for e in mine if int(edges.first[e]) not in reached]
    used: set[int] = set()
    lines = []
    for head in [*heads, *mine]:
        if int(head) in used:
            continue
        points, edge = [edges.first_xy[head]], head
        while int(edge) not in used:
            used.add(int(edge))
            points.append(edges.second_xy[edge])
            following = follows.get(int(edges.second[edge]))
            if following is None:
                break
            edge = following
        lines.append(np.array(points))
    return lines


def _border_edges(edges: Edges, alone: NDArray[np.int64]) -> NDArray[np.int64]:
    """Edges on the land borders: the shortest way along England's edge between the points where each stretch ends."""
    corners, numbers = np.unique(np.concatenate([edges.first[alone], edges.second[alone]]), return_inverse=True)
    n = len(alone)
    one, two = numbers[:n], numbers[n:]
    where = np.zeros((len(corners), 2))
    where[one], where[two] = edges.first_xy[alone], edges.second_xy[alone]
    graph = coo_array((edges.length_m[alone] + 1e-3, (one, two)), shape=(len(corners), len(corners))).tocsr()
    tree = cKDTree(where)
    of_pair = {
        (min(a, b), max(a, b)): int(e) for a, b, e in zip(one.tolist(), two.tolist(), alone.tolist(), strict=True)
    }
    found = []
    for border in load_definition(".", "national_borders")["border"]:
        start, at = (_nearest_corner(tree, border, end) for end in ("from", "to"))
        _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
        while at != start:
            previous = int(before[at])
            if previous < 0:
                raise _unusable(
                    border["name"], "its two ends lie on different pieces of land", "Give each piece its own"
                )
            found.append(of_pair[min(at, previous), max(at, previous)])
            at = previous
    return np.array(found, dtype=np.int64)


def _nearest_corner(tree: cKDTree, border: Mapping[str, Any], end: str) -> int:
    """The corner of England's edge nearest to an end of a border; refused if it is too far off to be meant."""
    point = border[end]
    metres, corner = tree.query([point["easting"], point["northing"]])
    if metres > BORDER_END_WITHIN_M:
        what = f"`{end}` ({point['name']}) is {metres:,.0f} m from the nearest corner of England's edge"
        raise _unusable(
            border["name"], what, f"Put it within {BORDER_END_WITHIN_M:,} m of where the border meets the water"
        )
    return int(corner)


def _unusable(name: str, what: str, way_out: str) -> ChesilError:
    why = "the coast would be taken for a land border, or the border for coast"
    return ChesilError("National borders cannot be told from water", [Problem(what, f"border `{name}`", why, way_out)])
