"""Life expectancy from an abridged life table (Chiang) with limits (Silcocks), and years of life lost."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from chesil.core.errors import ChesilError
from chesil.methods.checking import Array, Words, as_floats, below_zero, first_reason, not_finite, refuse
from chesil.methods.intervals import CONFIDENCES, Estimates, poisson_limits, two_confidences, z_of

STANDARD_STARTS = (0, 1, *range(5, 95, 5))
"""Twenty bands: 0, 1-4, 5-9 to 85-89, 90 and over."""
FEWEST_PEOPLE = 5_000
WIDEST_YEARS = 20.0
INFANT_SHARE = 0.1
"""The part of the first year of life lived by those who die in it; in other bands half is lived."""


@dataclass(frozen=True)
class LifeExpectancy:
    """Expectation of life at the start of each band (..., bands) with limits at the two `confidences`.

    Numbers are NaN where `reason` says why: for all bands of an area that cannot be worked out, or for one age whose
    limits are too wide.
    """

    starts: tuple[int, ...]
    value: Array
    lower: Array
    upper: Array
    lower998: Array
    upper998: Array
    reason: Words
    confidences: tuple[float, float] = CONFIDENCES


def life_expectancy(
    deaths: ArrayLike,
    population: ArrayLike,
    starts: Sequence[int] = STANDARD_STARTS,
    *,
    lived: ArrayLike | None = None,
    confidences: tuple[float, float] = CONFIDENCES,
) -> LifeExpectancy:
    """Expectation of life by Chiang's second method for one area or several.

    `deaths` and `population` (..., bands), `starts` the youngest age of each band, the last of which is open. `lived`
    (bands - 1,) is the part of a band lived by those who die in it: a half, but a tenth of the first year of life.
    Chiang (1984, The Life Table and its Applications); variances after Silcocks, Jenner and Reza (2001, J Epidemiol
    Community Health 55:38). An area is withheld for an impossible or empty band, no deaths in the last, 5,000 people or
    fewer, a rate beyond the method, or a 95% interval at its first age wider than 20 years; an age for its own.
    """
    widths, shares = _bands(starts, lived)
    d, n = as_floats("deaths", deaths), as_floats("population", population)
    if d.shape != n.shape or d.ndim == 0 or d.shape[-1] != len(starts):
        raise ChesilError(
            f"deaths {d.shape} and population {n.shape} need one value for each of the {len(starts)} bands"
        )
    reason = _reason(d, n, widths * shares)
    bad = (reason != "")[..., None]
    d, n = np.where(bad, 1.0, d), np.where(bad, 1000.0, n)
    rate = d / n
    exposed = widths * rate[..., :-1]
    chance = exposed / (1 + exposed * (1 - shares))
    survivors = np.concatenate([np.ones((*d.shape[:-1], 1)), np.cumprod(1 - chance, axis=-1)], axis=-1)
    closed = widths * survivors[..., :-1] * (1 - chance * (1 - shares))
    years = np.concatenate([closed, survivors[..., -1:] / rate[..., -1:]], axis=-1)
    value = np.cumsum(years[..., ::-1], axis=-1)[..., ::-1] / survivors
    error = _error(d, rate, chance, survivors, value, widths * (1 - shares))
    return _withheld(tuple(int(a) for a in starts), value, error, reason, confidences)


def years_to_age(starts: Sequence[int], limit: int = 75) -> Array:
    """Years lost before `limit` by a death in each band (bands,): none from `limit` on, else up to it from the middle.

    In the first year of life a death comes a tenth of the way in. The last band is open. `ChesilError` if the limit
    falls within a band. Gardner and Sanborn (1990, Epidemiology 1:322).
    """
    widths, shares = _bands(starts, None)
    if limit not in starts:
        raise ChesilError(f"the age {limit} is not the start of a band: {list(starts)}")
    first = np.asarray(starts, dtype=np.float64)[:-1]
    return np.append(np.where(first < limit, limit - first - widths * shares, 0.0), 0.0)


def years_of_life_lost(
    deaths: ArrayLike,
    population: ArrayLike,
    years_each: ArrayLike,
    *,
    multiplier: float = 100_000.0,
    confidences: tuple[float, float] = CONFIDENCES,
) -> Estimates:
    """Years of life lost over the people, times a multiplier, with limits.

    `deaths` (..., bands), `population` (..., bands) or totals (...), `years_each` (bands,) the years that a death in
    each band loses: `years_to_age`, or the expectation of life there from a standard table. The result's `numerator` is
    the years. Limits treat them as a weighted sum of Poisson counts (Dobson and others, 1991, Stat Med 10:457) on
    exact or Byar limits of the deaths that count. Where none does, the upper limit supposes the dearest band.
    """
    d, n, y = as_floats("deaths", deaths), as_floats("population", population), as_floats("years_each", years_each)
    if d.ndim == 0 or y.shape != d.shape[-1:] or n.shape not in (d.shape, d.shape[:-1]):
        raise ChesilError(f"deaths {d.shape}, population {n.shape} and years of each {y.shape} do not belong together")
    refuse("years lost by each death", [not_finite("years_each", y), below_zero("years_each", y)])
    if not (np.isfinite(multiplier) and multiplier > 0):
        raise ChesilError(f"the multiplier is {multiplier}; it must be above zero")
    by_band = n.shape == d.shape
    people = n.sum(axis=-1) if by_band else n
    reason = first_reason(
        people.shape,
        ((~np.isfinite(d) | (d < 0)).any(axis=-1), "a number of deaths is missing or below zero"),
        (~np.isfinite(people) | ((n < 0).any(axis=-1) if by_band else n < 0), "a population is missing or below zero"),
        (people == 0, "there are no people"),
        ((d > n).any(axis=-1) if by_band else d.sum(axis=-1) > n, "there are more deaths than people"),
    )
    fine = reason == ""
    safe = np.where(fine[..., None], d, 0.0)
    total, counted = (safe * y).sum(axis=-1), (safe * (y > 0)).sum(axis=-1)
    each = np.where(counted > 0, np.sqrt((safe * y**2).sum(axis=-1) / np.where(counted > 0, counted, 1.0)), y.max())
    scale = np.where(fine, multiplier, np.nan) / np.where(fine, people, 1.0)
    both = [poisson_limits(counted, confidence=c) for c in two_confidences(confidences)]
    limits = [np.maximum(total + each * (b - counted), 0.0) for pair in both for b in pair]
    value, low, high, low998, high998 = (a * scale for a in (total, *limits))
    years, method = np.where(fine, total, np.nan), np.where(fine, "Dobson", "")
    return Estimates(value, low, high, low998, high998, years, people, method, reason, confidences)


def _bands(starts: Sequence[int], lived: ArrayLike | None) -> tuple[Array, Array]:
    """Widths of the closed bands and the part of each lived by those who die in it."""
    first = as_floats("starts", starts)
    if first.ndim != 1 or first.size < 2 or not np.isfinite(first).all() or first[0] < 0 or (np.diff(first) <= 0).any():
        raise ChesilError(f"the bands must start at two or more rising ages, not {list(starts)}")
    widths = np.diff(first)
    if lived is None:
        shares = np.full(widths.size, 0.5)
        shares[0] = INFANT_SHARE if first[0] == 0 and widths[0] == 1 else 0.5
        return widths, shares
    shares = as_floats("lived", lived)
    if shares.shape != widths.shape or not ((shares >= 0) & (shares <= 1)).all():
        raise ChesilError(f"`lived` needs {widths.size} shares between 0 and 1, one for each band but the last")
    return widths, shares


def _reason(d: Array, n: Array, lived_years: Array) -> Words:
    known = np.isfinite(d) & np.isfinite(n)
    rate = np.where(known & (n > 0), d, 0.0) / np.where(known & (n > 0), n, 1.0)
    # Chiang's chance of dying reaches one where the rate times the years lived by the dying does.
    beyond = (rate[..., :-1] * lived_years >= 1).any(axis=-1)
    return first_reason(
        d.shape[:-1],
        (~known.all(axis=-1), "a band is missing"),
        ((n <= 0).any(axis=-1), "a band has no people"),
        ((d < 0).any(axis=-1), "the deaths of a band are below zero"),
        ((d > n).any(axis=-1), "there are more deaths than people in a band"),
        (n.sum(axis=-1) <= FEWEST_PEOPLE, f"{FEWEST_PEOPLE:,} people or fewer"),
        (d[..., -1] == 0, "no deaths in the oldest band"),
        (beyond, "deaths in a band are so many that none would live through it"),
    )


def _error(d: Array, rate: Array, chance: Array, survivors: Array, value: Array, unlived: Array) -> Array:
    deaths = d[..., :-1]
    of_chance = np.where(deaths > 0, chance**2 * (1 - chance) / np.where(deaths > 0, deaths, 1.0), 0.0)
    terms = of_chance * (survivors[..., :-1] * (unlived + value[..., 1:])) ** 2
    last = 4 / (d[..., -1:] * rate[..., -1:] ** 2) * (survivors[..., -1:] / 2) ** 2
    summed = np.cumsum(np.concatenate([terms, last], axis=-1)[..., ::-1], axis=-1)[..., ::-1]
    return np.sqrt(summed) / survivors


def _withheld(
    starts: tuple[int, ...], value: Array, error: Array, of_area: Words, confidences: tuple[float, float]
) -> LifeExpectancy:
    wide = 2 * z_of(0.95) * error > WIDEST_YEARS
    words = f"the 95% limits are more than {WIDEST_YEARS:g} years apart"
    reason = first_reason(value.shape, (wide[..., :1], f"{words} at the first age"), (wide, words))
    reason = np.where((of_area != "")[..., None], of_area[..., None], reason)
    fine = reason == ""
    half = [z_of(c) * error for c in two_confidences(confidences)]
    numbers = (value, value - half[0], value + half[0], value - half[1], value + half[1])
    shown, low, high, low998, high998 = (np.where(fine, np.maximum(a, 0.0), np.nan) for a in numbers)
    return LifeExpectancy(starts, shown, low, high, low998, high998, reason, confidences)
