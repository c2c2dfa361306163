"""Homes to come: the rows of a study's table of housing, located, and refused if they lie outside the place."""

from datetime import date

import polars as pl

from chesil.core.errors import InputRefused, NotFound, Problem
from chesil.packs.pack import read_table
from chesil.place.finding import locate_postcode
from chesil.place.local_tables import HOMES
from chesil.place.place import Place


def with_homes(place: Place, housing: pl.DataFrame | None) -> Place:
    """The place with the developments of a table of housing.

    A row is located by its easting and northing, else by its postcode. Raises `InputRefused` naming every row that has
    neither, whose postcode is not live, whose dates run backwards, or whose nearest small area is not one of the place's.
    """
    if housing is None or housing.is_empty() or place.areas.is_empty():
        return place
    problems: list[Problem] = []
    rows = [_located(row, problems) for row in housing.iter_rows(named=True)]
    homes = pl.DataFrame([{c: r[c] for c in HOMES.names} for r in rows], schema=HOMES.schema)
    problems += _outside(place, homes)
    if problems:
        raise InputRefused(
            "The table `housing` cannot be used with this place", problems, "Put these right, or leave the rows out"
        )
    return place.with_tables(homes=homes)


def _located(row: dict[str, object], problems: list[Problem]) -> dict[str, object]:
    where = f"housing, {row['development']}"
    first, last = row.get("first_completion"), row.get("last_completion")
    if isinstance(first, date) and isinstance(last, date) and last < first:
        problems.append(Problem(f"the last completion ({last}) is before the first ({first})", where))
    if row.get("easting") is not None and row.get("northing") is not None:
        return row
    if not row.get("postcode"):
        problems.append(Problem("there is no postcode, nor easting and northing", where, "it cannot be put on the map"))
        return {**row, "easting": None, "northing": None}
    try:
        easting, northing = locate_postcode(str(row["postcode"]))
    except NotFound as error:
        problems.append(Problem(error.title, where, "", error.way_out))
        return {**row, "easting": None, "northing": None}
    return {**row, "easting": easting, "northing": northing}


def _outside(place: Place, homes: pl.DataFrame) -> list[Problem]:
    """Rows whose nearest small area of England is not one of the place's."""
    areas = read_table("areas", ["lsoa11", "area_name", "easting", "northing"])
    inside = set(place.areas["lsoa11"])
    problems = []
    for name, easting, northing in homes.select("development", "easting", "northing").drop_nulls().iter_rows():
        metres = ((pl.col("easting") - easting) ** 2 + (pl.col("northing") - northing) ** 2).alias("metres")
        nearest = areas.with_columns(metres).sort("metres", "lsoa11").row(0, named=True)
        if nearest["lsoa11"] not in inside:
            what = f"it lies outside {place.name}: the nearest small area is {nearest['area_name']}"
            problems.append(Problem(what, f"housing, {name}", "its people would be counted in another plan"))
    return problems
