"""National life tables of England and Wales, by sex, for three-year periods."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import Wanted, pick_columns, read_text_table
from chesil.sources.source import OGL, Edition, Source

FUNCTIONS = ("mx", "qx", "lx", "dx", "ex")

LIFE_TABLES = TableContract(
    name="life_tables",
    about="One row a period, sex and exact age.",
    key=("period", "sex", "age"),
    columns=(
        Column("period", "text", "three calendar years"),
        Column("sex", "text", "sex", one_of=("female", "male")),
        Column("age", "int", "exact age", "years", low=0),
        Column("mx", "float", "central rate of mortality", "a year", low=0),
        Column("qx", "float", "chance of dying before the next birthday", "share", low=0, high=1),
        Column("lx", "float", "survivors of 100,000 born", "people", low=0),
        Column("dx", "float", "deaths of 100,000 born", "people", low=0),
        Column("ex", "float", "expectation of life", "years", low=0),
    ),
)


def read_life_tables(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read both sexes, one below the other."""
    text = read_text_table(path)
    parts = []
    for letter, sex in (("f", "female"), ("m", "male")):
        wanted = (
            Wanted("period", "text", ("period",)),
            Wanted("age", "int", ("x", "age")),
            *(Wanted(f, "float", (f"{letter}_{f}",)) for f in FUNCTIONS),
        )
        parts.append(pick_columns(text, wanted, path).with_columns(pl.lit(sex).alias("sex")))
    return {"life_tables": check_table(pl.concat(parts), LIFE_TABLES, path.name)}


SOURCE = Source(
    name="life_tables",
    publisher="Office for National Statistics",
    publication="National life tables, England and Wales, 1980-82 to 2017-19",
    licence=OGL,
    landing_page="https://www.ons.gov.uk/peoplepopulationandcommunity/birthsdeathsandmarriages/lifeexpectancies/"
    "datasets/nationallifetablesenglandandwalesreferencetables",
    link_patterns=(r"nationallifetables.*\.xlsx$",),
    editions=(Edition("health/national_life_tables_1980-2019.csv.gz", date(2019, 12, 31)),),
    tables=(LIFE_TABLES,),
    read=read_life_tables,
)
