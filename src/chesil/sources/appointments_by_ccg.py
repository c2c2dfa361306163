"""Appointments in general practice by month, status, staff, mode and wait (Dorset CCG, 2019 to 2021)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

APPOINTMENTS_BY_CCG = TableContract(
    name="appointments_by_ccg",
    about="One row a month, status, staff group, mode and wait.",
    key=(
        "month",
        "status",
        "staff",
        "mode",
        "booking_wait",
    ),
    columns=(
        Column("month", "date", "first day of the month"),
        Column("status", "text", "attended, did not attend or unknown"),
        Column("staff", "text", "kind of staff"),
        Column("mode", "text", "face to face, telephone, home visit, ..."),
        Column("booking_wait", "text", "days between booking and appointment"),
        Column("appointments", "int", "appointments", unit="appointments", low=0),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "month": "Appointment_Month",
    "status": "APPT_STATUS",
    "staff": "HCP_TYPE",
    "mode": "APPT_MODE",
    "booking_wait": "TIME_BETWEEN_BOOK_AND_APPT",
    "appointments": "COUNT_OF_APPOINTMENTS",
}


def read_appointments_by_ccg(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"appointments_by_ccg": read_as(path, APPOINTMENTS_BY_CCG, PUBLISHED_AS)}


SOURCE = Source(
    name="appointments_by_ccg",
    publisher="NHS England",
    publication="Appointments in general practice, regional",
    licence=OGL,
    landing_page="https://digital.nhs.uk/data-and-information/publications/statistical/appointments-in-general-practice",
    link_patterns=(r"Regional.*\.zip$",),
    editions=(Edition("access/gpad_ccg_monthly_2019-2021_dorset.csv.gz", date(2021, 8, 31), covers="Dorset"),),
    tables=(APPOINTMENTS_BY_CCG,),
    read=read_appointments_by_ccg,
)
