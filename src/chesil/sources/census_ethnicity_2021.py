"""Census 2021: residents by ethnic group and small area."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.sources.census import LANDING_PAGE, PERTURBED, census_contract, read_census
from chesil.sources.source import OGL, Edition, Source

CATEGORIES = {
    "asian": "Asian, Asian British or Asian Welsh",
    "black": "Black, Black British, Black Welsh, Caribbean or African",
    "mixed": "Mixed or Multiple ethnic groups",
    "white": "White",
    "other": "Other ethnic group",
}
"""Our category: the words of the publication."""

CENSUS_ETHNICITY_2021 = census_contract(
    "census_ethnicity_2021", "One row a small area of 2021 and category.", CATEGORIES, "people"
)


def read_census_ethnicity_2021(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the table for England; raises `InputRefused` with every fault."""
    return {
        "census_ethnicity_2021": read_census(path, CENSUS_ETHNICITY_2021, "Ethnic group", "ethnic_group", CATEGORIES)
    }


SOURCE = Source(
    name="census_ethnicity_2021",
    publisher="Office for National Statistics",
    publication="Census 2021, ethnic group (TS021)",
    licence=OGL,
    landing_page=LANDING_PAGE,
    link_patterns=(r"census2021-ts021\.zip$",),
    editions=(
        Edition(
            "population/census_ethnicity_lsoa21_2021.csv.gz",
            date(2021, 3, 21),
            obtained="converted",
            caveat=PERTURBED,
        ),
    ),
    tables=(CENSUS_ETHNICITY_2021,),
    read=read_census_ethnicity_2021,
)
