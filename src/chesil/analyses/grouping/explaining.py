"""Why no plan can keep the rules: which rule is at fault, and by how much it would have to give."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from chesil.core.errors import Problem, some_of
from chesil.methods.districting import Districting, components, list_groups, solve_listed
from chesil.methods.districting_small import are_small, quick_plan

MOST, NODES = 12_000, 50
STEPS = 7


def faults_of(problem: Districting, names: Sequence[str]) -> list[Problem]:
    """Every single rule whose easing would let a plan be, with the least easing found; else what is known of it."""
    found = arithmetic_faults(problem, names)
    for kind, pairs in (("together", problem.together), ("apart", problem.apart)):
        for pair in pairs:
            kept = tuple(p for p in pairs if p != pair)
            if _can(replace(problem, together=kept) if kind == "together" else replace(problem, apart=kept)):
                what = f"{names[pair[0]]} and {names[pair[1]]} cannot be kept {kind}"
                found.append(Problem(what, "", "", "Without this pair there is a plan"))
    if problem.means and _can(replace(problem, means=())):
        found.append(_means_fault(problem))
    if problem.least_groups is not None and _can(replace(problem, least_groups=None, most_groups=None)):
        found.append(
            Problem(f"there is no plan of {problem.least_groups} groups", "", "", "With another number there is")
        )
    found += [] if found else _widened(problem)
    found += [] if found else _all_at_once(problem)
    if not found:
        found.append(
            Problem("no plan was found, and no single rule could be shown to be at fault", "", "", "Widen the bounds")
        )
    return found


def arithmetic_faults(problem: Districting, names: Sequence[str]) -> list[Problem]:
    """Parts whose totals cannot be cut within the bounds, whatever the groups; seen without solving anything."""
    count = _count_fault(problem)
    parts = [p for part in components(problem.touches) if (p := _arithmetic(problem, part, names)) is not None]
    return parts + ([count] if count is not None and not parts else [])


def _count_fault(problem: Districting) -> Problem | None:
    """A number of groups that the total cannot make within the bounds."""
    number, total = problem.least_groups, int(problem.sizes.sum())
    if number is None or number != problem.most_groups or problem.low * number <= total <= problem.high * number:
        return None
    each = total / number
    off = f"{problem.low - each:,.0f} too few" if each < problem.low else f"{each - problem.high:,.0f} too many"
    fewest, most = -(-total // problem.high), total // max(problem.low, 1)
    return Problem(
        f"there is no plan of {number} groups: {total:,} people would be {each:,.0f} each on average, {off}",
        "",
        "",
        f"Ask for {fewest} to {most} groups, or move the bounds" if fewest < most else f"Ask for {fewest} groups",
    )


def _means_fault(problem: Districting) -> Problem:
    """By how much the bounds of deprivation would have to give, within a hundredth or so of their scale."""

    def eased(by: float) -> Districting:
        return replace(problem, means=tuple(replace(m, low=m.low - by, high=m.high + by) for m in problem.means))

    good, bad = max(float(np.ptp(m.values)) for m in problem.means), 0.0
    if not _can(eased(good)):
        return Problem("the bounds of deprivation leave no plan", "", "", "Widen them: without them there is a plan")
    for _ in range(STEPS):
        middle = (good + bad) / 2
        good, bad = (middle, bad) if _can(eased(middle)) else (good, middle)
    what = f"the bounds of deprivation leave no plan; wider by {good:.1f} points of score, they would"
    return Problem(what, "", "", "Widen them, or take them out")


def _all_at_once(problem: Districting) -> list[Problem]:
    """Rules that leave no plan together, though easing any one of them is not enough."""
    count = "" if problem.least_groups is None else f"the number of {problem.least_groups} groups"
    kinds = (("pairs to be kept together", problem.together), ("pairs to be kept apart", problem.apart),
             ("the bounds of deprivation", problem.means), (count, count))  # fmt: skip
    names = [n for n, is_asked in kinds if is_asked]
    free = replace(problem, together=(), apart=(), means=(), least_groups=None, most_groups=None)
    if len(names) + len(problem.together) + len(problem.apart) < 2 or not _can(free):
        return []
    what = f"{' and '.join(names)} cannot all be kept, though no single one is at fault"
    return [Problem(what, "", "", "Without them all there is a plan: ease two of them")]


def _arithmetic(problem: Districting, part: list[int], names: Sequence[str]) -> Problem | None:
    """A part that hangs together and whose total no whole number of groups can hold."""
    total = int(problem.sizes[part].sum())
    fewest, most = -(-total // problem.high), total // max(problem.low, 1)
    if fewest <= most:
        return None
    named = f"{total:,} people" + ("" if len(part) == problem.n else f" of {some_of([names[k] for k in part], 6)}")
    if most == 0:
        return Problem(f"{named} are {problem.low - total:,} too few for one group", "", "They touch no other",
                       "Lower `low`, or fix one of them `together` with one beyond")  # fmt: skip
    over, under = total / most - problem.high, problem.low - total / fewest
    what = f"{named} cannot be cut into groups of {problem.low:,} to {problem.high:,}"
    why = (f"{most} group{'s' if most > 1 else ''} would hold {over:,.0f} too many each on average, {fewest} would hold "
           f"{under:,.0f} too few")  # fmt: skip
    return Problem(
        what, "", why, f"Lower `low` to {total // fewest:,} or raise `high` to {-(-total // most):,}, at least"
    )


def _can(problem: Districting) -> bool:
    """Whether a plan is found; where units are small, what is not found may yet be."""
    if are_small(problem):
        return quick_plan(problem) is not None
    groups = list_groups(problem, most=MOST)
    return groups is not None and solve_listed(problem, groups, np.zeros(len(groups)), nodes=NODES) is not None


def _widened(problem: Districting) -> list[Problem]:
    """How far one bound alone would have to move, by halving; nothing where the groups are too many to list."""
    found = []
    least = _halved(problem, 0, problem.low, lambda at: replace(problem, low=at), upward=False)
    if least is not None:
        what = f"with groups of at least {least:,} instead of {problem.low:,} there is a plan"
        found.append(Problem(what, "", "", "Lower `low`, if that rule may give"))
    top = int(problem.sizes.sum())
    most = _halved(problem, problem.high, min(top, 2 * problem.high), lambda at: replace(problem, high=at), upward=True)
    if most is not None:
        what = f"with groups of at most {most:,} instead of {problem.high:,} there is a plan"
        found.append(Problem(what, "", "", "Raise `high`, if that rule may give"))
    together = ~np.eye(problem.n, dtype=bool)
    if _can(replace(problem, touches=together)):
        found.append(
            Problem(
                "there is a plan if groups need not hang together",
                "",
                "",
                "Raise `core_share` or lower `overlap_share`",
            )
        )
    return found


def _halved(problem: Districting, low: int, high: int, eased, *, upward: bool) -> int | None:  # type: ignore[no-untyped-def]
    """The bound nearest to the asked one with which there is a plan, within a thousandth or so of it."""
    far = high if upward else low
    if not _can(eased(far if upward else max(far, problem.low // 2))):
        return None
    good, bad = (high, low) if upward else (max(low, problem.low // 2), high)
    for _ in range(STEPS):
        middle = (good + bad) // 2
        if middle in (good, bad):
            break
        if _can(eased(middle)):
            good = middle
        else:
            bad = middle
    return good
