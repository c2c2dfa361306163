"""Geography of the practices in the Quality and Outcomes Framework, 2020/21."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract
from chesil.sources.reading import read_as
from chesil.sources.source import OGL, Edition, Source

QOF_MAPPING = TableContract(
    name="qof_mapping",
    about="One row a practice.",
    key=("practice_code",),
    columns=(
        Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}"),
        Column("practice_name", "text", "name as published"),
        Column("pcn_code", "text", "primary care network", missing=True),
        Column("sub_icb_code", "text", "clinical commissioning group"),
        Column("icb_code", "text", "sustainability and transformation partnership"),
    ),
)

PUBLISHED_AS: dict[str, str | tuple[str, ...]] = {
    "practice_code": "PRACTICE_CODE",
    "practice_name": "PRACTICE_NAME",
    "pcn_code": "PCN_ODS_CODE",
    "sub_icb_code": (
        "CCG_ODS_CODE",
        "SUB_ICB_LOC_ODS_CODE",
    ),
    "icb_code": (
        "STP_ODS_CODE",
        "ICB_ODS_CODE",
    ),
}


def read_qof_mapping(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read one file of the publication; raises `InputRefused` with every fault."""
    return {"qof_mapping": read_as(path, QOF_MAPPING, PUBLISHED_AS, member="MAPPING")}


SOURCE = Source(
    name="qof_mapping",
    publisher="NHS England",
    publication="Quality and Outcomes Framework, raw data, geographies",
    licence=OGL,
    landing_page="https://digital.nhs.uk/data-and-information/publications/statistical/quality-and-outcomes-framework-achievement-prevalence-and-exceptions-data",
    link_patterns=(r"raw[-_ ]data.*\.zip$",),
    editions=(Edition("quality/qof_mapping_2020-21.csv.gz", date(2021, 3, 31)),),
    tables=(QOF_MAPPING,),
    read=read_qof_mapping,
)
