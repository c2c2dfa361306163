"""Worked examples of access: three villages, two practices with three sites, one village beyond the edge."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from chesil.analyses.access import outreach, reaching
from chesil.analyses.access.capacity import hours_figures
from chesil.measures.computing import ALL, Unit, units_of
from chesil.place.assembling import assemble_place
from chesil.place.place import Place
from chesil.place.travel import MODES, TravelTimes

MINUTES = """
village | people | Abbey | Brook | Brook branch | session in Lower
Upper   |   1000 |     4 |    20 |           12 |              30
Middle  |   2000 |    10 |     6 |            9 |              15
Lower   |    500 |    40 |    25 |           28 |               2
Beyond  |      0 |    50 |    35 |           70 |               -
"""
FLOWS = """
practice | village | patients
Abbey    | Upper   |      600
Abbey    | Middle  |      300
Abbey    | Beyond  |       10
Brook    | Upper   |      200
Brook    | Middle  |     1500
Brook    | Lower   |      400
Brook    | Beyond  |       40
"""


def table(text):
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return rows[0], rows[1:]


@pytest.fixture(scope="module")
def real() -> Place:
    return assemble_place("U02749", vintage="2025/26")


@pytest.fixture(scope="module")
def small(real: Place) -> Place:
    """The villages and practices of the tables above under real codes."""
    villages = [r[0] for r in table(MINUTES)[1]]
    inside, beyond = real.areas.sort("lsoa11").head(3), real.areas_beyond.sort("lsoa11").head(1)
    beyond = beyond.with_columns(inside[c].head(1) for c in ("easting", "northing"))
    area = dict(zip(villages, [*inside["lsoa11"], *beyond["lsoa11"]], strict=True))
    people = pl.Series([int(r[1]) for r in table(MINUTES)[1][:3]], dtype=inside["residents_2020"].dtype)
    practices = real.practices.sort("practice_code").head(2)
    code = dict(zip(("Abbey", "Brook"), practices["practice_code"], strict=True))
    main = real.sites.filter(pl.col("practice_code").is_in(list(code.values())) & (pl.col("kind") == "main"))
    main = main.sort("practice_code").head(2)
    branch = main.tail(1).with_columns(site_code=pl.lit(code["Brook"] + "001"), kind=pl.lit("branch"))
    flows = [(code[p], area[v], int(n)) for p, v, n in table(FLOWS)[1]]
    given = {"practice_code": [f[0] for f in flows], "lsoa11": [f[1] for f in flows], "patients": [f[2] for f in flows]}
    registrations = pl.DataFrame(
        {c: given.get(c, [real.registrations[c][0]] * len(flows)) for c in real.registrations.columns},
        schema=real.registrations.schema,
    )
    return real.with_tables(
        areas=inside.with_columns(residents_2020=people), areas_beyond=beyond, practices=practices,
        sites=pl.concat([main, branch]), registrations=registrations, groups=real.groups.clear(),
    )  # fmt: skip


def times_of(small: Place):
    """The minutes of the table in place of a model: by every mode, and to a session at the middle of Lower."""
    codes = [*small.areas.sort("lsoa11")["lsoa11"], *small.areas_beyond["lsoa11"]]
    sites = [*small.sites.sort("site_code")["site_code"], codes[2]]
    minutes = {
        (codes[i], sites[j]): float(cell)
        for i, r in enumerate(table(MINUTES)[1])
        for j, cell in enumerate(r[2:])
        if cell != "-"
    }

    def times(origins, destinations, modes=MODES):
        here, there = tuple(origins["code"]), tuple(destinations["code"])
        seconds = np.array([[60 * minutes.get((a, b), np.inf) for b in there] for a in here]).reshape(
            len(here), len(there)
        )
        return {m: TravelTimes(m, "routed", here, there, seconds, 0.0, "by the table") for m in modes}

    return times


def reach(small: Place):
    return reaching.reach_sites(small, small, times_of(small))


def figures_of(small: Place):
    reached = reach(small)
    unit = units_of(small, ALL)[0]
    found = reaching.reach_figures(small, unit, reached, reaching.own_pairs(small, reached), (10,), ALL)
    return {f.measure: f for f in found if f.unit_code == small.code}


def test_the_nearest_is_weighted_by_patients_who_live_inside(small):
    # Upper 800 x 4, Middle 1,800 x 6, Lower 400 x 25 minutes, over 3,000 people. Beyond does not count.
    nearest = figures_of(small)["access_drive_nearest"]
    assert (nearest.numerator, nearest.denominator) == (24_000, 3_000)
    assert nearest.value == pytest.approx(8.0)


def test_their_own_practice_is_its_nearest_site_also_from_beyond_the_edge(small):
    # Abbey: 600 x 4, 300 x 10, 10 x 50. Brook: 200 x 12 (the branch), 1,500 x 6, 400 x 25, 40 x 35.
    own = figures_of(small)["access_drive_own"]
    assert own.numerator == pytest.approx(2_400 + 3_000 + 500 + 2_400 + 9_000 + 10_000 + 1_400)
    assert own.denominator == 3_050


def test_who_passes_a_nearer_surgery_is_asked_inside_the_edge_only(small):
    # Abbey's 300 in Middle have Brook nearer, Brook's 200 in Upper have Abbey nearer: 500 of 3,000.
    passing = figures_of(small)["access_pass_nearest"]
    assert (passing.numerator, passing.denominator) == (500, 3_000)


def test_the_third_nearest(small):
    # Upper 20, Middle 10, Lower 40 minutes.
    assert figures_of(small)["access_drive_third"].value == pytest.approx((800 * 20 + 1_800 * 10 + 400 * 40) / 3_000)


def test_given_times_are_called_derived_and_have_no_limits(small):
    nearest = figures_of(small)["access_drive_nearest"]
    assert nearest.standing == "derived" and nearest.lower is None and "routed" in nearest.limits


def test_what_a_session_in_the_furthest_village_buys(small):
    # Lower's 500 residents go 2 minutes and not 25; nobody else is nearer to it. 11,500 person-minutes.
    reached = reach(small)
    areas = reaching.area_table(small, reached)
    worst = areas.sort("drive_minutes", descending=True).head(1)
    sites = reaching.surgeries_near(small, small)
    figures, found = outreach.outreach_figures(small, reached, sites, worst, times_of(small), 5_750.0)
    assert found.select("people_nearer", "person_minutes").row(0) == (500, 11_500)
    by_measure = {f.measure: f.value for f in figures}
    assert by_measure["access_minutes_saved"] == pytest.approx(23.0)
    assert by_measure["access_minutes_per_gbp"] == pytest.approx(2.0)
    free = outreach.outreach_figures(small, reached, sites, worst, times_of(small), 0.0)[0]
    assert "access_minutes_per_gbp" not in {f.measure for f in free}


def test_a_slow_second_way_gives_the_same(small):
    reached = reach(small)
    times = times_of(small)(pl.DataFrame({"code": reached.areas}), pl.DataFrame({"code": reached.sites}), ("drive",))[
        "drive"
    ].minutes
    total, people = 0.0, 0
    for practice, area, patients in small.registrations.select("practice_code", "lsoa11", "patients").iter_rows():
        row = times[reached.areas.index(area)]
        own = min(m for m, owner in zip(row, reached.owners, strict=True) if owner == practice)
        if own <= reaching.AFAR_MINUTES:
            total, people = total + patients * own, people + patients
    own = figures_of(small)["access_drive_own"]
    assert (own.numerator, own.denominator) == (pytest.approx(total), people)


HOURS = pl.DataFrame({"site_code": ["S1"], "weekday": ["monday"], "opens": ["08:00"], "closes": ["20:00"]})


@pytest.mark.parametrize(("year", "gap"), [(2016, None), (2018, 30 - 9.0), (2026, 60 - 9.0)])
def test_a_study_dated_before_any_extended_hours_were_asked_for_has_no_gap(small, year, gap):
    # 90 minutes a week after 18:30, over 10,000 weighted patients.
    code = small.practices["practice_code"][0]
    sites = small.sites.head(1).with_columns(pl.lit("S1").alias("site_code"), pl.lit(code).alias("practice_code"))
    practices = small.practices.head(1).with_columns(pl.lit(10_000.0).alias("weighted_list_size"))
    place = small.with_tables(
        sites=sites, practices=practices, hours=HOURS.with_columns(pl.lit(None, pl.String).alias("kind"))
    )
    found = {f.measure: f for f in hours_figures(place, [Unit(code, "Abbey", (code,))], date(year, 12, 1))}
    assert found["access_extended_per_1000"].value == pytest.approx(9.0)
    assert found["access_extended_gap"].value == pytest.approx(gap) if gap else "access_extended_gap" not in found
