"""Look-up from small areas (LSOA 2021) to sub-ICB locations and integrated care boards of 2024."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.lookup_files import GEOPORTAL, read_lookup
from chesil.sources.source import OGL, Edition, Source

LOOKUP_LSOA21_ICB24 = TableContract(
    name="lookup_lsoa21_icb24",
    about="One row a small area.",
    key=("lsoa21",),
    columns=(
        Column("lsoa21", "text", "code of the small area (LSOA 2021)", pattern="E01[0-9]{6}"),
        Column("sub_icb_code", "text", "sub-ICB location, ODS code"),
        Column("sub_icb_name", "text", "its name"),
        Column("icb_code", "text", "integrated care board, ODS code"),
        Column("icb_name", "text", "its name"),
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
    "sub_icb_code": (
        "sicbl24_code_nhs",
        "SICBL24CDH",
    ),
    "sub_icb_name": (
        "sicbl24_name",
        "SICBL24NM",
    ),
    "icb_name": (
        "icb24_name",
        "ICB24NM",
    ),
    "icb_code": (
        "icb24_code_nhs",
        "ICB24CDH",
    ),
}


def read_lookup_lsoa21_icb24(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"lookup_lsoa21_icb24": read_lookup(path, LOOKUP_LSOA21_ICB24, PUBLISHED_AS)}


SOURCE = Source(
    name="lookup_lsoa21_icb24",
    publisher="Office for National Statistics",
    publication="Look-up from small areas (LSOA 2021) to sub-ICB locations and integrated care boards of 2024",
    licence=OGL,
    landing_page=GEOPORTAL,
    link_patterns=(r"LSOA.*2021.*(SICBL|ICB).*2024.*\.csv$",),
    editions=(Edition("geography/lookup_lsoa21_icb24_2024.csv.gz", date(2024, 4, 1), obtained="converted"),),
    tables=(LOOKUP_LSOA21_ICB24,),
    read=read_lookup_lsoa21_icb24,
)
