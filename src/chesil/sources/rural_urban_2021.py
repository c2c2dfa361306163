"""Rural-urban classification of small areas (LSOA 2021)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import Wanted, pick_columns, read_text_table
from chesil.sources.source import OGL, Edition, Source
from chesil.sources.workbooks import english

RURAL_URBAN_2021 = TableContract(
    name="rural_urban_2021",
    about="One row a small area.",
    key=("lsoa21",),
    columns=(
        Column("lsoa21", "text", "code of the small area (LSOA 2021)", pattern="E01[0-9]{6}"),
        Column("ruc21_code", "text", "class code"),
        Column("ruc21_name", "text", "class in words"),
        Column("is_rural", "bool", "true where the class in words is a rural one"),
    ),
)

WANTED = (
    Wanted("lsoa21", "text", ("lsoa21_code", "LSOA21CD")),
    Wanted("ruc21_code", "text", ("ruc21_code", "RUC21CD")),
    Wanted("ruc21_name", "text", ("classification", "RUC21NM")),
)


def read_rural_urban_2021(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read England's rows; a class that says neither rural nor urban refuses the file, for `is_rural` is blank."""
    table = english(pick_columns(read_text_table(path), WANTED, path), "lsoa21", path)
    words = pl.col("ruc21_name").str.to_lowercase()
    is_rural = pl.when(words.str.contains(r"\brural\b")).then(True).when(words.str.contains(r"\burban\b")).then(False)
    table = table.with_columns(is_rural.alias("is_rural"))
    return {"rural_urban_2021": check_table(table, RURAL_URBAN_2021, path.name, first_row=2)}


SOURCE = Source(
    name="rural_urban_2021",
    publisher="Office for National Statistics",
    publication="Rural-urban classification of small areas (LSOA 2021)",
    licence=OGL,
    landing_page="https://geoportal.statistics.gov.uk/",
    link_patterns=(r".*\.csv$",),
    editions=(Edition("geography/rural_urban_lsoa21_2021.csv.gz", date(2021, 3, 21), obtained="converted"),),
    tables=(RURAL_URBAN_2021,),
    read=read_rural_urban_2021,
)
