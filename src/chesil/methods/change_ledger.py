"""A change split into the effects of its parts alone and what they do only together."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Effects:
    """Effects of each factor alone and the interaction; baseline, effects and interaction add up to `after`."""

    before: float
    alone: Mapping[str, float]
    interaction: float
    after: float


def effects_alone(before: float, after: float, alone: Mapping[str, float]) -> Effects:
    """The interaction that is left when each part's effect alone is taken from the change: it is shown, never spread."""
    return Effects(before, dict(alone), after - before - sum(alone.values()), after)


def effects_of_factors(before: float, after: float, factors: Mapping[str, float]) -> Effects:
    """Effects of multiplicative factors, each alone: (factor - 1) x before.

    The step counts of the New Hospital Programme demand model (NHS Midlands and Lancashire Strategy Unit, 2023).
    """
    return effects_alone(before, after, {name: (factor - 1) * before for name, factor in factors.items()})
