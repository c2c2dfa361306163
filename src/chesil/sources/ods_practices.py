"""ODS general practices (epraccur): every prescribing organisation, of which GP practices are one kind."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.ods import ODS_COLUMNS
from chesil.sources.reading import Wanted, pick_columns, read_text_table
from chesil.sources.source import OGL, Edition, Source

STATUSES = {
    "A": "active",
    "C": "closed",
    "D": "dormant",
    "P": "proposed",
    "ACTIVE": "active",
    "INACTIVE": "closed",
    "DORMANT": "dormant",
    "PROPOSED": "proposed",
}
GP_PRACTICE_SETTINGS = ("4", "RO76")
"""The prescribing setting of a GP practice, before and after the change to role codes."""

ODS_PRACTICES = TableContract(
    name="ods_practices",
    about="One row an organisation that prescribes; a GP practice is marked.",
    key=("practice_code",),
    columns=(
        Column("practice_code", "text", "ODS code"),
        Column("name", "text", "name as published"),
        Column("address", "text", "address lines", missing=True),
        Column("postcode", "text", "postcode", missing=True),
        Column("open_date", "date", "day it opened", missing=True),
        Column("close_date", "date", "day it closed", missing=True),
        Column("status", "text", "status", one_of=("active", "closed", "dormant", "proposed")),
        Column("commissioner_code", "text", "commissioner", missing=True),
        Column("is_gp_practice", "bool", "whether it is a GP practice"),
    ),
)

WANTED = (
    Wanted("practice_code", "text", ("code",)),
    Wanted("name", "text", ("name",)),
    Wanted("postcode", "text", ("postcode",)),
    Wanted("open_date", "date", ("open_date",), dates=("%Y%m%d",)),
    Wanted("close_date", "date", ("close_date",), dates=("%Y%m%d",)),
    Wanted("status", "text", ("status",)),
    Wanted("commissioner_code", "text", ("commissioner",)),
    Wanted("setting", "text", ("setting",)),
    *(Wanted(f"address_{n}", "text", (f"address_{n}",)) for n in range(1, 6)),
)


def read_ods_practices(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read epraccur, with the status letters of before 2025 or the words since."""
    table = pick_columns(read_text_table(path, columns=ODS_COLUMNS), WANTED, path, first_row=1)
    shaped = table.with_columns(
        pl.col("status").replace(STATUSES),
        pl.col("setting").is_in(GP_PRACTICE_SETTINGS).fill_null(False).alias("is_gp_practice"),
        pl.concat_str([f"address_{n}" for n in range(1, 6)], separator=", ", ignore_nulls=True).alias("address"),
    ).drop("setting", *(f"address_{n}" for n in range(1, 6)))
    return {"ods_practices": check_table(shaped, ODS_PRACTICES, path.name, first_row=1)}


SOURCE = Source(
    name="ods_practices",
    publisher="NHS England",
    publication="Organisation Data Service, GP practices (epraccur)",
    licence=OGL,
    landing_page="https://digital.nhs.uk/services/organisation-data-service/data-search-and-export/csv-downloads/"
    "gp-and-gp-practice-related-data",
    link_patterns=(r"epraccur\.(zip|csv)$",),
    editions=(
        Edition("practices/epraccur_2015-11.csv.gz", date(2015, 11, 27)),
        Edition("practices/epraccur_2023-02.csv.gz", date(2023, 2, 1)),
        Edition("practices/epraccur_2026-02.csv.gz", date(2026, 2, 3)),
    ),
    tables=(ODS_PRACTICES,),
    read=read_ods_practices,
)
