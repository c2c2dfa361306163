"""Worked examples of need: causes named, people reconciled, levels and projections that add up, what is refused."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from chesil.analyses.need import NeedPlaces, NeedSettings, assess_need
from chesil.analyses.need.mortality import district_lives
from chesil.analyses.need.profile import cause_of, odd_areas
from chesil.analyses.need.projection import homes_people
from chesil.core.assessment import Assessment
from chesil.core.errors import InputRefused
from chesil.core.settings import settings_from
from chesil.definitions import load_definition
from chesil.place.assembling import assemble_place
from chesil.place.local_tables import HOMES
from chesil.place.place import Place
from chesil.place.reference import ReferenceTables, read_reference_tables
from chesil.plan import Plan

AS_AT = date(2026, 11, 24)
QUICK = NeedSettings(draws=100, area_draws=100)


@pytest.fixture(scope="module")
def tables() -> ReferenceTables:
    return read_reference_tables()


@pytest.fixture(scope="module")
def england_2022() -> Place:
    only = frozenset({"practice_ages", "registers", "area_ages"})
    return assemble_place("England", vintage="2022/23", as_at=AS_AT, only=only)


@pytest.fixture(scope="module")
def need(dorset_plan: Plan) -> Assessment:
    return dorset_plan.assessments["need"]


def assess(
    place: Place,
    england: Place,
    tables: ReferenceTables,
    settings: NeedSettings = QUICK,
    expected: pl.DataFrame | None = None,
) -> Assessment:
    places = NeedPlaces(place, england, england)
    return assess_need(places, tables, settings, np.random.default_rng(7), expected)


CAUSES = """
ratio | border_km | share_18_22 | share_18_49 | share_65_plus | growth_2020_2021 | cause            | standing
0.5   |           | 0.15        | 0.64        | 0.07          | 0.9              | forces_or_prison | suspected
0.5   | 3.0       | 0.15        | 0.64        | 0.07          | 0.9              | border           | unknown
1.5   | 3.0       | 0.05        | 0.40        | 0.20          | 1.2              | new_homes        | suspected
1.5   |           | 0.40        | 0.70        | 0.07          | 1.2              | students         | suspected
0.7   |           | 0.05        | 0.40        | 0.20          | 1.2              | unexplained      | unknown
1.5   |           | 0.05        | 0.40        | 0.20          |                  | unexplained      | unknown
"""


def test_the_cause_of_a_difference_is_the_first_whose_rule_holds() -> None:
    causes = load_definition(".", "area_causes")["cause"]
    heads, *lines = ([c.strip() for c in line.split("|")] for line in CAUSES.strip().splitlines())
    for line in lines:
        row = {h: (float(v) if v else None) for h, v in zip(heads[:6], line[:6], strict=True)}
        name, says, standing = cause_of({"lsoa11": "E01999001", **row}, causes, {})
        assert (name, standing) == (line[6], line[7])
        assert says and "inflation" not in says
    assert cause_of({"lsoa11": "E01999001", "ratio": 0.5}, causes, {"E01999001": "a boarding school"}) == (
        "named",
        "a boarding school",
        "known",
    )


def test_no_rule_can_name_a_cause_without_a_test_or_being_the_last() -> None:
    causes = load_definition(".", "area_causes")["cause"]
    for cause in causes[:-1]:
        assert any(k.endswith(("_above", "_below")) for k in cause), cause["name"]
    assert causes[-1]["name"] == "unexplained"


def test_at_the_welsh_border_flows_end_and_the_answer_is_unknown(tables: ReferenceTables) -> None:
    forest = assemble_place("E07000080", vintage="2022/23", as_at=AS_AT, only=frozenset({"area_ages"}))
    odd = odd_areas(forest, tables.border_km, QUICK)
    lowest = odd.filter(pl.col("ratio") < 0.1)
    assert lowest.height > 3
    assert set(lowest["cause"]) == {"border"} and set(lowest["standing"]) == {"unknown"}


def test_dorsets_camps_are_named_by_its_study(need: Assessment) -> None:
    odd = need.tables["odd_areas"]
    camps = odd.filter(pl.col("standing") == "known")
    assert camps.height == 3 and all("camp" in s or "prison" in s for s in camps["says"])


def test_lists_are_reconciled_to_the_last_patient(need: Assessment, dorset_plan: Plan) -> None:
    for code in (dorset_plan.place.code, *(u.code for u in dorset_plan.pcns)):
        parts = [need.figure(f"list_{w}", code).value or 0 for w in ("inside", "beyond", "outside_england", "unknown")]
        assert sum(parts) == dorset_plan.figures["list_size", code].value
    gap = need.figure("registered_minus_residents", "QVV").value
    registered = dorset_plan.place.areas["registered"].sum()
    assert gap == registered - dorset_plan.place.residents


def test_levels_add_up_to_the_list_of_every_unit(need: Assessment, dorset_plan: Plan) -> None:
    table = need.tables["pyramid"]
    sums = table.group_by("unit_code").agg(pl.col("share").sum(), pl.col("people").sum())
    assert sums["share"].to_numpy() == pytest.approx(1.0)
    lists = {c: dorset_plan.figures["list_size", c].value for c in sums["unit_code"]}
    for code, _, people in sums.iter_rows():
        assert people == pytest.approx(lists[code])
    areas = need.tables["pyramid_areas"].group_by("lsoa11").agg(pl.col("share").sum())
    assert areas["share"].to_numpy() == pytest.approx(1.0)


def test_a_level_is_withheld_just_where_its_band_is_wider_than_its_difference(need: Assessment) -> None:
    rows = need.tables["pyramid"].filter(pl.col("unit_code") != "ENGLAND")
    wide = (rows["ratio_upper"] - rows["ratio_lower"]) > (rows["ratio"] - 1).abs()
    assert (wide == rows["withheld"]).all() and 0 < wide.sum() < rows.height
    for r in rows.iter_rows(named=True):
        figure = need.figure(f"need_level_{r['level']}", r["unit_code"])
        assert figure.is_known != r["withheld"]
        assert figure.standing == "modelled"
        if figure.value is not None and figure.lower is not None and figure.upper is not None:
            assert 0 <= figure.lower <= figure.value <= figure.upper <= 100


def test_withholding_by_the_units_own_band_hides_more(
    tables: ReferenceTables, england_2022: Place, dorset_2022: Place
) -> None:
    plain = assess(dorset_2022, england_2022, tables).tables["pyramid"]["withheld"].sum()
    strict = assess(dorset_2022, england_2022, tables, NeedSettings(draws=100, area_draws=100, withhold_on="own_band"))
    assert strict.tables["pyramid"]["withheld"].sum() > plain


def test_published_totals_that_the_model_was_not_given_are_met(need: Assessment) -> None:
    """Within one point of the Scottish study; the English one counts other conditions and lies within three."""
    checks = {r["parameter"]: r for r in need.tables["checks"].iter_rows(named=True)}
    nearness = {"one_condition_all_ages": 1, "two_conditions_all_ages": 1, "multimorbid_under_65": 1,
                "two_conditions_adults_england": 3}  # fmt: skip
    for name, points in nearness.items():
        assert abs(checks[name]["model"] - checks[name]["published"]) < points, name
    assert checks["palliative_need_2014"]["model"] == pytest.approx(375_398, rel=0.01)


def test_what_registers_alone_allow_is_what_was_measured_before(
    tables: ReferenceTables, england_2022: Place, dorset_2022: Place
) -> None:
    """Dorset 2021/22: 16% to 67% on one or more, none to 34% on two or more, 51% if independent."""
    found = assess(dorset_2022, england_2022, tables)
    one, two = (found.figure(f"registers_{n}_or_more", "QVV") for n in ("one", "two"))
    assert (one.lower, one.value, one.upper) == pytest.approx((15.9, 50.5, 67.5), abs=0.15)
    assert (two.lower, two.upper) == pytest.approx((0, 33.75), abs=0.15)


def test_more_register_entries_give_more_conditions(
    tables: ReferenceTables, england_2022: Place, dorset_2022: Place
) -> None:
    more = england_2022.registers.with_columns(
        pl.when(pl.col("practice_code") == "J81002")
        .then(pl.col("patients_on_register") * 2)
        .otherwise(pl.col("patients_on_register"))
        .alias("patients_on_register")
    )
    before = assess(dorset_2022, england_2022, tables).tables
    after = assess(dorset_2022, england_2022.with_tables(registers=more), tables).tables
    one, two = (t["fits"].filter(pl.col("unit_code") == "J81002")["factor"][0] for t in (before, after))
    assert two == pytest.approx(2 * one, rel=0.01)
    level = (pl.col("unit_code") == "J81002") & (pl.col("level") == 3)
    assert after["pyramid"].filter(level)["share"][0] > before["pyramid"].filter(level)["share"][0]


def test_row_order_does_not_matter(tables: ReferenceTables, england_2022: Place, dorset_2022: Place) -> None:
    turned = dorset_2022.with_tables(**{
        n: t.reverse() for n, t in dorset_2022.tables.items() if n not in ("groups",)
    })  # fmt: skip
    one, two = (assess(p, england_2022, tables) for p in (dorset_2022, turned))
    first = {(f.measure, f.unit_code): f for f in one.figures}
    for figure in two.figures:
        same = first[figure.measure, figure.unit_code]
        assert figure.value == pytest.approx(same.value), figure.id
        assert figure.lower == pytest.approx(same.lower), figure.id


def test_areas_add_up_to_the_published_projection(need: Assessment, tables: ReferenceTables) -> None:
    councils = need.tables["projection_councils"]
    assert (councils["ours"] == councils["published"].round(0).cast(pl.Int64)).all()
    assert set(councils["year"]) == set(range(2022, 2048))
    areas = need.tables["projection_areas"]
    assert areas["people"].dtype == pl.Int64 and areas["people"].min() >= 0  # type: ignore[operator]
    old = (
        tables.projections.filter((pl.col("age") >= 65) & (pl.col("year") == 2047))
        .group_by("area_code")
        .agg(pl.col("people").sum())
    )
    ours = (
        areas.filter((pl.col("age_from") >= 65) & (pl.col("year") == 2047))
        .group_by("ltla21")
        .agg(pl.col("people").sum())
    )
    both = old.join(ours, left_on="area_code", right_on="ltla21")
    assert both.height == 2 and (both["people"] - both["people_right"]).abs().max() < 3  # type: ignore[operator]


def test_lists_grow_in_sum_as_the_councils_do(need: Assessment, dorset_plan: Plan) -> None:
    lists = need.tables["projection_lists"]
    now = lists.filter((pl.col("unit_code") == "QVV") & (pl.col("year") == 2026))["people"].sum()
    assert now == pytest.approx(dorset_plan.place.patients)
    networks = [u.code for u in dorset_plan.pcns]
    by_year = (
        lists.filter(pl.col("unit_code").is_in(networks)).group_by("year").agg(pl.col("people").sum()).sort("year")
    )
    whole = lists.filter(pl.col("unit_code") == "QVV").group_by("year").agg(pl.col("people").sum()).sort("year")
    assert by_year["people"].to_numpy() == pytest.approx(whole["people"].to_numpy())


def test_a_place_without_a_projection_says_which_file_to_add(tables: ReferenceTables, england_2022: Place) -> None:
    place = assemble_place(["F83004"], vintage="2022/23", as_at=AS_AT)
    found = assess(place, england_2022, tables)
    assert any("E09000019" in w and "2022 SNPP Population persons.csv" in w for w in found.warnings)
    assert found.figure("projected_list_change", "F83004").reason.startswith("not published here")


HOMES_TO_COME = """
development | easting | northing | dwellings | people_per_dwelling | first_completion | last_completion | status
North       | 368000  | 90000    | 100       | 2.0                 | 2027-07-01       | 2027-07-01      | permitted
Refused     | 368000  | 90000    | 900       |                     |                  |                 | refused
Far away    | 530000  | 180000   | 50        |                     |                  |                 | allocated
Undated     |         |          | 10        |                     |                  |                 | allocated
"""


def with_homes(place: Place) -> Place:
    heads, *lines = ([c.strip() for c in line.split("|")] for line in HOMES_TO_COME.strip().splitlines())
    rows = [dict(zip(heads, (v or None for v in line), strict=True)) for line in lines]
    kinds = {c: HOMES.schema[c] for c in heads}
    table = pl.DataFrame(rows).with_columns(
        pl.col(c).str.to_date() if kinds[c] == pl.Date else pl.col(c).cast(kinds[c]) for c in heads
    )
    return place.with_tables(homes=table.with_columns(pl.lit(None, pl.Date).alias("comment_deadline")))


def test_homes_are_counted_once_and_only_inside(dorset_2026: Place, tables: ReferenceTables) -> None:
    england = assemble_place("England", vintage="2022/23", as_at=AS_AT, only=frozenset())
    homes, outside = homes_people(with_homes(dorset_2026), england.areas, (2026, 2027, 2040), NeedSettings())
    by_year = dict(homes.filter(pl.col("development") == "North").select("year", "people").iter_rows())
    assert by_year == {2026: 0.0, 2027: 200.0, 2040: 200.0}
    assert outside == ("Far away",)
    assert "Refused" not in set(homes["development"])
    undated = homes.filter(pl.col("development") == "Undated").sort("year")
    assert undated["lsoa11"].null_count() == undated.height
    assert undated["people"][-1] == pytest.approx(23.0)


def test_homes_of_a_study_are_shown_beside_the_projection(
    dorset_2022: Place, england_2022: Place, tables: ReferenceTables
) -> None:
    found = assess(with_homes(dorset_2022), england_2022, tables)
    whole = found.figure("homes_people", "QVV").value or 0
    assert 200 < whole <= 223
    assert sum(found.figure("homes_people", u).value or 0 for u in {f.unit_code for f in found.figures if f.unit_code.startswith("U")
               and f.measure == "homes_people"}) <= 201  # fmt: skip
    assert any("Far away" in w for w in found.warnings)


def test_life_expectancy_of_2014_is_near_the_national_life_table(tables: ReferenceTables, england_2022: Place) -> None:
    everyone = england_2022.with_tables()
    whole = district_lives(everyone, england_2022.areas, tables)[-1]
    women, men = (float(whole.expectancy.value[k, 0]) for k in (0, 1))
    assert whole.code == "ENGLAND" and sum(whole.deaths) == 468_875
    # England and Wales 2013-2015 by the Office for National Statistics: 83.0 and 79.3.
    assert women == pytest.approx(83.1, abs=0.3) and men == pytest.approx(79.4, abs=0.3)


def test_dorset_is_its_eight_districts(need: Assessment) -> None:
    districts = need.tables["districts"]
    assert set(districts["name"][:8]) == {"Bournemouth", "Christchurch", "East Dorset", "North Dorset", "Poole", "Purbeck",
                                          "West Dorset", "Weymouth and Portland"}  # fmt: skip
    assert districts.filter(pl.col("code") == "QVV")["deaths"][0] == 8_331


@pytest.mark.parametrize(("code", "name"), [("E07000112", "Shepway"), ("E07000146", "Kings Lynn and West Norfolk")])
def test_renamed_districts_are_found_under_their_old_names(tables: ReferenceTables, code: str, name: str) -> None:
    assert set(tables.districts.filter(pl.col("ltla18") == code)["district_name"]) == {name}
    published = set(tables.district_deaths["district_name"])
    assert set(tables.districts["district_name"]) <= published


def test_a_diagnosis_rate_needs_a_cited_table(dorset_2022: Place, england_2022: Place, tables: ReferenceTables) -> None:
    table = pl.DataFrame({
        "unit_code": ["QVV"], "condition": ["DEM"], "expected": [13_000.0], "recorded": [7_800], "ages": ["65 and over"],
        "source": ["A survey of 2024"], "reference_date": [date(2024, 3, 31)],
    })  # fmt: skip
    assert not [f for f in assess(dorset_2022, england_2022, tables).figures if f.measure == "diagnosis_rate"]
    figure = assess(dorset_2022, england_2022, tables, expected=table).figure("diagnosis_rate", "QVV:DEM")
    assert figure.value == pytest.approx(60.0) and figure.standing == "local"
    assert "A survey of 2024" in figure.notes[0]
    wrong = table.with_columns(pl.lit("J99999").alias("unit_code"))
    with pytest.raises(InputRefused, match="`J99999` is not a unit of this study"):
        assess(dorset_2022, england_2022, tables, expected=wrong)
    no_count = table.with_columns(pl.lit("XYZ").alias("condition"), pl.lit(None, pl.Int64).alias("recorded"))
    with pytest.raises(InputRefused, match="no count is given"):
        assess(dorset_2022, england_2022, tables, expected=no_count)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"level_names": ["a", "b"]}, "needs 5 different names"),
        ({"draws": 3}, "between 100 and"),
        ({"low_ratio": 2.0}, "must lie below 1"),
        ({"recording_share": 1.5}, "between 0 and 1"),
        ({"leval_names": ["a"]}, "Did you mean level_names"),
        ({"moves_until_age": 95}, "between 1 and 89"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(said: dict[str, object], words: str) -> None:
    with pytest.raises(InputRefused, match=words):
        settings_from(NeedSettings, said, "study.toml [need]")


def test_a_register_that_is_not_there_is_refused(
    dorset_2022: Place, england_2022: Place, tables: ReferenceTables
) -> None:
    with pytest.raises(InputRefused, match="`CANCER` is not a register"):
        assess(dorset_2022, england_2022, tables, NeedSettings(draws=100, area_draws=100, registers=("CHD", "CANCER")))


def test_names_of_levels_are_the_studys(dorset_2022: Place, england_2022: Place, tables: ReferenceTables) -> None:
    names = ("A", "B", "C", "D", "E")
    found = assess(dorset_2022, england_2022, tables, NeedSettings(draws=100, area_draws=100, level_names=names))
    assert set(found.tables["pyramid"]["level_name"]) == set(names)


def test_lists_of_2015_have_no_ages_so_no_pyramid(tables: ReferenceTables) -> None:
    place = assemble_place("QVV", vintage="2015/16", as_at=AS_AT)
    england = assemble_place("England", vintage="2015/16", as_at=AS_AT)
    found = assess(place, england, tables)
    assert "pyramid" not in found.tables
    assert "not published for 2015/16" in found.warnings[0]
    assert found.figure("list_inside", "QVV").reason == "patients by area are not published for 2015/16"


def test_a_drawn_group_has_its_profile_pyramid_and_projection(
    dorset_2022: Place, england_2022: Place, tables: ReferenceTables
) -> None:
    drawn = dorset_2022.with_groups("neighbourhoods", {"J81002": "West", "J81010": "West", "J81039": "East"})
    found = assess(drawn, england_2022, tables)
    west = "study:neighbourhoods:west"
    rows = found.tables["pyramid"].filter(pl.col("unit_code") == west)
    assert rows["people"].sum() == pytest.approx(
        found.tables["ages"].filter(pl.col("unit_code").is_in(["J81002", "J81010"]))["registered"].sum()
    )
    for measure in ("list_inside", "resident_share_65_plus", "projected_list_change", "need_register_factor"):
        assert found.figure(measure, west).is_known
