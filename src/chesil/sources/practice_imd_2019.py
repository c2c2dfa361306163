"""Deprivation score (IMD 2019) of each practice's patients, as published."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.sources.fingertips import practice_imd_contract, read_practice_imd
from chesil.sources.source import OGL, Edition, Source

PRACTICE_IMD_2019 = practice_imd_contract(2019)


def read_practice_imd_2019(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"practice_imd_2019": read_practice_imd(path, PRACTICE_IMD_2019, indicator=93553, year=2019)}


SOURCE = Source(
    name="practice_imd_2019",
    publisher="Office for Health Improvement and Disparities",
    publication="Fingertips indicator 93553, deprivation score (IMD 2019)",
    licence=OGL,
    landing_page="https://fingertips.phe.org.uk/profile/general-practice",
    link_patterns=(r"indicator-data\.csv$",),
    editions=(
        Edition(
            "deprivation/practice_imd_2019.csv.gz",
            date(2019, 9, 26),
            caveat="The mean over where patients live, worked out by the publisher; downloaded in July 2022.",
        ),
    ),
    tables=(PRACTICE_IMD_2019,),
    read=read_practice_imd_2019,
)
