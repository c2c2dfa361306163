"""What a location method answers: the plan, how good it is, how far that is proved, or which rule is at fault."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Fault:
    """A rule that cannot be met: its name, how far it falls short (in `unit`), where, and that in a sentence.

    `alone` says that easing this rule by `short` would do, all others kept.
    """

    rule: str
    short: float
    unit: str
    sentence: str
    where: int | None = None
    alone: bool = False


@dataclass(frozen=True, eq=False)
class LocationPlan:
    """A plan of sites, or why there is none.

    `opened` are the numbers of the open sites in order, `site_of` the site of each customer (-1 without one), `objective`
    its value and `bound` the best that any plan could have; `gap` is their distance as a share of the objective, and
    `is_proved` that it lies within the tolerance asked for. `ended` is "proved", "infeasible", "time" or "interrupted".
    `seconds` is how long it took, for information only. `work` counts what was done, such as branches.
    """

    opened: tuple[int, ...]
    site_of: NDArray[np.int64]
    objective: float
    bound: float
    gap: float
    is_proved: bool
    ended: str
    seconds: float
    faults: tuple[Fault, ...] = ()
    work: dict[str, int] = field(default_factory=dict)

    @property
    def is_feasible(self) -> bool:
        return bool(self.opened) and np.isfinite(self.objective)


def gap_of(objective: float, bound: float) -> float:
    """Distance of an objective from its bound as a share of it; nought where both are nought."""
    if not np.isfinite(objective) or not np.isfinite(bound):
        return float("inf")
    apart = abs(objective - bound)
    return apart / abs(objective) if apart > 0 and objective else float(apart)


def no_plan(faults: tuple[Fault, ...], seconds: float, customers: int, ended: str = "infeasible") -> LocationPlan:
    """The answer where there is no plan, with the rules at fault."""
    nowhere = np.full(customers, -1, dtype=np.int64)
    return LocationPlan((), nowhere, float("inf"), float("inf"), 0.0, ended == "infeasible", ended, seconds, faults)
