"""The yearly history of GPs in any set of practices: what there was, year by year, codes that have ended included."""

from collections.abc import Collection

import polars as pl

from chesil.packs.pack import read_table


def read_gp_history(practice_codes: Collection[str], sub_icb_codes: Collection[str] = ()) -> pl.DataFrame:
    """Patients, GPs (FTE and people) and practices by year, 2016 to 2024.

    With `sub_icb_codes`, codes that ended and whose last commissioner is one of these are counted too, so that a
    merger is no loss. An empty set of both gives England.
    """
    history = read_table("gp_fte_history")
    if practice_codes or sub_icb_codes:
        ended = read_table("practice_codes").filter(pl.col("sub_icb_code").is_in(list(sub_icb_codes)))
        wanted = sorted({*practice_codes, *ended["practice_code"]})
        history = history.filter(pl.col("practice_code").is_in(wanted))
    return (
        history.sort("year", "practice_code")
        .group_by("year", maintain_order=True)
        .agg(
            pl.col("patients").sum(),
            pl.col("gp_fte").sum(),
            pl.col("gp_headcount").sum(),
            pl.len().cast(pl.Int64).alias("practices"),
        )
    )
