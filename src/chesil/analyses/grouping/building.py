"""From a place to a districting problem: which practices touch by where their patients live, how far, how many."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from chesil.analyses.grouping.settings import GroupingSettings
from chesil.core.errors import InputRefused, Problem
from chesil.methods.districting import Bools, Floats, components
from chesil.place.place import Place

DEPRIVATION = "imd_score_2025"
IN_ENGLAND = pl.col("lsoa11").str.starts_with("E01")


@dataclass(frozen=True, eq=False)
class Units:
    """The practices or the areas of a place in order of their code, with what grouping needs of them.

    `people` are patients of practices or residents of areas. `flows` (units, areas) are patients by area: of a practice,
    where they live; of an area's residents, in which area their practice stands. `shared` (units, units), symmetric, are
    patients who are kept together if two units share a group: of practices, those whose neighbour drawn at random in
    their small area is a patient of the other; of areas, those who live in one and whose practice stands in the other.
    `bridges` are pairs that touch only because a part of the place would otherwise stand alone.
    """

    of: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    people: np.ndarray
    points: Floats
    touches: Bools
    areas: tuple[str, ...]
    flows: Floats
    shared: Floats
    pcns: tuple[str, ...]
    councils: tuple[str, ...]
    deprivation: Floats
    bridges: tuple[tuple[str, str], ...]

    @cached_property
    def distances(self) -> Floats:
        """Straight-line kilometres between units."""
        return np.hypot(*(self.points[:, None] - self.points[None]).transpose(2, 0, 1)) / 1000

    def named(self, k: int) -> str:
        """Name and code of one unit."""
        return f"{self.names[k].title() if self.of == 'practices' else self.names[k]} ({self.codes[k]})"


def practices_of(place: Place, neighbours: pl.DataFrame, settings: GroupingSettings) -> Units:
    """Gather the practices of a place. `neighbours` are the pack's pairs of areas that share a border.

    `InputRefused` if it is not known where patients live at the place's vintage, or nobody is registered.
    """
    table = place.practices.sort("practice_code")
    flows = place.registrations.filter(IN_ENGLAND & (pl.col("patients") > 0)).sort("practice_code", "lsoa11")
    missing = sorted(set(table["practice_code"]) - set(flows["practice_code"]))
    if missing or table.is_empty():
        what = f"where patients of {', '.join(missing[:5]) or 'any practice'} live is not known at {place.vintage}"
        raise InputRefused("Groups cannot be drawn", [Problem(what, "", "groups hang together by where people live",
                           "Use the vintage 2022/23 or 2025/26")])  # fmt: skip
    codes = tuple(table["practice_code"])
    areas = tuple(sorted(set(flows["lsoa11"])))
    at, column = {c: k for k, c in enumerate(codes)}, {a: k for k, a in enumerate(areas)}
    matrix = np.zeros((len(codes), len(areas)))
    for code, area, patients in flows.select("practice_code", "lsoa11", "patients").iter_rows():
        matrix[at[code], column[area]] = patients
    known = pl.concat([place.areas, place.areas_beyond]).select("lsoa11", "easting", "northing", "ltla24", DEPRIVATION)
    of_area = {r[0]: r[1:] for r in known.iter_rows()}
    middles = np.array([of_area[a][:2] if a in of_area else (np.nan, np.nan) for a in areas], dtype=np.float64)
    points = _points(table, matrix, middles, settings)
    touches = _touching(matrix, areas, set(place.areas["lsoa11"]), neighbours, settings)
    touches, bridges = bridged(touches, points, codes)
    scores = np.array([of_area[a][3] if a in of_area and of_area[a][3] is not None else np.nan for a in areas])
    with_score = np.where(np.isnan(scores), 0.0, 1.0)
    people = np.maximum(matrix @ with_score, 1.0)
    councils = [
        str(of_area[areas[int(np.argmax(row))]][2]) if areas[int(np.argmax(row))] in of_area else "" for row in matrix
    ]
    shared = (matrix / np.maximum(matrix.sum(axis=0), 1.0)) @ matrix.T
    return Units(
        "practices", codes, tuple(table["practice_name"]), table["list_size"].to_numpy().astype(np.int64), points, touches,
        areas, matrix, shared, tuple(p or "U" for p in table["pcn_code"]), tuple(councils),
        (matrix @ np.nan_to_num(scores)) / people, bridges,
    )  # fmt: skip


def _points(table: pl.DataFrame, matrix: Floats, middles: Floats, settings: GroupingSettings) -> Floats:
    """Main surgeries, or middles of patients where asked for or where a surgery is not located; metres."""
    known = ~np.isnan(middles).any(axis=1)
    weights = matrix[:, known]
    people = np.maximum(weights.sum(axis=1, keepdims=True), 1.0)
    middle = weights @ middles[known] / people
    surgery = table.select(pl.col("easting", "northing").cast(pl.Float64)).to_numpy()
    return np.where(np.isnan(surgery), middle, surgery) if settings.centre == "surgery" else middle


def _touching(
    matrix: Floats, areas: tuple[str, ...], inside: set[str], neighbours: pl.DataFrame, settings: GroupingSettings
) -> Bools:
    """Which practices touch: their own areas are one or share a border, or enough of one's list lives in the other's core.

    A practice's own areas are its core (the fewest that hold `core_share` of its list) and those of the place where it has
    more patients than any other practice.
    """
    core = np.zeros(matrix.shape, dtype=bool)
    for k, row in enumerate(matrix):
        order = np.lexsort((np.arange(len(row)), -row))
        before = np.cumsum(row[order]) - row[order]
        core[k, order[(before < settings.core_share * row.sum()) & (row[order] > 0)]] = True
    own = core.copy()
    within = np.array([a in inside for a in areas])
    most = matrix.argmax(axis=0)
    own[most[within], np.flatnonzero(within)] = True
    column = {a: k for k, a in enumerate(areas)}
    pairs = [
        (column[a], column[b])
        for a, b in neighbours.select("lsoa11_a", "lsoa11_b").iter_rows()
        if a in column and b in column
    ]
    reach = own.copy()
    for a, b in pairs:
        reach[:, a] |= own[:, b]
        reach[:, b] |= own[:, a]
    touches = reach.astype(np.float32) @ own.T.astype(np.float32) > 0
    overlap = (matrix @ core.T.astype(np.float64)) >= settings.overlap_share * matrix.sum(axis=1, keepdims=True)
    touches = touches | touches.T | overlap | overlap.T
    np.fill_diagonal(touches, False)
    return touches


def bridged(touches: Bools, points: Floats, codes: tuple[str, ...]) -> tuple[Bools, tuple[tuple[str, str], ...]]:
    """Parts that stand alone joined to the nearest other part, so that an island can be grouped; the joins are named."""
    touches, bridges = touches.copy(), []
    while len(parts := components(touches)) > 1:
        part = min(parts, key=lambda p: (len(p), p[0]))
        rest = [i for i in range(len(codes)) if i not in part]
        apart = np.hypot(*(points[part][:, None] - points[rest][None]).transpose(2, 0, 1))
        i, j = np.unravel_index(int(np.argmin(apart)), apart.shape)
        a, b = part[int(i)], rest[int(j)]
        touches[a, b] = touches[b, a] = True
        bridges.append((codes[min(a, b)], codes[max(a, b)]))
    return touches, tuple(bridges)
