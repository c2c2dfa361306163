"""Times of journeys for every option alike: routed where the study has them all, else modelled; each way is worked out once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from chesil.analyses.access.reaching import Times, surgeries_near
from chesil.place.links import study_times
from chesil.place.place import Place
from chesil.place.travel import MODES, TravelTimes, site_destinations, travel_times_by_mode
from chesil.study import Study

POINT = ("code", "easting", "northing")


def option_times(study: Study, places: Sequence[Place], england: Place, ferries: bool) -> tuple[Times, str]:
    """Times for every option alike, and a warning or "".

    The study's routed times are used only if they reach every site of every option: a new site whose ways are modelled
    would look near or far only because they were found otherwise.
    """

    def modelled(
        origins: pl.DataFrame, destinations: pl.DataFrame, modes: Sequence[str] = MODES
    ) -> Mapping[str, TravelTimes]:
        return travel_times_by_mode(origins, destinations, modes, ferries=ferries)

    if not study.links:
        return _once(modelled, places, england), ""
    sites = frozenset(code for p in places for code in site_destinations(p)["code"])
    lacking = {m: sites - set(t["to"]) for m, t in study.links.items()}
    missing = set().union(*lacking.values(), _moved(places))
    if missing:
        said = f"The study’s routed times lack {len(missing)} sites of its options: journeys under every option are modelled."
        return _once(modelled, places, england), f"{said} Run `chesil routes` again to have them routed."
    about = {m: study.receipts[f"links:{m}"].caveat for m in study.links if f"links:{m}" in study.receipts}
    return study_times(study.links, sites, about, ferries=ferries), ""


def _moved(places: Sequence[Place]) -> set[str]:
    """Sites that stand in one place under one option and in another under another: links know but one."""
    at: dict[str, tuple[int, int]] = {}
    moved = set()
    for place in places:
        for code, east, north in site_destinations(place).select(POINT).iter_rows():
            if at.setdefault(code, (east, north)) != (east, north):
                moved.add(code)
    return moved


def _once(times_of: Times, places: Sequence[Place], england: Place) -> Times:
    """Times that are worked out once to every site that any option has, and read from there for each option."""
    unions = [_union([site_destinations(p) for p in places]), _union([surgeries_near(p, england) for p in places])]
    held: dict[tuple[tuple[str, ...], tuple[str, ...], int], Mapping[str, TravelTimes]] = {}

    def read(
        origins: pl.DataFrame, destinations: pl.DataFrame, modes: Sequence[str] = MODES
    ) -> Mapping[str, TravelTimes]:
        wanted = [_key(*row) for row in destinations.select(POINT).iter_rows()]
        which = next((k for k, u in enumerate(unions) if set(wanted) <= set(u["code"])), None)
        if which is None:
            return times_of(origins, destinations, modes)
        key = (tuple(origins["code"]), tuple(modes), which)
        if key not in held:
            held[key] = times_of(origins, unions[which], modes)
        column = {code: k for k, code in enumerate(unions[which]["code"])}
        columns = np.array([column[w] for w in wanted], dtype=np.int64)
        codes = tuple(destinations["code"])
        return {
            m: replace(t, destinations=codes, seconds=t.seconds[:, columns], log_errors=t.errors[:, columns])
            for m, t in held[key].items()
        }

    return read


def _union(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Every site of some tables by code and position: one that an option moves stands in it twice."""
    every = pl.concat([t.select(POINT) for t in tables]).unique(POINT, maintain_order=True).sort(POINT)
    return every.with_columns(pl.Series("code", [_key(*row) for row in every.iter_rows()], dtype=pl.String))


def _key(code: str, east: int, north: int) -> str:
    return f"{code}@{east},{north}"
