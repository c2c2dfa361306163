"""Hospitals as NHS.UK listed them about the start of 2021."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import LAYOUT_WAY_OUT, Wanted, file_bytes, pick_columns, read_text_table, refused
from chesil.sources.source import OGL, Edition, Source

NHSUK_HOSPITALS = TableContract(
    name="nhsuk_hospitals",
    about="One row a hospital; closed ones may remain.",
    key=("site_code",),
    columns=(
        Column("site_code", "text", "code of the hospital"),
        Column("name", "text", "name as published"),
        Column("sector", "text", "NHS or independent, as published", one_of=("NHS Sector", "Independent Sector")),
        Column("sub_type", "text", "kind of hospital as published; UNKNOWN for a fifth of them", missing=True),
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
    Wanted("sub_type", "text", ("SubType",)),
    Wanted("postcode", "text", ("Postcode",)),
    Wanted("latitude", "float", ("Latitude",)),
    Wanted("longitude", "float", ("Longitude",)),
    Wanted("parent_code", "text", ("ParentODSCode",)),
    Wanted("parent_name", "text", ("ParentName",)),
)


NOT_SIGN = "¬".encode("cp1252")


def read_nhsuk_hospitals(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the list as copied (a comma between fields) or as the site gives it (a not sign between fields)."""
    content = file_bytes(path)
    if NOT_SIGN in content.split(b"\n", 1)[0]:
        text = _between_not_signs(content)
    else:
        text = _with_a_number_in_front(path, content)
    table = pick_columns(text, WANTED, path)
    return {"nhsuk_hospitals": check_table(table, NHSUK_HOSPITALS, path.name, first_row=2)}


def _with_a_number_in_front(path: Path, content: bytes) -> pl.DataFrame:
    """The copy's rows have an unnamed number in front that its header does not know of."""
    header = content.split(b"\n", 1)[0].decode("utf-8-sig", errors="replace").strip()
    names = ["row", *(h.strip('", ') for h in header.split(",")[:21]), "fax"]
    if "OrganisationCode" not in names:
        raise refused(path, "the first line is not the list's header", "", LAYOUT_WAY_OUT)
    return read_text_table(path, columns=names, skip_rows=1)


def _between_not_signs(content: bytes) -> pl.DataFrame:
    """The site's own file: Windows text, fields kept apart by a not sign, nothing quoted."""
    rows = [line.split("¬") for line in content.decode("cp1252", errors="replace").splitlines() if line.strip()]
    columns = {name: [row[k] if k < len(row) else "" for row in rows[1:]] for k, name in enumerate(rows[0])}
    return pl.DataFrame(columns, schema=dict.fromkeys(rows[0], pl.String))


SOURCE = Source(
    name="nhsuk_hospitals",
    publisher="NHS Digital",
    publication="NHS.UK hospital list",
    licence=OGL,
    landing_page="https://www.nhs.uk/about-us/nhs-website-datasets/",
    link_patterns=(r"Hospital\.csv$",),
    editions=(
        Edition(
            "services/nhsuk_hospitals_2021.csv.gz",
            date(2021, 1, 1),
            caveat="Date inferred. Trust codes of before mergers; closed hospitals remain; some NHS sites are labelled "
            "independent.",
        ),
    ),
    tables=(NHSUK_HOSPITALS,),
    read=read_nhsuk_hospitals,
)
