"""Indices of Deprivation 2025: every underlying indicator, as published."""

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
    "adult_skills_and_english_language_proficiency_indicator",
    "entry_to_higher_education_indicator",
    "acute_morbidity_indicator",
    "comparative_illness_and_disability_ratio_indicator",
    "mental_health_indicator",
    "years_of_potential_life_lost_indicator",
    "violence_with_injury_rate_per_1_000_at_risk_population",
    "violence_without_injury_rate_per_1_000_at_risk_population",
    "stalking_and_harassment_rate_per_1_000_at_risk_population",
    "burglary_rate_per_1_000_at_risk_properties",
    "theft_rate_per_1_000_at_risk_population",
    "criminal_damage_rate_per_1_000_at_risk_population",
    "public_order_and_possession_of_weapons_rate_per_1_000_at_risk_population",
    "anti_social_behaviour_rate_per_1_000_at_risk_population",
    "connectivity_score",
    "owner_occupation_affordability_component_of_housing_affordability_indicator",
    "private_rental_affordability_component_of_housing_affordability_indicator",
    "housing_affordability_indicator",
    "digital_connectivity_broadband_download_and_upload_speeds",
    "core_homelessness_rate_percent_of_households",
    "patient_to_gp_ratio",
    "homelessness_indicator_rate_per_1_000_households",
    "household_overcrowding_indicator_rooms",
    "household_overcrowding_indicator_bedrooms",
)
"""The publisher's headings in snake case."""

IOD_2025_INDICATORS = indicator_contract("iod_2025_indicators", 2021, INDICATORS)


def read_iod_2025_indicators(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read File 8, as a workbook with a sheet a domain or as one table; `InputRefused` with every fault."""
    return {"iod_2025_indicators": read_indicators(path, IOD_2025_INDICATORS)}


SOURCE = Source(
    name="iod_2025_indicators",
    publisher="Ministry of Housing, Communities and Local Government",
    publication="English Indices of Deprivation 2025, File 8",
    licence=OGL,
    landing_page="https://www.gov.uk/government/statistics/english-indices-of-deprivation-2025",
    link_patterns=(r"File_8.*\.xlsx$",),
    editions=(
        Edition(
            "deprivation/iod_indicators_2025.csv.gz",
            date(2025, 10, 30),
            obtained="converted",
            caveat="Some values are suppressed by the publisher and stay blank. Small areas are those of 2021.",
        ),
    ),
    tables=(IOD_2025_INDICATORS,),
    read=read_iod_2025_indicators,
)
