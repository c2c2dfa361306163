"""Population-weighted centroids of small areas (LSOA 2011)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

LSOA11_CENTROIDS = TableContract(
    name="lsoa11_centroids",
    about="One row a small area.",
    key=("lsoa11",),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("easting", "float", "easting", unit="metres", low=0, high=700000),
        Column("northing", "float", "northing", unit="metres", low=0, high=700000),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "lsoa11": (
        "lsoa11_code",
        "LSOA11CD",
        "lsoa11cd",
        "LSOA code (2011)",
        "lsoa_code",
    ),
    "easting": "X",
    "northing": "Y",
}


def read_lsoa11_centroids(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {
        "lsoa11_centroids": read_as(path, LSOA11_CENTROIDS, PUBLISHED_AS, keep=pl.col("lsoa11").str.starts_with("E01"))
    }


SOURCE = Source(
    name="lsoa11_centroids",
    publisher="Office for National Statistics",
    publication="Population-weighted centroids of small areas (LSOA 2011)",
    licence=OGL,
    landing_page="https://geoportal.statistics.gov.uk/",
    link_patterns=(r".*\.csv$",),
    editions=(Edition("geography/lsoa11_population_weighted_centroids_2011.csv.gz", date(2011, 3, 27)),),
    tables=(LSOA11_CENTROIDS,),
    read=read_lsoa11_centroids,
)
