"""Online consultations: submissions by practice, February 2026."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import Wanted, pick_columns
from chesil.sources.source import OGL, Edition, Source
from chesil.sources.workbooks import read_published

BLANK = ("", "-", "*", "NULL")

ONLINE_CONSULTATIONS = TableContract(
    name="online_consultations",
    about="One row a practice.",
    key=("practice_code",),
    columns=(
        Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}"),
        Column("month", "date", "first day of the month"),
        Column("supplier", "text", "supplier of the system", missing=True),
        Column("submissions", "int", "submissions", "submissions", missing=True, low=0),
        Column("clinical", "int", "of these clinical", "submissions", missing=True, low=0),
        Column("administrative", "int", "of these administrative", "submissions", missing=True, low=0),
        Column("registered_patients", "int", "registered patients", "patients", missing=True, low=0),
    ),
)

WANTED = (
    Wanted("practice_code", "text", ("GP Code",)),
    Wanted("month", "date", ("Month",)),
    Wanted("supplier", "text", ("Supplier",)),
    Wanted("submissions", "int", ("Submissions",), blank=BLANK),
    Wanted("clinical", "int", ("Clinical Submissions",), blank=BLANK),
    Wanted("administrative", "int", ("Administrative Submissions",), blank=BLANK),
    Wanted("registered_patients", "int", ("Registered Patient Count",), blank=BLANK),
)


def read_online_consultations(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the practice rows of Table 2; footnote numbers are taken off the headings."""
    text, first_row = read_published(path, "Month [1]", "Table 2")
    text = text.rename({c: c.split(" [")[0] for c in text.columns})
    is_practice = pl.col("GP Code").str.contains("^[A-Z][A-Z0-9][0-9]{4}$")
    table = pick_columns(text.filter(is_practice), WANTED, path, first_row=first_row)
    return {"online_consultations": check_table(table, ONLINE_CONSULTATIONS, path.name, first_row)}


SOURCE = Source(
    name="online_consultations",
    publisher="NHS England",
    publication="Submissions via Online Consultation Systems in General Practice",
    licence=OGL,
    landing_page="https://digital.nhs.uk/data-and-information/publications/statistical/submissions-via-online-consultation-systems-in-general-practice",
    link_patterns=(r"Submissions.*OC.*\.xlsx$",),
    editions=(Edition("access/online_consultations_2026-02.xlsx", date(2026, 2, 28)),),
    tables=(ONLINE_CONSULTATIONS,),
    read=read_online_consultations,
)
