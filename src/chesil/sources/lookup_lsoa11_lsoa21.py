"""Look-up from small areas of 2011 to those of 2021 (version 3)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.lookup_files import GEOPORTAL, read_lookup
from chesil.sources.source import OGL, Edition, Source

LOOKUP_LSOA11_LSOA21 = TableContract(
    name="lookup_lsoa11_lsoa21",
    about="One row a small area.",
    key=(
        "lsoa11",
        "lsoa21",
    ),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("lsoa21", "text", "code of the small area (LSOA 2021)", pattern="E01[0-9]{6}"),
        Column("change_code", "text", "unchanged, split, merged or irregular", one_of=("U", "S", "M", "X")),
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
    "lsoa21": (
        "lsoa21_code",
        "LSOA21CD",
    ),
    "change_code": (
        "change_code",
        "CHGIND",
    ),
}


def read_lookup_lsoa11_lsoa21(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"lookup_lsoa11_lsoa21": read_lookup(path, LOOKUP_LSOA11_LSOA21, PUBLISHED_AS)}


SOURCE = Source(
    name="lookup_lsoa11_lsoa21",
    publisher="Office for National Statistics",
    publication="Look-up from small areas of 2011 to those of 2021 (version 3)",
    licence=OGL,
    landing_page=GEOPORTAL,
    link_patterns=(r"LSOA.*2011.*LSOA.*2021.*\.csv$",),
    editions=(
        Edition(
            "geography/lookup_lsoa11_lsoa21_2022.csv.gz",
            date(2022, 12, 31),
            obtained="converted",
            caveat="Not one to one: areas are split (S), merged (M) or redrawn (X), and no shares of people are given.",
        ),
    ),
    tables=(LOOKUP_LSOA11_LSOA21,),
    read=read_lookup_lsoa11_lsoa21,
)
