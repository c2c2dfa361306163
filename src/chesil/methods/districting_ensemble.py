"""Many plans drawn by recombination of random spanning trees: how unusual is a given plan among plans that keep the rules?

Each step joins two neighbouring groups, draws a random spanning tree over their units, and cuts it at a random edge that
leaves two groups within bounds (DeFord, Duchin and Solomon, Harvard Data Science Review 2021). The draws favour compact
plans and are not uniform over all plans: they show what ordinary plans are like, not a test of a hypothesis.
"""

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from chesil.methods.districting import Districting, allowed_groups

Groups = list[tuple[int, ...]]
TRIES = 12


def recombine(problem: Districting, plan: Groups, steps: int, rng: np.random.Generator) -> Iterator[Groups]:
    """`steps` plans, each from the one before; a step that finds no cut gives the same plan again.

    The number of groups stays what it is in `plan`, which must keep the rules.
    """
    now = [tuple(sorted(g)) for g in plan]
    for _ in range(steps):
        now = _step(problem, now, rng)
        yield sorted(now)


def _step(problem: Districting, plan: Groups, rng: np.random.Generator) -> Groups:
    owner = np.empty(problem.n, dtype=np.int64)
    for k, group in enumerate(plan):
        owner[list(group)] = k
    one, other = np.nonzero(np.triu(problem.touches))
    across = np.flatnonzero(owner[one] != owner[other])
    if not len(across):
        return plan
    pair = across[rng.integers(len(across))]
    a, b = sorted((int(owner[one[pair]]), int(owner[other[pair]])))
    units = np.array(sorted(plan[a] + plan[b]))
    for _ in range(TRIES):
        halves = _cut(problem, units, rng)
        if halves is not None:
            return [g for k, g in enumerate(plan) if k not in (a, b)] + list(halves)
    return plan


def _cut(
    problem: Districting, units: np.ndarray, rng: np.random.Generator
) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Two groups within the rules from a random spanning tree over some units, or None if it cannot be cut so."""
    touches = np.triu(problem.touches[np.ix_(units, units)])
    weights = np.where(touches, 1.0 + rng.random(touches.shape), 0.0)
    tree = minimum_spanning_tree(csr_array(weights))
    order, before = breadth_first_order(tree, 0, directed=False)
    below = problem.sizes[units].astype(np.int64).copy()
    for k in order[:0:-1]:
        below[before[k]] += below[k]
    rest = int(below[0]) - below
    fits = (below >= problem.low) & (below <= problem.high) & (rest >= problem.low) & (rest <= problem.high)
    cuts = [int(k) for k in order[1:] if fits[k]]
    if not cuts:
        return None
    top = cuts[rng.integers(len(cuts))]
    inside = np.zeros(len(units), dtype=bool)
    inside[top] = True
    for k in order[1:]:
        inside[k] |= inside[before[k]]
    halves = np.zeros((2, problem.n), dtype=bool)
    halves[0, units[inside]] = True
    halves[1, units[~inside]] = True
    if len(allowed_groups(problem, halves)) < 2:
        return None
    return tuple(units[inside].tolist()), tuple(units[~inside].tolist())
