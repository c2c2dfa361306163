"""Equality: for each protected or disadvantaged group, who would travel further under an option, and what nobody knows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chesil.core.errors import ChesilError
from chesil.methods.inequality import slope_index
from chesil.methods.intervals import wilson

Array = NDArray[np.float64]
Groups = Mapping[str, Sequence[tuple[str, Array]]]
"""For each kind of group, its groups with their people in each area (n,)."""
LONGER_BY = 1.0
"""Minutes by which a journey must lengthen for a person to count as travelling further: less is within the model's grain."""

EDGES = (-10.0, -5.0, -1.0, 1.0 + 1e-9, 5.0)
"""Minutes shorter at which bands part: over 10 longer, 5 to 10, 1 to 5, within a minute either way, 1 to 5 shorter, over 5."""
BANDS = (
    "No way any more", "Over 10 minutes longer", "5 to 10", "1 to 5", "Within a minute", "1 to 5 shorter", "Over 5 shorter",
)  # fmt: skip


@dataclass(frozen=True)
class AreaChange:
    """Each area under an option: minutes before and after by one mode, people, and how many of them it touches.

    All (n,). `affected` are the registered people of the area whose practice or surgery changes; times are infinite where
    there is no way.
    """

    mode: str
    areas: tuple[str, ...]
    people: Array
    affected: Array
    before: Array
    after: Array

    @property
    def change(self) -> Array:
        """Minutes longer (n,); nought where there is no way before and after, infinite where a way is lost."""
        both = np.isinf(self.before) & np.isinf(self.after)
        with np.errstate(invalid="ignore"):
            return np.where(both, 0.0, self.after - self.before)


@dataclass(frozen=True)
class GroupImpact:
    """What an option does to people in areas of one group, by one mode.

    `mean_change` in minutes over those with a way before and after; `further` people whose journey lengthens by more than a
    minute; `share_further` of the group with limits, and `ratio` to the share of everybody (the disproportion) with limits;
    `beyond` people who come to be beyond the limit in minutes less those no longer so; `lost` people who lose every way.
    `least_affected` and `most_affected` bound how many of the group are among those it touches, since only shares of
    areas are known. `bands` are the people by how much longer: those who lose every way, then as `BANDS` names them.
    """

    kind: str
    group: str
    people: float
    mean_change: float | None
    further: float
    nearer: float
    share_further: float
    lower: float
    upper: float
    ratio: float | None
    ratio_lower: float | None
    ratio_upper: float | None
    beyond: float
    lost: float
    least_affected: float
    most_affected: float
    bands: tuple[float, ...]


def assess_groups(change: AreaChange, groups: Groups, beyond_minutes: float) -> list[GroupImpact]:
    """The impact on every group that has people here: `groups` maps a kind to its groups with their people in each area (n,).

    The change is of areas, so a person's own may differ: figures are of "people in areas where". The disproportion's limits
    take the areas that change as a sample of the group's people of their kind (Wilson, 1927), its ratio's on the log scale
    (Katz et al., 1978, Biometrics 34:469) with areas, not people, as the units, since people of one area share one change.
    """
    everyone = _impact(change, "all", "everybody", change.people, change.people, None, beyond_minutes)
    found = [everyone]
    for kind, named in groups.items():
        whole = np.sum([p for _, p in named], axis=0) if named else change.people
        for name, people in named:
            if people.shape != change.people.shape:
                raise ChesilError(
                    f"{kind} {name}: {people.shape[0]} areas, but the option has {change.people.shape[0]}"
                )
            if people.sum():
                found.append(_impact(change, kind, name, people, whole, everyone, beyond_minutes))
    return found


def slope_of_minutes(minutes: Array, fifths: Sequence[tuple[str, Array]]) -> float | None:
    """Minutes longer, along the line through the fifths of areas by deprivation, for the least deprived than the most.

    `fifths` from the most deprived on, each with its people by area (n,); areas without a way are left out. None where
    people live in fewer than three fifths.
    """
    way = np.isfinite(minutes)
    groups = [(p[way], minutes[way]) for _, p in fifths]
    held = [(math.fsum(p), math.fsum(p * m)) for p, m in groups if math.fsum(p) > 0]
    if len(held) < 3:
        return None
    people = np.array([n for n, _ in held])
    found = slope_index(np.array([t for _, t in held]) / people, np.full(len(held), 1e-9), people)
    return float(found.sii)


def person_minutes_saved(change: AreaChange) -> float:
    """Minutes shorter, added up over everybody once, one way: less where journeys lengthen; those without a way left out."""
    way = np.isfinite(change.before) & np.isfinite(change.after)
    return math.fsum((change.people * (change.before - change.after))[way])


def _impact(
    change: AreaChange, kind: str, name: str, people: Array, whole: Array, everyone: GroupImpact | None, limit: float
) -> GroupImpact:
    """`whole` (n,) are the people of every group of the kind: groups may come from another year than the residents."""
    total = math.fsum(people)
    minutes = change.change
    way = np.isfinite(change.before) & np.isfinite(change.after)
    lost = np.isfinite(change.before) & np.isinf(change.after)
    further, nearer = (minutes > LONGER_BY) | lost, minutes < -LONGER_BY
    moved = math.fsum(people[further])
    share = moved / total if total else 0.0
    effective = _effective_areas(people)
    low, high = (float(v[0]) for v in wilson(np.array([share * effective]), np.array([max(effective, 1e-9)])))
    ratio, ratio_low, ratio_high = _ratio(share, effective, everyone, change)
    over = (change.after > limit).astype(float) - (change.before > limit).astype(float)
    touched = np.minimum(change.affected, whole)
    return GroupImpact(
        kind=kind,
        group=name,
        people=total,
        mean_change=math.fsum((people * minutes)[way]) / math.fsum(people[way]) if people[way].sum() else None,
        further=moved,
        nearer=math.fsum(people[nearer]),
        share_further=100 * share,
        lower=100 * low,
        upper=100 * high,
        ratio=ratio,
        ratio_lower=ratio_low,
        ratio_upper=ratio_high,
        beyond=math.fsum(people * over),
        lost=math.fsum(people[lost]),
        least_affected=math.fsum(np.maximum(0.0, touched - (whole - people))),
        most_affected=math.fsum(np.minimum(people, touched)),
        bands=_bands(minutes, people, lost),
    )


def _effective_areas(people: Array) -> float:
    """How many areas of equal size the group's people are worth (Kish, 1965, Survey Sampling)."""
    squares = math.fsum(people**2)
    return math.fsum(people) ** 2 / squares if squares else 0.0


def _ratio(
    share: float, effective: float, everyone: GroupImpact | None, change: AreaChange
) -> tuple[float | None, float | None, float | None]:
    if everyone is None or not everyone.share_further or not effective:
        return None, None, None
    whole, areas = everyone.share_further / 100, _effective_areas(change.people)
    ratio = share / whole
    if share * effective < 1:
        return ratio, None, None  # less than one area's worth of the group moves: limits would say nothing
    spread = math.sqrt(max(0.0, (1 - share) / (share * effective)) + max(0.0, (1 - whole) / (whole * areas)))
    return ratio, ratio * math.exp(-1.96 * spread), ratio * math.exp(1.96 * spread)


def _bands(minutes: Array, people: Array, lost: NDArray[np.bool_]) -> tuple[float, ...]:
    """The group's people by band of change; they add up to all of it."""
    which = np.where(lost, -1, np.digitize(-minutes, EDGES))
    return tuple(math.fsum(people[which == k]) for k in range(-1, len(EDGES) + 1))
