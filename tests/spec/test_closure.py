"""Worked examples of a closure: who goes where, who passes a threshold, what follows, and the desk's timetable."""

import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chesil.analyses.closure import Asked, ClosureSettings, assess_closures, assess_what_if, hand_back_paper, timetable
from chesil.analyses.closure.dispersing import dispersed, grounds_of, who_receive, who_receive_alone
from chesil.blueprint.papers.hand_back import paper_html, paper_markdown
from chesil.blueprint.sections import closure
from chesil.core.assessment import Assessment
from chesil.core.errors import InputRefused
from chesil.measures.computing import Unit
from chesil.methods.dispersal import ChoiceModel, disperse, leaving_shares, totals_by_pairs, totals_by_share
from chesil.place.choosing import choice_field, index_choices
from chesil.place.place import Place
from chesil.setting_up.closure import _refuse_ended, closures_of
from chesil.study import Study

sys.path.insert(0, str(Path(__file__).parent))
from test_scenarios import made_up_place

NO_PHARMACY = pl.DataFrame(schema={"kind": pl.String, "easting": pl.Int64, "northing": pl.Int64})
GPS = {"Z99002": 0.1, "Z99003": 0.2}


def ask(asked: Asked, settings: ClosureSettings | None = None, gps: dict[str, float] | None = None) -> Assessment:
    settings = settings or ClosureSettings(runs=200)
    rng = np.random.default_rng(settings.seed)
    return assess_what_if(made_up_place(), asked, settings, rng, gps or {}, NO_PHARMACY, with_minutes=False)


def test_a_closure_by_neighbours_shares() -> None:
    """Area 1 (100) goes to Brook, area 2 (80) 300:20 to Cliff and Dale, area 3 (15) 100:400, the 5 nowhere as the rest."""
    found = ask(Asked(("Z99001",)))
    table = found.tables["receivers"]
    got = dict(table.select("practice_code", "received").iter_rows())
    assert got == {"Z99002": 103, "Z99003": 80, "Z99009": 17}
    assert found.tables["by_area"]["patients"].sum() == 200
    row = table.row(0, named=True)
    assert row["growth_pct"] == pytest.approx(103 / 300 * 100)
    assert row["lower"] <= row["received"] <= row["upper"]
    assert found.figure("closure_list_growth", "Z99002").value == pytest.approx(103 / 300 * 100)
    assert found.figure("closure_patients_per_gp", "Z99002").reason == "no usable return of GPs"


def test_thresholds_are_the_studys_own_and_the_second_round_follows_them() -> None:
    """Cliff closes: 240 + 4 go to Abbey (122%), 60 + 96 to Dale (17%). At 30% Abbey passes, and both lists then move."""
    found = ask(Asked(("Z99003",)), ClosureSettings(runs=50, list_growth_pct=30.0))
    assert found.tables["receivers"].filter("passes")["practice_code"].to_list() == ["Z99001"]
    second = found.tables["second_round"]
    assert second["ended"].unique().to_list() == ["Z99001"]
    assert second["received"].sum() == 600
    assert "Z99001" not in second["practice_code"]
    none = ask(Asked(("Z99001",)), ClosureSettings(runs=50, list_growth_pct=90.0))
    assert none.tables["second_round"].is_empty()


def test_patients_per_gp_pass_only_where_gps_are_known_and_were_not_past_before() -> None:
    """Brook: 403 to 0.1 GPs is 4,030, past 4,000 (3,000 before). Cliff: 480 to 0.2 is 2,400."""
    found = ask(Asked(("Z99001",)), ClosureSettings(runs=50, list_growth_pct=90.0), GPS)
    table = found.tables["receivers"]
    assert table.filter("passes")["practice_code"].to_list() == ["Z99002"]
    assert found.figure("closure_patients_per_gp", "Z99002").value == pytest.approx(4030)


def test_a_merger_takes_everyone_and_two_endings_do_not_take_each_others() -> None:
    found = ask(Asked((), {"Z99001": "Z99003"}))
    assert dict(found.tables["receivers"].select("practice_code", "received").iter_rows()) == {"Z99003": 200}
    both = ask(Asked(("Z99001", "Z99003")))
    assert set(both.tables["receivers"].filter(pl.col("received") > 0)["practice_code"]) == {"Z99002", "Z99009"}
    assert both.tables["receivers"]["received"].sum() == 600


def test_room_closed_lists_and_a_care_home() -> None:
    closed = ask(Asked(("Z99001",)), ClosureSettings(runs=50, closed_lists=("Z99003",)))
    assert "Z99003" not in closed.tables["receivers"].filter(pl.col("received") > 0)["practice_code"]
    little = ask(Asked(("Z99001",)), ClosureSettings(runs=50, rooms=("Z99002=10", "Z99003=10", "Z99009=10")))
    assert little.tables["receivers"]["received"].sum() <= 30
    assert any("find no room" in w for w in little.warnings)
    home = ask(Asked(("Z99001",)), ClosureSettings(runs=50, together=("E01999002=40",)))
    assert home.tables["special"].filter(pl.col("group") == "in a care home")["patients"].to_list() == [40]
    assert home.tables["special"].filter(pl.col("group") == "no known address")["patients"].to_list() == [5]


def test_a_seed_repeats_and_the_place_is_left_alone() -> None:
    one, two = (ask(Asked(("Z99001",))).tables["receivers"] for _ in range(2))
    assert one.equals(two)


REFUSED = (
    (Asked(("Z99004",)), "Did you mean"),
    (Asked(("Z99001", "Z99001")), "asked to end twice"),
    (Asked((), {"Z99001": "Z99001"}), "cannot merge into itself"),
    (Asked(("Z99002",), {"Z99001": "Z99002"}), "which ends too"),
    (Asked(), "no practice is named"),
)


@pytest.mark.parametrize(("asked", "says"), REFUSED, ids=[s for _, s in REFUSED])
def test_what_cannot_be_asked_is_refused(asked: Asked, says: str) -> None:
    with pytest.raises(InputRefused) as error:
        ask(asked)
    assert says in str(error.value)


def test_wrong_settings_are_refused() -> None:
    for wrong in ({"rooms": ("Z99001",)}, {"runs": 1}, {"list_growth_pct": -1.0}):
        with pytest.raises(ValueError):
            ClosureSettings(**wrong)  # type: ignore[arg-type]


def test_every_practice_is_closed_in_turn_and_counted() -> None:
    found = assess_closures(made_up_place(), ClosureSettings(list_growth_pct=30.0), {})
    table = found.tables["closures"]
    assert dict(table.select("practice_code", "receivers_over").iter_rows()) == {"Z99001": 1, "Z99002": 1, "Z99003": 1}
    counted = found.figure("closures_over_threshold", "T")
    assert (counted.value, counted.denominator) == (3, 3)
    lonely = made_up_place()
    lonely = lonely.with_tables(registered_elsewhere=lonely.registered_elsewhere.clear(),
                                registered_beyond=lonely.registered_beyond.clear(),
                                practices=lonely.practices.tail(1),
                                registrations=lonely.registrations.filter(pl.col("practice_code") == "Z99003"))  # fmt: skip
    assert assess_closures(lonely, ClosureSettings(), {}).warnings[0].startswith("Nobody else takes patients")


def test_the_quick_field_and_the_plain_way_agree(dorset_2022: Place) -> None:
    """Against loops over the registrations, for a practice of Dorset; and with every distance or only those needed."""
    code = dorset_2022.practices["practice_code"][0]
    field = choice_field(dorset_2022, code)
    quick = index_choices(dorset_2022).field(code, every_distance=False)
    assert (field.observed == quick.observed).all()
    from chesil.analyses.closure.settings import fitted_model

    model = fitted_model(dorset_2022)
    shares = leaving_shares(field.people, field.observed, field.sizes, field.km, model)
    assert (shares == leaving_shares(quick.people, quick.observed, quick.sizes, quick.km, model)).all()
    placed = dict(zip(field.practices, field.people @ shares, strict=True))
    tables = (dorset_2022.registrations, dorset_2022.registered_elsewhere, dorset_2022.registered_beyond)
    by_area: dict[str, dict[str, int]] = {}
    for table in tables:
        for practice, area, patients in table.select("practice_code", "lsoa11", "patients").iter_rows():
            by_area.setdefault(area, {})[practice] = patients
    slow: dict[str, float] = {}
    nowhere = 0
    for neighbours in (dict(v) for a, v in by_area.items() if code in v and a != "NO2011"):
        people = neighbours.pop(code)
        total = sum(neighbours.values())
        nowhere += 0 if total else people
        for other, patients in neighbours.items():
            slow[other] = slow.get(other, 0.0) + people * patients / total
    scale = field.people.sum() / sum(slow.values())
    assert nowhere == 0
    for other, people in slow.items():
        assert placed[other] == pytest.approx(people * scale, rel=1e-6, abs=0.05)
    whole = disperse(field.people, shares)
    assert whole.sum() == field.people.sum()
    index = index_choices(dorset_2022)
    codes, received, unplaced = totals_by_share(*index.neighbours(code))
    brief = dict(zip(index.practices[codes], received, strict=True))
    assert (sum(brief.values()), unplaced) == (field.people.sum(), 0)
    for n, other in enumerate(field.practices):
        assert abs(brief.get(other, 0) - whole[:, n].sum()) <= 2


@pytest.mark.parametrize("closed", [0, 3])
def test_pairs_give_what_every_cell_gives(dorset_2022: Place, closed: int) -> None:
    """Every practice of Dorset closed alone, by pairs and by areas x practices, with and without lists that are closed."""
    closed_lists = tuple(dorset_2022.practices["practice_code"].to_list()[:closed])
    grounds = grounds_of(dorset_2022, ClosureSettings(closed_lists=closed_lists), {})
    for code in dorset_2022.practices["practice_code"]:
        every = who_receive(grounds, [dispersed(grounds, code, Asked((code,)), None, {})])
        assert who_receive_alone(grounds, code) == every


@given(seed=st.integers(0, 10_000), bare=st.sampled_from([0.0, 0.3, 1.0]))
def test_pairs_give_what_every_cell_gives_wherever_people_live(seed: int, bare: float) -> None:
    """Made-up areas, some of which use no other practice and some of which lie nowhere."""
    rng = np.random.default_rng(seed)
    people = rng.integers(0, 300, 6)
    observed = np.where(rng.random((6, 4)) < 0.5, 0.0, rng.integers(1, 90, (6, 4)).astype(float))
    observed[rng.random(6) < bare] = 0.0
    km = np.where(rng.random((6, 4)) < 0.2, np.nan, rng.uniform(0.1, 20, (6, 4)))
    size, can, model = rng.integers(1, 9000, 4).astype(float), rng.random(4) < 0.8, ChoiceModel()
    lonely = np.flatnonzero(observed.sum(axis=1) <= 0)
    dense_km = np.where((observed.sum(axis=1) <= 0)[:, None], km, np.nan)
    cells = disperse(people, leaving_shares(people, observed, size, dense_km, model, can))[:, :-1].sum(axis=0)
    row, column = np.nonzero(observed)
    pairs = (row, column, observed[row, column])
    assert totals_by_pairs(people, pairs, size, model, can, (lonely, km[lonely])).tolist() == cells.tolist()


NOTICES = (
    ("GMS", False, date(2026, 12, 1), date(2027, 6, 30)),
    ("GMS", True, date(2026, 12, 1), date(2027, 3, 31)),
    ("PMS", False, date(2026, 8, 31), date(2027, 2, 28)),
)


@pytest.mark.parametrize(("contract", "alone", "notice", "end"), NOTICES)
def test_the_last_day_and_the_steps_in_order(contract: str, alone: bool, notice: date, end: date) -> None:
    last, steps, why = timetable(notice, contract, single_handed=alone)
    assert last == end
    days = [s.on for s in steps]
    assert days == sorted(days)
    assert (days[0], days[-1]) == (notice, end)
    assert "months from notice" in why
    assert all(s.source for s in steps)


def test_an_unknown_contract_is_refused() -> None:
    with pytest.raises(InputRefused, match="--contract"):
        timetable(date(2026, 12, 1), "Other", single_handed=None)


def test_the_paper_holds_every_part_and_leaves_small_numbers_out() -> None:
    found, merger = ask(Asked(("Z99001",))), ask(Asked((), {"Z99001": "Z99002"}))
    paper = hand_back_paper(
        made_up_place(), "Z99001", date(2026, 12, 1), found, [("Z99002", merger)], None, "GMS", False
    )
    text, page = paper_markdown(paper), paper_html(paper)
    for part in ("Timetable", "Ways on, compared", "Neighbours", "Allocation list by area", "What patients may choose", "Records",
                 "Caretaker", "Re-procurement", "Merger with Brook", "Dispersal"):  # fmt: skip
        assert part in text and part in page, part
    assert "<script" not in page
    allocation = next(p for p in paper.parts if p.heading.startswith("Allocation"))
    assert all(int(r[2]) >= 5 for r in allocation.rows)


@pytest.mark.parametrize("edition", ["board", "public"])
def test_the_public_edition_counts_closures_and_names_nobody(edition: str) -> None:
    place = made_up_place()
    study = Study(Path(), "Testbury", ("Z99001",), "2022/23", date(2026, 11, 24), edition)
    found = closures_of(study, {"2022/23": place})
    figures = {(f.measure, f.unit_code): f for f in found.figures}
    plan = SimpleNamespace(assessments={"closure": found}, figures=figures, place=place, study=study)
    section = closure.of_place(plan)  # type: ignore[arg-type]
    group = closure.of_group(plan, Unit("U99901", "West", ("Z99001", "Z99002")))  # type: ignore[arg-type]
    assert section is not None
    assert section.figures[0].value == 3
    named = any(word in repr(section) for word in ("Z99001", "Abbey", "Brook"))
    assert named == (group is not None) == (edition == "board")
    assert any("Z99" in f.unit_code for f in found.figures) == (edition == "board")


def test_an_ended_practice_is_said_to_have_ended(dorset_2026: Place) -> None:
    with pytest.raises(InputRefused, match="closed already, since 31 October 2024"):
        _refuse_ended(dorset_2026, ["J81003"])
    _refuse_ended(dorset_2026, ["J81010", "J89999"])
