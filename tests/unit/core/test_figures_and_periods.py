"""Figures are never bare or silently absent; periods are written one way."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chesil.core.figure import Figure
from chesil.core.period import Period
from chesil.core.receipt import Receipt

COMMON = {
    "measure": "m",
    "unit_code": "Z99001",
    "vintage": "2022/23",
    "period": "2022-07-01",
    "unit": "%",
    "method": "share",
}


def test_a_figure_without_a_value_must_give_its_reason() -> None:
    with pytest.raises(ValueError, match="no value and no reason"):
        Figure(**COMMON)
    assert not Figure(**COMMON, reason="no return").is_known


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_figure_is_never_a_silent_nan(bad: float) -> None:
    with pytest.raises(ValueError, match="give a reason instead"):
        Figure(**COMMON, value=bad)


def test_the_id_has_four_parts_and_the_figure_survives_json() -> None:
    figure = Figure(**COMMON, value=1.5, notes=("a",), receipts=("r",))
    assert figure.id == "m/Z99001/2022-23/business_as_usual"
    assert Figure.from_dict(figure.as_dict()) == figure


def test_old_data_are_marked() -> None:
    figure = Figure(**COMMON, value=1.0)
    assert figure.is_old(date(2026, 11, 24))
    assert not figure.is_old(date(2023, 11, 24))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2022-07-01", date(2022, 7, 1), date(2022, 7, 1)),
        ("2022-12", date(2022, 12, 1), date(2022, 12, 31)),
        ("2022/23", date(2022, 4, 1), date(2023, 3, 31)),
        ("2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("2026-06-01 to 2026-08-31", date(2026, 6, 1), date(2026, 8, 31)),
    ],
)
def test_periods_are_read_and_written_alike(text: str, start: date, end: date) -> None:
    assert Period.parse(text) == Period(start, end)
    assert str(Period(start, end)) == text


@given(st.dates(date(2000, 1, 1), date(2099, 1, 1)), st.integers(0, 900))
def test_every_period_comes_back_from_its_text(start: date, days: int) -> None:
    period = Period(start, date.fromordinal(start.toordinal() + days))
    assert Period.parse(str(period)) == period


@pytest.mark.parametrize("bad", ["2022/24", "2022/2", "x"])
def test_what_is_not_a_period_is_refused(bad: str) -> None:
    with pytest.raises(ValueError):
        Period.parse(bad)


def test_a_receipt_survives_json_and_says_how_it_was_obtained() -> None:
    receipt = Receipt("s@d", "CQC", "Ratings", date(2024, 6, 30), "OGL", obtained="transcribed")
    assert Receipt.from_dict(receipt.as_dict()) == receipt
    assert "typed out" in receipt.sentence
