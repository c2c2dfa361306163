"""Look-up from small areas (LSOA 2011) to sub-ICB locations and integrated care boards of 2022."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

LOOKUP_LSOA11_ICB22 = TableContract(
    name="lookup_lsoa11_icb22",
    about="One row a small area.",
    key=("lsoa11",),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("sub_icb_code", "text", "sub-ICB location, ODS code"),
        Column("sub_icb_name", "text", "its name"),
        Column("icb_code", "text", "integrated care board, ODS code"),
        Column("icb_name", "text", "its name"),
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
    "sub_icb_code": (
        "sicbl22_code_h",
        "LOC22CDH",
    ),
    "sub_icb_name": (
        "sicbl22_name",
        "LOC22NM",
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
    return {
        "lookup_lsoa11_icb22": read_as(
            path, LOOKUP_LSOA11_ICB22, PUBLISHED_AS, keep=pl.col("lsoa11").str.starts_with("E01")
        )
    }


SOURCE = Source(
    name="lookup_lsoa11_icb22",
    publisher="Office for National Statistics",
    publication="Look-up from small areas (LSOA 2011) to sub-ICB locations and integrated care boards of 2022",
    licence=OGL,
    landing_page="https://geoportal.statistics.gov.uk/",
    link_patterns=(r".*\.csv$",),
    editions=(
        Edition("geography/lookup_lsoa11_sicbl22_icb22_2022.csv.gz", date(2022, 7, 1), obtained="converted"),
    ),
    tables=(LOOKUP_LSOA11_ICB22,),
    read=read_lookup_lsoa11_icb22,
)
