"""Many comparisons: p-values adjusted so that a stated share of what is flagged is false."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chesil.core.errors import ChesilError
from chesil.methods.checking import as_floats


@dataclass(frozen=True)
class Adjusted:
    """Adjusted p-values in the order given, and how many comparisons they allow for (to be printed with them)."""

    p: NDArray[np.float64]
    family: int
    method: str


def benjamini_hochberg(p: ArrayLike) -> Adjusted:
    """False discovery rate for independent or positively dependent tests (Benjamini and Hochberg, 1995, JRSS B 57:289).

    `p` of any shape; NaN marks a comparison that was not made and is not counted.
    """
    return _step_up(p, lambda m: 1.0, "Benjamini-Hochberg")


def benjamini_yekutieli(p: ArrayLike) -> Adjusted:
    """The same under any dependence (Benjamini and Yekutieli, 2001, Annals of Statistics 29:1165)."""
    return _step_up(p, lambda m: float((1 / np.arange(1, m + 1)).sum()), "Benjamini-Yekutieli")


def _step_up(p: ArrayLike, penalty: Callable[[int], float], method: str) -> Adjusted:
    values = as_floats("p", p)
    made = ~np.isnan(values)
    known = values[made]
    if ((known < 0) | (known > 1)).any():
        raise ChesilError("p-values lie between 0 and 1")
    m = known.size
    adjusted = np.full(values.shape, np.nan)
    if m:
        order = np.argsort(known, kind="stable")
        raised = known[order] * m * penalty(m) / np.arange(1, m + 1)
        lowest = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
        back = np.empty(m)
        back[order] = lowest
        adjusted[made] = back
    return Adjusted(adjusted, m, method)
