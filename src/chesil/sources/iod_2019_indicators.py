"""Indices of Deprivation 2019: every underlying indicator, as published."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.sources.iod_indicators import indicator_contract, read_indicators
from chesil.sources.source import OGL, Edition, Source

INDICATORS = (
    "income_domain_numerator",
    "income_deprivation_affecting_children_index_idaci_numerator",
    "income_deprivation_affecting_older_people_index_idaopi_numerator",
    "employment_domain_numerator",
    "staying_on_in_education_post_16_indicator",
    "entry_to_higher_education_indicator",
    "adult_skills_and_english_language_proficiency_indicator",
    "years_of_potential_life_lost_indicator",
    "comparative_illness_and_disability_ratio_indicator",
    "acute_morbidity_indicator",
    "mood_and_anxiety_disorders_indicator",
    "road_distance_to_a_post_office_indicator_km",
    "road_distance_to_a_primary_school_indicator_km",
    "road_distance_to_general_store_or_supermarket_indicator_km",
    "road_distance_to_a_gp_surgery_indicator_km",
    "household_overcrowding_indicator",
    "homelessness_indicator_rate_per_1000_households",
    "owner_occupation_affordability_component_of_housing_affordability_indicator",
    "private_rental_affordability_component_of_housing_affordability_indicator",
    "housing_affordability_indicator",
    "housing_in_poor_condition_indicator",
    "houses_without_central_heating_indicator",
    "road_traffic_accidents_indicator",
    "nitrogen_dioxide_component_of_air_quality_indicator",
    "benzene_component_of_air_quality_indicator",
    "sulphur_dioxide_component_of_air_quality_indicator",
    "particulates_component_of_air_quality_indicator",
    "air_quality_indicator",
)
"""The publisher's headings in snake case."""

IOD_2019_INDICATORS = indicator_contract("iod_2019_indicators", 2011, INDICATORS)


def read_iod_2019_indicators(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read File 8, as a workbook with a sheet a domain or as one table; `InputRefused` with every fault."""
    return {"iod_2019_indicators": read_indicators(path, IOD_2019_INDICATORS)}


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
