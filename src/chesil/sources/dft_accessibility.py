"""Published minutes to a GP by public transport or walking, cycle and car, by small area of 2001."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

DFT_ACCESSIBILITY = TableContract(
    name="dft_accessibility",
    about="One row a small area of 2001.",
    key=("lsoa01",),
    columns=(
        Column("lsoa01", "text", "small area (LSOA 2001)"),
        Column(
            "public_transport_minutes",
            "float",
            "minutes to the nearest GP by public transport or walking",
            unit="minutes",
            low=0,
            missing=True,
        ),
        Column("cycle_minutes", "float", "minutes to the nearest GP by cycle", unit="minutes", low=0, missing=True),
        Column("car_minutes", "float", "minutes to the nearest GP by car", unit="minutes", low=0, missing=True),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "lsoa01": "LSOA11",
    "public_transport_minutes": "acc_gp_PTtime",
    "cycle_minutes": "acc_gp_cycletime",
    "car_minutes": "acc_gp_cartime",
}


def read_dft_accessibility(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {
        "dft_accessibility": read_as(
            path, DFT_ACCESSIBILITY, PUBLISHED_AS, keep=pl.col("lsoa01").str.starts_with("E01")
        )
    }


SOURCE = Source(
    name="dft_accessibility",
    publisher="Department for Transport",
    publication="Accessibility statistics, access to GPs",
    licence=OGL,
    landing_page="https://www.gov.uk/government/collections/journey-time-statistics",
    link_patterns=(r"acs.*\.(xls|ods|csv)$",),
    editions=(
        Edition(
            "travel/dft_accessibility_gp_lsoa01_2011.csv.gz",
            date(2011, 12, 31),
            obtained="converted",
            caveat="Year inferred. Codes are of 2001 though the file calls them 2011. Floor of five minutes.",
        ),
    ),
    tables=(DFT_ACCESSIBILITY,),
    read=read_dft_accessibility,
)
