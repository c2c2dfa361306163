"""A table contract returns the table or says everything that is wrong with it."""

import polars as pl
import pytest

from chesil.core.errors import InputRefused
from chesil.core.tables import Column, TableContract, check_table

LISTS = TableContract(
    "lists",
    "One row a practice.",
    ("practice_code",),
    (
        Column("practice_code", "text", "the practice", pattern="[A-Z][0-9]{5}"),
        Column("patients", "int", "its patients", "patients", low=0),
        Column("rating", "text", "its rating", missing=True, one_of=("good", "poor")),
    ),
)


def _table(**columns: list[object]) -> pl.DataFrame:
    sound = {"practice_code": ["Z99001", "Z99002"], "patients": [2100, 3000], "rating": ["good", None]}
    return pl.DataFrame({**sound, **columns})


def test_a_sound_table_comes_back_in_contract_order() -> None:
    table = check_table(_table().select("rating", "patients", "practice_code"), LISTS)
    assert table.columns == ["practice_code", "patients", "rating"]


def test_every_fault_is_told_at_once() -> None:
    broken = _table(practice_code=["Z99001", "z1"], patients=[-5, None], rating=["good", "splendid"])
    with pytest.raises(InputRefused) as error:
        check_table(broken, LISTS, "lists.csv", first_row=2)
    text = str(error.value)
    for part in ("`z1` is not of the expected form", "`-5` is below 0", "the value is blank", "`splendid`"):
        assert part in text
    assert "lists.csv row 3, column `practice_code`" in text
    assert len(error.value.problems) == 4


def test_a_missing_and_a_misspelt_column_are_matched_up() -> None:
    with pytest.raises(InputRefused) as error:
        check_table(_table().rename({"patients": "patientss"}), LISTS)
    assert "column `patients` is missing" in str(error.value)
    assert "Did you mean patientss?" in str(error.value)


def test_repeated_keys_name_their_rows() -> None:
    with pytest.raises(InputRefused, match=r"rows 2, 3: key practice_code=Z99001 stands 2 times"):
        check_table(_table(practice_code=["Z99001", "Z99001"]), LISTS, first_row=2)


def test_a_wrong_type_is_said_once() -> None:
    with pytest.raises(InputRefused) as error:
        check_table(_table(patients=["many", "few"]), LISTS)
    assert [p.what for p in error.value.problems] == ["column `patients` holds String, not int"]


def test_many_bad_rows_are_counted_not_listed() -> None:
    table = pl.DataFrame(
        {"practice_code": [f"Z{n:05d}" for n in range(90)], "patients": [-1] * 90, "rating": ["good"] * 90}
    )
    with pytest.raises(InputRefused) as error:
        check_table(table, LISTS)
    assert len(error.value.problems) == 21
    assert "70 more rows" in str(error.value)
