"""The layouts that Census 2021 tables by small area share, and one table for all: a row an area and category."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from chesil.core.errors import InputRefused, Problem, some_of
from chesil.core.tables import Column, TableContract, check_table
from chesil.sources.reading import LAYOUT_WAY_OUT, Wanted, pick_columns, read_text_table, refused
from chesil.sources.workbooks import english

LANDING_PAGE = "https://www.nomisweb.co.uk/sources/census_2021"
CODES = ("lsoa21_code", "Lower layer Super Output Areas Code", "geography code", "LSOA21CD")
PERTURBED = (
    "Cells are perturbed by the publisher: within a table categories add up to its totals, but England's total "
    "differs from table to table (residents 56,489,608 by age, 56,490,108 by ethnic group and 56,490,046 by "
    "disability; households 23,436,382 by tenure, 23,436,230 by accommodation and 23,435,995 by deprivation)."
)

Categories = Mapping[str, str | tuple[str, ...]]
"""Our category, and the words of the publication; several where a finer table is added up."""


def census_contract(name: str, about: str, categories: Categories, counted: str) -> TableContract:
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


def read_census(
    path: Path,
    contract: TableContract,
    variable: str,
    heading: str,
    categories: Mapping[str, str],
    finer: Categories | None = None,
) -> pl.DataFrame:
    """Read England's rows; refused if a category is not known, an area lacks one, or a total is not met.

    Three layouts are known: the converted one (a row an area and category, `heading` over the words), the
    publisher's own selection ("Ethnic group (6 categories)" over the words) and its bulk file (a row an area and a
    column a category, "Ethnic group: White"). `finer` gives the bulk file's words where they are not the same.
    """
    text = read_text_table(path, member="lsoa" if path.suffix == ".zip" else "")
    counted = contract.columns[-1].name
    totals = [c for c in text.columns if c.removeprefix(f"{variable}: ").startswith("Total")]
    if totals:
        table = _from_columns(path, text, variable, totals[0], finer or categories, counted)
    else:
        table = _from_rows(path, text, variable, heading, categories, counted)
    _must_be_whole(path, table, categories, counted)
    return check_table(table.drop("total"), contract, path.name, first_row=2)


def _from_rows(
    path: Path, text: pl.DataFrame, variable: str, heading: str, categories: Mapping[str, str], counted: str
) -> pl.DataFrame:
    theirs = [c for c in text.columns if c.startswith(f"{variable} (") and not c.endswith("Code")]
    wanted = (
        Wanted("lsoa21", "text", CODES),
        Wanted("published", "text", (heading, *theirs)),
        Wanted(counted, "int", ("n", "usual_residents", "Observation")),
        Wanted("total", "int", ("total_residents", "total_households"), required=False),
    )
    rows = english(pick_columns(text, wanted, path), "lsoa21", path)
    rows = rows.filter((pl.col("published") != "Does not apply").fill_null(True) | (pl.col(counted) != 0))
    ours = {published: name for name, published in categories.items()}
    strangers = sorted(set(rows["published"].drop_nulls()) - set(ours))
    if strangers:
        problem = Problem(f"categories that are not known: {some_of(strangers)}", f"{path.name}, column `{heading}`")
        raise InputRefused(f"{path.name} cannot be read", [problem], LAYOUT_WAY_OUT)
    return rows.select("lsoa21", pl.col("published").replace(ours).alias("category"), counted, "total")


def _from_columns(
    path: Path, text: pl.DataFrame, variable: str, total: str, categories: Categories, counted: str
) -> pl.DataFrame:
    parts = {n: (words,) if isinstance(words, str) else words for n, words in categories.items()}
    wanted = [Wanted("lsoa21", "text", CODES), Wanted("total", "int", (total,))]
    for words in (w for given in parts.values() for w in given):
        heading = f"{variable}: {words}"
        wanted.append(Wanted(words, "int", (heading, f"{heading}; measures: Value")))
    wide = english(pick_columns(text, wanted, path), "lsoa21", path)
    sums = [pl.sum_horizontal(list(words), ignore_nulls=False).alias(name) for name, words in parts.items()]
    return wide.select("lsoa21", "total", *sums).unpivot(
        list(parts), index=["lsoa21", "total"], variable_name="category", value_name=counted
    )


def _must_be_whole(path: Path, table: pl.DataFrame, categories: Categories, counted: str) -> None:
    areas = table.group_by("lsoa21").agg(
        pl.col("category").n_unique().alias("categories"),
        pl.col(counted).sum().alias("summed"),
        pl.col("total").first(),
    )
    lacking = areas.filter(pl.col("categories") != len(categories))["lsoa21"].sort().to_list()
    if lacking:
        raise refused(
            path,
            f"{len(lacking):,} areas lack a category ({some_of(lacking)})",
            "their shares would be wrong",
            "Fetch it again",
        )
    wrong = areas.filter(pl.col("summed") != pl.col("total"))["lsoa21"].sort().to_list()
    if wrong:
        raise refused(
            path,
            f"the categories of {len(wrong):,} areas do not add up to their printed total ({some_of(wrong)})",
            "people or households would be lost",
            LAYOUT_WAY_OUT,
        )
