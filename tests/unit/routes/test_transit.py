"""Public transport in a made-up town: arrivals worked out by hand from the roads and the timetable."""

from datetime import date

import polars as pl
import pytest
from made_up_town import grid, osm_xml, write_feed

from chesil.core.errors import InputRefused
from chesil.routes.links import links_of
from chesil.routes.networks import network_of, read_extract, route
from chesil.routes.transit import Departures, transit_times
from chesil.sources.gtfs import read_timetable

pytest.importorskip("osmium")
X, Y = 400_000, 80_000
WALK = 4.8 / 3.6
STOPS = {"Quay": (X, Y), "Church": (X + 1000, Y), "Hill": (X + 2000, Y)}


def places(**where):
    rows = [(code, X + x, Y + y) for code, (x, y) in where.items()]
    return pl.DataFrame(rows, schema=["code", "easting", "northing"], orient="row")


@pytest.fixture(scope="module")
def walking(tmp_path_factory):
    path = tmp_path_factory.mktemp("town") / "town.osm"
    points, ways = grid(X, Y, 21, 11, 100)
    path.write_text(osm_xml(points, ways), encoding="utf-8")
    return network_of(read_extract(path), "walk")


def feed(tmp_path, trips, **more):
    return read_timetable(write_feed(tmp_path / "bus.zip", STOPS, trips, **more))


HALF_HOURLY = [
    [("Quay", f"{h:02d}:{m:02d}:00"), ("Church", f"{h:02d}:{m + 5:02d}:00"), ("Hill", f"{h:02d}:{m + 8:02d}:00")]
    for h in range(6, 13)
    for m in (10, 40)
]
HOME, SURGERY = places(home=(0, 200)), places(surgery=(2000, 400))
TO_STOP, FROM_STOP = 200 / WALK, 400 / WALK  # 150 s and 300 s; the bus takes 480 s


def test_a_window_worked_by_hand(tmp_path, walking):
    # On board at :10 and :40, so out of the house by 150 s before: the last whole minute is :07 and :37. From there
    # 3 minutes to the departure, 8 on the bus, 5 on foot: 16 minutes at best, 45 at worst, 30.5 in the middle.
    # Walking all the way takes 2,200 m: 27.5 minutes, which caps the worst and half the window.
    found = transit_times(feed(tmp_path, HALF_HOURLY), walking, HOME, SURGERY)
    assert found.day == date(2026, 10, 6)
    assert found.least[0, 0] / 60 == pytest.approx(16, abs=0.02)
    assert found.greatest[0, 0] / 60 == pytest.approx(27.5, abs=0.02)
    assert found.routed.times.seconds[0, 0] / 60 == pytest.approx(27.5, abs=0.02)
    assert found.routed.times.mode == "public_transport"
    assert "6 October 2026" in found.routed.times.about and "07:00 to 10:00" in found.routed.times.about


def test_the_median_where_the_bus_is_frequent(tmp_path, walking):
    trip = [[("Quay", "07:00:00"), ("Church", "07:05:00"), ("Hill", "07:08:00")]]
    every = feed(tmp_path, trip, frequencies=["T0,06:00:00,13:00:00,600"])
    # Departures at :00, :10 ...: leaving at minute m, aboard at the next tenth minute at least 2.5 minutes on: waits of
    # 3 to 12 minutes before the bus, then 13 more: 16 to 25, the middle of ten equally spaced is 20.5.
    found = transit_times(every, walking, HOME, SURGERY)
    assert found.routed.times.seconds[0, 0] / 60 == pytest.approx(20.5, abs=0.02)
    assert found.least[0, 0] / 60 == pytest.approx(16, abs=0.02)
    assert found.greatest[0, 0] / 60 == pytest.approx(25, abs=0.02)


def test_untimed_calls_lie_between_timing_points(tmp_path, walking):
    trips = [[("Quay", f"{h:02d}:{m:02d}:00"), ("Church", ""), ("Hill", f"{h:02d}:{m + 8:02d}:00")] for h in (7, 8, 9) for m in range(0, 51, 10)]  # fmt: skip
    near = places(surgery=(1000, 0))
    found = transit_times(feed(tmp_path, trips), walking, places(home=(0, 0)), near)
    assert found.least[0, 0] / 60 == pytest.approx(4, abs=0.02)


def test_never_longer_than_walking_and_walks_are_not_too_long(tmp_path, walking):
    home = places(a=(0, 200), b=(900, 900), c=(300, 1000), d=(2000, 0))
    surgery = places(s=(2000, 400), t=(0, 1000))
    found = transit_times(feed(tmp_path, HALF_HOURLY), walking, home, surgery)
    walk = route(walking, home, surgery).times.seconds
    assert (found.routed.times.seconds <= walk + 1e-6).all()
    assert (found.least <= found.routed.times.seconds).all() and (found.routed.times.seconds <= found.greatest).all()
    short = transit_times(feed(tmp_path, HALF_HOURLY), walking, home, surgery, Departures(longest_walk_minutes=1))
    assert (short.routed.times.seconds >= found.routed.times.seconds - 1e-6).all()


def test_one_more_trip_never_lengthens_a_journey(tmp_path, walking):
    home, surgery = places(a=(0, 200), b=(900, 900)), places(s=(2000, 400), t=(0, 1000))
    fewer = transit_times(feed(tmp_path, HALF_HOURLY), walking, home, surgery)
    back = [("Hill", "07:30:00"), ("Quay", "07:36:00")]
    more = transit_times(feed(tmp_path, [*HALF_HOURLY, back]), walking, home, surgery)
    assert (more.routed.times.seconds <= fewer.routed.times.seconds + 1e-6).all()


def test_links_hold_the_window(tmp_path, walking):
    table = links_of(transit_times(feed(tmp_path, HALF_HOURLY), walking, HOME, SURGERY))
    row = table.to_dicts()[0]
    assert (row["from"], row["to"], row["mode"], row["method"]) == ("home", "surgery", "public_transport", "routed")
    assert row["seconds_least"] <= row["seconds"] <= row["seconds_greatest"]


def test_a_timetable_of_elsewhere_or_of_another_day_is_refused(tmp_path, walking):
    with pytest.raises(InputRefused, match=r"no trip calls at two stops of the place on Saturday 10 October 2026"):
        transit_times(feed(tmp_path, HALF_HOURLY), walking, HOME, SURGERY, Departures(day=date(2026, 10, 10)))
    away = read_timetable(write_feed(tmp_path / "away.zip", {"A": (X + 90_000, Y), "B": (X + 91_000, Y)}, [[("A", "07:00:00"), ("B", "07:05:00")]]))  # fmt: skip
    with pytest.raises(InputRefused, match="none of its stops lies within"):
        transit_times(away, walking, HOME, SURGERY)
