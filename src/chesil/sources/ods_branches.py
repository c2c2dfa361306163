"""ODS branch surgeries (ebranchs): the further premises of each practice."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.ods import ODS_COLUMNS
from chesil.sources.reading import Wanted, pick_columns, read_text_table
from chesil.sources.source import OGL, Edition, Source

ODS_BRANCHES = TableContract(
    name="ods_branches",
    about="One row a branch surgery.",
    key=("site_code",),
    columns=(
        Column("site_code", "text", "ODS code of the branch"),
        Column("name", "text", "name as published"),
        Column("postcode", "text", "postcode", missing=True),
        Column("practice_code", "text", "practice it belongs to"),
        Column("open_date", "date", "day it opened", missing=True),
        Column("close_date", "date", "day it closed", missing=True),
    ),
)

WANTED = (
    Wanted("site_code", "text", ("code",)),
    Wanted("name", "text", ("name",)),
    Wanted("postcode", "text", ("postcode",)),
    Wanted("practice_code", "text", ("commissioner",)),
    Wanted("open_date", "date", ("open_date",), dates=("%Y%m%d",)),
    Wanted("close_date", "date", ("close_date",), dates=("%Y%m%d",)),
)


def read_ods_branches(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read ebranchs; raises `InputRefused` with every fault."""
    table = pick_columns(read_text_table(path, columns=ODS_COLUMNS), WANTED, path, first_row=1)
    return {"ods_branches": check_table(table, ODS_BRANCHES, path.name, first_row=1)}


SOURCE = Source(
    name="ods_branches",
    publisher="NHS England",
    publication="Organisation Data Service, branch surgeries (ebranchs)",
    licence=OGL,
    landing_page="https://digital.nhs.uk/services/organisation-data-service/data-search-and-export/csv-downloads/"
    "gp-and-gp-practice-related-data",
    link_patterns=(r"ebranchs\.(zip|csv)$",),
    editions=(
        Edition(
            "practices/ebranchs_2017-08.csv.gz",
            date(2017, 8, 1),
            caveat="About August 2017; branches since then are not known. No sizes.",
        ),
    ),
    tables=(ODS_BRANCHES,),
    read=read_ods_branches,
)
