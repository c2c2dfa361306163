"""What a study may set for the analysis of resilience, in its [resilience] table: every threshold is here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from chesil.core.errors import did_you_mean

OFFER_FIELDS = ("name", "from", "until", "fits", "reference")


@dataclass(frozen=True)
class ResilienceSettings:
    """Thresholds with their defaults. The letter of 2015 gives a number for QOF alone; the others are stated here.

    `patients_per_gp_quantile` is the quantile of England's practices above which patients to a GP flag;
    `list_change_pct` the change of the list either way that does; `unfilled_sessions_pct`, `recommend_pct` and
    `phone_pct` apply to local entries. `exposure_pct` is the share of a practice's own list whose arrival is counted;
    `pressed_share_pct` the worst share of England's practices that counts as pressed. `offers` are local offers of
    support. `endings_model` switches on the model of endings, for the practice's own edition alone.
    """

    patients_per_gp_quantile: float = 0.75
    list_change_pct: float = 20.0
    unfilled_sessions_pct: float = 10.0
    qof_pct: float = 85.0
    recommend_pct: float = 60.0
    phone_pct: float = 50.0
    exposure_pct: float = 25.0
    pressed_share_pct: float = 20.0
    offers: tuple[Mapping[str, Any], ...] = ()
    endings_model: bool = False

    def __post_init__(self) -> None:
        shares = ("list_change_pct", "unfilled_sessions_pct", "qof_pct", "recommend_pct", "phone_pct", "exposure_pct")
        wrong = [
            f"`{name}` is {value:g}: it must lie between 0 and 100"
            for name in (*shares, "pressed_share_pct")
            if not 0 <= (value := getattr(self, name)) <= 100
        ]
        if not 0 < self.patients_per_gp_quantile < 1:
            wrong.append("`patients_per_gp_quantile` must lie between 0 and 1")
        wrong += [problem for n, offer in enumerate(self.offers, start=1) if (problem := _offer_problem(n, offer))]
        if wrong:
            raise ValueError("; ".join(wrong))


def _offer_problem(number: int, offer: object) -> str:
    if not isinstance(offer, Mapping):
        return f"offer {number} is not a table with {', '.join(OFFER_FIELDS)}"
    parts = [f"`{f}` is missing" for f in OFFER_FIELDS if f != "until" and not offer.get(f)]
    parts += [f"`{f}` is not known {did_you_mean(f, OFFER_FIELDS)}".strip() for f in offer if f not in OFFER_FIELDS]
    parts += [
        f"`{f}` is {offer[f]!r}, not a day such as 2026-04-01"
        for f in ("from", "until")
        if offer.get(f) and not isinstance(offer[f], date)
    ]
    if offer.get("fits") and not isinstance(offer["fits"], list | tuple):
        parts.append("`fits` must be a list of criteria")
    return f"offer {number}: {'; '.join(parts)}" if parts else ""
