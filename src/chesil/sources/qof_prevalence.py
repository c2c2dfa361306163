"""QOF prevalence: how many patients each practice has on each disease register, with the list it is drawn from."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import Wanted, pick_columns, read_text_table
from chesil.sources.source import OGL, Edition, Source

LIST_TYPES = ("TOTAL", "06OV", "16OV", "17OV", "18OV", "50OV")

QOF_PREVALENCE = TableContract(
    name="qof_prevalence",
    about="One row a practice and disease register.",
    key=("practice_code", "register"),
    columns=(
        Column("practice_code", "text", "ODS code of the practice", pattern="[A-Z][0-9]{5}"),
        Column("register", "text", "QOF group code of the register, such as AST for asthma"),
        Column("patients_on_register", "int", "patients on the register", "patients", low=0),
        Column("list_type", "text", "ages that the register's list covers", one_of=LIST_TYPES),
        Column("list_size", "int", "patients of those ages on the practice's list", "patients", low=0),
    ),
)

WANTED = (
    Wanted("practice_code", "text", ("PRACTICE_CODE",)),
    Wanted("register", "text", ("GROUP_CODE",)),
    Wanted("patients_on_register", "int", ("REGISTER",)),
    Wanted("list_type", "text", ("PATIENT_LIST_TYPE",)),
    Wanted("list_size", "int", ("PRACTICE_LIST_SIZE",)),
)


def read_qof_prevalence(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read a PREVALENCE file of the QOF raw data.

    Returns the table `qof_prevalence`; raises `InputRefused` with every fault.
    """
    table = pick_columns(read_text_table(path, member="PREVALENCE"), WANTED, path)
    return {"qof_prevalence": check_table(table, QOF_PREVALENCE, path.name, first_row=2)}


SOURCE = Source(
    name="qof_prevalence",
    publisher="NHS England",
    publication="Quality and Outcomes Framework, raw data, prevalence",
    licence=OGL,
    landing_page="https://digital.nhs.uk/data-and-information/publications/statistical/"
    "quality-and-outcomes-framework-achievement-prevalence-and-exceptions-data",
    link_patterns=(r"raw[-_ ]data.*\.zip$", r"PREVALENCE.*\.csv$"),
    editions=(
        Edition("quality/qof_prevalence_2020-21.csv.gz", date(2021, 3, 31)),
        Edition(
            "quality/qof_prevalence_2021-22.csv.gz",
            date(2022, 3, 31),
            caveat="Year inferred: the registers agree exactly with the practice workbooks of 2021/22.",
        ),
    ),
    tables=(QOF_PREVALENCE,),
    read=read_qof_prevalence,
)
