"""A practice's own words stand beside its figure wherever it prints, and a reply to nothing is refused."""

from datetime import date

import polars as pl
import pytest

from chesil.core.errors import InputRefused
from chesil.core.figure import Figure
from chesil.registers.replies import with_replies


def figure(measure: str, unit: str) -> Figure:
    return Figure(measure, unit, "2022/23", "2021/22", "%", "x", value=1.0)


def replies(*rows: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        [(p, m, r, "partner", date(2026, 3, 2)) for p, m, r in rows],
        schema=["practice_code", "measure", "reply", "replied_by", "replied_on"],
        orient="row",
    )


FIGURES = {
    (m, u): figure(m, u)
    for m, u in (
        ("recorded_dm", "Z99001"), ("recorded_to_expected_dm", "Z99001"), ("recording_gap", "Z99001:DM"),
        ("recording_gap", "Z99001:AF"), ("recorded_dm", "Z99002"), ("list_size", "Z99001"),
    )
}  # fmt: skip
MEASURES = {m for m, _ in FIGURES}


def test_a_reply_about_a_register_stands_by_all_that_say_the_same() -> None:
    found = with_replies(FIGURES, replies(("Z99001", "recorded_dm", "We merged in May.")), MEASURES)
    answered = {key for key, f in found.items() if f.reply}
    expected = {("recorded_dm", "Z99001"), ("recorded_to_expected_dm", "Z99001"), ("recording_gap", "Z99001:DM")}
    assert answered == expected
    assert found["recorded_dm", "Z99001"].reply == "“We merged in May.” (partner, 2 March 2026)"
    assert all(not f.reply for f in FIGURES.values())


def test_without_replies_nothing_changes() -> None:
    assert with_replies(FIGURES, None, MEASURES) == FIGURES


def test_a_reply_to_nothing_is_refused_with_all_of_them() -> None:
    with pytest.raises(InputRefused) as error:
        with_replies(FIGURES, replies(("Z99001", "recorded_dn", "a"), ("Z99009", "list_size", "b")), MEASURES)
    assert "Did you mean recorded_dm" in str(error.value) and "Z99009" in str(error.value)
