"""Cloud-based telephony: inbound calls to practices by outcome, February 2026."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import Wanted, pick_columns
from chesil.sources.source import OGL, Edition, Source
from chesil.sources.workbooks import read_published

TELEPHONY = TableContract(
    name="telephony",
    about="One row a practice that takes part.",
    key=("practice_code",),
    columns=(
        Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}"),
        Column("month", "date", "first day of the month"),
        Column("calls", "int", "inbound calls", "calls", missing=True, low=0),
        Column("answered", "int", "calls answered", "calls", missing=True, low=0),
        Column("ended_at_menu", "int", "calls ended at the menu", "calls", missing=True, low=0),
    ),
)

WANTED = (
    Wanted("practice_code", "text", ("GP Practice (ODS_CODE)",)),
    Wanted("month", "date", ("Month [1]",)),
    Wanted("calls", "int", ("Count of Inbound calls",), blank=("", "-", "*")),
    Wanted("answered", "int", ("Answered",), blank=("", "-", "*")),
    Wanted(
        "ended_at_menu",
        "int",
        ("Ended during the IVR Stage [4]", "Ended during the IVR Stage"),
        blank=("", "-", "*"),
    ),
)


def read_telephony(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the practice rows of Table 3."""
    text, first_row = read_published(path, "Month [1]", "Table 3")
    text = text.rename({c: _ended(c) for c in text.columns if c.startswith("Ended during the IVR")})
    is_practice = pl.col("GP Practice (ODS_CODE)").str.contains("^[A-Z][A-Z0-9][0-9]{4}$")
    table = pick_columns(text.filter(is_practice), WANTED, path, first_row=first_row)
    return {"telephony": check_table(table, TELEPHONY, path.name, first_row)}


def _ended(header: str) -> str:
    return "Ended during the IVR Stage" if "(" not in header else header


SOURCE = Source(
    name="telephony",
    publisher="NHS England",
    publication="Cloud Based Telephony data in General Practice",
    licence=OGL,
    landing_page="https://digital.nhs.uk/data-and-information/publications/statistical/cloud-based-telephony-data-in-general-practice",
    link_patterns=(r"Cloud.*Telephony.*\.xlsx$",),
    editions=(
        Edition(
            "access/cloud_telephony_2026-02.xlsx", date(2026, 2, 28), caveat="A new collection; not all take part."
        ),
    ),
    tables=(TELEPHONY,),
    read=read_telephony,
)
