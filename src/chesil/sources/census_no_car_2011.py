"""Census 2011: share of households with no car or van."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.census_2011 import read_share_2011
from chesil.sources.source import OGL, Edition, Source

CENSUS_NO_CAR_2011 = TableContract(
    name="census_no_car_2011",
    about="One row a small area.",
    key=("lsoa11",),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("no_car_share", "float", "share of households with no car or van", low=0, high=1),
    ),
)

PARTS = ("Cars: No cars or vans in household",)
WHOLE = "Cars: All categories: Car or van availability"
"""Headings of the publisher's bulk file, from whose counts the share is worked out."""


def read_census_no_car_2011(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"census_no_car_2011": read_share_2011(path, CENSUS_NO_CAR_2011, "proportion_no_cars", PARTS, WHOLE)}


SOURCE = Source(
    name="census_no_car_2011",
    publisher="Office for National Statistics",
    publication="Census 2011, car or van availability",
    licence=OGL,
    landing_page="https://www.nomisweb.co.uk/census/2011/qs416ew",
    link_patterns=(r".*\.csv$",),
    editions=(
        Edition(
            "population/census_no_car_lsoa11_2011.csv.gz",
            date(2011, 3, 27),
            obtained="converted",
            caveat="A share with no count. None of 2021 is published here.",
        ),
    ),
    tables=(CENSUS_NO_CAR_2011,),
    read=read_census_no_car_2011,
)
