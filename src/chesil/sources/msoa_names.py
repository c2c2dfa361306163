"""Names of middle-layer areas."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import Edition, Source

MSOA_NAMES = TableContract(
    name="msoa_names",
    about="One row a small area.",
    key=("msoa11",),
    columns=(
        Column("msoa11", "text", "middle-layer area"),
        Column("msoa_name", "text", "its name"),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "msoa11": (
        "areaCode",
        "msoa11cd",
    ),
    "msoa_name": (
        "areaName",
        "msoa11hclnm",
    ),
}


def read_msoa_names(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"msoa_names": read_as(path, MSOA_NAMES, PUBLISHED_AS, keep=pl.col("msoa11").str.starts_with("E02"))}


SOURCE = Source(
    name="msoa_names",
    publisher="House of Commons Library",
    publication="MSOA names",
    licence="Open Parliament Licence v3.0",
    landing_page="https://houseofcommonslibrary.github.io/msoanames/",
    link_patterns=(r".*\.csv$",),
    editions=(
        Edition(
            "geography/msoa_names_2020-10.csv.gz",
            date(2020, 10, 31),
            obtained="derived",
            caveat="The distinct pairs of a case file that uses these names. Names repeat between districts.",
        ),
    ),
    tables=(MSOA_NAMES,),
    read=read_msoa_names,
)
