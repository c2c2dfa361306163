"""Patients registered at each practice by sex and five-year age band, checked against the published totals."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.errors import InputRefused, Problem
from chesil.core.tables import MOST_ROWS_NAMED, Column, TableContract, check_table
from chesil.sources.reading import LAYOUT_WAY_OUT, Wanted, pick_columns, read_text_table
from chesil.sources.source import OGL, Edition, Source

LIST_BY_AGE = TableContract(
    name="list_by_age",
    about="One row a practice, sex and five-year age band; age_to is blank for 95 and over.",
    key=("practice_code", "sex", "age_from"),
    columns=(
        Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][A-Z0-9][0-9]{4}"),
        Column("sex", "text", "sex as recorded", one_of=("female", "male")),
        Column("age_from", "int", "youngest age of the band", "years", low=0),
        Column("age_to", "int", "oldest age of the band", "years", missing=True, low=0),
        Column("patients", "int", "registered patients", "patients", low=0),
    ),
)

WANTED = (
    Wanted("org_type", "text", ("ORG_TYPE",)),
    Wanted("practice_code", "text", ("ORG_CODE",)),
    Wanted("sex", "text", ("SEX",)),
    Wanted("band", "text", ("AGE_GROUP_5",)),
    Wanted("patients", "int", ("NUMBER_OF_PATIENTS",)),
)


def read_list_by_age(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read the quinary-age file: practices only, without its overlapping totals.

    Raises `InputRefused` if any practice's bands do not add up to its published total.
    """
    rows = pick_columns(read_text_table(path), WANTED, path).filter(pl.col("org_type") == "GP")
    _refuse_if_totals_differ(rows, path)
    table = rows.filter((pl.col("sex") != "ALL") & (pl.col("band") != "ALL")).select(
        "practice_code",
        pl.col("sex").str.to_lowercase(),
        pl.col("band").str.extract(r"^(\d+)").cast(pl.Int64).alias("age_from"),
        pl.col("band").str.extract(r"_(\d+)$").cast(pl.Int64).alias("age_to"),
        "patients",
    )
    return {"list_by_age": check_table(table, LIST_BY_AGE, path.name)}


def _refuse_if_totals_differ(rows: pl.DataFrame, path: Path) -> None:
    detail = (
        rows.filter((pl.col("sex") != "ALL") & (pl.col("band") != "ALL"))
        .group_by("practice_code")
        .agg(pl.col("patients").sum().alias("summed"))
    )
    totals = rows.filter((pl.col("sex") == "ALL") & (pl.col("band") == "ALL"))
    wrong = totals.join(detail, on="practice_code", how="full", coalesce=True).filter(
        pl.col("patients").ne_missing(pl.col("summed"))
    )
    if wrong.height:
        problems = [
            Problem(f"{r['practice_code']}: bands add up to {r['summed']}, the total is {r['patients']}", path.name)
            for r in wrong.sort("practice_code").head(MOST_ROWS_NAMED).iter_rows(named=True)
        ]
        raise InputRefused(f"{path.name}: {wrong.height:,} practices do not add up", problems, LAYOUT_WAY_OUT)


SOURCE = Source(
    name="list_by_age",
    publisher="NHS England",
    publication="Patients registered at a GP practice, five-year age bands",
    licence=OGL,
    landing_page="https://digital.nhs.uk/data-and-information/publications/statistical/"
    "patients-registered-at-a-gp-practice",
    link_patterns=(r"gp-reg-pat-prac-quin-age.*\.(zip|csv)$",),
    editions=(Edition("lists/gp_list_quin_age_2026-07.zip", date(2026, 7, 1)),),
    tables=(LIST_BY_AGE,),
    read=read_list_by_age,
)
