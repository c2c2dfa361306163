"""The layout that the Geographic Data Service's health site files share: one row a postcode of a service."""

from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import Wanted, pick_columns, read_parquet_columns
from chesil.sources.source import OGL, Edition, Source

LANDING_PAGE = "https://data.geods.ac.uk/dataset/access-to-healthy-assets-hazards-ahah"
NAMES = {"name": "Name", "postcode": "Postcode", "latitude": "Latitude", "longitude": "Longitude"}


def site_contract(name: str, kind: str) -> TableContract:
    """The contract of a file of sites of one kind."""
    return TableContract(
        name=name,
        about=f"One row a {kind} in Great Britain, at its postcode.",
        key=("name", "postcode"),
        columns=(
            Column("name", "text", "name as published; several at one postcode are joined by a bar"),
            Column("postcode", "text", "postcode with one space"),
            Column("latitude", "float", "degrees north", "degrees", missing=True, low=49, high=61),
            Column("longitude", "float", "degrees east", "degrees", missing=True, low=-9, high=2),
        ),
    )


def read_sites(path: Path, contract: TableContract) -> pl.DataFrame:
    """Read a file of sites; the same name at the same postcode is read once."""
    wanted = [Wanted(n, "text" if n in ("name", "postcode") else "float", (p,)) for n, p in NAMES.items()]
    bare = pl.col("postcode").str.replace_all(" ", "").str.to_uppercase()
    table = (
        pick_columns(read_parquet_columns(path, NAMES), wanted, path)
        .with_columns(pl.concat_str(bare.str.head(-3), pl.lit(" "), bare.str.tail(3)).alias("postcode"))
        .unique(["name", "postcode"], keep="first", maintain_order=True)
    )
    return check_table(table, contract, path.name)


def site_source(name: str, title: str, file: str, edition: Edition, contract: TableContract) -> Source:
    """The card of a file of sites."""
    return Source(
        name=name,
        publisher="Geographic Data Service (from NHS England)",
        publication=f"Access to Healthy Assets and Hazards, version 5, {title}",
        licence=OGL,
        landing_page=LANDING_PAGE,
        link_patterns=(file,),
        editions=(edition,),
        tables=(contract,),
        read=lambda path: {name: read_sites(path, contract)},
        attribution="Access to Healthy Assets and Hazards, Geographic Data Service",
    )
