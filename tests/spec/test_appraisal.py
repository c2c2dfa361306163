"""Options judged in the open: the order stands on fixed scales, and everything wrong is named with the way out."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chesil.appraisal.appraising import appraise_options
from chesil.appraisal.costs import cost_option
from chesil.appraisal.criteria import Criterion, Feed
from chesil.appraisal.scoring import OptionFigures, score_options
from chesil.appraisal.sensitivity import WhatIf
from chesil.appraisal.weightings import Judged, Weighting, equal_weights, read_weighting
from chesil.blueprint.sections.options import is_kept_back
from chesil.core.errors import ChesilError, InputRefused
from chesil.core.figure import Figure
from chesil.methods.decision import acceptability, draw_weights
from chesil.registers.options import read_option
from chesil.scenario.from_options import edits_from_option
from chesil.study import read_study

DAY = date(2026, 11, 24)
USUAL = "business_as_usual"
NEAR = Criterion("near", "Near", "How far?", (Feed("minutes", 20.0, 0.0, 1.0, "stated"),))
CHEAP = Criterion("cheap", "Cheap", "How dear?", (Feed("cost", 100.0, 0.0, 1.0, "stated"),))
SOON = Criterion("soon", "Soon", "When?", (Feed("years", 5.0, 0.0, 1.0, "stated"),))
ALL = (NEAR, CHEAP, SOON)


def _figure(measure: str, value: float | None, error: float = 0.0) -> Figure:
    limits = {"lower": value - error, "upper": value + error} if value is not None and error else {}
    return Figure(measure, "X", "2025/26", "2026", "things", "by hand", value=value, reason="" if value is not None else "not said",
                  **limits)  # fmt: skip


def _option(name: str, minutes: float | None, cost: float, years: float, **passes: str) -> OptionFigures:
    figures = {
        "minutes": _figure("minutes", minutes, 1.0),
        "cost": _figure("cost", cost),
        "years": _figure("years", years),
    }
    return OptionFigures(name, name, figures, passes)


def _appraise(options: list[OptionFigures], weights: Mapping[str, float], criteria=ALL, draws=2000, **more):  # type: ignore[no-untyped-def]
    weighting = Weighting("us", weights)
    return appraise_options(options, criteria, [weighting], draws=draws, rng=np.random.default_rng(1), **more)


# option | minutes | cost | years | near | cheap | soon | total under 50, 30, 20
WORKED = """
 business_as_usual | 10 | 0   | 0   | 50 | 100 | 100 | 75
 hub               | 5  | 80  | 2.5 | 75 | 20  | 50  | 53.5
 merge             | 10 | 10  | 1   | 50 | 90  | 80  | 68
 far               | 25 | 0   | 0   | 0  | 100 | 100 | 50
"""


def test_worked_scores_and_totals() -> None:
    rows = [[c.strip() for c in line.split("|")] for line in WORKED.strip("\n").splitlines()]
    options = [_option(r[0], *map(float, r[1:4])) for r in rows]
    found = _appraise(options, {"near": 0.5, "cheap": 0.3, "soon": 0.2})
    ranked = found.rankings[0]
    assert ranked.scores == pytest.approx(np.array([[float(v) for v in r[4:7]] for r in rows]))
    assert ranked.totals == pytest.approx([float(r[7]) for r in rows])
    assert ranked.order == (USUAL, "merge", "hub", "far")
    assert found.beyond_scale == (("far", "minutes"),)
    assert found.dominated == {"merge": (USUAL,), "far": (USUAL,)}


# One weight moves until two options tie: for near, BAU 50 w + 100 (1-w) against hub 75 w + (0.6*20 + 0.4*50) (1-w), w = 68/93.
def test_switching_weight_worked_by_hand() -> None:
    options = [_option(USUAL, 10, 0, 0), _option("hub", 5, 80, 2.5)]
    switch = _appraise(options, {"near": 0.5, "cheap": 0.3, "soon": 0.2}).rankings[0].switches[0]
    assert switch.weight == pytest.approx(68 / 93)
    assert switch.option == 1


values = st.tuples(st.floats(0, 30), st.floats(-20, 120), st.floats(0, 6))


@settings(max_examples=30, deadline=None)
@given(st.lists(values, min_size=3, max_size=5), st.permutations([0, 1, 2]), st.floats(0.1, 50))
def test_the_order_stands_whatever_units_order_of_options_and_order_of_criteria(
    rows: list[tuple[float, float, float]], turn: list[int], unit: float
) -> None:
    weights = {"near": 0.5, "cheap": 0.3, "soon": 0.2}
    options = [_option(USUAL if i == 0 else f"o{i}", *r) for i, r in enumerate(rows)]
    plain = _appraise(options, weights, draws=100).rankings[0]
    by_name = dict(zip((o.name for o in options), plain.totals, strict=True))
    turned = [options[0], *reversed(options[1:])]
    again = _appraise(turned, weights, criteria=tuple(ALL[i] for i in turn), draws=100).rankings[0]
    assert dict(zip((o.name for o in turned), again.totals, strict=True)) == pytest.approx(by_name, abs=1e-9)
    in_seconds = Criterion("near", "Near", "How far?", (Feed("minutes", 20.0 * unit, 0.0, 1.0, "stated"),))
    scaled = [_option(o.name, r[0] * unit, r[1], r[2]) for o, r in zip(options, rows, strict=True)]
    other = _appraise(scaled, weights, criteria=(in_seconds, CHEAP, SOON), draws=100).rankings[0]
    assert other.totals == pytest.approx(plain.totals, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.lists(values, min_size=2, max_size=4), values)
def test_a_dominated_option_never_changes_which_comes_first(rows: list[tuple[float, float, float]], worse_by) -> None:  # type: ignore[no-untyped-def]
    weights = {"near": 0.5, "cheap": 0.3, "soon": 0.2}
    options = [_option(USUAL if i == 0 else f"o{i}", *r) for i, r in enumerate(rows)]
    first = _appraise(options, weights, draws=100).rankings[0]
    worse = tuple(a + abs(b) + 0.01 for a, b in zip(rows[-1], worse_by, strict=True))
    more = _appraise([*options, _option("worse", *worse)], weights, draws=100).rankings[0]
    assert more.order[0] == first.order[0]
    assert more.totals[:-1] == pytest.approx(first.totals)


def test_acceptabilities_sum_to_one_over_options_and_ranks() -> None:
    options = [_option(USUAL, 10, 0, 0), _option("hub", 5, 80, 2.5), _option("merge", 10, 10, 1)]
    for r in _appraise(options, {"near": 0.5, "cheap": 0.3, "soon": 0.2}).rankings:
        assert r.over_all_weights.ranks.sum(axis=0) == pytest.approx(1)
        assert r.over_all_weights.ranks.sum(axis=1) == pytest.approx(1)


# Geometry, not simulation: A scores (100, 0), B (0, 100), C (c, c). With weight w evenly over 0 to 1, A leads where w > c/100, B
# where w < 1 - c/100, C in between: for c = 60, acceptabilities 0.4, 0.4, 0.2; for c = 50 they are 0.5, 0.5, 0 (only a tie).
@pytest.mark.parametrize(
    ("middle", "expected"), [(60.0, (0.4, 0.4, 0.2)), (75.0, (0.25, 0.25, 0.5)), (40.0, (0.5, 0.5, 0.0))]
)
def test_acceptability_of_the_textbook_triangle(middle: float, expected: tuple[float, ...]) -> None:
    scores = np.array([[100.0, 0.0], [0.0, 100.0], [middle, middle]])
    w = (np.arange(20_000) + 0.5) / 20_000
    found = acceptability(scores, np.c_[w, 1 - w])
    assert found.ranks[:, 0] == pytest.approx(expected, abs=1e-3)
    # The compromise never comes last while it beats the lesser of the two others: the reason for looking at all ranks.
    assert found.ranks[2, 2] == pytest.approx(0.0 if middle >= 50 else 0.2, abs=1e-3)


# The example on thrombolytics that ships with the R package smaa 0.3 (van Valkenhoef; method: Tervonen and Figueira, 2008, doi
# 10.1002/mcda.407). Two drugs on three rates: beta distributions (alpha, beta), each on a fixed scale (worst, best). The
# package's own printed results, from 10,000 draws: heparin first in 0.3504, enoxaparin in 0.6496; central weights as below;
# with weights 0.5, 0.2, 0.3 heparin first in 0.1279; confidence factors 0.6682 and 0.8956.
# drug | proximal | distal | bleeding | first | central weights
SMAA = """
 heparin    | 20 116 | 40 96 | 1 135 | 0.3504 | 0.1865 0.2772 0.5363
 enoxaparin | 8 121  | 32 97 | 5 124 | 0.6496 | 0.4073 0.3641 0.2285
"""
SCALES = ((0.25, 0.0), (0.4, 0.15), (0.1, 0.0))


def test_the_published_example_of_smaa_is_met() -> None:
    rows = [[c.strip() for c in line.split("|")] for line in SMAA.strip("\n").splitlines()]
    draws, rng = 40_000, np.random.default_rng(20)
    scores = np.empty((draws, 2, 3))
    for i, row in enumerate(rows):
        for k, (worst, best) in enumerate(SCALES):
            alpha, beta = map(float, row[1 + k].split())
            scores[:, i, k] = 100 * (rng.beta(alpha, beta, draws) - worst) / (best - worst)
    found = acceptability(scores, draw_weights(rng, draws, 3))
    chance = 4 * np.sqrt(0.35 * 0.65 * (1 / draws + 1 / 10_000))  # the package's 10,000 draws err too
    assert found.ranks[:, 0] == pytest.approx([float(r[4]) for r in rows], abs=chance)
    for i, row in enumerate(rows):
        central = np.array([float(v) for v in row[5].split()])
        assert found.central_weights[i] == pytest.approx(central, abs=0.015)
    given = acceptability(scores, np.repeat([[0.5, 0.2, 0.3]], draws, axis=0))
    assert given.ranks[0, 0] == pytest.approx(0.1279, abs=chance)
    # A confidence factor is how often a drug is first under its own central weights.
    for i, factor in enumerate((0.6682, 0.8956)):
        own = acceptability(scores, np.repeat(found.central_weights[i][None], draws, axis=0))
        assert own.ranks[i, 0] == pytest.approx(factor, abs=0.03)


def test_an_error_that_options_share_changes_no_order_and_one_drawn_apart_would() -> None:
    """Two options 0.1 minutes apart, each with an error of 2 minutes: alike journeys err alike."""
    options = [_option(USUAL, 10.0, 0, 0), _option("hub", 9.9, 0, 0)]
    weights = {"near": 1.0, "cheap": 0.0, "soon": 0.0}
    together = np.full((2, 2), 4.0)
    shared = _appraise(options, weights, shared={"minutes": together}).rankings[0]
    assert shared.over_figures.ranks[1, 0] == pytest.approx(1.0)
    apart = _appraise(options, weights, shared={"minutes": np.diag([4.0, 4.0])}).rankings[0]
    assert 0.4 < apart.over_figures.ranks[1, 0] < 0.65
    # Half of it shared: the difference has the other half, a standard deviation of 2 minutes; 0.1 ahead is 0.05 of them.
    half = _appraise(options, weights, draws=20_000, shared={"minutes": np.array([[4.0, 2.0], [2.0, 4.0]])}).rankings[0]
    assert half.over_figures.ranks[1, 0] == pytest.approx(0.52, abs=0.02)


def test_errors_of_another_number_of_options_are_refused() -> None:
    with pytest.raises(ChesilError, match="minutes: the errors of 3 options, but there are 2"):
        score_options([_option(USUAL, 10, 0, 0), _option("hub", 9, 0, 0)], (NEAR,), {"minutes": np.eye(3)})


def test_an_option_that_fails_is_shown_and_not_ranked() -> None:
    options = [_option(USUAL, 10, 0, 0), _option("hub", 1, 0, 0, safe="fail")]
    found = _appraise(options, {"near": 1.0, "cheap": 0.0, "soon": 0.0})
    assert found.failed == {"hub": ("safe",)}
    assert found.ranked_options == (USUAL,)
    assert any("nothing to rank" in w for w in found.warnings)


def test_what_if_costs_fall_by_a_half() -> None:
    options = [_option(USUAL, 10, 0, 0), _option("hub", 5, 40, 0)]
    found = _appraise(options, {"near": 0.6, "cheap": 0.4, "soon": 0.0}, what_ifs=[WhatIf("half", {"cost": 0.5})])
    ranked = found.rankings[0]
    assert ranked.order[0] == USUAL  # 70 against 0.6*75 + 0.4*60 = 69
    assert ranked.what_ifs["half"] == ("hub", pytest.approx(7.0))  # 0.6*75 + 0.4*80 = 77


def test_weights_of_several_people_are_kept_apart() -> None:
    options = [_option(USUAL, 10, 0, 0), _option("hub", 2, 80, 0)]
    people = [Weighting("a", {"near": 1, "cheap": 0, "soon": 0}), Weighting("b", {"near": 0, "cheap": 1, "soon": 0})]
    found = appraise_options(options, ALL, people, draws=100, rng=np.random.default_rng(1))
    assert [r.order[0] for r in found.rankings] == ["hub", USUAL]


def test_judgements_count_where_people_judge_and_are_left_out_where_nobody_did() -> None:
    quality = Criterion("quality", "Quality", "Better?", (), "people judge it")
    options = [_option(USUAL, 10, 0, 0), _option("hub", 10, 0, 0)]
    weights = {"near": 0.5, "quality": 0.5}
    judged = {(USUAL, "quality"): Judged(20, 10, 30, "x"), ("hub", "quality"): Judged(80, 70, 90, "y")}
    people = [Weighting("judges", weights, judged=judged), Weighting("silent", weights)]
    found = appraise_options(options, (NEAR, quality), people, draws=100, rng=np.random.default_rng(1))
    assert found.rankings[0].totals == pytest.approx([35, 65])
    assert found.rankings[1].left_out == ("quality",)
    assert found.rankings[1].totals == pytest.approx([50, 50])


def test_criteria_that_order_options_alike_are_named_in_every_persons_scores() -> None:
    quality = Criterion("quality", "Quality", "Better?", (), "people judge it")
    rows = ((USUAL, 10), ("a", 8), ("b", 6), ("c", 4))
    options = [_option(name, minutes, 0, 0) for name, minutes in rows]

    def judge(scores: tuple[float, ...]) -> dict[tuple[str, str], Judged]:
        return {(n, "quality"): Judged(s, s, s, "x") for (n, _), s in zip(rows, scores, strict=True)}

    weights = {"near": 0.4, "quality": 0.6}
    alike = Weighting("alike", weights, judged=judge((10, 20, 30, 40)))
    other = Weighting("other", weights, judged=judge((40, 10, 30, 20)))
    found = appraise_options(options, (NEAR, quality), [other, alike], draws=100, rng=np.random.default_rng(1))
    assert [(p.first, p.second, p.whose) for p in found.alike] == [("near", "quality", ("alike",))]
    assert found.rankings[1].counted_once == {("near", "quality"): "c"}


def test_what_a_criterion_does_when_left_out_halved_or_counted_twice() -> None:
    options = [_option(USUAL, 10, 0, 0), _option("hub", 2, 40, 0)]  # near 50 and 90, cheap 100 and 60
    ranked = _appraise(options, {"near": 0.45, "cheap": 0.55, "soon": 0.0}).rankings[0]
    assert ranked.order[0] == USUAL
    assert ranked.doubled["near"] == "hub" and ranked.halved["cheap"] == "hub" and ranked.without_each["cheap"] == "hub"
    assert ranked.halved["near"] == ranked.doubled["cheap"] == USUAL


def test_ranges_spread_as_the_weights_do_where_a_criterion_is_not_judged() -> None:
    """Cheap may weigh 50 to 60 of 100; half of all weight is not judged, so of what is left it is all: only it decides."""
    quality = Criterion("quality", "Quality", "Better?", (), "people judge it")
    options = [_option(USUAL, 10, 0, 0), _option("hub", 2, 40, 0)]
    given = Weighting("us", {"near": 0.0, "cheap": 0.5, "quality": 0.5}, low={"cheap": 0.5}, high={"cheap": 0.6})
    found = appraise_options(options, (NEAR, CHEAP, quality), [given], draws=100, rng=np.random.default_rng(1))
    within = found.rankings[0].over_their_ranges
    assert within is not None and within.ranks[0, 0] == 1.0


def test_figures_given_instead_stand_for_those_worked_out() -> None:
    options = [_option(USUAL, 10, 0, 0), _option("hub", 5, 40, 0)]
    test = WhatIf("other roads", instead={USUAL: {"minutes": 10.0}, "hub": {"minutes": 12.0}})
    found = _appraise(options, {"near": 1.0, "cheap": 0.0, "soon": 0.0}, what_ifs=[test])
    assert found.rankings[0].order[0] == "hub"
    assert found.rankings[0].what_ifs["other roads"] == (USUAL, pytest.approx(10.0))


# 100,000 of standard building in year 2 at 3.5%, raised by 24%, and 1,000 a year from year 1 of 20.
def test_the_money_of_an_option_by_hand() -> None:
    building = {"what": "b", "gbp": 100_000, "year": 2028, "kind": "capital", "project_type": "standard_buildings"}
    running = {"what": "r", "gbp": 1_000, "year": 2027, "is_recurring": True}
    vat = {"what": "v", "gbp": 20_000, "year": 2028, "kind": "vat"}
    found = cost_option([building, running, vat], DAY, "x.toml")
    expected = 124_000 / 1.035**2 + sum(1_000 / 1.035**t for t in range(1, 21))
    assert found.net_present_cost == pytest.approx(expected)
    assert found.vat_left_out == 20_000
    assert found.capital == pytest.approx(124_000)


# A building of 30% non-standard and 70% standard is raised by 32.1%; with 92% of a 51% bias managed, by 4.08% (both printed in
# Mott MacDonald, 2002). 100,000 in the prices of 2020/21 is 125,000 in those of 2025/26 if the index goes from 80 to 100. A benefit
# of 10,000 a year to 2028 is kept apart.
def test_mixed_buildings_managed_risk_older_prices_and_benefits_kept_apart_by_hand() -> None:
    mixed = {"non_standard_buildings": 0.3, "standard_buildings": 0.7}
    building = {
        "what": "b",
        "gbp": 100_000,
        "year": 2026,
        "kind": "capital",
        "project_type": mixed,
        "prices": "2020/21",
    }
    managed = {"what": "m", "gbp": 1_000, "year": 2026, "kind": "capital", "project_type": "non_standard_buildings",
               "managed": 0.92, "managed_because": "surveys, see the papers"}  # fmt: skip
    better = {"what": "w", "gbp": 10_000, "year": 2027, "until": 2028, "kind": "benefit", "is_recurring": True}
    moving = {"what": "t", "gbp": 5_000, "year": 2026, "kind": "transition"}
    index = {"2020/21": 80.0, "2025/26": 100.0}
    found = cost_option([building, managed, better, moving], DAY, "x.toml", index=index)
    assert found.base == "2025/26"
    assert [line.uplift for line in found.lines] == pytest.approx([0.321, 0.0408, 0, 0])
    assert found.capital == pytest.approx(125_000 * 1.321 + 1_040.8)
    assert found.net_present_cost == pytest.approx(found.capital + 5_000)
    worth = 10_000 / 1.035 + 10_000 / 1.035**2
    assert found.benefits == pytest.approx(worth)
    assert found.net_present_value == pytest.approx(worth - found.net_present_cost)
    assert found.longer == pytest.approx(0.39)
    assert cost_option([moving], DAY, "x.toml").net_present_value is None


costs_of = st.lists(
    st.tuples(st.floats(0, 1e6), st.integers(2026, 2046), st.sampled_from(["revenue", "saving", "receipt", "transition"]),
              st.booleans()), max_size=6,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(costs_of)
def test_net_present_cost_is_the_sum_of_that_of_each_line(rows: list[tuple[float, int, str, bool]]) -> None:
    costs = [{"what": "x", "gbp": g, "year": y, "kind": k, "is_recurring": r} for g, y, k, r in rows]
    whole = cost_option(costs, DAY, "x.toml")
    each = [cost_option([c], DAY, "x.toml").net_present_cost for c in costs]
    assert whole.net_present_cost == pytest.approx(sum(each), abs=1e-6 * (1 + sum(map(abs, each))))


# 1,000 a year from year 1 of 20, outgrowing prices by 1% a year: each year's sum is 1.01 to the year over 1.035 to the year.
def test_running_costs_that_outgrow_prices_by_hand() -> None:
    running = {"what": "r", "gbp": 1_000, "year": 2027, "is_recurring": True}
    found = cost_option([running], DAY, "x.toml", growth=0.01)
    assert found.net_present_cost == pytest.approx(sum(1_000 * (1.01 / 1.035) ** t for t in range(1, 21)))


# what is written | what is said
BAD_WEIGHTS = """
 [weights]\\nnear = 50\\ncheap = 30\\nsoon = 30 | they sum to 110
 [weights]\\nnear = 120\\ncheap = -20\\nsoon = 0 | w.toml [weights]: `cheap` is -20, not a number from 0 up
 [weights]\\nnear = 50\\ncheap = 30\\nsoon = 20\\n[low]\\nnear = "x" | w.toml [low]: `near` is 'x', not a number
 [weights]\\nnear = 100\\ncheap = 0 | `soon` has no weight
 [weights]\\nneer = 50\\ncheap = 30\\nsoon = 20 | Did you mean near
 [weights]\\nnear = 50\\ncheap = 30\\nsoon = 20\\n[[score]]\\noption = "hub"\\ncriterion = "near"\\nscore = 120\\nreason = "x" | from 0 to 100
 [weights]\\nnear = 50\\ncheap = 30\\nsoon = 20\\n[high]\\nnear = 40 | `near`, 50 of 100, lies outside its own range
"""


@pytest.mark.parametrize("line", BAD_WEIGHTS.strip("\n").splitlines())
def test_bad_weights_are_named(line: str, tmp_path: Path) -> None:
    text, said = (p.strip() for p in line.rsplit("|", 1))
    path = tmp_path / "w.toml"
    path.write_text('who = "us"\n' + text.replace("\\n", "\n"))
    with pytest.raises(InputRefused) as error:
        read_weighting(path, ["near", "cheap", "soon"], [USUAL, "hub"])
    assert said in str(error.value)


# one cost as written | what is said
BAD_COSTS = """
 gbp = 5 | cost 1: has no year
 gbp = 5, year = 2019 | its year 2019 lies before the study's date
 gbp = 5, year = 2060 | its year 2060 lies beyond the 20 years
 gbp = -5, year = 2027 | `gbp` is not a number from 0 up
 gbp = 5, year = 2027, kind = "capitol" | Did you mean capital
 gbp = 5, year = 2027, kind = "capital" | capital without `project_type`
 gbp = 5, year = 2027, kind = "capital", project_type = "castles" | `castles` is not a type of project
 gbp = 5, year = 2027, kind = "capital", project_type = {equipment = 0.5} | do not sum to 1
 gbp = 5, year = 2027, kind = "capital", project_type = "equipment", managed = 0.5 | `managed` without `managed_because`
 gbp = 5, year = 2027, managed = 0.5 | `managed` belongs to capital, not to revenue
 gbp = 5, year = 2027, until = 2030 | `until` is not a year from its first on, of a cost that recurs
 gbp = 5, year = 2027, prices = "2019/20" | no index of prices for 2019/20
"""


@pytest.mark.parametrize("line", BAD_COSTS.strip("\n").splitlines())
def test_bad_costs_are_named_with_the_cost_and_the_way_out(line: str) -> None:
    written, said = (p.strip() for p in line.rsplit("|", 1))
    cost = tomllib.loads(f"cost = {{what = 'x', {written}}}")["cost"]
    with pytest.raises(InputRefused) as error:
        cost_option([cost], DAY, "o.toml")
    assert said.removeprefix("cost 1: ") in str(error.value) and "o.toml cost 1" in str(error.value)


def test_a_criterion_without_a_figure_is_named_with_the_option_that_lacks_it() -> None:
    with pytest.raises(InputRefused) as error:
        _appraise([_option(USUAL, 10, 0, 0), _option("hub", None, 0, 0)], {"near": 1.0, "cheap": 0.0, "soon": 0.0})
    assert "`near` has no figure of `minutes`" in str(error.value) and "hub" in str(error.value)


def test_business_as_usual_comes_first_or_nothing_does() -> None:
    with pytest.raises(ChesilError, match="Business as usual must come first"):
        _appraise([_option("hub", 1, 1, 1)], {"near": 1.0, "cheap": 0.0, "soon": 0.0})


def test_an_option_that_breaks_its_own_rule_is_named(tmp_path: Path) -> None:
    path = tmp_path / "o.toml"
    path.write_text(
        'title = "x"\n[[edit]]\nverb = "AddStaff"\npractice = "J81010"\nrole = "gp_all"\nfte = -1\nreason = "y"\n'
    )
    with pytest.raises(InputRefused, match="not above 0"):
        edits_from_option(read_option(path))


def test_equal_weights_say_that_nobody_set_them() -> None:
    assert "nobody" in equal_weights(["a", "b"]).note


def test_the_illustrations_say_so_and_invent_no_pass() -> None:
    study = read_study(Path(__file__).parents[2] / "studies" / "dorset")
    assert len(study.options) >= 3
    for option in study.options.values():
        assert option.is_illustration
        assert set(option.deliverability.values()) == {"not assessed"}
        assert all("assumption" in str(c["source"]) for c in option.costs)


@pytest.mark.parametrize(
    ("edition", "state", "kept"),
    [("public", "draft", True), ("public", "for engagement", False), ("board", "draft", False)],
)
def test_a_public_draft_names_nobody(edition: str, state: str, kept: bool) -> None:
    said = SimpleNamespace(study=SimpleNamespace(edition=edition, approval=SimpleNamespace(state=state)))
    assert is_kept_back(said) is kept  # type: ignore[arg-type]
