"""Standardised rates: directly (Dobson's limits) and indirectly, as public health in England works them out."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from chesil.core.errors import ChesilError
from chesil.methods.checking import (
    Array,
    Words,
    as_floats,
    below_zero,
    first_reason,
    not_above_zero,
    not_finite,
    refuse,
)
from chesil.methods.intervals import CONFIDENCES, Estimates, byar, count_over, two_confidences

FEWEST_EVENTS = 10
"""A directly standardised rate of fewer events is not given (the convention of public health in England)."""
TOO_FEW = f"fewer than {FEWEST_EVENTS} events"
DOBSON = "Dobson"
DOBSON_OF_REPEATS = "Dobson, with confidence adjusted for non-independent events"


@dataclass(frozen=True)
class StandardPopulation:
    """A standard population: names of its age bands, their weights (bands,) and where it comes from."""

    name: str
    bands: tuple[str, ...]
    weights: Array
    reference: str


def _read_standard(name: str) -> StandardPopulation:
    path = Path(__file__).parents[1] / "definitions" / "parameters" / f"{name}.toml"
    record = tomllib.loads(path.read_text(encoding="utf-8"))
    weights = np.array(list(record["bands"].values()), dtype=np.float64)
    weights.flags.writeable = False
    return StandardPopulation(record["title"], tuple(record["bands"]), weights, record["values"][0]["reference"])


EUROPEAN_STANDARD_2013 = _read_standard("european_standard_population_2013")
"""European Standard Population 2013 in 19 bands, 0-4 to 90 and over, 100,000 in all."""
EUROPEAN_2013 = EUROPEAN_STANDARD_2013.weights
"""Its weights alone."""


def directly_standardised_rate(
    events: ArrayLike,
    population: ArrayLike,
    standard: ArrayLike | StandardPopulation = EUROPEAN_STANDARD_2013,
    *,
    bands: Sequence[str] | None = None,
    multiplier: float = 100_000.0,
    confidences: tuple[float, float] = CONFIDENCES,
) -> Estimates:
    """Directly standardised rates with Dobson's limits.

    `events` and `population` (..., bands), `standard` (bands,) or a `StandardPopulation`, in which case `bands`, if
    given, must be its bands in its order; results (...). Limits: Dobson, Kuulasmaa, Eberle and Scherer (1991,
    Statistics in Medicine 10:457), on Byar's limits of the count; a lower one is never below zero. A unit of fewer
    than ten events, with an empty band or with an impossible number gets a reason. `InputRefused` if the bands do
    not match the standard.
    """
    w = _weights(standard, bands)
    x, n = _by_band(events, population, w)
    reason = _unusable_bands(x, n)
    fine = reason == ""
    safe_x, safe_n = np.where(fine[..., None], x, 0.0), np.where(fine[..., None], n, 1.0)
    share = w / w.sum() / safe_n
    weighted = safe_x * share
    variance = (weighted * share).sum(axis=-1)
    return _dobson(weighted.sum(axis=-1), variance, x, n, reason, multiplier, confidences, DOBSON)


def directly_standardised_rate_of_repeats(
    persons: ArrayLike,
    times: ArrayLike,
    population: ArrayLike,
    standard: ArrayLike | StandardPopulation = EUROPEAN_STANDARD_2013,
    *,
    bands: Sequence[str] | None = None,
    multiplier: float = 100_000.0,
    confidences: tuple[float, float] = CONFIDENCES,
) -> Estimates:
    """The same where one person can have several events, which are then not independent.

    `persons` (..., bands, frequencies) counts people who had `times` (frequencies,) events, among `population`
    (..., bands). Events of one frequency are as variable as its people, times the frequency squared; the variances
    are added up. For a crude rate give one band and the standard [1].
    """
    p, f = as_floats("persons", persons), as_floats("times", times)
    if p.ndim < 2 or f.ndim != 1 or p.shape[-1] != f.size:
        raise ChesilError(f"persons {p.shape} must have one layer for each of the {f.size} numbers of events, last")
    refuse("numbers of events must be finite and above zero", [not_finite("times", f), not_above_zero("times", f)])
    p = p[None] if p.ndim == 2 else p
    w = _weights(standard, bands)
    people, n = _by_band(p.sum(axis=-1), population, w)
    impossible = (~np.isfinite(p) | (p < 0)).any(axis=(-2, -1))
    reason = np.where(impossible, "a number of people is missing or below zero", _unusable_bands(people, n))
    fine = reason == ""
    safe_p, safe_n = np.where(fine[..., None, None], p, 0.0), np.where(fine[..., None], n, 1.0)
    share = w / w.sum() / safe_n
    value = ((safe_p * f).sum(axis=-1) * share).sum(axis=-1)
    variance = (safe_p * f**2 * share[..., None] ** 2).sum(axis=(-2, -1))
    return _dobson(value, variance, (p * f).sum(axis=-1), n, reason, multiplier, confidences, DOBSON_OF_REPEATS)


def indirectly_standardised_ratio(
    events: ArrayLike,
    population: ArrayLike,
    reference_events: ArrayLike,
    reference_population: ArrayLike,
    *,
    multiplier: float = 1.0,
    confidences: tuple[float, float] = CONFIDENCES,
) -> Estimates:
    """Observed over expected events (1 is as expected; 100 as `multiplier` gives an SMR).

    `events` (..., bands) or their totals (...), `population` (..., bands), the references (bands,) or (..., bands).
    Exact limits below ten observed events and Byar's from ten up, over the expected count. Two such ratios are
    comparable with the reference, not with each other: say so where two are shown. Breslow and Day (1987).
    """
    x, n = as_floats("events", events), as_floats("population", population)
    expected, unusable = _expected_and_unusable(n, reference_events, reference_population)
    if x.shape == n.shape:
        above = (x > n).any(axis=-1)
        bad = (~np.isfinite(x) | (x < 0)).any(axis=-1)
        x = x.sum(axis=-1)
    elif x.shape == expected.shape:
        above, bad = x > n.sum(axis=-1), ~np.isfinite(x) | (x < 0)
    else:
        raise ChesilError(f"events {x.shape} and population {n.shape} do not belong together")
    reason = first_reason(
        expected.shape,
        (unusable, "a reference rate or a population is missing or impossible"),
        (bad, "a number of events is missing or below zero"),
        (above, "there are more events than people in a band"),
        (expected <= 0, "nothing is expected"),
    )
    return count_over(x, expected, reason, multiplier=multiplier, confidences=confidences)


def indirectly_standardised_rate(
    events: ArrayLike,
    population: ArrayLike,
    reference_events: ArrayLike,
    reference_population: ArrayLike,
    *,
    multiplier: float = 100_000.0,
    confidences: tuple[float, float] = CONFIDENCES,
) -> Estimates:
    """The indirectly standardised ratio times the crude rate of the reference; its limits likewise."""
    ratio = indirectly_standardised_ratio(
        events, population, reference_events, reference_population, confidences=confidences
    )
    people = as_floats("reference_population", reference_population).sum(axis=-1)
    happened = as_floats("reference_events", reference_events).sum(axis=-1)
    crude = np.divide(happened, people, out=np.full(np.shape(people), np.nan), where=people > 0)
    names = ("value", "lower", "upper", "lower998", "upper998")
    return replace(ratio, **{name: getattr(ratio, name) * crude * multiplier for name in names})


def ratio_of_expected(
    observed: ArrayLike,
    expected: ArrayLike,
    *,
    multiplier: float = 1.0,
    confidences: tuple[float, float] = CONFIDENCES,
) -> Estimates:
    """Observed counts over expected ones, shapes broadcast; an expected count that is not above zero gives a reason."""
    x, e = np.broadcast_arrays(as_floats("observed", observed), as_floats("expected", expected))
    reason = first_reason(
        x.shape,
        (~np.isfinite(e), "the expected count is missing"),
        (e <= 0, "nothing is expected"),
        (~np.isfinite(x) | (x < 0), "the observed count is missing or below zero"),
    )
    return count_over(x, e, reason, multiplier=multiplier, confidences=confidences)


def _weights(standard: ArrayLike | StandardPopulation, bands: Sequence[str] | None) -> Array:
    if isinstance(standard, StandardPopulation):
        if bands is not None and tuple(bands) != standard.bands:
            lacking = [b for b in standard.bands if b not in bands]
            strange = [b for b in bands if b not in standard.bands]
            order = "the bands are not in the standard's order" if not lacking and not strange else ""
            lacks = f"lacking: {', '.join(lacking)}" if lacking else ""
            extra = f"not in the standard: {', '.join(strange)}" if strange else ""
            refuse(f"the age bands are not those of {standard.name}", [lacks, extra, order])
        return standard.weights
    if bands is not None:
        raise ChesilError("bands can only be checked against a StandardPopulation, which names its own")
    w = as_floats("standard", standard)
    if w.ndim != 1 or w.size == 0:
        raise ChesilError(f"the standard must be one list of weights, not of shape {w.shape}")
    refuse("the standard cannot be used", [not_finite("standard", w), below_zero("standard", w)])
    if w.sum() == 0:
        raise ChesilError("the weights of the standard are all zero")
    return w


def _by_band(events: ArrayLike, population: ArrayLike, weights: Array) -> tuple[Array, Array]:
    x, n = np.atleast_2d(as_floats("events", events)), np.atleast_2d(as_floats("population", population))
    if x.shape != n.shape or x.shape[-1] != weights.size:
        raise ChesilError(
            f"events {x.shape}, population {n.shape} and standard {weights.shape} do not have the same bands", [],
            "Give events and population one row a unit and one column for each band of the standard",
        )  # fmt: skip
    return x, n


def _unusable_bands(x: Array, n: Array) -> Words:
    # Sums over the bands are not finite if any part is not, which is quicker to see than each part.
    odd = ~np.isfinite(x.sum(axis=-1)) | (x.min(axis=-1) < 0)
    return first_reason(
        x.shape[:-1],
        (~np.isfinite(n.sum(axis=-1)), "the population of a band is missing"),
        (n.min(axis=-1) < 0, "the population of a band is below zero"),
        (n.min(axis=-1) == 0, "a band has no people"),
        (odd, "a number of events is missing or below zero"),
        ((x > n).any(axis=-1), "there are more events than people in a band"),
    )


def _expected_and_unusable(
    n: Array, reference_events: ArrayLike, reference_population: ArrayLike
) -> tuple[Array, np.ndarray]:
    events = as_floats("reference_events", reference_events)
    people = as_floats("reference_population", reference_population)
    if n.ndim == 0 or any(a.shape not in (n.shape, n.shape[-1:]) for a in (events, people)):
        raise ChesilError(f"references {events.shape} and {people.shape} do not have the bands of population {n.shape}")
    possible = np.isfinite(events) & (events >= 0) & np.isfinite(people) & (people > 0)
    rate = np.where(possible, events, 0.0) / np.where(possible, people, 1.0)
    unusable = np.asarray((~possible | ~np.isfinite(n) | (n < 0)).any(axis=-1))
    return (np.where(np.isfinite(n), n, 0.0) * rate).sum(axis=-1), unusable


def _dobson(
    value: Array, variance: Array, x: Array, n: Array, reason: Words, multiplier: float,
    confidences: tuple[float, float], how: str,
) -> Estimates:  # fmt: skip
    if not (np.isfinite(multiplier) and multiplier > 0):
        raise ChesilError(f"the multiplier is {multiplier}; it must be above zero")
    events, people = x.sum(axis=-1), n.sum(axis=-1)
    reason = np.where((reason == "") & (events < FEWEST_EVENTS), TOO_FEW, reason)
    fine = reason == ""
    safe = np.where(fine, events, FEWEST_EVENTS)
    scale = np.sqrt(variance / safe)
    limits = [value + scale * (b - safe) for c in two_confidences(confidences) for b in byar(safe, confidence=c)]
    v, low, high, low998, high998 = (np.where(fine, a * multiplier, np.nan) for a in (value, *limits))
    low, low998 = np.maximum(low, 0.0), np.maximum(low998, 0.0)
    method = np.where(fine, how, "")
    return Estimates(v, low, high, low998, high998, events, people, method, reason, confidences)
