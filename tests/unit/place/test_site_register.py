"""A study's own sites, hours and homes are matched, located and refused as a person would expect."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from chesil.core.errors import InputRefused
from chesil.core.tables import find_problems
from chesil.place.local_tables import HOMES, ROOM_USE, SITES
from chesil.place.locating import locate_postcodes, on_english_land
from chesil.place.place import Place
from chesil.place.site_register import merge_registers, names_alike, same_buildings, with_registers
from chesil.registers.contracts import REGISTERS


def table(name: str, *rows: dict[str, object]) -> pl.DataFrame:
    """Rows of a register with every column that they do not name blank."""
    contract = REGISTERS[name]
    return pl.DataFrame([{c: r.get(c) for c in contract.names} for r in rows], schema=contract.schema)


def sites(*rows: dict[str, object]) -> pl.DataFrame:
    return table("sites", *[{"site_name": "Some surgery", **r} for r in rows])


def faults(place: Place, **registers: pl.DataFrame) -> str:
    with pytest.raises(InputRefused) as refused:
        with_registers(place, registers)
    return str(refused.value)


def test_a_row_is_matched_by_code_then_by_practice_and_postcode_and_else_is_new(dorset_2026: Place) -> None:
    merged = merge_registers(
        dorset_2026,
        {
            "sites": sites(
                {"site_code": "J81010", "gia_m2": 900.0},
                {
                    "site_code": "S2",
                    "practice_code": "J81006",
                    "postcode": "bh16 5pw",
                    "site_name": "Upton",
                    "gia_m2": 300.0,
                },
                {"site_code": "S3", "practice_code": "J81010", "postcode": "BH19 1HJ", "site_name": "Langton"},
                {"site_code": "S4", "postcode": "DT1 1YG", "site_name": "Fairfield", "status": "candidate"},
                {"site_code": "S5", "site_name": "Hub without an address"},
            )
        },
    )
    found = {r["site_code"]: r for r in merged.place.sites.iter_rows(named=True)}
    assert found["J81010"]["gia_m2"] == 900.0 and found["J81010"]["kind"] == "main"
    assert found["J81006003"]["gia_m2"] == 300.0 and "S2" not in found
    assert found["S3"]["kind"] == "branch" and found["S3"]["easting"] is not None
    assert found["S4"]["kind"] == "candidate" and found["S4"]["status"] == "candidate"
    assert found["S5"]["kind"] == "hub" and found["S5"]["practice_code"] is None
    assert merged.place.sites.height == dorset_2026.sites.height + 3
    assert "2 of the study's sites are known to the pack and 3 are new." in merged.notes
    assert any(n.startswith("1 of the new have no postcode") for n in merged.notes)
    assert not find_problems(merged.place.sites, SITES)


def test_closed_is_honoured_and_blanks_leave_what_was_there(dorset_2026: Place) -> None:
    place = with_registers(dorset_2026, {"sites": sites({"site_code": "J81009001", "status": "closed"})})
    row = place.sites.row(by_predicate=pl.col("site_code") == "J81009001", named=True)
    before = dorset_2026.sites.row(by_predicate=pl.col("site_code") == "J81009001", named=True)
    assert row["status"] == "closed" and row["postcode"] == before["postcode"] and row["easting"] == before["easting"]
    assert place.sites.height == dorset_2026.sites.height


def test_every_problem_is_named_at_once(dorset_2026: Place) -> None:
    text = faults(
        dorset_2026,
        sites=sites(
            {"site_code": "A", "postcode": "DT1 9ZZ"},
            {"site_code": "B", "easting": 380_000, "northing": 60_000},
            {"site_code": "C", "easting": 90_500, "northing": 369_000},
            {"site_code": "D", "postcode": "DT1 1YG", "easting": 402_900, "northing": 78_900},
            {"site_code": "E", "easting": 530_000, "northing": 180_000},
            {"site_code": "F", "practice_code": "J81999"},
            {"site_code": "J81010", "practice_code": "J81011"},
            {"site_code": "G", "practice_code": "J81012", "easting": 400_000},
        ),
    )
    for words in (
        "site A: `DT1 9ZZ` is not a live postcode", "site B: easting 380,000, northing 60,000 lie in the sea",
        "site C: easting 90,500, northing 369,000 are the wrong way round", "site D: it is in two places",
        "site E: easting 530,000", "F: J81999 is not a practice of England", "the code is that of a site of J81010",
        "`northing` is blank",
    ):  # fmt: skip
        assert words in text, words


def test_two_rows_for_one_site_are_refused(dorset_2026: Place) -> None:
    both = sites({"site_code": "J81010"}, {"site_code": "S1", "practice_code": "J81010", "postcode": "BH19 1HB"})
    assert "are both the site J81010" in faults(dorset_2026, sites=both)


def test_sites_of_other_places_are_left_out_with_their_hours(dorset_2026: Place) -> None:
    hours = table("hours", {"site_code": "X1", "weekday": "monday", "opens": "08:00", "closes": "18:30"},
                  {"site_code": "J81010", "weekday": "monday", "opens": "08:00", "closes": "18:30"})  # fmt: skip
    merged = merge_registers(
        dorset_2026, {"sites": sites({"site_code": "X1", "practice_code": "J81083"}), "hours": hours}
    )
    assert merged.place.hours["site_code"].to_list() == ["J81010"]
    assert "1 row of sites of practices outside" in merged.notes[0]


def test_sessions_and_rooms_must_be_possible(dorset_2026: Place) -> None:
    hours = table(
        "hours",
        {"site_code": "J81010", "weekday": "monday", "opens": "08:00", "closes": "12:30"},
        {"site_code": "J81010", "weekday": "monday", "opens": "12:00", "closes": "18:30"},
        {"site_code": "J81011", "weekday": "monday", "opens": "18:30", "closes": "08:00"},
        {"site_code": "J81O10", "weekday": "monday", "opens": "08:00", "closes": "12:00"},
    )
    use = table("room_use", {"site_code": "J81010", "weekday": "monday", "half_day": "morning", "rooms_used": 9.0})
    own = sites({"site_code": "J81010", "consulting_rooms": 6, "treatment_rooms": 2})
    text = faults(dorset_2026, hours=hours, room_use=use, sites=own)
    for words in (
        "begins before the session until 12:30",
        "closes at 08:00, not after",
        "no site `J81O10`",
        "9 rooms are in use of 8",
    ):
        assert words in text, words
    place = with_registers(dorset_2026, {"room_use": use})
    assert not find_problems(place.room_use, ROOM_USE)


def test_homes_are_located_and_their_dates_checked(dorset_2026: Place) -> None:
    row = {
        "development": "North of Dorchester",
        "postcode": "DT1 1YG",
        "dwellings": 3500,
        "first_completion": date(2029, 4, 1),
    }
    place = with_registers(
        dorset_2026, {"housing": table("housing", row, {"development": "Somewhere", "dwellings": 10})}
    )
    assert place.homes["easting"].null_count() == 1 and not find_problems(place.homes, HOMES)
    late = {**row, "last_completion": date(2028, 1, 1)}
    assert "come before its first" in faults(dorset_2026, housing=table("housing", late))


def test_row_order_does_not_matter(dorset_2026: Place) -> None:
    rows = sites(
        {"site_code": "S2", "postcode": "BH16 5PW"}, {"site_code": "J81010", "gia_m2": 1.0}, {"site_code": "S1"}
    )
    one, two = (with_registers(dorset_2026, {"sites": t}) for t in (rows, rows.reverse()))
    assert one.fingerprint == two.fingerprint


def test_no_registers_leave_the_place_as_it_was(dorset_2026: Place) -> None:
    assert with_registers(dorset_2026, {}) is dorset_2026


def test_shared_buildings_of_dorset_are_found(dorset_2026: Place) -> None:
    pairs = same_buildings(dorset_2026.sites)
    shared = {(a, b) for a, b, s in pairs.select("site_a", "site_b", "is_shared").iter_rows() if s}
    assert ("J81064", "J81648") in shared  # Poole Town and Newman's, one postcode
    double = pairs.filter(~pl.col("is_shared"))
    assert ("J81073001", "J81073002") in set(double.select("site_a", "site_b").iter_rows())
    assert names_alike("Littlemoor Health Centre", "LITTLEMOOR SURGERY")
    assert not names_alike("Village Surgery", "Student Medical Centre")


def test_land_and_sea() -> None:
    points = [(369_000, 90_500), (380_000, 60_000), (368_480, 73_860), (320_000, 170_000)]
    assert on_english_land(points) == [True, False, True, False]
    found, lost = locate_postcodes(["dt1 1yg", "nonsense", "DT1 9ZZ"])
    assert set(found) == {"dt1 1yg"} and set(lost) == {"nonsense", "DT1 9ZZ"}


def test_a_study_with_registers_passes_the_check(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from chesil.cli import app
    from chesil.study import new_study

    new_study(tmp_path / "s", "Swanage", as_at=date(2026, 11, 24), practices=["J81010", "J81011"])
    (tmp_path / "s" / "registers").mkdir()
    text = "site_code,site_name,GIA (m2),postcode\nJ81010,Swanage,900,\nNEW,Hub,,BH19 1HB\n"
    (tmp_path / "s" / "registers" / "sites.csv").write_text(text)
    said = CliRunner().invoke(app, ["check", str(tmp_path / "s")])
    assert said.exit_code == 0 and "1 of the study's sites are known" in said.output
