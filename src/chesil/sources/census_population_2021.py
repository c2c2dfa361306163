"""Census 2021: usual residents by six age bands and small area."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.sources.census import LANDING_PAGE, PERTURBED, census_contract, read_census
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

FINER: dict[str, str | tuple[str, ...]] = {
    "0_15": ("Aged 4 years and under", "Aged 5 to 9 years", "Aged 10 to 15 years"),
    "16_24": ("Aged 16 to 19 years", "Aged 20 to 24 years"),
    "25_34": "Aged 25 to 34 years",
    "35_49": "Aged 35 to 49 years",
    "50_64": "Aged 50 to 64 years",
    "65_plus": ("Aged 65 to 74 years", "Aged 75 to 84 years", "Aged 85 years and over"),
}
"""Our category: the broad bands of the bulk file (TS007B) that it adds up."""

CENSUS_POPULATION_2021 = census_contract(
    "census_population_2021", "One row a small area of 2021 and category.", CATEGORIES, "people"
)


def read_census_population_2021(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the table for England; raises `InputRefused` with every fault."""
    return {"census_population_2021": read_census(path, CENSUS_POPULATION_2021, "Age", "age_group", CATEGORIES, FINER)}


SOURCE = Source(
    name="census_population_2021",
    publisher="Office for National Statistics",
    publication="Census 2021, usual residents by age (TS007B)",
    licence=OGL,
    landing_page=LANDING_PAGE,
    link_patterns=(r"census2021-ts007b\.zip$",),
    editions=(
        Edition(
            "population/census_population_bands_lsoa21_2021.csv.gz",
            date(2021, 3, 21),
            obtained="converted",
            caveat=PERTURBED + " The six bands add up the eleven of TS007B.",
        ),
    ),
    tables=(CENSUS_POPULATION_2021,),
    read=read_census_population_2021,
)
