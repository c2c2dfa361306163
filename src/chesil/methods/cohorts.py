"""Cohort projection of small areas inside a published projection of the whole: shares that age, counts that add up."""

import numpy as np
from numpy.typing import ArrayLike

from chesil.core.errors import ChesilError
from chesil.methods.checking import Array, as_floats, below_zero, not_finite, refuse, wrong_at


def project_within(base: ArrayLike, totals: ArrayLike, *, years_between: int, moves_until: int) -> Array:
    """People of areas by year and single year of age whose sums are the published totals of the whole.

    `base` (areas, ages) are people of a year `years_between` before the first of `totals` (years, ages); the last age is
    open. An area's share of the whole's people of an age is carried on: from age `moves_until` on with the cohort (those
    aged 50 next year are those of 49), below it at the same age, because homes and barracks that suit the young fill
    again. Each year and age is then scaled to the published total: a cohort change ratio of the whole (Hamilton and
    Perry, 1962, Social Forces 41:163) on areas that have no ratios of their own. Returns (areas, years, ages).

    An age at which the whole has nobody to carry on takes the areas' shares of all ages at the base.
    """
    n, t = as_floats("base", base), as_floats("totals", totals)
    if n.ndim != 2 or t.ndim != 2 or n.shape[1] != t.shape[1] or n.shape[1] < 2:
        raise ChesilError(f"base {n.shape} and totals {t.shape} must be areas by ages and years by the same ages")
    if years_between < 0 or not 1 <= moves_until < n.shape[1]:
        raise ChesilError(f"years between are {years_between} and the age {moves_until}; give 0 or more, and an age")
    refuse(
        "people cannot be projected",
        [not_finite("base", n), below_zero("base", n), not_finite("totals", t), below_zero("totals", t),
         "the areas have no people at all" if not n.sum() > 0 else ""],
    )  # fmt: skip
    now, of_all = n, n.sum(axis=1) / n.sum()
    for _ in range(years_between):
        now = _shares(_older(now, moves_until), of_all) * np.maximum(now.sum(axis=0), 1.0)
    result = np.empty((n.shape[0], t.shape[0], n.shape[1]))
    for year in range(t.shape[0]):
        seed = now if year == 0 else _older(now, moves_until)
        now = _shares(seed, of_all) * t[year]
        result[:, year] = now
    return result


def _older(people: Array, moves_until: int) -> Array:
    """People a year on: from `moves_until` each age holds those a year younger, the last also its own."""
    moved = people.copy()
    moved[:, moves_until:] = people[:, moves_until - 1 : -1]
    moved[:, -1] += people[:, -1]
    return moved


def _shares(people: Array, of_all: Array) -> Array:
    """Each area's share of the people of an age; where nobody has that age, its share of all at the base."""
    sums = people.sum(axis=0)
    return np.where(sums > 0, people / np.where(sums > 0, sums, 1.0), of_all[:, None])


def homes_by_year(dwellings: float, people_each: float, first: float, last: float, years: ArrayLike) -> Array:
    """People living at mid-year in a development completed evenly from `first` to `last` (years with fractions)."""
    at = as_floats("years", years) + 0.5
    refuse(
        "homes cannot be counted",
        [f"{dwellings} homes are below zero" if dwellings < 0 else "",
         f"{people_each} people in a home are below zero" if people_each < 0 else "",
         f"the last completion ({last:.1f}) is before the first ({first:.1f})" if last < first else "",
         wrong_at("years", "is not finite", ~np.isfinite(at))],
    )  # fmt: skip
    done = np.clip((at - first) / (last - first), 0.0, 1.0) if last > first else (at >= first).astype(np.float64)
    return np.asarray(dwellings * people_each * done, dtype=np.float64)
