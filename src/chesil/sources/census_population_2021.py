"""Census 2021: usual residents by six age bands and small area."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.sources.census import LANDING_PAGE, census_contract, read_census
from chesil.sources.source import OGL, Edition, Source

CATEGORIES = {
    "0_15": "Aged 15 years and under",
    "16_24": "Aged 16 to 24 years",
    "25_34": "Aged 25 to 34 years",
    "35_49": "Aged 35 to 49 years",
    "50_64": "Aged 50 to 64 years",
    "65_plus": "Aged 65 years and over",
}
"""Our category: the words of the publication."""

CENSUS_POPULATION_2021 = census_contract(
    "census_population_2021", "One row a small area of 2021 and category.", CATEGORIES, "people"
)


def read_census_population_2021(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the table for England; raises `InputRefused` with every fault."""
    return {"census_population_2021": read_census(path, CENSUS_POPULATION_2021, "age_group", CATEGORIES)}


SOURCE = Source(
    name="census_population_2021",
    publisher="Office for National Statistics",
    publication="Census 2021, usual residents by age (TS007B)",
    licence=OGL,
    landing_page=LANDING_PAGE,
    link_patterns=(r"census2021-ts.*\.zip$",),
    editions=(
        Edition(
            "population/census_population_bands_lsoa21_2021.csv.gz",
            date(2021, 3, 21),
            obtained="converted",
            caveat="Cells are perturbed by the publisher: tables differ slightly in total.",
        ),
    ),
    tables=(CENSUS_POPULATION_2021,),
    read=read_census_population_2021,
)
