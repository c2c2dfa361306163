"""Look-up from small areas (LSOA 2021) to wards and districts of 2024."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.lookup_files import GEOPORTAL, read_lookup
from chesil.sources.source import OGL, Edition, Source

LOOKUP_LSOA21_LTLA24 = TableContract(
    name="lookup_lsoa21_ltla24",
    about="One row a small area.",
    key=("lsoa21",),
    columns=(
        Column("lsoa21", "text", "code of the small area (LSOA 2021)", pattern="E01[0-9]{6}"),
        Column("ward24", "text", "ward"),
        Column("ward24_name", "text", "its name"),
        Column("ltla24", "text", "district"),
        Column("ltla24_name", "text", "its name"),
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
    "ward24": (
        "ward24_code",
        "WD24CD",
    ),
    "ward24_name": (
        "ward24_name",
        "WD24NM",
    ),
    "ltla24": (
        "ltla24_code",
        "LAD24CD",
    ),
    "ltla24_name": (
        "ltla24_name",
        "LAD24NM",
    ),
}


def read_lookup_lsoa21_ltla24(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"lookup_lsoa21_ltla24": read_lookup(path, LOOKUP_LSOA21_LTLA24, PUBLISHED_AS)}


SOURCE = Source(
    name="lookup_lsoa21_ltla24",
    publisher="Office for National Statistics",
    publication="Look-up from small areas (LSOA 2021) to wards and districts of 2024",
    licence=OGL,
    landing_page=GEOPORTAL,
    link_patterns=(r"LSOA.*2021.*(WD|Ward).*2024.*\.csv$",),
    editions=(
        Edition(
            "geography/lookup_lsoa21_ward24_ltla24_2024.csv.gz",
            date(2024, 5, 2),
            obtained="converted",
            caveat="Wards are fitted best by small areas, not exactly. The ward outlines here are of 2022.",
        ),
    ),
    tables=(LOOKUP_LSOA21_LTLA24,),
    read=read_lookup_lsoa21_ltla24,
)
