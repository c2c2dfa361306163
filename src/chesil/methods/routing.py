"""Routing: a network from the lines of roads, points put on it, its islands, and the least time between points."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import KDTree

from chesil.core.errors import ChesilError

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]

LONGEST_STEP = 50.0
"""Metres: longer steps are cut, so that a place beside a straight road is put on it where it is."""
PASSING_OVER = 300.0
"""Metres: a small island is passed over only if a larger one is no more than this farther."""
SOURCES_AT_ONCE = 64
LEAST_SECONDS = 1e-3
"""A step takes at least this, so that no step is lost as a nought."""


@dataclass(frozen=True, eq=False)
class Roads:
    """Lines as drawn: points (n,) in metres, and ways that run through them one after another.

    `point` (k,) lists the points of all ways in order; way w has those from `ends[w]` to `ends[w + 1]`. `forward` and
    `backward` (ways,) are metres a second with and against the way, nought where it may not be used. `closed` (n,):
    points that cannot be passed.
    """

    x: Array
    y: Array
    point: Index
    ends: Index
    forward: Array
    backward: Array
    closed: Flags


@dataclass(frozen=True, eq=False)
class Network:
    """A network ready to be asked: its lines with long steps cut, and the island on which each point lies.

    `island` (points,): number of the part within which every point can be got to from every other, 0 the largest; -1
    for a point on no open road. `sizes`: points by island. `drawn`: points as drawn; those after them were cut in.
    """

    roads: Roads
    island: Index
    sizes: Index
    drawn: int

    @property
    def points(self) -> int:
        return self.roads.x.size


@dataclass(frozen=True, eq=False)
class Placed:
    """Places put on a network: the point (m,) nearest to each, and the metres (m,) to it in a straight line."""

    point: Index
    metres: Array


def build_network(roads: Roads) -> Network:
    """Cut long steps and find the islands; `ChesilError` if no way is open to the mode."""
    drawn = roads.x.size
    roads = _with_steps_cut(roads)
    start, end, _, forward, backward = _steps(roads)
    if not (forward | backward).any():
        raise ChesilError("no way is open to this mode: there is no network")
    rows, columns = np.concatenate([start[forward], end[backward]]), np.concatenate([end[forward], start[backward]])
    n = roads.x.size
    ones = csr_array((np.ones(rows.size, dtype=np.int32), (rows, columns)), shape=(n, n))
    count, part = connected_components(ones, directed=True, connection="strong")
    used = np.zeros(n, dtype=bool)
    used[rows] = used[columns] = True
    sizes = np.bincount(part[used], minlength=count)
    order = np.lexsort((np.arange(count), -sizes))
    number = np.empty(count, dtype=np.int64)
    number[order] = np.arange(count)
    island = np.where(used, number[part], -1)
    return Network(roads, island, sizes[order][sizes[order] > 0].astype(np.int64), drawn)


def place_on(
    network: Network, x: ArrayLike, y: ArrayLike, *, least_island: int = 1, passing_over: float = PASSING_OVER
) -> Placed:
    """Put places on the nearest point of an island of at least so many points (the largest always counts).

    Small islands are mostly car parks, and ends that a gate or one-way sign cuts off: nobody gets anywhere from them.
    But a place from which a larger island is more than `passing_over` metres farther lies on the small one: it may be
    an island in the sea.
    """
    where = np.column_stack([np.asarray(x, np.float64), np.asarray(y, np.float64)])
    islands = np.arange(network.sizes.size)
    whole = islands[(network.sizes >= least_island) | (islands == 0)]
    point, metres = _nearest(network, np.isin(network.island, whole), where)
    any_point, any_metres = _nearest(network, network.island >= 0, where)
    cut_off = metres - any_metres > passing_over
    return Placed(np.where(cut_off, any_point, point), np.where(cut_off, any_metres, metres))


def _nearest(network: Network, fit: Flags, where: Array) -> tuple[Index, Array]:
    points = np.flatnonzero(fit)
    metres, nearest = KDTree(np.column_stack([network.roads.x[points], network.roads.y[points]])).query(where)
    return points[nearest].astype(np.int64), np.asarray(metres, dtype=np.float64)


def seconds_between(network: Network, origins: ArrayLike, destinations: ArrayLike, *, limit: float = np.inf) -> Array:
    """Least seconds from each origin's point to each destination's, (origins, destinations); infinite if there is no way.

    The search starts from whichever side has fewer points; from destinations it runs against the direction of travel.
    Only junctions and the points asked about are kept as nodes. Times beyond `limit` are infinite.
    """
    here, at_here = np.unique(np.asarray(origins, dtype=np.int64), return_inverse=True)
    there, at_there = np.unique(np.asarray(destinations, dtype=np.int64), return_inverse=True)
    graph, node = contracted(network, np.concatenate([here, there]))
    back = there.size < here.size
    found = _search(
        csr_array(graph.T) if back else graph, node[there if back else here], node[here if back else there], limit
    )
    least = found.T if back else found
    return np.asarray(least[np.ix_(at_here, at_there)])


def pairs_within(
    network: Network, origins: ArrayLike, destinations: ArrayLike, limit: float
) -> tuple[Index, Index, Array]:
    """Pairs of origin and destination no farther than `limit` seconds: their positions and the least seconds (pairs,)."""
    here, there = np.asarray(origins, dtype=np.int64), np.asarray(destinations, dtype=np.int64)
    graph, node = contracted(network, np.unique(np.concatenate([here, there])))
    rows, columns, seconds = [], [], []
    for first in range(0, here.size, SOURCES_AT_ONCE):
        some = node[here[first : first + SOURCES_AT_ONCE]]
        found = dijkstra(graph, directed=True, indices=some, limit=limit)[:, node[there]]
        row, column = np.nonzero(np.isfinite(found))
        rows.append(row + first)
        columns.append(column)
        seconds.append(found[row, column])
    if not rows:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    return np.concatenate(rows).astype(np.int64), np.concatenate(columns).astype(np.int64), np.concatenate(seconds)


def _search(graph: csr_array, sources: Index, targets: Index, limit: float) -> Array:
    found = np.empty((sources.size, targets.size))
    for first in range(0, sources.size, SOURCES_AT_ONCE):
        some = sources[first : first + SOURCES_AT_ONCE]
        found[first : first + some.size] = dijkstra(graph, directed=True, indices=some, limit=limit)[:, targets]
    return found


def contracted(network: Network, keep: Index) -> tuple[csr_array, Index]:
    """The network's graph in seconds over junctions, ends and the points to `keep`; the node of each point, else -1."""
    roads = network.roads
    n = roads.x.size
    times_used = np.bincount(roads.point, minlength=n)
    needed = (times_used > 1) | roads.closed
    needed[keep] = True
    at = needed[roads.point]
    at[roads.ends[:-1]] = True
    at[roads.ends[1:] - 1] = True
    position = np.flatnonzero(at)
    way = np.repeat(np.arange(roads.ends.size - 1), np.diff(roads.ends))
    step = np.hypot(np.diff(roads.x[roads.point]), np.diff(roads.y[roads.point]))
    along = np.concatenate([[0.0], np.cumsum(step)])
    a, b = position[:-1], position[1:]
    same = (way[a] == way[b]) & ~roads.closed[roads.point[a]] & ~roads.closed[roads.point[b]]
    a, b = a[same], b[same]
    metres, of = along[b] - along[a], way[a]
    start, end = roads.point[a], roads.point[b]
    there, back = roads.forward[of] > 0, roads.backward[of] > 0
    rows = np.concatenate([start[there], end[back]])
    columns = np.concatenate([end[there], start[back]])
    seconds = np.concatenate([
        metres[there] / roads.forward[of][there],
        metres[back] / roads.backward[of][back],
    ])  # fmt: skip
    kept = np.unique(np.concatenate([rows, columns, keep]))
    node = np.full(n, -1, dtype=np.int64)
    node[kept] = np.arange(kept.size)
    return _least_csr(node[rows], node[columns], np.maximum(seconds, LEAST_SECONDS), kept.size), node


def _least_csr(rows: Index, columns: Index, values: Array, n: int) -> csr_array:
    """A matrix in which the least of several values for one pair stands (SciPy would add them up)."""
    order = np.lexsort((values, columns, rows))
    rows, columns, values = rows[order], columns[order], values[order]
    first = np.ones(rows.size, dtype=bool)
    first[1:] = (np.diff(rows) != 0) | (np.diff(columns) != 0)
    return csr_array((values[first], (rows[first], columns[first])), shape=(n, n))


def _steps(roads: Roads) -> tuple[Index, Index, Index, Flags, Flags]:
    """Each step between neighbouring points of a way: its ends, its way, and whether it is open each way."""
    last = np.zeros(roads.point.size, dtype=bool)
    last[roads.ends[1:] - 1] = True
    at = np.flatnonzero(~last)
    way = np.repeat(np.arange(roads.ends.size - 1), np.diff(roads.ends))[at]
    start, end = roads.point[at], roads.point[at + 1]
    passable = ~roads.closed[start] & ~roads.closed[end]
    return start, end, way, passable & (roads.forward[way] > 0), passable & (roads.backward[way] > 0)


def _with_steps_cut(roads: Roads) -> Roads:
    """The same lines with points cut into steps that are longer than `LONGEST_STEP`; shut ways are left out."""
    roads = _open_ways(roads)
    if not roads.point.size:
        return roads
    xs, ys = roads.x[roads.point], roads.y[roads.point]
    dx, dy = np.append(np.diff(xs), 0.0), np.append(np.diff(ys), 0.0)
    dx[roads.ends[1:] - 1] = dy[roads.ends[1:] - 1] = 0.0
    pieces = np.maximum(np.ceil(np.hypot(dx, dy) / LONGEST_STEP).astype(np.int64), 1)
    origin = np.repeat(np.arange(pieces.size), pieces)
    place = np.arange(origin.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    new = place > 0
    share = place[new] / pieces[origin[new]]
    point = roads.point[origin].copy()
    point[new] = roads.x.size + np.arange(int(new.sum()))
    starts = np.concatenate([[0], np.cumsum(pieces)])
    return Roads(
        x=np.concatenate([roads.x, xs[origin[new]] + share * dx[origin[new]]]),
        y=np.concatenate([roads.y, ys[origin[new]] + share * dy[origin[new]]]),
        point=point,
        ends=starts[roads.ends],
        forward=roads.forward,
        backward=roads.backward,
        closed=np.concatenate([roads.closed, np.zeros(int(new.sum()), dtype=bool)]),
    )


def _open_ways(roads: Roads) -> Roads:
    length = np.diff(roads.ends)
    keep = ((roads.forward > 0) | (roads.backward > 0)) & (length > 1)
    return Roads(
        x=roads.x,
        y=roads.y,
        point=roads.point[np.repeat(keep, length)],
        ends=np.concatenate([[0], np.cumsum(length[keep])]),
        forward=roads.forward[keep],
        backward=roads.backward[keep],
        closed=roads.closed,
    )


def roads_of(
    x: ArrayLike, y: ArrayLike, ways: Sequence[Sequence[int]], forward: ArrayLike, backward: ArrayLike,
    closed: Sequence[int] = (),
) -> Roads:  # fmt: skip
    """Lines from plain lists: the points of each way, and its speeds in metres a second."""
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    shut = np.zeros(xs.size, dtype=bool)
    shut[list(closed)] = True
    ends = np.concatenate([[0], np.cumsum([len(w) for w in ways])]).astype(np.int64)
    point = np.concatenate([np.asarray(w, dtype=np.int64) for w in ways]) if ways else np.zeros(0, dtype=np.int64)
    n = len(ways)
    ahead = np.broadcast_to(np.asarray(forward, dtype=np.float64), (n,))
    return Roads(xs, ys, point, ends, ahead, np.broadcast_to(np.asarray(backward, dtype=np.float64), (n,)), shut)
