"""A study's routed times from made-up roads and buses over Swanage, as its user works them out."""

from pathlib import Path

import polars as pl
import pytest
from made_up_town import grid, osm_xml, write_feed
from test_command_line import chesil

from chesil.cli.routes import routes
from chesil.core.errors import ChesilError
from chesil.study import read_study

pytest.importorskip("osmium")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("routes")
    assert chesil("new", str(folder / "swanage"), "--practices", "J81010").returncode == 0
    points, ways = grid(398_800, 77_600, 51, 31, 100)
    (folder / "roads.osm").write_text(osm_xml(points, ways, relations=1), encoding="utf-8")
    buses = [
        [("West", f"{h:02d}:{m:02d}:00"), ("East", f"{h:02d}:{m + 9:02d}:00")]
        for h in (7, 8, 9, 10)
        for m in (0, 15, 30, 45)
    ]
    write_feed(folder / "bus.zip", {"West": (399_500, 78_900), "East": (402_900, 78_900)}, buses)
    return folder


def test_times_are_written_into_the_study_and_read_with_it(folder: Path) -> None:
    done = chesil("routes", str(folder / "swanage"), "--roads", str(folder / "roads.osm"))
    assert done.returncode == 0, done.stderr
    assert "surgeries of other practices around it lie within the extract" in done.stdout
    assert "with a way" in done.stdout and "1 turn restrictions" in done.stdout
    table = pl.read_parquet(folder / "swanage" / "links" / "drive.parquet")
    assert table["seconds"].null_count() == 0 and set(table["method"]) == {"routed"}
    study = read_study(folder / "swanage")
    assert study.links["drive"].height == table.height
    assert "OpenStreetMap" in study.receipts["links:drive"].publisher
    said = chesil("check", str(folder / "swanage")).stdout
    assert f"links by drive: {table.height} pairs" in said


def test_a_bus_is_never_slower_than_walking(folder: Path) -> None:
    routes(folder / "swanage", folder / "roads.osm", "walk")
    routes(folder / "swanage", folder / "roads.osm", "public_transport", folder / "bus.zip")
    links = read_study(folder / "swanage").links
    both = links["walk"].join(links["public_transport"], on=["from", "to"])
    assert (both["seconds_right"] <= both["seconds"] + 0.1).all()
    assert (both["seconds_right"] < both["seconds"] - 300).any()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"mode": "fly"}, "is not a way to travel"),
        ({"mode": "public_transport"}, "needs a timetable"),
        ({"mode": "drive", "timetable": "bus.zip"}, "is of no use"),
        ({"mode": "walk", "furthest": 1.0}, "does not cover the place"),
        ({"mode": "public_transport", "timetable": "bus.zip", "window": "morning"}, "is not a window"),
        ({"mode": "public_transport", "timetable": "roads.osm"}, "not a zip"),
        (
            {"mode": "public_transport", "timetable": "bus.zip", "service_day": "2026-10-10"},
            "no trip calls at two stops",
        ),
        ({"speeds": "none.toml"}, "cannot be read"),
        ({"roads": "none.osm.pbf"}, "no such file"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(folder: Path, more: dict[str, object], said: str) -> None:
    before = sorted(p.name for p in (folder / "swanage" / "links").glob("*"))
    words = {"roads": "roads.osm", **more}
    paths = {k: folder / str(words[k]) for k in ("roads", "timetable", "speeds") if k in words}
    with pytest.raises(ChesilError) as caught:
        routes(folder / "swanage", **{**words, **paths})  # type: ignore[arg-type]
    assert said in str(caught.value)
    assert sorted(p.name for p in (folder / "swanage" / "links").glob("*")) == before
