"""Index of Multiple Deprivation 2025 and its domains."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.source import OGL, Edition, Source
from chesil.sources.workbooks import read_published_as

IMD_2025 = TableContract(
    name="imd_2025",
    about="One row a small area of 2021.",
    key=("lsoa21",),
    columns=(
        Column("lsoa21", "text", "code of the small area (LSOA 2021)", pattern="E01[0-9]{6}"),
        Column("imd_score", "float", "Index of Multiple Deprivation", unit="score", low=0),
        Column("income_score", "float", "income domain", unit="score", low=0, high=1),
        Column("employment_score", "float", "employment domain", unit="score", low=0, high=1),
        Column("education_score", "float", "education domain", unit="score", low=0),
        Column("health_score", "float", "health domain", unit="score"),
        Column("crime_score", "float", "crime domain", unit="score"),
        Column("barriers_score", "float", "barriers domain", unit="score", low=0),
        Column("environment_score", "float", "environment domain", unit="score", low=0),
        Column("imd_rank", "int", "rank, 1 is most deprived", missing=True, low=1),
        Column("imd_decile", "int", "decile, 1 is most deprived", missing=True, low=1, high=10),
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
    "imd_score": (
        "IMD_score",
        "Index of Multiple Deprivation (IMD) Score",
    ),
    "income_score": (
        "Income_score",
        "Income Score (rate)",
    ),
    "employment_score": (
        "Employment_score",
        "Employment Score (rate)",
    ),
    "education_score": (
        "Education_score",
        "Education, Skills and Training Score",
    ),
    "health_score": (
        "Health_score",
        "Health Deprivation and Disability Score",
    ),
    "crime_score": (
        "Crime_score",
        "Crime Score",
    ),
    "barriers_score": (
        "Housing_and_Services_score",
        "Barriers to Housing and Services Score",
    ),
    "environment_score": (
        "Environment_score",
        "Living Environment Score",
    ),
    "imd_rank": (
        "IMD_rank",
        "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)",
    ),
    "imd_decile": (
        "IMD_decile",
        "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)",
    ),
}


def read_imd_2025(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"imd_2025": read_published_as(path, IMD_2025, PUBLISHED_AS, "LSOA code")}


SOURCE = Source(
    name="imd_2025",
    publisher="Ministry of Housing, Communities and Local Government",
    publication="English Indices of Deprivation 2025, File 7",
    licence=OGL,
    landing_page="https://www.gov.uk/government/statistics/english-indices-of-deprivation-2025",
    link_patterns=(r"File_7.*\.csv$",),
    editions=(Edition("deprivation/imd_2025.csv.gz", date(2025, 10, 30), obtained="converted"),),
    tables=(IMD_2025,),
    read=read_imd_2025,
)
