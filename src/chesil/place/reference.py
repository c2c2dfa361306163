"""Reference tables of the pack that belong to no place: projections, deaths, life tables, land borders."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from chesil.definitions import load_definition
from chesil.packs.pack import read_table

PERSONS_LIFE_TABLE = "2017-2019"


@dataclass(frozen=True)
class ReferenceTables:
    """What an analysis of need takes beside a place.

    `border_km` is how far each small area near a land border of England lies from it (areas further than 40 km are
    left out); `districts` gives the names under which districts of 2018 were published for 2014.
    """

    projections: pl.DataFrame
    life_tables: pl.DataFrame
    district_deaths: pl.DataFrame
    district_population: pl.DataFrame
    practice_indicators: pl.DataFrame
    border_km: pl.DataFrame
    districts: pl.DataFrame


def read_reference_tables() -> ReferenceTables:
    """Read them from the pack."""
    return ReferenceTables(
        projections=read_table("projections"),
        life_tables=read_table("life_tables", where=pl.col("period") == PERSONS_LIFE_TABLE),
        district_deaths=read_table("district_deaths"),
        district_population=read_table("district_population"),
        practice_indicators=read_table("practice_indicators"),
        border_km=_border_km(),
        districts=_districts(),
    )


def _border_km(furthest: float = 40.0) -> pl.DataFrame:
    """Kilometres from each area's centroid to the nearest point of a land border, for areas near one."""
    edges = read_table("area_outer_edges", where=pl.col("kind") == "national_border")
    x = np.array([e for line in edges["eastings"] for e in line], dtype=np.float64) * 10
    y = np.array([n for line in edges["northings"] for n in line], dtype=np.float64) * 10
    areas = read_table("areas", ["lsoa11", "easting", "northing"])
    from scipy.spatial import cKDTree

    far, _ = cKDTree(np.column_stack([x, y])).query(areas.select("easting", "northing").to_numpy().astype(np.float64))
    return areas.select("lsoa11", pl.Series("border_km", far / 1000)).filter(pl.col("border_km") <= furthest)


def _districts() -> pl.DataFrame:
    """One row a small area: its district of 2018 and the name under which that was published in 2014."""
    renamed = {r["code"]: r["published_as"] for r in load_definition(".", "districts_2014")["district"]}
    groups = read_table("groups", where=pl.col("group_type") == "ltla18")
    return groups.select(
        pl.col("member_code").alias("lsoa11"),
        pl.col("group_code").alias("ltla18"),
        pl.col("group_code").replace_strict(renamed, default=pl.col("group_name")).alias("district_name"),
        pl.col("group_name").alias("name_2018"),
    ).sort("lsoa11")
