"""Journeys under each option: to people's own practice and the nearest surgery, before and after, and their shared errors."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from chesil.analyses.access.capacity import open_minutes
from chesil.analyses.access.making import Of, mean_minutes
from chesil.analyses.access.reaching import AFAR_MINUTES, Reached, Times, only_sites, own_pairs, people_of, reach_sites
from chesil.appraisal.equality import AreaChange
from chesil.core.figure import Figure
from chesil.definitions import load_parameter
from chesil.measures.computing import ALL, units_of
from chesil.place.links import PUBLIC
from chesil.place.place import Place
from chesil.place.serving import sites_serving
from chesil.place.travel import site_destinations

Array = NDArray[np.float64]
OWN, NEAREST = "access_drive_own", "access_walk_nearest"
JOURNEYS = (OWN, NEAREST)
CHANGE_MODES = ("drive", "walk", "public_least", "public_most")


FLOW = ["practice_code", "lsoa11"]
SESSION = 0.5
"""A site whose hours are known to be less than this share of the usual week is a session and no surgery (an assumption)."""
GRAIN = 20
"""Shares of a week are rounded to so many parts."""


@dataclass(frozen=True, eq=False)
class Journeys:
    """A place's journeys. `parts` are the parts of the week, as shares that sum to one, each with what is open in it:
    all of the week in one part unless some site is open for a session only.

    `near` are the flows that count (within an hour of their own practice under business as usual), a row for each part of
    the week with its `share`.
    """

    place: Place
    england: Place
    parts: tuple[tuple[float, Reached], ...]
    near: pl.DataFrame
    people: Array
    """Registered patients by area, nought beyond the edge."""
    flows: pl.DataFrame
    """Every flow: practice_code, lsoa11, patients."""

    @property
    def reached(self) -> Reached:
        """What is reached in most of the week: sessions left out."""
        return self.parts[-1][1]

    def nearest(self, mode: str) -> Array:
        """Seconds to the nearest surgery, the mean over the week (n,)."""
        return np.asarray(sum(share * r.nearest[mode] for share, r in self.parts))


def journeys_of(place: Place, england: Place, times_of: Times, usual: Journeys | None = None) -> Journeys:
    """Work out a place's journeys once. A session shortens ways for the share of the week in which it is held.

    Under an option the same people count as under business as usual (`usual`): those who lived over an hour from their own
    practice stay left out though a hub come within the hour, and those who lived within it stay in.
    """
    every = reach_sites(place, england, times_of)
    parts = tuple(
        (share, every if kept.all() else only_sites(every, kept, place, england))
        for share, kept in _parts(place, every)
    )
    own = [own_pairs(place, r).with_columns(pl.lit(share).alias("share")) for share, r in parts]
    counted = counted_flows(own[-1], usual)
    near = pl.concat(own).drop("patients").join(counted, on=FLOW, how="inner").sort(*FLOW, "share")
    people = people_of(place, units_of(place, ALL)[0], every) * every.inside
    return Journeys(place, england, parts, near, people, own[-1].select(*FLOW, "patients"))


def counted_flows(own: pl.DataFrame, usual: Journeys | None) -> pl.DataFrame:
    """The flows whose way to their own practice counts: practice_code, lsoa11, patients."""
    held = own.filter((pl.col("row") >= 0) & pl.col("seconds").is_finite()).select(*FLOW, "patients", "seconds")
    within = pl.col("seconds") <= AFAR_MINUTES * 60
    if usual is None:
        return held.filter(within).select(*FLOW, "patients")
    was_near = usual.near.select(FLOW).unique()
    was_far = usual.flows.join(was_near, on=FLOW, how="anti").rename({"patients": "far"})
    rows = held.join(was_far, on=FLOW, how="left").join(was_near.with_columns(near=True), on=FLOW, how="left")
    rows = rows.with_columns((pl.col("patients") - pl.col("far").fill_null(0)).alias("patients"))
    return rows.filter((pl.col("near").fill_null(False) | within) & (pl.col("patients") > 0)).select(*FLOW, "patients")


def sessions_of(place: Place) -> dict[str, float]:
    """Open sites that are sessions: the share of the usual week for which each is open. Unknown hours are a full week."""
    usual = load_parameter("core_hours_a_week").on(place.as_at).value * 60
    known = set(place.hours["site_code"]) & set(site_destinations(place)["code"])
    shares = {s: open_minutes(place.hours, [s])["all"] / usual for s in sorted(known)}
    return {s: max(1, round(GRAIN * x)) / GRAIN for s, x in shares.items() if x < SESSION}


def _parts(place: Place, reached: Reached) -> list[tuple[float, NDArray[np.bool_]]]:
    """Parts of the week and the sites open in each (m,), the last without any session: sessions are taken to coincide."""
    held = sessions_of(place)
    shares = np.array([held.get(s, 1.0) for s in reached.sites])
    cuts = sorted({*held.values(), 1.0})
    return [(cut - before, shares >= cut) for before, cut in zip([0.0, *cuts], cuts, strict=False)]


def minute_figures(journeys: Journeys, of: Of) -> tuple[Figure, Figure]:
    """Mean minutes by car to people's own practice and on foot to the nearest surgery."""
    place, reached, near = journeys.place, journeys.reached, journeys.near
    receipts = place.receipts_for("registrations")
    people = near["patients"].to_numpy() * near["share"].to_numpy()
    drive = mean_minutes(
        OWN, of, place, near["seconds"].to_numpy(), people, near["error"].to_numpy(), reached.shared("drive"),
        notes=(reached.about["drive"],), receipts=receipts, standing=reached.standing("drive"),
    )  # fmt: skip
    walk = mean_minutes(
        NEAREST, of, place, journeys.nearest("walk"), journeys.people, reached.errors["walk"], reached.shared("walk"),
        notes=(reached.about["walk"],), receipts=receipts, standing=reached.standing("walk"),
    )  # fmt: skip
    return drive, walk


def shared_errors(options: Sequence[Journeys]) -> dict[str, Array]:
    """How the errors of each option's mean minutes vary together: by measure (options, options), in minutes squared.

    The part that all of a place's times share is one error, and so is that of one way (an area to a site) wherever it is
    travelled: two options with the same journeys have the same error, so that their difference has none.
    """
    found = {}
    for measure, parts in ((OWN, [_own_parts(j) for j in options]), (NEAREST, [_nearest_parts(j) for j in options])):
        mode = "drive" if measure == OWN else "walk"
        every = {key: k for k, key in enumerate(sorted(set().union(*(p for _, p in parts))))}
        ways = np.zeros((len(options), len(every)))
        for k, (_, own) in enumerate(parts):
            ways[k, [every[key] for key in own]] = list(own.values())
        means = np.array([mean for mean, _ in parts])
        shared = np.array([j.reached.shared(mode) for j in options])
        found[measure] = ways @ ways.T + np.outer(means * shared, means * shared)
    return found


Way = tuple[str, str, int, int]
Parts = tuple[float, dict[Way, float]]
"""A mean in minutes, and what each way's error (one standard deviation) adds to it."""


def _own_parts(j: Journeys) -> Parts:
    people = pl.col("patients") * pl.col("share")
    total = math.fsum(j.near.select(people.alias("p"))["p"]) or 1.0
    minutes = pl.col("seconds") / 60 * people / total
    rows = j.near.select("lsoa11", "site_code", minutes.alias("m"), (minutes * pl.col("error")).alias("e"))
    ways = rows.group_by("lsoa11", "site_code").agg(pl.col("e").sum())
    at = _positions(j)
    return math.fsum(rows["m"]), {(a, s, *at[s]): e for a, s, e in ways.iter_rows()}


def _positions(j: Journeys) -> dict[str, tuple[int, int]]:
    """Where each site stands: a site that an option moves is another end of a way."""
    both = pl.concat([site_destinations(j.england), site_destinations(j.place)]).unique("code", keep="last")
    return {code: (east, north) for code, east, north in both.select("code", "easting", "northing").iter_rows()}


def _nearest_parts(j: Journeys) -> Parts:
    at, mean = _positions(j), 0.0
    own: dict[Way, float] = {}
    for share, reached in j.parts:
        seconds = reached.nearest["walk"]
        way = np.isfinite(seconds) & (j.people > 0)
        total = math.fsum(j.people[way]) or 1.0
        minutes = np.where(way, seconds, 0.0) / 60 * j.people / total * share
        errors = minutes * reached.errors["walk"]
        ends = [reached.sites[n] for n in reached.times["walk"].seconds.argmin(axis=1)] if reached.sites else []
        mean += math.fsum(minutes[way])
        for k in np.flatnonzero(way):
            key = (reached.areas[k], ends[k], *at[ends[k]])
            own[key] = own.get(key, 0.0) + float(errors[k])
    return mean, own


def by_straight_lines(options: Sequence[Journeys]) -> list[dict[str, float]]:
    """For each option, its mean minutes if they went by the straight line alone, business as usual (the first) as modelled.

    Another method of travel: no roads, land or water; the pace is that which gives business as usual its own mean.
    """
    lengths = [{OWN: _own_metres(j), NEAREST: _nearest_metres(j)} for j in options]
    usual = {OWN: _own_parts(options[0])[0], NEAREST: _nearest_parts(options[0])[0]}
    return [{m: usual[m] * x / lengths[0][m] for m, x in one.items() if lengths[0][m] > 0} for one in lengths]


def _own_metres(j: Journeys) -> float:
    """Mean metres from each area to the nearest site of its people's own practice, for those within an hour."""
    flows = j.near.select("practice_code", "lsoa11", "patients").unique(["practice_code", "lsoa11"])
    sites = site_destinations(j.place).select("code", "practice_code", "easting", "northing")
    sites = sites.filter(~pl.col("code").is_in(list(sessions_of(j.place))))
    serving = pl.DataFrame(
        [(p, s) for p, found in sites_serving(j.place).items() for s in found],
        schema={"practice_code": pl.String, "code": pl.String}, orient="row",
    )  # fmt: skip
    places = sites.select("code", "easting", "northing")
    every = pl.concat([sites.drop_nulls("practice_code"), serving.join(places, on="code").select(sites.columns)])
    pairs = flows.join(_area_points(j.place), on="lsoa11")
    pairs = pairs.join(every, on="practice_code", suffix="_site")
    metres = np.hypot(*((pairs[c] - pairs[f"{c}_site"]).to_numpy().astype(float) for c in ("easting", "northing")))
    nearest = (
        pairs.with_columns(pl.Series("metres", metres))
        .group_by("practice_code", "lsoa11")
        .agg(pl.col("metres").min(), pl.col("patients").first())
    )
    people = math.fsum(nearest["patients"])
    return math.fsum(nearest["metres"] * nearest["patients"]) / people if people else 0.0


def _nearest_metres(j: Journeys) -> float:
    """Mean metres from each area within the edge to the nearest surgery of any practice."""
    areas = _area_points(j.place).join(pl.DataFrame({"lsoa11": j.reached.areas, "people": j.people}), on="lsoa11")
    areas = areas.filter(pl.col("people") > 0).sort("lsoa11")
    own, england = site_destinations(j.place), site_destinations(j.england)
    open_all_week = set(j.reached.sites) - set(sessions_of(j.place))
    here = pl.concat([own, england]).unique("code", keep="first").filter(pl.col("code").is_in(list(open_all_week)))
    if areas.is_empty() or here.is_empty():
        return 0.0
    xy = ("easting", "northing")
    metres = cKDTree(here.select(xy).to_numpy().astype(float)).query(areas.select(xy).to_numpy().astype(float))[0]
    people = areas["people"].to_numpy()
    return math.fsum(metres * people) / math.fsum(people)


def _area_points(place: Place) -> pl.DataFrame:
    points = [t.select("lsoa11", "easting", "northing") for t in (place.areas, place.areas_beyond)]
    return pl.concat(points).unique("lsoa11", keep="first").sort("lsoa11")


def changes(usual: Journeys, after: Journeys) -> dict[str, AreaChange]:
    """Minutes of each area before and after, by mode: by car to people's own practice, otherwise to the nearest surgery.

    By public transport or walking they are a likely range ("public_least", "public_most"), or the study's routed minutes
    as both its ends. Where everybody of an area would leave for practices beyond the place, the nearest surgery by car
    stands in for their own.
    """
    areas = usual.place.areas.sort("lsoa11")
    codes = areas["lsoa11"].to_list()
    rows = [np.array([j.reached.index[c] for c in codes], dtype=np.int64) for j in (usual, after)]
    people = areas["residents_2020"].fill_null(0).to_numpy().astype(float)
    touched = affected(usual.place, after.place, codes)
    minutes = [_minutes(j, codes, r) for j, r in zip((usual, after), rows, strict=True)]
    gone = np.isinf(minutes[1]["drive"]) & np.isfinite(minutes[0]["drive"])
    minutes[1]["drive"] = np.where(gone, after.nearest("drive")[rows[1]] / 60, minutes[1]["drive"])
    return {m: AreaChange(m, tuple(codes), people, touched, minutes[0][m], minutes[1][m]) for m in CHANGE_MODES}


def _minutes(j: Journeys, codes: Sequence[str], rows: NDArray[np.int64]) -> dict[str, Array]:
    ends = [np.asarray(sum(share * r.public[k] for share, r in j.parts)) for k in (0, 1)]
    low, high = (j.nearest(PUBLIC) / 60,) * 2 if PUBLIC in j.reached.nearest else ends
    return {
        "drive": _own_minutes(j, codes),
        "walk": j.nearest("walk")[rows] / 60,
        "public_least": low[rows],
        "public_most": high[rows],
    }


def _own_minutes(j: Journeys, codes: Sequence[str]) -> Array:
    """Mean minutes of each area's registered people to their own practice (those within an hour), by car."""
    people = pl.col("patients") * pl.col("share")
    means = j.near.group_by("lsoa11").agg(((pl.col("seconds") * people).sum() / people.sum()).alias("s"))
    found = dict(means.iter_rows())
    return np.array([found.get(c, math.inf) for c in codes], dtype=np.float64) / 60


def affected(before: Place, after: Place, codes: Sequence[str]) -> Array:
    """Registered people of each area whose practice ends, or whose practice's open sites or hubs change."""
    old, new = _open_sites(before), _open_sites(after)
    ended = set(before.practices["practice_code"]) - set(after.practices["practice_code"])
    touched = ended | {p for p in before.practices["practice_code"] if old.get(p) != new.get(p)}
    flows = before.registrations.filter(pl.col("practice_code").is_in(list(touched)))
    by_area = dict(flows.group_by("lsoa11").agg(pl.col("patients").sum()).iter_rows())
    return np.array([by_area.get(c, 0) for c in codes], dtype=np.float64)


def _open_sites(place: Place) -> dict[str, frozenset[tuple[object, ...]]]:
    held = place.sites.filter(pl.col("status") == "open").select("practice_code", "site_code", "easting", "northing")
    sets: dict[str, set[tuple[object, ...]]] = {}
    where = {}
    for practice, *site in held.iter_rows():
        where[site[0]] = tuple(site)
        sets.setdefault(practice, set()).add(tuple(site))
    for practice, sites in sites_serving(place).items():
        sets.setdefault(practice, set()).update(where[s] for s in sites)
    return {p: frozenset(s) for p, s in sets.items()}
