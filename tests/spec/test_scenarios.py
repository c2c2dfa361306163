"""Worked examples of scenarios: what each edit does to a made-up place, to the last patient and penny."""

from dataclasses import fields
from datetime import date

import polars as pl
import pytest

from chesil.core.errors import ChesilError, InputRefused, NotFound
from chesil.place.place import Place
from chesil.registers.options import EDIT_FIELDS, read_option
from chesil.scenario.edit import TOTALS, Edit
from chesil.scenario.from_options import VERBS, edits_from_option
from chesil.scenario.ledger import account_alone, account_in_order
from chesil.scenario.people import (
    AddStaff,
    BuildHomes,
    GrowPopulation,
    RemoveStaff,
    RetrainStaff,
    SetParameter,
    ShiftActivity,
)
from chesil.scenario.practices import ClosePractice, MergePractices, MovePractice, RegroupPractices, SplitPractice
from chesil.scenario.scenario import Scenario, apply_scenario
from chesil.scenario.sites import CloseSite, EquipSite, ExtendSite, MoveSite, OpenHub, OpenSite, SetHours

WHY = "a worked example"
KNOW = {"easting": 403_000, "northing": 100_000}


def table(text: str, **types: pl.DataType) -> pl.DataFrame:
    """A table written as text; a blank is unknown."""
    lines = [[c.strip() for c in line.split("|")] for line in text.strip().splitlines()]
    columns = {h: [line[n] or None for line in lines[1:]] for n, h in enumerate(lines[0])}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    whole = ("patients", "list_size", "age_from", "age_to", "pence", "easting", "northing", "patients_on_register")
    return frame.with_columns(
        *(pl.col(c).cast(pl.Int64) for c in columns if c in whole),
        *(pl.col(c).cast(pl.Float64) for c in columns if c in ("fte", "headcount", "weighted_list_size", "imd_score")),
    )


def made_up_place() -> Place:
    """Three practices, three areas: Abbey is used in all, Brook in the west, Cliff in the east; Dale lies beyond."""
    practices = table("""
        practice_code | practice_name | list_size | weighted_list_size | imd_score | pcn_code | easting | northing | postcode
        Z99001        | Abbey         | 200       | 220                | 10        | U99901   | 401000  | 100000   | A1 1AA
        Z99002        | Brook         | 300       | 300                | 20        | U99901   | 400000  | 100000   | A1 1AB
        Z99003        | Cliff         | 400       | 380                | 30        | U99902   | 402000  | 100000   | A1 1AC
    """)
    beyond = table("""
        practice_code | practice_name | list_size | easting | northing
        Z99009        | Dale          | 900       | 404000  | 100000
    """)
    flows = table("""
        practice_code | lsoa11    | patients
        Z99001        | E01999001 | 100
        Z99001        | E01999002 | 80
        Z99001        | E01999003 | 15
        Z99001        | NO2011    | 5
        Z99002        | E01999001 | 300
        Z99003        | E01999002 | 300
        Z99003        | E01999003 | 100
    """)
    staff = table("""
        practice_code | role               | headcount | fte
        Z99001        | gp_all             | 2         | 1.5
        Z99001        | gp_fully_qualified | 2         | 1.0
        Z99002        | gp_all             | 2         | 2.0
        Z99002        | gp_fully_qualified | 2         | 2.0
        Z99003        | gp_all             |           |
        Z99003        | gp_fully_qualified |           |
    """)
    ages = table("""
        practice_code | sex    | age_from | age_to | patients
        Z99001        | female | 0        | 64     | 120
        Z99001        | female | 65       |        | 80
        Z99002        | female | 0        | 64     | 250
        Z99002        | female | 65       |        | 50
        Z99003        | female | 0        | 64     | 200
        Z99003        | female | 65       |        | 200
    """)
    payments = table("""
        practice_code | year    | stream     | pence
        Z99001        | 2022/23 | global_sum | 1000001
        Z99002        | 2022/23 | global_sum | 1500000
        Z99003        | 2022/23 | global_sum | 2000000
        Z99003        | 2022/23 | clawback   | -500
    """)
    registers = table("""
        practice_code | year    | register | patients_on_register | list_type | list_size
        Z99001        | 2021/22 | AST      | 20                   | TOTAL     | 200
        Z99002        | 2021/22 | AST      | 30                   | TOTAL     | 300
        Z99003        | 2021/22 | AST      | 40                   | TOTAL     | 400
    """)
    areas = table("""
        lsoa11    | area_name | easting | northing | ltla24
        E01999001 | West      | 400000  | 100000   | E06999999
        E01999002 | East      | 402000  | 100000   | E06999999
    """)
    area_beyond = table("""
        lsoa11    | area_name | easting | northing | ltla24
        E01999003 | Far east  | 404000  | 100000   | E06999999
    """)
    elsewhere = table("""
        practice_code | lsoa11    | patients
        Z99009        | E01999002 | 20
    """)
    others = table("""
        practice_code | lsoa11    | patients
        Z99009        | E01999003 | 400
    """)
    groups = table("""
        group_type | group_code | group_name | member_type | member_code | vintage
        pcn        | U99901     | West       | practice    | Z99001      | 2022/23
        pcn        | U99901     | West       | practice    | Z99002      | 2022/23
        pcn        | U99902     | East       | practice    | Z99003      | 2022/23
    """)
    from chesil.place.local_tables import SITES

    rows = [
        ("Z99001", "Z99001", "main", 401_000, "open"), ("Z99001001", "Z99001", "branch", 402_000, "open"),
        ("Z99002", "Z99002", "main", 400_000, "open"), ("Z99003", "Z99003", "main", 402_000, "open"),
        ("NEW01", None, "candidate", 403_000, "candidate"),
    ]  # fmt: skip
    blank = dict.fromkeys(SITES.names)
    sites = pl.DataFrame(
        [
            {**blank, "site_code": s, "practice_code": p, "kind": k, "site_name": s, "easting": e, "northing": 100_000,
             "known_on": date(2023, 3, 31), "status": o, "consulting_rooms": 4}
            for s, p, k, e, o in rows
        ],
        schema=SITES.schema,
    )  # fmt: skip
    empty = pl.DataFrame({"practice_code": pl.Series([], dtype=pl.String)})
    return Place(
        name="Testbury", code="T", kind="practices", vintage="2022/23", as_at=date(2023, 3, 31), areas=areas,
        areas_beyond=area_beyond, area_ages=empty, practices=practices, practice_ages=ages, registrations=flows,
        registered_elsewhere=elsewhere, registers=registers, staff=staff,
        payments=payments.with_columns((pl.col("pence") / 100).alias("gbp")), sites=sites, groups=groups,
        registered_beyond=others, practices_beyond=beyond,
    )  # fmt: skip


EVERY_EDIT: tuple[Edit, ...] = (
    ClosePractice("Z99001", WHY),
    MergePractices("Z99001", "Z99002", WHY),
    SplitPractice("Z99001", ({"practice": "Z99011", "share": 0.25}, {"practice": "Z99012", "share": 0.75}), WHY),
    MovePractice("Z99001", "NEW01", WHY),
    RegroupPractices("pcn", {"East": ("Z99002",)}, WHY),
    CloseSite("Z99001001", WHY),
    OpenSite("S1", "Z99002", WHY, **KNOW),
    MoveSite("Z99001001", WHY, **KNOW),
    ExtendSite("Z99001", WHY, rooms=2),
    EquipSite("Z99001", "ECG", WHY),
    OpenHub("H1", WHY, **KNOW, rooms=10, serves=("Z99001", "Z99002")),
    SetHours("Z99001", "monday", "08:00", "18:30", WHY),
    AddStaff("Z99002", "gp_salaried", 1.0, WHY),
    RemoveStaff("Z99002", "gp_fully_qualified", 0.5, WHY),
    RetrainStaff("Z99002", "gp_fully_qualified", "pharmacist", 0.5, WHY),
    BuildHomes("Mill Field", 120, WHY, **KNOW, people_per_dwelling=2.3),
    GrowPopulation(2030, WHY, growth_pct=10),
    ShiftActivity("outpatient appointments", 100_000, "community", WHY),
    SetParameter("implausible_patients_per_gp_fte", 9_000, WHY),
)


def kind(edit: Edit) -> str:
    return type(edit).__name__


def lists(place: Place) -> dict[str, int]:
    return dict(place.practices.select("practice_code", "list_size").iter_rows())


def by_practice(place: Place, table_name: str, column: str) -> dict[str, int]:
    rows = getattr(place, table_name).group_by("practice_code").agg(pl.col(column).sum()).sort("practice_code")
    return dict(rows.iter_rows())


def test_every_verb_of_an_option_is_an_edit_with_the_same_fields() -> None:
    assert set(VERBS) == set(EDIT_FIELDS)
    for verb, (needed, allowed) in EDIT_FIELDS.items():
        assert {*needed, *allowed, "reason"} == {f.name for f in fields(VERBS[verb])}, verb  # type: ignore[arg-type]
    assert {kind(e) for e in EVERY_EDIT} == set(VERBS)


@pytest.mark.parametrize("edit", EVERY_EDIT, ids=kind)
def test_no_edit_touches_the_baseline_and_each_makes_another_place(edit: Edit) -> None:
    place = made_up_place()
    before = place.fingerprint
    made = apply_scenario(place, Scenario("x", (edit,)))
    assert place.fingerprint == before
    assert made.fingerprint != before
    assert made.scenario == "x"
    for name in edit.keeps:
        if name != "fte":
            assert TOTALS[name](made) == pytest.approx(TOTALS[name](place), abs=1e-9), name


@pytest.mark.parametrize("edit", EVERY_EDIT, ids=kind)
def test_both_ledgers_add_up_to_the_last_patient_and_penny(edit: Edit) -> None:
    scenario = Scenario("x", (edit, ShiftActivity("visits", 10, "community", WHY)))
    place = made_up_place()
    after = apply_scenario(place, scenario)
    for total, account in (("patients", account_in_order), ("pence", account_alone), ("fte", account_in_order)):
        ledger = account(place, scenario, total)
        assert ledger.before + sum(a for _, a in ledger.lines) == pytest.approx(ledger.after, abs=1e-9)
        assert ledger.after == pytest.approx(TOTALS[total](after), abs=1e-9)


def test_a_practice_closes_and_its_patients_go_where_their_neighbours_are() -> None:
    """By observed shares alone: area 1 to Brook; area 2 300:20 to Cliff and Dale; area 3 100:400; nowhere as the rest."""
    fitted = {"observed_weight": 1.0}
    edits = [SetParameter(f"choice_of_practice.{k}", v, WHY) for k, v in fitted.items()]
    made = apply_scenario(made_up_place(), Scenario("x", (*edits, ClosePractice("Z99001", WHY))))
    assert lists(made) == {"Z99002": 300 + 100 + 3, "Z99003": 400 + 75 + 3 + 2}
    assert by_practice(made, "registered_elsewhere", "patients") == {"Z99009": 20 + 5}
    assert by_practice(made, "registered_beyond", "patients") == {"Z99009": 400 + 12}
    assert by_practice(made, "practice_ages", "patients") == lists(made)
    assert by_practice(made, "registrations", "patients") == lists(made)
    assert set(made.staff["practice_code"]) == {"Z99002", "Z99003"}
    assert made.sites.filter(pl.col("practice_code") == "Z99001")["status"].unique().to_list() == ["closed"]
    paid = by_practice(made, "payments", "pence")
    assert paid == {"Z99002": 1_500_000 + 515_001, "Z99003": 1_999_500 + 400_000}


def test_a_successor_holds_on_to_its_pull_and_a_closed_list_takes_nobody() -> None:
    made = apply_scenario(made_up_place(), Scenario("x", (ClosePractice("Z99001", WHY, successor="Z99003", pull=1.0),)))
    assert lists(made) == {"Z99002": 300, "Z99003": 600}
    made = apply_scenario(
        made_up_place(), Scenario("x", (ClosePractice("Z99001", WHY, closed_lists=("Z99002", "Z99009")),))
    )
    assert lists(made) == {"Z99002": 300, "Z99003": 600}


def test_room_is_kept_and_too_little_of_it_is_refused() -> None:
    made = apply_scenario(made_up_place(), Scenario("x", (ClosePractice("Z99001", WHY, room={"Z99003": 10}),)))
    assert lists(made)["Z99003"] in (409, 410)
    with pytest.raises(InputRefused, match="find no room"):
        apply_scenario(
            made_up_place(),
            Scenario("x", (ClosePractice("Z99001", WHY, room=dict.fromkeys(("Z99002", "Z99003", "Z99009"), 9)),)),
        )


def test_two_practices_merge() -> None:
    made = apply_scenario(made_up_place(), Scenario("x", (MergePractices("Z99001", "Z99002", WHY),)))
    assert lists(made) == {"Z99002": 500, "Z99003": 400}
    row = made.practices.row(0, named=True)
    assert (row["weighted_list_size"], row["imd_score"]) == (520, 16)
    assert dict(made.staff.filter(pl.col("practice_code") == "Z99002").select("role", "fte").iter_rows()) == {
        "gp_all": 3.5,
        "gp_fully_qualified": 3.0,
    }
    assert by_practice(made, "payments", "pence")["Z99002"] == 2_500_001
    assert by_practice(made, "registers", "patients_on_register")["Z99002"] == 50
    assert made.sites.filter(pl.col("practice_code") == "Z99002")["kind"].to_list() == ["branch", "branch", "main"]


def test_a_merger_with_an_unknown_return_is_unknown_not_less() -> None:
    made = apply_scenario(made_up_place(), Scenario("x", (MergePractices("Z99001", "Z99003", WHY),)))
    assert made.staff.filter(pl.col("practice_code") == "Z99003")["fte"].to_list() == [None, None]


def test_a_practice_splits_by_shares() -> None:
    made = apply_scenario(made_up_place(), Scenario("x", (EVERY_EDIT[2],)))
    assert lists(made) == {"Z99002": 300, "Z99003": 400, "Z99011": 50, "Z99012": 150}
    assert by_practice(made, "practice_ages", "patients")["Z99011"] == 50
    assert made.staff.filter(pl.col("practice_code") == "Z99011")["fte"].to_list() == [0.375, 0.25]
    assert set(made.groups.filter(pl.col("group_code") == "U99901")["member_code"]) == {"Z99002", "Z99011", "Z99012"}


def test_wider_roles_rise_with_a_role_and_nobody_falls_below_nought() -> None:
    made = apply_scenario(made_up_place(), Scenario("x", (AddStaff("Z99002", "gp_salaried", 1.0, WHY),)))
    assert made.staff.filter(pl.col("practice_code") == "Z99002")["fte"].to_list() == [3.0, 3.0]
    assert made.staff_changes.rows() == [("Z99002", "gp_salaried", 1.0)]
    with pytest.raises(InputRefused, match="below nought"):
        apply_scenario(made_up_place(), Scenario("x", (RemoveStaff("Z99002", "gp_fully_qualified", 2.5, WHY),)))
    with pytest.raises(InputRefused, match="not above nought"):
        apply_scenario(made_up_place(), Scenario("x", (AddStaff("Z99002", "gp_salaried", -1, WHY),)))


def test_the_population_grows_by_age_and_lists_follow() -> None:
    made = apply_scenario(made_up_place(), Scenario("x", (GrowPopulation(2030, WHY, growth_pct=10),)))
    assert lists(made) == {"Z99001": 220, "Z99002": 330, "Z99003": 440}
    assert (
        by_practice(made, "practice_ages", "patients") == lists(made) == by_practice(made, "registrations", "patients")
    )


REFUSED: tuple[tuple[tuple[Edit, ...], str], ...] = (
    ((ClosePractice("Z99004", WHY),), "Did you mean"),
    ((ClosePractice("Z99009", WHY),), "beyond the edge"),
    ((MergePractices("Z99001", "Z99001", WHY),), "cannot merge into itself"),
    ((ClosePractice("Z99001", WHY), ClosePractice("Z99001", "again")), "which edit 1 (close practice Z99001) has ended"),
    ((CloseSite("Z99001001", WHY), ExtendSite("Z99001001", WHY, rooms=1)), "which edit 1 (close site Z99001001) has ended"),
    ((ExtendSite("S1", WHY, rooms=1), OpenSite("S1", "Z99002", WHY, **KNOW)), "out of order"),
    ((SetParameter("implausible_patients_per_gp_fte", 1, WHY),) * 2, "is set by edit 1"),
    ((SetParameter("implausible_patient_per_gp", 1, WHY),), "implausible_patients_per_gp_fte"),
    ((CloseSite("Z99002", WHY),), "last open site"),
    ((AddStaff("Z99001", "gp_salarid", 1, WHY),), "gp_salaried"),
    ((SetHours("Z99001", "mondey", "08:00", "12:00", WHY),), "monday"),
    ((SetHours("Z99001", "monday", "12:00", "08:00", WHY),), "not after it opens"),
    ((RegroupPractices("pcn", {"A": ("Z99001",), "B": ("Z99001",)}, WHY),), "stand in two groups"),
    ((SplitPractice("Z99001", ({"practice": "Z99002", "share": 0.5}, {"practice": "Z99011", "share": 0.6}), WHY),), "is taken"),
    ((OpenSite("S1", "Z99002", WHY),), "not said where"),
    (
        (ClosePractice("Z99001", WHY, on=date(2027, 4, 1)), AddStaff("Z99002", "gp_salaried", 1, WHY, on=date(2026, 4, 1))),
        "in the order of their dates",
    ),
    ((GrowPopulation(2030, WHY),), "no official projection"),
)  # fmt: skip


@pytest.mark.parametrize(("edits", "says"), REFUSED, ids=lambda v: v if isinstance(v, str) else kind(v[-1]))
def test_what_cannot_be_done_is_refused_with_the_way_out(edits: tuple[Edit, ...], says: str) -> None:
    with pytest.raises(ChesilError) as error:
        apply_scenario(made_up_place(), Scenario("x", edits))
    assert says in str(error.value)


def test_the_last_practice_in_reach_is_refused() -> None:
    place = made_up_place()
    lonely = place.with_tables(
        practices=place.practices.head(1),
        registrations=place.registrations.filter(pl.col("practice_code") == "Z99001"),
        registered_elsewhere=place.registered_elsewhere.clear(),
        registered_beyond=place.registered_beyond.clear(),
    )
    with pytest.raises(InputRefused, match="last practice in reach"):
        apply_scenario(lonely, Scenario("x", (ClosePractice("Z99001", WHY),)))


def test_edits_that_build_on_each_other_have_no_ledger_alone() -> None:
    built = Scenario("x", (OpenSite("S1", "Z99002", WHY, **KNOW), ExtendSite("S1", WHY, rooms=1)))
    assert account_in_order(made_up_place(), built, "sites").change == 1
    with pytest.raises(InputRefused, match="builds on edit 1"):
        account_alone(made_up_place(), built, "sites")


def test_what_two_closures_do_only_together_is_shown() -> None:
    both = Scenario("x", (ClosePractice("Z99001", WHY), ClosePractice("Z99002", WHY)))

    def cliff(place: Place) -> float:
        return lists(place)["Z99003"]

    alone = account_alone(made_up_place(), both, cliff)
    assert alone.lines[-1][0] == "interaction"
    assert alone.lines[-1][1] > 0
    assert account_in_order(made_up_place(), both, cliff).after == alone.after


def test_an_option_file_becomes_a_scenario(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "two.toml"
    path.write_text(
        'title = "Two"\n[[edit]]\nverb = "ClosePractice"\npractice = "Z99001"\nroom = {Z99003 = 10}\nclosed_lists = ["Z99009"]\n'
        'reason = "retirement"\n[[edit]]\nverb = "RegroupPractices"\ngroup_type = "pcn"\ngroups = {East = ["Z99002"]}\nreason = "size"\n'
    )
    scenario = edits_from_option(read_option(path))
    assert (scenario.name, scenario.title) == ("two", "Two")
    assert lists(apply_scenario(made_up_place(), scenario))["Z99003"] in (409, 410)


def test_a_wrong_value_in_an_option_is_named(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "bad.toml"
    path.write_text(
        'title = "Bad"\n[[edit]]\nverb = "AddStaff"\npractice = "Z99001"\nrole = "nurses"\nfte = -1\nreason = "x"\n'
        '[[edit]]\nverb = "ExtendSite"\nsite = 3\nroms = 1\nreason = "x"\n'
    )
    with pytest.raises(InputRefused) as error:
        read_option(path)
    for part in ("edit 1: `fte` is -1, not above 0", "Did you mean rooms?", "`site` is 3, not text"):
        assert part in str(error.value)


def test_a_real_board_can_close_merge_and_grow(dorset_2022: Place, dorset_2026: Place) -> None:
    for place in (dorset_2022, dorset_2026):
        first, second, third = place.practices["practice_code"][:3]
        scenario = Scenario(
            "x", (ClosePractice(first, WHY), MergePractices(second, third, WHY), GrowPopulation(2035, WHY))
        )
        before = place.fingerprint
        made = apply_scenario(place, scenario)
        assert place.fingerprint == before
        assert by_practice(made, "registrations", "patients") == lists(made)
        assert made.practices.height == place.practices.height - 2
    with pytest.raises(NotFound, match="projections run"):
        GrowPopulation(2090, WHY).apply(dorset_2026)
