"""Estates in worked tables: ratios, rooms, dates, the honest cost of closing, homes to come, and the national return."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from chesil.analyses.estates import EstateSettings, assess_estates, estate_ratios, planning_reply
from chesil.analyses.estates.calendar import calendar_of
from chesil.analyses.estates.closing import closing_of, grant_to_repay
from chesil.cli import app
from chesil.core.assessment import Assessment
from chesil.core.errors import NotFound
from chesil.core.settings import settings_from
from chesil.place.assembling import assemble_place
from chesil.place.local_tables import SITES
from chesil.place.place import Place
from chesil.place.site_register import with_registers
from chesil.registers.contracts import REGISTERS
from chesil.study import new_study

TWO = ["J81010", "J81011"]  # Swanage and Wareham


def table(name: str, *rows: dict[str, object]) -> pl.DataFrame:
    contract = REGISTERS[name]
    return pl.DataFrame([{c: r.get(c) for c in contract.names} for r in rows], schema=contract.schema)


@pytest.fixture(scope="module")
def place() -> Place:
    return assemble_place(TWO, vintage="2025/26", as_at=date(2026, 11, 24))


def assessed(place: Place, settings: EstateSettings | None = None, **registers: pl.DataFrame) -> Assessment:
    return assess_estates(with_registers(place, registers), registers.get("contracts"), settings or EstateSettings())


def test_the_strategy_of_2016_is_met_again() -> None:
    """48,000 m2, 10.7 million pounds, 131 sites and 766,000 patients; and 40, 50 and 10 per cent add up."""
    found = estate_ratios(m2=48_000, gbp=10.7e6, sites=131, patients=766_000)
    assert round(found["gbp_per_m2"], 2) == 222.92
    assert round(found["gbp_per_site"]) == 81_679
    assert round(found["m2_per_site"]) == 366
    assert round(found["m2_per_1000"], 1) == 62.7
    assert round(found["gbp_per_patient"], 2) == 13.97
    assert 40 + 50 + 10 == 100


def test_what_is_not_published_is_counted_as_not_known(place: Place) -> None:
    found = assessed(place)
    assert found.figure("estate_area_known", place.code).value == 0
    assert found.figure("estate_m2_per_1000", place.code).reason.startswith("floor areas are not published")
    assert not found.figure("estate_room_use", place.code).is_known
    unknown = dict(found.tables["unknown"].select("fact", "unknown").iter_rows())
    assert unknown["tenure"] == place.sites.height
    assert found.warnings


def _whole_register(place: Place) -> pl.DataFrame:
    return table("sites", *(
        {"site_code": c, "site_name": n, "gia_m2": 500.0, "consulting_rooms": 8, "treatment_rooms": 2, "rent_gbp": 60_000.0}
        for c, n in place.sites.select("site_code", "site_name").iter_rows()
    ))  # fmt: skip


def test_space_rooms_and_rents_are_set_against_patients(place: Place) -> None:
    sites = _whole_register(place)
    found, n = assessed(place, sites=sites), sites.height
    whole = found.figure("estate_m2_per_1000", place.code)
    assert whole.numerator == 500 * n and whole.denominator == place.patients
    assert whole.value == pytest.approx(1000 * 500 * n / place.patients)
    assert found.figure("estate_gbp_per_m2", place.code).value == pytest.approx(120)
    need = place.patients * 5.16 * 0.90 * 9.22 / 60 / 52
    assert found.figure("estate_rooms_needed", place.code).value == pytest.approx(need)
    held = found.figure("estate_rooms_held", place.code)
    assert held.value == pytest.approx(10 * 52.5 * n) and "assumed" in held.notes[0]
    assert found.figure("estate_rooms_held_7", place.code).value == pytest.approx(10 * 52.5 * n * 7 / 5)
    assert found.figure("estate_room_use", place.code).value == pytest.approx(100 * need / (10 * 52.5 * n))
    hours = table("hours", {"site_code": "J81010", "weekday": "monday", "opens": "08:00", "closes": "18:00"},
                  {"site_code": "J81010", "weekday": "sunday", "opens": "08:00", "closes": "18:00"})  # fmt: skip
    some = assessed(place, sites=sites, hours=hours).figure("estate_rooms_held", place.code)
    assert some.value == pytest.approx(10 * 52.5 * (n - 1) + 10 * 10)


def _site(**said: object) -> pl.DataFrame:
    row = {c: None for c in SITES.names} | {"site_code": "S", "site_name": "S", "kind": "main", "status": "open"} | said
    return pl.DataFrame([row], schema=SITES.schema)


@pytest.mark.parametrize(
    ("said", "saves", "costs", "receipt"),
    [
        ({"tenure": "owned", "notional_rent_gbp": 50_000.0, "transition_gbp": 9_000.0, "disposal_gbp": 900_000.0}, 50_000, 9_000, 0),
        ({"tenure": "leased", "rent_gbp": 60_000.0, "void_gbp": 60_000.0, "transition_gbp": 0.0}, 0, 0, 0),
        ({"tenure": "leased", "rent_gbp": 60_000.0}, None, None, 0),
        ({"tenure": "nhs_property", "reimbursed_gbp": 80_000.0, "void_gbp": 20_000.0, "disposal_gbp": 400_000.0,
          "transition_gbp": 5_000.0}, 60_000, 5_000, 400_000),
        ({"tenure": "nhs_property"}, None, None, None),
    ],
)  # fmt: skip
def test_closing_counts_cash_only_and_says_what_is_not_known(
    said: dict[str, object], saves: float | None, costs: float | None, receipt: float | None
) -> None:
    row = closing_of(_site(**said), date(2026, 11, 24)).row(0, named=True)
    assert (row["saves_gbp"], row["costs_gbp"], row["receipt_gbp"]) == (saves, costs, receipt)
    assert all(row[f"{k}_gbp"] is not None or row[f"{k}_why"] for k in ("saves", "costs", "receipt"))


def test_a_grant_is_repaid_for_the_years_still_guaranteed() -> None:
    grant = {"grant_gbp": 100_000.0, "grant_date": date(2020, 1, 1), "guaranteed_use_until": date(2030, 1, 1)}
    assert grant_to_repay(grant, date(2025, 1, 1)) == pytest.approx(50_000, rel=1e-3)
    assert grant_to_repay(grant, date(2031, 1, 1)) == 0
    assert grant_to_repay({**grant, "grant_gbp": None}, date(2025, 1, 1)) is None
    assert grant_to_repay(dict.fromkeys(grant), date(2025, 1, 1)) == 0


def test_the_calendar_says_what_missing_a_date_would_cost(place: Place) -> None:
    sites = table("sites", {"site_code": "J81010", "site_name": "Swanage", "lease_break": date(2027, 1, 1),
                            "lease_end": date(2032, 1, 1), "rent_gbp": 40_000.0})  # fmt: skip
    contracts = table("contracts", {"practice_code": "J81011", "contract": "Minor surgery", "ends": date(2026, 1, 1)})
    dates = calendar_of(with_registers(place, {"sites": sites}), contracts, {}).to_dicts()
    assert [d["on"] for d in dates] == [date(2026, 1, 1), date(2027, 1, 1), date(2032, 1, 1)]
    assert (
        dates[0]["is_past"] and dates[0]["cost_of_missing_gbp"] is None and dates[0]["how"] == "its value is not known"
    )
    assert dates[1]["cost_of_missing_gbp"] == pytest.approx(200_000, rel=1e-3)


def test_missing_a_day_to_comment_costs_what_the_reply_would_ask_for(place: Place) -> None:
    homes = table("housing", {"development": "North", "dwellings": 100, "people_per_dwelling": 2.4,
                              "comment_deadline": date(2026, 12, 20)})  # fmt: skip
    settings = EstateSettings(building_gbp_per_m2=4_000, space_m2_per_1000=100)
    for said, cost in ((settings, 96_000), (EstateSettings(), None)):
        row = assessed(place, said, housing=homes).tables["calendar"].row(0, named=True)
        assert row["on"] == date(2026, 12, 20) and row["cost_of_missing_gbp"] == (cost and pytest.approx(cost))


def test_a_reply_to_a_planning_application(place: Place) -> None:
    homes = table("housing", {"development": "North", "dwellings": 100, "people_per_dwelling": 2.4, "first_completion": date(2030, 1, 1),
                              "last_completion": date(2030, 12, 31), "comment_deadline": date(2026, 12, 20)})  # fmt: skip
    there = with_registers(place, {"housing": homes})
    people, m2, cost = planning_reply(there, "North", EstateSettings())
    assert people.value == pytest.approx(240) and m2.value == pytest.approx(240 * 62.66 / 1000)
    assert not cost.is_known and "building_gbp_per_m2" in cost.reason
    _, m2, cost = planning_reply(there, "North", EstateSettings(building_gbp_per_m2=4_000, space_m2_per_1000=100))
    assert m2.value == pytest.approx(24) and cost.value == pytest.approx(96_000)
    with pytest.raises(NotFound, match="Nrth"):
        planning_reply(there, "Nrth", EstateSettings())
    ahead = assessed(place, EstateSettings(to_year=2029), housing=homes).figure(
        "estate_patients_ahead", f"{place.code}:2029"
    )
    assert ahead.value == place.patients
    ahead = assessed(place, EstateSettings(to_year=2030), housing=homes).figure(
        "estate_patients_ahead", f"{place.code}:2030"
    )
    assert ahead.value == pytest.approx(place.patients + 240)


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(Exception, match="cannot be below nought"):
        settings_from(EstateSettings, {"space_m2_per_1000": -1}, "study.toml [estates]")


def test_the_return_is_filled_and_its_gaps_are_marked(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    new_study(folder, "Purbeck", as_at=date(2026, 11, 24), practices=TWO)
    (folder / "registers").mkdir()
    files = {
        "sites": "site_code,site_name,tenure,rent_gbp,void_gbp\nJ81010,Swanage,leased,50000,10000\n",
        "centres": "proposal,site_code,group_name,works,disposes_of\nPurbeck centre,J81011,Purbek,new_build,J81010;J81025\n",
        "amendments": "changed_on,part,field,was,became\n2026-06-30,Purbeck centre,works,extension,new_build\n",
    }
    for name, text in files.items():
        (folder / "registers" / f"{name}.csv").write_text(text)
    for name in ("return.md", "return.xlsx"):
        said = CliRunner().invoke(app, ["estate", str(folder), "--return", str(tmp_path / name)])
        assert said.exit_code == 0, said.output
    text = (tmp_path / "return.md").read_text()
    for words in ("## Geography", "## Existing estate", "## Proposals", "## Disposals", "## Amendments", "## Gaps", "new_build",
                  "40,000", "not known: to be filled", "Purbek: no such neighbourhood", "J81025: no such site"):  # fmt: skip
        assert words in text, words
    assert (tmp_path / "return.xlsx").stat().st_size > 5_000
    assert CliRunner().invoke(app, ["estate", str(folder)]).exit_code == 0


def test_room_use_is_counted_over_five_days_and_over_seven(place: Place) -> None:
    """Four rooms: Monday morning full, its afternoon half used, an evening that counts for neither; the weekend is closed."""
    use = [
        {"site_code": "J81010", "weekday": d, "half_day": h, "rooms_used": u}
        for d, h, u in (("monday", "morning", 4.0), ("monday", "afternoon", 2.0), ("monday", "evening", 1.0))
    ]
    sites = table("sites", {"site_code": "J81010", "consulting_rooms": 3, "treatment_rooms": 1, "condition_grade": "B"})
    found = assessed(place, sites=sites, room_use=table("room_use", *use))
    value = {m: found.figure(f"estate_{m}", place.code).value for m in ("use_5", "void_5", "full_5", "use_7", "void_7")}
    assert value["use_5"] == 75 and value["void_5"] == 2 and value["full_5"] == 1
    assert value["use_7"] == pytest.approx(100 * 6 / (8 + 4 * 4)) and value["void_7"] == 18
    assert found.tables["room_use"].select("half_day", "used", "full").rows() == [
        ("morning", 4.0, 1), ("afternoon", 2.0, 0), ("evening", 1.0, 0)
    ]  # fmt: skip
    assert found.figure("estate_condition", f"{place.code}:B").value == 100


def test_without_a_table_of_room_use_nothing_is_said(place: Place) -> None:
    found = assessed(place)
    assert not found.figure("estate_use_5", place.code).is_known
    assert not any(f.measure == "estate_condition" for f in found.figures)


def test_rooms_of_a_future_year_grow_with_projected_residents_and_homes(place: Place) -> None:
    homes = table("housing", {"development": "Quay", "dwellings": 100, "people_per_dwelling": 2.0})
    merged = with_registers(place, {"housing": homes})
    found = assess_estates(merged, None, EstateSettings(to_year=2030), {2026: 1.0, 2030: 1.1})
    now = found.figure("estate_rooms_needed", place.code).value or 0.0
    alone = found.figure("estate_residents_ahead", f"{place.code}:2030").value or 0.0
    both = found.figure("estate_residents_ahead", f"{place.code}:2030:homes").value or 0.0
    assert alone == pytest.approx(1.1 * now)
    assert both - alone == pytest.approx(now * 200 / place.patients)
