"""The layout that boundary files share: a GeoJSON feature collection with a code and a name."""

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from chesil.core.errors import InputRefused, Problem
from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import LAYOUT_WAY_OUT, file_bytes, refused
from chesil.sources.source import OGL, Edition, Source


def boundary_contract(name: str) -> TableContract:
    """The contract of a boundary file: code, name and the geometry as GeoJSON text."""
    return TableContract(
        name=name,
        about="One row an area.",
        key=("code",),
        columns=(
            Column("code", "text", "code of the area"),
            Column("name", "text", "its name"),
            Column("geometry", "text", "its Polygon or MultiPolygon, longitude and latitude, as GeoJSON text"),
        ),
    )


def read_boundaries(
    path: Path, contract: TableContract, code: tuple[str, ...], name: tuple[str, ...]
) -> Mapping[str, pl.DataFrame]:
    """Read a feature collection; refused if it is not one, or a feature lacks its code or polygon."""
    try:
        features = json.loads(file_bytes(path))["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise refused(path, "this is not a whole GeoJSON feature collection", "", "Fetch it again") from error
    rows, problems = [], []
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties") or {}
        geometry = feature.get("geometry") or {}
        its_code = next((properties[c] for c in code if c in properties), None)
        if its_code is None:
            problems.append(Problem(f"no property {' or '.join(code)}", f"{path.name} feature {number}"))
        elif geometry.get("type") not in ("Polygon", "MultiPolygon"):
            problems.append(Problem(f"{its_code} has no polygon", f"{path.name} feature {number}"))
        else:
            its_name = next((properties[n] for n in name if n in properties), its_code)
            rows.append((its_code, its_name, json.dumps(geometry, separators=(",", ":"))))
    if problems:
        raise InputRefused(f"{path.name} cannot be read", problems[:20], LAYOUT_WAY_OUT)
    table = pl.DataFrame(rows, schema=["code", "name", "geometry"], orient="row")
    return {contract.name: check_table(table, contract, path.name, first_row=1)}


def boundary_source(
    name: str,
    title: str,
    code: tuple[str, ...],
    named: tuple[str, ...],
    editions: tuple[Edition, ...],
    contract: TableContract,
) -> Source:
    """The card of a boundary file."""
    return Source(
        name=name,
        publisher="Office for National Statistics",
        publication=title,
        licence=OGL,
        landing_page="https://geoportal.statistics.gov.uk/",
        link_patterns=(r".*\.geojson$",),
        editions=editions,
        tables=(contract,),
        read=lambda path: read_boundaries(path, contract, code, named),
        attribution="Contains OS data © Crown copyright and database right.",
    )
