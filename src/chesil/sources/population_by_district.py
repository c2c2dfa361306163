"""Residents of mid-2014 by district, sex and single year of age: the denominators of the deaths of 2014."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.deaths_by_district import SEXES
from chesil.sources.reading import Wanted, pick_columns, read_text_table
from chesil.sources.source import OGL, Edition, Source

POPULATION_BY_DISTRICT = TableContract(
    name="population_by_district",
    about="One row a district, sex and single year of age (90 means 90 and over).",
    key=("district_name", "sex", "age"),
    columns=(
        Column("district_name", "text", "district, as spelt then"),
        Column("sex", "text", "sex", one_of=("female", "male")),
        Column("age", "int", "single year of age", "years", low=0, high=90),
        Column("people", "int", "residents", "people", low=0),
    ),
)

WANTED = (
    Wanted("district_name", "text", ("region",)),
    Wanted("sex", "text", ("sex",)),
    Wanted("age", "text", ("age",)),
    Wanted("people", "int", ("population",)),
)


def read_population_by_district(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read every district of England and Wales in the file."""
    table = pick_columns(read_text_table(path), WANTED, path).with_columns(
        pl.col("sex").replace(SEXES), pl.col("age").str.extract(r"^(\d+)").cast(pl.Int64)
    )
    return {"population_by_district": check_table(table, POPULATION_BY_DISTRICT, path.name)}


SOURCE = Source(
    name="population_by_district",
    publisher="Office for National Statistics",
    publication="Mid-2014 population estimates by local authority",
    licence=OGL,
    landing_page="https://www.ons.gov.uk/peoplepopulationandcommunity/populationandmigration/populationestimates",
    link_patterns=(r"ukmidyearestimates.*\.(zip|xls)$",),
    editions=(
        Edition(
            "health/population_by_district_2014.csv.gz",
            date(2014, 6, 30),
            obtained="converted",
            covers="England and Wales",
            caveat="Names of districts only, those of the deaths of 2014.",
        ),
    ),
    tables=(POPULATION_BY_DISTRICT,),
    read=read_population_by_district,
)
