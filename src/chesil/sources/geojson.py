"""The layout that boundary files share: a GeoJSON feature collection with a code and a name."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
    """Read the features of England; refused if it is no feature collection, or one lacks its code or polygon."""
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
        elif not str(its_code).startswith("E"):
            continue
        elif geometry.get("type") not in ("Polygon", "MultiPolygon"):
            problems.append(Problem(f"{its_code} has no polygon", f"{path.name} feature {number}"))
        elif not _in_degrees(geometry):
            problems.append(
                Problem(
                    f"{its_code} is not in longitude and latitude",
                    f"{path.name} feature {number}",
                    "it would be drawn in the sea",
                    "Fetch the GeoJSON in WGS 84 (EPSG:4326)",
                )
            )
        else:
            its_name = next((properties[n] for n in name if n in properties), its_code)
            rows.append((its_code, its_name, json.dumps(geometry, separators=(",", ":"))))
    if problems:
        raise InputRefused(f"{path.name} cannot be read", problems[:20], LAYOUT_WAY_OUT)
    if not rows:
        raise refused(path, "no feature is of England", "", LAYOUT_WAY_OUT)
    table = pl.DataFrame(rows, schema=contract.schema, orient="row")
    return {contract.name: check_table(table, contract, path.name, first_row=1)}


def _in_degrees(geometry: dict[str, Any]) -> bool:
    """True if the first point of the outline can be a longitude and latitude in or near England."""
    point: Any = geometry.get("coordinates")
    while isinstance(point, list) and point and isinstance(point[0], list):
        point = point[0]
    return isinstance(point, list) and len(point) >= 2 and -10 <= point[0] <= 5 and 48 <= point[1] <= 62


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
