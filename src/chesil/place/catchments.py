"""Catchments from registers: the group with which most people of each area are registered."""

import polars as pl

from chesil.place.place import Place


def areas_by_group(place: Place, group_type: str) -> pl.DataFrame:
    """lsoa11, group_code: the group of practices that most of an area's registered people use, ties to the lower code.

    Only the place's own areas; practices outside the place count as one other group, whose areas are left out. After
    Beaney and others (BJGP Open, 2022), who assign areas to networks so.
    """
    members = place.groups.filter((pl.col("group_type") == group_type) & (pl.col("member_type") == "practice"))
    owner = members.select(pl.col("member_code").alias("practice_code"), "group_code").unique("practice_code")
    flows = pl.concat([place.registrations, place.registered_elsewhere]).join(place.areas.select("lsoa11"), on="lsoa11")
    return (
        flows.join(owner, on="practice_code", how="left")
        .group_by("lsoa11", "group_code")
        .agg(pl.col("patients").sum())
        .sort(["lsoa11", "patients", "group_code"], descending=[False, True, False])
        .group_by("lsoa11", maintain_order=True)
        .first()
        .drop_nulls("group_code")
        .select("lsoa11", "group_code")
    )
