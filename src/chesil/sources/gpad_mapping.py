"""Practices in the appointments publication, with their clinical system."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

GPAD_MAPPING = TableContract(
    name="gpad_mapping",
    about="One row a practice and clinical system.",
    key=(
        "practice_code",
        "supplier",
    ),
    columns=(
        Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}"),
        Column("practice_name", "text", "name as published"),
        Column("supplier", "text", "clinical system", missing=True),
        Column("pcn_code", "text", "primary care network", missing=True),
        Column("sub_icb_code", "text", "sub-ICB location"),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "practice_code": "GP_CODE",
    "practice_name": "GP_NAME",
    "supplier": "SUPPLIER",
    "pcn_code": "PCN_CODE",
    "sub_icb_code": "SUB_ICB_LOCATION_CODE",
}


def read_gpad_mapping(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"gpad_mapping": read_as(path, GPAD_MAPPING, PUBLISHED_AS, member="Mapping")}


SOURCE = Source(
    name="gpad_mapping",
    publisher="NHS England",
    publication="Appointments in general practice, mapping",
    licence=OGL,
    landing_page="https://digital.nhs.uk/data-and-information/publications/statistical/appointments-in-general-practice",
    link_patterns=(r"Practice_Level_Crosstab.*\.zip$",),
    editions=(Edition("practices/gpad_mapping_2025-08.csv.gz", date(2025, 8, 31)),),
    tables=(GPAD_MAPPING,),
    read=read_gpad_mapping,
)
