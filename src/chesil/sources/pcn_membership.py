"""PCN membership (ePCN): which practices belong to which primary care network, and since when."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import Wanted, pick_columns
from chesil.sources.source import OGL, Edition, Source
from chesil.sources.workbooks import read_published

SHEET = "PCN Core Partner Details"

PCN_MEMBERSHIP = TableContract(
    name="pcn_membership",
    about="One row a practice, network and day of joining; a practice may have left.",
    key=("practice_code", "pcn_code", "joined"),
    columns=(
        Column("practice_code", "text", "ODS code of the practice"),
        Column("practice_name", "text", "name as published"),
        Column("sub_icb_code", "text", "sub-ICB location of the practice", missing=True),
        Column("pcn_code", "text", "primary care network"),
        Column("pcn_name", "text", "its name"),
        Column("joined", "date", "day the practice joined"),
        Column("left", "date", "day it left", missing=True),
    ),
)

WANTED = (
    Wanted("practice_code", "text", ("Partner Organisation Code",)),
    Wanted("practice_name", "text", ("Partner Name",)),
    Wanted("sub_icb_code", "text", ("Practice Parent Sub ICB Loc Code", "Practice Parent CCG Code")),
    Wanted("pcn_code", "text", ("PCN Code",)),
    Wanted("pcn_name", "text", ("PCN Name",)),
    Wanted("joined", "date", ("Practice to PCN Relationship Start Date",), dates=("%Y%m%d",)),
    Wanted("left", "date", ("Practice to PCN Relationship End Date",), dates=("%Y%m%d",)),
)


def read_pcn_membership(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the core partners of an ePCN workbook; raises `InputRefused` with every fault."""
    text, first_row = read_published(path, "Partner Organisation Code", SHEET)
    text = text.filter(pl.any_horizontal(pl.all() != ""))
    table = pick_columns(text, WANTED, path, first_row=first_row).unique(maintain_order=True)
    return {"pcn_membership": check_table(table, PCN_MEMBERSHIP, path.name, first_row)}


SOURCE = Source(
    name="pcn_membership",
    publisher="NHS England",
    publication="Organisation Data Service, primary care networks (ePCN)",
    licence=OGL,
    landing_page="https://digital.nhs.uk/services/organisation-data-service/data-search-and-export/csv-downloads/"
    "gp-and-gp-practice-related-data",
    link_patterns=(r"ePCN\.(zip|xlsx)$",),
    editions=(
        Edition("practices/epcn_2023-02.xlsx", date(2023, 1, 26)),
        Edition(
            "practices/epcn_2024-10.xlsx",
            date(2024, 10, 1),
            caveat="Taken in February 2026, but its newest change is of October 2024: not a membership of 2026.",
        ),
    ),
    tables=(PCN_MEMBERSHIP,),
    read=read_pcn_membership,
)
