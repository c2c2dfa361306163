"""Nothing small comes through the public door, and nothing hidden can be worked out by one difference."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from chesil.blueprint.disclosure import SmallNumberRule
from chesil.blueprint.editions import make_safe_to_publish
from chesil.core.figure import Figure

RULE = SmallNumberRule()


def _figure(code: str, count: int, standing: str = "derived") -> Figure:
    return Figure(
        "m",
        code,
        "2022/23",
        "2022-07-01",
        "people",
        "count",
        value=float(count),
        numerator=float(count),
        standing=standing,
    )


counts = st.lists(st.integers(0, 30), min_size=2, max_size=8)


def _published(values: list[int]) -> dict[str, Figure]:
    parts = [_figure(f"P{n}", v) for n, v in enumerate(values)]
    whole = _figure("ALL", sum(values))
    return make_safe_to_publish([*parts, whole], "public", groups=[("ALL", [p.unit_code for p in parts])])


@settings(deadline=None)
@given(counts)
def test_no_small_count_comes_through(values: list[int]) -> None:
    assert not [f for f in _published(values).values() if RULE.hides(f.numerator)]


@settings(deadline=None)
@given(counts)
def test_a_hidden_part_cannot_be_got_from_the_whole(values: list[int]) -> None:
    safe = _published(values)
    whole = safe["m/ALL/2022-23/business_as_usual"]
    hidden = [f for f in safe.values() if f.unit_code != "ALL" and not f.is_known]
    assert not (len(hidden) == 1 and whole.is_known and any(RULE.hides(v) for v in values))


@settings(deadline=None)
@given(counts)
def test_twice_is_once_and_order_does_not_matter(values: list[int]) -> None:
    once = _published(values)
    groups = [("ALL", [f"P{n}" for n in range(len(values))])]
    assert make_safe_to_publish(reversed(once.values()), "public", groups=groups) == once


def test_the_board_sees_everything_and_open_counts_stay() -> None:
    figures = [_figure("A", 2), _figure("B", 3, standing="counted")]
    assert all(f.is_known for f in make_safe_to_publish(figures, "board").values())
    public = make_safe_to_publish(figures, "public")
    assert not public["m/A/2022-23/business_as_usual"].is_known
    assert public["m/A/2022-23/business_as_usual"].reason == RULE.words
    assert public["m/B/2022-23/business_as_usual"].is_known


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 12)), min_size=4, max_size=12))
def test_two_ways_of_grouping_the_same_units_give_nothing_back(units: list[tuple[int, int, int]]) -> None:
    """Networks and drawn groups overlap, and their differences are units or small sets of them."""
    groups = [
        (f"{kind}{g}", [f"P{n}" for n, u in enumerate(units) if u[k] == g])
        for k, kind in enumerate("NG")
        for g in range(3)
    ]
    groups = [(whole, parts) for whole, parts in groups if parts]
    count = {f"P{n}": u[2] for n, u in enumerate(units)}
    totals = {whole: sum(count[p] for p in parts) for whole, parts in groups} | {"ALL": sum(count.values())}
    groups.append(("ALL", list(count)))
    groups += [("ALL", [w for w, _ in groups if w[0] == kind]) for kind in "NG"]
    safe = {
        f.unit_code: f
        for f in make_safe_to_publish([_figure(c, v) for c, v in (count | totals).items()], "public", groups=groups).values()
    }  # fmt: skip
    hidden = sorted(c for c, f in safe.items() if not f.is_known)
    matrix = np.zeros((len(groups), len(hidden)))
    for row, (whole, parts) in enumerate(groups):
        for c in hidden:
            matrix[row, hidden.index(c)] = (c in parts) - (c == whole)
    solutions = np.linalg.svd(matrix)[2][np.linalg.matrix_rank(matrix) :] if hidden else np.zeros((0, 0))
    for k, c in enumerate(hidden):
        every_cell_is_gone = len(hidden) == len(safe)
        if RULE.hides((count | totals)[c]) and not every_cell_is_gone:
            assert np.abs(solutions[:, k]).max(initial=0.0) > 1e-9, (c, hidden)
