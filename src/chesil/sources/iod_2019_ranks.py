"""Indices of Deprivation 2019: ranks and deciles, against which derived deciles are checked."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.source import OGL, Edition, Source
from chesil.sources.workbooks import read_published_as

DOMAINS = {
    "income": "Income",
    "employment": "Employment",
    "education": "Education, Skills and Training",
    "health": "Health Deprivation and Disability",
    "crime": "Crime",
    "barriers": "Barriers to Housing and Services",
    "environment": "Living Environment",
}
"""Our name of a domain: the publisher's."""

AREAS = 32_844

IOD_2019_RANKS = TableContract(
    name="iod_2019_ranks",
    about="One row a small area; the domains are blank where the file is File 1, which has none.",
    key=("lsoa11",),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("imd_rank", "int", "rank, 1 is most deprived", low=1, high=AREAS),
        Column("imd_decile", "int", "decile, 1 is most deprived", low=1, high=10),
        *(
            column
            for domain in DOMAINS
            for column in (
                Column(f"{domain}_rank", "int", f"rank in the {domain} domain", missing=True, low=1, high=AREAS),
                Column(f"{domain}_decile", "int", f"decile in the {domain} domain", missing=True, low=1, high=10),
            )
        ),
    ),
)

RANK, DECILE = "Rank (where 1 is most deprived)", "Decile (where 1 is most deprived 10% of LSOAs)"
IMD = "Index of Multiple Deprivation (IMD)"

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "lsoa11": "LSOA code (2011)",
    "imd_rank": (f"{IMD} Rank", f"{IMD} {RANK}"),
    "imd_decile": (f"{IMD} Decile", f"{IMD} {DECILE}"),
    **{f"{ours}_rank": f"{theirs} {RANK}" for ours, theirs in DOMAINS.items()},
    **{f"{ours}_decile": f"{theirs} {DECILE}" for ours, theirs in DOMAINS.items()},
}


def read_iod_2019_ranks(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read File 2 (or File 1, without domains) as a CSV or as the published workbook."""
    domains = tuple(c for c in IOD_2019_RANKS.names if not c.startswith(("lsoa", "imd")))
    table = read_published_as(path, IOD_2019_RANKS, PUBLISHED_AS, "LSOA code", absent_ok=domains)
    return {"iod_2019_ranks": table}


SOURCE = Source(
    name="iod_2019_ranks",
    publisher="Ministry of Housing, Communities and Local Government",
    publication="English Indices of Deprivation 2019, Files 1 and 2",
    licence=OGL,
    landing_page="https://www.gov.uk/government/statistics/english-indices-of-deprivation-2019",
    link_patterns=(
        r"File_2.*\.(csv|xlsx)$",
        r"File_1.*\.(csv|xlsx)$",
    ),
    editions=(
        Edition("deprivation/iod_file2_domains_2019.csv.gz", date(2019, 9, 26)),
        Edition("deprivation/iod_file1_imd_2019.csv.gz", date(2019, 9, 26), caveat="The same ranks without domains."),
    ),
    tables=(IOD_2019_RANKS,),
    read=read_iod_2019_ranks,
)
