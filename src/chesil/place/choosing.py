"""Choosing: whom a practice's patients live beside, which practices their neighbours use and how far those are."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.core.errors import NotFound, did_you_mean
from chesil.place.place import Place


@dataclass(frozen=True, eq=False)
class ChoiceField:
    """What the patients of one practice may choose from.

    `people` (areas,) are its patients by `areas`; `observed` (areas, practices) the people of those areas registered with
    each of the other `practices`; `km` (areas, practices) straight-line kilometres from the area's centroid to the
    practice's nearest open site (blank where either is unknown); `sizes` (practices,) their lists; `is_here` whether each
    belongs to the place. `known` (areas,) is false for areas without a place on the map or neighbours: no known area.
    """

    practice: str
    areas: tuple[str, ...]
    people: NDArray[np.int64]
    practices: tuple[str, ...]
    observed: NDArray[np.float64]
    km: NDArray[np.float64]
    sizes: NDArray[np.float64]
    is_here: NDArray[np.bool_]
    known: NDArray[np.bool_]


def choice_field(place: Place, practice: str) -> ChoiceField:
    """The field of a practice's patients; `NotFound` if it is not there, or has no patients by area."""
    names = place.practices["practice_code"]
    if practice not in names:
        raise NotFound(f"`{practice}` is not a practice of {place.name}", [], did_you_mean(practice, names))
    mine = place.registrations.filter(pl.col("practice_code") == practice).sort("lsoa11")
    areas = mine["lsoa11"]
    flows = pl.concat(
        [place.registrations, place.registered_elsewhere, place.registered_beyond], how="vertical_relaxed"
    )
    flows = flows.filter((pl.col("practice_code") != practice) & pl.col("lsoa11").is_in(areas.implode()))
    sizes = pl.concat([t.select("practice_code", "list_size") for t in (place.practices, place.practices_beyond)])
    others = (
        flows.select("practice_code")
        .unique()
        .join(sizes.unique("practice_code", keep="first"), on="practice_code", how="left")
        .sort("practice_code")
    )
    codes = others["practice_code"]
    row = {a: n for n, a in enumerate(areas)}
    column = {c: n for n, c in enumerate(codes)}
    observed = np.zeros((len(areas), len(codes)))
    at = (
        flows["lsoa11"].replace_strict(row, return_dtype=pl.Int64).to_numpy(),
        flows["practice_code"].replace_strict(column, return_dtype=pl.Int64).to_numpy(),
    )
    np.add.at(observed, at, flows["patients"].to_numpy())
    unknown = ~areas.str.starts_with("E01").to_numpy()
    observed[[a == "NO2011" for a in areas]] = 0.0
    return ChoiceField(
        practice=practice,
        areas=tuple(areas),
        people=mine["patients"].to_numpy().astype(np.int64),
        practices=tuple(codes),
        observed=observed,
        km=kilometres(place, areas, codes),
        sizes=others["list_size"].cast(pl.Float64).fill_null(0.0).to_numpy(),
        is_here=codes.is_in(names.implode()).to_numpy(),
        known=~unknown | (observed.sum(axis=1) > 0),
    )


def kilometres(place: Place, areas: pl.Series, practices: pl.Series) -> NDArray[np.float64]:
    """Straight-line kilometres from each area's centroid to each practice's nearest open site, (areas, practices)."""
    here = pl.concat([t.select("lsoa11", "easting", "northing") for t in (place.areas, place.areas_beyond)])
    origin = pl.DataFrame({"lsoa11": areas}).join(here, on="lsoa11", how="left", maintain_order="left")
    column = {c: n for n, c in enumerate(practices)}
    sites = site_points(place).filter(pl.col("practice_code").is_in(practices.implode()))
    to = sites["practice_code"].replace_strict(column, return_dtype=pl.Int64).to_numpy()
    e, n = (origin[c].cast(pl.Float64).to_numpy() for c in ("easting", "northing"))
    se, sn = (sites[c].cast(pl.Float64).to_numpy() for c in ("easting", "northing"))
    km = np.full((len(practices), len(areas)), np.inf)
    np.minimum.at(km, to, np.nan_to_num(np.hypot(e[None] - se[:, None], n[None] - sn[:, None]) / 1000, nan=np.inf))
    return np.where(np.isfinite(km.T), km.T, np.nan)


def site_points(place: Place) -> pl.DataFrame:
    """Where each practice can be reached: practice_code, easting, northing of open sites, here and beyond the edge."""
    columns = ["practice_code", "easting", "northing"]
    own = place.sites.filter(pl.col("status") == "open").select(columns)
    lacking = place.practices.filter(~pl.col("practice_code").is_in(own.drop_nulls()["practice_code"].implode()))
    tables = [own, lacking.select(columns), place.practices_beyond.select(columns)]
    return pl.concat(tables).drop_nulls()
