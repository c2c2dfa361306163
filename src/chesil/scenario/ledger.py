"""Ledgers of a scenario: what each edit changed in order, and each alone with what they do only together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chesil.core.errors import InputRefused, Problem
from chesil.methods.change_ledger import effects_alone
from chesil.place.place import Place
from chesil.scenario.edit import TOTALS
from chesil.scenario.scenario import Scenario, apply_edit, apply_scenario, check_clashes

Total = Callable[[Place], float]


@dataclass(frozen=True)
class Ledger:
    """What a total was, each change in turn, and what it came to. `before` and the lines add up to `after`."""

    total: str
    before: float
    lines: tuple[tuple[str, float], ...]
    after: float

    @property
    def change(self) -> float:
        return self.after - self.before


def account_in_order(place: Place, scenario: Scenario, total: Total | str) -> Ledger:
    """Each edit's change of a total (a function of a place, or a name in `TOTALS`) when done in order; always defined."""
    name, measure = _named(total)
    check_clashes(scenario, place)
    before = last = measure(place)
    lines = []
    for number, edit in enumerate(scenario.edits, start=1):
        place = apply_edit(place, (number, edit))
        now = measure(place)
        lines.append((f"{number}. {edit.words}", now - last))
        last = now
    return Ledger(name, before, tuple(lines), last)


def account_alone(place: Place, scenario: Scenario, total: Total | str) -> Ledger:
    """Each edit's change when it alone is done, and `interaction`: what they do only together, shown and never spread.

    Raises `InputRefused`, with advice, if an edit needs what another makes: it means nothing alone.
    """
    name, measure = _named(total)
    built = [
        Problem(f"edit {n + 1} ({e.words}) builds on edit {m + 1} ({other.words})")
        for n, e in enumerate(scenario.edits)
        for m, other in enumerate(scenario.edits)
        if m < n and e.needs & other.makes
    ]
    if built:
        raise InputRefused(
            f"The edits of `{scenario.name}` cannot each be taken alone", built, "Use the ledger in order, or join them"
        )
    alone: Mapping[str, float] = {
        f"{n}. {edit.words}": measure(apply_edit(place, (n, edit))) - measure(place)
        for n, edit in enumerate(scenario.edits, start=1)
    }
    found = effects_alone(measure(place), measure(apply_scenario(place, scenario)), alone)
    lines = (*found.alone.items(), ("interaction", found.interaction))
    return Ledger(name, found.before, lines, found.after)


def _named(total: Total | str) -> tuple[str, Total]:
    return (total, TOTALS[total]) if isinstance(total, str) else (getattr(total, "__name__", "total"), total)
