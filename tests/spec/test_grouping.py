"""Grouping in worked examples: who touches whom, exceptions, scores of a plan, and rules that cannot be kept."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from chesil.analyses.grouping import GroupingSettings, GroupPlan, assess_grouping, practices_of, propose_groups
from chesil.analyses.grouping.posing import pose
from chesil.analyses.grouping.proposing import mean_kilometres, share_parted
from chesil.core.errors import InputRefused
from chesil.core.settings import settings_from
from chesil.packs.pack import read_table
from chesil.place.assembling import assemble_place
from chesil.place.place import Place
from chesil.registers.proposals import read_proposal

QUICK = {"ensemble": 0}


@pytest.fixture(scope="module")
def neighbours() -> pl.DataFrame:
    return read_table("area_neighbours")


@pytest.fixture(scope="module")
def weymouth() -> Place:
    """The practices of three networks in the south and west of Dorset."""
    dorset = assemble_place("QVV", vintage="2025/26", only=frozenset())
    codes = dorset.practices.filter(pl.col("pcn_code").is_in(["U25251", "U38731", "U32760"]))["practice_code"]
    return assemble_place(codes.to_list(), vintage="2025/26", as_at=date(2026, 11, 24), only=frozenset())


def _propose(place: Place, neighbours: pl.DataFrame, **said: object):  # type: ignore[no-untyped-def]
    settings = settings_from(GroupingSettings, {**QUICK, **said}, "study.toml [grouping]")
    return propose_groups(practices_of(place, neighbours, settings), settings, np.random.default_rng(1))


def test_groups_keep_the_bounds_and_nobody_is_lost(weymouth: Place, neighbours: pl.DataFrame) -> None:
    found = _propose(weymouth, neighbours)
    lists = dict(weymouth.practices.select("practice_code", "list_size").iter_rows())
    assert sorted(c for g in found.groups for c in g) == sorted(lists)
    assert all(30_000 <= sum(lists[c] for c in g) <= 50_000 for g in found.groups)
    assert found.districts.is_proved
    assert all(h in g for g, h in zip(found.groups, found.hubs, strict=True))


def test_row_order_does_not_matter(weymouth: Place, neighbours: pl.DataFrame) -> None:
    turned = weymouth.with_tables(
        practices=weymouth.practices.reverse(), registrations=weymouth.registrations.reverse()
    )
    assert _propose(turned, neighbours.reverse()).groups == _propose(weymouth, neighbours).groups


def test_a_practice_above_the_bound_is_its_own_group_with_those_fixed_to_it(
    weymouth: Place, neighbours: pl.DataFrame
) -> None:
    settings = GroupingSettings(low=15_000, high=26_000, together=("J81027 J81051",))
    posed = pose(practices_of(weymouth, neighbours, settings), settings)
    codes = practices_of(weymouth, neighbours, settings).codes
    named = [tuple(codes[k] for k in e) for e in posed.exceptions]
    assert ("J81027", "J81051") in named  # Weymouth Bay has 26,938


def test_pairs_are_kept_together_and_apart(weymouth: Place, neighbours: pl.DataFrame) -> None:
    free = _propose(weymouth, neighbours)
    group = next(g for g in free.groups if len(g) > 2)
    with pytest.raises(InputRefused, match=r"\(J81009\) and .*\(J81051\) cannot be kept apart"):
        _propose(weymouth, neighbours, apart=["J81009 J81051"])  # Portland and Wyke reach a band only together
    again = _propose(weymouth, neighbours, together=[f"{group[0]} {group[1]}"])
    assert again.groups == free.groups


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"low": 60_000, "high": 50_000}, "the bounds cross"),
        ({"together": ["J81027 J81051"], "apart": ["J81051 J81027"]}, "together and apart"),
        ({"together": ["J81027 J81999"]}, "J81999 is not a practice of the place"),
        ({"together": ["J81027"]}, "not two codes"),
        ({"together": ["J81027 J81073", "J81073 J81051"]}, "are kept together and have"),
        ({"together": ["J81027 J81051", "J81051 J81053"], "apart": ["J81027 J81053"]}, "in one step or more"),
        ({"low": 90_000, "high": 100_000}, "cannot be cut into groups"),
        (
            {"groups": 9},
            "no plan of 9 groups: 163,526 people would be 18,170 each on average, 11,830 too few. Ask for 4 to 5",
        ),
        ({"least_deprivation": 25.0}, r"bounds of deprivation leave no plan; wider by \d+\.\d points"),
        ({"groups": 4, "least_deprivation": 25.0, "apart": ["J81009 J81051"]}, "cannot all be kept"),
    ],
)
def test_what_cannot_be_is_named_with_the_way_out(
    weymouth: Place, neighbours: pl.DataFrame, said: dict[str, object], words: str
) -> None:
    with pytest.raises(InputRefused, match=words):
        _propose(weymouth, neighbours, **said)


def test_neighbours_parted_and_kilometres_by_hand(weymouth: Place, neighbours: pl.DataFrame) -> None:
    """Two people of one area are in different groups: 1 - sum (share of the area in the group)^2, people-weighted."""
    flows = np.array([[60.0, 0.0], [40.0, 100.0]])
    shared = (flows / flows.sum(axis=0)) @ flows.T
    assert share_parted(shared, flows.sum(), [[0], [1]]) == pytest.approx(1 - (60**2 / 100 + 40**2 / 100 + 100) / 200)
    assert share_parted(shared, flows.sum(), [[0, 1]]) == pytest.approx(0)
    practices = practices_of(weymouth, neighbours, GroupingSettings())
    alone = [[k] for k in range(len(practices.codes))]
    assert mean_kilometres(practices, alone) == 0


def test_a_plan_is_scored_beside_todays_networks(weymouth: Place, neighbours: pl.DataFrame) -> None:
    found = _propose(weymouth, neighbours)
    group_of = {c: f"G{k}" for k, g in enumerate(found.groups) for c in g}
    plan = GroupPlan("one", "One", group_of, {g: f"study:one:{g}" for g in group_of.values()}, 0.0)
    scored = assess_grouping(weymouth, neighbours, (plan,), GroupingSettings())
    code = weymouth.code
    assert scored.figure("groups_in_bounds", f"{code}:one").value == 100
    assert scored.figure("groups_number", f"{code}:networks").value == 3
    assert scored.figure("groups_moved", f"{code}:networks").value == 0
    home = scored.figure("groups_at_home", "study:one:G0")
    assert home.value is not None and 0 < home.value <= 100
    table = scored.tables["groups"].filter(pl.col("plan") == "one")
    assert table["people"].sum() == weymouth.patients
    missing = GroupPlan("two", "Two", dict(list(group_of.items())[1:]), {})
    assert "leaves out" in assess_grouping(weymouth, neighbours, (missing,), GroupingSettings()).warnings[0]


def test_where_nobody_knows_where_patients_live_grouping_is_refused(neighbours: pl.DataFrame) -> None:
    then = assemble_place("QVV", vintage="2015/16", only=frozenset())
    with pytest.raises(InputRefused, match="live is not known at 2015/16"):
        practices_of(then, neighbours, GroupingSettings())


def test_dorsets_proposal_is_proved_and_keeps_its_bounds(dorset_2026: Place) -> None:
    proposal = read_proposal(Path(__file__).parents[2] / "studies" / "dorset" / "proposals" / "groups.json")
    assert proposal.is_proved and proposal.gap == 0
    lists = dict(dorset_2026.practices.select("practice_code", "list_size").iter_rows())
    sizes: dict[str, int] = {}
    for row in proposal.assignments:
        sizes[row["group"]] = sizes.get(row["group"], 0) + lists[row["practice_code"]]
    assert sum(sizes.values()) == dorset_2026.patients
    exceptions = {r["group"] for r in proposal.assignments if r["is_exception"]}
    assert all(30_000 <= s <= 50_000 for g, s in sizes.items() if g not in exceptions) and len(exceptions) == 1
