"""Look-up from small areas (LSOA 2011) to districts of 2018."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.lookup_files import GEOPORTAL, read_lookup
from chesil.sources.source import OGL, Edition, Source

LOOKUP_LSOA11_LTLA18 = TableContract(
    name="lookup_lsoa11_ltla18",
    about="One row a small area.",
    key=("lsoa11",),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("ltla18", "text", "district"),
        Column("ltla18_name", "text", "its name"),
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
    "ltla18": (
        "ltla18_code",
        "LAD18CD",
    ),
    "ltla18_name": (
        "ltla18_name",
        "LAD18NM",
    ),
}


def read_lookup_lsoa11_ltla18(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"lookup_lsoa11_ltla18": read_lookup(path, LOOKUP_LSOA11_LTLA18, PUBLISHED_AS)}


SOURCE = Source(
    name="lookup_lsoa11_ltla18",
    publisher="Office for National Statistics",
    publication="Look-up from small areas (LSOA 2011) to districts of 2018",
    licence=OGL,
    landing_page=GEOPORTAL,
    link_patterns=(r"LSOA.*2011.*LAD.*2018.*\.csv$",),
    editions=(
        Edition(
            "geography/lookup_lsoa11_ltla18_2018.csv.gz",
            date(2018, 12, 31),
            obtained="converted",
            caveat="Districts before the changes of 2019: Dorset still has its eight.",
        ),
    ),
    tables=(LOOKUP_LSOA11_LTLA18,),
    read=read_lookup_lsoa11_ltla18,
)
