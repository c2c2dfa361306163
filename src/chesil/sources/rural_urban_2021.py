"""Rural-urban classification of small areas (LSOA 2021)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

RURAL_URBAN_2021 = TableContract(
    name="rural_urban_2021",
    about="One row a small area.",
    key=("lsoa21",),
    columns=(
        Column("lsoa21", "text", "code of the small area (LSOA 2021)", pattern="E01[0-9]{6}"),
        Column("ruc21_code", "text", "class code"),
        Column("ruc21_name", "text", "class in words"),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "lsoa21": (
        "lsoa21_code",
        "LSOA21CD",
        "LSOA code (2021)",
        "LSOA Code",
        "lower layer super output areas code",
    ),
    "ruc21_code": (
        "ruc21_code",
        "RUC21CD",
    ),
    "ruc21_name": (
        "classification",
        "RUC21NM",
    ),
}


def read_rural_urban_2021(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {
        "rural_urban_2021": read_as(
            path, RURAL_URBAN_2021, PUBLISHED_AS, keep=pl.col("lsoa21").str.starts_with("E01")
        )
    }


SOURCE = Source(
    name="rural_urban_2021",
    publisher="Office for National Statistics",
    publication="Rural-urban classification of small areas (LSOA 2021)",
    licence=OGL,
    landing_page="https://geoportal.statistics.gov.uk/",
    link_patterns=(r".*\.csv$",),
    editions=(Edition("geography/rural_urban_lsoa21_2021.csv.gz", date(2021, 3, 21), obtained="converted"),),
    tables=(RURAL_URBAN_2021,),
    read=read_rural_urban_2021,
)
