"""Stock and flow: how many staff there will be, year by year, with the range that chance and unsure rates give."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chesil.methods.checking import refuse

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Flows:
    """The flows of one year. Rates are shares of the stock; FTE unless said.

    Stock next year = stock x (1 - leaver_rate) + trained_a_year x growth + other_joiner_rate x stock.
    `trained_a_year` are FTE who join from training in the area; others return or come from elsewhere.
    """

    leaver_rate: float
    trained_a_year: float
    other_joiner_rate: float
    fte_per_head: float
    leaver_rate_sd: float = 0.0
    joiner_rate_sd: float = 0.0
    trained_relative_sd: float = 0.0

    def __post_init__(self) -> None:
        refuse(
            "The flows of staff cannot be used",
            [
                f"the leaver rate {self.leaver_rate:g} does not lie between nought and one"
                if not 0 <= self.leaver_rate <= 1
                else "",
                f"{self.trained_a_year:g} FTE joining from training is below nought" if self.trained_a_year < 0 else "",
                f"the rate of other joiners {self.other_joiner_rate:g} lies outside -1 to 1"
                if not -1 <= self.other_joiner_rate <= 1
                else "",
                f"{self.fte_per_head:g} FTE a head does not lie above nought and up to two"
                if not 0 < self.fte_per_head <= 2
                else "",
                "a spread is below nought"
                if min(self.leaver_rate_sd, self.joiner_rate_sd, self.trained_relative_sd) < 0
                else "",
            ],
        )


def project_stock(start: float, flows: Flows, years: int) -> Array:
    """The expected stock (years + 1,), the first being `start`."""
    refuse("The stock cannot be projected", [f"the stock {start:g} is below nought" if start < 0 else ""])
    stock = np.empty(years + 1)
    stock[0] = start
    for year in range(years):
        stock[year + 1] = _next(stock[year], flows.leaver_rate, flows.trained_a_year, flows.other_joiner_rate)
    return stock


def simulate_stock(start: float, flows: Flows, years: int, runs: int, rng: np.random.Generator) -> Array:
    """The stock of each run and year (runs, years + 1).

    Each run draws its leaver and joiner rates once (what we do not know), and each year how many people leave and
    join (chance: binomial leavers, Poisson joiners).
    """
    leave = np.clip(rng.normal(flows.leaver_rate, flows.leaver_rate_sd, runs), 0, 1)
    other = rng.normal(flows.other_joiner_rate, flows.joiner_rate_sd, runs)
    trained = flows.trained_a_year * np.clip(rng.normal(1, flows.trained_relative_sd, runs), 0, None)
    stock = np.empty((runs, years + 1))
    stock[:, 0] = start
    for year in range(years):
        heads = np.rint(stock[:, year] / flows.fte_per_head).astype(np.int64)
        left = rng.binomial(heads, leave)
        joined = rng.poisson(trained / flows.fte_per_head) + _signed_poisson(other * heads, rng)
        stock[:, year + 1] = np.maximum(stock[:, year] + (joined - left) * flows.fte_per_head, 0)
    return stock


def worth_of_retention(start: float, flows: Flows, years: int, points: float = 1.0) -> float:
    """FTE more in the last year if the leaver rate were `points` percentage points lower throughout."""
    kept = Flows(
        max(flows.leaver_rate - points / 100, 0), flows.trained_a_year, flows.other_joiner_rate, flows.fte_per_head
    )
    return float(project_stock(start, kept, years)[-1] - project_stock(start, flows, years)[-1])


def _next(stock: float, leave: float, trained: float, other: float) -> float:
    return max(stock * (1 - leave + other) + trained, 0.0)


def _signed_poisson(mean: Array, rng: np.random.Generator) -> NDArray[np.int64]:
    return np.where(mean >= 0, 1, -1) * rng.poisson(np.abs(mean))
