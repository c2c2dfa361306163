"""Settings of the appraisal: what a study may say instead in its [appraisal] table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AppraisalSettings:
    """`criteria` names a set in the definitions; `draws` and `seed` are those of the acceptabilities.

    Beyond `beyond_drive_minutes` or `beyond_walk_minutes` a journey counts as too far (assumptions of ours, as no
    published limit was found). By `test_share` costs, journeys and numbers of patients are raised and cut to see whether
    the ranking stands (an assumption of ours).
    """

    criteria: str = "six_of_2016"
    draws: int = 10_000
    seed: int = 20261124
    beyond_drive_minutes: float = 20.0
    beyond_walk_minutes: float = 30.0
    test_share: float = 0.2

    def __post_init__(self) -> None:
        if not 100 <= self.draws <= 1_000_000:
            raise ValueError(f"`draws` is {self.draws}, not from 100 to 1,000,000")
        if not 0 < self.test_share < 1:
            raise ValueError(f"`test_share` is {self.test_share}, not between nought and one")
        if min(self.beyond_drive_minutes, self.beyond_walk_minutes) <= 0:
            raise ValueError("minutes beyond which a journey is too far must be above nought")
