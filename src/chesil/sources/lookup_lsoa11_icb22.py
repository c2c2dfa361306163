"""Look-up from small areas (LSOA 2011) to sub-ICB locations and integrated care boards of 2022."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.lookup_files import GEOPORTAL, read_lookup
from chesil.sources.source import OGL, Edition, Source

LOOKUP_LSOA11_ICB22 = TableContract(
    name="lookup_lsoa11_icb22",
    about="One row a small area.",
    key=("lsoa11",),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("sicbl22_ons", "text", "sub-ICB location, statistical code", pattern="E38[0-9]{6}"),
        Column("sub_icb_code", "text", "sub-ICB location, ODS code"),
        Column("sub_icb_name", "text", "its name"),
        Column("icb22_ons", "text", "integrated care board, statistical code", pattern="E54[0-9]{6}"),
        Column("icb_code", "text", "integrated care board, ODS code"),
        Column("icb_name", "text", "its name"),
        Column("ltla22", "text", "district of 2022", pattern="E0[6-9][0-9]{6}"),
        Column("ltla22_name", "text", "its name"),
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
    "sicbl22_ons": (
        "sicbl22_code",
        "SICBL22CD",
        "LOC22CD",
    ),
    "sub_icb_code": (
        "sicbl22_code_h",
        "SICBL22CDH",
        "LOC22CDH",
    ),
    "sub_icb_name": (
        "sicbl22_name",
        "SICBL22NM",
        "LOC22NM",
    ),
    "icb22_ons": (
        "icb22_code",
        "ICB22CD",
    ),
    "ltla22": (
        "ltla22_code",
        "LAD22CD",
    ),
    "ltla22_name": (
        "ltla22_name",
        "LAD22NM",
    ),
    "icb_code": (
        "icb22_code_h",
        "ICB22CDH",
    ),
    "icb_name": (
        "icb22_name",
        "ICB22NM",
    ),
}


def read_lookup_lsoa11_icb22(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"lookup_lsoa11_icb22": read_lookup(path, LOOKUP_LSOA11_ICB22, PUBLISHED_AS)}


SOURCE = Source(
    name="lookup_lsoa11_icb22",
    publisher="Office for National Statistics",
    publication="Look-up from small areas (LSOA 2011) to sub-ICB locations and integrated care boards of 2022",
    licence=OGL,
    landing_page=GEOPORTAL,
    link_patterns=(r"LSOA.*LOC.*ICB.*LAD.*July_2022.*\.csv$|LSOA11.*(SICBL|LOC)22.*\.csv$",),
    editions=(
        Edition(
            "geography/lookup_lsoa11_sicbl22_icb22_2022.csv.gz",
            date(2022, 7, 1),
            obtained="converted",
            caveat="Codes of boards in two systems: the NHS code (QVV) and the statistical one (E54).",
        ),
    ),
    tables=(LOOKUP_LSOA11_ICB22,),
    read=read_lookup_lsoa11_icb22,
)
