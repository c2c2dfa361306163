"""Practice list totals and shares of ages, April 2020."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

LIST_DEMOGRAPHICS = TableContract(
    name="list_demographics",
    about="One row a practice.",
    key=("practice_code",),
    columns=(
        Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}"),
        Column("patients", "int", "registered patients", unit="patients", low=0),
        Column("mean_age", "float", "mean age", unit="years", low=0),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "practice_code": "PRACTICE_CODE",
    "patients": "Total",
    "mean_age": "AgeAll",
}


def read_list_demographics(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"list_demographics": read_as(path, LIST_DEMOGRAPHICS, PUBLISHED_AS)}


SOURCE = Source(
    name="list_demographics",
    publisher="House of Commons Library (from NHS Digital)",
    publication="Practice list demographics",
    licence=OGL,
    landing_page="https://commonslibrary.parliament.uk/",
    link_patterns=(r"gp_demographics\.csv$",),
    editions=(Edition("lists/gp_list_demographics_2020-04.csv.gz", date(2020, 4, 1), obtained="derived"),),
    tables=(LIST_DEMOGRAPHICS,),
    read=read_list_demographics,
)
