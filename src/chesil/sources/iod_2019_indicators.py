"""Indices of Deprivation 2019: the underlying indicators that need and access use."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

IOD_2019_INDICATORS = TableContract(
    name="iod_2019_indicators",
    about="One row a small area.",
    key=("lsoa11",),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("years_of_potential_life_lost_indicator", "float", "years of potential life lost", missing=True),
        Column(
            "comparative_illness_and_disability_ratio_indicator",
            "float",
            "comparative illness and disability ratio",
            missing=True,
        ),
        Column("acute_morbidity_indicator", "float", "comparative acute morbidity", missing=True),
        Column("mood_and_anxiety_disorders_indicator", "float", "mood and anxiety disorders", missing=True),
        Column(
            "road_distance_to_a_gp_surgery_indicator_km",
            "float",
            "road distance to a GP surgery, km",
            missing=True,
        ),
        Column(
            "road_distance_to_general_store_or_supermarket_indicator_km",
            "float",
            "road distance to a shop, km",
            missing=True,
        ),
        Column("household_overcrowding_indicator", "float", "household overcrowding", missing=True),
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
    "years_of_potential_life_lost_indicator": "years_of_potential_life_lost_indicator",
    "comparative_illness_and_disability_ratio_indicator": "comparative_illness_and_disability_ratio_indicator",
    "acute_morbidity_indicator": "acute_morbidity_indicator",
    "mood_and_anxiety_disorders_indicator": "mood_and_anxiety_disorders_indicator",
    "road_distance_to_a_gp_surgery_indicator_km": "road_distance_to_a_gp_surgery_indicator_km",
    "road_distance_to_general_store_or_supermarket_indicator_km": "road_distance_to_general_store_or_supermarket_indicator_km",
    "household_overcrowding_indicator": "household_overcrowding_indicator",
}


def read_iod_2019_indicators(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"iod_2019_indicators": read_as(path, IOD_2019_INDICATORS, PUBLISHED_AS)}


SOURCE = Source(
    name="iod_2019_indicators",
    publisher="Ministry of Housing, Communities and Local Government",
    publication="English Indices of Deprivation 2019, File 8",
    licence=OGL,
    landing_page="https://www.gov.uk/government/statistics/english-indices-of-deprivation-2019",
    link_patterns=(r"File_8.*\.xlsx$",),
    editions=(
        Edition(
            "deprivation/iod_indicators_2019.csv.gz",
            date(2019, 9, 26),
            obtained="converted",
            caveat="Some values are suppressed by the publisher and stay blank.",
        ),
    ),
    tables=(IOD_2019_INDICATORS,),
    read=read_iod_2019_indicators,
)
