"""Census 2021: households by tenure and small area."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.sources.census import LANDING_PAGE, PERTURBED, census_contract, read_census
from chesil.sources.source import OGL, Edition, Source

CATEGORIES = {
    "owned_outright": "Owned: Owns outright",
    "owned_mortgage": "Owned: Owns with a mortgage or loan",
    "shared_ownership": "Shared ownership: Shared ownership",
    "social_rented_council": "Social rented: Rents from council or Local Authority",
    "social_rented_other": "Social rented: Other social rented",
    "private_rented_landlord": "Private rented: Private landlord or letting agency",
    "private_rented_other": "Private rented: Other private rented",
    "rent_free": "Lives rent free",
}
"""Our category: the words of the publication."""

CENSUS_TENURE_2021 = census_contract(
    "census_tenure_2021", "One row a small area of 2021 and category.", CATEGORIES, "households"
)


def read_census_tenure_2021(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the table for England; raises `InputRefused` with every fault."""
    return {"census_tenure_2021": read_census(path, CENSUS_TENURE_2021, "Tenure of household", "tenure", CATEGORIES)}


SOURCE = Source(
    name="census_tenure_2021",
    publisher="Office for National Statistics",
    publication="Census 2021, tenure (TS054)",
    licence=OGL,
    landing_page=LANDING_PAGE,
    link_patterns=(r"census2021-ts054\.zip$",),
    editions=(
        Edition(
            "population/census_tenure_lsoa21_2021.csv.gz",
            date(2021, 3, 21),
            obtained="converted",
            caveat=PERTURBED,
        ),
    ),
    tables=(CENSUS_TENURE_2021,),
    read=read_census_tenure_2021,
)
