"""Worked examples of siting: which sites to keep, who travels further, and what is said when a rule cannot be met."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from chesil.analyses.siting import (
    ProposedSites,
    SitingInputs,
    SitingSettings,
    assess_another,
    assess_siting,
    propose_sites,
)
from chesil.analyses.siting.inputs import siting_inputs, siting_sites
from chesil.core.errors import InputRefused
from chesil.core.settings import settings_from
from chesil.methods.location.siting import SitingProblem, SitingRules, plan_sites
from chesil.methods.location.siting_faults import siting_faults
from chesil.place.local_tables import with_local_columns
from chesil.place.place import Place
from chesil.place.travel import TravelTimes
from chesil.registers.proposals import Proposal, read_proposal, write_proposal

AREAS = {"E01999001": 1000, "E01999002": 2000, "E01999003": 500}
MINUTES = {  # area: minutes to sites A1, B1, C1
    "E01999001": (2.0, 9.0, 20.0),
    "E01999002": (8.0, 3.0, 12.0),
    "E01999003": (18.0, 12.0, 4.0),
}


def a_place(sites: tuple[str, ...] = ("A1", "B1", "C1"), statuses: tuple[str, ...] = ("open",) * 3) -> Place:
    """Three areas in a row, three surgeries of two networks; codes are invented."""
    areas = pl.DataFrame(
        {
            "lsoa11": list(AREAS), "area_name": ["North", "Middle", "South"], "msoa_name": [None] * 3, "easting": [0, 5000, 9000],
            "northing": [0, 0, 0], "residents_2020": list(AREAS.values()), "registered": list(AREAS.values()),
            "illness_share_2011": [0.1, 0.2, 0.3], "no_car_share_2011": [0.1, 0.2, 0.4], "is_rural_2011": [0.0, 0.0, 1.0],
        },
        schema_overrides={"msoa_name": pl.String},
    )  # fmt: skip
    pack = pl.DataFrame(
        {
            "site_code": sites, "practice_code": ["Z99001", "Z99002", "Z99003"][: len(sites)], "kind": "main",
            "site_name": ["Abbey", "Brook", "Cliff"][: len(sites)], "postcode": None, "easting": [0, 5000, 9000][: len(sites)],
            "northing": 0, "known_on": date(2026, 7, 1),
        }
    )  # fmt: skip
    local = with_local_columns(pack).with_columns(pl.Series("status", statuses))
    groups = pl.DataFrame(
        [("pcn", "U99901", "Upper", "practice", "Z99001", "2025/26"), ("pcn", "U99901", "Upper", "practice", "Z99002", "2025/26"),
         ("pcn", "U99902", "Lower", "practice", "Z99003", "2025/26")],
        schema=["group_type", "group_code", "group_name", "member_type", "member_code", "vintage"], orient="row",
    )  # fmt: skip
    flows = pl.DataFrame(
        {"practice_code": ["Z99001", "Z99002", "Z99003"], "lsoa11": list(AREAS), "patients": list(AREAS.values())}
    )
    empty = pl.DataFrame({"practice_code": pl.Series([], dtype=pl.String)})
    return Place(
        name="Testbury", code="T", kind="icb", vintage="2025/26", as_at=date(2026, 11, 24), areas=areas, areas_beyond=areas.clear(),
        area_ages=empty, practices=flows.select("practice_code"), practice_ages=empty, registrations=flows,
        registered_elsewhere=flows.clear(), registers=empty, staff=empty, payments=empty, sites=local, groups=groups,
    )  # fmt: skip


def inputs_of(place: Place, settings: SitingSettings) -> SitingInputs:
    sites = siting_sites(place)
    seconds = 60 * np.array([[MINUTES[a]["ABC".index(s[0])] for s in sites["code"]] for a in AREAS])
    times = TravelTimes("drive", "routed", tuple(AREAS), tuple(sites["code"]), seconds, 0.0, "minutes of the example")
    return siting_inputs(place, sites, settings, times)


def proposed(settings: SitingSettings | None = None, place: Place | None = None):
    settings = settings or SitingSettings(sites=2, draws=0)
    inputs = inputs_of(place or a_place(), settings)
    return inputs, settings, propose_sites(inputs, settings, np.random.default_rng(1), {})


def test_each_number_of_sites_has_its_best_set_and_its_proof() -> None:
    """With two sites Cliff and Brook stay: North's 1,000 people go 9 minutes instead of 2."""
    _, _, found = proposed()
    whole = {s["sites"]: s for s in found.steps if not s["locality"]}
    assert whole[3]["objective"] == pytest.approx(1000 * 2 + 2000 * 3 + 500 * 4)
    assert whole[2]["open"] == ["A1", "B1"]
    assert whole[2]["objective"] == pytest.approx(1000 * 2 + 2000 * 3 + 500 * 12)
    assert whole[1]["open"] == ["B1"] and whole[1]["objective"] == pytest.approx(1000 * 9 + 2000 * 3 + 500 * 12)
    assert all(s["is_proved"] and s["gap"] <= 1e-6 for s in found.steps)
    assert found.ended == "proved" and found.plan["open"] == ["A1", "B1"]


def test_who_travels_further_is_counted_before_who_gains() -> None:
    inputs, settings, found = proposed()
    place = a_place()
    proposal = ProposedSites("sites", found.plan, found.steps, found.robustness)
    assessment = assess_siting(place, inputs, proposal, settings)
    value = {m: assessment.figure(m, "T:plan").value for m in
             ("siting_people_further", "siting_no_car_further", "siting_extra_minutes", "siting_worst_extra", "siting_mean_minutes")}  # fmt: skip
    assert value["siting_people_further"] == 500
    assert value["siting_no_car_further"] == 200
    assert value["siting_extra_minutes"] == value["siting_worst_extra"] == 8
    assert value["siting_mean_minutes"] == pytest.approx(14000 / 3500)
    assert assessment.figure("siting_sites", "U99901").value == 2
    assert assessment.tables["decisions"].select("code", "decision").rows() == [
        ("A1", "keep"),
        ("B1", "keep"),
        ("C1", "close"),
    ]


def test_a_locality_closes_its_own_sites_while_all_others_stay() -> None:
    _, _, found = proposed()
    upper = {s["sites"]: s["open"] for s in found.steps if s["locality"] == "U99901"}
    assert upper == {2: ["A1", "B1"], 1: ["B1"]}
    assert [s["sites"] for s in found.steps if s["locality"] == "U99902"] == [1]


def test_need_and_carlessness_can_change_the_answer_and_are_settings() -> None:
    _, _, plain = proposed(SitingSettings(sites=1, draws=0))
    inputs, _, _ = proposed(SitingSettings(sites=1, draws=0, no_car_weight=1.0))
    assert plain.plan["open"] == ["B1"]
    assert inputs.weights.tolist() == [1100.0, 2400.0, 700.0]


def test_a_candidate_can_be_opened_and_a_forbidden_site_closes() -> None:
    place = a_place(statuses=("open", "open", "candidate"))
    _, _, found = proposed(SitingSettings(sites=2, draws=0, forbidden=("A1",)), place)
    assert found.plan["open"] == ["B1", "C1"]


def test_fixed_sites_stay() -> None:
    _, _, found = proposed(SitingSettings(sites=1, draws=0, fixed=("C1",)))
    assert found.plan["open"] == ["C1"]


def test_a_rule_on_minutes_ends_the_frontier_and_says_where_and_by_how_much() -> None:
    _, _, found = proposed(SitingSettings(sites=2, draws=0, reach_minutes=10.0))
    assert min(s["sites"] for s in found.steps if not s["locality"]) == 2
    assert any(
        "No plan of 1 sites meets the rules" in n and "`reach_minutes` alone by 2.0 minutes" in n for n in found.notes
    )


def test_the_second_best_plan_and_what_would_make_it_best() -> None:
    _, _, found = proposed()
    firm = found.robustness
    assert firm["second_opens"] == ["C1"] and firm["second_closes"] == ["A1"]
    assert firm["second_objective"] == pytest.approx(1000 * 9 + 2000 * 3 + 500 * 4)
    assert firm["switch_share"] == pytest.approx((17000 - 14000) / (500 * 4))


def test_the_plan_does_not_depend_on_the_order_of_rows() -> None:
    place = a_place()
    turned = place.with_tables(
        sites=place.sites.reverse(), areas=place.areas.reverse(), registrations=place.registrations.reverse()
    )
    assert proposed(place=turned)[2] == proposed()[2]


def test_an_interrupt_keeps_what_has_been_found() -> None:
    inputs, settings, _ = proposed()
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 2

    found = propose_sites(inputs, settings, np.random.default_rng(1), {}, stop=stop)
    assert found.ended == "interrupted" and len(found.steps) == 2


def test_a_proposal_for_another_place_is_said_to_be_so_and_not_shown() -> None:
    inputs, settings, found = proposed()
    proposal = ProposedSites("sites", found.plan, found.steps, found.robustness, is_of_this_place=False)
    assessment = assess_siting(a_place(), inputs, proposal, settings)
    assert any("was made for other areas, sites or people" in w for w in assessment.warnings)
    assert not any(f.measure == "siting_people_further" for f in assessment.figures)


def test_a_proposal_is_written_and_read_with_its_evidence(tmp_path: Path) -> None:
    _, _, found = proposed()
    evidence = {"plan": found.plan, "steps": list(found.steps)}
    rows = ({"site_code": "A1", "decision": "keep"},)
    proposal = Proposal(
        "sites", "sites", "Sites", "abc", {}, found.solver, 1, 14000.0, 14000.0, 0.0, True, 0.1, rows, (), evidence
    )
    assert read_proposal(write_proposal(proposal, tmp_path)) == proposal


def test_who_loses_is_told_by_group_in_need_by_locality_and_closure_by_closure() -> None:
    """The plan closes Cliff: South's 500 people, of whom 200 without a car and 150 with a long-term illness, go 8 minutes more."""
    inputs, settings, found = proposed()
    assessment = assess_siting(
        a_place(), inputs, ProposedSites("sites", found.plan, found.steps, found.robustness), settings
    )
    groups = {r["group"]: r for r in assessment.tables["by_group"].iter_rows(named=True)}
    assert groups["everybody"]["people_further"] == 500 and groups["everybody"]["share_pct"] == pytest.approx(100 / 7)
    assert groups["in households without a car (2011)"]["people_further"] == 200
    assert groups["with a long-term illness (2011)"]["people"] == 1000 * 0.1 + 2000 * 0.2 + 500 * 0.3
    rows = assessment.tables["by_locality"].select("name", "people_further", "ill_share").rows()
    assert rows[0] == ("Lower", 500.0, 150.0) and sum(r[1] for r in rows) == 500
    steps = (
        assessment.tables["closures"].filter(locality="").select("sites", "left_out", "people_further", "where").rows()
    )
    assert steps == [(2, ["Cliff"], 500.0, ["Lower"]), (1, ["Abbey"], 1000.0, ["Upper"])]


def test_every_further_proposal_is_scored_beside_the_first() -> None:
    inputs, settings, found = proposed()
    other = assess_another(a_place(), inputs, ProposedSites("b", found.plan, found.steps, title="Fewer"), settings)
    assert other.figure("siting_people_further", "T:plan-b").value == 500
    assert other.about["title_of_b"] == "Fewer" and "decisions_of_b" in other.tables
    gone = assess_another(
        a_place(), inputs, ProposedSites("b", found.plan, found.steps, is_of_this_place=False), settings
    )
    assert not gone.figures and "was made for other areas" in gone.warnings[0]


# Several aims, room, and how firm a plan is.


def with_cost_and_room() -> Place:
    """Abbey and Brook cost 10,000 a year and hold 2 and 4 rooms; Cliff 40,000 and 1, with room to extend by 60 m2."""
    place = a_place()
    return place.with_tables(
        sites=place.sites.with_columns(
            pl.Series("rent_gbp", [10000, 10000, 40000]), pl.Series("consulting_rooms", [2, 4, 1]),
            pl.Series("gia_m2", [100, 200, 50]), pl.Series("expansion_m2", [0, 0, 60]),
        )
    )  # fmt: skip


def test_points_of_several_aims_say_what_the_longest_way_and_the_cost_ask_of_travel() -> None:
    """Abbey and Brook travel least and cost least; Brook and Cliff shorten the longest way to 9, Abbey and Cliff to 8."""
    _, _, found = proposed(SitingSettings(sites=2, draws=0, aim_numbers=2), with_cost_and_room())
    two = {(p["worst"], p["cost"]): p["travel"] for p in found.aims if p["sites"] == 2 and p["is_best_at_something"]}
    assert two == {(12.0, 20000.0): pytest.approx(14000), (9.0, 50000.0): pytest.approx(17000), (8.0, 50000.0): 20000}
    assert all(p["is_proved"] and p["gap"] <= 1e-3 for p in found.aims)


def test_room_in_m2_is_a_rule_and_an_extension_adds_the_sites_own() -> None:
    """3,500 people at 90 m2 a thousand need 315 m2: Abbey and Brook hold 300, so Cliff stays too."""
    _, _, found = proposed(SitingSettings(m2_per_1000=90.0, aim="sites", draws=0), with_cost_and_room())
    assert found.plan["open"] in (["A1", "B1", "C1"], ["B1", "C1"]) and found.plan["sites"] == 3
    _, _, found = proposed(SitingSettings(m2_per_1000=80.0, aim="sites", draws=0, most_changes=2), with_cost_and_room())
    assert found.plan["sites"] == 2


def test_a_practice_whose_list_asks_for_more_than_its_sites_hold_is_named_with_the_way_out() -> None:
    _, _, found = proposed(SitingSettings(rooms_per_1000=3.0, draws=0), with_cost_and_room())
    assert any(
        n.startswith("Abbey (Z99001) holds 2 rooms, but its own list of 1,000 asks for 3.0") for n in found.notes
    )


def test_deciding_otherwise_about_a_site_costs_what_the_best_other_plan_does() -> None:
    """The plan keeps Abbey and Brook (14,000 weighted minutes); without Abbey 17,000, with Cliff 17,000, without Brook 24,000."""
    firm = proposed()[2].robustness
    without_brook = 1000 * 2 + 2000 * 8 + 500 * 4
    assert firm["otherwise"] == {
        "A1": pytest.approx(3000), "B1": pytest.approx(without_brook - 14000), "C1": pytest.approx(3000)
    }  # fmt: skip


def test_firmness_is_told_under_the_planners_rules_too_and_prices_are_drawn() -> None:
    settings = SitingSettings(aim="cost", reach_minutes=15.0, draws=2, cost_draws=3)
    _, _, found = proposed(settings, with_cost_and_room())
    firm = found.robustness
    assert firm["runs"].count("prices drawn") == 3 and "all prices risen" in firm["runs"]
    assert found.plan["open"] == ["B1"] and firm["unit"] == "GBP a year"
    assert firm["second_objective"] > found.plan["objective"]


def test_bounds_of_localities_hold_in_the_localities_too() -> None:
    _, _, found = proposed(SitingSettings(sites=2, draws=0, locality_least_in=("U99901=2",)))
    assert [s["sites"] for s in found.steps if s["locality"] == "U99901"] == [2]
    with pytest.raises(InputRefused, match="`U9` is not a locality of pcn"):
        proposed(SitingSettings(locality_least_in=("U9=2",)))


def test_what_a_site_costs_is_its_rent_or_an_even_part_of_its_practices_premises_payments() -> None:
    place = a_place()
    paid = pl.DataFrame({"practice_code": ["Z99001", "Z99002"], "gbp": [30000.0, 8000.0]})
    place = place.with_tables(sites=place.sites.with_columns(pl.Series("rent_gbp", [None, 9000, None], dtype=pl.Int64)))
    assert siting_sites(place, premises=paid)["cost_gbp"].to_list() == [30000.0, 9000.0, None]


# What is said when a rule cannot be met.

BOTH = np.array([False, False])


def a_problem(**said: object) -> SitingProblem:
    problem = SitingProblem(
        travel=np.array([[5.0, 12.0], [11.0, 6.0]]), weights=np.ones(2), load=np.array([4.0, 5.0]), now=np.array([5.0, 6.0]),
        is_open=np.array([True, True]), must=BOTH, never=BOTH, capacity=np.array([6.0, 7.0]), extension=np.zeros(2),
        cost_open=np.array([10.0, 20.0]), cost_closed=np.zeros(2), cost_extended=np.zeros(2), locality=np.array([0, 0]),
    )  # fmt: skip
    return replace(problem, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("problem", "rules", "rule", "short", "words"),
    [
        (a_problem(), SitingRules(reach=4.0), "reach", 1.0, "area 0: the nearest site is 1.0 minutes too far"),
        (a_problem(load=np.array([9.0, 9.0])), SitingRules(), "capacity", 5.0, "fall short by 5.0"),
        (a_problem(), SitingRules(least_sites=2, most_sites=1), "most_sites", 1, "at least 2 sites but at most 1"),
        (a_problem(must=~BOTH, never=~BOTH), SitingRules(), "fixed", 1, "fixed open and also forbidden"),
        (a_problem(), SitingRules(locality_least=(1, 1), locality_most=(2, 2)), "locality", 1, "locality 1 has 0 candidates"),
        (a_problem(must=~BOTH), SitingRules(most_sites=1), "most_sites", 1, "2 sites are fixed open, 1 may be"),
        (a_problem(), SitingRules(most_cost=15.0), "most_cost", 15.0, "easing `most_cost` alone by 15.0 GBP would do"),
        (a_problem(), SitingRules(reach=9.0, most_sites=1, locality_least=(0,), locality_most=(2.0,)), "capacity", 2.0, "fall short by 2.0"),
    ],
)  # fmt: skip
def test_the_rule_at_fault_is_named_with_how_far(
    problem: SitingProblem, rules: SitingRules, rule: str, short: float, words: str
) -> None:
    assert not plan_sites(problem, rules).is_feasible
    found = [f for f in siting_faults(problem, rules) if f.rule == rule]
    assert found and found[0].short == pytest.approx(short) and any(words in f.sentence for f in found)


def test_bad_settings_are_named_with_the_way_out() -> None:
    for said, words in (
        ({"fixed": ["A1"], "forbidden": ["A1"]}, "sites both fixed and forbidden: A1; take each out of one"),
        ({"sites": 2, "fewest": 3}, "`sites` 2 is less than `fewest` 3"),
        ({"mode": "fly"}, "not drive, cycle, walk or public_transport"),
        ({"sitez": 2}, "Did you mean sites"),
        ({"locality_least_in": ["U99901"]}, "`U99901` is not a locality and a number, such as U02749=2"),
        ({"locality_least": 3, "locality_most": 2}, "every locality is to have at least 3 sites but at most 2"),
        (
            {"locality_least": 1, "locality_most_in": ["U99901=0"]},
            "locality U99901 is to have at least 1 sites but at most 0",
        ),
        ({"rooms_per_1000": 1.0, "m2_per_1000": 60.0}, "are both given; keep the one"),
        ({"most_gbp": -1.0}, "`most_gbp` is less than nought"),
    ):
        with pytest.raises(InputRefused, match=words):
            settings_from(SitingSettings, said, "study.toml [siting]")


def test_a_site_listed_twice_or_unknown_is_named() -> None:
    with pytest.raises(InputRefused) as error:
        inputs_of(a_place(sites=("A1", "B1", "B1")), SitingSettings(fixed=("Q9",)))
    assert "site B1 is listed twice" in str(error.value) and "`Q9` is not an open or candidate site" in str(error.value)


def test_a_locality_without_a_candidate_is_named() -> None:
    place = a_place(sites=("A1", "B1"), statuses=("open", "open"))
    _, _, found = proposed(SitingSettings(sites=1, draws=0), place)
    assert any("U99902 has areas but no candidate site" in n for n in found.notes)
