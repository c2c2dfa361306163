"""Every location method against every possible answer, on hundreds of small random cases of each form."""

from dataclasses import replace
from itertools import chain, combinations, product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chesil.methods.location import capacitated
from chesil.methods.location.capacitated import capacitated_location
from chesil.methods.location.covering import maximal_covering
from chesil.methods.location.frontier import aims_frontier, frontier, not_dominated
from chesil.methods.location.p_centre import p_centre
from chesil.methods.location.p_median import p_median, second_best
from chesil.methods.location.siting import SitingProblem, SitingRules, allowed_pairs, plan_sites
from chesil.methods.location.siting_faults import siting_faults

MANY = settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
SOME = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@st.composite
def cases(draw, most_sites: int = 7):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, m = draw(st.integers(1, 9)), draw(st.integers(1, most_sites))
    if draw(st.booleans()):
        costs = rng.integers(0, 15, (n, m)).astype(float)
    else:
        costs = np.round(rng.uniform(0, 30, (n, m)), 3)
    if draw(st.booleans()):
        costs[rng.random((n, m)) < 0.25] = np.inf
    must, never = rng.random(m) < 0.15, rng.random(m) < 0.15
    must &= ~never
    return costs, draw(st.integers(1, m)), must, never, rng


def sets_of(m: int, p: int, must, never):
    for chosen in combinations(range(m), p):
        inside = np.zeros(m, dtype=bool)
        inside[list(chosen)] = True
        if not (must & ~inside).any() and not (never & inside).any():
            yield list(chosen)


def close(a: float, b: float) -> bool:
    return (np.isinf(a) and np.isinf(b)) or abs(a - b) <= 1e-5 * max(1.0, abs(b))


@MANY
@given(cases())
def test_p_median_and_its_second_best(case) -> None:
    costs, p, must, never, rng = case
    opening = rng.integers(0, 9, costs.shape[1]).astype(float)
    every = sorted(
        (costs[:, s].min(axis=1).sum() + opening[s].sum(), s) for s in sets_of(costs.shape[1], p, must, never)
    )
    plan = p_median(costs, p, opening=opening, must=must, never=never)
    best = every[0][0] if every else np.inf
    assert plan.is_proved and close(plan.objective, best), (plan, best)
    assert plan.bound <= plan.objective or not plan.is_feasible
    if not plan.is_feasible:
        assert plan.faults
        return
    second = second_best(costs, plan, opening=opening, must=must, never=never)
    others = [v for v, s in every if tuple(s) != plan.opened]
    assert second.is_proved and close(second.objective, others[0] if others else np.inf)
    turned = p_median(costs[::-1][:, ::-1], p, opening=opening[::-1], must=must[::-1], never=never[::-1])
    assert close(turned.objective, plan.objective)


@MANY
@given(cases())
def test_p_centre(case) -> None:
    costs, p, must, never, _ = case
    best = min((costs[:, s].min(axis=1).max() for s in sets_of(costs.shape[1], p, must, never)), default=np.inf)
    plan = p_centre(costs, p, must=must, never=never)
    assert plan.is_proved and plan.objective == best
    assert plan.is_feasible or plan.faults


@MANY
@given(cases())
def test_maximal_covering(case) -> None:
    costs, p, must, never, rng = case
    people = rng.integers(0, 50, costs.shape[0]).astype(float)
    within = costs <= 8
    best = max(
        (people[within[:, s].any(axis=1)].sum() for s in sets_of(costs.shape[1], p, must, never)), default=np.inf
    )
    plan = maximal_covering(within, people, p, must=must, never=never)
    assert (plan.is_proved and plan.objective == best) or (np.isinf(best) and plan.faults)


@MANY
@given(cases(most_sites=4))
def test_capacitated_location(case) -> None:
    costs, p, must, never, rng = case
    costs = costs[:5]
    n, m = costs.shape
    demands, capacities = rng.integers(1, 9, n).astype(float), rng.integers(1, 20, m).astype(float)
    opening = rng.integers(0, 20, m).astype(float)
    fixed_number = bool(rng.integers(2))
    best = np.inf
    for size in [p] if fixed_number else range(0, m + 1):
        for s in sets_of(m, size, must, never):
            for where in product(s, repeat=n):
                load = np.bincount(where, weights=demands, minlength=m)
                if (load <= capacities).all():
                    best = min(best, costs[np.arange(n), list(where)].sum() + opening[s].sum())
    given_p = p if fixed_number else None
    plan = capacitated_location(costs, demands, capacities, opening=opening, p=given_p, must=must, never=never)
    assert plan.is_proved and close(plan.objective, best)
    assert plan.is_feasible or plan.faults
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(capacitated, "SMALL", 0)
        bounded = capacitated_location(costs, demands, capacities, opening=opening, p=given_p, must=must, never=never)
        turned = capacitated_location(
            costs[::-1][:, ::-1], demands[::-1], capacities[::-1], opening=opening[::-1], p=given_p, must=must[::-1],
            never=never[::-1],
        )  # fmt: skip
    assert bounded.is_proved and close(bounded.objective, best)
    assert turned.is_proved and close(turned.objective, best)


@st.composite
def sitings(draw):
    costs, _, must, never, rng = draw(cases(most_sites=4))
    costs = costs[:4]
    n, m = costs.shape
    capacity = np.where(rng.random(m) < 0.7, rng.integers(1, 20, m), np.inf).astype(float)
    opened = rng.random(m) < 0.6
    problem = SitingProblem(
        travel=costs, weights=rng.integers(1, 9, n).astype(float), load=rng.integers(1, 9, n).astype(float),
        now=costs.min(axis=1) + rng.integers(0, 5), is_open=opened, must=must, never=never, capacity=capacity,
        extension=np.where(rng.random(m) < 0.3, rng.integers(1, 9, m), 0).astype(float),
        cost_open=rng.integers(0, 20, m).astype(float), cost_closed=rng.integers(0, 4, m).astype(float),
        cost_extended=rng.integers(1, 5, m).astype(float), locality=rng.integers(-1, 2, m),
        other_travel=costs * rng.uniform(1, 4, (n, m)),
    )  # fmt: skip
    maybe = lambda value: value if rng.random() < 0.35 else np.inf  # noqa: E731
    rules = SitingRules(
        reach=maybe(15.0), other_reach=maybe(25.0), longer_by=maybe(6.0), least_sites=int(rng.integers(0, 2)),
        most_sites=maybe(float(rng.integers(1, m + 1))), most_changes=maybe(float(rng.integers(0, 4))),
        locality_least=(0, int(rng.integers(0, 2))), locality_most=(float(rng.integers(1, 4)), np.inf),
        most_cost=maybe(40.0), whole_areas=True,
    )  # fmt: skip
    return problem, rules, rng


def every_plan(problem: SitingProblem, rules: SitingRules):
    """Every plan that meets the rules, straight from their words, with its value by each aim."""
    n, m = problem.travel.shape
    may = allowed_pairs(problem, replace(rules))
    for y in product([False, True], repeat=m):
        y = np.array(y)
        if (
            (problem.must & ~y).any()
            or (problem.never & y).any()
            or not rules.least_sites <= y.sum() <= rules.most_sites
        ):
            continue
        in_locality = [int((y & (problem.locality == k)).sum()) for k in range(len(rules.locality_least))]
        if any(not a <= c <= b for a, c, b in zip(rules.locality_least, in_locality, rules.locality_most, strict=True)):
            continue
        near = (problem.other_travel <= rules.other_reach) & ~problem.never
        if np.isfinite(rules.other_reach) and not near[near.any(axis=1)][:, y].any(axis=1).all():
            continue
        could = [j for j in range(m) if y[j] and problem.extension[j] > 0]
        for extended in chain.from_iterable(combinations(could, k) for k in range(len(could) + 1)):
            e = np.isin(np.arange(m), extended)
            changes = (y != problem.is_open).sum() + e.sum()
            cost = np.where(y, problem.cost_open, problem.cost_closed).sum() + problem.cost_extended[e].sum()
            if changes > rules.most_changes or cost > rules.most_cost:
                continue
            for where in product(np.flatnonzero(y), repeat=n):
                where = list(where)
                load = np.bincount(where, weights=problem.load, minlength=m)
                if may[np.arange(n), where].all() and (load <= problem.capacity + problem.extension * e).all():
                    minutes = problem.travel[np.arange(n), where]
                    travel = (problem.weights * minutes).sum()
                    yield {"travel": travel, "cost": float(cost), "worst": minutes.max(), "sites": float(y.sum())}


@MANY
@given(sitings())
def test_the_planners_form_by_every_aim(case) -> None:
    problem, rules, _ = case
    plans = list(every_plan(problem, rules))
    for aim in ("travel", "cost", "worst", "sites"):
        best = min((v[aim] for v in plans), default=np.inf)
        plan = plan_sites(problem, rules, aim)
        assert plan.is_proved and close(plan.objective, best), (aim, plan.values, best)
        assert not plan.is_feasible or plan.bound <= plan.objective + 1e-9
    if not plans:
        faults = siting_faults(problem, rules)
        assert faults and all(f.sentence for f in faults)


@SOME
@given(sitings())
def test_easing_a_rule_never_worsens_the_aim(case) -> None:
    problem, rules, _ = case
    plan = plan_sites(problem, rules, "travel")
    looser = [
        replace(rules, reach=rules.reach + 5), replace(rules, longer_by=rules.longer_by + 5),
        replace(rules, most_sites=rules.most_sites + 1), replace(rules, most_changes=rules.most_changes + 1),
        replace(rules, most_cost=rules.most_cost + 5), replace(rules, whole_areas=False),
        replace(rules, locality_least=(0, 0)), replace(rules, other_reach=np.inf),
    ]  # fmt: skip
    for eased in looser:
        assert plan_sites(problem, eased, "travel").objective <= plan.objective + 1e-6


@SOME
@given(sitings())
def test_a_rule_named_as_at_fault_does_when_eased_by_what_is_said(case) -> None:
    problem, rules, _ = case
    if plan_sites(problem, rules, "sites").is_feasible:
        return
    for fault in siting_faults(problem, rules):
        if fault.alone and fault.rule in ("reach", "longer_by", "most_sites", "most_changes", "most_cost"):
            eased = replace(rules, **{fault.rule: getattr(rules, fault.rule) + fault.short + 1e-6})
            assert plan_sites(problem, eased, "sites").is_feasible
            tighter = replace(rules, **{fault.rule: getattr(rules, fault.rule) + 0.98 * fault.short - 1e-6})
            assert not plan_sites(problem, tighter, "sites").is_feasible


@SOME
@given(sitings())
def test_the_frontier_of_sites_against_travel_holds_every_undominated_plan(case) -> None:
    problem, rules, _ = case
    rules = replace(rules, most_sites=np.inf)
    plans = list(every_plan(problem, rules))
    found = [p.values for p in frontier(problem, rules, "travel", "sites") if p.is_feasible]
    for k in {v["sites"] for v in plans}:
        best = min(v["travel"] for v in plans if v["sites"] <= k)
        mine = min((v["travel"] for v in found if v["sites"] <= k), default=np.inf)
        assert close(mine, best)


@SOME
@given(sitings())
def test_points_of_several_aims_are_the_least_travel_within_what_they_say(case) -> None:
    problem, rules, _ = case
    rules = replace(rules, most_sites=np.inf)
    plans = list(every_plan(problem, rules))
    numbers = tuple(range(problem.is_open.size, 0, -1))
    points = list(aims_frontier(problem, rules, numbers, 3))
    assert {p.sites for p in points} == {v["sites"] for v in plans if v["sites"] > 0}
    for point in points:
        within = [
            v["travel"] for v in plans
            if v["sites"] == point.sites and v["worst"] <= point.most_worst + 1e-9 and v["cost"] <= point.most_cost + 1e-9
        ]  # fmt: skip
        assert close(point.plan.objective, min(within))
    values = [p.plan.values for p in points]
    stays = not_dominated(values, ("sites", "travel", "cost", "worst"))
    assert not values or any(stays)


@SOME
@given(sitings())
def test_the_worst_way_without_capacities_is_found_by_covering_alone(case) -> None:
    problem, rules, _ = case
    problem = replace(problem, capacity=np.full(problem.is_open.size, np.inf), extension=np.zeros(problem.is_open.size))
    best = min((v["worst"] for v in every_plan(problem, rules)), default=np.inf)
    assert close(plan_sites(problem, rules, "worst").objective, best)


@SOME
@given(sitings())
def test_the_second_best_is_the_best_of_those_that_decide_one_site_otherwise(case) -> None:
    problem, rules, _ = case
    first = plan_sites(problem, rules, "travel")
    if not first.is_feasible:
        return
    second = plan_sites(problem, replace(rules, not_these=first.opened), "travel")
    others = []
    for j in range(problem.is_open.size):
        this = np.arange(problem.is_open.size) == j
        other = (
            replace(problem, never=problem.never | this)
            if j in first.opened
            else replace(problem, must=problem.must | this)
        )
        if not (other.must & other.never).any():
            others.append(plan_sites(other, rules, "travel").objective)
    assert close(second.objective, min(others, default=np.inf))
    assert second.opened != first.opened


def test_split_areas_fill_two_sites() -> None:
    problem = SitingProblem(
        travel=np.array([[1.0, 5.0]]), weights=np.ones(1), load=np.array([10.0]), now=np.ones(1),
        is_open=np.ones(2, dtype=bool), must=np.zeros(2, dtype=bool), never=np.zeros(2, dtype=bool),
        capacity=np.array([6.0, 6.0]), extension=np.zeros(2), cost_open=np.ones(2), cost_closed=np.zeros(2),
        cost_extended=np.zeros(2), locality=np.zeros(2, dtype=np.int64),
    )  # fmt: skip
    plan = plan_sites(problem, SitingRules(), "travel")
    assert plan.share[0] == pytest.approx([0.6, 0.4])
    assert not plan_sites(problem, SitingRules(whole_areas=True), "travel").is_feasible
