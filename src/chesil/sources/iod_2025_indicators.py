"""Indices of Deprivation 2025: the underlying indicators that need and access use."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

IOD_2025_INDICATORS = TableContract(
    name="iod_2025_indicators",
    about="One row a small area of 2021.",
    key=("lsoa21",),
    columns=(
        Column("lsoa21", "text", "code of the small area (LSOA 2021)", pattern="E01[0-9]{6}"),
        Column("years_of_potential_life_lost_indicator", "float", "years of potential life lost", missing=True),
        Column(
            "comparative_illness_and_disability_ratio_indicator",
            "float",
            "comparative illness and disability ratio",
            missing=True,
        ),
        Column("acute_morbidity_indicator", "float", "comparative acute morbidity", missing=True),
        Column("mental_health_indicator", "float", "mental health", missing=True),
        Column("connectivity_score", "float", "connectivity", missing=True),
        Column("patient_to_gp_ratio", "float", "patients to a GP", missing=True),
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
    "years_of_potential_life_lost_indicator": "years_of_potential_life_lost_indicator",
    "comparative_illness_and_disability_ratio_indicator": "comparative_illness_and_disability_ratio_indicator",
    "acute_morbidity_indicator": "acute_morbidity_indicator",
    "mental_health_indicator": "mental_health_indicator",
    "connectivity_score": "connectivity_score",
    "patient_to_gp_ratio": "patient_to_gp_ratio",
}


def read_iod_2025_indicators(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"iod_2025_indicators": read_as(path, IOD_2025_INDICATORS, PUBLISHED_AS)}


SOURCE = Source(
    name="iod_2025_indicators",
    publisher="Ministry of Housing, Communities and Local Government",
    publication="English Indices of Deprivation 2025, File 8",
    licence=OGL,
    landing_page="https://www.gov.uk/government/statistics/english-indices-of-deprivation-2025",
    link_patterns=(r"File_8.*\.xlsx$",),
    editions=(Edition("deprivation/iod_indicators_2025.csv.gz", date(2025, 10, 30), obtained="converted"),),
    tables=(IOD_2025_INDICATORS,),
    read=read_iod_2025_indicators,
)
