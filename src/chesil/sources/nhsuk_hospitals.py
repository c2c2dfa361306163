"""Hospitals as NHS.UK listed them about the start of 2021."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import Wanted, file_bytes, pick_columns, read_text_table, refused
from chesil.sources.source import OGL, Edition, Source

NHSUK_HOSPITALS = TableContract(
    name="nhsuk_hospitals",
    about="One row a hospital; closed ones may remain.",
    key=("site_code",),
    columns=(
        Column("site_code", "text", "code of the hospital"),
        Column("name", "text", "name as published"),
        Column("sector", "text", "NHS or independent"),
        Column("postcode", "text", "postcode", missing=True),
        Column("latitude", "float", "degrees north", "degrees", missing=True),
        Column("longitude", "float", "degrees east", "degrees", missing=True),
        Column("parent_code", "text", "trust or company", missing=True),
        Column("parent_name", "text", "its name", missing=True),
    ),
)

WANTED = (
    Wanted("site_code", "text", ("OrganisationCode",)),
    Wanted("name", "text", ("OrganisationName",)),
    Wanted("sector", "text", ("Sector",)),
    Wanted("postcode", "text", ("Postcode",)),
    Wanted("latitude", "float", ("Latitude",)),
    Wanted("longitude", "float", ("Longitude",)),
    Wanted("parent_code", "text", ("ParentODSCode",)),
    Wanted("parent_name", "text", ("ParentName",)),
)


def read_nhsuk_hospitals(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the list. Its rows have an unnamed number in front that its header does not know of."""
    header = file_bytes(path).split(b"\n", 1)[0].decode("utf-8-sig").strip()
    names = ["row", *(h.strip('", ') for h in header.split(",")[:21]), "fax"]
    if "OrganisationCode" not in names:
        raise refused(path, "the first line is not the list's header")
    text = read_text_table(path, columns=names, skip_rows=1)
    table = pick_columns(text, WANTED, path).unique("site_code", keep="first", maintain_order=True)
    return {"nhsuk_hospitals": check_table(table, NHSUK_HOSPITALS, path.name)}


SOURCE = Source(
    name="nhsuk_hospitals",
    publisher="NHS Digital",
    publication="NHS.UK hospital list",
    licence=OGL,
    landing_page="https://www.nhs.uk/about-us/nhs-website-datasets/",
    link_patterns=(r"Hospital\.csv$",),
    editions=(
        Edition(
            "services/nhsuk_hospitals_2021.csv.gz", date(2021, 1, 1), caveat="Date inferred; before trust mergers."
        ),
    ),
    tables=(NHSUK_HOSPITALS,),
    read=read_nhsuk_hospitals,
)
