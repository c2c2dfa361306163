"""National life tables of England and Wales, by sex, for three-year periods."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import LAYOUT_WAY_OUT, Wanted, pick_columns, read_text_table, refused
from chesil.sources.source import OGL, Edition, Source
from chesil.sources.workbooks import is_workbook, read_sheets

FUNCTIONS = ("mx", "qx", "lx", "dx", "ex")

LIFE_TABLES = TableContract(
    name="life_tables",
    about="One row a period, sex and exact age.",
    key=("period", "sex", "age"),
    columns=(
        Column("period", "text", "three calendar years"),
        Column("sex", "text", "sex", one_of=("female", "male")),
        Column("age", "int", "exact age", "years", low=0),
        Column("mx", "float", "central rate of mortality", "a year", low=0),
        Column("qx", "float", "chance of dying before the next birthday", "share", low=0, high=1),
        Column("lx", "float", "survivors of 100,000 born", "people", low=0),
        Column("dx", "float", "deaths of 100,000 born", "people", low=0),
        Column("ex", "float", "expectation of life", "years", low=0),
    ),
)


def read_life_tables(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read both sexes, one below the other, of the one-table conversion or the workbook (a sheet a period)."""
    if is_workbook(path):
        sheets = [s for s in read_sheets(path, "age") if re.match(r"\d{4}-\d{4}", s[0])]
        parts = [part for name, text, first_row in sheets for part in _of_sheet(path, name, text, first_row)]
        if not parts:
            raise refused(path, "no sheet is named for a period such as 2017-2019", "", LAYOUT_WAY_OUT)
    else:
        text = read_text_table(path)
        period = Wanted("period", "text", ("period",))
        parts = [
            pick_columns(text, (period, *_columns("x", f"{letter}_{{}}")), path).with_columns(pl.lit(sex).alias("sex"))
            for letter, sex in (("f", "female"), ("m", "male"))
        ]
    return {"life_tables": check_table(pl.concat(parts), LIFE_TABLES, path.name)}


def _of_sheet(path: Path, name: str, text: pl.DataFrame, first_row: int) -> list[pl.DataFrame]:
    """The two halves of a sheet: males on the left, females on the right, under the same headings."""
    ages = [k for k, c in enumerate(text.columns) if c.lower().split(" (")[0] in ("age", "x")]
    if len(ages) != 2:
        raise refused(path, f"sheet `{name}` has {len(ages)} columns of ages, not two", "", LAYOUT_WAY_OUT)
    parts = []
    for start, sex in zip(ages, ("male", "female"), strict=True):
        half = text[:, start : start + 1 + len(FUNCTIONS)]
        half.columns = ["age", *(c.split(" (")[0] for c in half.columns[1:])]
        half = half.filter(pl.col("age").str.contains(r"^\d+$"))
        part = pick_columns(half, _columns("age", "{}"), path, first_row=first_row)
        parts.append(part.select(pl.lit(name.strip()).alias("period"), pl.all(), pl.lit(sex).alias("sex")))
    return parts


def _columns(age: str, form: str) -> tuple[Wanted, ...]:
    return (Wanted("age", "int", (age,)), *(Wanted(f, "float", (form.format(f),)) for f in FUNCTIONS))


SOURCE = Source(
    name="life_tables",
    publisher="Office for National Statistics",
    publication="National life tables, England and Wales, 1980-82 to 2017-19",
    licence=OGL,
    landing_page="https://www.ons.gov.uk/peoplepopulationandcommunity/birthsdeathsandmarriages/lifeexpectancies/"
    "datasets/nationallifetablesenglandandwalesreferencetables",
    link_patterns=(r"nationallifetables.*\.xlsx$",),
    editions=(Edition("health/national_life_tables_1980-2019.csv.gz", date(2019, 12, 31), covers="England and Wales"),),
    tables=(LIFE_TABLES,),
    read=read_life_tables,
)
