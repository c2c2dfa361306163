"""Growing lists to a later year by the official projections that the pack holds, by district and age."""

import polars as pl

from chesil.core.errors import NotFound
from chesil.packs.pack import read_table
from chesil.place.place import Place
from chesil.place.vintage import find_vintage

MOSTLY = 0.8
"""A place is grown if the districts with a projection hold more than this share of its patients."""

OLDEST = 90
"""The oldest age of the projections, which holds all above it."""


def growth_by_age(place: Place, ages: pl.DataFrame, to_year: int) -> pl.DataFrame:
    """`ages` (rows of practice_ages) with `factor`: people of those ages in `to_year` over those of the lists' year.

    A practice's factor is the mean over the districts in which its patients live, of those with a projection. Raises
    `NotFound` for a year or a place without one.
    """
    projected = read_table("projections")
    years = sorted(int(y) for y in projected["year"].unique())
    vintage = find_vintage(place.vintage)
    base = max(int(vintage.lists[:4]), years[0])
    if not base <= to_year <= years[-1]:
        raise NotFound(
            f"GrowPopulation: projections run from {years[0]} to {years[-1]}; {to_year} cannot be had from {base}",
            [],
            f"Name a year from {base} to {years[-1]}",
        )
    district = pl.concat([t.select("lsoa11", "ltla24") for t in (place.areas, place.areas_beyond)])
    flows = place.registrations.join(district, on="lsoa11", how="left")
    held = pl.col("ltla24").is_in(projected["area_code"].unique().implode())
    if int(flows.filter(held)["patients"].sum()) <= MOSTLY * int(flows["patients"].sum()):
        raise NotFound(
            f"GrowPopulation: no official projection is held for where the patients of {place.name} live",
            [],
            "Give `growth_pct`, the growth of every list by that year, with where it comes from as the reason",
        )
    mix = flows.filter(held).group_by("practice_code", "ltla24").agg(pl.col("patients").sum().alias("weight"))
    bands = ages.select("age_from", "age_to").unique()
    oldest = pl.col("age_to").fill_null(OLDEST).clip(upper_bound=OLDEST)
    in_band = (pl.col("age") >= pl.col("age_from").clip(upper_bound=OLDEST)) & (pl.col("age") <= oldest)
    by_band = bands.join(projected.filter(pl.col("year").is_in([base, to_year])), how="cross").filter(in_band)
    people = by_band.group_by("age_from", "area_code").agg(
        pl.col("people").filter(pl.col("year") == to_year).sum().alias("then"),
        pl.col("people").filter(pl.col("year") == base).sum().alias("now"),
    )
    factor = (
        mix.join(people, left_on="ltla24", right_on="area_code")
        .sort("practice_code", "age_from", "ltla24")
        .group_by("practice_code", "age_from", maintain_order=True)
        .agg(((pl.col("then") / pl.col("now")) * pl.col("weight")).sum() / pl.col("weight").sum())
        .rename({"then": "factor"})
    )
    return ages.join(factor, on=["practice_code", "age_from"], how="left", maintain_order="left").with_columns(
        pl.col("factor").fill_null(1.0)
    )
