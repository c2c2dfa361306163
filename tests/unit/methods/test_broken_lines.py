"""Broken lines by hand, and refused where they cannot be."""

from math import exp

import pytest

from chesil.core.errors import InputRefused
from chesil.methods.broken_lines import BrokenLine, chance


def test_a_line_that_bends_twice_by_hand() -> None:
    """2 x 5 + 1 x (5 - 3) - 4 x (5 - 4) = 8; below the first knot only the first weight counts."""
    line = BrokenLine("x", 0.0, (3.0, 4.0), (2.0, 1.0, -4.0))
    assert line.part(5.0) == pytest.approx(8.0)
    assert line.part(1.0) == pytest.approx(2.0)
    assert line.part(None) == 0.0


def test_a_chance_by_hand() -> None:
    factors = [BrokenLine("x", 1.0, (), (0.5,)), BrokenLine("y", 2.0, (), (-1.0,))]
    assert chance(1.0, factors, {"x": 4.0}) == pytest.approx(1 / (1 + exp(-(1.0 + 2.0 - 2.0))))


@pytest.mark.parametrize(("knots", "weights"), [((1.0,), (1.0,)), ((2.0, 1.0), (1.0, 1.0, 1.0)), ((), (float("nan"),))])
def test_a_factor_that_cannot_be_is_refused(knots: tuple[float, ...], weights: tuple[float, ...]) -> None:
    with pytest.raises(InputRefused):
        BrokenLine("x", 0.0, knots, weights)
