"""General practice workforce: yearly mean of fully qualified GPs by practice, 2016 to 2024."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

GP_FTE_HISTORY = TableContract(
    name="gp_fte_history",
    about="One row a practice and year (by its end).",
    key=(
        "practice_code",
        "year",
    ),
    columns=(
        Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}"),
        Column("year", "int", "financial year by its end", low=2000),
        Column("patients", "float", "mean registered patients", unit="patients", missing=True, low=0),
        Column(
            "gp_headcount",
            "float",
            "mean fully qualified GPs, without trainees and locums",
            unit="people",
            missing=True,
            low=0,
        ),
        Column("gp_fte", "float", "the same in full-time equivalents", unit="FTE", missing=True, low=0),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "practice_code": "Practice.Code",
    "year": "Year",
    "patients": "TOTAL_PATIENTS",
    "gp_headcount": "TOTAL_GP_EXTGL_HC",
    "gp_fte": "TOTAL_GP_EXTGL_FTE",
}


def read_gp_fte_history(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"gp_fte_history": read_as(path, GP_FTE_HISTORY, PUBLISHED_AS)}


SOURCE = Source(
    name="gp_fte_history",
    publisher="Health Equity Evidence Centre (from NHS England)",
    publication="General Practice Workforce by practice, yearly means",
    licence=OGL,
    landing_page="https://digital.nhs.uk/data-and-information/publications/statistical/general-and-personal-medical-services",
    link_patterns=(r"workforce_year\.csv$",),
    editions=(Edition("workforce/gp_fte_by_practice_2016-2024.csv.gz", date(2024, 3, 31), obtained="derived"),),
    tables=(GP_FTE_HISTORY,),
    read=read_gp_fte_history,
)
