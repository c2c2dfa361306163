"""Census 2021: residents by disability and small area."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.sources.census import LANDING_PAGE, PERTURBED, census_contract, read_census
from chesil.sources.source import OGL, Edition, Source

CATEGORIES = {
    "disabled": "Disabled under the Equality Act",
    "not_disabled": "Not disabled under the Equality Act",
}
"""Our category: the words of the publication."""

CENSUS_DISABILITY_2021 = census_contract(
    "census_disability_2021", "One row a small area of 2021 and category.", CATEGORIES, "people"
)


def read_census_disability_2021(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the table for England; raises `InputRefused` with every fault."""
    return {"census_disability_2021": read_census(path, CENSUS_DISABILITY_2021, "Disability", "disability", CATEGORIES)}


SOURCE = Source(
    name="census_disability_2021",
    publisher="Office for National Statistics",
    publication="Census 2021, disability (TS038)",
    licence=OGL,
    landing_page=LANDING_PAGE,
    link_patterns=(r"census2021-ts038\.zip$",),
    editions=(
        Edition(
            "population/census_disability_lsoa21_2021.csv.gz",
            date(2021, 3, 21),
            obtained="converted",
            caveat=PERTURBED + " A crude share, not standardised for age.",
        ),
    ),
    tables=(CENSUS_DISABILITY_2021,),
    read=read_census_disability_2021,
)
