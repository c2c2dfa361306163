"""Borders and outlines worked out a second way: slowly, with shapely, from the polygons themselves."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely
from pyproj import Transformer
from scipy.spatial import cKDTree

from chesil.packing import geometry_tables
from chesil.packs.pack import read_table
from chesil.place.outlines import area_rings, group_outlines
from chesil.sources.source import find_sources

DORSET, MANCHESTER = {"E06000058", "E06000059"}, {"E08000003"}


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shapely.make_valid(shape))
    return shapely.union_all([p for p in parts if p.geom_type in ("Polygon", "MultiPolygon")])


def _on_grid(boundaries: pl.DataFrame) -> dict[str, shapely.Geometry]:
    rings: dict[str, dict[int, dict[int, list[tuple[int, int]]]]] = {}
    for code, part, ring, east, north in boundaries.iter_rows():
        rings.setdefault(code, {}).setdefault(part, {})[ring] = list(zip(east, north, strict=True))
    return {
        code: _polygonal(
            shapely.MultiPolygon([shapely.Polygon(p[0], [p[k] for k in sorted(p) if k]) for p in parts.values()])
        )
        for code, parts in rings.items()
    }


def _members(councils: set[str]) -> list[str]:
    areas = read_table("groups").filter((pl.col("group_type") == "ltla21") & pl.col("group_code").is_in(list(councils)))
    return sorted(areas["member_code"].unique())


def _shared_borders(shapes: Mapping[str, shapely.Geometry]) -> dict[tuple[str, str], float]:
    """Length that each two shapes share: intersect every pair that touches."""
    codes = sorted(shapes)
    tree = shapely.STRtree([shapes[c] for c in codes])
    found = {}
    for one, code in enumerate(codes):
        for two in tree.query(shapes[code]):
            if two > one:
                length = shapely.intersection(shapes[code], shapes[codes[two]]).length
                if length > 0:
                    found[code, codes[two]] = length
    return found


@pytest.mark.parametrize("councils", [DORSET, MANCHESTER], ids=["Dorset", "Manchester"])
def test_neighbours_of_the_pack_agree_with_intersecting_its_polygons(councils: set[str]) -> None:
    """On the grid each corner has moved by at most 7 m, so lengths agree to 15 m for each corner of the border."""
    codes = _members(councils)
    boundaries = read_table("area_boundaries").filter(pl.col("lsoa11").is_in(codes))
    corners = dict(boundaries.group_by("lsoa11").agg(pl.col("eastings").list.len().sum()).iter_rows())
    slow = {pair: metres * 10 for pair, metres in _shared_borders(_on_grid(boundaries)).items()}
    pack = read_table("area_neighbours").filter(pl.col("lsoa11_a").is_in(codes) & pl.col("lsoa11_b").is_in(codes))
    quick = {(a, b): metres for a, b, metres in pack.iter_rows()}
    assert {p for p in slow if slow[p] > 30} <= set(quick)
    assert {p for p in quick if quick[p] > 30} <= set(slow)
    for pair in set(slow) & set(quick):
        assert quick[pair] == pytest.approx(slow[pair], abs=15 * min(corners[c] for c in pair)), pair
    assert sum(quick.values()) == pytest.approx(sum(slow.values()), rel=0.01)


@pytest.mark.parametrize("group_type", ["ltla21", "icb"])
def test_outlines_by_cancelling_edges_are_the_union_of_the_areas(group_type: str) -> None:
    """Where rounding made an area cross itself the two may differ by a sliver; nowhere by more than one in 100,000."""
    boundaries = read_table("area_boundaries")
    shapes = _on_grid(boundaries)
    groups = read_table("groups").filter((pl.col("group_type") == group_type) & (pl.col("member_type") == "area"))
    newest = groups.filter(pl.col("vintage") == pl.col("vintage").max())
    group_of = dict(newest.select("member_code", "group_code").iter_rows())
    assert len(group_of) == 32_844
    members: dict[str, list[str]] = {}
    for area, group in group_of.items():
        members.setdefault(group, []).append(area)
    for group, outline in group_outlines(area_rings(boundaries), group_of).items():
        corners = [np.array(ring) for ring in outline]
        area = abs(sum((c[:, 0] * np.roll(c[:, 1], -1) - np.roll(c[:, 0], -1) * c[:, 1]).sum() for c in corners)) / 2
        union = shapely.union_all([shapes[a] for a in members[group]])
        assert area == pytest.approx(union.area, rel=1e-5), group
        length = sum(np.hypot(*(np.roll(c, -1, axis=0) - c).T).sum() for c in corners)
        assert length == pytest.approx(union.length, rel=0.04), group


@pytest.fixture(scope="module")
def published(request: pytest.FixtureRequest) -> pl.DataFrame:
    raw: Path = request.getfixturevalue("raw_folder")
    source = find_sources()["lsoa11_boundaries"]
    return source.read(raw / source.editions[-1].file)["lsoa11_boundaries"].sort("code")


@pytest.fixture(scope="module")
def edges(published: pl.DataFrame) -> tuple[geometry_tables.Rings, geometry_tables.Edges]:
    rings = geometry_tables.read_rings(published)
    return rings, geometry_tables.find_edges(rings)


@pytest.mark.raw
@pytest.mark.parametrize("councils", [DORSET, MANCHESTER], ids=["Dorset", "Manchester"])
def test_neighbours_agree_with_intersecting_the_published_polygons(
    published: pl.DataFrame,
    edges: tuple[geometry_tables.Rings, geometry_tables.Edges],
    councils: set[str],
) -> None:
    """Before rounding the two ways agree to the metre, pair by pair."""
    codes = _members(councils)
    transformer = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    shapes = {
        code: shapely.transform(
            shapely.from_geojson(text), lambda p: np.column_stack(transformer.transform(p[:, 0], p[:, 1]))
        )
        for code, text in published.filter(pl.col("code").is_in(codes)).select("code", "geometry").iter_rows()
    }
    table = geometry_tables.neighbours(*edges)
    quick = {
        (a, b): m
        for a, b, m in table.filter(pl.col("lsoa11_a").is_in(codes) & pl.col("lsoa11_b").is_in(codes)).iter_rows()
    }
    slow = _shared_borders(shapes)
    assert set(quick) == {pair for pair, metres in slow.items() if metres > 0.5}
    for pair, metres in quick.items():
        assert metres == pytest.approx(slow[pair], abs=1), pair


@pytest.mark.raw
def test_there_is_no_gap_or_overlap_between_neighbours(
    edges: tuple[geometry_tables.Rings, geometry_tables.Edges],
) -> None:
    """Every corner of England's edge has two edges, and every piece of it runs the way of an outer ring: a gap or
    an overlap left by a corner that only one side has would be a small piece with two owners, or run the other way."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    _, all_edges = edges
    alone = np.nonzero(all_edges.other < 0)[0]
    corners, number = np.unique(np.concatenate([all_edges.first[alone], all_edges.second[alone]]), return_inverse=True)
    assert set(np.bincount(number)) == {2}
    one, two = number[: len(alone)], number[len(alone) :]
    graph = coo_array((np.ones(len(alone)), (one, two)), shape=(len(corners), len(corners)))
    pieces, piece = connected_components(graph, directed=False)
    start, end = all_edges.first_xy[alone], all_edges.second_xy[alone]
    signed = np.bincount(piece[one], (start[:, 0] * end[:, 1] - end[:, 0] * start[:, 1]) / 2, pieces)
    assert (signed > 0).all()
    small = np.nonzero(signed < 100_000)[0]
    assert all(len(set(all_edges.owner[alone][piece[one] == p])) == 1 for p in small)
    assert int((all_edges.owner == all_edges.other).sum()) == 1, "only E01019828 crosses itself, as published"


@pytest.mark.raw
def test_beyond_a_national_border_the_post_is_welsh_or_scottish(
    raw_folder: Path, edges: tuple[geometry_tables.Rings, geometry_tables.Edges]
) -> None:
    """The nearest edge of England to any postcode abroad within a kilometre of it is border, never water."""
    source = find_sources()["code_point_open"]
    postcodes = source.read(raw_folder / source.editions[-1].file)["code_point_open"].drop_nulls("easting")
    abroad = postcodes.filter(~pl.col("country").str.starts_with("E")).select("easting", "northing").to_numpy()
    along, is_border = _points_along(geometry_tables.outer_edges(*edges))
    metres, nearest = cKDTree(along).query(abroad)
    near = metres < 1_000
    assert near.sum() > 1_500
    assert is_border[nearest][near].all()
    from_border = cKDTree(abroad).query(along[is_border])[0]
    assert np.median(from_border) < 1_000
    assert from_border.max() < 7_000


@pytest.mark.raw
@pytest.mark.parametrize(
    ("place", "east", "north", "kind"),
    [
        ("Poole Harbour", 400_500, 89_000, "water"),
        ("the Fleet", 362_500, 79_500, "water"),
        ("the Severn at Sharpness", 366_800, 202_500, "water"),
        ("the Humber at Hull", 509_500, 427_800, "water"),
        ("the Dee inside Chester", 339_700, 366_000, "water"),
        ("the Esk at Metal Bridge", 335_400, 564_900, "water"),
        ("the Tweed at Berwick", 399_300, 652_900, "water"),
        ("Hay-on-Wye", 323_000, 242_300, "national_border"),
        ("Offa's Dyke by Knighton", 328_400, 272_500, "national_border"),
        ("the Wye at Chepstow", 353_900, 194_100, "national_border"),
        ("Carter Bar", 369_800, 606_800, "national_border"),
        ("Gretna", 333_000, 567_500, "national_border"),
        ("the Berwick bounds", 395_000, 655_600, "national_border"),
    ],
)
def test_what_lies_beyond_is_as_the_map_says(
    edges: tuple[geometry_tables.Rings, geometry_tables.Edges], place: str, east: int, north: int, kind: str
) -> None:
    along, is_border = _points_along(geometry_tables.outer_edges(*edges))
    metres, nearest = cKDTree(along).query([east, north])
    assert metres < 1_500, place
    assert ("national_border" if is_border[nearest] else "water") == kind


@pytest.mark.raw
def test_lengths_of_the_borders(edges: tuple[geometry_tables.Rings, geometry_tables.Edges]) -> None:
    """The border with Wales is often given as 257 km and that with Scotland as 154 km, both along smoother lines."""
    outer = geometry_tables.outer_edges(*edges).filter(pl.col("kind") == "national_border")
    north = outer["northings"].list.get(0) > 50_000
    assert 257 < outer.filter(~north)["length_m"].sum() / 1_000 < 430
    assert 154 < outer.filter(north)["length_m"].sum() / 1_000 < 180


def _points_along(outer: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """A point at least every 100 m along the outer edges, in metres, and whether each is on a national border."""
    points, border = [], []
    for kind, east, north in outer.select("kind", "eastings", "northings").iter_rows():
        line = np.column_stack([east, north]) * 10.0
        along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
        steps = np.linspace(0, along[-1], int(along[-1] // 100) + 2)
        points.append(np.column_stack([np.interp(steps, along, line[:, 0]), np.interp(steps, along, line[:, 1])]))
        border += [kind == "national_border"] * len(steps)
    return np.vstack(points), np.array(border)
