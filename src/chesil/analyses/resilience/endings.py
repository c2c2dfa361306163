"""The model of endings: the chance that a practice's code has ended in three years; off unless a practice asks."""

from collections.abc import Mapping
from dataclasses import dataclass

from chesil.analyses.resilience.counting import bands
from chesil.core.errors import ChesilError
from chesil.definitions import load_definition
from chesil.methods.broken_lines import BrokenLine, chance

WORDS = {
    "log_list": "list",
    "list_growth": "growth of the list",
    "log_patients_per_gp": "patients to a GP",
    "patients_per_gp_growth": "growth of patients to a GP",
    "single_handed": "single-handed",
    "imd": "deprivation where the surgery stands",
    "rural": "rural",
    "dispensing": "dispensing",
    "apms": "APMS contract",
}


@dataclass(frozen=True)
class EndingOutlook:
    """The chance in per cent by the model, and what became of England's codes of that list size, with what was unknown."""

    chance_pct: float
    same_size_pct: float
    unknown: tuple[str, ...]
    reference: str


def may_be_shown(switched_on: bool, edition: str) -> None:
    """Raise `ChesilError` unless the study switched the model on and is the practice's own edition."""
    if not switched_on:
        raise ChesilError(
            "The model of endings is off",
            [],
            "It speaks of codes, not of good or bad practices; switch it on with `endings_model = true` in [resilience]",
        )
    if edition != "practice":
        raise ChesilError(
            f"The model of endings is not shown in the {edition} edition: the practice sees it first",
            [],
            'Use a study of the practice\'s own with `edition = "practice"`',
        )


def outlook(values: Mapping[str, float | None], list_size: float) -> EndingOutlook:
    """The outlook for a practice from its factors (None where not known) and its list."""
    model = load_definition(".", "endings_model")
    factors = [BrokenLine(f["name"], f["if_missing"], tuple(f["knots"]), tuple(f["weights"])) for f in model["factor"]]
    _, _, codes, ended = next(b for b in reversed(bands()) if list_size >= b[0])
    return EndingOutlook(
        chance_pct=100 * chance(model["intercept"], factors, values),
        same_size_pct=100 * ended / codes,
        unknown=tuple(WORDS[f.name] for f in factors if values.get(f.name) is None),
        reference=model["reference"],
    )
