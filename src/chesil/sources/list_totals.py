"""Patients registered at each practice: totals on the first of a month."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

LIST_TOTALS = TableContract(
    name="list_totals",
    about="One row a practice.",
    key=("practice_code",),
    columns=(
        Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}"),
        Column("extract_date", "date", "day of the list"),
        Column("postcode", "text", "postcode of the practice", missing=True),
        Column("sub_icb_code", "text", "sub-ICB location (CCG before July 2022)"),
        Column("patients", "int", "registered patients", unit="patients", low=0),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "practice_code": (
        "CODE",
        "ORG_CODE",
    ),
    "extract_date": "EXTRACT_DATE",
    "postcode": "POSTCODE",
    "sub_icb_code": (
        "SUB_ICB_LOCATION_CODE",
        "CCG_CODE",
    ),
    "patients": "NUMBER_OF_PATIENTS",
}


def read_list_totals(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"list_totals": read_as(path, LIST_TOTALS, PUBLISHED_AS)}


SOURCE = Source(
    name="list_totals",
    publisher="NHS England",
    publication="Patients registered at a GP practice, totals",
    licence=OGL,
    landing_page="https://digital.nhs.uk/data-and-information/publications/statistical/patients-registered-at-a-gp-practice",
    link_patterns=(r"gp-reg-pat-prac-all.*\.csv$",),
    editions=(
        Edition("lists/gp_list_totals_2021-01.csv.gz", date(2021, 1, 1)),
        Edition("lists/gp_list_totals_2025-10.csv.gz", date(2025, 10, 1)),
        Edition("lists/gp_list_totals_2025-11.csv.gz", date(2025, 11, 1)),
        Edition("lists/gp_list_totals_2025-12.csv.gz", date(2025, 12, 1)),
        Edition("lists/gp_list_totals_2026-01.csv.gz", date(2026, 1, 1)),
        Edition("lists/gp_list_totals_2026-03.csv.gz", date(2026, 3, 1)),
    ),
    tables=(LIST_TOTALS,),
    read=read_list_totals,
)
