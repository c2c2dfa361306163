"""The settings of siting: a study's [siting]; every default that no publication gives is an assumption and says so."""

from dataclasses import dataclass

MODES = ("drive", "cycle", "walk")


@dataclass(frozen=True)
class SitingSettings:
    """What a study says of siting. Numbers of nought mean that there is no such rule.

    `demand` is "residents" or "registered"; `mode` the way people travel. `need_weight` 1 counts a person of an area in
    proportion to its share of long-term illness, `no_car_weight` 1 counts a person of a household without a car twice.
    `reach_minutes`, `longer_by_minutes` are the longest journey and the most by which one may grow; `other_mode` with
    `other_reach_minutes` asks for a site in reach by another mode wherever there is one today. `sites` is the number of the
    illustrated plan; without it, as few as leave the mean journey within `mean_may_rise_minutes` of today's (an assumption).
    `locality` is the grouping whose parts are shown one by one. `fixed` and `forbidden` are codes of sites.
    `rooms_per_1000` people (a local figure; none is published) makes rooms a rule where a site's rooms are known;
    `extension_rooms` is what an extension adds where a site has room to extend. `running_gbp` a year is that of an open
    site with no rent in the register; `opening_gbp`, `closing_gbp` and `extending_gbp` are one-off and spread evenly over
    `years`. `aim` is "travel", "cost", "worst" or "sites". `with_hospitals` lets NHS trust sites be candidates.
    """

    demand: str = "residents"
    mode: str = "drive"
    need_weight: float = 0.0
    no_car_weight: float = 0.0
    reach_minutes: float = 0.0
    longer_by_minutes: float = 0.0
    other_mode: str = "walk"
    other_reach_minutes: float = 0.0
    sites: int = 0
    mean_may_rise_minutes: float = 0.1
    fewest: int = 1
    most_changes: int = 0
    locality: str = "pcn"
    locality_least: int = 0
    fixed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    rooms_per_1000: float = 0.0
    extension_rooms: int = 0
    running_gbp: float = 0.0
    opening_gbp: float = 0.0
    closing_gbp: float = 0.0
    extending_gbp: float = 0.0
    years: int = 20
    most_gbp: float = 0.0
    aim: str = "travel"
    with_hospitals: bool = False
    draws: int = 20
    seed: int = 1

    def __post_init__(self) -> None:
        if self.demand not in ("residents", "registered"):
            raise ValueError(f"`demand` is {self.demand!r}, not residents or registered")
        for name in ("mode", "other_mode"):
            if getattr(self, name) not in MODES:
                raise ValueError(f"`{name}` is {getattr(self, name)!r}, not drive, cycle or walk")
        if self.aim not in ("travel", "cost", "worst", "sites"):
            raise ValueError(f"`aim` is {self.aim!r}, not travel, cost, worst or sites")
        both = sorted(set(self.fixed) & set(self.forbidden))
        if both:
            raise ValueError(
                f"sites both fixed and forbidden: {', '.join(both)}; take each out of one of the two lists"
            )
        if self.sites and self.sites < self.fewest:
            raise ValueError(f"`sites` {self.sites} is less than `fewest` {self.fewest}; let one of them give way")
        if self.years < 1:
            raise ValueError("`years` is less than 1")

    @property
    def has_further_rules(self) -> bool:
        """True if the plan needs the planner's form, and not the p-median alone."""
        return bool(
            self.rooms_per_1000 or self.most_changes or self.other_reach_minutes or self.locality_least
            or self.most_gbp or self.aim != "travel"
        )  # fmt: skip
