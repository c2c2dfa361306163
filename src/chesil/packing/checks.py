"""Checks across tables: totals that must agree and codes that must be known, all faults at once."""

import polars as pl

from chesil.core.errors import InputRefused, Problem, some_of


def check_totals(tables: dict[str, pl.DataFrame]) -> None:
    """Raise `InputRefused` listing every total that does not agree between the tables of the pack."""
    problems = [
        *_lists_agree(tables),
        *_ages_agree(tables),
        *_areas_are_whole(tables),
        *_everyone_has_a_board(tables),
    ]
    if problems:
        raise InputRefused("The tables of the pack do not agree with each other", problems)


def _lists_agree(tables: dict[str, pl.DataFrame]) -> list[Problem]:
    flows = tables["registrations"].group_by("practice_code", "vintage").agg(pl.col("patients").sum())
    practices = tables["practices"].filter(pl.col("vintage") != "2015/16")
    both = practices.join(flows, on=["practice_code", "vintage"], how="full", coalesce=True)
    wrong = both.filter(pl.col("list_size").ne_missing(pl.col("patients")))
    return (
        [
            Problem(
                f"{wrong.height:,} practices' patients by area do not add up to their list "
                f"({some_of(wrong['practice_code'].sort().to_list())})",
                "registrations, practices",
            )
        ]
        if wrong.height
        else []
    )


def _ages_agree(tables: dict[str, pl.DataFrame]) -> list[Problem]:
    ages = tables["practice_ages"].filter(pl.col("vintage") == "2025/26")
    summed = ages.group_by("practice_code").agg(pl.col("patients").sum())
    practices = tables["practices"].filter(pl.col("vintage") == "2025/26")
    wrong = practices.join(summed, on="practice_code", how="left").filter(
        pl.col("list_size").ne_missing(pl.col("patients"))
    )
    return (
        [Problem(f"{wrong.height:,} practices' ages do not add up to their list", "practice_ages")]
        if wrong.height
        else []
    )


def _areas_are_whole(tables: dict[str, pl.DataFrame]) -> list[Problem]:
    areas = set(tables["areas"]["lsoa11"])
    problems = []
    for name, table in tables.items():
        if "lsoa11" in table.columns and name != "registrations":
            strangers = sorted(set(table["lsoa11"]) - areas)
            if strangers:
                problems.append(Problem(f"areas that `areas` does not know: {some_of(strangers)}", name))
    strangers = sorted(a for a in set(tables["registrations"]["lsoa11"]) - areas if a.startswith("E01"))
    if strangers:
        problems.append(Problem(f"areas that `areas` does not know: {some_of(strangers)}", "registrations"))
    return problems


def _everyone_has_a_board(tables: dict[str, pl.DataFrame]) -> list[Problem]:
    without = tables["practices"].filter(pl.col("icb_code").is_null() | pl.col("sub_icb_code").is_null())
    listed = [f"{c} ({v})" for c, v in without.select("practice_code", "vintage").iter_rows()]
    return [Problem(f"practices with no board: {some_of(listed)}", "practices")] if listed else []
