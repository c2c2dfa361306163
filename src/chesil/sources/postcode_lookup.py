"""Postcodes of Dorset and its neighbours, live and ended, with their small area (May 2022)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

POSTCODE_LOOKUP = TableContract(
    name="postcode_lookup",
    about="One row a postcode, live or ended.",
    key=("postcode",),
    columns=(
        Column("postcode", "text", "postcode"),
        Column("introduced", "int", "year and month it came into use", missing=True, low=190_001),
        Column("terminated", "int", "year and month it ended", missing=True, low=190_001),
        Column("lsoa11", "text", "small area (LSOA 2011)", missing=True),
        Column("easting", "float", "easting", "metres", missing=True, low=0, high=800_000),
        Column("northing", "float", "northing", "metres", missing=True, low=0, high=1_300_000),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "postcode": "pcds",
    "introduced": "dointr",
    "terminated": "doterm",
    "lsoa11": ("lsoa11cd", "lsoa11"),
    "easting": ("easting", "oseast1m"),
    "northing": ("northing", "osnrth1m"),
}


def read_postcode_lookup(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the look-up with positions joined on, the look-up alone, or the publisher's postcode directory."""
    return {"postcode_lookup": read_as(path, POSTCODE_LOOKUP, PUBLISHED_AS, absent_ok=("easting", "northing"))}


SOURCE = Source(
    name="postcode_lookup",
    publisher="Office for National Statistics and Ordnance Survey",
    publication="Postcode to small area look-up, May 2022, with Code-Point Open positions",
    licence=OGL,
    landing_page="https://geoportal.statistics.gov.uk/",
    link_patterns=(r"PCD_OA_LSOA_MSOA_LAD.*\.zip$",),
    editions=(
        Edition(
            "geography/postcodes_2022-05_dorset_and_neighbours.csv.gz",
            date(2022, 5, 31),
            obtained="derived",
            covers="BH, DT, SP, BA, TA, SO and EX",
            caveat="Areas of May 2022 joined to positions of April 2025, which most ended postcodes lack.",
        ),
    ),
    tables=(POSTCODE_LOOKUP,),
    read=read_postcode_lookup,
)
