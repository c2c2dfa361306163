"""Deprivation score (IMD 2025) of each practice's patients, as published."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

PRACTICE_IMD_2025 = TableContract(
    name="practice_imd_2025",
    about="One row a practice.",
    key=("practice_code",),
    columns=(
        Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}"),
        Column("imd_score", "float", "mean IMD 2025 score of the practice's patients", unit="score"),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "practice_code": (
        "PRACTICE_CODE",
        "Area Code",
    ),
    "imd_score": (
        "IMD_SCORE",
        "Value",
    ),
}


def read_practice_imd_2025(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {
        "practice_imd_2025": read_as(
            path, PRACTICE_IMD_2025, PUBLISHED_AS, keep=~pl.col("practice_code").str.starts_with("E92")
        )
    }


SOURCE = Source(
    name="practice_imd_2025",
    publisher="Office for Health Improvement and Disparities",
    publication="Fingertips indicator 94240, deprivation score (IMD 2025)",
    licence=OGL,
    landing_page="https://fingertips.phe.org.uk/profile/general-practice",
    link_patterns=(r"imd-2025.*\.csv$",),
    editions=(Edition("deprivation/practice_imd_2025.csv.gz", date(2025, 10, 30)),),
    tables=(PRACTICE_IMD_2025,),
    read=read_practice_imd_2025,
)
