"""Settings of the appraisal: what a study may say instead in its [appraisal] table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AppraisalSettings:
    """`criteria` names a set in the study's folder `criteria` or in the definitions; `draws` and `seed` are those of the
    acceptabilities.

    Beyond `beyond_drive_minutes`, `beyond_walk_minutes` or `beyond_public_minutes` (by public transport or walking) a
    journey counts as too far (assumptions of ours, as no published limit was found). By `test_share` costs, journeys and
    numbers of patients are raised and cut, and by `test_price_growth` a year running costs outgrow prices in general, to
    see whether the ranking stands (assumptions of ours).
    """

    criteria: str = "six_of_2016"
    draws: int = 10_000
    seed: int = 20261124
    beyond_drive_minutes: float = 20.0
    beyond_walk_minutes: float = 30.0
    beyond_public_minutes: float = 30.0
    test_share: float = 0.2
    test_price_growth: float = 0.01

    def __post_init__(self) -> None:
        if not 100 <= self.draws <= 1_000_000:
            raise ValueError(f"`draws` is {self.draws}, not from 100 to 1,000,000")
        if not 0 < self.test_share < 1:
            raise ValueError(f"`test_share` is {self.test_share}, not between nought and one")
        if not 0 <= self.test_price_growth < 1:
            raise ValueError(f"`test_price_growth` is {self.test_price_growth}, not a share from nought to one")
        if min(self.beyond_drive_minutes, self.beyond_walk_minutes, self.beyond_public_minutes) <= 0:
            raise ValueError("minutes beyond which a journey is too far must be above nought")

    def beyond_minutes(self, mode: str) -> float:
        """The limit of a mode: "drive", "walk", or one that begins with "public"."""
        by_mode = {"drive": self.beyond_drive_minutes, "walk": self.beyond_walk_minutes}
        return by_mode.get(mode, self.beyond_public_minutes)
