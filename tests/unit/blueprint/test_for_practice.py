"""The study in the pack of one practice's own edition: other practices' private rows are not in it."""

from dataclasses import replace
from pathlib import Path

import polars as pl

from chesil.blueprint.for_edition import study_for_practice
from chesil.study import read_study

STUDY = Path(__file__).parents[3] / "studies" / "dorset"


def test_only_its_own_rows_of_what_is_private() -> None:
    codes = pl.Series("practice_code", ["J81612", "J81006", None], dtype=pl.String)
    tables = {
        "vacancies": pl.DataFrame({"practice_code": codes, "vacant_fte": [1.0, 2.0, 3.0]}),
        "contracts": pl.DataFrame({"contract": ["one", "two"]}),
        "sites": pl.DataFrame(
            {"practice_code": codes, "site_code": ["a", "b", "c"], "owner": ["A. Partner", "B. Partner", "C"]}
        ),
        "housing": pl.DataFrame({"name": ["Meadow View"]}),
    }
    given = study_for_practice(replace(read_study(STUDY), registers=tables), "J81612")
    assert given.edition == "practice"
    assert given.registers["vacancies"].rows() == [("J81612", 1.0)]
    assert given.registers["contracts"].is_empty()
    assert given.registers["sites"]["owner"].to_list() == ["A. Partner", None, None]
    assert given.registers["sites"]["site_code"].to_list() == ["a", "b", "c"]
    assert given.registers["housing"].equals(tables["housing"])
