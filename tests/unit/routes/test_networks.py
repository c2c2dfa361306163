"""Routed times over a made-up town: known answers, one-ways, islands, ferries and places off the roads."""

import numpy as np
import polars as pl
import pytest
from made_up_town import grid, osm_xml

from chesil.core.errors import ChesilError, InputRefused
from chesil.definitions import load_definition
from chesil.routes.networks import load_road_rules, network_of, read_extract, route, routed_times

pytest.importorskip("osmium")
X, Y = 400_000, 80_000
RULES = load_road_rules()
STREET = RULES.modes["drive"].speeds_kmh["residential"] / 3.6
OFF_ROAD = 1.2 / (4.8 / 3.6)


def places(**where):
    rows = [(code, X + x, Y + y) for code, (x, y) in where.items()]
    return pl.DataFrame(rows, schema=["code", "easting", "northing"], orient="row")


@pytest.fixture
def town(tmp_path):
    """A grid of 11 x 11 streets 100 m apart; west of it an island over a ferry; a one-way lane to the east."""

    def make(*, barriers=None, more=(), tags=None):
        points, ways = grid(X, Y, 11, 11, 100, tags)
        points |= {900: (X - 2000, Y), 901: (X - 3000, Y), 910: (X + 2000, Y), 920: (X - 2000, Y + 1000)}
        ways = [
            *ways,
            ([900, 901], {"highway": "residential"}),
            ([920, 900], {"highway": "residential"}),
            ([1, 900], {"route": "ferry", "motor_vehicle": "yes", "duration": "00:05"}),
            ([11, 910], {"highway": "residential", "oneway": "yes"}),
            *more,
        ]
        path = tmp_path / "town.osm"
        path.write_text(osm_xml(points, ways, barriers), encoding="utf-8")
        return read_extract(path)

    return make


def test_a_drive_across_the_grid_is_as_long_as_its_streets(town):
    found = routed_times(network_of(town(), "drive"), places(a=(0, 0), b=(500, 0)), places(s=(1000, 1000)))
    assert found.mode == "drive" and found.method == "routed"
    assert found.seconds[:, 0] == pytest.approx([2000 / STREET, 1500 / STREET], rel=1e-4)
    assert found.log_error == 0
    assert "ferries off" in found.about and "town.osm" in found.about


def test_the_walk_to_the_road_is_added_and_reported(town):
    found = route(network_of(town(), "drive"), places(a=(200, -80)), places(s=(1000, 0)))
    assert found.origin_snap_m[0] == pytest.approx(80, abs=0.1)
    assert found.times.seconds[0, 0] == pytest.approx(800 / STREET + 80 * OFF_ROAD, rel=1e-3)


def test_one_way_is_one_way(town):
    network = network_of(town(), "drive")
    there = route(network, places(a=(0, 0)), places(s=(2000, 0)), least_island=1).times.seconds[0, 0]
    back = route(network, places(a=(2000, 0)), places(s=(0, 0)), least_island=1)
    assert there == pytest.approx(2000 / STREET, rel=1e-3)
    assert np.isinf(back.times.seconds[0, 0])
    assert any("no way between them" in n for n in back.notes)
    on_foot = route(network_of(town(), "walk"), places(a=(2000, 0)), places(s=(0, 0))).times.seconds[0, 0]
    assert on_foot == pytest.approx(2000 / (4.8 / 3.6), rel=1e-3)


def test_islands_are_named_with_what_is_on_them_and_ferries_are_off_by_default(town):
    extract = town()
    home, surgery = places(isle=(-2900, 0), town=(0, 500)), places(s=(500, 500))
    found = route(network_of(extract, "drive"), home, surgery, least_island=20)
    assert np.isinf(found.times.seconds[0, 0]) and np.isfinite(found.times.seconds[1, 0])
    assert [i.places for i in found.islands] == [("isle",)]
    assert "on it: isle" in found.notes[0]
    sailing = route(network_of(extract, "drive", ferries=True), home, surgery, least_island=20)
    land = (900 + 1000) / STREET
    assert sailing.times.seconds[0, 0] == pytest.approx(land + 5 * 60 + 15 * 60, abs=10)
    assert sailing.islands == ()


def test_a_bollard_stops_cars_and_not_bicycles(town):
    # The only way to point 930 is through a bollard.
    more = [([61, 62], {"highway": "residential"})]
    extract = town(barriers={61: {"barrier": "bollard"}}, more=more)
    drive = route(network_of(extract, "drive"), places(a=(300, 500)), places(s=(700, 500))).times.seconds[0, 0]
    ride = route(network_of(extract, "cycle"), places(a=(300, 500)), places(s=(700, 500))).times.seconds[0, 0]
    assert drive == pytest.approx(600 / STREET, rel=1e-3)
    assert ride == pytest.approx(400 / (16 / 3.6), rel=1e-3)


def test_a_limit_lowers_a_speed(town):
    slow = town(tags={"highway": "residential", "maxspeed": "10 mph"})
    found = routed_times(network_of(slow, "drive"), places(a=(0, 0)), places(s=(1000, 0)))
    assert found.seconds[0, 0] == pytest.approx(1000 / (16.09344 / 3.6), rel=1e-3)


def test_adding_a_road_never_lengthens_a_route(town):
    home, surgery = places(a=(0, 0), b=(370, 420)), places(s=(1000, 1000), t=(200, 900))
    before = routed_times(network_of(town(), "drive"), home, surgery).seconds
    more = [([1, 121], {"highway": "primary"})]
    after = routed_times(network_of(town(more=more), "drive"), home, surgery).seconds
    # A place may be put on the nearer new road, so allow for the walk that this saves.
    assert (after <= before * (1 + 1e-9)).all()
    assert after[0, 0] < before[0, 0]


def test_the_order_of_places_does_not_matter(town):
    network = network_of(town(), "walk")
    home, surgery = places(a=(0, 0), b=(330, 410), c=(900, 50)), places(s=(1000, 1000), t=(200, 900))
    plain = routed_times(network, home, surgery).seconds
    assert (routed_times(network, home.reverse(), surgery.reverse()).seconds[::-1, ::-1] == plain).all()


def test_an_extract_that_does_not_cover_the_place_is_refused_with_every_place_and_the_way_out(town):
    network = network_of(town(), "drive")
    with pytest.raises(InputRefused) as caught:
        routed_times(network, places(a=(0, 0), far=(0, 9000)), places(s=(0, 0), off=(40_000, 0)))
    text = str(caught.value)
    assert "2 of 4 places" in text
    assert "origin far at 400000, 89000" in text and "destination off" in text
    assert "Name a larger extract" in text
    assert np.isfinite(routed_times(network, places(far=(0, 3000)), places(s=(0, 0)), furthest=2500).seconds).all()


def test_an_extract_without_a_way_for_the_mode_is_refused(town, tmp_path):
    path = tmp_path / "path.osm"
    path.write_text(osm_xml({1: (X, Y), 2: (X + 90, Y)}, [([1, 2], {"highway": "footway"})]), encoding="utf-8")
    extract = read_extract(path)
    with pytest.raises(InputRefused, match="no way that is open to drive"):
        network_of(extract, "drive")
    assert network_of(extract, "walk").mode == "walk"
    with pytest.raises(ChesilError, match="not a way to travel by road"):
        network_of(extract, "swim")


def test_a_user_may_give_speeds_of_their_own(town):
    record = load_definition("", "road_speeds")
    mine = {**record, "drive": {**record["drive"], "speeds_kmh": {"residential": 10}}}
    network = network_of(town(), "drive", rules=load_road_rules(mine))
    found = routed_times(network, places(a=(0, 0)), places(s=(1000, 0)))
    assert found.seconds[0, 0] == pytest.approx(360, rel=1e-3)


def test_places_without_coordinates_are_named(town):
    lost = pl.DataFrame({"code": ["a", "lost"], "easting": [X, None], "northing": [Y, Y]})
    with pytest.raises(InputRefused, match="destination lost: it has no easting or northing"):
        route(network_of(town(), "walk"), places(a=(0, 0)), lost)


def test_no_places_have_no_times(town):
    none = places(a=(0, 0)).clear()
    assert routed_times(network_of(town(), "walk"), none, places(a=(0, 0))).seconds.shape == (0, 1)
    assert routed_times(network_of(town(), "walk"), places(a=(0, 0)), none).seconds.shape == (1, 0)
