"""Primary care network workforce: staff employed through each network, by role."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import Wanted, pick_columns, read_text_table
from chesil.sources.source import OGL, Edition, Source

KEY = ("pcn_code", "staff_group", "staff_role", "detailed_role")

PCN_WORKFORCE = TableContract(
    name="pcn_workforce",
    about="One row a network and detailed role, records of persons added up.",
    key=KEY,
    columns=(
        Column("pcn_code", "text", "primary care network"),
        Column("staff_group", "text", "staff group as published"),
        Column("staff_role", "text", "role as published"),
        Column("detailed_role", "text", "detailed role as published"),
        Column("fte", "float", "full-time equivalents", "FTE", low=0),
        Column("staff_records", "int", "records", "records", low=1),
    ),
)

WANTED = (
    Wanted("pcn_code", "text", ("PCN_CODE",)),
    Wanted("staff_group", "text", ("STAFF_GROUP",)),
    Wanted("staff_role", "text", ("STAFF_ROLE",)),
    Wanted("detailed_role", "text", ("DETAILED_STAFF_ROLE",)),
    Wanted("fte", "float", ("FTE",)),
)


def read_pcn_workforce(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the individual-level file and add it up by role; identifiers of records are not kept."""
    records = pick_columns(read_text_table(path, member="Individual"), WANTED, path)
    table = (
        records.sort([*KEY, "fte"])
        .group_by(KEY, maintain_order=True)
        .agg(pl.col("fte").sum(), pl.len().cast(pl.Int64).alias("staff_records"))
    )
    return {"pcn_workforce": check_table(table, PCN_WORKFORCE, path.name)}


SOURCE = Source(
    name="pcn_workforce",
    publisher="NHS England",
    publication="Primary Care Network Workforce",
    licence=OGL,
    landing_page="https://digital.nhs.uk/data-and-information/publications/statistical/primary-care-workforce-quarterly-update",
    link_patterns=(r"PCNWFIndividualCSV.*\.zip$", r"PCN.*Individual.*\.zip$"),
    editions=(Edition("workforce/pcn_workforce_2026-06.zip", date(2026, 6, 30)),),
    tables=(PCN_WORKFORCE,),
    read=read_pcn_workforce,
)
