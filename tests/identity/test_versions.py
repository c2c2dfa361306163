"""Differencing across versions: what one public version withheld, the next must not give back."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from chesil.blueprint.disclosure import SmallNumberRule
from chesil.blueprint.earlier import kept_back_by
from chesil.blueprint.editions import make_safe_to_publish
from chesil.core.figure import Figure

RULE = SmallNumberRule()
Groups = list[tuple[str, list[str]]]


def _published(counts: dict[str, int], groups: Groups, kept_back: frozenset[str] = frozenset()) -> dict[str, Figure]:
    return make_safe_to_publish(_figures(counts, groups), "public", groups=groups, kept_back=kept_back)


def _figures(counts: dict[str, int], groups: Groups) -> list[Figure]:
    totals = {whole: sum(counts[p] for p in parts) for whole, parts in groups}
    return [
        Figure("m", code, "2022/23", "2022-07-01", "people", "count", value=float(v), numerator=float(v), standing="derived")
        for code, v in (counts | totals).items()
    ]  # fmt: skip


def _given_back(versions: list[tuple[dict[str, Figure], Groups]]) -> set[str]:
    """The units that somebody who holds every version can work out though no version shows them."""
    shown = {f.unit_code for safe, _ in versions for f in safe.values() if f.is_known and f.unit_code[0] == "P"}
    units = sorted({p for _, groups in versions for _, parts in groups for p in parts} - shown)
    rows = [
        [float(u in parts) for u in units]
        for safe, groups in versions
        for whole, parts in groups
        if next(f for f in safe.values() if f.unit_code == whole).is_known
    ]
    matrix = np.array(rows).reshape(len(rows), len(units))
    loose = np.linalg.svd(matrix)[2][np.linalg.matrix_rank(matrix) :] if rows and units else np.eye(len(units))
    return {u for k, u in enumerate(units) if np.abs(loose[:, k]).max(initial=0.0) < 1e-9}


def test_a_practice_that_leaves_a_group_does_not_give_its_small_number_away() -> None:
    counts, then, now = {"P1": 50, "P2": 40, "P3": 3}, [("ALL", ["P1", "P2", "P3"])], [("ALL", ["P1", "P2"])]
    first = _published(counts, then)
    assert {f.unit_code for f in first.values() if not f.is_known} == {"P2", "P3"}
    left = {k: v for k, v in counts.items() if k != "P3"}
    assert _given_back([(first, then), (_published(left, now), now)]) == {"P3"}  # the attack works without memory

    kept = kept_back_by({f.id: f for f in _figures(left, now)}, now, first, then, {})
    after = {f.unit_code: f for f in _published(left, now, kept).values()}
    assert not after["P2"].is_known and not after["ALL"].is_known and after["P1"].is_known
    assert _given_back([(first, then), (_published(left, now, kept), now)]) == set()


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 14)), min_size=4, max_size=9))
def test_two_versions_with_other_groups_give_no_small_number_back(units: list[tuple[int, int, int]]) -> None:
    counts = {f"P{n}": u[2] for n, u in enumerate(units)}
    then, now = (
        [
            *((f"{kind}{g}", [f"P{n}" for n, u in enumerate(units) if u[k] == g]) for g in range(3)),
            ("ALL", sorted(counts)),
        ]
        for k, kind in enumerate("NG")
    )
    then, now = ([(w, p) for w, p in g if p] for g in (then, now))
    first = _published(counts, then)
    kept = kept_back_by({f.id: f for f in _figures(counts, now)}, now, first, then, {})
    second = _published(counts, now, kept)
    small = {c for c, v in counts.items() if RULE.hides(v)}
    shown = {f.unit_code for safe in (first, second) for f in safe.values() if f.is_known}
    assert not small & shown
    assert not small & _given_back([(first, then), (second, now)])
