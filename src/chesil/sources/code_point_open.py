"""Code-Point Open: where every live postcode of Great Britain is."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.errors import InputRefused, Problem
from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import LAYOUT_WAY_OUT, refused
from chesil.sources.source import OGL, Edition, Source

COLUMNS = (
    "postcode",
    "quality",
    "easting",
    "northing",
    "country",
    "nhs_regional",
    "nhs",
    "county",
    "district",
    "ward",
)

NO_POSITION = 90
"""The quality of a postcode with no position, whose easting and northing are printed as nought."""

CODE_POINT_OPEN = TableContract(
    name="code_point_open",
    about="One row a live postcode of Great Britain.",
    key=("postcode",),
    columns=(
        Column("postcode", "text", "postcode with one space"),
        Column("quality", "int", "positional quality, 10 is best", low=0, high=90),
        Column("easting", "int", "easting", "metres", missing=True, low=0, high=800_000),
        Column("northing", "int", "northing", "metres", missing=True, low=0, high=1_300_000),
        Column("country", "text", "country"),
    ),
)


def read_code_point_open(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read every area's file in the archive; one with other columns than ten refuses the whole."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted(n for n in archive.namelist() if n.startswith("Data/CSV/") and n.endswith(".csv"))
            contents = [archive.read(member) for member in members]
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise refused(path, "the archive is cut short or damaged", "", "Fetch it again") from error
    if not members:
        raise refused(path, "there is no file under Data/CSV", "", LAYOUT_WAY_OUT)
    problems = [
        Problem(f"{fields} columns, not {len(COLUMNS)}", f"{path.name}, {member}")
        for member, content in zip(members, contents, strict=True)
        if (fields := content.split(b"\n", 1)[0].count(b",") + 1) != len(COLUMNS)
    ]
    if problems:
        raise InputRefused(f"{path.name} cannot be read", problems, LAYOUT_WAY_OUT)
    try:
        table = pl.read_csv(
            io.BytesIO(b"".join(c if c.endswith(b"\n") else c + b"\n" for c in contents)),
            has_header=False,
            schema=dict.fromkeys(COLUMNS, pl.String),
        ).with_columns(pl.col("quality", "easting", "northing").cast(pl.Int64))
    except pl.exceptions.PolarsError as error:
        raise refused(path, str(error).splitlines()[0], "", LAYOUT_WAY_OUT) from error
    bare = pl.col("postcode").str.replace_all(" ", "")
    table = table.with_columns(
        pl.concat_str(bare.str.head(-3), pl.lit(" "), bare.str.tail(3)).alias("postcode"),
        pl.when(pl.col("quality") != NO_POSITION).then(pl.col("easting", "northing")),
    )
    table = table.select(CODE_POINT_OPEN.names)
    return {"code_point_open": check_table(table, CODE_POINT_OPEN, path.name)}


SOURCE = Source(
    name="code_point_open",
    publisher="Ordnance Survey",
    publication="Code-Point Open",
    licence=OGL,
    landing_page="https://osdatahub.os.uk/downloads/open/CodePointOpen",
    link_patterns=(r"codepo_gb.*\.zip$",),
    editions=(
        Edition(
            "geography/code_point_open_2025-04.zip",
            date(2025, 4, 22),
            covers="Great Britain",
            caveat="Live postcodes only, with no small area.",
        ),
    ),
    tables=(CODE_POINT_OPEN,),
    read=read_code_point_open,
    attribution="Contains OS data © Crown copyright and database right; Royal Mail data © Royal Mail copyright and "
    "database right; National Statistics data © Crown copyright and database right.",
)
