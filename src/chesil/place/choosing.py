"""Choosing: whom a practice's patients live beside, which practices their neighbours use and how far those are."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.core.errors import NotFound, did_you_mean
from chesil.packs.contracts_practices import REGISTRATIONS
from chesil.place.place import Place

NOWHERE = "NO2011"
"""No known area: nobody is a neighbour of anybody there."""


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


@dataclass(frozen=True, eq=False)
class ChoicePairs:
    """A `ChoiceField` in brief: of all areas and practices only the pairs that anybody uses.

    `people` (areas,); `row`, `column` and `patients` (pairs,) in order; `practices`, `sizes` and `is_here` (practices,);
    `lonely` are positions of areas in which nobody uses another practice, `km` (lonely, practices) from there.
    """

    people: NDArray[np.int64]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    patients: NDArray[np.float64]
    practices: NDArray[np.object_]
    sizes: NDArray[np.float64]
    is_here: NDArray[np.bool_]
    lonely: NDArray[np.int64]
    km: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ChoiceIndex:
    """A place's registrations by practice and by area, made once so that many fields can be had quickly.

    Codes are in order; `by_practice` and `by_area` list (other end, patients) with where each begins; sites likewise.
    """

    place_name: str
    practices: NDArray[np.object_]
    areas: NDArray[np.object_]
    sizes: NDArray[np.float64]
    is_here: NDArray[np.bool_]
    by_practice: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
    by_area: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
    points: NDArray[np.float64]
    sites: tuple[NDArray[np.int64], NDArray[np.float64]]

    def field(self, practice: str, *, every_distance: bool = True) -> ChoiceField:
        """The field of a practice's patients; `NotFound` if it is not one of the place's own.

        Without `every_distance` kilometres are worked out only for areas in which nobody uses another practice: enough
        where neighbours' shares alone are used, and much quicker.
        """
        areas, people, row, other, patients = self._neighbours(self._number(practice))
        codes = np.unique(other)
        column = np.searchsorted(codes, other)
        cells = np.bincount(row * codes.size + column, weights=patients, minlength=areas.size * codes.size)
        observed = cells.reshape(areas.size, codes.size).astype(np.float64)
        names = self.areas[areas]
        observed[names == NOWHERE] = 0.0
        lonely = None if every_distance else observed.sum(axis=1) <= 0
        english = np.array([str(n).startswith("E01") for n in names], dtype=bool)
        return ChoiceField(
            practice=practice, areas=tuple(names), people=people, practices=tuple(self.practices[codes]), observed=observed,
            km=self._km(areas, codes, lonely), sizes=self.sizes[codes], is_here=self.is_here[codes],
            known=english | (observed.sum(axis=1) > 0),
        )  # fmt: skip

    def pairs(self, practice: str) -> ChoicePairs:
        """The field of a practice's patients in brief; `NotFound` if it is not one of the place's own."""
        areas, people, row, other, patients = self._neighbours(self._number(practice))
        codes = np.unique(other)
        known = self.areas[areas[row]] != NOWHERE
        row, other, patients = row[known], other[known], patients[known].astype(np.float64)
        lonely = np.bincount(row, weights=patients, minlength=areas.size) <= 0
        return ChoicePairs(
            people, row, np.searchsorted(codes, other), patients, self.practices[codes], self.sizes[codes],
            self.is_here[codes], np.flatnonzero(lonely), self._km(areas[lonely], codes, None),
        )  # fmt: skip

    def _number(self, practice: str) -> int:
        number = int(np.searchsorted(self.practices, practice))
        if number == self.practices.size or self.practices[number] != practice or not self.is_here[number]:
            near = did_you_mean(practice, [str(c) for c in self.practices[self.is_here]])
            raise NotFound(f"`{practice}` is not a practice of {self.place_name}", [], near)
        return number

    def neighbours(
        self, practice: str
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """A practice's people by area, and the pairs of area (by position) and other practice (by position in
        `practices`) with their patients: a field in brief, for closing many practices in turn."""
        number = int(np.searchsorted(self.practices, practice))
        areas, people, row, other, patients = self._neighbours(number)
        known = self.areas[areas[row]] != NOWHERE
        return people, row[known], other[known], patients[known]

    def _neighbours(self, number: int) -> tuple[NDArray[np.int64], ...]:
        areas, people = _slice(self.by_practice, number)
        starts, ends = self.by_area[0][areas], self.by_area[0][areas + 1]
        size = ends - starts
        row = np.repeat(np.arange(areas.size), size)
        at = np.arange(row.size) - np.repeat(np.cumsum(size) - size - starts, size)
        other, patients = self.by_area[1][at], self.by_area[2][at]
        keep = other != number
        return areas, people, row[keep], other[keep], patients[keep]

    def _km(
        self, areas: NDArray[np.int64], codes: NDArray[np.int64], rows: NDArray[np.bool_] | None
    ) -> NDArray[np.float64]:
        """Straight-line kilometres to each practice's nearest open site, (areas, practices); blank where unknown.

        With `rows`, only of those areas.
        """
        starts, where = self.sites
        counts = starts[codes + 1] - starts[codes]
        km = np.full((areas.size, codes.size), np.nan)
        wanted = np.arange(areas.size) if rows is None else np.flatnonzero(rows)
        if not counts.sum() or not wanted.size:
            return km
        at = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(starts[codes], counts)
        apart = self.points[areas[wanted]][:, None, :] - where[at][None, :, :]
        metres = np.hypot(apart[..., 0], apart[..., 1])
        first = (np.cumsum(counts) - counts)[counts > 0]
        km[np.ix_(wanted, np.flatnonzero(counts > 0))] = np.minimum.reduceat(metres, first, axis=1) / 1000
        return km


def choice_field(place: Place, practice: str) -> ChoiceField:
    """The field of one practice's patients; `NotFound` if it is not there. For many, make `index_choices` once."""
    return index_choices(place).field(practice)


def index_choices(place: Place) -> ChoiceIndex:
    """Where people of the place's areas, and of the areas of its patients, are registered, ready for `field`."""
    tables = [place.registrations, place.registered_elsewhere, place.registered_beyond]
    columns = ["practice_code", "lsoa11", "patients"]
    flows = pl.concat([t.select(columns) for t in tables if t.height] or [REGISTRATIONS.empty().select(columns)])
    own = place.practices["practice_code"]
    lists = pl.concat([t.select("practice_code", "list_size") for t in (place.practices, place.practices_beyond)])
    lists = lists.unique("practice_code", keep="first")
    codes = pl.concat([lists["practice_code"], flows["practice_code"]]).unique().sort()
    areas = flows["lsoa11"].unique().sort()
    sizes = pl.DataFrame({"practice_code": codes}).join(lists, on="practice_code", how="left", maintain_order="left")
    here = pl.concat([t.select("lsoa11", "easting", "northing") for t in (place.areas, place.areas_beyond)])
    points = pl.DataFrame({"lsoa11": areas}).join(here, on="lsoa11", how="left", maintain_order="left")
    practice = _numbers(flows["practice_code"], codes)
    area = _numbers(flows["lsoa11"], areas)
    patients = flows["patients"].to_numpy().astype(np.int64)
    sites = site_points(place).filter(pl.col("practice_code").is_in(codes.implode()))
    owner = _numbers(sites["practice_code"], codes)
    order = np.argsort(owner, kind="stable")
    return ChoiceIndex(
        place_name=place.name,
        practices=codes.to_numpy().astype(object),
        areas=areas.to_numpy().astype(object),
        sizes=sizes["list_size"].cast(pl.Float64).fill_null(0.0).to_numpy(),
        is_here=codes.is_in(own.implode()).to_numpy(),
        by_practice=_begins(practice, area, patients, len(codes)),
        by_area=_begins(area, practice, patients, len(areas)),
        points=points.select(pl.col("easting", "northing").cast(pl.Float64)).to_numpy(),
        sites=(
            np.searchsorted(owner[order], np.arange(len(codes) + 1)),
            sites.select(pl.col("easting", "northing").cast(pl.Float64)).to_numpy()[order],
        ),
    )


def _numbers(values: pl.Series, codes: pl.Series) -> NDArray[np.int64]:
    """The position of each value among `codes`, which are in order and hold them all."""
    table = pl.DataFrame({"code": codes}).with_row_index("number")
    found = pl.DataFrame({"code": values}).join(table, on="code", how="left", maintain_order="left")
    return found["number"].cast(pl.Int64).to_numpy()


def _begins(
    one: NDArray[np.int64], other: NDArray[np.int64], patients: NDArray[np.int64], size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Entries in order of `one` and `other`: where each of `one` begins, the other ends, the patients."""
    order = np.lexsort((other, one))
    return np.searchsorted(one[order], np.arange(size + 1)), other[order], patients[order]


def _slice(
    entries: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]], number: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    starts, other, patients = entries
    here = slice(starts[number], starts[number + 1])
    return other[here], patients[here]


def site_points(place: Place) -> pl.DataFrame:
    """Where each practice can be reached: practice_code, easting, northing of open sites, here and beyond the edge."""
    columns = ["practice_code", "easting", "northing"]
    own = place.sites.filter(pl.col("status") == "open").select(columns)
    lacking = place.practices.filter(~pl.col("practice_code").is_in(own.drop_nulls()["practice_code"].implode()))
    tables = [own, lacking.select(columns), place.practices_beyond.select(columns)]
    return pl.concat(tables).drop_nulls()
