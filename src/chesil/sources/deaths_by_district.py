"""Deaths of 2014 by district, sex and age band."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import Wanted, pick_columns, read_text_table
from chesil.sources.source import OGL, Edition, Source

SEXES = {"Females": "female", "Males": "male"}

DEATHS_BY_DISTRICT = TableContract(
    name="deaths_by_district",
    about="One row a district (by its name then), sex and age band.",
    key=("district_name", "sex", "age_from"),
    columns=(
        Column("district_name", "text", "district, as spelt then"),
        Column("sex", "text", "sex", one_of=("female", "male")),
        Column("age_from", "int", "youngest age of the band", "years", low=0),
        Column("age_to", "int", "oldest age of the band", "years", missing=True, low=0),
        Column("deaths", "int", "deaths", "deaths", low=0),
    ),
)

WANTED = (
    Wanted("district_name", "text", ("region",)),
    Wanted("sex", "text", ("sex",)),
    Wanted("band", "text", ("age",)),
    Wanted("deaths", "int", ("deaths",)),
)


def read_deaths_by_district(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read every district of England and Wales in the file."""
    rows = pick_columns(read_text_table(path), WANTED, path)
    low = pl.col("band").str.extract(r"^(\d+)").cast(pl.Int64)
    table = rows.select(
        "district_name",
        pl.col("sex").replace(SEXES),
        low.alias("age_from"),
        pl.when(pl.col("band").str.ends_with("+"))
        .then(None)
        .otherwise(pl.coalesce(pl.col("band").str.extract(r"-(\d+)$").cast(pl.Int64), low))
        .alias("age_to"),
        "deaths",
    )
    return {"deaths_by_district": check_table(table, DEATHS_BY_DISTRICT, path.name)}


SOURCE = Source(
    name="deaths_by_district",
    publisher="Office for National Statistics",
    publication="Deaths registered by area of usual residence, 2014",
    licence=OGL,
    landing_page="https://www.ons.gov.uk/peoplepopulationandcommunity/birthsdeathsandmarriages/deaths",
    link_patterns=(r"deaths.*area.*\.xlsx?$",),
    editions=(
        Edition(
            "health/deaths_by_district_2014.csv.gz",
            date(2014, 12, 31),
            obtained="converted",
            covers="England and Wales",
            caveat="Names of districts only, as spelt then; Cornwall and Scilly are one; non-residents have a row.",
        ),
    ),
    tables=(DEATHS_BY_DISTRICT,),
    read=read_deaths_by_district,
)
