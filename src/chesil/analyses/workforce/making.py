"""Making figures of workforce: a card, a unit and its parts in, one figure out."""

from dataclasses import dataclass
from typing import Any

from chesil.core.figure import Figure
from chesil.measures.card import load_measure
from chesil.place.place import Place

STAFF_PERIODS = {"2015/16": "2015/16", "2022/23": "2023-04"}
"""The period of the staff of each vintage, as the cards of staff have it."""


@dataclass(frozen=True)
class Of:
    """Whom a figure is of."""

    code: str
    name: str


def made(measure: str, of: Of, place: Place, period: str, receipts: tuple[str, ...], **parts: Any) -> Figure:
    """A figure of a measure with the card's unit and formula; `parts` are the figure's own fields."""
    card = load_measure(measure)
    limits = "" if parts.get("lower") is not None else f"none: {card.no_limits_because}"
    given = {"standing": card.standing, "limits": limits if parts.get("value") is not None else "", **parts}
    return Figure(
        measure=measure, unit_code=of.code, unit_name=of.name, vintage=place.vintage, period=period, unit=card.unit,
        method=card.formula, scenario=place.scenario, receipts=receipts, **given,
    )  # fmt: skip


def ratio(
    measure: str,
    of: Of,
    place: Place,
    period: str,
    receipts: tuple[str, ...],
    numerator: float | None,
    denominator: float | None,
    *,
    reason: str = "not published: no return that can be used",
    notes: tuple[str, ...] = (),
) -> Figure:
    """A figure of one number over another, times the card's scale; without both, the reason."""
    if numerator is None or not denominator:
        return made(measure, of, place, period, receipts, reason=reason, notes=notes)
    value = numerator / denominator * load_measure(measure).scale
    return made(
        measure, of, place, period, receipts, value=value, numerator=numerator, denominator=denominator, notes=notes
    )
