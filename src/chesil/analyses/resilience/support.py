"""Support: which programmes and local offers fit a practice's flags, and which were open on a day."""

from dataclasses import dataclass
from datetime import date

from chesil.analyses.resilience.rule import all_criteria
from chesil.analyses.resilience.settings import ResilienceSettings
from chesil.core.errors import InputRefused, Problem, did_you_mean
from chesil.definitions import load_definition


@dataclass(frozen=True)
class Offer:
    """An offer of support: from when until when (None if open), which criteria it fits, who says so."""

    name: str
    start: date
    until: date | None
    fits: tuple[str, ...]
    reference: str
    standing: str

    def is_open(self, day: date) -> bool:
        """True if the offer can be taken up on a day."""
        return self.start <= day and (self.until is None or day <= self.until)


def all_offers(settings: ResilienceSettings) -> tuple[Offer, ...]:
    """National programmes and the study's own; `InputRefused` names criteria that there are not."""
    known = [c.code for c in all_criteria()]
    problems = [
        Problem(
            f"`{c}` is not a criterion",
            f"[resilience] offers, {o['name']}",
            "",
            did_you_mean(c, known) or ", ".join(known),
        )
        for o in settings.offers
        for c in o["fits"]
        if c not in known
    ]
    if problems:
        raise InputRefused("Offers of support cannot be used", problems, "Put these right and try again")
    national = load_definition(".", "support_offers")["offer"]
    return tuple(
        Offer(o["name"], o["from"], o.get("until"), tuple(o["fits"]), o["reference"], o.get("standing", "local"))
        for o in (*national, *settings.offers)
    )


def match_support(
    flagged: list[str], offers: tuple[Offer, ...], day: date
) -> list[tuple[Offer, tuple[str, ...], bool]]:
    """Offers that fit at least one flagged criterion, with those it fits and whether it is open; open ones first, then
    those that fit most."""
    found = [(o, tuple(c for c in flagged if c in o.fits), o.is_open(day)) for o in offers]
    return sorted((f for f in found if f[1]), key=lambda f: (not f[2], -len(f[1]), f[0].name))
