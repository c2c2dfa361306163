"""Borders, outer edges and gridded outlines of a few made-up areas whose answers can be worked out by hand."""

import json
import math
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from pyproj import Transformer

from chesil.core.errors import ChesilError
from chesil.packing import geometry_tables
from chesil.packing.geometry_tables import (
    Edges,
    Rings,
    boundaries_on_grid,
    find_edges,
    neighbours,
    outer_edges,
    read_rings,
)

WEST, MIDDLE, EAST, SOUTH, HALFWAY, NORTH = -2.50, -2.48, -2.46, 50.70, 50.71, 50.72
"""Two areas side by side, about 1.4 km wide and 2.2 km high each."""

A = [[WEST, SOUTH], [MIDDLE, SOUTH], [MIDDLE, HALFWAY], [MIDDLE, NORTH], [WEST, NORTH], [WEST, SOUTH]]
B = [[MIDDLE, SOUTH], [EAST, SOUTH], [EAST, NORTH], [MIDDLE, NORTH], [MIDDLE, HALFWAY], [MIDDLE, SOUTH]]
TOUCHES_AT_A_POINT = [[EAST, NORTH], [-2.44, NORTH], [-2.44, 50.74], [EAST, NORTH]]
HOLE = [[-2.495, 50.705], [-2.495, 50.707], [-2.490, 50.707], [-2.495, 50.705]]
ISLAND = [[-2.40, 50.70], [-2.38, 50.70], [-2.38, 50.71], [-2.40, 50.70]]

BOUNDARIES = pl.DataFrame(
    {
        "code": ["E01999001", "E01999002", "E01999003"],
        "geometry": [
            json.dumps({"type": "Polygon", "coordinates": [A, HOLE]}),
            json.dumps({"type": "MultiPolygon", "coordinates": [[B], [ISLAND]]}),
            json.dumps({"type": "Polygon", "coordinates": [TOUCHES_AT_A_POINT]}),
        ],
    }
)


def _metres(*degrees: list[float]) -> list[tuple[float, float]]:
    transformer = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    return [transformer.transform(east, north) for east, north in degrees]


def _length(*degrees: list[float]) -> float:
    points = _metres(*degrees)
    return sum(math.dist(one, two) for one, two in pairwise(points))


def _end(degrees: list[float], name: str = "a corner") -> dict[str, Any]:
    (east, north) = _metres(degrees)[0]
    return {"name": name, "easting": round(east), "northing": round(north)}


def _borders(monkeypatch: pytest.MonkeyPatch, *borders: tuple[dict[str, Any], dict[str, Any]]) -> None:
    card = {"border": [{"name": f"border {n}", "from": a, "to": b} for n, (a, b) in enumerate(borders, start=1)]}
    monkeypatch.setattr(geometry_tables, "load_definition", lambda *_: card)


@pytest.fixture
def rings() -> Rings:
    return read_rings(BOUNDARIES)


@pytest.fixture
def edges(rings: Rings) -> Edges:
    return find_edges(rings)


def test_a_border_is_as_long_as_what_both_sides_share_and_a_point_is_no_border(rings: Rings, edges: Edges) -> None:
    assert neighbours(rings, edges).rows() == [
        ("E01999001", "E01999002", round(_length([MIDDLE, SOUTH], [MIDDLE, HALFWAY], [MIDDLE, NORTH])))
    ]


def test_every_metre_of_every_ring_is_shared_or_outer(
    rings: Rings, edges: Edges, monkeypatch: pytest.MonkeyPatch
) -> None:
    _borders(monkeypatch)
    perimeters = sum(_length(*ring) for ring in (A, HOLE, B, ISLAND, TOUCHES_AT_A_POINT))
    shared = neighbours(rings, edges)["shared_border_m"].sum()
    outer = outer_edges(rings, edges)
    assert outer["kind"].unique().to_list() == ["water"]
    assert outer["length_m"].sum() + 2 * shared == pytest.approx(perimeters, abs=5)


def test_between_the_ends_of_a_border_the_edge_is_land_and_elsewhere_water(
    rings: Rings, edges: Edges, monkeypatch: pytest.MonkeyPatch
) -> None:
    _borders(monkeypatch, (_end([WEST, SOUTH]), _end([WEST, NORTH])))
    outer = outer_edges(rings, edges)
    land = outer.filter(pl.col("kind") == "national_border").row(0, named=True)
    assert outer["kind"].to_list().count("national_border") == 1
    assert (land["lsoa11"], land["length_m"]) == ("E01999001", round(_length([WEST, SOUTH], [WEST, NORTH])))
    ends = sorted(zip(land["eastings"], land["northings"], strict=True))
    assert ends == sorted((round(e / 10), round(n / 10)) for e, n in _metres([WEST, SOUTH], [WEST, NORTH]))


def test_the_end_of_a_border_in_the_wrong_place_is_refused_with_how_far_off_it_is(
    rings: Rings, edges: Edges, monkeypatch: pytest.MonkeyPatch
) -> None:
    _borders(monkeypatch, (_end([WEST, SOUTH]), _end([-2.55, NORTH], "a point out at sea")))
    with pytest.raises(ChesilError, match=r"border 1.*a point out at sea.* is 3,\d{3} m from the nearest corner"):
        outer_edges(rings, edges)


def test_a_border_cannot_run_from_one_island_to_another(
    rings: Rings, edges: Edges, monkeypatch: pytest.MonkeyPatch
) -> None:
    _borders(monkeypatch, (_end([WEST, SOUTH]), _end([-2.38, 50.71])))
    with pytest.raises(ChesilError, match="its two ends lie on different pieces of land"):
        outer_edges(rings, edges)


def test_rings_on_the_grid_keep_holes_and_parts_and_drop_repeated_corners() -> None:
    doubled = [A[0], A[0], *A[1:]]
    table = boundaries_on_grid(
        read_rings(
            BOUNDARIES.with_columns(
                pl.when(pl.col("code") == "E01999001")
                .then(pl.lit(json.dumps({"type": "Polygon", "coordinates": [doubled, HOLE]})))
                .otherwise(pl.col("geometry"))
                .alias("geometry")
            )
        )
    )
    rows = {(r["lsoa11"], r["part"], r["ring"]): r for r in table.iter_rows(named=True)}
    assert sorted(rows) == [
        ("E01999001", 0, 0),
        ("E01999001", 0, 1),
        ("E01999002", 0, 0),
        ("E01999002", 1, 0),
        ("E01999003", 0, 0),
    ]
    outer = rows["E01999001", 0, 0]
    expected = [(round(e / 10), round(n / 10)) for e, n in _metres(*A[:-1])]
    assert list(zip(outer["eastings"], outer["northings"], strict=True)) == expected


def test_the_corners_of_a_shared_border_are_the_same_on_the_grid(rings: Rings) -> None:
    corners = {
        r["lsoa11"]: set(zip(r["eastings"], r["northings"], strict=True))
        for r in boundaries_on_grid(rings).filter((pl.col("part") == 0) & (pl.col("ring") == 0)).iter_rows(named=True)
    }
    assert len(corners["E01999001"] & corners["E01999002"]) == 3


def test_an_area_smaller_than_the_grid_is_not_lost_in_silence() -> None:
    speck = [[WEST, SOUTH], [WEST + 0.00002, SOUTH], [WEST, SOUTH + 0.00002], [WEST, SOUTH]]
    table = pl.DataFrame({"code": ["E01999009"], "geometry": [json.dumps({"type": "Polygon", "coordinates": [speck]})]})
    with pytest.raises(AssertionError, match="E01999009"):
        boundaries_on_grid(read_rings(table))


def test_the_same_boundaries_give_the_same_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    _borders(monkeypatch)
    once, twice = ((r := read_rings(BOUNDARIES), find_edges(r)) for _ in range(2))
    assert boundaries_on_grid(once[0]).equals(boundaries_on_grid(twice[0]))
    assert neighbours(*once).equals(neighbours(*twice))
    assert outer_edges(*once).equals(outer_edges(*twice))
