"""Standardised rates: directly (Dobson's limits) and indirectly, as public health in England works them out."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chesil.core.errors import ChesilError
from chesil.methods.intervals import EXACT_BELOW, byar, poisson_limits

Array = NDArray[np.float64]
FEWEST_EVENTS = 10
"""A directly standardised rate of fewer events is not given (the convention of public health in England)."""
TOO_FEW = f"fewer than {FEWEST_EVENTS} events"
EUROPEAN_2013 = np.array(
    [5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000, 7000, 6500, 6000, 5500, 5000, 4000, 2500, 1500, 1000],
    dtype=np.float64,
)
"""European Standard Population 2013 in 19 bands, 0-4 to 90 and over, 100,000 in all (Eurostat, 2013, Revision of the
European Standard Population, ISBN 978-92-79-31094-2)."""


@dataclass(frozen=True)
class Rates:
    """Rates of several units with 95% and 99.8% limits; where `reason` is not empty the numbers are NaN."""

    value: Array
    lower: Array
    upper: Array
    lower998: Array
    upper998: Array
    events: Array
    expected_or_population: Array
    method: NDArray[np.str_]
    reason: NDArray[np.str_]


def directly_standardised_rate(
    events: ArrayLike, population: ArrayLike, standard: ArrayLike = EUROPEAN_2013, *, multiplier: float = 100_000.0
) -> Rates:
    """Directly standardised rates with Dobson's limits.

    `events` and `population` (units, bands), `standard` (bands,). Limits: Dobson, Kuulasmaa, Eberle and Scherer (1991,
    Statistics in Medicine 10:457), on Byar's limits of the count. A unit of fewer than ten events, or with an empty
    band, gets a reason. Raises `ChesilError` if the bands do not match or a count is impossible.
    """
    x, n, w = _checked(events, population, standard)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = w / n
        variance = (x * share**2).sum(axis=1) / w.sum() ** 2
        value = (x * share).sum(axis=1) / w.sum()
    return _dobson(value, variance, x.sum(axis=1), n.sum(axis=1), _any_empty(n), multiplier, "Dobson")


def directly_standardised_rate_of_repeats(
    persons: ArrayLike,
    times: ArrayLike,
    population: ArrayLike,
    standard: ArrayLike = EUROPEAN_2013,
    *,
    multiplier: float = 100_000.0,
) -> Rates:
    """The same where one person can have several events, which are then not independent.

    `persons` (units, bands, frequencies) counts people who had `times` (frequencies,) events. Events of one frequency
    are as variable as its people, times the frequency squared; the variances are added up.
    """
    p, f = np.asarray(persons, dtype=np.float64), np.asarray(times, dtype=np.float64)
    if p.ndim != 3 or p.shape[2] != f.size:
        raise ChesilError("persons must have one layer for each number of events")
    x, n, w = _checked((p * f).sum(axis=2), population, standard, repeats=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = w / n
        of_each = (p * share[:, :, None] ** 2).sum(axis=1) / w.sum() ** 2
        value = (x * share).sum(axis=1) / w.sum()
    variance = (of_each * f**2).sum(axis=1)
    how = "Dobson, adjusted for non-independent events"
    return _dobson(value, variance, x.sum(axis=1), n.sum(axis=1), _any_empty(n), multiplier, how)


def indirectly_standardised_ratio(
    events: ArrayLike,
    population: ArrayLike,
    reference_events: ArrayLike,
    reference_population: ArrayLike,
    *,
    multiplier: float = 1.0,
) -> Rates:
    """Observed over expected events, with exact limits below ten observed and Byar's from ten up.

    `events`, `population` (units, bands); the references (bands,) or (units, bands). Two such ratios are comparable
    with the reference, not with each other.
    """
    x = np.asarray(events, dtype=np.float64).sum(axis=1)
    reference = np.asarray(reference_events, dtype=np.float64) / np.asarray(reference_population, dtype=np.float64)
    expected = (np.asarray(population, dtype=np.float64) * reference).sum(axis=1)
    return ratio_of_expected(x, expected, multiplier=multiplier)


def indirectly_standardised_rate(
    events: ArrayLike,
    population: ArrayLike,
    reference_events: ArrayLike,
    reference_population: ArrayLike,
    *,
    multiplier: float = 100_000.0,
) -> Rates:
    """The ratio times the crude rate of the reference; its limits likewise."""
    crude = np.asarray(reference_events, dtype=np.float64).sum(axis=-1) / np.asarray(reference_population).sum(axis=-1)
    ratio = indirectly_standardised_ratio(events, population, reference_events, reference_population)
    scale = crude * multiplier
    return replace(
        ratio,
        value=ratio.value * scale,
        lower=ratio.lower * scale,
        upper=ratio.upper * scale,
        lower998=ratio.lower998 * scale,
        upper998=ratio.upper998 * scale,
    )


def ratio_of_expected(observed: ArrayLike, expected: ArrayLike, *, multiplier: float = 1.0) -> Rates:
    """Observed counts over expected ones, shapes broadcast; an expected count that is not above nought gives a reason."""
    x, e = np.broadcast_arrays(np.asarray(observed, dtype=np.float64), np.asarray(expected, dtype=np.float64))
    possible = np.isfinite(e) & (e > 0)
    safe = np.where(possible, e, np.nan)
    inner, outer = poisson_limits(x, confidence=0.95), poisson_limits(x, confidence=0.998)
    method = np.where(x < EXACT_BELOW, "Exact", "Byars")
    reason = np.where(possible, "", "nothing is expected")
    v, low, high, low998, high998 = (a / safe * multiplier for a in (x, *inner, *outer))
    return Rates(v, low, high, low998, high998, x, e, method, reason)


def _checked(
    events: ArrayLike, population: ArrayLike, standard: ArrayLike, *, repeats: bool = False
) -> tuple[Array, Array, Array]:
    x, n = np.atleast_2d(np.asarray(events, dtype=np.float64)), np.atleast_2d(np.asarray(population, dtype=np.float64))
    w = np.asarray(standard, dtype=np.float64)
    if x.shape != n.shape or w.ndim != 1 or x.shape[1] != w.size:
        raise ChesilError(f"events {x.shape}, population {n.shape} and standard {w.shape} do not have the same bands")
    for name, values in (("events", x), ("population", n), ("standard", w)):
        if not np.isfinite(values).all() or (values < 0).any():
            raise ChesilError(f"{name} must be finite and not below nought")
    if not repeats and ((x > n) & (n > 0)).any():
        row, band = np.argwhere((x > n) & (n > 0))[0]
        raise ChesilError(f"unit {row}, band {band}: {x[row, band]:g} events among {n[row, band]:g} people")
    return x, n, w


def _any_empty(population: Array) -> NDArray[np.bool_]:
    return np.asarray((population <= 0).any(axis=1))


def _dobson(
    value: Array,
    variance: Array,
    events: Array,
    population: Array,
    empty: NDArray[np.bool_],
    multiplier: float,
    how: str,
) -> Rates:
    reason = np.where(empty, "a band has no people", np.where(events < FEWEST_EVENTS, TOO_FEW, ""))
    hidden = reason != ""
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.sqrt(variance / events)
        limits = [value + scale * (b - events) for c in (0.95, 0.998) for b in byar(events, confidence=c)]
    v, low, high, low998, high998 = (np.where(hidden, np.nan, a * multiplier) for a in (value, *limits))
    return Rates(v, low, high, low998, high998, events, population, np.full(events.shape, how), reason)
