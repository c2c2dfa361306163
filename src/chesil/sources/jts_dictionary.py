"""Column meanings of the Journey Time Statistics extract."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

JTS_DICTIONARY = TableContract(
    name="jts_dictionary",
    about="One row a column.",
    key=("column",),
    columns=(
        Column("column", "text", "column name"),
        Column("description", "text", "what it holds", missing=True),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "column": "names",
    "description": "description",
}


def read_jts_dictionary(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"jts_dictionary": read_as(path, JTS_DICTIONARY, PUBLISHED_AS)}


SOURCE = Source(
    name="jts_dictionary",
    publisher="Department for Transport",
    publication="Journey Time Statistics 2017, data dictionary",
    licence=OGL,
    landing_page="https://www.gov.uk/government/collections/journey-time-statistics",
    link_patterns=(r".*\.csv$",),
    editions=(Edition("travel/jts_data_dictionary_2017.csv", date(2017, 12, 31), covers="Dorset"),),
    tables=(JTS_DICTIONARY,),
    read=read_jts_dictionary,
)
