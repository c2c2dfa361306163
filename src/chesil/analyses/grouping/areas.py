"""From a place to its small areas as units of grouping: residents, borders, and in which area their practices stand."""

import numpy as np
import polars as pl

from chesil.analyses.grouping.building import DEPRIVATION, Units, bridged
from chesil.analyses.grouping.settings import GroupingSettings
from chesil.core.errors import InputRefused, Problem
from chesil.methods.districting import Bools, Floats
from chesil.place.place import Place


def areas_of(place: Place, neighbours: pl.DataFrame, settings: GroupingSettings) -> Units:
    """Gather the small areas of a place. `neighbours` are the pack's pairs of areas that share a border.

    A practice stands in the area whose middle is nearest to its main surgery (assumed: no area of a surgery is
    published); patients of practices outside the place are left out of the flows. An area's network is the one that most
    of its registered people use. `InputRefused` if the place has no areas of its own or residents are not known.
    """
    table = place.areas.drop_nulls(["residents_2020", "easting", "northing"]).sort("lsoa11")
    if table.height < 2 or place.registrations.is_empty():
        why = (
            "nobody knows where patients live then" if table.height >= 2 else "the place has no small areas of its own"
        )
        raise InputRefused(
            "Groups of areas cannot be drawn",
            [Problem(why, place.vintage, "", "Ask for a board, a council or areas, at the vintage 2022/23 or 2025/26")],
        )
    codes = tuple(table["lsoa11"])
    points = table.select(pl.col("easting", "northing").cast(pl.Float64)).to_numpy()
    flows, by_practice, practices = _journeys(place, codes, points)
    touches, bridges = bridged(_sharing_borders(codes, neighbours), points, codes)
    networks = dict(place.practices.select("practice_code", "pcn_code").iter_rows())
    scores = table[DEPRIVATION].to_numpy().astype(np.float64)
    return Units(
        "areas", codes, tuple(table["area_name"]), table["residents_2020"].to_numpy().astype(np.int64), points, touches, codes,
        flows, (flows + flows.T) / 2, _main_networks(by_practice, [networks.get(p) or "U" for p in practices]),
        tuple(c or "" for c in table["ltla24"]), np.where(np.isnan(scores), np.nanmean(scores), scores), bridges,
    )  # fmt: skip


def _sharing_borders(codes: tuple[str, ...], neighbours: pl.DataFrame) -> Bools:
    at = {c: k for k, c in enumerate(codes)}
    touches = np.zeros((len(codes), len(codes)), dtype=bool)
    for a, b in neighbours.select("lsoa11_a", "lsoa11_b").iter_rows():
        if a in at and b in at:
            touches[at[a], at[b]] = touches[at[b], at[a]] = True
    return touches


def _journeys(place: Place, codes: tuple[str, ...], points: Floats) -> tuple[Floats, Floats, list[str]]:
    """Patients by area of residence and area of their surgery; by area of residence and practice; the practices."""
    located = place.practices.drop_nulls(["easting", "northing"]).sort("practice_code")
    practices = located["practice_code"].to_list()
    at, column = {c: k for k, c in enumerate(codes)}, {p: k for k, p in enumerate(practices)}
    patients = np.zeros((len(codes), len(practices)))
    for practice, area, people in place.registrations.select("practice_code", "lsoa11", "patients").iter_rows():
        if practice in column and area in at:
            patients[at[area], column[practice]] += people
    flows = np.zeros((len(codes), len(codes)))
    for k, (x, y) in enumerate(located.select(pl.col("easting", "northing").cast(pl.Float64)).iter_rows()):
        flows[:, int(np.argmin(np.hypot(*(points - [x, y]).T)))] += patients[:, k]
    return flows, patients, practices


def _main_networks(patients: Floats, networks: list[str]) -> tuple[str, ...]:
    names = sorted(set(networks))
    by_network = np.column_stack(
        [patients[:, [k for k, n in enumerate(networks) if n == name]].sum(axis=1) for name in names]
    )
    return tuple(names[int(np.argmax(row))] if row.any() else "U" for row in by_network)
