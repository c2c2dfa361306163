"""Census 2021: households by dimensions of deprivation and small area."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.sources.census import LANDING_PAGE, PERTURBED, census_contract, read_census
from chesil.sources.source import OGL, Edition, Source

CATEGORIES = {
    "none": "Household is not deprived in any dimension",
    "one": "Household is deprived in one dimension",
    "two": "Household is deprived in two dimensions",
    "three": "Household is deprived in three dimensions",
    "four": "Household is deprived in four dimensions",
}
"""Our category: the words of the publication."""

CENSUS_HOUSEHOLD_DEPRIVATION_2021 = census_contract(
    "census_household_deprivation_2021", "One row a small area of 2021 and category.", CATEGORIES, "households"
)


def read_census_household_deprivation_2021(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the table for England; raises `InputRefused` with every fault."""
    return {
        "census_household_deprivation_2021": read_census(
            path, CENSUS_HOUSEHOLD_DEPRIVATION_2021, "Household deprivation", "deprivation_dimensions", CATEGORIES
        )
    }


SOURCE = Source(
    name="census_household_deprivation_2021",
    publisher="Office for National Statistics",
    publication="Census 2021, household deprivation (TS011)",
    licence=OGL,
    landing_page=LANDING_PAGE,
    link_patterns=(r"census2021-ts011\.zip$",),
    editions=(
        Edition(
            "population/census_household_deprivation_lsoa21_2021.csv.gz",
            date(2021, 3, 21),
            obtained="converted",
            caveat=PERTURBED,
        ),
    ),
    tables=(CENSUS_HOUSEHOLD_DEPRIVATION_2021,),
    read=read_census_household_deprivation_2021,
)
