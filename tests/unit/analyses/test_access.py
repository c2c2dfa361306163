"""Access on made-up tables with known answers, and laws that hold for Dorset: nobody is lost, order does not matter."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from chesil.analyses.access import AccessSettings, Contacts, compare_places, gain_figures, who_keeps_dispensing
from chesil.analyses.access.capacity import contact_figures, odd_practices, open_minutes
from chesil.analyses.access.making import Of, mean_minutes, share_within
from chesil.analyses.access.nearby import dispensing_table
from chesil.analyses.access.reaching import own_pairs, people_of, reach_figures, reach_sites
from chesil.analyses.access.supply import catchment_scores, demand_by_area
from chesil.core.settings import settings_from
from chesil.measures.computing import ALL, Unit, units_of
from chesil.place.assembling import assemble_place
from chesil.place.place import Place
from chesil.place.travel import MODES, TravelTimes, travel_times_by_mode


@pytest.fixture(scope="module")
def purbeck() -> Place:
    return assemble_place("U02749", vintage="2025/26")


@pytest.fixture(scope="module")
def nowhere_else(purbeck: Place) -> Place:
    """In place of England: no surgeries but the place's own, so that its nearest is its own."""
    return purbeck


def test_a_mean_leaves_out_nobody_who_has_a_way(purbeck: Place) -> None:
    seconds, people = np.array([300.0, 900.0, np.inf]), np.array([100.0, 300.0, 50.0])
    figure = mean_minutes("access_drive_nearest", Of("X", "X"), purbeck, seconds, people, np.full(3, 0.2), 0.1)
    assert figure.value == pytest.approx((100 * 5 + 300 * 15) / 400) and figure.denominator == 400
    assert figure.lower is not None and figure.upper is not None and figure.lower < figure.value < figure.upper


def test_a_share_counts_the_unreachable_and_has_no_edge(purbeck: Place) -> None:
    people, errors = np.array([100.0, 100.0, 100.0]), np.full(3, 0.2)

    def share(second: float) -> float:
        seconds = np.array([60.0, second, np.inf])
        found = share_within("access_share_within", Of("X", "X"), purbeck, seconds, people, errors, 0.1, 15)
        assert found.value is not None and found.denominator == 300
        return found.value

    assert share(899.0) == pytest.approx(share(901.0), abs=0.3)
    assert share(1e5) == pytest.approx(100 / 3, abs=0.1) and share(60.0) == pytest.approx(200 / 3, abs=0.1)


def test_hours_open_at_once_count_once() -> None:
    hours = pl.DataFrame(
        [
            ("A", "monday", "08:00", "19:30"),
            ("B", "monday", "18:30", "20:30"),
            ("A", "saturday", "09:00", "12:00"),
            ("B", "saturday", "11:00", "13:00"),
            ("C", "sunday", "10:00", "12:00"),
        ],
        schema=["site_code", "weekday", "opens", "closes"],
        orient="row",
    )
    assert open_minutes(hours, ["A", "B"]) == {
        "evenings": 90.0,
        "saturdays": 240.0,
        "sundays": 0.0,
        "all": 750.0 + 240.0,
    }


def test_odd_practices_are_marked_and_left_out_of_groups(purbeck: Place) -> None:
    codes = purbeck.practices["practice_code"].to_list()[:4]
    rows = [(c, "appointments_appointments", n) for c, n in zip(codes, (1500.0, 1600.0, 1400.0, 9000.0), strict=True)]
    rows += [(c, "appointments_list_december_2025", 1000.0) for c in codes]
    table = pl.DataFrame(rows, schema=["practice_code", "indicator", "value"], orient="row")
    contacts = Contacts(table, pl.DataFrame(), ())
    assert odd_practices(purbeck, contacts) == (codes[3],)
    assert odd_practices(purbeck, Contacts(table, pl.DataFrame(), (), (codes[0],))) == tuple(
        sorted((codes[0], codes[3]))
    )
    group, alone = Unit("G", "Group", tuple(codes)), Unit(codes[3], "Odd", (codes[3],))
    made = {(f.measure, f.unit_code): f for f in contact_figures(purbeck, [group, alone], contacts, (codes[3],))}
    assert made["access_appointments_per_1000", "G"].value == pytest.approx(500)
    assert made["access_appointments_per_1000", codes[3]].value is None
    assert "out of line" in made["access_appointments_per_1000", codes[3]].reason


def test_everybody_registered_is_counted_near_afar_or_elsewhere(purbeck: Place, nowhere_else: Place) -> None:
    reached = reach_sites(purbeck, nowhere_else, travel_times_by_mode)
    pairs = own_pairs(purbeck, reached)
    assert pairs["patients"].sum() == purbeck.registrations["patients"].sum()
    whole = units_of(purbeck, ALL)[0]
    parts = sum(people_of(purbeck, u, reached) for u in units_of(purbeck, "practice"))
    np.testing.assert_allclose(people_of(purbeck, whole, reached), parts)
    index = reached.index
    nearest = np.array([reached.nearest["drive"][index[a]] if a in index else np.inf for a in pairs["lsoa11"]])
    assert (pairs["seconds"].to_numpy() >= nearest - 1e-6).all(), "nobody's own practice is nearer than the nearest"


def test_rows_in_another_order_give_the_same_answer(purbeck: Place, nowhere_else: Place) -> None:
    mixed = purbeck.with_tables(
        registrations=purbeck.registrations.sample(fraction=1, shuffle=True, seed=2),
        sites=purbeck.sites.sample(fraction=1, shuffle=True, seed=3),
        areas=purbeck.areas.sample(fraction=1, shuffle=True, seed=4),
    )
    one, two = (reach_sites(p, nowhere_else, travel_times_by_mode) for p in (purbeck, mixed))
    assert one.areas == two.areas and one.sites == two.sites
    np.testing.assert_allclose(one.nearest["drive"], two.nearest["drive"])
    assert own_pairs(purbeck, one).equals(own_pairs(mixed, two))


def test_public_transport_is_a_range_without_a_timetable_and_minutes_with_one(
    purbeck: Place, nowhere_else: Place
) -> None:
    whole = units_of(purbeck, ALL)[0]

    def with_timetable(o: pl.DataFrame, d: pl.DataFrame, modes: Sequence[str] = MODES) -> dict[str, TravelTimes]:
        found = travel_times_by_mode(o, d, modes)
        if "walk" not in modes:
            return found
        seconds = np.full(found["walk"].seconds.shape, np.inf)
        seconds[1:] = 1_200.0  # nothing goes from the first area
        bus = replace(found["walk"], method="routed", seconds=seconds, log_errors=None, log_error=0.0)
        return {**found, "public_transport": bus}

    made = {}
    for name, times in (("without", travel_times_by_mode), ("with", with_timetable)):
        reached = reach_sites(purbeck, nowhere_else, times)
        figures = reach_figures(purbeck, whole, reached, own_pairs(purbeck, reached), (30,), ALL)
        made[name] = {f.measure: f for f in figures if f.unit_code == whole.code}
    low, high = (made["without"][f"access_public_{x}"].value for x in ("least", "most"))
    drive, walk = (made["without"][f"access_{x}_nearest"].value for x in ("drive", "walk"))
    assert drive <= low + 1e-9 <= high + 2e-9 <= walk + 3e-9 and "access_public_nearest" not in made["without"]
    bus = made["with"]["access_public_nearest"]
    assert bus.value == pytest.approx(20.0) and bus.standing == "derived" and bus.lower is None
    assert bus.denominator < made["with"]["access_drive_nearest"].denominator, "who has no way is left out and counted"
    assert "have no way" in " ".join(bus.notes)


def test_catchments_conserve_supply(purbeck: Place, nowhere_else: Place) -> None:
    reached = reach_sites(purbeck, nowhere_else, travel_times_by_mode)
    demand, supply = demand_by_area(purbeck, reached), np.arange(1.0, len(reached.sites) + 1)
    for name in ("enhanced", "three_step"):
        c = catchment_scores(reached.times["drive"].minutes, demand, supply, 30.0)[name]
        assert math.fsum(demand * c.access) == pytest.approx(supply.sum() - c.supply_unreached)


def test_an_outreach_session_helps_and_a_closure_hurts(purbeck: Place, nowhere_else: Place) -> None:
    far = purbeck.areas.sort("northing").row(0, named=True)
    session = purbeck.sites.head(1).with_columns(
        pl.lit("OUT1").alias("site_code"),
        pl.lit("outreach").alias("kind"),
        pl.lit("open").alias("status"),
        pl.lit(far["easting"]).cast(pl.Int64).alias("easting"),
        pl.lit(far["northing"]).cast(pl.Int64).alias("northing"),
    )
    after = purbeck.with_tables(sites=pl.concat([purbeck.sites, session]))
    gain = compare_places(purbeck, after, nowhere_else, travel_times_by_mode)
    assert gain.people_further == 0 and gain.minutes_saved >= 0 and gain.minutes_lost == 0
    back = compare_places(after, purbeck, after, travel_times_by_mode)
    assert back.people_nearer == 0
    priced = {f.measure: f for f in gain_figures(purbeck, after, gain, 10_000.0)}
    assert priced["access_minutes_per_gbp"].value == pytest.approx(gain.minutes_saved / 10_000)
    unpriced = {f.measure: f for f in gain_figures(purbeck, after, gain)}
    assert unpriced["access_minutes_per_gbp"].value is None and "cost" in unpriced["access_minutes_per_gbp"].reason


def test_dispensing_is_by_distance_and_by_controlled_locality_where_known(purbeck: Place) -> None:
    place = purbeck.with_tables(practices=purbeck.practices.with_columns(pl.lit(True).alias("dispensing")))
    middle = place.areas.sort("lsoa11").row(0, named=True)
    pharmacy = pl.DataFrame({"kind": ["pharmacy"], "easting": [middle["easting"]], "northing": [middle["northing"]]})
    table = dispensing_table(place, pharmacy, ())
    in_england = place.registrations.filter(
        pl.col("lsoa11").is_in([*place.areas["lsoa11"], *place.areas_beyond["lsoa11"]])
    )
    assert table["may_dispense"].sum() + table["may_not"].sum() == in_england["patients"].sum()
    assert dispensing_table(place, pharmacy, (middle["lsoa11"],))["may_dispense"].sum() == 0
    none_left = place.with_tables(practices=place.practices.with_columns(pl.lit(False).alias("dispensing")))
    change = who_keeps_dispensing(place, none_left, pharmacy)
    assert change["lose"] == change["before"] > 0 and change["after"] == change["gain"] == 0


def test_settings_are_checked() -> None:
    assert settings_from(AccessSettings, {"thresholds": [5, 45]}, "study.toml [access]").thresholds == (5, 45)
    for wrong in ({"thresholds": []}, {"walk_minutes": 0.0}, {"outreach_gbp": -1.0}, {"treshold": [1]}):
        with pytest.raises(Exception, match="cannot be used"):
            settings_from(AccessSettings, wrong, "study.toml [access]")


def test_what_is_asked_of_extended_access_depends_on_the_day() -> None:
    from chesil.definitions import load_parameter

    asked = load_parameter("enhanced_access_minutes_per_1000")
    assert (asked.on(date(2018, 1, 1)).value, asked.on(date(2026, 11, 24)).value) == (30, 60)
