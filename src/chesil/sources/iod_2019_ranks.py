"""Indices of Deprivation 2019: ranks and deciles, against which derived deciles are checked."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

IOD_2019_RANKS = TableContract(
    name="iod_2019_ranks",
    about="One row a small area.",
    key=("lsoa11",),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("imd_rank", "int", "rank, 1 is most deprived", low=1),
        Column("imd_decile", "int", "decile, 1 is most deprived", low=1, high=10),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "lsoa11": "LSOA code (2011)",
    "imd_rank": (
        "Index of Multiple Deprivation (IMD) Rank",
        "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)",
    ),
    "imd_decile": (
        "Index of Multiple Deprivation (IMD) Decile",
        "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)",
    ),
}


def read_iod_2019_ranks(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"iod_2019_ranks": read_as(path, IOD_2019_RANKS, PUBLISHED_AS)}


SOURCE = Source(
    name="iod_2019_ranks",
    publisher="Ministry of Housing, Communities and Local Government",
    publication="English Indices of Deprivation 2019, Files 1 and 2",
    licence=OGL,
    landing_page="https://www.gov.uk/government/statistics/english-indices-of-deprivation-2019",
    link_patterns=(
        r"File_1.*\.csv$",
        r"File_2.*\.csv$",
    ),
    editions=(
        Edition("deprivation/iod_file1_imd_2019.csv.gz", date(2019, 9, 26)),
        Edition(
            "deprivation/iod_file2_domains_2019.csv.gz",
            date(2019, 9, 27),
            caveat="The same ranks, from File 2 with the domains.",
        ),
    ),
    tables=(IOD_2019_RANKS,),
    read=read_iod_2019_ranks,
)
