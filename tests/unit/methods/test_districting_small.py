"""Many small units: the bound lies below brute force, plans keep the rules, and both come near each other on a grid."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from plain_districting import every_plan, keeps, problems, slow_cost

from chesil.methods.districting import Districting, plan_cost
from chesil.methods.districting_knapsack import hubs_from, knapsack_bound
from chesil.methods.districting_search import solve_districting
from chesil.methods.districting_small import are_small, solve_small


def _grid(side: int = 8, low: int = 9_000, high: int = 14_000, seed: int = 3) -> Districting:
    """Areas of 500 to 1,500 people on a grid, touching along sides."""
    at = np.array([(x, y) for x in range(side) for y in range(side)], dtype=np.float64)
    apart = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    sizes = np.random.default_rng(seed).integers(500, 1_500, side * side)
    return Districting(sizes, apart, np.isclose(apart, 1.0), low, high)


@settings(max_examples=100, deadline=None)
@given(problems())
def test_the_bound_lies_below_the_best_plan_and_a_plan_keeps_the_rules(p: Districting) -> None:
    costs = [slow_cost(p, plan) for plan in every_plan(list(range(p.n))) if keeps(p, plan)]
    least = min(costs, default=np.inf)
    guess = abs(least) if costs else float(p.sizes @ p.distances.mean(axis=1))
    assert knapsack_bound(p, guess, rounds=60).bound <= least + 1e-6 * abs(guess) + 1e-6
    found = solve_small(p)
    if found is not None:
        assert costs and keeps(p, list(found.groups))
        assert found.cost == pytest.approx(slow_cost(p, list(found.groups)), rel=1e-9, abs=1e-7)
        assert found.bound <= least + 1e-6 * max(1.0, abs(least)) <= found.cost + 2e-6 * max(1.0, abs(least))


def test_bound_and_plan_meet_within_a_few_hundredths() -> None:
    problem = _grid()
    assert are_small(problem)
    found = solve_districting(problem)
    assert found is not None and keeps(problem, list(found.groups)) and found.gap < 0.06
    assert sorted(i for g in found.groups for i in g) == list(range(problem.n))


def test_every_kind_of_rule_is_kept() -> None:
    problem = _grid(6)
    free = solve_small(problem)
    assert free is not None and len(free.groups) == 3
    group = free.groups[0]
    other = next(g for g in free.groups if g != group and problem.touches[np.ix_(group, g)].any())
    pair = next((a, b) for a in group for b in other if problem.touches[a, b])
    asked = (
        replace(problem, together=(pair,)), replace(problem, apart=((group[0], group[1]),)),
        replace(problem, low=6_000, least_groups=4, most_groups=4),
        replace(problem, together=(pair,), apart=((group[0], group[1]),), least_groups=3, most_groups=3),
    )  # fmt: skip
    for p in asked:
        found = solve_small(p)
        assert found is not None and keeps(p, list(found.groups)) and found.bound <= found.cost


def test_pair_costs_draw_units_together() -> None:
    problem = _grid(8)
    pulls = np.zeros((problem.n, problem.n))
    pulls[0, 1] = pulls[1, 0] = pulls[0, 8] = pulls[8, 0] = -5_000.0
    found = solve_small(replace(problem, pair_costs=pulls))
    assert found is not None and any({0, 1, 8} <= set(g) for g in found.groups)


def test_order_of_units_changes_neither_the_bound_nor_much_the_plan() -> None:
    problem = _grid(9)
    turn = np.random.default_rng(1).permutation(problem.n)
    square = np.ix_(turn, turn)
    turned = replace(
        problem, sizes=problem.sizes[turn], distances=problem.distances[square], touches=problem.touches[square]
    )
    one, other = (knapsack_bound(p, 100_000.0, rounds=20).bound for p in (problem, turned))
    assert one == pytest.approx(other, rel=0.02)


def test_stopping_keeps_the_best_plan_so_far() -> None:
    problem = _grid()
    heard: list[float] = []
    found = solve_small(problem, tell=lambda s, c, b: heard.append(c), stop=lambda: any(np.isfinite(heard)))
    assert found is not None and keeps(problem, list(found.groups)) and found.bound < found.cost
    assert solve_small(problem, stop=lambda: True) is None


def test_totals_that_cannot_be_cut_have_no_plan() -> None:
    problem = _grid(4, low=10_000, high=10_100)
    assert solve_small(problem) is None and knapsack_bound(problem, 1.0).bound == np.inf


def test_hubs_stand_where_the_rounds_led() -> None:
    problem = _grid(6)
    leads = np.zeros(problem.n)
    leads[[7, 28]] = 1.0
    assert hubs_from(problem, leads, 2) == (7, 28)
    assert plan_cost(problem, [tuple(range(problem.n))]) > 0
