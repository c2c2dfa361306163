"""The settings of siting: a study's [siting]; every default that no publication gives is an assumption and says so."""

from dataclasses import dataclass

MODES = ("drive", "cycle", "walk", "public_transport")
AIMS = ("travel", "cost", "worst", "sites")


@dataclass(frozen=True)
class SitingSettings:
    """What a study says of siting. Numbers of nought mean that there is no such rule.

    `demand` is "residents" or "registered"; `mode` the way people travel. `need_weight` 1 counts a person of an area in
    proportion to its share of long-term illness, `no_car_weight` 1 counts a person of a household without a car twice.
    `reach_minutes`, `longer_by_minutes` are the longest journey and the most by which one may grow; `other_mode` with
    `other_reach_minutes` asks for a site in reach by another mode wherever there is one today. `sites` is the number of the
    illustrated plan; without it, as few as leave the mean journey within `mean_may_rise_minutes` of today's (an assumption).
    `locality` is the grouping whose parts are shown one by one. `fixed` and `forbidden` are codes of sites.
    `locality_least` and `locality_most` bound the open sites of every locality, `locality_least_in` and `locality_most_in`
    those of one ("U02749=2"). `rooms_per_1000` or `m2_per_1000` people (local figures; no ratio is published) makes rooms
    or floor space a rule where a site's are known; an extension adds `extension_rooms`, or the site's own expansion in m2.
    `running_gbp` a year is that of an open site of which neither rent nor premises payment is known (without it, the middle
    one of those known); `opening_gbp`, `closing_gbp` and `extending_gbp` are one-off and spread evenly over `years`.
    `aim` is "travel", "cost", "worst" or "sites". `with_hospitals` lets NHS trust sites be candidates. The frontier of
    several aims has `aim_numbers` numbers of sites, with `aim_levels` levels each of cost and of the longest way (0: none).
    `cost_draws` re-runs vary what each site costs by `cost_may_vary` (a share, an assumption) up or down.
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
    locality_most: int = 0
    locality_least_in: tuple[str, ...] = ()
    locality_most_in: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    rooms_per_1000: float = 0.0
    m2_per_1000: float = 0.0
    extension_rooms: int = 0
    running_gbp: float = 0.0
    opening_gbp: float = 0.0
    closing_gbp: float = 0.0
    extending_gbp: float = 0.0
    years: int = 20
    most_gbp: float = 0.0
    aim: str = "travel"
    with_hospitals: bool = False
    aim_numbers: int = 4
    aim_levels: int = 3
    draws: int = 20
    cost_draws: int = 5
    cost_may_vary: float = 0.2
    seed: int = 1

    def __post_init__(self) -> None:
        faults = _word_faults(self) + _rule_faults(self)
        if faults:
            raise ValueError("; ".join(faults))

    @property
    def has_further_rules(self) -> bool:
        """True if the plan needs the planner's form, and not the p-median alone."""
        return bool(
            self.rooms_per_1000 or self.m2_per_1000 or self.most_changes or self.other_reach_minutes or self.locality_least
            or self.locality_most or self.locality_least_in or self.locality_most_in or self.most_gbp
            or self.aim != "travel"
        )  # fmt: skip

    def bounds_of(self, locality: str) -> tuple[int, float]:
        """The fewest and most open sites of a locality."""
        least = counts_of(self.locality_least_in).get(locality, self.locality_least)
        most = counts_of(self.locality_most_in).get(locality, self.locality_most or float("inf"))
        return least, most


def counts_of(said: tuple[str, ...]) -> dict[str, int]:
    """Numbers by locality from words such as "U02749=2"; raises ValueError where a word is not such."""
    found = {}
    for word in said:
        code, equals, number = word.partition("=")
        if not equals or not number.strip().isdigit():
            raise ValueError(f"`{word}` is not a locality and a number, such as U02749=2")
        found[code.strip()] = int(number)
    return found


def _word_faults(said: SitingSettings) -> list[str]:
    faults = []
    if said.demand not in ("residents", "registered"):
        faults.append(f"`demand` is {said.demand!r}, not residents or registered")
    faults += [
        f"`{name}` is {getattr(said, name)!r}, not {', '.join(MODES[:-1])} or {MODES[-1]}"
        for name in ("mode", "other_mode")
        if getattr(said, name) not in MODES
    ]
    if said.aim not in AIMS:
        faults.append(f"`aim` is {said.aim!r}, not travel, cost, worst or sites")
    return faults


def _rule_faults(said: SitingSettings) -> list[str]:
    """Rules that contradict each other on paper, each with the way out."""
    faults = []
    both = sorted(set(said.fixed) & set(said.forbidden))
    if both:
        faults.append(f"sites both fixed and forbidden: {', '.join(both)}; take each out of one of the two lists")
    if said.sites and said.sites < said.fewest:
        faults.append(f"`sites` {said.sites} is less than `fewest` {said.fewest}; let one of them give way")
    if said.rooms_per_1000 and said.m2_per_1000:
        faults.append("`rooms_per_1000` and `m2_per_1000` are both given; keep the one that the sites are known by")
    for code in sorted({"", *counts_of(said.locality_least_in), *counts_of(said.locality_most_in)}):
        least, most = said.bounds_of(code)
        if least > most:
            whose = f"locality {code}" if code else "every locality"
            faults.append(f"{whose} is to have at least {least} sites but at most {most:g}; let one of them give way")
    negative = [
        n for n in ("reach_minutes", "longer_by_minutes", "most_changes", "most_gbp", "draws") if getattr(said, n) < 0
    ]
    faults += [f"`{n}` is less than nought" for n in negative]
    if said.years < 1:
        faults.append("`years` is less than 1")
    return faults
