"""Districting meets the reference plans and brute force; the search and its bound hold; drawn plans keep the rules."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from plain_districting import every_plan, keeps, problems, slow_cost

from chesil.methods.districting import (
    Districting,
    group_costs,
    list_groups,
    next_best_plan,
    plan_cost,
    solve_listed,
)
from chesil.methods.districting_ensemble import recombine
from chesil.methods.districting_search import improve_districts, price_hub, solve_districting

REFERENCE = Path(__file__).parents[2] / "published" / "districting"


def _rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _reference(low: int, high: int) -> tuple[Districting, list[str]]:
    """METHODS section 16: twelve invented practices."""
    units = _rows("units")
    names = [u["practice"] for u in units]
    xy = np.array([[float(u["x"]), float(u["y"])] for u in units])
    touches = np.zeros((len(units), len(units)), dtype=bool)
    for edge in _rows("edges"):
        a, b = names.index(edge["practice_i"]), names.index(edge["practice_j"])
        touches[a, b] = touches[b, a] = True
    distances = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    return Districting(np.array([int(u["list_size"]) for u in units]), distances, touches, low, high), names


@pytest.mark.parametrize("row", _rows("optima"), ids=lambda r: f"{r['band_low']}-{r['band_high']}")
def test_the_reference_plans_are_met(row: dict[str, str]) -> None:
    problem, names = _reference(int(row["band_low"]), int(row["band_high"]))
    groups = list_groups(problem)
    assert groups is not None and len(groups) == int(row["n_feasible_groups"])
    found = solve_districting(problem)
    if not row["optimal_cost"]:
        assert found is None
        return
    assert found is not None and found.is_proved and found.gap == 0
    assert found.cost == pytest.approx(float(row["optimal_cost"]), rel=1e-9)
    said = " | ".join(" ".join(names[i] for i in g) for g in found.groups)
    assert said == row["optimal_groups"]
    second = next_best_plan(problem, groups, group_costs(problem, groups), found)
    if row["second_best_cost"]:
        assert second is not None and second.cost == pytest.approx(float(row["second_best_cost"]), rel=1e-9)
    else:
        assert second is None


@settings(max_examples=120, deadline=None)
@given(problems())
def test_brute_force_agrees(p: Districting) -> None:
    costs = [slow_cost(p, plan) for plan in every_plan(list(range(p.n))) if keeps(p, plan)]
    found = solve_districting(p)
    if not costs:
        assert found is None
        return
    assert found is not None and keeps(p, list(found.groups))
    assert found.cost == pytest.approx(min(costs), rel=1e-9, abs=1e-7)
    assert sorted(i for g in found.groups for i in g) == list(range(p.n))  # nobody is lost


@settings(max_examples=40, deadline=None)
@given(problems())
def test_easing_a_rule_never_makes_the_plan_worse_and_order_does_not_matter(p: Districting) -> None:
    found = solve_districting(p)
    eased = (
        replace(p, low=max(0, p.low - 10)), replace(p, high=p.high + 20), replace(p, touches=~np.eye(p.n, dtype=bool)),
        replace(p, together=(), apart=()), replace(p, means=()), replace(p, least_groups=None, most_groups=None),
    )  # fmt: skip
    if found is not None:
        for other in eased:
            better = solve_districting(other)
            assert better is not None and better.cost <= found.cost + 1e-6 * max(1.0, abs(found.cost))
    back = np.arange(p.n)[::-1]
    pair = (
        tuple((p.n - 1 - a, p.n - 1 - b) for a, b in p.together),
        tuple((p.n - 1 - a, p.n - 1 - b) for a, b in p.apart),
    )
    turned = replace(
        p, sizes=p.sizes[back], distances=p.distances[np.ix_(back, back)], touches=p.touches[np.ix_(back, back)], together=pair[0],
        apart=pair[1], pair_costs=None if p.pair_costs is None else p.pair_costs[np.ix_(back, back)],
        means=tuple(replace(m, values=m.values[back], weights=m.weights[back]) for m in p.means),
    )  # fmt: skip
    again = solve_districting(turned)
    assert (again is None) == (found is None)
    if again is not None and found is not None:
        assert again.cost == pytest.approx(found.cost, rel=1e-9, abs=1e-7)


@settings(max_examples=30, deadline=None)
@given(problems())
def test_pricing_finds_the_least_reduced_cost(p: Districting) -> None:
    """Against the list of every group: the bound of each hub is the least c(S) - p(S), or nought."""
    groups = list_groups(p)
    assert groups is not None
    prices = np.full(p.n, float(p.sizes.mean() * p.distances.mean()))
    travel = p.sizes[:, None] * p.distances
    for hub in range(p.n):
        led = groups[groups[:, hub]]
        pairs = 0.0 if p.pair_costs is None else ((led.astype(float) @ p.pair_costs) * led).sum(axis=1) / 2
        least = min(0.0, float((led @ (travel[:, hub] - prices) + pairs).min(initial=0.0)))
        assert price_hub(p, hub, prices)[1] == pytest.approx(least, abs=1e-5)


def _town(n: int = 26) -> Districting:
    rng = np.random.default_rng(4)
    xy = rng.random((n, 2)) * 10
    distances = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    touches = (distances < 3.0) & ~np.eye(n, dtype=bool)
    return Districting(rng.integers(4_000, 16_000, n), distances, touches, 30_000, 50_000)


def test_the_search_comes_near_the_proved_plan_and_its_bound_lies_below() -> None:
    problem = _town()
    proved = solve_districting(problem)
    searched = solve_districting(problem, most=200)
    assert proved is not None and searched is not None
    assert searched.bound <= proved.cost * (1 + 1e-9) <= searched.cost * (1 + 2e-9)
    assert searched.cost <= proved.cost * 1.02 and searched.gap < 0.06
    assert keeps(problem, list(searched.groups))


def test_stopping_keeps_the_best_plan_so_far() -> None:
    problem = _town()
    proved = solve_districting(problem)
    assert proved is not None
    stopped = improve_districts(problem, list(proved.groups), stop=lambda: True)
    assert stopped.groups == proved.groups and not np.isfinite(stopped.bound) and not stopped.is_proved


def test_drawn_plans_keep_the_rules_and_come_again_with_the_seed() -> None:
    problem = _town()
    start = solve_districting(problem)
    assert start is not None
    plans = [list(recombine(problem, list(start.groups), 60, np.random.default_rng(7))) for _ in range(2)]
    assert plans[0] == plans[1]
    assert all(keeps(problem, plan) and len(plan) == len(start.groups) for plan in plans[0])
    assert len({tuple(p) for p in plans[0]}) > 5
    assert all(plan_cost(problem, p) >= start.cost - 1e-6 for p in plans[0] if len(p) == len(start.groups))


def test_what_cannot_be_asked_is_refused() -> None:
    problem, _ = _reference(30_000, 50_000)
    for change, words in (
        ({"low": 60_000}, "the bounds cross"), ({"together": ((0, 1), (1, 2)), "apart": ((0, 2),)}, "together and apart"),
        ({"low": -1}, "below nought"), ({"touches": np.triu(problem.touches)}, "both ways"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            replace(problem, **change)  # type: ignore[arg-type]
    assert solve_listed(problem, np.zeros((0, problem.n), dtype=bool), np.zeros(0)) is None
