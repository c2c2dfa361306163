"""What the appraisal of a study holds: each option with its place, money and changes, and the judgement over all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chesil.appraisal.appraising import Appraisal
from chesil.appraisal.costs import Costed
from chesil.appraisal.equality import AreaChange, GroupImpact
from chesil.core.figure import Figure
from chesil.place.place import Place
from chesil.registers.options import OptionRecord
from chesil.scenario.involving import SignOff
from chesil.scenario.ledger import Ledger
from chesil.scenario.scenario import Scenario


@dataclass(frozen=True, eq=False)
class OptionResult:
    """One option done: business as usual has no record, no edits and no costs.

    `changes` and `impacts` by mode are against business as usual; `feeding` the figures that criteria use, by measure.
    """

    name: str
    title: str
    record: OptionRecord | None
    scenario: Scenario
    place: Place
    costed: Costed
    ledger: Ledger
    feeding: Mapping[str, Figure]
    changes: Mapping[str, AreaChange]
    impacts: Mapping[str, tuple[GroupImpact, ...]]


@dataclass(frozen=True, eq=False)
class AppraisedOptions:
    """Every option of a study, business as usual first, the appraisal of them, and all figures that pages may show."""

    options: tuple[OptionResult, ...]
    appraisal: Appraisal
    figures: tuple[Figure, ...]
    unassessed: Mapping[str, str]
    """Groups of people without data, with what to ask; each blocks sign-off until somebody answers."""
    signed: Mapping[str, SignOff]
    """How far the equality assessment of each option is signed, by a person."""
    day: date
    """The date of the study."""

    def option(self, name: str) -> OptionResult:
        return next(o for o in self.options if o.name == name)

    def title_of(self, name: str) -> str:
        """The title of an option."""
        return self.option(name).title


def option_unit(place_code: str, option: str) -> str:
    """The unit code of a place under an option."""
    return f"{place_code}~{option}"
