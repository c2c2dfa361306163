"""Settings of access: what a study may say instead in its [access] table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AccessSettings:
    """Defaults of the analysis of access.

    `thresholds` minutes of the shares within reach; `catchment_minutes` the limit of floating catchments and of "beyond
    reach" by car; `worst_areas` how many are listed; `walk_minutes` how far a partner site may be for co-location;
    `ferries` whether ways may use them; `controlled_localities` names of parishes or areas (LSOA 2011) that the
    commissioner has determined to be rural for dispensing; `outreach_gbp` yearly cost of a session a week, with no
    default: without it no price is given.
    """

    thresholds: tuple[int, ...] = (10, 15, 20, 30)
    catchment_minutes: float = 30.0
    worst_areas: int = 100
    walk_minutes: float = 10.0
    ferries: bool = False
    controlled_localities: tuple[str, ...] = ()
    outreach_gbp: float = 0.0

    def __post_init__(self) -> None:
        if not self.thresholds or any(t <= 0 for t in self.thresholds):
            raise ValueError("`thresholds` must be minutes above nought, such as [10, 15, 20, 30]")
        if self.catchment_minutes <= 0 or self.walk_minutes <= 0 or self.worst_areas < 1:
            raise ValueError("`catchment_minutes`, `walk_minutes` and `worst_areas` must be above nought")
        if self.outreach_gbp < 0:
            raise ValueError("`outreach_gbp` cannot be below nought")
