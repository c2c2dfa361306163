"""Census 2021: households by type of accommodation and small area."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.sources.census import LANDING_PAGE, PERTURBED, census_contract, read_census
from chesil.sources.source import OGL, Edition, Source

CATEGORIES = {
    "detached": "Detached",
    "semi_detached": "Semi-detached",
    "terraced": "Terraced",
    "purpose_built_flat": "In a purpose-built block of flats or tenement",
    "converted_house": "Part of a converted or shared house, including bedsits",
    "converted_building": "Part of another converted building, for example, former school, church or warehouse",
    "commercial": "In a commercial building, for example, in an office building, hotel or over a shop",
    "caravan": "A caravan or other mobile or temporary structure",
}
"""Our category: the words of the publication."""

CENSUS_ACCOMMODATION_2021 = census_contract(
    "census_accommodation_2021", "One row a small area of 2021 and category.", CATEGORIES, "households"
)


def read_census_accommodation_2021(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the table for England; raises `InputRefused` with every fault."""
    return {
        "census_accommodation_2021": read_census(
            path, CENSUS_ACCOMMODATION_2021, "Accommodation type", "type", CATEGORIES
        )
    }


SOURCE = Source(
    name="census_accommodation_2021",
    publisher="Office for National Statistics",
    publication="Census 2021, accommodation type (TS044)",
    licence=OGL,
    landing_page=LANDING_PAGE,
    link_patterns=(r"census2021-ts044\.zip$",),
    editions=(
        Edition(
            "population/census_household_type_lsoa21_2021.csv.gz",
            date(2021, 3, 21),
            obtained="converted",
            caveat=PERTURBED + " The converted file calls it household type; it does not tell who lives alone.",
        ),
    ),
    tables=(CENSUS_ACCOMMODATION_2021,),
    read=read_census_accommodation_2021,
)
