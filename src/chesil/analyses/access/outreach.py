"""What an outreach session in a thin place would buy: minutes saved by those whom it is nearer to, tried area by area."""

import math

import numpy as np
import polars as pl

from chesil.analyses.access.making import Of, made
from chesil.analyses.access.reaching import Reached, Times
from chesil.core.figure import Figure
from chesil.place.place import Place
from chesil.place.travel import area_origins

SESSIONS_SHOWN = 5
"""So many places for a session become figures: those that would save most person-minutes, none taking another's people."""
TRIED = 20
"""So many of the furthest areas are tried: nearer ones are not thin places."""
LEAST_SECONDS = 1.0
"""A gain below this is the rounding of a way, not a gain."""


def outreach_figures(
    place: Place, reached: Reached, sites: pl.DataFrame, worst: pl.DataFrame, modelled: Times, gbp_a_year: float
) -> tuple[list[Figure], pl.DataFrame]:
    """A session tried at the middle of each of the worst-served areas: (figures of the best few, table of all that were tried).

    Who is nearer, and by how much each on one journey, if everybody used whichever is nearest. Modelled times stand on
    both sides even where the study has routed ones, since nothing is routed to a site that is not there. People whose
    only way it would be are counted as nearer and add no minutes. A pound buys so many person-minutes if each makes one
    journey a year; without a cost no price is given.
    """
    origins = area_origins(place)
    residents = dict(place.areas.select("lsoa11", "residents_2020").iter_rows())
    people = np.array([float(residents[c] or 0) for c in origins["code"]])
    tried = origins.filter(pl.col("code").is_in(worst.head(TRIED)["lsoa11"].implode()))
    now = _nearest_now(reached, sites, origins, modelled)
    saved = _saved(origins, tried, now, modelled)
    names = {r["lsoa11"]: f"{r['area_name']} ({r['msoa_name'] or r['lsoa11']})" for r in worst.iter_rows(named=True)}
    rows, kept, left = [], [], saved.copy()
    for k, code in enumerate(tried["code"]):
        rows.append((code, names[code], *_sums(people, saved[:, k])))
    for _ in range(min(SESSIONS_SHOWN, tried.height)):
        gains = people @ np.where(np.isfinite(left), left, 0.0)
        best = int(np.argmax(gains))
        if gains[best] <= 0:
            break
        kept.append(best)
        left = np.where((left[:, best] > 0)[:, None], 0.0, left)
    schema = ["lsoa11", "area", "people_nearer", "person_minutes"]
    table = pl.DataFrame(rows, schema=schema, orient="row", schema_overrides={"people_nearer": pl.Float64})
    figures = []
    receipts = (*place.receipts_for("areas", "easting"), *place.receipts_for("sites"))
    for k in kept:
        figures += _figures_of(place, rows[k], gbp_a_year, receipts)
    chosen = [tried["code"][k] for k in kept]
    order = pl.Series("rank", [chosen.index(c) + 1 if c in chosen else None for c in table["lsoa11"]], dtype=pl.Int64)
    return figures, table.with_columns(order).sort(["rank", "lsoa11"], nulls_last=True)


def _nearest_now(reached: Reached, sites: pl.DataFrame, origins: pl.DataFrame, modelled: Times) -> np.ndarray:
    """Seconds by car to the nearest surgery today, modelled, (areas,)."""
    if reached.times["drive"].method == "modelled":
        index = reached.index
        return np.array([reached.nearest["drive"][index[c]] for c in origins["code"]])
    seconds = modelled(origins, sites, ("drive",))["drive"].seconds
    return np.asarray(seconds.min(axis=1)) if sites.height else np.full(origins.height, np.inf)


def _saved(origins: pl.DataFrame, tried: pl.DataFrame, now: np.ndarray, modelled: Times) -> np.ndarray:
    """Minutes that each area's people would save by each session tried, (areas, tried); infinite for an only way."""
    if tried.is_empty():
        return np.zeros((origins.height, 0))
    then = modelled(origins, tried, ("drive",))["drive"].seconds
    with np.errstate(invalid="ignore"):
        gain = now[:, None] - then
    return np.where(np.isfinite(then) & (gain > LEAST_SECONDS), gain / 60, 0.0)


def _sums(people: np.ndarray, saved: np.ndarray) -> tuple[float, float]:
    return math.fsum(people[saved > 0]), math.fsum((people * np.where(np.isfinite(saved), saved, 0.0)).tolist())


def _figures_of(
    place: Place, row: tuple[str, str, float, float], gbp_a_year: float, receipts: tuple[str, ...]
) -> list[Figure]:
    code, name, nearer, minutes = row
    of = Of(f"{place.code}:outreach:{code}", f"{place.name}, a session in {name}")
    given = {
        "receipts": receipts,
        "notes": ("If everybody used whichever surgery or session is nearest by car, on a day when it is held.",),
    }
    figures = [made("access_people_nearer", of, place, value=nearer, numerator=nearer, **given)]
    if nearer:
        figures.append(
            made(
                "access_minutes_saved",
                of,
                place,
                value=minutes / nearer,
                numerator=minutes,
                denominator=nearer,
                **given,
            )
        )
    if gbp_a_year > 0:
        price = {"value": minutes / gbp_a_year, "numerator": minutes, "denominator": gbp_a_year}
        figures.append(made("access_minutes_per_gbp", of, place, **price, **given))
    return figures
