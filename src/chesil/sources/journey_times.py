"""Journey Time Statistics 2017 around Dorchester: minutes to services by public transport, cycle and car."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import LAYOUT_WAY_OUT, file_bytes, refused
from chesil.sources.source import OGL, Edition, Source

SERVICES = {"GP": "gp", "Hosp": "hospital", "Food": "food_shop", "Town": "town_centre"}
MODES = {"PTt": "public_transport", "Cyct": "cycle", "Cart": "car"}

JOURNEY_TIMES = TableContract(
    name="journey_times",
    about="One row a small area, service and mode.",
    key=("lsoa11", "service", "mode"),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("service", "text", "service", one_of=tuple(SERVICES.values())),
        Column("mode", "text", "mode; public transport includes walking", one_of=tuple(MODES.values())),
        Column("minutes", "float", "minutes to the nearest", "minutes", low=0),
    ),
)


def read_journey_times(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the minutes; the polygons are not kept."""
    try:
        features = json.loads(file_bytes(path))["features"]
        rows = [
            (p["LSOA_code"], service, mode, float(p[f"{s}{m}"]))
            for p in (feature["properties"] for feature in features)
            for s, service in SERVICES.items()
            for m, mode in MODES.items()
            if p[f"{s}{m}"] is not None
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise refused(path, f"this is not the journey time extract ({error})", "", LAYOUT_WAY_OUT) from error
    table = pl.DataFrame(rows, schema=JOURNEY_TIMES.schema, orient="row")
    return {"journey_times": check_table(table, JOURNEY_TIMES, path.name, first_row=1)}


SOURCE = Source(
    name="journey_times",
    publisher="Department for Transport",
    publication="Journey Time Statistics 2017",
    licence=OGL,
    landing_page="https://www.gov.uk/government/collections/journey-time-statistics",
    link_patterns=(r"jts0.*\.ods$",),
    editions=(
        Edition("travel/jts_dorchester_2017_dorset.geojson", date(2017, 12, 31), covers="48 areas around Dorchester"),
    ),
    tables=(JOURNEY_TIMES,),
    read=read_journey_times,
)
