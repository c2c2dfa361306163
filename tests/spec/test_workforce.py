"""Worked examples of workforce: what a planner may expect, in tables that become the manual."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from chesil.analyses.workforce import WorkforceSettings, compare_skill_mix
from chesil.analyses.workforce.making import Of
from chesil.analyses.workforce.needing import fte_needed, need_figures
from chesil.analyses.workforce.networks import regrouped
from chesil.analyses.workforce.profile import profile_figures, vacancy_figures
from chesil.analyses.workforce.returns import practice_returns
from chesil.analyses.workforce.roles import all_roles, find_roles
from chesil.core.errors import InputRefused
from chesil.core.settings import settings_from
from chesil.measures.computing import Unit
from chesil.place.place import Place

EMPTY = pl.DataFrame({"practice_code": pl.Series([], dtype=pl.String)})
PRACTICES = pl.DataFrame(
    {
        "practice_code": ["Z99001", "Z99002", "Z99003", "Z99004"],
        "practice_name": ["Abbey", "Brook", "Cliff", "Dale"],
        "list_size": [2000, 3000, 40000, 5000],
        "weighted_list_size": [2200.0, 2800.0, 41000.0, 5000.0],
    }
)
STAFF = pl.DataFrame(
    [
        ("Z99001", "gp_fully_qualified", 2.0, 1.0),
        ("Z99002", "gp_fully_qualified", 2.0, 1.5),
        ("Z99003", "gp_fully_qualified", 1.0, 0.1),
        ("Z99001", "nurses", 2.0, 1.2),
        ("Z99001", "direct_patient_care", 1.0, 0.8),
        ("Z99002", "nurses", None, None),
        ("Z99002", "direct_patient_care", 3.0, 2.0),
        ("Z99002", "pharmacist", 1.0, 0.5),
    ],
    schema=["practice_code", "role", "headcount", "fte"],
    orient="row",
)


def place(staff: pl.DataFrame = STAFF) -> Place:
    """Testbury: Abbey and Brook are sound, Cliff's GP return is implausible (400,000 to a GP), Dale's is blank."""
    groups = pl.DataFrame(
        schema={"group_type": pl.String, "group_code": pl.String, "group_name": pl.String, "member_type": pl.String,
                "member_code": pl.String, "vintage": pl.String}
    )  # fmt: skip
    return Place(
        name="Testbury", code="T", kind="practices", vintage="2022/23", as_at=date(2023, 3, 31), areas=EMPTY,
        areas_beyond=EMPTY, area_ages=EMPTY, practices=PRACTICES, practice_ages=EMPTY, registrations=EMPTY,
        registered_elsewhere=EMPTY, registers=EMPTY, staff=staff, payments=EMPTY, sites=EMPTY, groups=groups,
    )  # fmt: skip


def test_returns_are_sound_blank_or_not_believed() -> None:
    returns = practice_returns(place())
    assert returns["gp_return"].to_list() == ["sound", "sound", "not_believed", "blank"]


def test_a_profile_leaves_out_what_cannot_be_believed_and_shows_it_imputed() -> None:
    """Excluded: (1.0 + 1.5) GPs over (2,200 + 2,800) = 5.00. Imputed: similar practices have 4 to 10,000, so Cliff
    counts 16.4 and Dale 2.0: (2.5 + 18.4) over 51,000 = 4.098. Only Abbey has both nurses and direct care: 2.0 to a GP."""
    returns = {r["practice_code"]: r for r in practice_returns(place()).iter_rows(named=True)}
    unit = Unit("T", "Testbury", tuple(PRACTICES["practice_code"]))
    similar = dict.fromkeys(PRACTICES["practice_code"], 4 / 10_000)
    made = {f.measure: f for f in profile_figures(unit, place(), "2023-04", returns, similar)}
    assert made["workforce_gp_excluded"].value == pytest.approx(5.0)
    assert made["workforce_gp_imputed"].value == pytest.approx(20.9 / 5.1)
    assert made["workforce_gp_similar"].value == pytest.approx(4.0)
    assert made["workforce_participation"].value == pytest.approx(100 * 2.5 / 4)
    assert made["workforce_clinicians_per_gp"].value == pytest.approx(2.0)
    assert (made["workforce_usable_returns"].numerator, made["workforce_usable_returns"].value) == (2, 50)
    assert made["workforce_gp_excluded"].notes[0].startswith("1 of 4 practices have no return")


def test_the_strategy_asked_for_twenty_five_pharmacists() -> None:
    """766,000 patients at one to 30,000: the strategy printed twenty-five; unrounded it is 25.5."""
    assert round(fte_needed(766_000, 30_000), 1) == 25.5


def test_need_is_set_against_practices_and_networks_together() -> None:
    """50,000 patients ask for 1.67; Brook has 0.5 and the network 0.7: 0.47 short."""
    network = pl.DataFrame({"pcn_code": ["U1"], "role": ["pharmacist"], "fte": [0.7]})
    codes = tuple(PRACTICES["practice_code"])
    rule = {"role": "nurse", "patients_per_fte": 10000, "reference": "our board, 2026"}
    made = {
        (f.measure, f.unit_code): f for f in need_figures(Of("T", "T"), place(), place(), codes, codes, network, [rule])
    }
    assert made["workforce_pharmacists_needed", "T"].value == pytest.approx(50_000 / 30_000)
    assert made["workforce_pharmacists_in_post", "T"].value == pytest.approx(1.2)
    assert made["workforce_pharmacists_short", "T"].value == pytest.approx(50_000 / 30_000 - 1.2)
    assert made["workforce_local_rule_needed", "T:nurses"].value == pytest.approx(5.0)
    assert "our board, 2026" in made["workforce_local_rule_needed", "T:nurses"].notes[0]


def test_vacancies_count_where_they_are_entered() -> None:
    """Half a nurse vacant at Abbey, 1.2 in post: 0.5 / 1.7. A post filled since does not count."""
    rows = pl.DataFrame(
        {"practice_code": ["Z99001", "Z99001"], "role": ["Practice nurse", "GP"], "fte": [0.5, 1.0],
         "since": [date(2023, 1, 1)] * 2, "status": [None, "filled"]}
    )  # fmt: skip
    made = vacancy_figures(Of("T", "T"), place(), tuple(PRACTICES["practice_code"]), rows, "vacancies")[0]
    assert made.value == pytest.approx(100 * 0.5 / 1.7)
    none = vacancy_figures(Of("T", "T"), place(), (), None, "vacancies")[0]
    assert none.reason.startswith("not published: enter")


def test_regrouping_says_who_loses_before_who_gains() -> None:
    """Networks A (10 to a patient) and B (2 to a patient). Z2 moves to B and takes its share of A's payments along:
    B's patients gain by it, Z2's lose, and nothing is lost on the way."""
    amounts = pl.DataFrame(
        {"practice_code": ["Z1", "Z2", "Z3"], "patients": [1000.0, 1000.0, 1000.0], "amount": [20000.0, 0.0, 2000.0]}
    )
    found = regrouped(amounts, {"Z1": "A", "Z2": "A", "Z3": "B"}, {"Z1": "A", "Z2": "B", "Z3": "B"})
    assert found["before"].to_list() == [10000, 10000, 2000]
    assert found["after"].to_list() == [10000, 6000, 6000]
    assert found["change"].to_list() == [0, -4000, 4000]


def test_skill_mix_says_how_much_of_a_gp_each_clinician_would_have_to_free() -> None:
    """Three more nurses against a gap of two GPs: each would have to free two thirds of a GP's time."""
    more = pl.DataFrame([("Z99004", "nurses", 3.0, 3.0)], schema=STAFF.schema, orient="row")
    table, effect = compare_skill_mix(place(), place(pl.concat([STAFF, more])), gp_gap=2.0, gp_time_released=0.5)
    assert dict(table.select("role", "change").iter_rows())["nurses"] == 3
    assert effect["release_to_close"] == pytest.approx(2 / 3)
    assert effect["gap_left"] == pytest.approx(0.5)


def test_a_role_nobody_knows_is_refused_with_the_row_and_a_suggestion() -> None:
    with pytest.raises(InputRefused) as refused:
        find_roles(pl.Series(["GP", "Farmacist", "wizard"]), "registers/vacancies.csv")
    text = str(refused.value)
    assert "row 3" in text
    assert "pharmacist" in text
    assert "wizard" in text


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"leaver_rate_pct": 140}, "between 0 and 100"),
        ({"leaver_rate_pct": "nine"}, "between 0 and 100"),
        ({"gp_time_released": 2.0}, "between 0 and 1"),
        ({"need_rules": [{"role": "nurse", "patients_per_ftee": 3000}]}, "patients_per_fte"),
        ({"need_rules": [{"role": "nurse", "patients_per_fte": -1, "reference": "x"}]}, "not a number of patients"),
        ({"horizon_years": 200}, "between 1 and 30"),
        ({"horizen_years": 5}, "horizon_years"),
    ],
)
def test_settings_that_cannot_be_are_refused(said: dict[str, object], word: str) -> None:
    with pytest.raises(InputRefused, match=word):
        settings_from(WorkforceSettings, said, "study.toml [workforce]")


def test_every_role_is_made_of_rows_that_the_returns_hold() -> None:
    from chesil.packs.pack import read_table

    held = set(read_table("staff", ["role"])["role"])
    networks = set(read_table("pcn_staff", ["staff_role"])["staff_role"])
    for role in all_roles():
        assert set(role.practice) <= held, role.code
        assert set(role.network) <= networks, role.code


def test_dorset_comes_out_as_published(dorset_plan) -> None:  # type: ignore[no-untyped-def]
    """438.8 FTE in Dorset's networks (June 2026), 411.1 fully qualified GPs in practices (spring 2023)."""
    network = dorset_plan.figures["workforce_network_fte_per_10000", "QVV"]
    assert network.numerator == pytest.approx(438.8, abs=0.05)
    role = dorset_plan.figures["workforce_role_fte_per_10000", "QVV:gp_fully_qualified"]
    assert role.numerator == pytest.approx(411.1, abs=0.05)
    gap = dorset_plan.figures["workforce_gp_gap", "QVV"]
    assert gap.lower < gap.value < gap.upper
    assert np.isfinite(gap.value)


def test_need_follows_the_published_projection_where_there_is_one(dorset_plan) -> None:  # type: ignore[no-untyped-def]
    """Dorset's two councils have one: need in 2034 over 2024 is their residents then over now."""
    from chesil.packs.pack import read_table

    people = dict(read_table("projections").group_by("year").agg(pl.col("people").sum()).iter_rows())
    years = dorset_plan.assessments["workforce"].tables["projection"]["year"]
    first, last = (dorset_plan.figures["workforce_gps_needed", f"QVV:{years[k]}"] for k in (0, -1))
    assert last.value / first.value == pytest.approx(people[years[-1]] / people[years[0]])
    assert "projection of residents" in last.notes[0]
