"""Look-up from small areas (LSOA 2011) to middle-layer areas (MSOA 2011)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.lookup_files import GEOPORTAL, read_lookup
from chesil.sources.source import OGL, Edition, Source

LOOKUP_LSOA11_MSOA11 = TableContract(
    name="lookup_lsoa11_msoa11",
    about="One row a small area.",
    key=("lsoa11",),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("lsoa11_name", "text", "name of the small area"),
        Column("msoa11", "text", "middle-layer area", pattern="E02[0-9]{6}"),
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
    "lsoa11_name": (
        "lsoa11_name",
        "LSOA11NM",
    ),
    "msoa11": (
        "msoa11_code",
        "MSOA11CD",
    ),
}


def read_lookup_lsoa11_msoa11(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"lookup_lsoa11_msoa11": read_lookup(path, LOOKUP_LSOA11_MSOA11, PUBLISHED_AS)}


SOURCE = Source(
    name="lookup_lsoa11_msoa11",
    publisher="Office for National Statistics",
    publication="Look-up from small areas (LSOA 2011) to middle-layer areas (MSOA 2011)",
    licence=OGL,
    landing_page=GEOPORTAL,
    link_patterns=(r"LSOA.*MSOA.*2011.*\.csv$",),
    editions=(Edition("geography/lookup_lsoa11_msoa11_2011.csv.gz", date(2011, 3, 27), obtained="converted"),),
    tables=(LOOKUP_LSOA11_MSOA11,),
    read=read_lookup_lsoa11_msoa11,
)
