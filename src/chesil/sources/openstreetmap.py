"""OpenStreetMap extracts: the roads, paths, ferries and barriers of a file that the user names (.osm.pbf, .osm, .osm.bz2).

OpenStreetMap's data are under the Open Database License 1.0, (c) OpenStreetMap contributors. Nothing here opens the
network: fetch an extract that covers the place and its surroundings, such as a county or region, and name the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from chesil.core.errors import ChesilError, InputRefused, Problem
from chesil.core.receipt import Receipt
from chesil.core.whole_files import sha256_of

LICENCE = "Open Database License 1.0, © OpenStreetMap contributors"
WAY_OUT = (
    "Name an OpenStreetMap extract (.osm.pbf or .osm) that covers the place and some 20 km around it; "
    "county and region extracts are published by several mirrors of OpenStreetMap"
)


@dataclass(frozen=True, eq=False)
class RoadExtract:
    """Every way with a highway tag or a ferry's, and every barrier on one, of one file.

    `x`, `y` (points,) are easting and northing in metres. `point` (k,) lists the points of all ways in order; way w has
    those from `ends[w]` to `ends[w + 1]`. `way_tags` and `way_ids` are by way; `barriers` gives the tags of points that
    are barriers. `broken` ways ran out of the file and were cut there; `restrictions` (turns) are counted, not used.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    point: NDArray[np.int64]
    ends: NDArray[np.int64]
    way_ids: tuple[int, ...]
    way_tags: tuple[Mapping[str, str], ...]
    barriers: Mapping[int, Mapping[str, str]]
    broken: int
    restrictions: int
    receipt: Receipt

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Least easting, least northing, greatest easting, greatest northing."""
        return float(self.x.min()), float(self.y.min()), float(self.x.max()), float(self.y.max())


def read_roads(
    path: Path,
    keep_way_tags: tuple[str, ...],
    keep_node_tags: tuple[str, ...],
    *,
    box: tuple[float, float, float, float] | None = None,
) -> RoadExtract:
    """Read an extract. `InputRefused` if it is not there, cannot be read, has no roads or lies outside Great Britain.

    Only the named tags are kept. `box` (least easting and northing, greatest easting and northing) leaves out ways whose
    first, middle and last points all lie outside it. Coordinates are turned to the National Grid (within some 5 m).
    """
    if not path.is_file():
        raise _refused(path, "there is no such file")
    ids: list[int] = []
    tags: list[Mapping[str, str]] = []
    lines: list[list[tuple[int, float, float]]] = []
    barriers: dict[int, Mapping[str, str]] = {}
    broken = restrictions = 0
    processor = _processor(path)
    degrees = _degrees_around(box)
    seen = False
    try:
        for thing in processor:
            if thing.is_node():
                if "barrier" in thing.tags:
                    barriers[thing.id] = _kept(thing.tags, keep_node_tags)
            elif thing.is_relation():
                restrictions += thing.tags.get("type", "").startswith("restriction")
            elif "highway" in thing.tags or thing.tags.get("route") == "ferry":
                seen = True
                if degrees is not None and _is_outside(thing.nodes, degrees):
                    continue
                pieces = _pieces(thing.nodes)
                broken += len(pieces) != 1 or len(pieces[0]) != len(thing.nodes)
                for piece in pieces:
                    ids.append(thing.id)
                    tags.append(_kept(thing.tags, keep_way_tags))
                    lines.append(piece)
        when = processor.header.get("osmosis_replication_timestamp", "")
    except RuntimeError as error:
        raise _refused(path, f"it cannot be read as OpenStreetMap data ({error})") from error
    if seen and not tags and not broken:
        raise _refused(path, "it has roads, but none of them near the place")
    if not any("highway" in t for t in tags):
        raise _refused(
            path,
            f"it holds no roads or paths ({broken} had no coordinates)" if broken else "it holds no roads or paths",
        )
    return _extract(path, ids, tags, lines, barriers, broken, restrictions, when)


def _processor(path: Path) -> Any:
    try:
        import osmium
    except ImportError as error:
        raise ChesilError(
            "Reading OpenStreetMap needs the extra `roads`", [], "Install it with `pip install chesil[roads]`"
        ) from error
    try:
        keys = osmium.filter.KeyFilter("highway", "route", "barrier", "restriction")
        return osmium.FileProcessor(str(path)).with_locations().with_filter(keys)
    except RuntimeError as error:
        raise _refused(path, f"it cannot be read as OpenStreetMap data ({error})") from error


def _degrees_around(box: tuple[float, float, float, float] | None) -> tuple[float, float, float, float] | None:
    """The box in degrees, with all four corners inside."""
    if box is None:
        return None
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    turned = [Transformer.from_crs(27700, 4326, always_xy=True).transform(x, y) for x, y in corners]
    lon, lat = [p[0] for p in turned], [p[1] for p in turned]
    return min(lon), min(lat), max(lon), max(lat)


def _is_outside(nodes: Any, box: tuple[float, float, float, float]) -> bool:
    """Whether a way's first, middle and last points all have coordinates and lie outside."""
    if not len(nodes):
        return True
    for at in {0, len(nodes) // 2, len(nodes) - 1}:
        where = nodes[at].location
        if not where.valid() or (box[0] <= where.lon <= box[2] and box[1] <= where.lat <= box[3]):
            return False
    return True


def _kept(tags: Any, names: tuple[str, ...]) -> Mapping[str, str]:
    return {t.k: t.v for t in tags if t.k in names}


def _pieces(nodes: Any) -> list[list[tuple[int, float, float]]]:
    """A way's points with coordinates, in pieces where some are missing; a piece has two points or more."""
    pieces: list[list[tuple[int, float, float]]] = [[]]
    for node in nodes:
        if node.location.valid():
            pieces[-1].append((node.ref, node.location.lon, node.location.lat))
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if len(piece) > 1]


def _extract(
    path: Path,
    ids: list[int],
    tags: list[Mapping[str, str]],
    lines: list[list[tuple[int, float, float]]],
    barriers: dict[int, Mapping[str, str]],
    broken: int,
    restrictions: int,
    when: str,
) -> RoadExtract:
    refs = np.array([ref for line in lines for ref, _, _ in line], dtype=np.int64)
    unique, first, point = np.unique(refs, return_index=True, return_inverse=True)
    degrees = np.array([(lon, lat) for line in lines for _, lon, lat in line], dtype=np.float64)[first]
    x, y = Transformer.from_crs(4326, 27700, always_xy=True).transform(degrees[:, 0], degrees[:, 1])
    inside = np.isfinite(x) & np.isfinite(y) & (x > -1e5) & (x < 8e5) & (y > -1e5) & (y < 1.4e6)
    if not inside.any():
        west, south = degrees.min(axis=0)
        east, north = degrees.max(axis=0)
        raise _refused(
            path,
            f"it lies outside Great Britain: longitude {west:.2f} to {east:.2f}, latitude {south:.2f} to {north:.2f}",
        )
    index = {int(ref): k for k, ref in enumerate(unique)}
    receipt = Receipt(
        id=f"openstreetmap@{sha256_of(path)[:12]}",
        publisher="OpenStreetMap contributors",
        publication="OpenStreetMap extract" + (f" of {when[:10]}" if when else ""),
        reference_date=None,
        licence=LICENCE,
        file=path.name,
        sha256=sha256_of(path),
        rows_read=len(lines),
        obtained="published",
    )
    return RoadExtract(
        x=np.where(inside, x, 0.0),
        y=np.where(inside, y, 0.0),
        point=point.astype(np.int64),
        ends=np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64),
        way_ids=tuple(ids),
        way_tags=tuple(tags),
        barriers={index[ref]: t for ref, t in sorted(barriers.items()) if ref in index},
        broken=int(broken),
        restrictions=int(restrictions),
        receipt=receipt,
    )


def _refused(path: Path, what: str) -> InputRefused:
    return InputRefused("The OpenStreetMap extract cannot be used", [Problem(what, str(path))], WAY_OUT)
