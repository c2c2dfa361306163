"""Who would travel further, group by group: worked by hand, done a second way person by person, and never signed by software."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chesil.appraisal.equality import AreaChange, assess_groups, person_minutes_saved, slope_of_minutes
from chesil.core.errors import ChesilError, InputRefused
from chesil.registers.contracts import REGISTERS
from chesil.registers.options import EditRecord, OptionRecord
from chesil.scenario.involving import (
    changes_services,
    involvement_steps,
    sign_off_of,
    strange_entries,
    unassessed_groups,
    what_blocks_approval,
)
from chesil.study import read_study

STUDY = Path(__file__).parents[2] / "studies" / "dorset"

# area | people | affected | before | after | old | young
TINY = """
 a | 100 | 100 | 5  | 25  | 80 | 20
 b | 200 | 50  | 10 | 10  | 50 | 150
 c | 300 | 0   | 15 | 12  | 60 | 240
 d | 50  | 50  | 18 | inf | 40 | 10
"""


def _tiny() -> tuple[AreaChange, dict[str, list[tuple[str, np.ndarray]]]]:
    rows = [[c.strip() for c in line.split("|")] for line in TINY.strip("\n").splitlines()]
    people, affected, before, after, old, young = (np.array([float(r[k]) for r in rows]) for k in range(1, 7))
    change = AreaChange("drive", tuple(r[0] for r in rows), people, affected, before, after)
    return change, {"age": [("old", old), ("young", young)]}


# group | people | further | nearer | share | ratio | beyond | lost | at least | at most
WORKED = """
 everybody | 650 | 150 | 300 | 23.0769 |        | 150 | 50 | 200 | 200
 old       | 230 | 120 | 60  | 52.1739 | 2.2609 | 120 | 40 | 120 | 170
 young     | 420 | 30  | 240 | 7.1429  | 0.3095 | 30  | 10 | 30  | 80
"""


def test_a_tiny_place_worked_by_hand() -> None:
    change, groups = _tiny()
    found = assess_groups(change, groups, 20)
    for impact, line in zip(found, WORKED.strip("\n").splitlines(), strict=True):
        name, *cells = (c.strip() for c in line.split("|"))
        assert impact.group == name
        got = (impact.people, impact.further, impact.nearer, impact.share_further, impact.ratio, impact.beyond, impact.lost,
               impact.least_affected, impact.most_affected)  # fmt: skip
        for value, cell in zip(got, cells, strict=True):
            assert value == (pytest.approx(float(cell), abs=1e-3) if cell else None)
    # Means leave out those who lose every way: old (80*20 + 60*-3) / 190.
    assert found[1].mean_change == pytest.approx((80 * 20 - 60 * 3) / 190)


def test_the_same_person_by_person() -> None:
    """A slow second way: everybody is a row of their own."""
    change, groups = _tiny()
    rows = []
    for k, area in enumerate(change.areas):
        for name, people in groups["age"]:
            rows += [(area, name, change.before[k], change.after[k])] * int(people[k])
    table = pl.DataFrame(rows, schema=["area", "group", "before", "after"], orient="row")
    for impact in assess_groups(change, groups, 20)[1:]:
        mine = table.filter(pl.col("group") == impact.group)
        longer = mine.filter(pl.col("after") - pl.col("before") > 1)
        assert impact.people == mine.height
        assert impact.further == longer.height
        now, then = mine.filter(pl.col("before") > 20).height, mine.filter(pl.col("after") > 20).height
        assert impact.beyond == then - now
        held = mine.filter(pl.col("after").is_finite())
        assert impact.mean_change == pytest.approx((held["after"] - held["before"]).mean())
        change_of = [a - b for a, b in mine.select("after", "before").iter_rows()]
        bands = [sum(x == float("inf") for x in change_of)]
        for low, high in ((10, 1e9), (5, 10), (1, 5)):
            bands.append(sum(low < x <= high and x != float("inf") for x in change_of))
        bands.append(sum(-1 <= x <= 1 for x in change_of))
        bands += [sum(-5 < x < -1 for x in change_of), sum(x <= -5 for x in change_of)]
        assert impact.bands == tuple(bands)


areas = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 400), st.integers(0, 900), st.floats(1, 60), st.floats(1, 60)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(areas)
def test_changes_by_group_add_up_to_the_change_for_all_and_bounds_hold_the_truth(rows) -> None:  # type: ignore[no-untyped-def]
    one, two, affected, before, after = (np.array([r[k] for r in rows], dtype=float) for k in range(5))
    change = AreaChange("drive", tuple(map(str, range(len(rows)))), one + two, affected, before, after)
    found = {i.group: i for i in assess_groups(change, {"kind": [("one", one), ("two", two)]}, 20)}
    parts = [found[g] for g in ("one", "two") if g in found]
    for p in (*parts, found["everybody"]):
        assert sum(p.bands) == pytest.approx(p.people)
        assert sum(p.bands[:4]) == pytest.approx(p.further)
    for what in ("people", "further", "nearer", "beyond", "lost"):
        assert sum(getattr(p, what) for p in parts) == pytest.approx(getattr(found["everybody"], what), abs=1e-6)
    minutes = sum(p.people * (p.mean_change or 0) for p in parts)
    assert minutes == pytest.approx(found["everybody"].people * (found["everybody"].mean_change or 0), abs=1e-6)
    assert -person_minutes_saved(change) == pytest.approx(minutes, abs=1e-6)
    touched = np.minimum(affected, one + two).sum()
    for p in parts:
        assert 0 <= p.least_affected <= p.most_affected + 1e-9 <= p.people + 1e-6
    if len(parts) == 2:
        assert parts[0].least_affected + parts[1].most_affected == pytest.approx(touched, abs=1e-6)


def test_bounds_hold_where_a_group_is_counted_in_another_year_than_the_residents() -> None:
    """A census may count more people than the residents of another year: at least never passes at most."""
    change = AreaChange("drive", ("a",), np.array([100.0]), np.array([120.0]), np.array([5.0]), np.array([9.0]))
    white = assess_groups(change, {"ethnicity": [("white", np.array([115.0])), ("other", np.array([1.0]))]}, 20)[1]
    assert (white.least_affected, white.most_affected) == (115.0, 115.0)


def test_a_ratio_of_a_group_too_small_for_limits_has_none() -> None:
    change = AreaChange("drive", tuple("abcdefghij"), np.full(10, 100.0), np.zeros(10), np.full(10, 5.0),
                        np.array([9.0, *[5.0] * 9]))  # fmt: skip
    few = np.array([1.0, *[30.0] * 9])
    found = assess_groups(change, {"x": [("few", few), ("most", 100 - few)]}, 20)
    assert found[1].ratio is not None and found[1].ratio_lower is None
    assert found[2].ratio_lower is not None and found[2].ratio_lower < found[2].ratio < found[2].ratio_upper  # type: ignore[operator]


# Five fifths of equal people at 10, 8, 6, 4, 2 minutes lie on a line: from the very first to the very last it falls by 10.
def test_slope_on_a_straight_line_and_after_a_closure_in_the_poorest_fifth() -> None:
    minutes = np.array([10.0, 8, 6, 4, 2])
    fifths = [(str(k), 100.0 * (np.arange(5) == k)) for k in range(5)]
    assert slope_of_minutes(minutes, fifths) == pytest.approx(-10)
    worse = slope_of_minutes(minutes + np.array([5.0, 0, 0, 0, 0]), fifths)
    assert worse is not None and worse < -10
    assert slope_of_minutes(minutes, fifths[:2]) is None


def test_a_group_of_other_areas_is_refused() -> None:
    change, _ = _tiny()
    with pytest.raises(ChesilError, match="3 areas, but the option has 4"):
        assess_groups(change, {"age": [("old", np.zeros(3))]}, 20)


def _table(name: str, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=REGISTERS[name].schema, orient="row")


DAY = date(2026, 11, 1)
CLOSING = OptionRecord("shut", "Shut", "", True, None, (EditRecord("CloseSite", {"site": "S"}, "x"),), (), (), {})
OPENING = OptionRecord("hub", "Hub", "", True, None, (EditRecord("OpenHub", {"hub": "H"}, "x"),), (), (), {})


def test_software_never_signs_and_a_signature_does_not_count_while_a_group_is_unanswered() -> None:
    groups = list(unassessed_groups())
    signed = {"sign_offs": _table("sign_offs", [("shut", "A. Person", "director", DAY, None)])}
    assert sign_off_of("shut", {}).words.startswith("cannot be signed: nobody has answered for sex")
    assert not sign_off_of("shut", signed).is_signed
    answers = {"equality_answers": _table("equality_answers", [("shut", g, "asked", "us", DAY) for g in groups])}
    assert "waits for a person" in sign_off_of("shut", answers).words
    assert sign_off_of("shut", {**answers, **signed}).is_signed


def test_approval_is_blocked_until_every_step_is_on_record_and_a_person_has_signed() -> None:
    assert changes_services(CLOSING) and not changes_services(OPENING)
    unsigned = what_blocks_approval({"hub": OPENING}, {})  # no step of involvement, but nobody has answered or signed
    assert [p.what.startswith("its equality assessment cannot be signed") for p in unsigned] == [True]
    for verb in ("MergePractices", "MoveSite", "MovePractice", "ClosePractice"):
        assert changes_services(replace(CLOSING, edits=(EditRecord(verb, {}, "x"),))), verb
    steps = [s.step for s in involvement_steps()]
    assert len(what_blocks_approval({"shut": CLOSING}, {})) == len(steps) + 1
    registers = {
        "involvement": _table("involvement", [("shut", s, DAY, "us", "said", "minutes") for s in steps]),
        "equality_answers": _table("equality_answers", [("shut", g, "asked", "us", DAY) for g in unassessed_groups()]),
        "sign_offs": _table("sign_offs", [("shut", "A. Person", "director", DAY, None)]),
    }
    assert what_blocks_approval({"shut": CLOSING}, registers) == []
    fewer = {**registers, "involvement": registers["involvement"].filter(pl.col("step") != "scrutiny")}
    assert [p.what for p in what_blocks_approval({"shut": CLOSING}, fewer)] == [
        "`Consult the councils’ health scrutiny` is not on record"
    ]


def test_a_study_with_a_closure_cannot_say_it_is_approved(tmp_path: Path) -> None:
    (tmp_path / "options").mkdir()
    (tmp_path / "options" / "close_branch.toml").write_text((STUDY / "options" / "close_branch.toml").read_text())
    settings_ = (STUDY / "study.toml").read_text()
    (tmp_path / "study.toml").write_text(settings_)
    assert read_study(tmp_path).options
    approval = '\n[approval]\nstate = "approved"\nby = "the board"\non = 2026-11-20\nevidence = "minutes"\n'
    (tmp_path / "study.toml").write_text(settings_.split("[need.known_areas]")[0] + approval)
    with pytest.raises(InputRefused) as error:
        read_study(tmp_path)
    assert "is not on record" in str(error.value) and "registers/involvement" in str(error.value)


def test_entries_on_options_and_steps_that_there_are_not_are_named() -> None:
    registers = {"involvement": _table("involvement", [("shutt", "scrutinee", DAY, "us", "x", "y")])}
    problems = strange_entries({"shut": CLOSING}, registers)
    assert [p.way_out for p in problems] == ["Did you mean shut?", "Did you mean scrutiny?"]
