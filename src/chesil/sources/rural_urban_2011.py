"""Rural-urban classification of small areas (LSOA 2011)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

RURAL_URBAN_2011 = TableContract(
    name="rural_urban_2011",
    about="One row a small area.",
    key=("lsoa11",),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("ruc11_code", "text", "class code"),
        Column("ruc11_name", "text", "class in words"),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "lsoa11": (
        "lsoa11_code",
        "LSOA11CD",
        "lsoa11cd",
        "LSOA code (2011)",
        "lsoa_code",
    ),
    "ruc11_code": "RUC11CD",
    "ruc11_name": "RUC11",
}


def read_rural_urban_2011(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {
        "rural_urban_2011": read_as(path, RURAL_URBAN_2011, PUBLISHED_AS, keep=pl.col("lsoa11").str.starts_with("E01"))
    }


SOURCE = Source(
    name="rural_urban_2011",
    publisher="Office for National Statistics",
    publication="Rural-urban classification of small areas (LSOA 2011)",
    licence=OGL,
    landing_page="https://geoportal.statistics.gov.uk/",
    link_patterns=(r".*\.csv$",),
    editions=(Edition("geography/rural_urban_lsoa11_2011.csv.gz", date(2011, 3, 27)),),
    tables=(RURAL_URBAN_2011,),
    read=read_rural_urban_2011,
)
