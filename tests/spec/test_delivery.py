"""Targets and milestones: judged by figures where there are any, by entries where not."""

from datetime import date

import polars as pl
import pytest

from chesil.analyses.delivery import Publications, assess_delivery, judge_target
from chesil.core.figure import Figure
from chesil.definitions.targets import Target, all_target_sets
from chesil.packs.pack import read_table
from chesil.place.assembling import assemble_place
from chesil.place.place import Place
from chesil.plan import Plan
from chesil.registers.contracts import MILESTONES


def _figure(value: float | None, lower: float | None = None, upper: float | None = None) -> Figure:
    return Figure(
        "m", "X", "2025/26", "2026-07-01", "%", "by hand", value=value, lower=lower, upper=upper,
        reason="" if value is not None else "not published",
    )  # fmt: skip


# at least | at most | value | lower | upper | verdict
RULES = """
 90 |    | 95   |      |      | met
 90 |    | 80   |      |      | not met
 90 |    | 92   | 88   | 95   | too close to tell
 90 |    | 92   | 90.5 | 95   | met
 90 |    | 85   | 80   | 89   | not met
    | 20 | 25   |      |      | not met
    | 20 | 15   | 10   | 22   | too close to tell
 40 | 60 | 50   | 45   | 55   | met
    |    | 50   |      |      | shown, no threshold
 90 |    |      |      |      | nobody has said
"""


@pytest.mark.parametrize("line", RULES.strip("\n").splitlines())
def test_a_target_is_judged_by_its_figure_and_limits(line: str) -> None:
    least, most, value, lower, upper, verdict = (p.strip() for p in line.split("|"))
    n = {k: float(v) if v else None for k, v in zip("lmvab", (least, most, value, lower, upper), strict=True)}
    target = Target("t", "T", "says", date(2027, 3, 31), "m", n["l"], n["m"])
    assert judge_target(target, _figure(n["v"], n["a"], n["b"]))[0] == verdict


@pytest.fixture(scope="module")
def dorset() -> Place:
    return assemble_place("QVV", vintage="2025/26", only=frozenset())


def _publications() -> Publications:
    return Publications(read_table("practice_ratings"), read_table("practice_indicators"))


def test_forty_per_cent_is_counted_from_the_groups_drawn(dorset: Place) -> None:
    codes = dorset.practices.sort("list_size", descending=True)["practice_code"].to_list()
    lists = dict(dorset.practices.select("practice_code", "list_size").iter_rows())
    drawn = dorset.with_groups("two", {codes[0]: "alone", codes[-1]: "small", codes[-2]: "small"})
    found = assess_delivery({}, drawn, {}, _publications(), [], None)
    figure = found.figure("share_at_scale", "study:two")
    assert lists[codes[0]] > 30_000 > lists[codes[-1]] + lists[codes[-2]]
    assert (figure.numerator, figure.denominator) == (lists[codes[0]], dorset.patients)
    pcn = dorset.groups.filter((pl.col("group_type") == "pcn") & (pl.col("group_code") != "U"))
    sums: dict[str, int] = {}
    for group, member in pcn.select("group_code", "member_code").iter_rows():
        sums[group] = sums.get(group, 0) + lists[member]
    assert found.figure("share_at_scale", "QVV").numerator == sum(v for v in sums.values() if v >= 30_000)


def test_people_answer_where_no_figure_can_and_lateness_is_said(dorset: Place) -> None:
    rows = [
        {
            "milestone": "shared_record",
            "due": date(2019, 3, 31),
            "status": "done",
            "evidence": "board paper of May 2019",
        },
        {"milestone": "Open the hub", "due": date(2026, 1, 31), "status": "under_way"},
        {"milestone": "Sign the lease", "due": date(2027, 1, 31)},
    ]
    table = pl.DataFrame(rows, schema=MILESTONES.schema)
    found = assess_delivery({}, dorset, {}, _publications(), all_target_sets(), table)
    targets = {r["name"]: r for r in found.tables["targets"].iter_rows(named=True)}
    assert targets["shared_record"]["verdict"] == "people say: done"
    assert "May 2019" in targets["shared_record"]["because"]
    assert targets["prevention"]["verdict"] == "nobody has said"
    own = dict(found.tables["milestones"].select("milestone", "status").iter_rows())
    assert own == {"Open the hub": "past its day (under way)", "Sign the lease": "nobody has said"}


def test_each_ambition_is_followed_from_means_to_result_and_gaps_are_named(dorset: Place) -> None:
    table = pl.DataFrame(
        [{"milestone": "shared_record", "due": date(2019, 3, 31), "status": "done"}], schema=MILESTONES.schema
    )
    found = assess_delivery({}, dorset, {}, _publications(), all_target_sets(), table)
    logic = {r["name"]: r for r in found.tables["logic"].iter_rows(named=True)}
    assert len(logic) == 8 and all(r["means"] for r in logic.values())
    assert logic["paperless"]["milestones"].endswith("in use (people say: done)")
    assert logic["paperless"]["gaps"] == "", "a measure, a threshold, and its one milestone is answered"
    assert logic["inequality"]["gaps"].split("; ") == [
        "no open figure shows whether it was reached",
        "no threshold says when it is reached",
        "nobody has said how its milestone stands",
    ]


def test_milestones_serve_targets_that_exist() -> None:
    sets = all_target_sets()
    known = {t.name for s in sets for t in s.targets if t.means}
    assert known >= {n for s in sets for t in s.targets for n in t.serves}


def test_a_board_without_transcribed_figures_says_that_they_are_not_there() -> None:
    other = assemble_place("QOX", vintage="2025/26", only=frozenset())
    found = assess_delivery({}, other, {}, _publications(), all_target_sets(), None)
    assert "Dorset" in found.figure("urgent_same_day", other.code).reason
    assert "Dorset" in found.figure("share_rated_good", other.code).reason
    assert set(found.tables["targets"]["set"]) == {"must_dos_2016", "national_2026"}


def test_dorset_then_and_now(dorset_plan: Plan) -> None:
    held = [dorset_plan.figures["practices_held", f"QVV@{v}"].value for v in ("2015/16", "2022/23", "2025/26")]
    assert held == [100, 73, 68]
