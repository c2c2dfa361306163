"""What the analysis of money is given: settings of the study, and the tables that hold payments and prices."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class MoneySettings:
    """What a study says of money. Nought means not given: no income, cost or allocation is ever assumed.

    `income_growth_pct` and `cost_growth_pct` are a year. `allocation_gbp` is shared among the groups of
    `split_grouping` ("pcn" or the name of a grouping drawn in the study); `least_change_pct` and `most_change_pct` bound
    each group's change from what it has now. `split_weights` are the published ones or the open weighting.
    """

    income_gbp: float = 0.0
    cost_gbp: float = 0.0
    income_growth_pct: float = 0.0
    cost_growth_pct: float = 0.0
    first_year: str = ""
    years: int = 5
    savings_stated_gbp: float = 0.0
    allocation_gbp: float = 0.0
    split_grouping: str = "pcn"
    least_change_pct: float = -100.0
    most_change_pct: float = 1000.0
    split_weights: str = "published"
    price_year: str = "2022/23"

    def __post_init__(self) -> None:
        if not 1 <= self.years <= 60:
            raise ValueError(f"`years` is {self.years}, not from 1 to 60")
        if min(self.income_gbp, self.cost_gbp, self.allocation_gbp, self.savings_stated_gbp) < 0:
            raise ValueError("a sum of money is below nought")
        if self.split_weights not in ("published", "open"):
            raise ValueError(f"`split_weights` is `{self.split_weights}`, not published or open")
        if self.least_change_pct > self.most_change_pct:
            raise ValueError("`least_change_pct` lies above `most_change_pct`")
        if (self.income_gbp > 0) != (self.cost_gbp > 0):
            raise ValueError("`income_gbp` and `cost_gbp` go together: give both or neither")


@dataclass(frozen=True)
class MoneyTables:
    """Tables of publications and of the study: payments by stream and year, practices' years, savings, prices.

    `similar` has practice_code and similar_code: the practices of England most like each. `factors` are visible factors of
    the patients of each practice of England. Both may be unknown.
    """

    payments: pl.DataFrame
    years: pl.DataFrame
    receipts: tuple[str, ...]
    stream_groups: Mapping[str, Mapping[str, object]]
    forms: tuple[Mapping[str, object], ...]
    savings: pl.DataFrame | None = None
    deflators: pl.DataFrame | None = None
    similar: pl.DataFrame | None = None
    factors: pl.DataFrame | None = None
    factor_receipts: tuple[str, ...] = ()
