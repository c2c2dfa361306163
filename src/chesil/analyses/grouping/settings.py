"""Settings of grouping: the bounds, when practices touch, what is weighed, which pairs are fixed."""

import re
from dataclasses import dataclass

CENTRES, KINDS = ("surgery", "patients"), ("practices", "areas")


@dataclass(frozen=True)
class GroupingSettings:
    """What a study's [grouping] may say.

    `of` is "practices" (whole lists) or "areas" (small areas, LSOA 2011, by residents). `low` and `high` bound a group's
    registered patients, or residents. `core_share`: a practice's core areas are the fewest that hold
    this share of its list. `overlap_share`: two practices also touch if this share of one's list lives in the other's
    core areas. `centre` measures distances between main "surgery" or middle of "patients". The weights are kilometres:
    `flows_weight` for each patient parted from a neighbour, `council_weight` for each patient grouped across a council's
    border, `change_weight` for each patient parted from a patient of the present network. `together` and `apart` are
    pairs of practice codes with a space between. `least_deprivation` and `most_deprivation` bound the mean deprivation
    of a group's patients (nought: no bound). `groups` fixes how many groups there are (nought: free).
    """

    of: str = "practices"
    low: int = 30_000
    high: int = 50_000
    core_share: float = 0.5
    overlap_share: float = 0.05
    centre: str = "surgery"
    flows_weight: float = 0.0
    council_weight: float = 0.0
    change_weight: float = 0.0
    together: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    least_deprivation: float = 0.0
    most_deprivation: float = 0.0
    groups: int = 0
    ensemble: int = 1_000
    seed: int = 2026

    def __post_init__(self) -> None:
        problems = []
        if self.low > self.high:
            problems.append(f"the bounds cross: at least {self.low:,} people and at most {self.high:,}")
        if self.low < 1:
            problems.append("`low` must be at least 1")
        problems += [
            f"`{n}` must be between 0 and 1" for n in ("core_share", "overlap_share") if not 0 < getattr(self, n) < 1
        ]
        problems += [] if self.of in KINDS else [f"`of` is practices or areas, not {self.of}"]
        problems += [] if self.centre in CENTRES else [f"`centre` is surgery or patients, not {self.centre}"]
        names = ("flows_weight", "council_weight", "change_weight", "groups", "ensemble", "least_deprivation")
        problems += [f"`{n}` cannot be below nought" for n in names if getattr(self, n) < 0]
        if self.most_deprivation and self.least_deprivation > self.most_deprivation:
            problems.append(
                f"the bounds of deprivation cross: {self.least_deprivation:g} and {self.most_deprivation:g}"
            )
        pair = re.compile(r"^\S+ \S+$")
        problems += [
            f"`{p}` is not two codes with a space between" for p in (*self.together, *self.apart) if not pair.match(p)
        ]
        both = {frozenset(p.split()) for p in self.together} & {frozenset(p.split()) for p in self.apart}
        problems += [f"{' and '.join(sorted(p))} are to be kept together and apart" for p in sorted(both, key=sorted)]
        if problems:
            raise ValueError("; ".join(problems))
