"""Life expectancy from an abridged life table (Chiang), with limits (Silcocks)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chesil.core.errors import ChesilError
from chesil.methods.intervals import z_of

Array = NDArray[np.float64]
STANDARD_STARTS = (0, 1, *range(5, 95, 5))
"""Twenty bands: 0, 1-4, 5-9 to 85-89, 90 and over."""
FEWEST_PEOPLE = 5_000
WIDEST_YEARS = 20.0


@dataclass(frozen=True)
class LifeExpectancy:
    """Expectation of life at the start of each band with 95% and 99.8% limits; all NaN with a reason if it cannot be."""

    starts: tuple[int, ...]
    value: Array
    lower: Array
    upper: Array
    lower998: Array
    upper998: Array
    reason: str


def life_expectancy(
    deaths: ArrayLike, population: ArrayLike, starts: tuple[int, ...] = STANDARD_STARTS, *, infant_share: float = 0.1
) -> LifeExpectancy:
    """Expectation of life by Chiang's second method, for one area.

    `deaths` and `population` (bands,), `starts` the youngest age of each band, the last of which is open.
    `infant_share` is the part of the first year lived by those who die in it. Chiang (1984, The Life Table and its
    Applications); variances after Silcocks, Jenner and Reza (2001, J Epidemiol Community Health 55:38). Withheld, with
    the reason, for 5,000 people or fewer, an empty band, or an interval wider than 20 years.
    """
    d, n = np.asarray(deaths, dtype=np.float64), np.asarray(population, dtype=np.float64)
    if d.shape != (len(starts),) or n.shape != d.shape:
        raise ChesilError(f"deaths and population need one value for each of the {len(starts)} bands")
    reason = _reason(d, n)
    if reason:
        return _withheld(starts, reason)
    width = np.diff(np.asarray(starts, dtype=np.float64))
    rate = d / n
    lived = np.full(len(starts), 0.5)
    lived[0] = infant_share if width[0] == 1 else 0.5
    chance = np.append(width * rate[:-1] / (1 + width * rate[:-1] * (1 - lived[:-1])), 1.0)
    survivors = np.concatenate([[1.0], np.cumprod(1 - chance[:-1])])
    dying = survivors * chance
    years = np.append(width * (survivors[:-1] - dying[:-1] * (1 - lived[:-1])), survivors[-1] / rate[-1])
    to_come = np.cumsum(years[::-1])[::-1]
    value = to_come / survivors
    error = np.sqrt(_variance(d, rate, chance, survivors, value, lived, width))
    inner, outer = z_of(0.95) * error, z_of(0.998) * error
    if 2 * inner[0] > WIDEST_YEARS:
        return _withheld(starts, f"the limits are wider than {WIDEST_YEARS:g} years")
    return LifeExpectancy(starts, value, value - inner, value + inner, value - outer, value + outer, "")


def _variance(
    d: Array, rate: Array, chance: Array, survivors: Array, value: Array, lived: Array, width: Array
) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        of_chance = np.where(d[:-1] > 0, chance[:-1] ** 2 * (1 - chance[:-1]) / d[:-1], 0.0)
    terms = of_chance * (survivors[:-1] * ((1 - lived[:-1]) * width + value[1:])) ** 2
    last = 4 / (d[-1] * rate[-1] ** 2) * (survivors[-1] / 2) ** 2
    return np.cumsum(np.append(terms, last)[::-1])[::-1] / survivors**2


def _reason(d: Array, n: Array) -> str:
    if not (np.isfinite(d).all() and np.isfinite(n).all()):
        return "a band is missing"
    if (n <= 0).any():
        return "a band has no people"
    if (d < 0).any() or (d > n).any():
        return "deaths below nought or above the people of a band"
    if d[-1] == 0:
        return "no deaths in the oldest band"
    if n.sum() <= FEWEST_PEOPLE:
        return f"{FEWEST_PEOPLE:,} people or fewer"
    return ""


def _withheld(starts: tuple[int, ...], reason: str) -> LifeExpectancy:
    blank = np.full(len(starts), np.nan)
    return LifeExpectancy(starts, blank, blank, blank, blank, blank, reason)
