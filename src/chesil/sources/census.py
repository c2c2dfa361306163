"""The layout that Census 2021 tables by small area share: one row an area and category."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from chesil.core.errors import InputRefused, Problem, some_of
from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import LAYOUT_WAY_OUT, Wanted, pick_columns, read_text_table

LANDING_PAGE = "https://www.nomisweb.co.uk/sources/census_2021"


def census_contract(name: str, about: str, categories: Mapping[str, str], counted: str) -> TableContract:
    """The contract of a census table: lsoa21, category and a count of people or households."""
    return TableContract(
        name=name,
        about=about,
        key=("lsoa21", "category"),
        columns=(
            Column("lsoa21", "text", "code of the small area (LSOA 2021)", pattern="E01[0-9]{6}"),
            Column("category", "text", "category", one_of=tuple(categories)),
            Column(counted, "int", f"{counted} in the category", counted, low=0),
        ),
    )


def read_census(path: Path, contract: TableContract, heading: str, categories: Mapping[str, str]) -> pl.DataFrame:
    """Read the England rows of a census table; a category that is not known refuses the file."""
    counted = contract.columns[-1].name
    wanted = (
        Wanted("lsoa21", "text", ("lsoa21_code", "Lower layer Super Output Areas Code", "geography code")),
        Wanted("published", "text", (heading,)),
        Wanted(counted, "int", ("n", "usual_residents", "Observation")),
    )
    rows = pick_columns(read_text_table(path), wanted, path).filter(pl.col("lsoa21").str.starts_with("E01"))
    ours = {published: name for name, published in categories.items()}
    strangers = sorted(set(rows["published"].drop_nulls()) - set(ours))
    if strangers:
        problem = Problem(
            f"categories that are not known: {some_of(strangers)}", f"{path.name}, column `{heading}`"
        )
        raise InputRefused(f"{path.name} cannot be read", [problem], LAYOUT_WAY_OUT)
    table = rows.select("lsoa21", pl.col("published").replace(ours).alias("category"), counted)
    return check_table(table, contract, path.name)
