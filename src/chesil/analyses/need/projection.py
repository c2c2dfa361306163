"""The projection: published residents of the councils apportioned to small areas and lists, with homes to come."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.analyses.need.settings import BANDS, NeedSettings
from chesil.definitions import load_parameter
from chesil.measures.computing import Unit
from chesil.methods.apportion import round_within
from chesil.methods.cohorts import homes_by_year, project_within
from chesil.place.place import Place
from chesil.place.reference import ReferenceTables
from chesil.place.vintage import find_vintage

Array = NDArray[np.float64]
BASE_YEAR = 2020
"""Mid-year of the small areas' ages."""
A_PART = 0.01
"""A council beyond the place's edge counts if this share of its patients live there."""
ENOUGH = 0.5
"""A list is projected if more than this share of its patients live in councils with a projection."""


@dataclass(frozen=True)
class Projection:
    """Whole people. `areas`: lsoa11, ltla21, year, age_from, people. `councils`: the published totals beside our sums.
    `lists`: unit_code, year, age_from, people (exact). `homes`: development, lsoa11, year, people. `covered`: by unit the
    share of its patients who live in the councils."""

    years: tuple[int, ...]
    base_year: int
    areas: pl.DataFrame
    councils: pl.DataFrame
    lists: pl.DataFrame
    homes: pl.DataFrame
    homes_lists: pl.DataFrame
    covered: dict[str, float] = field(default_factory=dict)
    missing: tuple[tuple[str, str], ...] = ()
    outside: tuple[str, ...] = ()


def project(
    place: Place, england: Place, tables: ReferenceTables, units: Sequence[Unit], people: Array, settings: NeedSettings
) -> Projection:
    """Project a place's areas and lists. `people` (units, bands) are the lists of today by the bands that are shown.

    Councils without a published projection are named in `missing`; nothing is made up for them.
    """
    councils, missing = _councils(place, england, tables)
    years = tuple(sorted(set(tables.projections["year"]))) if councils else ()
    homes, outside = homes_people(place, england.areas, years or _years_from(place.as_at), settings)
    if not councils:
        nothing = (_no_areas(), _no_councils(), _no_lists())
        to_lists = _homes_lists(place, homes, units)
        return Projection((), place.as_at.year, *nothing, homes, to_lists, {}, missing, outside)
    parts = [_one_council(code, england, tables, years, settings) for code in councils]
    exact = np.concatenate([p for _, p in parts])
    codes = [c for own, _ in parts for c in own]
    owner = [council for council, (own, _) in zip(councils, parts, strict=True) for _ in own]
    banded = np.add.reduceat(exact, BANDS, axis=-1)
    whole = _whole_people(banded, owner, tables, councils, years)
    base_year = min(max(_list_year(place), years[0]), years[-1])
    lists, covered = _project_lists(place, units, people, codes, owner, banded, years, base_year)
    inside = set(place.areas["lsoa11"])
    areas = _long(codes, owner, years, whole).filter(pl.col("lsoa11").is_in(list(inside)))
    return Projection(
        years, base_year, areas, _council_check(councils, owner, years, whole, tables), lists, homes,
        _homes_lists(place, homes, units), covered, missing, outside,
    )  # fmt: skip


def homes_people(
    place: Place, england_areas: pl.DataFrame, years: Sequence[int], settings: NeedSettings
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """People of each development at each mid-year: development, lsoa11, year, dwellings, people (not rounded); and the
    developments that lie outside the place, which are left out.

    Refused developments are left out too. Homes without dates are taken as completed evenly over `undated_homes_years`
    from the plan's date. One without a position has no area and counts for the whole place alone.
    """
    default = settings.people_per_dwelling or load_parameter("people_per_dwelling").on(place.as_at).value
    inside, rows, outside = set(place.areas["lsoa11"]), [], []
    for r in place.homes.sort("development").iter_rows(named=True):
        area = _nearest_area(england_areas, r["easting"], r["northing"])
        if r["status"] == "refused":
            continue
        if area is not None and area not in inside:
            outside.append(str(r["development"]))
            continue
        first, last = r["first_completion"], r["last_completion"]
        start = _as_year(first or (last if last and last < place.as_at else place.as_at))
        end = _as_year(last) if last else max(start, _as_year(place.as_at)) + settings.undated_homes_years
        people = homes_by_year(r["dwellings"], r["people_per_dwelling"] or default, min(start, end), end, list(years))
        rows += [(r["development"], area, y, r["dwellings"], float(p)) for y, p in zip(years, people, strict=True)]
    schema = {
        "development": pl.String,
        "lsoa11": pl.String,
        "year": pl.Int64,
        "dwellings": pl.Int64,
        "people": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row"), tuple(outside)


def _nearest_area(areas: pl.DataFrame, easting: int | None, northing: int | None) -> str | None:
    """The small area of England whose centroid is nearest."""
    if easting is None or northing is None or areas.is_empty():
        return None
    at = areas.select("easting", "northing").to_numpy().astype(np.float64)
    return str(areas["lsoa11"][int(((at - (easting, northing)) ** 2).sum(axis=1).argmin())])


def _homes_lists(place: Place, homes: pl.DataFrame, units: Sequence[Unit]) -> pl.DataFrame:
    """People of new homes by unit and year, if they register as their neighbours have."""
    registered = pl.concat([place.areas, place.areas_beyond]).select("lsoa11", "registered")
    shares = (
        place.registrations.join(registered, on="lsoa11")
        .filter(pl.col("registered") > 0)
        .with_columns((pl.col("patients") / pl.col("registered")).alias("share"))
        .join(homes.group_by("lsoa11", "year").agg(pl.col("people").sum()), on="lsoa11")
        .group_by("practice_code", "year")
        .agg((pl.col("share") * pl.col("people")).sort().sum().alias("people"))
    )
    nowhere = (
        homes.filter(pl.col("lsoa11").is_null())
        .group_by("year")
        .agg(pl.col("people").sort().sum())
        .select(pl.lit(place.code).alias("unit_code"), "year", "people")
    )
    member = pl.DataFrame(
        [(u.code, p) for u in units for p in u.practices],
        schema={"unit_code": pl.String, "practice_code": pl.String}, orient="row",
    )  # fmt: skip
    return (
        pl.concat([member.join(shares, on="practice_code").select("unit_code", "year", "people"), nowhere])
        .group_by("unit_code", "year")
        .agg(pl.col("people").sort().sum())
        .sort("unit_code", "year")
    )


def _councils(place: Place, england: Place, tables: ReferenceTables) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """Councils of 2021 with a projection, in which the place's areas lie or its patients live; and code and name of those
    without one in which its areas lie (or its patients live, if it has no areas of its own)."""
    mine = place.areas if place.areas.height else place.areas_beyond
    where = pl.concat([place.areas, place.areas_beyond]).select("lsoa11", "ltla21")
    lived = place.registrations.join(where, on="lsoa11").group_by("ltla21").agg(pl.col("patients").sum())
    many = lived.filter(pl.col("patients") >= A_PART * pl.col("patients").sum())["ltla21"]
    lived_in = set(place.areas["ltla21"].drop_nulls()) | set(many)
    there = set(tables.projections["area_code"])
    names = dict(
        england.groups.filter(pl.col("group_type") == "ltla21").select("group_code", "group_name").unique().iter_rows()
    )
    missing = sorted(set(mine["ltla21"].drop_nulls()) - there)
    return sorted(lived_in & there), tuple((c, names.get(c, c)) for c in missing)


def _one_council(
    code: str, england: Place, tables: ReferenceTables, years: tuple[int, ...], settings: NeedSettings
) -> tuple[list[str], Array]:
    own = england.areas.filter(pl.col("ltla21") == code)["lsoa11"].sort()
    ages = england.area_ages.filter(pl.col("lsoa11").is_in(own.implode())).sort("lsoa11")
    base = ages.drop("lsoa11").to_numpy().astype(np.float64)
    rows = tables.projections.filter(pl.col("area_code") == code).sort("year", "age")
    totals = rows["people"].to_numpy().reshape(len(years), -1)
    return ages["lsoa11"].to_list(), project_within(
        base, totals, years_between=years[0] - BASE_YEAR, moves_until=settings.moves_until_age
    )


def _published(tables: ReferenceTables, council: str) -> Array:
    rows = tables.projections.filter(pl.col("area_code") == council).sort("year", "age")
    return rows["people"].to_numpy().reshape(rows["year"].n_unique(), -1)


def _whole_people(
    banded: Array, owner: Sequence[str], tables: ReferenceTables, councils: Sequence[str], years: tuple[int, ...]
) -> NDArray[np.int64]:
    """Whole people by area, year and band: bands add up to the council's published total, areas to the bands."""
    whole = np.zeros(banded.shape, dtype=np.int64)
    at = np.array(owner)
    for council in councils:
        mine = np.flatnonzero(at == council)
        bands = np.add.reduceat(_published(tables, council), BANDS, axis=-1)
        group = np.repeat(np.arange(len(years)), len(BANDS))
        targets = round_within(bands.ravel(), group).reshape(bands.shape)
        part = banded[mine]
        scaled = part * (targets / np.where(bands > 0, bands, 1.0))
        cells = np.broadcast_to(np.arange(targets.size).reshape(targets.shape), part.shape)
        whole[mine] = round_within(scaled.ravel(), cells.ravel().astype(np.int64)).reshape(part.shape)
    return whole


def _project_lists(
    place: Place, units: Sequence[Unit], people: Array, codes: Sequence[str], owner: Sequence[str], banded: Array,
    years: tuple[int, ...], base_year: int,
) -> tuple[pl.DataFrame, dict[str, float]]:  # fmt: skip
    """Lists by year and band: each grows as its patients' areas do, all together as the councils do."""
    row = {c: k for k, c in enumerate(codes)}
    practices = sorted({p for u in units for p in u.practices})
    at = {p: k for k, p in enumerate(practices)}
    registered = dict(
        pl.concat([place.areas, place.areas_beyond]).drop_nulls("registered").select("lsoa11", "registered").iter_rows()
    )
    weight, in_council = np.zeros((len(practices), len(codes))), np.zeros((len(practices), len(set(owner))))
    council_at = {c: k for k, c in enumerate(dict.fromkeys(owner))}
    patients, reached = np.zeros(len(practices)), np.zeros(len(practices))
    for p, area, n in place.registrations.iter_rows():
        if p not in at:
            continue
        patients[at[p]] += n
        if area in row and registered.get(area):
            reached[at[p]] += n
            weight[at[p], row[area]] += n / registered[area]
            in_council[at[p], council_at[owner[row[area]]]] += n
    first = years.index(base_year)
    later = banded[:, first:]
    live = np.tensordot(weight, later, axes=1)
    growth = np.divide(live, live[:, :1], out=np.ones_like(live), where=live[:, :1] > 0)
    own = {u.practices[0]: people[k] for k, u in enumerate(units) if len(u.practices) == 1 and u.code == u.practices[0]}
    now = np.array([own.get(p, np.zeros(len(BANDS))) for p in practices]).reshape(len(practices), len(BANDS))
    covered = np.divide(reached, patients, out=np.zeros_like(reached), where=patients > 0)
    now = np.where((covered > ENOUGH)[:, None], now, 0.0)
    exact = now[:, None, :] * growth
    control = _control(now, in_council, banded, owner, council_at, first)
    sums = exact.sum(axis=0)
    exact = exact * np.divide(control, sums, out=np.ones_like(sums), where=sums > 0)
    by_unit = {u.code: [at[p] for p in u.practices] for u in units}
    reach = {
        c: float(reached[k].sum() / patients[k].sum()) if k and patients[k].sum() else 0.0 for c, k in by_unit.items()
    }
    frames = []
    for u in units:
        held = [k for k in by_unit[u.code] if covered[k] > ENOUGH]
        if not held or len(held) < len(by_unit[u.code]):
            continue
        frames.append(_list_rows(u.code, years[first:], exact[held].sum(axis=0)))
    return (pl.concat(frames) if frames else _no_lists()), reach


def _control(
    now: Array, in_council: Array, banded: Array, owner: Sequence[str], council_at: dict[str, int], first: int
) -> Array:
    """What all lists must add up to by year and band: today's patients of each council grown as the council's people."""
    share = in_council / np.maximum(in_council.sum(axis=1, keepdims=True), 1.0)
    mine = np.array([council_at[c] for c in owner])
    control = np.zeros(banded.shape[1:])[first:]
    for k in range(len(council_at)):
        council = banded[mine == k].sum(axis=0)[first:]
        growth = np.divide(council, council[:1], out=np.ones_like(council), where=council[:1] > 0)
        control = control + (share[:, k] @ now)[None] * growth
    return np.asarray(control)


def _list_rows(code: str, years: Sequence[int], exact: Array) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "unit_code": [code] * exact.size,
            "year": np.repeat(list(years), len(BANDS)),
            "age_from": np.tile(BANDS, len(years)),
            "people": exact.ravel(),
        },
        schema=_no_lists().schema,
    )


def _long(codes: Sequence[str], owner: Sequence[str], years: Sequence[int], whole: NDArray[np.int64]) -> pl.DataFrame:
    cells = len(years) * len(BANDS)
    return pl.DataFrame(
        {
            "lsoa11": np.repeat(list(codes), cells),
            "ltla21": np.repeat(list(owner), cells),
            "year": np.tile(np.repeat(list(years), len(BANDS)), len(codes)),
            "age_from": np.tile(BANDS, len(codes) * len(years)),
            "people": whole.ravel(),
        },
        schema=_no_areas().schema,
    )


def _council_check(
    councils: Sequence[str],
    owner: Sequence[str],
    years: Sequence[int],
    whole: NDArray[np.int64],
    tables: ReferenceTables,
) -> pl.DataFrame:
    names = dict(tables.projections.select("area_code", "area_name").unique().iter_rows())
    at, rows = np.array(owner), []
    for council in councils:
        published = _published(tables, council)
        for k, year in enumerate(years):
            ours = whole[at == council][:, k]
            old = float(published[k, 65:].sum())
            rows.append((council, names[council], year, float(published[k].sum()), int(ours.sum()), old,
                         int(ours[:, [i for i, b in enumerate(BANDS) if b >= 65]].sum())))  # fmt: skip
    return pl.DataFrame(rows, schema=_no_councils().schema, orient="row")


def _no_areas() -> pl.DataFrame:
    kinds = {"lsoa11": pl.String, "ltla21": pl.String, "year": pl.Int64, "age_from": pl.Int64, "people": pl.Int64}
    return pl.DataFrame(schema=kinds)


def _no_lists() -> pl.DataFrame:
    return pl.DataFrame(schema={"unit_code": pl.String, "year": pl.Int64, "age_from": pl.Int64, "people": pl.Float64})


def _no_councils() -> pl.DataFrame:
    return pl.DataFrame(
        schema={"area_code": pl.String, "area_name": pl.String, "year": pl.Int64, "published": pl.Float64,
                "ours": pl.Int64, "published_65_plus": pl.Float64, "ours_65_plus": pl.Int64}
    )  # fmt: skip


def _list_year(place: Place) -> int:
    return int(find_vintage(place.vintage).lists[:4])


def _as_year(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / 365.25


def _years_from(as_at: date) -> tuple[int, ...]:
    return tuple(range(as_at.year, as_at.year + 26))
