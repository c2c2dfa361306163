"""Whose areas are far: minutes by age, deprivation, rurality, carlessness and illness of areas, and the worst served."""

import math
from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from chesil.analyses.access.making import Of, made, mean_minutes, share_within
from chesil.analyses.access.reaching import Reached
from chesil.core.figure import Figure
from chesil.methods.inequality import slope_index
from chesil.place.place import Place

Array = NDArray[np.float64]

AGES = (("0 to 15", 0, 15), ("16 to 64", 16, 64), ("65 to 74", 65, 74), ("75 to 84", 75, 84), ("85 and over", 85, 90))
LAND = (("conurbation", "AB"), ("city and town", "C"), ("town and fringe", "D"), ("village and dispersed", "EF"))
FIFTHS = {
    "deprivation": ("imd_score_2025", "IMD 2025", ("most deprived", "second", "middle", "fourth", "least deprived")),
    "carlessness": (
        "no_car_share_2011", "households without a car, 2011", ("most without a car", "second", "middle", "fourth", "fewest")
    ),
    "illness": (
        "illness_share_2011", "long-term illness, 2011", ("most long-term illness", "second", "middle", "fourth", "least")
    ),
}  # fmt: skip
WALK_MINUTES = 30


def who_groups(place: Place, england: Place) -> dict[str, list[tuple[str, Array]]]:
    """For each kind of group, its groups in order with the residents of each of the place's areas who count in it."""
    areas = place.areas.sort("lsoa11")
    residents = areas["residents_2020"].fill_null(0).to_numpy().astype(float)
    groups: dict[str, list[tuple[str, Array]]] = {"age": []}
    ages = areas.select("lsoa11").join(place.area_ages, on="lsoa11", how="left", maintain_order="left").fill_null(0)
    if place.area_ages.height:
        for name, low, high in AGES:
            columns = [f"age_{a}" for a in range(low, high + 1)]
            groups["age"].append((name, ages.select(pl.sum_horizontal(columns)).to_series().to_numpy().astype(float)))
    letters = [code[0] for code in areas["ruc11_code"]]
    groups["rurality"] = [(n, residents * np.array([x in kinds for x in letters])) for n, kinds in LAND]
    for kind, (column, _, names) in FIFTHS.items():
        cuts = np.nanquantile(england.areas[column].drop_nulls().to_numpy(), [0.2, 0.4, 0.6, 0.8])
        values = areas[column].to_numpy().astype(float)
        fifth = 4 - np.searchsorted(cuts, values, side="left")
        groups[kind] = [(n, residents * ((fifth == k) & np.isfinite(values))) for k, n in enumerate(names)]
    return groups


def who_figures(place: Place, england: Place, reached: Reached) -> list[Figure]:
    """Minutes by car and the share within half an hour's walk, for people in areas of each group, and their slopes."""
    areas = place.areas.sort("lsoa11")["lsoa11"].to_list()
    index = reached.index
    rows = np.array([index[a] for a in areas], dtype=np.int64)
    receipts = (*place.receipts_for("areas", "easting"), *place.receipts_for("area_ages"), *place.receipts_for("sites"))
    figures = []
    for kind, groups in who_groups(place, england).items():
        column = FIFTHS[kind][0] if kind in FIFTHS else ""
        given = {
            "receipts": tuple(dict.fromkeys((*receipts, *(place.receipts_for("areas", column) if column else ()))))
        }
        made_here = []
        for name, people in groups:
            of = Of(f"{place.code}:{kind}:{name}", f"{place.name}, {kind}: {name}")
            drive = mean_minutes(
                "access_group_drive", of, place, reached.nearest["drive"][rows], people, reached.errors["drive"][rows],
                reached.shared("drive"), notes=(reached.about["drive"],), standing=reached.standing("drive"), **given,
            )  # fmt: skip
            walk = share_within(
                "access_group_walk", of, place, reached.nearest["walk"][rows], people, reached.errors["walk"][rows],
                reached.shared("walk"), WALK_MINUTES, notes=(reached.about["walk"],), standing=reached.standing("walk"),
                **given,
            )  # fmt: skip
            figures += [drive, walk]
            made_here.append((drive, people))
        if kind in FIFTHS:
            figures.append(_slope(place, kind, made_here, reached, rows, given))
    return figures


def _slope(
    place: Place, kind: str, parts: list[tuple[Figure, Array]], reached: Reached, rows: NDArray[np.int64],
    given: Mapping[str, object],
) -> Figure:  # fmt: skip
    of = Of(f"{place.code}:{kind}", f"{place.name}, by {kind}")
    known = [(f, people) for f, people in parts if f.value is not None]
    if len(known) < 3:
        return made("access_slope", of, place, reason="people live in fewer than three fifths of areas", **given)
    values = np.array([f.value for f, _ in known], dtype=float)
    population = np.array([f.denominator for f, _ in known], dtype=float)
    seconds, error = reached.nearest["drive"][rows], reached.errors["drive"][rows]
    spread = []
    for _, people in known:
        way = np.isfinite(seconds)
        spread.append(
            math.sqrt(math.fsum((people[way] * seconds[way] / 60 * error[way]) ** 2)) / max(math.fsum(people[way]), 1.0)
        )
    found = slope_index(values, np.maximum(np.array(spread), 1e-9), population)
    return made(
        "access_slope", of, place, value=float(found.sii), lower=float(found.lower), upper=float(found.upper),
        lower998=float(found.lower998), upper998=float(found.upper998),
        limits="exact normal, from the error of each area's modelled time, 95% and 99.8%", **given,
    )  # fmt: skip


def worst_areas(table: pl.DataFrame, most: int) -> pl.DataFrame:
    """The areas furthest by car from a surgery, those that cannot reach one first, with their people."""
    return table.sort(["drive_minutes", "lsoa11"], descending=[True, False], nulls_last=True).head(most)


def worst_figures(place: Place, worst: pl.DataFrame) -> list[Figure]:
    """People in the worst-served areas, their minutes, and how many of their households have no car."""
    of = Of(place.code, place.name)
    receipts = (*place.receipts_for("areas", "easting"), *place.receipts_for("sites"))
    people = worst["residents_2020"].fill_null(0).to_numpy().astype(float)
    minutes = worst["drive_minutes"].to_numpy().astype(float)
    total = math.fsum(people)
    figures = [made("access_worst_people", of, place, value=total, numerator=total, receipts=receipts)]
    way = np.isfinite(minutes)
    if total and way.any():
        number = math.fsum(people[way] * minutes[way])
        figures.append(
            made("access_worst_minutes", of, place, value=number / math.fsum(people[way]), numerator=number,
                 denominator=math.fsum(people[way]), receipts=receipts)
        )  # fmt: skip
    return figures
