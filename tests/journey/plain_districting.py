"""Districting in the slow and plain way: small problems at random, every plan of them, what each costs and breaks."""

from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from chesil.methods.districting import Districting, MeanBounds, components


@st.composite
def problems(draw: st.DrawFn) -> Districting:
    n = draw(st.integers(3, 7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    xy = rng.random((n, 2)) * 10
    sizes = rng.integers(5, 40, n)
    touches = rng.random((n, n)) < draw(st.sampled_from([0.3, 0.5, 0.9]))
    touches = (touches | touches.T) & ~np.eye(n, dtype=bool)
    low = draw(st.integers(1, 50))
    pairs = [tuple(sorted(rng.choice(n, 2, replace=False).tolist())) for _ in range(2)]
    kind = draw(st.sampled_from(["none", "together", "apart", "costs", "means", "count"]))
    more: dict[str, object] = {}
    if kind == "together":
        more["together"] = (pairs[0],)
    if kind == "apart":
        more["apart"] = tuple(set(pairs))
    if kind == "costs":
        w = rng.normal(0, 20, (n, n))
        more["pair_costs"] = (w + w.T) * ~np.eye(n, dtype=bool)
    if kind == "means":
        more["means"] = (MeanBounds(rng.random(n), sizes.astype(float), 0.2, 0.8),)
    if kind == "count":
        more["least_groups"], more["most_groups"] = 2, 3
    distances = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    return Districting(sizes, distances, touches, low, low + draw(st.integers(0, 80)), **more)  # type: ignore[arg-type]


def every_plan(units: list[int]):  # type: ignore[no-untyped-def]
    """All partitions of some units, the slow and plain way."""
    if not units:
        yield []
        return
    first, rest = units[0], units[1:]
    for k in range(len(rest) + 1):
        for others in combinations(rest, k):
            for plan in every_plan([u for u in rest if u not in others]):
                yield [(first, *others), *plan]


def keeps(p: Districting, plan: list[tuple[int, ...]]) -> bool:
    if p.least_groups is not None and not p.least_groups <= len(plan) <= (p.most_groups or 0):
        return False
    for g in plan:
        held = set(g)
        if not p.low <= sum(int(p.sizes[i]) for i in g) <= p.high or len(components(p.touches, list(g))) > 1:
            return False
        if any((a in held) != (b in held) for a, b in p.together) or any(a in held and b in held for a, b in p.apart):
            return False
        for m in p.means:
            mean = sum(m.values[i] * m.weights[i] for i in g) / sum(m.weights[i] for i in g)
            if not m.low - 1e-9 <= mean <= m.high + 1e-9:
                return False
    return True


def slow_cost(p: Districting, plan: list[tuple[int, ...]]) -> float:
    total = 0.0
    for g in plan:
        total += min(sum(p.sizes[i] * p.distances[i, h] for i in g) for h in g)
        total += 0.0 if p.pair_costs is None else sum(p.pair_costs[a, b] for a, b in combinations(g, 2))
    return total
