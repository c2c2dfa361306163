"""Making figures of access: a card, a unit and its parts in, one figure with its limits out."""

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chesil.core.figure import Figure
from chesil.measures.card import load_measure
from chesil.methods.intervals import z_of
from chesil.methods.travel import chance_within
from chesil.place.place import Place

Array = NDArray[np.float64]
MODELLED = "from the error of modelled times where they were held out, 95% and 99.8%"
ASSUMED = "from the assumed error of walking times, 95% and 99.8%"


@dataclass(frozen=True)
class Of:
    """Whom a figure is of."""

    code: str
    name: str


def made(measure: str, of: Of, place: Place, **parts: Any) -> Figure:
    """A figure of a measure with the card's unit, formula and standing; `parts` are the figure's own fields."""
    card = load_measure(measure)
    no_limits = f"none: {card.no_limits_because}" if parts.get("value") is not None else ""
    given = {
        "standing": card.standing,
        "limits": no_limits,
        "period": PERIODS.get(place.vintage, place.vintage),
        **parts,
    }
    return Figure(
        measure=measure, unit_code=of.code, unit_name=of.name, vintage=place.vintage, unit=card.unit,
        method=card.formula, scenario=place.scenario, **given,
    )  # fmt: skip


PERIODS = {"2015/16": "2016", "2022/23": "2022-07", "2025/26": "2026-07"}


def dated(receipts: tuple[str, ...]) -> str:
    """The day of the newest of some receipts, as "30 April 2023"; empty if none has one."""
    newest = max((r.partition("@")[2] for r in receipts), default="")
    return f"{date.fromisoformat(newest):%-d %B %Y}" if newest else ""


def mean_minutes(
    measure: str, of: Of, place: Place, seconds: Array, people: Array, errors: Array, shared: float, **parts: Any
) -> Figure:
    """People-weighted mean minutes over those who have a way, with limits from what is shared and what averages out."""
    way = np.isfinite(seconds) & (people > 0)
    if not way.any():
        return made(measure, of, place, reason="nobody has a way", **parts)
    w, t, e = people[way], seconds[way] / 60, errors[way]
    total, numerator = math.fsum(w), math.fsum(w * t)
    own = math.sqrt(math.fsum((w * t * e) ** 2)) / numerator if numerator else 0.0
    return made(
        measure, of, place, value=numerator / total, numerator=numerator, denominator=total,
        **_spread(numerator / total, math.hypot(shared, own), measure), **parts,
    )  # fmt: skip


def _spread(value: float, log_sd: float, measure: str) -> dict[str, Any]:
    if log_sd == 0:
        return {"limits": "none: routed or published times, whose error is not known"}
    limits: dict[str, Any] = {"limits": ASSUMED if "walk" in measure else MODELLED}
    for suffix, confidence in (("", 0.95), ("998", 0.998)):
        z = z_of(confidence)
        limits |= {f"lower{suffix}": value * math.exp(-z * log_sd), f"upper{suffix}": value * math.exp(z * log_sd)}
    return limits


def share_within(
    measure: str, of: Of, place: Place, seconds: Array, people: Array, errors: Array, shared: float, minutes: float,
    **parts: Any,
) -> Figure:  # fmt: skip
    """Expected share of people within so many minutes; limits where all times together are shorter or longer."""
    total = math.fsum(people)
    if not total:
        return made(measure, of, place, reason="nobody lives there", **parts)
    theirs = people > 0  # the areas of a network are few among a board's
    seconds, people, errors = seconds[theirs], people[theirs], errors[theirs]

    def within(factor: float) -> float:
        own = np.sqrt(np.maximum(errors**2 - shared**2, 0.0))
        return math.fsum(people * chance_within(seconds * factor, minutes * 60, own))

    number = math.fsum(people * chance_within(seconds, minutes * 60, errors))
    limits: dict[str, Any] = {"limits": ASSUMED if ":walk" in of.code or "walk" in measure else MODELLED}
    for suffix, confidence in (("", 0.95), ("998", 0.998)):
        z = z_of(confidence) * shared
        ends = 100 * within(math.exp(z)) / total, 100 * within(math.exp(-z)) / total
        value = 100 * number / total
        limits |= {f"lower{suffix}": min(*ends, value), f"upper{suffix}": max(*ends, value)}
    return made(measure, of, place, value=100 * number / total, numerator=number, denominator=total, **limits, **parts)
