"""From units to a districting problem: exceptions set apart, pairs looked up, what each pair costs or gains."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from chesil.analyses.grouping.building import Units
from chesil.analyses.grouping.settings import GroupingSettings
from chesil.core.errors import InputRefused, Problem, did_you_mean
from chesil.methods.districting import Districting, Floats, MeanBounds, joined_by

WORD = {"practices": "a practice", "areas": "a small area (LSOA 2011)"}
PEOPLE = {"practices": "patients", "areas": "residents"}


@dataclass(frozen=True, eq=False)
class Posed:
    """The problem, which units of the place (by index) are its own, and the exceptions: groups of their own."""

    problem: Districting
    units: tuple[int, ...]
    exceptions: tuple[tuple[int, ...], ...]


def pose(units: Units, settings: GroupingSettings) -> Posed:
    """The districting problem. A unit above the upper bound, with those fixed to it, is its own group.

    `InputRefused` names every pair that cannot be kept.
    """
    together, apart = _pairs(units, settings)
    big = [k for k, size in enumerate(units.people) if size > settings.high]
    root = joined_by(len(units.codes), together)
    exceptions = sorted({tuple(k for k in range(len(root)) if root[k] == root[b]) for b in big})
    set_apart = {k for e in exceptions for k in e}
    chosen = [k for k in range(len(units.codes)) if k not in set_apart]
    at = {k: n for n, k in enumerate(chosen)}

    def inside(pairs: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        return tuple((at[a], at[b]) for a, b in pairs if a in at and b in at)

    count = max(0, settings.groups - len(exceptions)) or None if settings.groups else None
    problem = Districting(
        sizes=units.people[chosen],
        distances=units.distances[np.ix_(chosen, chosen)],
        touches=units.touches[np.ix_(chosen, chosen)],
        low=settings.low,
        high=settings.high,
        together=inside(together),
        apart=inside(apart),
        pair_costs=pair_costs(units, settings, chosen),
        means=_need_bounds(units, settings, chosen),
        least_groups=count,
        most_groups=count,
    )
    return Posed(problem, tuple(chosen), tuple(exceptions))


def pair_costs(units: Units, settings: GroupingSettings, chosen: list[int]) -> Floats | None:
    """What it costs (below nought: gains) to have each pair in one group, in kilometre-people; None if nothing does."""
    if not (settings.flows_weight or settings.council_weight or settings.change_weight):
        return None
    lists = units.people.astype(np.float64)
    costs = -2 * settings.flows_weight * units.shared
    pcns, councils = np.array(units.pcns), np.array(units.councils)
    total = {p: lists[pcns == p].sum() for p in set(units.pcns)}
    same = (pcns[:, None] == pcns[None]) & (pcns[:, None] != "U")
    per_network = np.array([total[p] for p in units.pcns])
    costs = costs - 2 * settings.change_weight * np.where(same, lists[:, None] * lists[None] / per_network, 0.0)
    across = councils[:, None] != councils[None]
    # Of areas there are many to a group: each pair counts as its part of a group of middling size.
    middling = (settings.low + settings.high) / 2
    either = lists[:, None] * lists[None] / middling if units.of == "areas" else np.minimum(lists[:, None], lists[None])
    costs = costs + settings.council_weight * np.where(across, either, 0.0)
    np.fill_diagonal(costs, 0.0)
    return costs[np.ix_(chosen, chosen)]


def _need_bounds(units: Units, settings: GroupingSettings, chosen: list[int]) -> tuple[MeanBounds, ...]:
    if not (settings.least_deprivation or settings.most_deprivation):
        return ()
    values, weights = units.deprivation[chosen], units.people[chosen].astype(np.float64)
    return (MeanBounds(values, weights, settings.least_deprivation, settings.most_deprivation or np.inf),)


def _pairs(units: Units, settings: GroupingSettings) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    at: Mapping[str, int] = {c: k for k, c in enumerate(units.codes)}
    problems: list[Problem] = []
    found: dict[str, list[tuple[int, int]]] = {}
    for name, pairs in (("together", settings.together), ("apart", settings.apart)):
        found[name] = []
        for pair in pairs:
            a, b = pair.upper().split()
            unknown = [c for c in (a, b) if c not in at]
            problems += [
                Problem(f"{c} is not {WORD[units.of]} of the place", f"[grouping] {name}", "", did_you_mean(c, at))
                for c in unknown
            ]
            if a == b:
                problems.append(Problem(f"{a} is paired with itself", f"[grouping] {name}"))
            elif not unknown:
                found[name].append((at[a], at[b]))
    root = joined_by(len(units.codes), found["together"])
    for one, other in found["apart"]:
        if root[one] == root[other]:
            what = (
                f"{units.codes[one]} and {units.codes[other]} are to be kept together (in one step or more) and apart"
            )
            problems.append(Problem(what, "[grouping]", "no plan can do both", "Take one of the pairs out"))
    for least in sorted(set(root)):
        members = [k for k, r in enumerate(root) if r == least]
        size = int(units.people[members].sum())
        if len(members) > 1 and size > settings.high and all(units.people[k] <= settings.high for k in members):
            named = ", ".join(units.codes[k] for k in members)
            what = f"{named} are kept together and have {size:,} {PEOPLE[units.of]}, above {settings.high:,}"
            problems.append(Problem(what, "[grouping] together", "", "Part them, or raise `high`"))
    if problems:
        raise InputRefused(f"The pairs of {units.of} cannot be kept", problems)
    return found["together"], found["apart"]
