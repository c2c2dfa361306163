"""Figures: the only kind of number a page may show; value, limits, parts, method and receipts together."""

import math
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from chesil.core.period import Period

OLD_AFTER_YEARS = 2.0
"""Data older than this at the date of the plan are marked "not for contract action" (design ruling)."""


def figure_id(measure: str, unit_code: str, vintage: str, scenario: str) -> str:
    """The id of a figure: four parts between strokes, so the stroke of a vintage's years becomes a hyphen."""
    return "/".join((measure, unit_code, vintage.replace("/", "-"), scenario))


@dataclass(frozen=True)
class Figure:
    """One number with everything needed to check it.

    A figure that cannot be computed has `value` None and says why in `reason`; it is never simply absent.
    `lower` and `upper` are 95% limits, `lower998` and `upper998` are 99.8%; `limits` names their method, or says
    why there are none (a full count has no sampling error). `standing` is "counted", "modelled", "transcribed",
    "derived" or "local". `reply` is the practice's own words about it, printed wherever it is.
    """

    measure: str
    unit_code: str
    vintage: str
    period: str
    unit: str
    method: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    lower998: float | None = None
    upper998: float | None = None
    limits: str = ""
    numerator: float | None = None
    denominator: float | None = None
    unit_name: str = ""
    scenario: str = "business_as_usual"
    standing: str = "counted"
    reason: str = ""
    notes: tuple[str, ...] = ()
    receipts: tuple[str, ...] = ()
    reply: str = ""

    def __post_init__(self) -> None:
        for name in ("value", "lower", "upper", "lower998", "upper998", "numerator", "denominator"):
            number = getattr(self, name)
            if number is not None and not math.isfinite(number):
                raise ValueError(f"{self.measure} for {self.unit_code}: `{name}` is {number}; give a reason instead.")
        if self.value is None and not self.reason:
            raise ValueError(f"{self.measure} for {self.unit_code} has no value and no reason.")

    @property
    def id(self) -> str:
        return figure_id(self.measure, self.unit_code, self.vintage, self.scenario)

    @property
    def is_known(self) -> bool:
        return self.value is not None

    def age_years(self, as_at: date) -> float:
        """Years between the end of the figure's period and `as_at`."""
        return Period.parse(self.period).years_before(as_at)

    def is_old(self, as_at: date) -> bool:
        """True if the data are over two years old at `as_at`: marked so, and "not for contract action"."""
        return self.age_years(as_at) > OLD_AFTER_YEARS

    def with_note(self, note: str) -> "Figure":
        return replace(self, notes=(*self.notes, note))

    def as_dict(self) -> dict[str, Any]:
        """The figure's own fields and its id, as plain values for JSON."""
        # Not dataclasses.asdict: it copies every value deeply, which for a blueprint's figures takes seconds.
        return {"id": self.id, **vars(self), "notes": list(self.notes), "receipts": list(self.receipts)}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> "Figure":
        fields = {k: v for k, v in record.items() if k != "id"}
        return cls(**{**fields, "notes": tuple(fields["notes"]), "receipts": tuple(fields["receipts"])})
