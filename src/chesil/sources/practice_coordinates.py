"""Practice postcodes with latitude and longitude: places postcodes that are no longer live."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import Wanted, pick_columns, read_parquet_columns
from chesil.sources.source import OGL, Edition, Source

PRACTICE_COORDINATES = TableContract(
    name="practice_coordinates",
    about="One row a practice postcode.",
    key=("postcode",),
    columns=(
        Column("postcode", "text", "postcode"),
        Column("latitude", "float", "degrees north", "degrees", missing=True, low=49, high=61),
        Column("longitude", "float", "degrees east", "degrees", missing=True, low=-9, high=2),
    ),
)

NAMES = {"postcode": "postcode", "latitude": "lat", "longitude": "long"}


def read_practice_coordinates(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the postcodes of practices, each once; a position outside Great Britain is a fault and left blank."""
    wanted = [Wanted(n, "text" if n == "postcode" else "float", (p,)) for n, p in NAMES.items()]
    table = pick_columns(read_parquet_columns(path, NAMES), wanted, path).drop_nulls("postcode")
    table = table.sort("postcode", nulls_last=True).unique("postcode", keep="first", maintain_order=True)
    sound = pl.col("latitude").is_between(49, 61) & pl.col("longitude").is_between(-9, 2)
    table = table.with_columns(pl.when(sound).then(pl.col(c)).alias(c) for c in ("latitude", "longitude"))
    return {"practice_coordinates": check_table(table, PRACTICE_COORDINATES, path.name)}


SOURCE = Source(
    name="practice_coordinates",
    publisher="NHS England and Office for National Statistics",
    publication="ODS practices with ONS Postcode Directory coordinates",
    licence=OGL,
    landing_page="https://geoportal.statistics.gov.uk/",
    link_patterns=(r"practice_location.*\.parquet$",),
    editions=(
        Edition(
            "practices/practice_coordinates_2025-05.parquet",
            date(2025, 5, 1),
            obtained="derived",
            caveat="The middle of the postcode, not the building.",
        ),
    ),
    tables=(PRACTICE_COORDINATES,),
    read=read_practice_coordinates,
)
