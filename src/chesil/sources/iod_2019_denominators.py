"""Indices of Deprivation 2019: population denominators of mid-2015."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.source import OGL, Edition, Source
from chesil.sources.workbooks import read_published_as

IOD_2019_DENOMINATORS = TableContract(
    name="iod_2019_denominators",
    about="One row a small area.",
    key=("lsoa11",),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("population_2015", "int", "residents of mid-2015 without prisoners", unit="people", low=0),
        Column("population_0_15", "int", "of these aged 0 to 15", unit="people", low=0),
        Column("population_16_59", "int", "of these aged 16 to 59", unit="people", low=0),
        Column("population_60_plus", "int", "of these aged 60 and over", unit="people", low=0),
        Column("population_working", "int", "of these of working age", unit="people", low=0),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "lsoa11": "LSOA code (2011)",
    "population_2015": "Total population: mid 2015 (excluding prisoners)",
    "population_0_15": "Dependent Children aged 0-15: mid 2015 (excluding prisoners)",
    "population_16_59": "Population aged 16-59: mid 2015 (excluding prisoners)",
    "population_60_plus": "Older population aged 60 and over: mid 2015 (excluding prisoners)",
    "population_working": (
        "Working age population 18-59/64: for use with Employment Deprivation Domain (excluding prisoners)"
    ),
}


def read_iod_2019_denominators(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"iod_2019_denominators": read_published_as(path, IOD_2019_DENOMINATORS, PUBLISHED_AS, "LSOA code")}


SOURCE = Source(
    name="iod_2019_denominators",
    publisher="Ministry of Housing, Communities and Local Government",
    publication="English Indices of Deprivation 2019, File 6",
    licence=OGL,
    landing_page="https://www.gov.uk/government/statistics/english-indices-of-deprivation-2019",
    link_patterns=(r"File_6.*\.(csv|xlsx)$",),
    editions=(
        Edition(
            "deprivation/iod_file6_denominators_2019.csv.gz",
            date(2015, 6, 30),
            caveat="Residents of mid-2015 without prisoners, published in 2019 to weight the indices by.",
        ),
    ),
    tables=(IOD_2019_DENOMINATORS,),
    read=read_iod_2019_denominators,
)
