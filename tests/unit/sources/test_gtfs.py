"""GTFS timetables: a small hand-written one, the days it runs, and feeds that cannot be used."""

import zipfile
from datetime import date

import pytest

from chesil.core.errors import ChesilError, InputRefused
from chesil.sources.gtfs import read_timetable, services_on, usual_day

FILES = {
    "stops": "stop_id,stop_name,stop_lat,stop_lon,location_type\nA,Quay,50.60,-1.96,0\nB,Church,50.61,-1.95,\nS,Station,50.6,-1.9,1\n",
    "trips": "route_id,service_id,trip_id\nR,WK,T1\nR,SA,T2\n",
    "stop_times": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type\n"
        "T1,07:00:00,07:00:00,A,1,0,1\nT1,7:10:00,07:11:30,B,2,,\nT2,25:00:00,25:00:00,A,1,,\nT2,25:10:00,25:10:00,B,2,1,\n"
    ),
    "calendar": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "WK,1,1,1,1,1,0,0,20261001,20261130\nSA,0,0,0,0,0,1,0,20261001,20261130\n"
    ),
    "calendar_dates": "service_id,date,exception_type\nWK,20261006,2\nSA,20261006,1\n",
    "frequencies": "trip_id,start_time,end_time,headway_secs\nT1,07:00:00,08:00:00,600\n",
}


def feed(tmp_path, **changes):
    path = tmp_path / "buses.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**FILES, **changes}.items():
            if text is not None:
                archive.writestr(f"{name}.txt", text)
    return path


def test_a_small_feed_is_read(tmp_path):
    found = read_timetable(feed(tmp_path))
    assert found.stops["stop_id"].to_list() == ["A", "B"]
    assert abs(found.stops["easting"][0] - 402920) < 300
    assert found.calls.row(1) == ("T1", 2, "B", 7 * 3600 + 600, 7 * 3600 + 690, True, True)
    assert found.calls["board"].to_list() == [True, True, True, False]
    assert found.calls["alight"].to_list() == [False, True, True, True]
    assert found.calls["arrives"].to_list()[2] == 25 * 3600
    assert found.frequencies.row(0) == ("T1", 7 * 3600, 8 * 3600, 600)


def test_days_of_service(tmp_path):
    found = read_timetable(feed(tmp_path))
    assert services_on(found, date(2026, 10, 13)) == {"WK"}
    assert services_on(found, date(2026, 10, 6)) == {"SA"}
    assert services_on(found, date(2026, 10, 10)) == {"SA"}
    assert services_on(found, date(2026, 12, 1)) == set()
    assert usual_day(found) == date(2026, 10, 6)
    without = read_timetable(feed(tmp_path, calendar_dates=None))
    assert usual_day(without) == date(2026, 10, 6)


def test_without_an_october_another_tuesday_is_taken(tmp_path):
    spring = FILES["calendar"].replace("20261001", "20270301").replace("20261130", "20270331")
    assert usual_day(read_timetable(feed(tmp_path, calendar=spring, calendar_dates=None))) == date(2027, 3, 2)
    never = FILES["calendar"].replace("WK,1,1", "WK,1,0")
    with pytest.raises(ChesilError, match="no trip on any Tuesday"):
        usual_day(read_timetable(feed(tmp_path, calendar=never, calendar_dates=None)))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"stop_times": None}, "no stop_times.txt"),
        ({"stops": None, "trips": None}, "no trips.txt"),
        ({"stop_times": FILES["stop_times"].replace("7:10:00,", "7:60:00,")}, r"row 3, column `arrival_time`: `7:60:00` is not a time"),
        ({"stop_times": FILES["stop_times"].replace("7:10:00,07:11:30", "6:10:00,06:11:30")}, "row 3.*goes back in time"),
        ({"stop_times": FILES["stop_times"].replace("07:00:00,07:00:00,A", ",,A")}, "row 2.*blank at an end"),
        ({"stop_times": FILES["stop_times"].replace("B,2,,", "B,1,,")}, "row 3, column `stop_sequence`.*more than once"),
        ({"stop_times": FILES["stop_times"].replace("B,2,,", "B,two,,")}, "`two` is not a whole number"),
        ({"stop_times": FILES["stop_times"].replace("T1,7", "T9,7")}, "not described, such as `T9`"),
        ({"stop_times": "trip_id,arrival_time\n"}, "column `stop_sequence` is missing"),
        ({"stop_times": FILES["stop_times"].split("\n")[0] + "\n"}, "holds no rows"),
        ({"stops": FILES["stops"].replace("50.60", "north")}, r"row 2, column `stop_lat`: `north` is not a latitude"),
        ({"stops": FILES["stops"].replace("50.60", "150.6")}, "is not a latitude"),
        ({"stops": FILES["stops"].replace("B,Church", "A,Church")}, "stands more than once"),
        ({"calendar": FILES["calendar"].replace("WK,1", "WK,yes")}, r"row 2, column `monday`: `yes` is not 0 or 1"),
        ({"calendar": FILES["calendar"].replace("20261001", "01/10/2026")}, "is not a day like"),
        ({"calendar": None, "calendar_dates": None}, "no service ever runs"),
        ({"calendar_dates": FILES["calendar_dates"].replace("20261006,2", "20261006,3")}, "is not 1 or 2"),
        ({"frequencies": FILES["frequencies"].replace("600", "0")}, "is not above nought"),
        ({"trips": "route_id,service,trip_id\nR,WK,T1\n"}, "column `service_id` is missing.*Did you mean"),
    ],
    ids=str,
)  # fmt: skip
def test_a_fault_is_named_by_file_row_and_column(tmp_path, changes, says):
    with pytest.raises(InputRefused, match=says) as caught:
        read_timetable(feed(tmp_path, **changes))
    assert "buses.zip" in str(caught.value)


def test_a_file_that_is_no_zip_is_refused(tmp_path):
    path = tmp_path / "buses.zip"
    path.write_text("trip_id")
    with pytest.raises(InputRefused, match="not a zip"):
        read_timetable(path)
    with pytest.raises(InputRefused, match="no such file"):
        read_timetable(tmp_path / "none.zip")
