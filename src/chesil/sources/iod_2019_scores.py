"""Indices of Deprivation 2019: scores of the index and its domains, with the population denominators."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

IOD_2019_SCORES = TableContract(
    name="iod_2019_scores",
    about="One row a small area.",
    key=("lsoa11",),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("imd_score", "float", "Index of Multiple Deprivation", unit="score", low=0),
        Column("income_score", "float", "income domain", unit="score"),
        Column("employment_score", "float", "employment domain", unit="score"),
        Column("education_score", "float", "education domain", unit="score"),
        Column("health_score", "float", "health domain", unit="score"),
        Column("crime_score", "float", "crime domain", unit="score"),
        Column("barriers_score", "float", "barriers domain", unit="score"),
        Column("environment_score", "float", "environment domain", unit="score"),
        Column("idaci_score", "float", "income deprivation affecting children", unit="score"),
        Column("idaopi_score", "float", "income deprivation affecting older people", unit="score"),
        Column("children_score", "float", "children and young people sub-domain", unit="score"),
        Column("adult_skills_score", "float", "adult skills sub-domain", unit="score"),
        Column("geographical_barriers_score", "float", "geographical barriers sub-domain", unit="score"),
        Column("wider_barriers_score", "float", "wider barriers sub-domain", unit="score"),
        Column("indoors_score", "float", "indoors sub-domain", unit="score"),
        Column("outdoors_score", "float", "outdoors sub-domain", unit="score"),
        Column("population_total_2015", "int", "residents of mid-2015 without prisoners", unit="people", low=0),
        Column("population_0_15", "int", "of these aged 0 to 15", unit="people", low=0),
        Column("population_16_59", "int", "of these aged 16 to 59", unit="people", low=0),
        Column("population_60_plus", "int", "of these aged 60 and over", unit="people", low=0),
        Column("population_working", "int", "of these of working age", unit="people", low=0),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "lsoa11": (
        "LSOA11CD",
        "LSOA code (2011)",
    ),
    "imd_score": (
        "IMD",
        "Index of Multiple Deprivation (IMD) Score",
    ),
    "income_score": (
        "Income",
        "Income Score (rate)",
    ),
    "employment_score": (
        "Employment",
        "Employment Score (rate)",
    ),
    "education_score": (
        "Education",
        "Education, Skills and Training Score",
    ),
    "health_score": (
        "Health",
        "Health Deprivation and Disability Score",
    ),
    "crime_score": (
        "Crime",
        "Crime Score",
    ),
    "barriers_score": (
        "Barriers (H&S)",
        "Barriers to Housing and Services Score",
    ),
    "environment_score": (
        "Environment",
        "Living Environment Score",
    ),
    "idaci_score": (
        "IDACI",
        "Income Deprivation Affecting Children Index (IDACI) Score (rate)",
    ),
    "idaopi_score": (
        "IDAOPI",
        "Income Deprivation Affecting Older People (IDAOPI) Score (rate)",
    ),
    "children_score": (
        "YouthSubDomain",
        "Children and Young People Sub-domain Score",
    ),
    "adult_skills_score": (
        "AdultSkills",
        "Adult Skills Sub-domain Score",
    ),
    "geographical_barriers_score": (
        "Barriers (Geo)",
        "Geographical Barriers Sub-domain Score",
    ),
    "wider_barriers_score": (
        "Barriers (Wider)",
        "Wider Barriers Sub-domain Score",
    ),
    "indoors_score": (
        "IndoorsSubDomain",
        "Indoors Sub-domain Score",
    ),
    "outdoors_score": (
        "OutdoorSubDomain",
        "Outdoors Sub-domain Score",
    ),
    "population_total_2015": (
        "Population (Total)",
        "Total population: mid 2015 (excluding prisoners)",
    ),
    "population_0_15": (
        "Population (0-15)",
        "Dependent Children aged 0-15: mid 2015 (excluding prisoners)",
    ),
    "population_16_59": (
        "Population (16-59)",
        "Population aged 16-59: mid 2015 (excluding prisoners)",
    ),
    "population_60_plus": (
        "Population (60+)",
        "Older population aged 60 and over: mid 2015 (excluding prisoners)",
    ),
    "population_working": (
        "Population (Working)",
        "Working age population 18-59/64: for use with Employment Deprivation Domain (excluding prisoners)",
    ),
}


def read_iod_2019_scores(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {
        "iod_2019_scores": read_as(path, IOD_2019_SCORES, PUBLISHED_AS, keep=pl.col("lsoa11").str.starts_with("E01"))
    }


SOURCE = Source(
    name="iod_2019_scores",
    publisher="Ministry of Housing, Communities and Local Government",
    publication="English Indices of Deprivation 2019, File 7",
    licence=OGL,
    landing_page="https://www.gov.uk/government/statistics/english-indices-of-deprivation-2019",
    link_patterns=(r"File_7.*\.csv$",),
    editions=(
        Edition(
            "deprivation/iod_scores_denominators_2019.parquet",
            date(2019, 9, 26),
            obtained="converted",
            caveat="Denominators are of mid-2015, without prisoners.",
        ),
    ),
    tables=(IOD_2019_SCORES,),
    read=read_iod_2019_scores,
)
