"""A plan made into the public edition is what computing the public edition would give."""

from datetime import date
from pathlib import Path

import polars as pl

from chesil.blueprint.for_edition import study_for_edition
from chesil.plan import make_plan, plan_in_edition
from chesil.study import Study, new_study, read_study


def _study(folder: Path) -> Study:
    new_study(folder, "Two", as_at=date(2026, 11, 24), practices=["J81011", "J81612"])
    return read_study(folder)


def test_the_derived_public_plan_equals_the_computed_one(tmp_path: Path) -> None:
    study = _study(tmp_path / "two")
    board = make_plan(study_for_edition(study, "board"))
    public = study_for_edition(study, "public")
    derived, computed = plan_in_edition(board, public), make_plan(public)
    assert derived is not None
    assert list(derived.figures.items()) == list(computed.figures.items())
    assert derived.assessments.keys() == computed.assessments.keys()
    for name, found in computed.assessments.items():
        other = derived.assessments[name]
        assert (found.figures, found.warnings) == (other.figures, other.warnings), name
        assert found.tables["closures"].equals(other.tables["closures"]) if name == "closure" else True
    assert derived.receipts == computed.receipts and derived.judgements == computed.judgements


def test_a_plan_with_private_tables_is_computed_again(tmp_path: Path) -> None:
    study = _study(tmp_path / "two")
    plan = make_plan(study_for_edition(study, "board"))
    evidence = pl.DataFrame({"practice_code": ["J81011"], "kind": ["closed_list"]})
    from dataclasses import replace

    private = replace(study, registers={"local_evidence": evidence})
    assert plan_in_edition(replace(plan, study=private), study_for_edition(private, "public")) is None
    vacancies = replace(study, registers={"vacancies": evidence})
    assert plan_in_edition(replace(plan, study=vacancies), study_for_edition(vacancies, "public")) is None
    assert plan_in_edition(replace(plan, study=vacancies), study_for_edition(vacancies, "practice")) is not None
