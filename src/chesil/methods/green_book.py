"""Money over time as the Green Book has it: discounting, optimism bias, real terms, and yearly equivalents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chesil.core.errors import ChesilError
from chesil.methods.checking import as_floats, refuse, wrong_at

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RateBand:
    """A yearly discount rate (a share, such as 0.035) that holds up to and including the year `until` from the start."""

    until: int
    rate: float


def discount_factors(years: int, bands: Sequence[RateBand]) -> Array:
    """What a pound of year 0, 1, ..., `years` is worth in year 0 (years + 1,).

    Each year's rate is that of its band; the last band holds on. HM Treasury (2022, The Green Book, annex A6).
    """
    if not bands or any(a.until >= b.until for a, b in pairwise(bands)):
        raise ChesilError("The bands of discount rates must be in order of years")
    if years < 0:
        raise ChesilError(f"{years} years cannot be discounted")
    rates = [next((b.rate for b in bands if year <= b.until), bands[-1].rate) for year in range(1, years + 1)]
    return np.asarray(np.r_[1.0, 1.0 / np.cumprod(1.0 + np.array(rates))])


def present_value(amounts: ArrayLike, bands: Sequence[RateBand]) -> float:
    """The present value, in year 0, of amounts a year from year 0 on (n,), in real terms."""
    a = as_floats("amounts", amounts)
    refuse("The amounts cannot be discounted", [wrong_at("amounts", "is missing or not finite", ~np.isfinite(a))])
    return float(a @ discount_factors(a.size - 1, bands)) if a.size else 0.0


def equivalent_annual(amount: float, years: int, bands: Sequence[RateBand]) -> float:
    """The even amount a year, over years 1 to `years`, whose present value is `amount`."""
    if years < 1:
        raise ChesilError("An even amount a year needs at least one year")
    return amount / float(discount_factors(years, bands)[1:].sum())


def optimism_bias(upper: Mapping[str, float], shares: Mapping[str, float], managed: float = 0.0) -> float:
    """The uplift for optimism, as a share: upper bounds by type of project, weighted by shares, less what is managed.

    `shares` sum to one; `managed` is the share of the risk that has been dealt with, shown with evidence. Mott MacDonald
    (2002, Review of Large Public Procurement in the UK, for HM Treasury).
    """
    problems = [f"`{t}` is not a type of project; there are {', '.join(upper)}" for t in shares if t not in upper]
    problems += (
        [] if abs(sum(shares.values()) - 1) < 1e-6 else [f"the shares sum to {sum(shares.values()):g}, not to 1"]
    )
    problems += ["a share is below nought"] if any(s < 0 for s in shares.values()) else []
    problems += [] if 0 <= managed <= 1 else [f"the share managed is {managed:g}, not from 0 to 1"]
    refuse("The optimism bias cannot be worked out", problems)
    return sum(upper[t] * s for t, s in shares.items()) * (1 - managed)


def in_real_terms(amounts: ArrayLike, years: Sequence[str], index: Mapping[str, float], base: str) -> Array:
    """Amounts of given years in the prices of year `base`, by an index of prices; every year must be in the index."""
    missing = sorted({y for y in (*years, base) if y not in index})
    if missing:
        raise ChesilError(
            f"The index of prices has no {', '.join(missing)}",
            [],
            "Add them to the study's table of deflators, with their source",
        )
    a = as_floats("amounts", amounts)
    return np.asarray(a * index[base] / np.array([index[y] for y in years]))


def paths_and_gap(
    income: float, cost: float, income_growth: float, cost_growth: float, years: int
) -> tuple[Array, Array, Array]:
    """Income, cost and the gap (cost less income) of years 0 to `years`, each growing by a fixed share a year."""
    year = np.arange(years + 1, dtype=np.float64)
    incomes, costs = income * (1 + income_growth) ** year, cost * (1 + cost_growth) ** year
    return np.asarray(incomes), np.asarray(costs), np.asarray(costs - incomes)
