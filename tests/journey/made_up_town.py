"""A made-up town for routing: files in OpenStreetMap's and GTFS's forms, written by hand."""

import zipfile
from pathlib import Path

from pyproj import Transformer

TO_DEGREES = Transformer.from_crs(27700, 4326, always_xy=True)


def osm_xml(points, ways, barriers=None, relations=0, degrees=False) -> str:
    """An .osm file from points {id: (easting, northing)}, ways [(points, tags)] and the tags of barriers by point."""
    lines = ['<?xml version="1.0"?>', '<osm version="0.6" generator="by hand">']
    for number, (x, y) in points.items():
        lon, lat = (x, y) if degrees else TO_DEGREES.transform(x, y)
        tags = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in (barriers or {}).get(number, {}).items())
        lines.append(f'<node id="{number}" version="1" lat="{lat:.7f}" lon="{lon:.7f}">{tags}</node>')
    for number, (refs, tags) in enumerate(ways, start=1):
        inside = "".join(f'<nd ref="{r}"/>' for r in refs) + "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        lines.append(f'<way id="{number}" version="1">{inside}</way>')
    for number in range(relations):
        lines.append(
            f'<relation id="{number + 1}" version="1"><member type="way" ref="1" role="from"/>'
            f'<tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/></relation>'
        )
    return "\n".join([*lines, "</osm>"])


def grid(west: int, south: int, columns: int, rows: int, step: int, tags=None):
    """Points and ways of a grid of streets, as `osm_xml` takes them; streets run west to east, then south to north."""
    points = {1 + r * columns + c: (west + c * step, south + r * step) for r in range(rows) for c in range(columns)}
    ways = [([1 + r * columns + c for c in range(columns)], tags or {"highway": "residential"}) for r in range(rows)]
    ways += [([1 + r * columns + c for r in range(rows)], tags or {"highway": "residential"}) for c in range(columns)]
    return points, ways


def write_feed(path: Path, stops, trips, *, frequencies=()) -> Path:
    """A GTFS zip of buses on weekdays of October 2026: stops {id: (easting, northing)}, trips [[(stop, "07:10:00"), ...]]."""
    lines = {
        "stops": ["stop_id,stop_name,stop_lat,stop_lon"],
        "trips": ["route_id,service_id,trip_id"],
        "stop_times": ["trip_id,arrival_time,departure_time,stop_id,stop_sequence"],
        "calendar": [
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
            "W,1,1,1,1,1,0,0,20261001,20261031",
        ],
    }
    for name, (x, y) in stops.items():
        lon, lat = TO_DEGREES.transform(x, y)
        lines["stops"].append(f"{name},{name},{lat:.7f},{lon:.7f}")
    for number, calls in enumerate(trips):
        lines["trips"].append(f"R,W,T{number}")
        lines["stop_times"] += [f"T{number},{when},{when},{stop},{k}" for k, (stop, when) in enumerate(calls)]
    if frequencies:
        lines["frequencies"] = ["trip_id,start_time,end_time,headway_secs", *frequencies]
    with zipfile.ZipFile(path, "w") as archive:
        for name, rows in lines.items():
            archive.writestr(f"{name}.txt", "\n".join(rows) + "\n")
    return path
