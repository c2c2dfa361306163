"""Deprivation score (IMD 2025) of each practice's patients, as published."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.sources.fingertips import practice_imd_contract, read_practice_imd
from chesil.sources.source import OGL, Edition, Source

PRACTICE_IMD_2025 = practice_imd_contract(2025)


def read_practice_imd_2025(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"practice_imd_2025": read_practice_imd(path, PRACTICE_IMD_2025, indicator=94240, year=2025)}


SOURCE = Source(
    name="practice_imd_2025",
    publisher="Office for Health Improvement and Disparities",
    publication="Fingertips indicator 94240, deprivation score (IMD 2025)",
    licence=OGL,
    landing_page="https://fingertips.phe.org.uk/profile/general-practice",
    link_patterns=(r"imd-2025.*\.csv$",),
    editions=(
        Edition(
            "deprivation/practice_imd_2025.csv.gz",
            date(2025, 10, 30),
            caveat="The mean over where patients live; an extract through the publisher's interface.",
        ),
    ),
    tables=(PRACTICE_IMD_2025,),
    read=read_practice_imd_2025,
)
