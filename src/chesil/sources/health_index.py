"""ONS Health Index: indicators by district, 2015 to 2021."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

HEALTH_INDEX = TableContract(
    name="health_index",
    about="One row a district, year and indicator.",
    key=(
        "ltla21",
        "year",
        "indicator",
    ),
    columns=(
        Column("ltla21", "text", "district of 2021"),
        Column("year", "int", "year", low=2000),
        Column("indicator", "text", "indicator as published"),
        Column("value", "float", "value as published", missing=True),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "ltla21": "ltla21_code",
    "year": "year",
    "indicator": "indicator",
    "value": "value",
}


def read_health_index(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"health_index": read_as(path, HEALTH_INDEX, PUBLISHED_AS)}


SOURCE = Source(
    name="health_index",
    publisher="Office for National Statistics",
    publication="Health Index for England",
    licence=OGL,
    landing_page="https://www.ons.gov.uk/peoplepopulationandcommunity/healthandsocialcare/healthandwellbeing",
    link_patterns=(r".*\.xlsx$",),
    editions=(
        Edition(
            "health/ons_health_index_2015-2021.csv.gz",
            date(2021, 12, 31),
            obtained="converted",
            caveat="Units differ by indicator and are not in the file.",
        ),
    ),
    tables=(HEALTH_INDEX,),
    read=read_health_index,
)
