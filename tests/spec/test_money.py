"""Money: worked ledgers and splits, published totals met again, and what is refused."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chesil.analyses.money import MoneySettings, MoneyTables, assess_money
from chesil.analyses.money.beside_similar import payments_beside_similar
from chesil.analyses.money.savings import check_links, gap_figures, savings_figures
from chesil.analyses.money.weighting import need_indices
from chesil.blueprint.document import Table
from chesil.blueprint.sections.money import of_place
from chesil.core.errors import ChesilError, InputRefused
from chesil.definitions import load_definition
from chesil.measures.computing import Unit
from chesil.methods.capitation import explain_weights, round_to_sum, split_by_need
from chesil.packs.pack import read_table
from chesil.place.assembling import assemble_place
from chesil.place.place import Place
from chesil.plan import make_plan
from chesil.registers.contracts import SAVINGS
from chesil.registers.contracts_money import DEFLATORS
from chesil.study import read_study


def _ledger(text: str) -> pl.DataFrame:
    rows = []
    for line in text.strip().splitlines():
        name, amount, year, cash, inside = (p.strip() for p in line.split("|"))
        rows.append(
            {"line": name, "amount_gbp": float(amount), "year": year, "cashable": {"yes": True, "no": False}.get(cash),
             "also_counted_in": inside or None}
        )  # fmt: skip
    return pl.DataFrame(rows, schema=SAVINGS.schema)


STRATEGY = """
RightCare                | 28000000 | 2020/21 | yes |
Secondary prevention     | 27000000 | 2020/21 |     |
Outpatients              |  8000000 | 2020/21 | no  |
Acute efficiency         | 73000000 | 2020/21 | yes |
System reconfiguration   | 30000000 | 2020/21 |     | Acute efficiency
Acute reconfiguration    | 19000000 | 2020/21 | yes |
"""


@pytest.fixture(scope="module")
def dorset() -> Place:
    return assemble_place("QVV", vintage="2025/26")


def test_the_ledger_of_the_strategy_adds_up_and_shows_what_may_be_counted_twice(dorset: Place) -> None:
    found = {f.measure: f for f in savings_figures(_ledger(STRATEGY), dorset, MoneySettings(savings_stated_gbp=185e6))}
    assert found["savings_total"].value == 185e6
    assert found["savings_counted_once"].value == 155e6
    assert found["savings_cashable"].value == 120e6
    assert found["savings_not_cashable"].value == 8e6
    assert found["savings_cash_not_said"].value == 57e6
    assert found["savings_difference_from_stated"].value == 0
    parts = ("savings_cashable", "savings_not_cashable", "savings_cash_not_said")
    assert sum(found[p].value or 0 for p in parts) == found["savings_total"].value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a | 1 | 2020/21 | | b\nb | 1 | 2020/21 | | a", "round in a circle"),
        ("a | 1 | 2020/21 | | a", "round in a circle"),
        ("rent | 1 | 2020/21 | | retn", "`retn` is not a line"),
    ],
)
def test_links_that_lead_nowhere_or_round_are_named(text: str, told: str) -> None:
    with pytest.raises(InputRefused, match=told):
        check_links(_ledger(text))


def test_the_gap_grows_as_the_audit_says_and_savings_close_it(dorset: Place) -> None:
    settings = MoneySettings(
        income_gbp=1e9, cost_gbp=1e9, income_growth_pct=2, cost_growth_pct=4, first_year="2016/17", years=4
    )
    ledger = _ledger("early | 30000000 | 2018/19 | yes |\nlate | 20000000 | 2020/21 | yes |")
    figures, table = gap_figures(dorset, settings, ledger)
    assert table["year"].to_list() == ["2016/17", "2017/18", "2018/19", "2019/20", "2020/21"]
    assert (table["gap"] / 1e6).round(1).to_list() == [0.0, 20.0, 41.2, 63.7, 87.4]
    assert ((table["gap"] - table["after"]) / 1e6).round(6).to_list() == [0, 0, 30, 30, 50]
    assert {f.unit_code for f in figures} >= {"QVV@2016/17", "QVV@2020/21"}


# group | people | index | target of 1,000 pounds
SPLIT = """
young town | 1000 | 0.8 | 296.30
old coast  | 1000 | 1.2 | 444.44
mixed vale |  700 | 1.0 | 259.26
"""


def test_an_allocation_is_shared_by_people_and_need_to_the_penny() -> None:
    rows = [[p.strip() for p in line.split("|")] for line in SPLIT.strip().splitlines()]
    people, index, target = (np.array([float(r[k]) for r in rows]) for k in (1, 2, 3))
    split = split_by_need(people, {"weights": index}, 100_000)
    assert (split.target / 100).tolist() == target.tolist()
    assert split.by_people.sum() == split.target.sum() == 100_000
    assert (split.by_people + split.effects["weights"]).tolist() == split.target.tolist()


groups = st.integers(2, 8).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(1, 10**6), min_size=n, max_size=n), st.lists(st.floats(0.2, 5), min_size=n, max_size=n),
        st.lists(st.integers(1, 10**7), min_size=n, max_size=n),
    )
)  # fmt: skip


@given(groups, st.floats(-0.5, 0.0), st.floats(0.0, 1.0))
def test_nobody_loses_a_penny_and_bounds_are_kept(
    given_groups: tuple[list[int], list[float], list[int]], least: float, most: float
) -> None:
    people, index, now = (np.array(g, dtype=np.float64) for g in given_groups)
    pence = int(now.sum())
    split = split_by_need(people, {"need": index}, pence, now=now, least_change=least, most_change=most)
    assert split.given.sum() == split.target.sum() == pence
    assert (split.given >= np.floor(now * (1 + least)) - 1).all()
    assert (split.given <= np.ceil(now * (1 + most)) + 1).all()
    order = np.argsort(-people, kind="stable")
    turned = split_by_need(people[order], {"need": index[order]}, pence)
    assert np.abs(turned.target - split.target[order]).max() <= 1


def test_bounds_that_nothing_fits_are_refused_with_their_sums() -> None:
    with pytest.raises(ChesilError, match="No split fits"):
        split_by_need([1, 1], {}, 100, now=[100, 100], least_change=0.0)
    with pytest.raises(InputRefused) as refused:
        split_by_need([0, -1], {"need": [1.0, float("nan")]}, -5)
    assert all(w in str(refused.value) for w in ("people", "need", "-5"))
    assert round_to_sum(np.array([1.5, 1.5, 1.0]), 4).tolist() == [2, 1, 1]


def _tables(**more: pl.DataFrame) -> MoneyTables:
    return MoneyTables(
        payments=read_table("payments"), years=read_table("payment_years"), receipts=("nhs_payments@2022/23",),
        stream_groups=load_definition(".", "payment_streams")["groups"],
        forms=tuple(load_definition(".", "organisational_forms")["form"]), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_every_stream_is_in_one_group() -> None:
    groups_of = load_definition(".", "payment_streams")["groups"]
    listed = [s for g in groups_of.values() for s in g["streams"]]
    assert sorted(listed) == sorted(read_table("payments")["stream"].unique())


def test_dorset_is_paid_what_the_measure_says_and_its_shares_make_a_whole(dorset: Place) -> None:
    earlier = {v: assemble_place("QVV", vintage=v, only=frozenset()) for v in ("2015/16", "2022/23")}
    settings = MoneySettings(allocation_gbp=1e6, split_grouping="pcn", least_change_pct=-5, most_change_pct=5)
    deflators = pl.DataFrame(
        [
            {"year": y, "index": 80.0 + 2.5 * k, "source": "made up"}
            for k, y in enumerate(sorted(read_table("payment_years")["year"].unique()))
        ],
        schema=DEFLATORS.schema,
    )
    found = assess_money(dorset, earlier, _tables(deflators=deflators), settings)
    last = found.figure("payments_per_weighted_patient_in", "QVV@2022/23")
    assert last.value == pytest.approx(153.13, abs=0.01)
    assert found.figure("payments_per_weighted_patient_in", "QVV@2015/16").value == pytest.approx(137.25, abs=0.01)
    assert found.figure("real_payments_per_weighted_patient", "QVV@2022/23").value == pytest.approx(last.value)
    shares = [f.value or 0 for f in found.figures if f.measure.startswith("share_from_") and f.unit_code == "QVV"]
    assert math.fsum(shares) == pytest.approx(100)
    split = found.tables["split"]
    assert split["given"].sum() == pytest.approx(1e6, abs=0.001)
    assert ((split["given"] / split["now"] - 1).abs() <= 0.0501).all()
    total = sum(f.value or 0 for f in found.figures if f.measure == "capitated_budget")
    mine = set(dorset.practices["practice_code"])
    paid = read_table("payments").filter((pl.col("year") == "2022/23") & pl.col("practice_code").is_in(list(mine)))
    compared = [
        s for g in load_definition(".", "payment_streams")["groups"].values() if g["compared"] for s in g["streams"]
    ]
    assert total == pytest.approx(paid.filter(pl.col("stream").is_in(compared))["pence"].sum() / 100)


def test_forms_say_by_how_much_a_group_misses(dorset: Place) -> None:
    codes = dorset.practices.sort("list_size")["practice_code"].to_list()
    drawn = dorset.with_groups("tiny", {codes[0]: "small one", codes[-1]: "large one"})
    found = assess_money(drawn, {}, _tables(), MoneySettings(split_grouping="tiny"))
    fits = {(r["name"], r["form"]): r["fits"] for r in found.tables["forms"].iter_rows(named=True)}
    assert fits["small one", "Primary care network"].endswith("people too few")
    assert fits["large one", "Primary care network"].endswith("people too many")
    assert "times the size stated" in fits["large one", "Single-neighbourhood provider"]
    with pytest.raises(ChesilError, match="Did you mean tiny"):
        assess_money(drawn, {}, _tables(), MoneySettings(split_grouping="tinny"))


def test_settings_that_cannot_be_are_refused() -> None:
    for wrong in (
        {"years": 0},
        {"income_gbp": -1.0},
        {"income_gbp": 1.0},
        {"least_change_pct": 5.0, "most_change_pct": 1.0},
    ):
        with pytest.raises(ValueError):
            MoneySettings(**wrong)  # type: ignore[arg-type]
    assert replace(MoneySettings(), years=3).years == 3


# practice | weighted patients | contract | premises | drugs | similar to a
BESIDE = """
a | 1000 |  90000 | 30000 | 500000 |
b | 1000 |  80000 | 10000 |      0 | yes
c | 2000 | 200000 |     0 |      0 | yes
d | 1000 |  95000 | 15000 |  70000 | yes
e | 1000 | 100000 | 20000 |      0 | yes
f | 1000 |  70000 | 10000 |      0 | yes
g |    0 |  70000 | 10000 |      0 | yes
h | 3000 | 240000 |     0 |      0 |
"""


def _beside() -> MoneyTables:
    rows = [[p.strip() for p in line.split("|")] for line in BESIDE.strip().splitlines()]
    streams = ((2, "global_sum"), (3, "premises"), (4, "drugs"))
    paid = [(r[0], "2022/23", stream, 100 * int(r[k])) for r in rows for k, stream in streams]
    years = [(r[0], "2022/23", int(r[1]), float(r[1]) or None) for r in rows]
    like_a = [r[0] for r in rows if r[5]]
    return replace(
        _tables(similar=pl.DataFrame({"practice_code": ["a"] * 6 + ["h"] * 6, "similar_code": like_a * 2})),
        payments=pl.DataFrame(paid, schema=["practice_code", "year", "stream", "pence"], orient="row"),
        years=pl.DataFrame(years, schema=["practice_code", "year", "list_size", "weighted_list_size"], orient="row"),
    )


def test_payments_stand_beside_the_median_of_similar_practices(dorset: Place) -> None:
    """a: 120 a head without drugs. Similar: 90, 100, 110, 120, 80 (g has no weighted patients): median 100. h: 80."""
    units = [*(Unit(c, c.upper(), (c,)) for c in "ahb"), Unit("both", "Both", ("a", "h", "b"))]
    figures, table = payments_beside_similar(units, dorset, _beside(), "2022/23")
    found = {(f.measure, f.unit_code): f for f in figures}
    assert found["payments_of_similar", "a"].value == 100
    assert found["payments_from_similar", "a"].value == 20
    assert found["payments_from_similar", "h"].value == -20
    assert not found["payments_from_similar", "b"].is_known, "nothing is known of which practices are like b"
    assert found["payments_from_similar", "both"].value == pytest.approx((1000 * 20 + 3000 * -20) / 4000)
    assert found["payments_from_similar", "both"].notes == ("2 of 3 practices could be compared",)
    of_a = {r["group"]: r["own"] - r["similar_median"] for r in table.filter(unit_code="a").iter_rows(named=True)}
    assert of_a["all"] == 20 and of_a["core"] == 90 - 95 and of_a["premises"] == 30 - 10 and "drugs" not in of_a


def test_with_fewer_than_five_similar_practices_nothing_is_compared(dorset: Place) -> None:
    tables = _beside()
    assert tables.similar is not None
    few = replace(tables, similar=tables.similar.head(4))
    figures, table = payments_beside_similar([Unit("a", "A", ("a",))], dorset, few, "2022/23")
    assert table.is_empty() and not any(f.is_known for f in figures)


def test_weights_that_factors_make_are_explained_whole_and_noise_is_told() -> None:
    rng = np.random.default_rng(7)
    x, people = rng.normal(size=(400, 3)), rng.integers(1000, 20000, 400)
    weight = np.exp(0.1 + x @ np.array([0.3, -0.2, 0.0]))
    model = explain_weights(weight, x, people)
    assert model.coefficients == pytest.approx([0.3, -0.2, 0.0], abs=1e-9) and model.explained == pytest.approx(1)
    assert model.predict(x[:5]) == pytest.approx(weight[:5])
    noisy = explain_weights(weight * np.exp(rng.normal(0, 0.05, 400)), x, people)
    assert noisy.typical_error == pytest.approx(0.05, rel=0.15) and 0.9 < noisy.explained < 1
    with pytest.raises(ChesilError, match="follow from others"):
        explain_weights(weight, np.column_stack([x, x[:, 0]]), people)


@pytest.mark.parametrize("by", ["published", "open"])
def test_the_effects_of_all_factors_make_the_difference_between_people_and_need(dorset: Place, by: str) -> None:
    factors = read_table("practice_factors")
    settings = MoneySettings(allocation_gbp=1e6, split_weights=by)
    split = assess_money(dorset, {}, _tables(factors=factors), settings).tables["split"]
    effects = [c for c in split.columns if c.startswith("effect of ")]
    assert len(effects) == 6
    for row in split.iter_rows(named=True):
        assert row["by_people"] + math.fsum(row[e] for e in effects) == pytest.approx(row["target"], abs=0.001)
    assert all(abs(split[e].sum()) < 0.001 for e in effects)
    plain = assess_money(dorset, {}, _tables(), replace(settings, split_weights="published")).tables["split"]
    apart = (split["target"] / plain["target"] - 1).abs().max()
    assert apart < 1e-6 if by == "published" else 0.001 < apart < 0.15, "what the published weights give, or near it"


def test_a_practice_without_a_published_weight_has_it_estimated_from_its_patients(dorset: Place) -> None:
    years = read_table("payment_years")
    held = dict(dorset.practices.select("practice_code", "list_size").iter_rows())
    without = years.filter(pl.col("practice_code") != "J81012")
    tables = replace(_tables(factors=read_table("practice_factors")), years=without)
    need = need_indices([Unit("J81012", "Shore", ("J81012",)), Unit("x", "x", ("J81013",))], held, tables, "2022/23")
    assert need.estimated == (1, 0) and need.unknown == (0, 0)
    bare = need_indices([Unit("J81012", "Shore", ("J81012",))], held, replace(tables, factors=None), "2022/23")
    assert bare.unknown == (1,) and bare.index == pytest.approx([1.0])


def test_every_figure_of_a_study_with_money_but_no_ledger_has_its_receipts(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(
        'schema_version = 1\ntitle = "Two"\npractices = ["J81010", "J81612"]\nvintage = "2025/26"\nas_at = 2026-11-24\n'
        "[money]\nincome_gbp = 3e6\ncost_gbp = 3.1e6\nallocation_gbp = 2e6\nsplit_weights = 'open'\n"
    )
    plan = make_plan(read_study(tmp_path))
    assert ("gap_if_nothing", f"{plan.place.code}@2026/27") in plan.figures
    assert {r for f in plan.figures.values() for r in f.receipts} <= set(plan.receipts)
    assert plan.receipts["study:settings"].file == "study.toml"
    section = of_place(plan)
    assert section is not None
    captions = [b.caption for b in section.blocks if isinstance(b, Table)]
    assert [c.split(",")[0] for c in captions] == [
        "Payments to practices by year",
        "Share of payments from each group of streams",
        "Payments per weighted patient beside similar practices",
        "Income",
        "The allocation shared among groups",
        "What each factor adds or takes",
        "Groups against the sizes stated for each form",
    ]
