"""A business case holds what the study knows, lists every gap, and never says that anything is decided."""

from pathlib import Path

import pytest
from docx import Document

from chesil.appraisal.appraising import BUSINESS_AS_USUAL
from chesil.appraisal.business_case import CASES, write_case
from chesil.appraisal.results import AppraisedOptions
from chesil.blueprint.case_files import as_markdown, write_case_file
from chesil.core.errors import ChesilError
from chesil.measures.asking import newest_vintage
from chesil.measures.card import load_measure
from chesil.place.assembling import assemble_place
from chesil.setting_up.appraisal import appraisal_of
from chesil.study import Study, read_study


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(Path(__file__).parents[2] / "studies" / "dorset")


@pytest.fixture(scope="module")
def found(study: Study) -> AppraisedOptions:
    return _appraised(study)


def _appraised(study: Study) -> AppraisedOptions:
    vintages = {study.vintage, newest_vintage(load_measure("patients_per_gp_fte"), study.as_at)}
    wanted = study.wanted if isinstance(study.wanted, str) else list(study.wanted)
    places, england = (
        {v: assemble_place(where, vintage=v, as_at=study.as_at) for v in vintages} for where in (wanted, "England")
    )
    appraised = appraisal_of(study, places, england)
    assert appraised is not None
    return appraised


def test_business_as_usual_is_first_and_the_do_minimum_next(found: AppraisedOptions) -> None:
    assert [o.name for o in found.options][:2] == [BUSINESS_AS_USUAL, "do_minimum"]


def test_a_merger_that_keeps_both_buildings_makes_no_journey_longer(found: AppraisedOptions) -> None:
    for impacts in found.option("do_minimum").impacts.values():
        assert impacts[0].further == 0


def test_age_groups_of_a_real_option_add_up_to_everybody(found: AppraisedOptions) -> None:
    impacts = found.option("close_branch").impacts["drive"]
    everybody = impacts[0]
    assert everybody.further > 0
    for kind in ("age", "rurality", "deprivation"):
        parts = [i for i in impacts if i.kind == kind]
        assert sum(i.further for i in parts) == pytest.approx(everybody.further, rel=1e-9)
    for i in impacts:
        assert i.least_affected <= i.most_affected + 1e-6


def test_patients_who_leave_the_place_are_counted_and_lose_no_way(tmp_path: Path) -> None:
    (tmp_path / "options").mkdir()
    (tmp_path / "study.toml").write_text('title = "Two"\npractices = ["J81018", "J81059"]\nas_at = 2026-11-24\n')
    edit = '[[edit]]\nverb = "ClosePractice"\npractice = "J81059"\nreason = "a test"\n'
    (tmp_path / "options" / "close.toml").write_text(f'title = "Close one"\nstarts = 2027-04-01\n{edit}')
    appraised = _appraised(read_study(tmp_path))
    usual, closed = appraised.options
    gone = usual.place.patients - closed.place.patients
    assert gone > 0
    assert any(f"{gone:,.0f} patients would register with practices beyond" in w for w in appraised.appraisal.warnings)
    assert closed.impacts["drive"][0].lost == 0


@pytest.mark.parametrize("case", CASES)
def test_a_case_lists_every_gap_and_decides_nothing(
    case: str, found: AppraisedOptions, study: Study, tmp_path: Path
) -> None:
    written = write_case(case, found, "hub", study.title, study.as_at)
    text = as_markdown(written)
    assert "nothing has been decided" in text and "illustration, not a proposal" in text
    assert "cannot be signed" in text and "rests on an assumption" in text
    assert all(gap.split(": ", 1)[1] in text for gap in written.gaps)
    path = write_case_file(written, tmp_path / "case.docx", study.as_at)
    headings = [p.text for p in Document(str(path)).paragraphs if p.style.name.startswith("Heading")]
    assert headings[1:] == [p.heading for p in written.parts]


def test_a_shape_for_one_to_three_million_says_so_where_the_option_costs_less(
    found: AppraisedOptions, study: Study
) -> None:
    assert any(
        "This shape is for" in line
        for line in write_case("justification", found, "do_minimum", "X", study.as_at).opening
    )
    assert not any(
        "This shape is for" in line for line in write_case("justification", found, "hub", "X", study.as_at).opening
    )


def test_what_is_not_known_is_refused(found: AppraisedOptions, study: Study, tmp_path: Path) -> None:
    with pytest.raises(ChesilError, match="not a shape of case"):
        write_case("outlin", found, "hub", "X", study.as_at)
    with pytest.raises(ChesilError, match="not an option"):
        write_case("outline", found, BUSINESS_AS_USUAL, "X", study.as_at)
    with pytest.raises(ChesilError, match=r"neither \.md nor \.docx"):
        write_case_file(write_case("outline", found, "hub", "X", study.as_at), tmp_path / "case.txt", study.as_at)
