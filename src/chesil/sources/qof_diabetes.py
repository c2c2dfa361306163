"""QOF diabetes indicators: shares of patients whose blood pressure and blood sugar are under control."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import Wanted, pick_columns, read_parquet_columns
from chesil.sources.source import OGL, Edition, Source

INDICATORS = {
    "dm019_blood_pressure": ("DM019-BP", "diabetes: last blood pressure 140/80 or less"),
    "dm020_hba1c": ("DM020-HbA1c", "diabetes, no frailty: last HbA1c 58 mmol/mol or less"),
}

QOF_DIABETES = TableContract(
    name="qof_diabetes",
    about="One row a practice and indicator, the year to March 2022.",
    key=("practice_code", "indicator"),
    columns=(
        Column("practice_code", "text", "ODS code of the practice"),
        Column("indicator", "text", "indicator", one_of=tuple(INDICATORS)),
        Column("share", "float", "share of the patients to whom it applies", "share", True, 0, 1),
    ),
)

NAMES = {"practice_code": "OrganisationCode", **{name: published for name, (published, _) in INDICATORS.items()}}


def read_qof_diabetes(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the two control indicators; prevalences, which follow from the registers, are left out."""
    wanted = [Wanted(n, "text" if n == "practice_code" else "float", (p,)) for n, p in NAMES.items()]
    wide = pick_columns(read_parquet_columns(path, NAMES), wanted, path)
    table = wide.unpivot(list(INDICATORS), index="practice_code", variable_name="indicator", value_name="share")
    return {"qof_diabetes": check_table(table, QOF_DIABETES, path.name)}


SOURCE = Source(
    name="qof_diabetes",
    publisher="NHSX (from NHS Digital)",
    publication="Quality and Outcomes Framework 2021/22, diabetes indicators by practice",
    licence=OGL,
    landing_page="https://digital.nhs.uk/data-and-information/publications/statistical/"
    "quality-and-outcomes-framework-achievement-prevalence-and-exceptions-data",
    link_patterns=(r"qof.*\.parquet$",),
    editions=(Edition("quality/qof_wide_2021-22.parquet", date(2022, 3, 31), obtained="derived"),),
    tables=(QOF_DIABETES,),
    read=read_qof_diabetes,
)
