"""Settings of the analysis of variation: how comparisons are made and judged; a study may change each."""

from dataclasses import dataclass

SIMILAR_FACTORS = (
    "age_0_4",
    "age_65_plus",
    "age_85_plus",
    "imd_score",
    "asian",
    "black",
    "rural",
    "list_size",
)
"""What practices are compared by unless a study says otherwise: all visible, and none of them what care is given."""


@dataclass(frozen=True)
class VariationSettings:
    """How practices are compared and flagged.

    `similar_by` are columns of practice_factors (or "list_size"); `false_discovery` the share of flags that may be false;
    `too_few_above` the ratio that chance alone must not hide; `power` with which it must be found; `draws` and `seed`
    of the opportunity by chance; `shown` the registers for which a place's gap is split on its page.
    """

    similar_by: tuple[str, ...] = SIMILAR_FACTORS
    similar: int = 10
    best: int = 5
    similar_otherwise: int = 15
    false_discovery: float = 0.05
    too_few_above: float = 1.5
    power: float = 0.8
    draws: int = 400
    seed: int = 3
    shown: int = 6

    def __post_init__(self) -> None:
        if not self.similar_by:
            raise ValueError("`similar_by` names no factor")
        if not 0 < self.best < self.similar <= 50 or not self.similar < self.similar_otherwise <= 100:
            raise ValueError("`best` must be below `similar`, and that below `similar_otherwise` (at most 100)")
        if not 0 < self.false_discovery < 1 or not 0 < self.power < 1:
            raise ValueError("`false_discovery` and `power` lie between 0 and 1")
        if self.too_few_above <= 1 or self.draws < 100 or self.shown < 1:
            raise ValueError("`too_few_above` lies above 1, `draws` are 100 or more, and `shown` is 1 or more")
