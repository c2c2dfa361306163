"""Census 2011: share of people with long-term illness or disability."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.census_2011 import read_share_2011
from chesil.sources.source import OGL, Edition, Source

CENSUS_LONG_TERM_ILLNESS_2011 = TableContract(
    name="census_long_term_illness_2011",
    about="One row a small area.",
    key=("lsoa11",),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        Column("illness_share", "float", "share of people with long-term illness or disability", low=0, high=1),
    ),
)

PARTS = (
    "Disability: Day-to-day activities limited a lot",
    "Disability: Day-to-day activities limited a little",
)
WHOLE = "Disability: All categories: Long-term health problem or disability"
"""Headings of the publisher's bulk file, from whose counts the share is worked out."""


def read_census_long_term_illness_2011(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {
        "census_long_term_illness_2011": read_share_2011(
            path, CENSUS_LONG_TERM_ILLNESS_2011, "illness_disability", PARTS, WHOLE
        )
    }


SOURCE = Source(
    name="census_long_term_illness_2011",
    publisher="Office for National Statistics",
    publication="Census 2011, long-term health problem or disability",
    licence=OGL,
    landing_page="https://www.nomisweb.co.uk/census/2011/qs303ew",
    link_patterns=(r".*\.csv$",),
    editions=(
        Edition(
            "population/census_long_term_illness_lsoa11_2011.csv.gz",
            date(2011, 3, 27),
            obtained="converted",
            caveat="A share with no count.",
        ),
    ),
    tables=(CENSUS_LONG_TERM_ILLNESS_2011,),
    read=read_census_long_term_illness_2011,
)
