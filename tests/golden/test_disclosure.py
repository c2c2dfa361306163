"""Attacks on the public edition of Dorset: nobody can work out a number that it withholds from those that it shows."""

from collections.abc import Mapping

import numpy as np
import pytest
from scipy.optimize import linprog

from chesil.blueprint.book import Book, make_book
from chesil.blueprint.disclosure import SmallNumberRule
from chesil.blueprint.for_edition import study_for_edition
from chesil.core.figure import Figure
from chesil.plan import Plan, plan_in_edition

RULE = SmallNumberRule()
PARTS_OF_THE_LIST = ("list_inside", "list_beyond", "list_unknown", "list_outside_england")


@pytest.fixture(scope="module")
def plan(dorset_plan: Plan) -> Plan:
    made = plan_in_edition(dorset_plan, study_for_edition(dorset_plan.study, "public"))
    assert made is not None
    return made


@pytest.fixture(scope="module")
def book(plan: Plan) -> Book:
    return make_book(plan)


def _shown(plan: Plan, book: Book) -> dict[tuple[str, str], Figure]:
    return {key: book.figures[f.id] for key, f in plan.figures.items()}


def _is_hidden(figure: Figure) -> bool:
    return figure.reason == RULE.words


def _equations(plan: Plan, shown: Mapping[tuple[str, str], Figure], measures: tuple[str, ...]):
    """What a reader knows: (total, cells that add up to it), by the (measure, unit) of each hidden cell."""
    groups = [(u.code, list(u.practices)) for u in (*plan.pcns, *(u for units in plan.drawn.values() for u in units))]
    practices = list(plan.place.practices["practice_code"])
    groups.append((plan.place.code, practices))
    for drawn in (plan.pcns, *plan.drawn.values()):
        held = {p for u in drawn for p in u.practices}
        groups.append((plan.place.code, [*(u.code for u in drawn), *(p for p in practices if p not in held)]))
    wholes = [((m, whole), [(m, part) for part in parts]) for m in measures for whole, parts in groups]
    if set(measures) == set(PARTS_OF_THE_LIST):
        units = {code for m, code in shown if m in measures}
        wholes += [(("list_size", code), [(m, code) for m in measures]) for code in units]
    for whole, parts in wholes:
        held = [p for p in parts if p in shown and (shown[p].is_known or _is_hidden(shown[p]))]
        if whole not in shown or not held or len(held) < len(parts):
            continue
        cells = {p: 1.0 for p in held if _is_hidden(shown[p])}
        total = -sum(shown[p].numerator or 0.0 for p in held if p not in cells)
        if _is_hidden(shown[whole]):
            cells[whole] = -1.0
        else:
            total += shown[whole].numerator or 0.0
        if cells:
            yield total, cells


def test_no_small_number_follows_from_any_sums_of_what_is_shown(plan: Plan, book: Book) -> None:
    shown = _shown(plan, book)
    hidden = {key for key, f in shown.items() if _is_hidden(f)}
    lots = {(m,) for m, _ in hidden if m not in PARTS_OF_THE_LIST} | {PARTS_OF_THE_LIST}
    attacked = 0
    for measures in sorted(lots):
        equations = list(_equations(plan, shown, measures))
        cells = sorted({c for _, held in equations for c in held})
        if not cells:
            continue
        matrix = np.array([[held.get(c, 0.0) for c in cells] for _, held in equations])
        totals = np.array([t for t, _ in equations])
        for k, cell in enumerate(cells):
            true = plan.figures[cell].numerator
            if not RULE.hides(true):
                continue
            attacked += 1
            aim = np.eye(len(cells))[k]
            ends = [
                linprog(sign * aim, A_eq=matrix, b_eq=totals, bounds=(1, 1e7), method="highs") for sign in (1.0, -1.0)
            ]
            assert all(e.success for e in ends), (cell, ends[0].message)
            least, most = ends[0].fun, -ends[1].fun
            assert most - least > 0.99, f"{cell} is {true}: a reader can tell that it lies between {least} and {most}"
    assert attacked > 50


def test_parts_of_one_unit_do_not_give_each_other_away(plan: Plan, book: Book) -> None:
    shown = _shown(plan, book)
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for measure, code in shown:
        if code.count(":") - code.startswith("study:"):
            found.setdefault((measure, code.rpartition(":")[0]), []).append((measure, code))
    for siblings in (keys for keys in found.values() if len(keys) > 1):
        hidden = [k for k in siblings if _is_hidden(shown[k])]
        if any(RULE.hides(plan.figures[k].numerator) for k in hidden):
            assert len(hidden) > 1 and sum(plan.figures[k].numerator or 0.0 for k in hidden) > RULE.high, hidden


def test_measures_with_the_same_counts_hide_the_same_units(plan: Plan, book: Book) -> None:
    shown = _shown(plan, book)
    for one, other in (("equality_further", "equality_share_further"), ("equality_further", "equality_ratio")):
        for measure, code in list(shown):
            if measure == one and (other, code) in shown and plan.figures[other, code].numerator is not None:
                assert _is_hidden(shown[one, code]) == _is_hidden(shown[other, code]), code
