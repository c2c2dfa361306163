"""Stock and flow: worked by hand, met by simulation, and refused where a rate cannot be."""

import numpy as np
import pytest

from chesil.core.errors import InputRefused
from chesil.methods.stock_and_flow import Flows, project_stock, simulate_stock, worth_of_retention


def test_three_years_by_hand() -> None:
    """100 GPs, 10% leave, 4% come from elsewhere, 5 from training: 99, 98.06, 97.1764."""
    stock = project_stock(100.0, Flows(0.10, 5.0, 0.04, 0.8), 3)
    assert stock == pytest.approx([100.0, 99.0, 98.06, 97.1764])


def test_a_point_of_retention_by_hand() -> None:
    """Two years, nobody joins: 100 x 0.91^2 - 100 x 0.90^2 = 1.81."""
    assert worth_of_retention(100.0, Flows(0.10, 0.0, 0.0, 1.0), 2) == pytest.approx(1.81)


def test_the_mean_of_the_runs_is_the_expected_stock() -> None:
    flows = Flows(0.09, 12.0, 0.04, 0.72, 0.01, 0.005, 0.02)
    runs = simulate_stock(400.0, flows, 10, 4000, np.random.default_rng(1))
    assert runs.mean(axis=0) == pytest.approx(project_stock(400.0, flows, 10), rel=0.01)
    assert runs[:, -1].std() > runs[:, 1].std()


def test_nobody_comes_or_goes() -> None:
    runs = simulate_stock(50.0, Flows(0.0, 0.0, 0.0, 1.0), 5, 10, np.random.default_rng(1))
    assert (runs == 50.0).all()


def test_a_range_is_wider_where_a_place_is_small() -> None:
    flows = Flows(0.09, 0.0, 0.09, 0.75)
    small, large = (simulate_stock(n, flows, 10, 2000, np.random.default_rng(2))[:, -1] / n for n in (20.0, 2000.0))
    assert small.std() > 5 * large.std()


@pytest.mark.parametrize(
    "rates",
    [(-0.1, 0.0, 0.0, 1.0), (1.1, 0.0, 0.0, 1.0), (0.1, -1.0, 0.0, 1.0), (0.1, 0.0, 2.0, 1.0), (0.1, 0.0, 0.0, 0.0)],
)
def test_impossible_rates_are_refused(rates: tuple[float, float, float, float]) -> None:
    with pytest.raises(InputRefused):
        Flows(*rates)
