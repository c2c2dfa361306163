"""Look-up from small areas (LSOA 2011) to districts of 2021."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.lookup_files import GEOPORTAL, read_lookup
from chesil.sources.source import OGL, Edition, Source

LOOKUP_LSOA11_LTLA21 = TableContract(
    name="lookup_lsoa11_ltla21",
    about="One row a small area.",
    key=("lsoa11",),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("ltla21", "text", "district"),
        Column("ltla21_name", "text", "its name"),
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
    "ltla21": (
        "ltla21_code",
        "LAD21CD",
    ),
    "ltla21_name": (
        "ltla21_name",
        "LAD21NM",
    ),
}


def read_lookup_lsoa11_ltla21(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"lookup_lsoa11_ltla21": read_lookup(path, LOOKUP_LSOA11_LTLA21, PUBLISHED_AS)}


SOURCE = Source(
    name="lookup_lsoa11_ltla21",
    publisher="Office for National Statistics",
    publication="Look-up from small areas (LSOA 2011) to districts of 2021",
    licence=OGL,
    landing_page=GEOPORTAL,
    link_patterns=(r"LSOA.*2011.*LAD.*2021.*\.csv$",),
    editions=(Edition("geography/lookup_lsoa11_ltla21_2021.csv.gz", date(2021, 12, 31), obtained="converted"),),
    tables=(LOOKUP_LSOA11_LTLA21,),
    read=read_lookup_lsoa11_ltla21,
)
