"""Overall rating of practices by the Care Quality Commission (Dorset, transcribed)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

CQC_RATINGS = TableContract(
    name="cqc_ratings",
    about="One row a practice.",
    key=("practice_code",),
    columns=(
        Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}"),
        Column(
            "rating",
            "text",
            "overall rating",
            one_of=("Outstanding", "Good", "Requires improvement", "Inadequate"),
        ),
        Column("year_of_rating", "int", "year of the rating", low=2013),
        Column("location_name", "text", "CQC location name"),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "practice_code": "practice_code",
    "rating": "rating",
    "year_of_rating": "year",
    "location_name": "location_name",
}


def read_cqc_ratings(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"cqc_ratings": read_as(path, CQC_RATINGS, PUBLISHED_AS, keep=pl.col("practice_code") != "J81083")}


SOURCE = Source(
    name="cqc_ratings",
    publisher="Care Quality Commission",
    publication="Overall rating by practice",
    licence=OGL,
    landing_page="https://www.cqc.org.uk/about-us/transparency/using-cqc-data",
    link_patterns=(r"Latest_ratings.*\.(ods|xlsx)$",),
    editions=(
        Edition(
            "quality/cqc_overall_rating_2024_dorset.csv",
            date(2024, 6, 30),
            obtained="transcribed",
            covers="Dorset",
            caveat="Date and column names inferred; checked only through the deprivation column.",
        ),
    ),
    tables=(CQC_RATINGS,),
    read=read_cqc_ratings,
)
