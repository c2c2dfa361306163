"""Index of Multiple Deprivation 2015."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.source import OGL, Edition, Source
from chesil.sources.workbooks import read_published_as

IMD_2015 = TableContract(
    name="imd_2015",
    about="One row a small area.",
    key=("lsoa11",),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("imd_score", "float", "Index of Multiple Deprivation", unit="score", low=0),
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
    "imd_score": (
        "IMD_score",
        "Index of Multiple Deprivation (IMD) Score",
    ),
}


def read_imd_2015(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"imd_2015": read_published_as(path, IMD_2015, PUBLISHED_AS, "LSOA code")}


SOURCE = Source(
    name="imd_2015",
    publisher="Ministry of Housing, Communities and Local Government",
    publication="English Indices of Deprivation 2015",
    licence=OGL,
    landing_page="https://www.gov.uk/government/statistics/english-indices-of-deprivation-2015",
    link_patterns=(r"File_7.*\.csv$",),
    editions=(Edition("deprivation/imd_2015.csv.gz", date(2015, 9, 30), obtained="converted"),),
    tables=(IMD_2015,),
    read=read_imd_2015,
)
