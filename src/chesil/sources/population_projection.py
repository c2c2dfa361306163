"""Projected residents of councils by single year of age, 2022 to 2047."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import LAYOUT_WAY_OUT, Wanted, pick_columns, read_text_table, refused
from chesil.sources.source import OGL, Edition, Source
from chesil.sources.workbooks import english

POPULATION_PROJECTION = TableContract(
    name="population_projection",
    about="One row a council, single year of age (90 means 90 and over) and year.",
    key=("area_code", "age", "year"),
    columns=(
        Column("area_code", "text", "council"),
        Column("area_name", "text", "its name"),
        Column("age", "int", "single year of age", "years", low=0, high=90),
        Column("year", "int", "mid-year", low=2000, high=2100),
        Column("people", "float", "projected residents", "people", low=0),
    ),
)
TOTAL = "All ages"
DISTRICTS = ("E06", "E07", "E08", "E09")
"""Beginnings of the codes of councils; counties and regions, which hold the same people again, are left out."""
MAY_DIFFER_BY = 0.1
"""People by which ages may differ from the printed total, for the roundings of ninety-one cells."""


def read_population_projection(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read persons; refused if ages do not add up to the printed totals, which are then left out."""
    text = read_text_table(path, member="persons" if path.suffix == ".zip" else "")
    years = [c for c in text.columns if re.fullmatch(r"20\d\d", c)]
    if not years:
        raise refused(path, "no column is named for a year", "", LAYOUT_WAY_OUT)
    wanted = (
        Wanted("area_code", "text", ("area_code", "AREA_CODE")),
        Wanted("area_name", "text", ("area_name", "AREA_NAME")),
        Wanted("sex", "text", ("sex", "SEX")),
        Wanted("age", "text", ("age", "AGE_GROUP")),
        *(Wanted(year, "float", (year,)) for year in years),
    )
    persons = pick_columns(text, wanted, path).filter(pl.col("sex").str.to_lowercase() == "persons")
    if persons.is_empty():
        raise refused(path, "no row is of persons", "sexes apart would be counted as everybody", LAYOUT_WAY_OUT)
    rows = english(persons, "area_code", path, DISTRICTS)
    long = rows.unpivot(years, index=["area_code", "area_name", "age"], variable_name="year", value_name="people")
    detail = long.filter(pl.col("age").str.to_lowercase() != TOTAL.lower())
    totals = long.filter(pl.col("age").str.to_lowercase() == TOTAL.lower())
    summed = detail.group_by("area_code", "year").agg(pl.col("people").sum().alias("summed"))
    wrong = summed.join(totals, on=["area_code", "year"], how="full", coalesce=True).filter(
        ~((pl.col("people") - pl.col("summed")).abs() <= MAY_DIFFER_BY).fill_null(False)
    )
    if wrong.height:
        area, year = wrong.sort("area_code", "year").select("area_code", "year").row(0)
        what = f"the ages of {wrong.height} columns do not add up to their printed total, first {area} in {year}"
        raise refused(path, what)
    table = detail.with_columns(
        pl.col("age").str.extract(r"^(\d+)").cast(pl.Int64), pl.col("year").cast(pl.Int64)
    ).select(POPULATION_PROJECTION.names)
    return {"population_projection": check_table(table, POPULATION_PROJECTION, path.name, first_row=2)}


SOURCE = Source(
    name="population_projection",
    publisher="Office for National Statistics",
    publication="Subnational population projections, 2022-based, migration category variant",
    licence=OGL,
    landing_page="https://www.ons.gov.uk/peoplepopulationandcommunity/populationandmigration/populationprojections/"
    "datasets/localauthoritiesinenglandtable2",
    link_patterns=(r"2022snpppopulation.*\.zip$", r"snpp.*\.(zip|csv)$"),
    editions=(
        Edition(
            "population/snpp_persons_2022_dorset.csv",
            date(2022, 6, 30),
            obtained="transcribed",
            covers="Dorset's two councils",
            caveat="Typed out for two councils; every column adds up to its printed total. Persons are fractions.",
        ),
    ),
    tables=(POPULATION_PROJECTION,),
    read=read_population_projection,
)
