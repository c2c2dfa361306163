"""Mortality: life expectancy of the districts of 2014 that a place overlaps, against England, with limits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from chesil.methods.life_expectancy import STANDARD_STARTS, LifeExpectancy, life_expectancy
from chesil.place.place import Place
from chesil.place.reference import ReferenceTables

SEXES = ("female", "male")
WHOLLY = 0.98
"""A place is given its own life expectancy if it holds this share of the residents of every district it overlaps."""
A_PART = 0.01
"""A district is shown if the place holds at least this share of its residents."""
ENGLAND_CODE = "ENGLAND"


@dataclass(frozen=True)
class DistrictLife:
    """Life expectancy at birth of one district, or of several as one: `expectancy` holds (sexes, bands)."""

    code: str
    name: str
    share_inside: float
    deaths: tuple[int, int]
    people: tuple[int, int]
    expectancy: LifeExpectancy


def district_lives(place: Place, england_areas: pl.DataFrame, tables: ReferenceTables) -> list[DistrictLife]:
    """Every district of 2014 that the place overlaps, in order of name; then the place, if it holds them wholly; then
    England. `england_areas` has lsoa11 and residents_2020 of every area."""
    inside = set(place.areas["lsoa11"])
    shares = (
        tables.districts.join(england_areas.select("lsoa11", "residents_2020"), on="lsoa11")
        .group_by("district_name")
        .agg(
            pl.col("ltla18").min(),
            pl.col("residents_2020").sum().alias("all"),
            pl.col("residents_2020").filter(pl.col("lsoa11").is_in(list(inside))).sum().alias("mine"),
        )
        .with_columns((pl.col("mine") / pl.col("all")).alias("share"))
        .sort("district_name")
    )
    held = shares.filter(pl.col("share") >= A_PART)
    rows = list(held.select("ltla18", "district_name", "share").iter_rows())
    found = [_life(code, name, share, [name], tables) for code, name, share in rows] if place.kind != "england" else []
    if rows and place.kind != "england" and min(s for _, _, s in rows) >= WHOLLY:
        found.append(_life(place.code, place.name, 1.0, [name for _, name, _ in rows], tables))
    english = shares["district_name"].to_list()
    return [*found, _life(ENGLAND_CODE, "England", 1.0, english, tables)]


def _life(code: str, name: str, share: float, districts: Sequence[str], tables: ReferenceTables) -> DistrictLife:
    deaths = np.array([_by_band(tables.district_deaths, "deaths", "age_from", districts, s) for s in SEXES])
    people = np.array([_by_band(tables.district_population, "people", "age", districts, s) for s in SEXES])
    each = [(int(a[0]), int(a[1])) for a in (deaths.sum(axis=1), people.sum(axis=1))]
    return DistrictLife(code, name, share, each[0], each[1], life_expectancy(deaths, people))


def _by_band(table: pl.DataFrame, column: str, age: str, districts: Sequence[str], sex: str) -> np.ndarray:
    rows = table.filter(pl.col("district_name").is_in(list(districts)) & (pl.col("sex") == sex))
    which = np.searchsorted(STANDARD_STARTS, rows[age].to_numpy(), side="right") - 1
    return np.bincount(which, weights=rows[column].to_numpy().astype(np.float64), minlength=len(STANDARD_STARTS))
