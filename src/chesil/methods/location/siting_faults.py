"""Why no plan of sites can be made: each rule that is at fault, where, and by how much it falls short.

First what can be seen without solving: an area beyond reach of every site, too little room in all, a locality with too
few candidates, more fixed sites than may be. If there is none of these, the rules clash: each is eased alone, all others
kept, as little as lets a plan be made.
"""

import numpy as np

from chesil.methods.location.plan import Fault
from chesil.methods.location.siting import SitingProblem, SitingRules, allowed_pairs, build, eased, plan_sites
from chesil.methods.location.solving import solve

UNITS = {
    "reach": "minutes", "longer_by": "minutes", "other_reach": "minutes", "most_sites": "sites", "least_sites": "sites",
    "most_changes": "changes", "most_cost": "GBP", "most_travel": "weighted minutes", "capacity": "of room",
    "locality": "sites", "fixed": "sites",
}  # fmt: skip


def crossed_rules(problem: SitingProblem, rules: SitingRules) -> tuple[Fault, ...]:
    """Rules that contradict each other on paper: bounds that cross, a site both fixed and forbidden."""
    faults = []
    for j in np.flatnonzero(problem.must & problem.never):
        faults.append(Fault("fixed", 1, "sites", f"site {j} is fixed open and also forbidden", int(j)))
    if rules.least_sites > rules.most_sites:
        over = rules.least_sites - rules.most_sites
        faults.append(
            Fault("most_sites", over, "sites", f"at least {rules.least_sites} sites but at most {rules.most_sites:g}")
        )
    for k, (least, most) in enumerate(zip(rules.locality_least, rules.locality_most, strict=True)):
        if least > most:
            faults.append(
                Fault("locality", least - most, "sites", f"locality {k}: at least {least} but at most {most:g}", k)
            )
    return tuple(faults)


def plain_faults(problem: SitingProblem, rules: SitingRules) -> tuple[Fault, ...]:
    """Rules that cannot be met whatever is chosen."""
    faults = list(crossed_rules(problem, rules))
    usable = np.where(problem.never[None, :], np.inf, problem.travel)
    nearest = usable.min(axis=1)
    for i in np.flatnonzero(~np.isfinite(nearest)):
        faults.append(
            Fault("reach", float("inf"), "minutes", f"area {i} has no way to any site that may be open", int(i))
        )
    for rule, farthest in (("reach", np.full(nearest.size, rules.reach)), ("longer_by", problem.now + rules.longer_by)):
        for i in np.flatnonzero(np.isfinite(nearest) & (nearest > farthest + 1e-9)):
            over = float(nearest[i] - farthest[i])
            faults.append(
                Fault(rule, over, "minutes", f"area {i}: the nearest site is {over:.1f} minutes too far", int(i))
            )
    may = ~problem.never
    if np.isfinite(problem.capacity[may]).all():
        room = np.sort((problem.capacity + problem.extension)[may])[::-1]
        most = int(min(rules.most_sites, room.size))
        short = float(problem.load.sum() - room[:most].sum())
        if short > 1e-9:
            faults.append(Fault("capacity", short, "of room", f"the {most} largest sites fall short by {short:,.1f}"))
    for k, least in enumerate(rules.locality_least):
        there = int((may & (problem.locality == k)).sum())
        if there < least:
            faults.append(
                Fault(
                    "locality", least - there, "sites", f"locality {k} has {there} candidates, {least} are asked for", k
                )
            )
    if problem.must.sum() > rules.most_sites:
        over = float(problem.must.sum() - rules.most_sites)
        faults.append(
            Fault(
                "most_sites", over, "sites", f"{problem.must.sum()} sites are fixed open, {rules.most_sites:g} may be"
            )
        )
    if may.sum() < rules.least_sites:
        over = float(rules.least_sites - may.sum())
        faults.append(
            Fault("least_sites", over, "sites", f"{rules.least_sites} sites are asked for, {may.sum()} may be open")
        )
    return tuple(faults)


def siting_faults(problem: SitingProblem, rules: SitingRules, *, seconds: float = 60.0) -> tuple[Fault, ...]:
    """The rules at fault where there is no plan: the plain ones, else each rule that would do if eased alone."""
    plain = plain_faults(problem, rules)
    if plain:
        return plain
    faults = []
    for rule in _in_force(problem, rules):
        short = _short_alone(problem, rules, rule, seconds)
        if short is not None and short > 1e-7:
            by = f"{short:,.1f}" if short >= 0.05 else "less than 0.1"
            words = f"easing `{rule}` alone by {by} {UNITS[rule]} would do"
            faults.append(Fault(rule, short, UNITS[rule], words, alone=True))
    if not faults:
        names = ", ".join(_in_force(problem, rules))
        faults.append(Fault("together", 0.0, "", f"no one rule eased alone would do; ease two or more of {names}"))
    return tuple(faults)


def _in_force(problem: SitingProblem, rules: SitingRules) -> list[str]:
    names = [
        n
        for n in ("reach", "longer_by", "most_sites", "most_changes", "most_cost", "most_travel")
        if np.isfinite(getattr(rules, n))
    ]
    names += ["least_sites"] if rules.least_sites > 0 else []
    names += ["other_reach"] if problem.other_travel is not None and np.isfinite(rules.other_reach) else []
    names += ["capacity"] if np.isfinite(problem.capacity).any() else []
    names += ["locality"] if rules.locality_least else []
    names += ["fixed"] if problem.must.any() else []
    return names


def _short_alone(problem: SitingProblem, rules: SitingRules, rule: str, seconds: float) -> float | None:
    """How far a rule must give way, alone; None if that would not do (or was not found in time)."""
    if rule in ("reach", "longer_by", "other_reach"):
        return _minutes_alone(problem, rules, rule, seconds)
    may = allowed_pairs(problem, rules)
    found = solve(build(problem, rules, may, may, "sites", rule).programme, seconds=seconds)
    return found.cost if found.values is not None and found.ended == "optimal" else None


def _minutes_alone(problem: SitingProblem, rules: SitingRules, rule: str, seconds: float) -> float | None:
    """The least further minutes with which a plan can be made, by halving."""
    table = problem.other_travel if rule == "other_reach" else problem.travel
    assert table is not None
    over = table - problem.now[:, None] if rule == "longer_by" else table
    said = getattr(rules, rule)
    levels = np.unique(over[np.isfinite(over) & (over > said)])
    if rule == "other_reach":
        levels = np.append(levels, np.inf)
    best, low, high = None, 0, levels.size - 1
    while low <= high:
        middle = (low + high) // 2
        if plan_sites(problem, eased(rules, rule, float(levels[middle])), "sites", seconds=seconds).is_feasible:
            best, high = float(levels[middle]) - said, middle - 1
        else:
            low = middle + 1
    return best
