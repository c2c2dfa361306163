"""Life expectancy averaged over where a practice's patients live."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

PRACTICE_LIFE_EXPECTANCY = TableContract(
    name="practice_life_expectancy",
    about="One row a practice.",
    key=("practice_code",),
    columns=(
        Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}"),
        Column("life_expectancy_female", "float", "years, female", unit="years", low=50, high=110),
        Column("life_expectancy_male", "float", "years, male", unit="years", low=50, high=110),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "practice_code": "practice_code",
    "life_expectancy_female": "life_expectancy_female",
    "life_expectancy_male": "life_expectancy_male",
}


def read_practice_life_expectancy(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"practice_life_expectancy": read_as(path, PRACTICE_LIFE_EXPECTANCY, PUBLISHED_AS)}


SOURCE = Source(
    name="practice_life_expectancy",
    publisher="Health Equity Evidence Centre (from OHID)",
    publication="Life expectancy by practice",
    licence=OGL,
    landing_page="https://www.heec.co.uk/",
    link_patterns=(r"life_expectancy\.csv$",),
    editions=(
        Edition(
            "health/practice_life_expectancy_2020_dorset.csv",
            date(2020, 12, 31),
            obtained="transcribed",
            covers="Dorset",
            caveat="A modelled average of areas, not the mortality of the list.",
        ),
    ),
    tables=(PRACTICE_LIFE_EXPECTANCY,),
    read=read_practice_life_expectancy,
)
