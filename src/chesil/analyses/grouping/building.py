"""From a place to a districting problem: which practices touch by where their patients live, how far, how many."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from chesil.analyses.grouping.settings import GroupingSettings
from chesil.core.errors import InputRefused, Problem, did_you_mean
from chesil.methods.districting import Bools, Districting, Floats, MeanBounds, components, joined_by
from chesil.place.place import Place

DEPRIVATION = "imd_score_2025"
IN_ENGLAND = pl.col("lsoa11").str.starts_with("E01")


@dataclass(frozen=True, eq=False)
class Practices:
    """Practices of a place in order of their code, with what grouping needs of them.

    `flows` (practices, areas) are patients by area of residence. `bridges` are pairs that touch only because a part of
    the place would otherwise stand alone.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    lists: np.ndarray
    points: Floats
    touches: Bools
    areas: tuple[str, ...]
    flows: Floats
    pcns: tuple[str, ...]
    councils: tuple[str, ...]
    deprivation: Floats
    bridges: tuple[tuple[str, str], ...]

    @property
    def distances(self) -> Floats:
        """Straight-line kilometres between practices."""
        return np.hypot(*(self.points[:, None] - self.points[None]).transpose(2, 0, 1)) / 1000

    @property
    def shared(self) -> Floats:
        """For each pair, patients of one whose neighbour drawn at random in their area is a patient of the other."""
        totals = np.maximum(self.flows.sum(axis=0), 1.0)
        return (self.flows / totals) @ self.flows.T


def practices_of(place: Place, neighbours: pl.DataFrame, settings: GroupingSettings) -> Practices:
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
    touches, bridges = _bridged(touches, points, codes)
    scores = np.array([of_area[a][3] if a in of_area and of_area[a][3] is not None else np.nan for a in areas])
    with_score = np.where(np.isnan(scores), 0.0, 1.0)
    people = np.maximum(matrix @ with_score, 1.0)
    councils = [
        str(of_area[areas[int(np.argmax(row))]][2]) if areas[int(np.argmax(row))] in of_area else "" for row in matrix
    ]
    return Practices(
        codes, tuple(table["practice_name"]), table["list_size"].to_numpy().astype(np.int64), points, touches, areas, matrix,
        tuple(p or "U" for p in table["pcn_code"]), tuple(councils), (matrix @ np.nan_to_num(scores)) / people, bridges,
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


def _bridged(touches: Bools, points: Floats, codes: tuple[str, ...]) -> tuple[Bools, tuple[tuple[str, str], ...]]:
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


@dataclass(frozen=True, eq=False)
class Posed:
    """The problem, which practices (by index) are its units, and the exceptions: groups of their own, by index."""

    problem: Districting
    units: tuple[int, ...]
    exceptions: tuple[tuple[int, ...], ...]


def pose(practices: Practices, settings: GroupingSettings) -> Posed:
    """The districting problem. A practice above the upper bound, with those fixed to it, is its own group.

    `InputRefused` names every pair that cannot be kept.
    """
    together, apart = _pairs(practices, settings)
    big = [k for k, size in enumerate(practices.lists) if size > settings.high]
    root = joined_by(len(practices.codes), together)
    exceptions = sorted({tuple(k for k in range(len(root)) if root[k] == root[b]) for b in big})
    set_apart = {k for e in exceptions for k in e}
    units = tuple(k for k in range(len(practices.codes)) if k not in set_apart)
    at = {k: n for n, k in enumerate(units)}
    chosen = list(units)

    def inside(pairs: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        return tuple((at[a], at[b]) for a, b in pairs if a in at and b in at)

    count = max(0, settings.groups - len(exceptions)) or None if settings.groups else None
    problem = Districting(
        sizes=practices.lists[chosen],
        distances=practices.distances[np.ix_(chosen, chosen)],
        touches=practices.touches[np.ix_(chosen, chosen)],
        low=settings.low,
        high=settings.high,
        together=inside(together),
        apart=inside(apart),
        pair_costs=pair_costs(practices, settings, chosen),
        means=_need_bounds(practices, settings, chosen),
        least_groups=count,
        most_groups=count,
    )
    return Posed(problem, units, tuple(exceptions))


def pair_costs(practices: Practices, settings: GroupingSettings, chosen: list[int]) -> Floats | None:
    """What it costs (below nought: gains) to have each pair in one group, in kilometre-patients; None if nothing does."""
    if not (settings.flows_weight or settings.council_weight or settings.change_weight):
        return None
    lists = practices.lists.astype(np.float64)
    costs = -2 * settings.flows_weight * practices.shared
    pcns, councils = np.array(practices.pcns), np.array(practices.councils)
    total = {p: lists[pcns == p].sum() for p in set(practices.pcns)}
    same = (pcns[:, None] == pcns[None]) & (pcns[:, None] != "U")
    per_network = np.array([total[p] for p in practices.pcns])
    costs = costs - 2 * settings.change_weight * np.where(same, lists[:, None] * lists[None] / per_network, 0.0)
    across = councils[:, None] != councils[None]
    costs = costs + settings.council_weight * np.where(across, np.minimum(lists[:, None], lists[None]), 0.0)
    np.fill_diagonal(costs, 0.0)
    return costs[np.ix_(chosen, chosen)]


def _need_bounds(practices: Practices, settings: GroupingSettings, chosen: list[int]) -> tuple[MeanBounds, ...]:
    if not (settings.least_deprivation or settings.most_deprivation):
        return ()
    values, weights = practices.deprivation[chosen], practices.lists[chosen].astype(np.float64)
    return (MeanBounds(values, weights, settings.least_deprivation, settings.most_deprivation or np.inf),)


def _pairs(practices: Practices, settings: GroupingSettings) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    at: Mapping[str, int] = {c: k for k, c in enumerate(practices.codes)}
    problems: list[Problem] = []
    found: dict[str, list[tuple[int, int]]] = {}
    for name, pairs in (("together", settings.together), ("apart", settings.apart)):
        found[name] = []
        for pair in pairs:
            a, b = pair.upper().split()
            unknown = [c for c in (a, b) if c not in at]
            problems += [
                Problem(f"{c} is not a practice of the place", f"[grouping] {name}", "", did_you_mean(c, at))
                for c in unknown
            ]
            if a == b:
                problems.append(Problem(f"{a} is paired with itself", f"[grouping] {name}"))
            elif not unknown:
                found[name].append((at[a], at[b]))
    root = joined_by(len(practices.codes), found["together"])
    for one, other in found["apart"]:
        if root[one] == root[other]:
            what = f"{practices.codes[one]} and {practices.codes[other]} are to be kept together (in one step or more) and apart"
            problems.append(Problem(what, "[grouping]", "no plan can do both", "Take one of the pairs out"))
    for least in sorted(set(root)):
        members = [k for k, r in enumerate(root) if r == least]
        size = int(practices.lists[members].sum())
        if len(members) > 1 and size > settings.high and all(practices.lists[k] <= settings.high for k in members):
            named = ", ".join(practices.codes[k] for k in members)
            what = f"{named} are kept together and have {size:,} patients, above {settings.high:,}"
            problems.append(Problem(what, "[grouping] together", "", "Part them, or raise `high`"))
    if problems:
        raise InputRefused("The pairs of practices cannot be kept", problems)
    return found["together"], found["apart"]
