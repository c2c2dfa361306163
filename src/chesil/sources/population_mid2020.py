"""Residents of each small area by single year of age, mid-2020."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import Wanted, pick_columns, refused
from chesil.sources.source import OGL, Edition, Source
from chesil.sources.workbooks import english, read_published

AGES = range(91)

POPULATION_MID2020 = TableContract(
    name="population_mid2020",
    about="One row a small area; age_90 means 90 and over.",
    key=("lsoa11",),
    columns=(
        Column("lsoa11", "text", "code of the small area (LSOA 2011)", pattern="E01[0-9]{6}"),
        *(Column(f"age_{age}", "int", f"residents aged {age}", "people", low=0) for age in AGES),
    ),
)

WANTED = (
    Wanted("lsoa11", "text", ("lsoa11_code", "LSOA Code", "LSOA11CD")),
    Wanted("total", "int", ("total_population", "All Ages")),
    *(Wanted(f"age_{age}", "int", (str(age) if age < 90 else "90+",)) for age in AGES),
)


def read_population_mid2020(path: Path) -> Mapping[str, pl.DataFrame]:
    """Read England's rows of the converted table, or of the publisher's workbook (its sheet of persons).

    Refused if the ages of an area do not add up to its published total.
    """
    text, first_row = read_published(path, "LSOA Code", sheet="Persons")
    table = english(pick_columns(text, WANTED, path, first_row=first_row), "lsoa11", path)
    summed = pl.sum_horizontal([f"age_{age}" for age in AGES])
    wrong = table.filter(summed.ne_missing(pl.col("total")))["lsoa11"].to_list()
    if wrong:
        raise refused(path, f"the ages of {len(wrong):,} areas do not add up to their total, first {wrong[0]}")
    return {"population_mid2020": check_table(table.drop("total"), POPULATION_MID2020, path.name, first_row)}


SOURCE = Source(
    name="population_mid2020",
    publisher="Office for National Statistics",
    publication="Lower layer Super Output Area population estimates, mid-2020",
    licence=OGL,
    landing_page="https://www.ons.gov.uk/peoplepopulationandcommunity/populationandmigration/populationestimates/"
    "datasets/lowersuperoutputareamidyearpopulationestimates",
    link_patterns=(r"sape23dt2.*\.(zip|xlsx)$",),
    editions=(
        Edition(
            "population/population_lsoa11_mid2020.csv.gz",
            date(2020, 6, 30),
            obtained="converted",
            caveat="Persons, no sex. Rests on the Census of 2011.",
        ),
    ),
    tables=(POPULATION_MID2020,),
    read=read_population_mid2020,
)
