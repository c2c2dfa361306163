"""Estimated share of each practice's patients in ethnic groups other than white."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

PRACTICE_ETHNICITY = TableContract(
    name="practice_ethnicity",
    about="One row a practice.",
    key=("practice_code",),
    columns=(
        Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}"),
        Column(
            "non_white_patients",
            "float",
            "estimated patients in ethnic groups other than white",
            unit="patients",
            low=0,
            missing=True,
        ),
        Column("patients", "int", "registered patients", unit="patients", low=0, missing=True),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "practice_code": "practice_code",
    "non_white_patients": "non_white_popn",
    "patients": "reg_popn",
}


def read_practice_ethnicity(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"practice_ethnicity": read_as(path, PRACTICE_ETHNICITY, PUBLISHED_AS)}


SOURCE = Source(
    name="practice_ethnicity",
    publisher="blackwellrd (from NHS England and ONS)",
    publication="Practice ethnicity from registrations by area and Census 2021",
    licence=OGL,
    landing_page="https://github.com/blackwellrd/practice_pcn_ethnicity",
    link_patterns=(r"practice_ethnicity\.csv$",),
    editions=(
        Edition(
            "population/practice_ethnicity_2023-02.csv.gz",
            date(2023, 2, 1),
            obtained="derived",
            caveat="Estimated from where patients live, not recorded ethnicity.",
        ),
    ),
    tables=(PRACTICE_ETHNICITY,),
    read=read_practice_ethnicity,
)
