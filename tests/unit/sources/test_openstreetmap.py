"""OpenStreetMap extracts: a small hand-written one, and files that cannot be used."""

from pathlib import Path

import numpy as np
import pytest
from made_up_town import osm_xml

from chesil.core.errors import InputRefused
from chesil.methods.road_rules import NODE_TAGS, WAY_TAGS
from chesil.sources.openstreetmap import read_roads


def read(tmp_path: Path, text: str, name="town.osm"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_roads(path, WAY_TAGS, NODE_TAGS)


POINTS = {1: (402000, 78000), 2: (403000, 78000), 3: (403000, 79000), 9: (500000, 90000)}


def test_a_small_extract_is_read(tmp_path):
    pytest.importorskip("osmium")
    ways = [
        ([1, 2], {"highway": "primary", "maxspeed": "40 mph", "name": "Kings Road"}),
        ([2, 3], {"highway": "residential"}),
        ([1, 9], {"waterway": "river"}),
        ([1, 3], {"route": "ferry"}),
    ]
    text = osm_xml(POINTS, ways, {2: {"barrier": "bollard", "bicycle": "yes"}}, relations=2)
    found = read(tmp_path, text)
    assert found.way_tags == (
        {"highway": "primary", "maxspeed": "40 mph"},
        {"highway": "residential"},
        {"route": "ferry"},
    )
    assert found.point.tolist() == [0, 1, 1, 2, 0, 2]
    assert found.ends.tolist() == [0, 2, 4, 6]
    assert np.abs(found.x - [402000, 403000, 403000]).max() < 0.1
    assert found.barriers == {1: {"barrier": "bollard", "bicycle": "yes"}}
    assert (found.broken, found.restrictions) == (0, 2)
    assert found.receipt.licence.startswith("Open Database License")
    assert len(found.receipt.sha256) == 64


def test_a_way_that_leaves_the_file_is_cut_there_and_counted(tmp_path):
    pytest.importorskip("osmium")
    found = read(tmp_path, osm_xml(POINTS, [([1, 2, 77, 3], {"highway": "primary"}), ([2, 3], {"highway": "service"})]))
    assert found.broken == 1
    assert found.ends.tolist() == [0, 2, 4]


def test_only_ways_near_the_place_are_kept(tmp_path):
    pytest.importorskip("osmium")
    path = tmp_path / "town.osm"
    path.write_text(
        osm_xml(
            POINTS,
            [([1, 2], {"highway": "primary"}), ([3, 9], {"highway": "primary"}), ([9, 9], {"highway": "primary"})],
        )
    )
    found = read_roads(path, WAY_TAGS, NODE_TAGS, box=(401000, 77000, 404000, 80000))
    assert found.way_ids == (1, 2)
    with pytest.raises(InputRefused, match="none of them near the place"):
        read_roads(path, WAY_TAGS, NODE_TAGS, box=(301000, 77000, 304000, 80000))


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        (osm_xml(POINTS, [([1, 2], {"waterway": "river"})]), "town.osm", "no roads"),
        (osm_xml({}, []), "town.osm", "no roads"),
        (osm_xml(POINTS, [([1, 2], {"route": "ferry"})]), "town.osm", "no roads"),
        ("<osm version='0.6'><way", "town.osm", "cannot be read"),
        ("not a map", "town.osm.pbf", "cannot be read"),
        ("x,y", "town.csv", "cannot be read"),
        (osm_xml({1: (13.4, 52.5), 2: (13.5, 52.6)}, [([1, 2], {"highway": "primary"})], degrees=True), "town.osm", "outside Great Britain"),
        (osm_xml({}, [([1, 2], {"highway": "primary"})]), "town.osm", "had no coordinates"),
    ],
    ids=["rivers", "empty", "ferry", "cut short", "not pbf", "csv", "berlin", "no nodes"],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_by_name_with_the_way_out(tmp_path, text, name, says):
    pytest.importorskip("osmium")
    with pytest.raises(InputRefused, match=says) as caught:
        read(tmp_path, text, name)
    assert name in str(caught.value)
    assert "covers the place" in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputRefused, match="no such file"):
        read_roads(tmp_path / "none.osm.pbf", WAY_TAGS, NODE_TAGS)
