"""Bringing values of LSOA 2021 across to LSOA 2011, by Census 2021 population and mid-2020 population."""

from collections.abc import Sequence

import polars as pl

from chesil.methods.apportion import round_within


def across_weights(lookup: pl.DataFrame, people_2021: pl.DataFrame, people_2020: pl.DataFrame) -> pl.DataFrame:
    """How much of each 2021 area belongs to each 2011 area.

    `lookup` has lsoa11 and lsoa21; `people_2021` lsoa21 and people; `people_2020` lsoa11 and people. Returns
    lsoa11, lsoa21, share (of the 2021 area's people; shares of a 2021 area add up to 1) and people (Census 2021
    residents in the overlap). A 2021 area made of several 2011 areas is shared out by their mid-2020 people.
    """
    return (
        lookup.select("lsoa11", "lsoa21")
        .join(people_2020.rename({"people": "people_2020"}), on="lsoa11")
        .join(people_2021.rename({"people": "people_2021"}), on="lsoa21")
        .sort("lsoa21", "lsoa11")
        .with_columns((pl.col("people_2020") / pl.col("people_2020").sum().over("lsoa21")).alias("share"))
        .with_columns((pl.col("share") * pl.col("people_2021")).alias("people"))
        .select("lsoa11", "lsoa21", "share", "people")
    )


def means_across(values: pl.DataFrame, weights: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Scores of 2011 areas: the mean over the 2021 areas they became, weighted by Census 2021 residents.

    Merged areas share their score. A part with no value is left out of the mean; none at all stays blank.
    """
    joined = weights.join(values.select("lsoa21", *columns), on="lsoa21", how="left").sort("lsoa11", "lsoa21")
    return (
        joined.group_by("lsoa11", maintain_order=True)
        .agg(
            (pl.col(c) * pl.col("people")).sum() / pl.when(pl.col(c).is_not_null()).then(pl.col("people")).sum()
            for c in columns
        )
        .with_columns(pl.when(pl.col(c).is_finite()).then(pl.col(c)).alias(c) for c in columns)
    )


def counts_across(counts: pl.DataFrame, weights: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Counts of 2011 areas: split counts are added up, merged ones shared out in whole people that keep the total."""
    joined = weights.join(counts.select("lsoa21", *columns), on="lsoa21", how="left").sort("lsoa21", "lsoa11")
    group = joined["lsoa21"].rle_id().cast(pl.Int64).to_numpy()
    whole = joined.with_columns(
        pl.Series(c, round_within((joined[c].fill_null(0) * joined["share"]).to_numpy(), group)) for c in columns
    )
    blank = joined.select(pl.col(c).is_null() for c in columns)
    whole = whole.with_columns(pl.when(~blank[c]).then(pl.col(c)).alias(c) for c in columns)
    return (
        whole.group_by("lsoa11")
        .agg(pl.when(pl.col(c).is_not_null().any()).then(pl.col(c).sum()).alias(c) for c in columns)
        .sort("lsoa11")
    )


def most_people(values: pl.DataFrame, weights: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """A label for each 2011 area: that of the 2021 area in which most of its people live, ties to the lower code."""
    return (
        weights.join(values.select("lsoa21", *columns), on="lsoa21")
        .sort(["lsoa11", "people", "lsoa21"], descending=[False, True, False])
        .group_by("lsoa11", maintain_order=True)
        .first()
        .select("lsoa11", *columns)
    )
