"""Which network, sub-ICB location and board each practice belonged to on the day of a list."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

GP_LIST_MAP = TableContract(
    name="gp_list_map",
    about="One row a practice.",
    key=("practice_code",),
    columns=(
        Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}"),
        Column("practice_name", "text", "name as published"),
        Column("postcode", "text", "postcode", missing=True),
        Column("pcn_code", "text", "primary care network; U means unallocated", missing=True),
        Column("pcn_name", "text", "its name", missing=True),
        Column("sub_icb_code", "text", "sub-ICB location (CCG before July 2022)"),
        Column("sub_icb_name", "text", "its name"),
        Column("icb_code", "text", "integrated care board (STP before July 2022)"),
        Column("icb_name", "text", "its name"),
        Column("supplier_name", "text", "clinical system", missing=True),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "practice_code": "PRACTICE_CODE",
    "practice_name": "PRACTICE_NAME",
    "postcode": "PRACTICE_POSTCODE",
    "pcn_code": "PCN_CODE",
    "pcn_name": "PCN_NAME",
    "sub_icb_code": (
        "SUB_ICB_LOCATION_CODE",
        "CCG_CODE",
    ),
    "sub_icb_name": (
        "SUB_ICB_LOCATION_NAME",
        "CCG_NAME",
    ),
    "icb_code": (
        "ICB_CODE",
        "STP_CODE",
    ),
    "icb_name": (
        "ICB_NAME",
        "STP_NAME",
    ),
    "supplier_name": "SUPPLIER_NAME",
}


def read_gp_list_map(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"gp_list_map": read_as(path, GP_LIST_MAP, PUBLISHED_AS, absent_ok=("supplier_name",))}


SOURCE = Source(
    name="gp_list_map",
    publisher="NHS England",
    publication="Patients registered at a GP practice, mapping",
    licence=OGL,
    landing_page="https://digital.nhs.uk/data-and-information/publications/statistical/patients-registered-at-a-gp-practice",
    link_patterns=(r"gp-reg-pat-prac-map.*\.(zip|csv)$",),
    editions=(
        Edition("lists/gp_list_map_2022-01.csv.gz", date(2022, 1, 1)),
        Edition("lists/gp_list_map_2026-07.zip", date(2026, 7, 1)),
    ),
    tables=(GP_LIST_MAP,),
    read=read_gp_list_map,
)
