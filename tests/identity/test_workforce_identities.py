"""Identities of workforce: money and staff are neither made nor lost by regrouping, and order does not matter."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chesil.analyses.workforce.networks import regrouped

ROWS = st.lists(
    st.tuples(st.integers(1, 50_000), st.integers(-10_000, 10_000_000), st.sampled_from("ABC"), st.sampled_from("XYZ")),
    min_size=1,
    max_size=25,
)


def _inputs(rows: list[tuple[int, int, str, str]]) -> tuple[pl.DataFrame, dict[str, str], dict[str, str]]:
    codes = [f"Z{n:05d}" for n in range(len(rows))]
    amounts = pl.DataFrame(
        {"practice_code": codes, "patients": [float(r[0]) for r in rows], "amount": [float(r[1]) for r in rows]}
    )
    return amounts, dict(zip(codes, (r[2] for r in rows))), dict(zip(codes, (r[3] for r in rows)))  # noqa: B905


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_a_regrouping_makes_and_loses_nothing(rows: list[tuple[int, int, str, str]]) -> None:
    amounts, old, new = _inputs(rows)
    found = regrouped(amounts, old, new)
    total = amounts["amount"].sum()
    assert found["before"].sum() == pytest.approx(total, rel=1e-9, abs=1e-4)
    assert found["after"].sum() == pytest.approx(total, rel=1e-9, abs=1e-4)


@given(ROWS)
@settings(max_examples=30, deadline=None)
def test_staying_as_one_is_changes_nothing_and_order_does_not_matter(rows: list[tuple[int, int, str, str]]) -> None:
    amounts, old, new = _inputs(rows)
    same = regrouped(amounts, old, old)
    assert same["change"].abs().max() == pytest.approx(0, abs=1e-3)
    assert regrouped(amounts.reverse(), old, new).equals(regrouped(amounts, old, new))
