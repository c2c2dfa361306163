"""A plan made into another edition is what computing that edition would give; one plan serves all where it can."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import chesil.plan
from chesil.blueprint.for_edition import study_for_edition
from chesil.plan import Plan, make_plan, plan_in_edition, plans_by_edition
from chesil.study import Study, new_study, read_study


def _study(folder: Path, *practices: str) -> Study:
    new_study(folder, "Two", as_at=date(2026, 11, 24), practices=practices or ("J81011", "J81612"))
    return read_study(folder)


@pytest.mark.parametrize(
    "practices", [("J81011", "J81612"), ("L82017",)], ids=["two practices", "one, whose code is the place's"]
)
def test_a_plan_made_into_another_edition_equals_the_computed_one(practices: tuple[str, ...], tmp_path: Path) -> None:
    study = _study(tmp_path / "own", *practices)
    board = make_plan(study_for_edition(study, "board"))
    for edition in ("public", "practice"):
        own = study_for_edition(study, edition)
        derived = plan_in_edition(board, own)
        assert derived is not None
        _assert_equal(derived, make_plan(own))


def _assert_equal(derived: Plan, computed: Plan) -> None:
    assert derived.study.edition == computed.study.edition
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
    private = replace(study, registers={"local_evidence": evidence})
    assert plan_in_edition(replace(plan, study=private), study_for_edition(private, "public")) is None
    vacancies = replace(study, registers={"vacancies": evidence})
    assert plan_in_edition(replace(plan, study=vacancies), study_for_edition(vacancies, "public")) is None
    assert plan_in_edition(replace(plan, study=vacancies), study_for_edition(vacancies, "practice")) is not None


@pytest.mark.parametrize("editions", [("board", "public", "practice"), ("public", "practice", "board")])
def test_one_computed_plan_serves_every_edition_in_whatever_order(
    editions: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = _study(tmp_path / "two")
    board = make_plan(study_for_edition(study, "board"))
    computed = []

    def instead(study: Study, tell: object) -> Plan:
        computed.append(study.edition)
        return replace(board, study=study)

    monkeypatch.setattr(chesil.plan, "make_plan", instead)
    plans = plans_by_edition([study_for_edition(study, e) for e in editions])
    assert len(computed) == 1 and computed != ["public"]
    assert {e: p.study.edition for e, p in plans.items()} == {e: e for e in editions}
    assert set(plans["public"].figures) < set(plans["board"].figures) == set(plans["practice"].figures)
