"""Grouping small areas by their residents: who touches whom, the rules kept, what is cut, names, sizes about a number."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from chesil.analyses.grouping import GroupingSettings, GroupPlan, areas_of, assess_grouping, propose_groups
from chesil.analyses.grouping.building import Units
from chesil.analyses.grouping.posing import pose
from chesil.analyses.grouping.proposing import GroupsFound, share_parted
from chesil.core.errors import InputRefused
from chesil.core.settings import settings_from
from chesil.methods.districting import components
from chesil.packs.pack import read_table
from chesil.place.assembling import assemble_place
from chesil.place.place import Place
from chesil.registers.proposals import Proposal, read_proposal, write_proposal
from chesil.setting_up.grouping import bounds_about, group_names, name_and_title, names_from


@pytest.fixture(scope="module")
def neighbours() -> pl.DataFrame:
    return read_table("area_neighbours")


@pytest.fixture(scope="module")
def weymouth(dorset_2026: Place) -> Place:
    """The areas of Weymouth and Portland, with all of Dorset's practices: 65,000 residents."""
    return dorset_2026.with_tables(areas=dorset_2026.areas.filter(pl.col("ltla18") == "E07000053"))


def _settings(**said: object) -> GroupingSettings:
    return settings_from(GroupingSettings, {"of": "areas", "ensemble": 20, **said}, "study.toml [grouping]")


def _propose(place: Place, neighbours: pl.DataFrame, **said: object):  # type: ignore[no-untyped-def]
    settings = _settings(low=15_000, high=25_000, **said)
    return propose_groups(areas_of(place, neighbours, settings), settings, np.random.default_rng(1))


@pytest.fixture(scope="module")
def found(weymouth: Place, neighbours: pl.DataFrame) -> GroupsFound:
    return _propose(weymouth, neighbours)


def test_groups_of_areas_keep_the_bounds_hang_together_and_lose_nobody(
    weymouth: Place, neighbours: pl.DataFrame, found: GroupsFound
) -> None:
    people = dict(weymouth.areas.select("lsoa11", "residents_2020").iter_rows())
    assert sorted(a for g in found.groups for a in g) == sorted(people)
    assert all(15_000 <= sum(people[a] for a in g) <= 25_000 for g in found.groups)
    units = areas_of(weymouth, neighbours, _settings())
    at = {c: k for k, c in enumerate(units.codes)}
    assert all(len(components(units.touches, [at[a] for a in g])) == 1 for g in found.groups)
    assert all(h in g for g, h in zip(found.groups, found.hubs, strict=True))
    assert 0 < found.districts.bound <= found.districts.cost and found.districts.gap < 0.1
    draws = found.evidence["ensemble"]["draws"]
    assert draws and all(0 <= p <= 1 for d in draws for p in d["parted"])
    names = group_names(weymouth, found, "areas")
    assert len(set(names)) == len(names) and not any(n.startswith("Group ") for n in names)


def test_row_order_does_not_matter(weymouth: Place, neighbours: pl.DataFrame) -> None:
    turned = weymouth.with_tables(areas=weymouth.areas.reverse(), registrations=weymouth.registrations.reverse())
    one, other = (areas_of(p, n, _settings()) for p, n in ((weymouth, neighbours), (turned, neighbours.reverse())))
    assert one.codes == other.codes and (one.touches == other.touches).all() and np.allclose(one.shared, other.shared)
    assert one.pcns == other.pcns and (one.people == other.people).all()


def test_flows_run_from_home_to_the_area_of_the_practice_and_nobody_is_lost(
    weymouth: Place, neighbours: pl.DataFrame
) -> None:
    units = areas_of(weymouth, neighbours, _settings())
    inside = weymouth.registrations.filter(pl.col("lsoa11").is_in(list(units.codes)))
    assert units.flows.sum() == inside["patients"].sum()
    assert share_parted(units.shared, units.flows.sum(), [list(range(len(units.codes)))]) == pytest.approx(0)
    each = share_parted(units.shared, units.flows.sum(), [[k] for k in range(len(units.codes))])
    assert each == pytest.approx(1 - np.trace(units.flows) / units.flows.sum())


def test_a_plan_of_areas_is_scored_beside_todays_networks_by_area(
    weymouth: Place, neighbours: pl.DataFrame, found: GroupsFound
) -> None:
    group_of = {a: f"G{k}" for k, g in enumerate(found.groups) for a in g}
    units = {g: f"study:a:{g}" for g in group_of.values()}
    plan = GroupPlan("a", "A", group_of, units, 0.03, found.evidence, "areas", (15_000, 25_000))
    scored = assess_grouping(weymouth, neighbours, (plan,), GroupingSettings())
    code = weymouth.code
    assert scored.figure("groups_area_in_bounds", f"{code}:a").value == 100
    assert scored.figure("groups_gap", f"{code}:a").value == pytest.approx(3)
    cut = scored.figure("groups_area_cut", f"{code}:a")
    assert cut.value == pytest.approx(100 * (cut.numerator or 0) / (cut.denominator or 1))
    assert scored.figure("groups_area_moved", f"{code}:networks-by-area").value == 0
    assert scored.figure("groups_residents", "study:a:G0").value == sum(
        n for a, n in weymouth.areas.select("lsoa11", "residents_2020").iter_rows() if group_of[a] == "G0"
    )
    table = scored.tables["groups"].filter(pl.col("plan") == "a")
    assert table["people"].sum() == weymouth.areas["residents_2020"].sum()


def test_pairs_of_areas_are_kept_and_wrong_ones_are_named(
    weymouth: Place, neighbours: pl.DataFrame, found: GroupsFound
) -> None:
    one, other = found.groups[0][0], found.groups[1][0]
    pair = found.groups[0][:2]
    kept = _propose(weymouth, neighbours, apart=[" ".join(pair)])
    assert not any(set(pair) <= set(g) for g in kept.groups)
    for said, words in (
        ({"together": ["E01020570 J81001"]}, "J81001 is not a small area"),
        ({"together": [f"{one} {other}"], "apart": [f"{other} {one}"]}, "together and apart"),
        ({"of": "wards"}, "practices or areas, not wards"),
    ):
        with pytest.raises(InputRefused, match=words):
            _propose(weymouth, neighbours, **said)


def test_a_council_border_weighs_as_much_as_the_people_across_it() -> None:
    settings = _settings(council_weight=2.0, low=20_000, high=20_000)
    people = np.array([10_000, 5_000, 5_000])
    units = Units(
        "areas", ("a", "b", "c"), ("a", "b", "c"), people, np.zeros((3, 2)), ~np.eye(3, dtype=bool), ("a", "b", "c"),
        np.zeros((3, 3)), np.zeros((3, 3)), ("U",) * 3, ("x", "y", "y"), np.ones(3), (),
    )  # fmt: skip
    costs = pose(units, settings).problem.pair_costs
    assert costs is not None
    assert costs.sum() / 2 == pytest.approx(2.0 * (10_000 * 10_000 / 20_000))  # half of either council's people


def test_where_there_are_no_areas_it_is_refused(weymouth: Place, neighbours: pl.DataFrame) -> None:
    with pytest.raises(InputRefused, match="no small areas of its own"):
        areas_of(weymouth.with_tables(areas=weymouth.areas.head(0)), neighbours, _settings())
    then = assemble_place("QVV", vintage="2015/16", only=frozenset())
    with pytest.raises(InputRefused, match="where patients live"):
        areas_of(then, neighbours, _settings())


def test_sizes_about_a_number_lie_within_a_fifth() -> None:
    assert bounds_about(50_000) == {"low": 40_000, "high": 60_000, "groups": 0}
    assert bounds_about(250_000) == {"low": 200_000, "high": 300_000, "groups": 0}
    assert name_and_title(_settings(), 50_000) == ("areas-50000", "Proposed groups of areas of about 50,000")
    assert name_and_title(GroupingSettings()) == ("groups", "Proposed groups")


def test_a_proposal_says_what_it_groups(tmp_path: Path) -> None:
    rows = ({"lsoa11": "E01020570", "group": "One", "hub": "E01020570", "is_exception": False},)
    made = Proposal("a", "groups", "A", "", {}, "s", 1, 1.0, 1.0, 0.0, True, 1.0, rows)
    read = read_proposal(write_proposal(made, tmp_path))
    assert read.of == "areas" and read.group_of == {"E01020570": "One"}


def test_groups_are_named_after_towns_not_their_quarters() -> None:
    assert names_from({"West Verwood": 9, "East Verwood": 8, "Cranborne": 3})[0] == "Verwood"
    assert names_from({"Poole Town": 5, "Oakdale West": 4, "Oakdale East": 3})[0] == "Oakdale"
    assert names_from({"East Cliff": 5, "West Cliff": 4, "Boscombe East": 3})[:2] == [
        "East Cliff and West Cliff",
        "East Cliff and Boscombe",
    ]
    assert names_from({}) == []
