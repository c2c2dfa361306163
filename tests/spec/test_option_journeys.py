"""Journeys under options: a hub shortens the way of those it serves by every mode, and what options share errs as one."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from chesil.analyses.access.making import Of
from chesil.appraisal.results import AppraisedOptions, option_unit
from chesil.place.assembling import assemble_place
from chesil.scenario.scenario import Scenario, apply_scenario
from chesil.scenario.sites import CloseSite, OpenHub, OpenSite, SetHours
from chesil.setting_up.appraisal import appraisal_of
from chesil.setting_up.option_journeys import (
    JOURNEYS,
    by_straight_lines,
    counted_flows,
    journeys_of,
    minute_figures,
    shared_errors,
)
from chesil.setting_up.option_times import option_times
from chesil.study import Study, read_study

PRACTICES = ("J81018", "J81059")
HUB = '[[edit]]\nverb = "OpenHub"\nhub = "H1"\n{where}rooms = 4\n{serves}reason = "a test"\n'
OPTIONS = {
    "far": ('serves = ["J81018"]\n', "easting = 400000\nnorthing = 200000\n"),
    "one": ('serves = ["J81018"]\n', ""),
    "both": ("", ""),
}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Two practices; a hub where the first one's people live furthest from it, for one or for both; and one that is far off."""
    folder = tmp_path_factory.mktemp("two")
    place = assemble_place(list(PRACTICES), vintage="2025/26", as_at=read_study(_dorset()).as_at)
    own = place.sites.filter(place.sites["practice_code"] == PRACTICES[0]).row(0, named=True)
    areas = place.areas.with_columns(
        ((place.areas["easting"] - own["easting"]) ** 2 + (place.areas["northing"] - own["northing"]) ** 2).alias("far")
    )
    there = areas.sort("far", descending=True).row(0, named=True)
    where = f"easting = {there['easting']}\nnorthing = {there['northing']}\n"
    (folder / "options").mkdir()
    (folder / "study.toml").write_text(f'title = "Two"\npractices = {list(PRACTICES)}\nas_at = 2026-11-24\n')
    for name, (serves, at) in OPTIONS.items():
        text = HUB.format(serves=serves, where=at or where)
        (folder / "options" / f"{name}.toml").write_text(f'title = "{name}"\nstarts = 2027-04-01\n{text}')
    return read_study(folder)


def _dorset() -> Path:
    return Path(__file__).parents[2] / "studies" / "dorset"


@pytest.fixture(scope="module")
def found(study: Study) -> AppraisedOptions:
    wanted = list(study.wanted)
    places, england = (
        {v: assemble_place(w, vintage=v, as_at=study.as_at) for v in ("2022/23", "2025/26")}
        for w in (wanted, "England")
    )
    appraised = appraisal_of(study, places, england)
    assert appraised is not None
    return appraised


def test_a_hub_shortens_the_way_by_car_of_those_whom_it_serves_and_by_every_mode(found: AppraisedOptions) -> None:
    drive = {n: found.option(n).feeding["access_drive_own"].value for n in ("business_as_usual", *OPTIONS)}
    assert drive["both"] < drive["one"] < drive["business_as_usual"]  # type: ignore[operator]
    assert drive["far"] == pytest.approx(drive["business_as_usual"])
    for mode in ("drive", "walk", "public_least", "public_most"):
        everybody = found.option("both").impacts[mode][0]
        assert everybody.nearer > 0 and everybody.further == 0, mode
    touched = {n: found.option(n).changes["drive"].affected.sum() for n in OPTIONS}
    assert 0 < touched["one"] < touched["both"]


def test_a_hub_adds_rooms_and_what_they_could_hold(found: AppraisedOptions) -> None:
    code = found.option("one").feeding["access_drive_own"].unit_code
    figures = {f.measure: f for f in found.figures if f.unit_code == code}
    assert figures["option_rooms"].value == 4
    assert figures["option_consultations"].value == pytest.approx(4 * 52.5 * 60 / 9.22)
    assert "52.5 hours a week (assumed)" in figures["option_consultations"].notes[0]


def test_every_option_has_its_rural_test(found: AppraisedOptions) -> None:
    place = found.options[0].place
    for o in found.options:
        unit = option_unit(place.code, o.name)
        mine = [f for f in found.figures if f.measure == "access_test_minutes" and f.unit_code.startswith(f"{unit}:")]
        assert len(mine) == 3, o.name


def test_options_with_the_same_journeys_have_one_error_between_them(study: Study) -> None:
    place = assemble_place(list(PRACTICES), vintage="2025/26", as_at=study.as_at)
    england = assemble_place("England", vintage="2025/26", as_at=study.as_at)
    same = apply_scenario(place, Scenario("far", (OpenHub("H1", "x", easting=400000, northing=200000),)))
    near = study.options["both"].edits[0].fields
    hub = OpenHub("H1", "x", easting=near["easting"], northing=near["northing"])
    other = apply_scenario(place, Scenario("near", (hub,)))
    times_of, said = option_times(study, [place, same, other], england, ferries=False)
    assert said == ""
    three = [journeys_of(p, england, times_of) for p in (place, same, other)]
    for measure in JOURNEYS:
        c = shared_errors(three)[measure]
        assert c[0, 0] == pytest.approx(c[1, 1]) == pytest.approx(c[0, 1])
        spread = np.sqrt(np.diag(c))
        between = c[0, 2] / (spread[0] * spread[2])
        assert 0.5 < between < 1.0, measure  # most of it is shared by all times, the rest hangs on each way
        lines = by_straight_lines(three)
        assert lines[0][measure] == pytest.approx(lines[1][measure]) and lines[2][measure] < lines[0][measure]


def test_patients_who_go_to_another_practices_site_are_as_near_as_it_is(study: Study) -> None:
    """The last site of a practice shuts and its patients are seen at the other's: their own practice is where that is."""
    place = assemble_place(list(PRACTICES), vintage="2025/26", as_at=study.as_at)
    england = assemble_place("England", vintage="2025/26", as_at=study.as_at)
    sites = place.sites.filter(place.sites["status"] == "open")
    mine = sites.filter(sites["practice_code"] == PRACTICES[1])["site_code"].to_list()
    there = sites.filter(sites["practice_code"] == PRACTICES[0])["site_code"][0]
    shut = apply_scenario(place, Scenario("shut", tuple(CloseSite(s, "x", patients_go_to=there) for s in mine)))
    times_of, _ = option_times(study, [place, shut], england, ferries=False)
    journeys = journeys_of(shut, england, times_of)
    theirs = journeys.near.filter(journeys.near["practice_code"] == PRACTICES[1])
    assert theirs.height and set(theirs["site_code"]) == {there}


def test_a_weekly_session_shortens_ways_for_its_share_of_the_week(study: Study) -> None:
    """Open for a tenth of 52.5 hours: a tenth of the difference between never and always there; half a week is a surgery."""
    place = assemble_place(list(PRACTICES), vintage="2025/26", as_at=study.as_at)
    england = assemble_place("England", vintage="2025/26", as_at=study.as_at)
    at = study.options["one"].edits[0].fields
    branch = OpenSite("S1", PRACTICES[0], "x", easting=at["easting"], northing=at["northing"])
    tenth = SetHours("S1", "tuesday", "09:00", "14:15", "x")  # 5.25 hours
    most = tuple(SetHours("S1", d, "08:00", "18:00", "x") for d in ("monday", "tuesday", "friday"))
    edits = ((), (branch,), (branch, tenth), (branch, *most))
    made = [apply_scenario(place, Scenario("s", e)) if e else place for e in edits]
    times_of, _ = option_times(study, made, england, ferries=False)
    four = [journeys_of(p, england, times_of) for p in made]
    assert [len(j.parts) for j in four] == [1, 1, 2, 1]
    for k, measure in enumerate(JOURNEYS):
        never, always, some, half = ((minute_figures(j, Of("x", "x"))[k].value or 0.0) for j in four)
        assert always < never, measure
        assert some == pytest.approx(never + 0.1 * (always - never)), measure
        assert half == pytest.approx(always), measure
    assert np.sqrt(shared_errors(four)["access_drive_own"][2, 2]) > 0


# practice | area | patients | minutes now | patients then | minutes then | counted now | counted then
FLOWS = """
 A | near   | 100 | 10 | 100 | 20  | 100 | 100
 A | far    | 30  | 90 | 30  | 40  |     |
 A | driven | 50  | 50 | 50  | 70  | 50  | 50
 B | gone   | 20  | 5  |     |     | 20  |
 A | gone   |     |    | 20  | 15  |     | 20
 A | mixed  | 7   | 80 | 17  | 30  |     | 10
 A | beyond |     |    | 5   | 100 |     |
"""


def test_people_over_an_hour_from_their_practice_count_under_no_option() -> None:
    """A hub that comes within the hour of far-off people must lengthen no mean; who was within the hour stays in."""
    rows = [[c.strip() for c in line.split("|")] for line in FLOWS.strip("\n").splitlines()]

    def own(patients: int, minutes: int) -> pl.DataFrame:
        held = [(r[0], r[1], int(r[patients]), 60.0 * float(r[minutes]), 0) for r in rows if r[patients]]
        return pl.DataFrame(held, schema=["practice_code", "lsoa11", "patients", "seconds", "row"], orient="row")

    def expected(column: int) -> dict[tuple[str, str], int]:
        return {(r[0], r[1]): int(r[column]) for r in rows if r[column]}

    def found(table: pl.DataFrame) -> dict[tuple[str, str], int]:
        return {(p, a): n for p, a, n in table.iter_rows()}

    now = own(2, 3)
    near = counted_flows(now, None)
    assert found(near) == expected(6)
    usual = SimpleNamespace(near=near, flows=now.select("practice_code", "lsoa11", "patients"))
    assert found(counted_flows(own(4, 5), usual)) == expected(7)  # type: ignore[arg-type]
