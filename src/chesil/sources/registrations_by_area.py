"""Patients registered at each practice by small area of residence (LSOA 2011)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

REGISTRATIONS_BY_AREA = TableContract(
    name="registrations_by_area",
    about="One row a practice and area; areas outside England keep their codes, NO2011 is no known area.",
    key=(
        "practice_code",
        "lsoa11",
    ),
    columns=(
        Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}"),
        Column("lsoa11", "text", "small area of residence"),
        Column("patients", "int", "registered patients", unit="patients", low=0),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "practice_code": (
        "OrganisationCode",
        "PRACTICE_CODE",
    ),
    "lsoa11": (
        "LSOA11CD",
        "LSOA_CODE",
        "LSOA_2011",
    ),
    "patients": (
        "Patient",
        "NUMBER_OF_PATIENTS",
        "Number of Patients",
    ),
}


def read_registrations_by_area(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"registrations_by_area": read_as(path, REGISTRATIONS_BY_AREA, PUBLISHED_AS, member="lsoa-all")}


SOURCE = Source(
    name="registrations_by_area",
    publisher="NHS England",
    publication="Patients registered at a GP practice, by LSOA",
    licence=OGL,
    landing_page="https://digital.nhs.uk/data-and-information/publications/statistical/patients-registered-at-a-gp-practice",
    link_patterns=(r"gp-reg-pat-prac-lsoa.*\.(zip|csv)$",),
    editions=(Edition("lists/gp_registrations_lsoa11_2022-07.parquet", date(2022, 7, 1), obtained="converted"),),
    tables=(REGISTRATIONS_BY_AREA,),
    read=read_registrations_by_area,
)
