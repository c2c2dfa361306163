"""Water in the way: which straight lines cross it, and how far the shortest way round it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

Array = NDArray[np.float64]

CELL_M = 200.0
"""Size of a cell: the published small-area boundaries are generalised to about as much."""
ENDS_M = 500.0
"""Water so near either end of a line is the generalised coast at somebody's door, not a barrier."""
LEAST_WATER_M = 200.0
"""A line is blocked where it runs at least so far over water; less is the boundary's own inaccuracy."""
BORDER_REACH_M = 30_000.0
"""Cells outside the edge nearer than this to a land border, and nearer to it than to any coast, are land."""
BLOCK = 5
"""Cells outside the edge are judged in blocks of so many by so many: land of the next country, or water."""


@dataclass(frozen=True, eq=False)
class WaterMap:
    """Where the water is: square cells from a south-western corner.

    `clear_m` (rows, columns) is the distance from each cell's middle to the nearest water cell, nought in water;
    row 0 is the south. Beyond the map everything counts as land: frame it generously.
    """

    west: float
    south: float
    cell_m: float
    clear_m: NDArray[np.float32]

    def clear_at(self, east: Array, north: Array) -> NDArray[np.float32]:
        """Metres to the nearest water at points (any shape)."""
        rows, columns = self.clear_m.shape
        r = np.clip(((north - self.south) / self.cell_m).astype(np.int64), 0, rows - 1)
        c = np.clip(((east - self.west) / self.cell_m).astype(np.int64), 0, columns - 1)
        return self.clear_m[r, c]


def water_map(
    starts: Array, ends: Array, is_water: NDArray[np.bool_], frame: tuple[float, float, float, float]
) -> WaterMap:
    """Paint the cells of a frame (west, south, east, north; metres) from the edges of the land.

    `starts` and `ends` (n, 2) are the segments of *all* outer edges, in metres, which together close; `is_water` (n,)
    is False where an edge is a border with other land. A cell is inside if a line to the west crosses the edges an odd
    number of times. A cell outside is water, unless the nearest edge is a land border.
    """
    west, south, east, north = frame
    columns = max(1, int(np.ceil((east - west) / CELL_M)))
    rows = max(1, int(np.ceil((north - south) / CELL_M)))
    inside = _inside(starts, ends, west, south, rows, columns)
    outside = ~inside & ~_next_country(starts, ends, is_water, frame, rows, columns)
    if not outside.any():
        clear = np.full((rows, columns), 1e6, dtype=np.float32)
    else:
        clear = (distance_transform_edt(~outside) * CELL_M).astype(np.float32)
    return WaterMap(west, south, CELL_M, clear)


def _next_country(
    starts: Array,
    ends: Array,
    is_water: NDArray[np.bool_],
    frame: tuple[float, float, float, float],
    rows: int,
    columns: int,
) -> NDArray[np.bool_]:
    """Cells whose nearest outer edge, within reach, is a land border (true inside the edge too: it does not matter)."""
    near = _segments_near(starts, ends, frame, BORDER_REACH_M)
    if (is_water[near]).all():
        return np.zeros((rows, columns), dtype=bool)
    points, wet = _points_along(starts[near], ends[near], is_water[near], CELL_M * BLOCK)
    r, c = np.meshgrid(np.arange(0, rows, BLOCK), np.arange(0, columns, BLOCK), indexing="ij")
    half = CELL_M * BLOCK / 2
    middles = np.column_stack([frame[0] + c.ravel() * CELL_M + half, frame[1] + r.ravel() * CELL_M + half])
    to_border, _ = cKDTree(points[~wet]).query(middles, distance_upper_bound=BORDER_REACH_M)
    maybe = np.nonzero(np.isfinite(to_border))[0]
    to_coast = np.full(len(middles), np.inf)
    if wet.any():
        to_coast[maybe] = cKDTree(points[wet]).query(middles[maybe])[0]
    land = (np.isfinite(to_border) & (to_border <= to_coast)).reshape(r.shape)
    return np.repeat(np.repeat(land, BLOCK, axis=0), BLOCK, axis=1)[:rows, :columns]


def _segments_near(
    starts: Array, ends: Array, frame: tuple[float, float, float, float], reach: float
) -> NDArray[np.bool_]:
    low, high = np.minimum(starts, ends), np.maximum(starts, ends)
    west, south, east, north = frame
    near: NDArray[np.bool_] = (
        (high[:, 0] > west - reach)
        & (low[:, 0] < east + reach)
        & (high[:, 1] > south - reach)
        & (low[:, 1] < north + reach)
    )
    return near


def _inside(starts: Array, ends: Array, west: float, south: float, rows: int, columns: int) -> NDArray[np.bool_]:
    """Even-odd filling of rows of cells: each segment flips every cell east of it, in the rows whose middle it crosses."""
    low = np.where(starts[:, 1] <= ends[:, 1], starts[:, 1], ends[:, 1])
    high = np.where(starts[:, 1] <= ends[:, 1], ends[:, 1], starts[:, 1])
    first = np.clip(np.ceil((low - south) / CELL_M - 0.5), 0, rows).astype(np.int64)
    last = np.clip(np.ceil((high - south) / CELL_M - 0.5), 0, rows).astype(np.int64)
    count = last - first
    segment = np.repeat(np.arange(len(starts)), count)
    row = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[segment]
    y = south + (row + 0.5) * CELL_M
    (x1, y1), (x2, y2) = starts[segment].T, ends[segment].T
    x = x1 + (y - y1) * (x2 - x1) / (y2 - y1)
    column = np.clip(np.ceil((x - west) / CELL_M - 0.5), 0, columns).astype(np.int64)
    flips = np.bincount(row * (columns + 1) + column, minlength=rows * (columns + 1))
    crossed = np.cumsum(flips.reshape(rows, columns + 1)[:, :columns], axis=1)
    inside: NDArray[np.bool_] = crossed % 2 == 1
    return inside


def _points_along(
    starts: Array, ends: Array, is_water: NDArray[np.bool_], step_m: float
) -> tuple[Array, NDArray[np.bool_]]:
    pieces = np.maximum(1, np.ceil(np.hypot(*(ends - starts).T) / step_m)).astype(np.int64)
    segment = np.repeat(np.arange(len(starts)), pieces)
    along = (np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces) + 0.5) / pieces[segment]
    return starts[segment] + along[:, None] * (ends[segment] - starts[segment]), is_water[segment]


def crosses_water(water: WaterMap, here: Array, there: Array) -> NDArray[np.bool_]:
    """Whether the straight line between each pair of points (n, 2) runs over at least `LEAST_WATER_M` of water.

    Walks every line at once, each time as far as its distance to the nearest water allows, so that lines inland are
    done in a few steps. The same for a line and its reverse.
    """
    length = np.hypot(*(there - here).T)
    blocked = np.zeros(len(length), dtype=bool)
    at = np.full(len(length), ENDS_M)
    wet = np.zeros(len(length))
    live = np.nonzero(length > 2 * ENDS_M)[0]
    flip = (here[:, 0] > there[:, 0]) | ((here[:, 0] == there[:, 0]) & (here[:, 1] > there[:, 1]))
    start = np.where(flip[:, None], there, here)
    way = np.where(flip[:, None], here - there, there - here) / np.maximum(length, 1e-9)[:, None]
    half = CELL_M / 2
    while len(live):
        x = start[live, 0] + way[live, 0] * at[live]
        y = start[live, 1] + way[live, 1] * at[live]
        clear = water.clear_at(x, y)
        wet[live] += np.where(clear < half, half, 0.0)
        at[live] += np.maximum(half, clear - CELL_M)
        blocked[live] = wet[live] >= LEAST_WATER_M
        live = live[(at[live] < length[live] - ENDS_M) & ~blocked[live]]
    return blocked


def shortest_ways(
    count: int,
    links: tuple[NDArray[np.int64], NDArray[np.int64], Array],
    sources: NDArray[np.int64],
    limit_m: float = np.inf,
) -> Array:
    """Metres along the links of a network from each source to every node, (sources, count); infinite if none.

    `links` are ends and lengths, walked both ways; of parallel links the shortest counts.
    """
    one, two, length = links
    low, high = np.minimum(one, two), np.maximum(one, two)
    order = np.lexsort((length, high, low))
    low, high, length = low[order], high[order], length[order]
    first = (
        np.concatenate([[True], (low[1:] != low[:-1]) | (high[1:] != high[:-1])]) if len(low) else np.array([], bool)
    )
    graph = coo_array((np.maximum(length[first], 1e-3), (low[first], high[first])), shape=(count, count)).tocsr()
    found: Array = np.atleast_2d(dijkstra(graph, directed=False, indices=sources, limit=limit_m))
    return found
