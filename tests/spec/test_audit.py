"""A strategy's sums done again: worked examples, the sums of Dorset's strategy of 2016, and what is refused."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chesil.analyses.audit import assess_audit, judge
from chesil.core.errors import ChesilError, InputRefused
from chesil.methods.sums_of_rounded import Rounded, names_in, work_out
from chesil.place.assembling import assemble_place
from chesil.place.place import Place
from chesil.registers.contracts_strategy import CHECKS, STATEMENTS
from chesil.study import read_study

STUDY = Path(__file__).parents[2] / "studies" / "dorset-2016"

# check | kind | expression | against | verdict | result
WORKED = """
rent and rates make the total    | equals     | rent + rates       | total | passes             | 132.1
a total that is not the sum      | equals     | rent + rates       | wrong | conflicts          | 132.1
rounded down                     | equals     | people / group     | posts | conflicts          | 25.533333
two days for one event           | same       | first_day          | other_day | conflicts      |
two figures for one line         | same       | heading            | body  | conflicts          | 11
what the parts leave             | remainder  | rates - (a + b)    |       | cannot be resolved | 26.5
parts that explain all           | remainder  | rates - (c + d)    |       | passes             | 0
nothing printed to check against | worked_out | people * 0.4       |       | passes             | 306400
an unclear text                  | unclear    | heading - body     |       | cannot be resolved | -11
"""
SAID = {
    "rent": (101.7, 0.1), "rates": (30.4, 0.1), "total": (132.1, 0.1), "wrong": (133.0, 0.1), "people": (766_000, 1000),
    "group": (30_000, None), "posts": (25, 1), "heading": (19, 1), "body": (30, 1), "a": (2.2, 0.1), "b": (1.7, 0.1),
    "c": (20.4, 0.1), "d": (10.0, 0.1),
}  # fmt: skip
DAYS = {"first_day": "1 April 2016", "other_day": "1 April 2017"}


def _known() -> dict[str, dict[str, object]]:
    numbers = {n: {"value": float(v), "text": None, "to_nearest": r} for n, (v, r) in SAID.items()}
    return {**numbers, **{n: {"value": None, "text": t, "to_nearest": None} for n, t in DAYS.items()}}


@pytest.mark.parametrize("line", WORKED.strip().splitlines(), ids=lambda line: line.split("|")[0].strip())
def test_a_check_passes_conflicts_or_cannot_be_resolved(line: str) -> None:
    _, kind, expression, against, verdict, result = (part.strip() for part in line.split("|"))
    outcome = judge({"kind": kind, "expression": expression, "against": against or None}, _known())
    assert outcome.verdict == verdict
    if result:
        assert outcome.result is not None and outcome.result.value == pytest.approx(float(result))


@pytest.fixture(scope="module")
def place() -> Place:
    return assemble_place("QVV", vintage="2025/26", only=frozenset())


def test_the_strategy_of_2016_gives_the_results_that_were_worked_out_by_hand(place: Place) -> None:
    found = assess_audit(place, read_study(STUDY).registers)
    verdicts = dict(found.tables["checks"].select("check", "verdict").iter_rows())
    by_hand = {
        "A1": (185, "passes"), "A2": (27, "passes"), "A3": (132.1, "passes"), "A4": (22.5, "cannot be resolved"),
        "A5": (20, "conflicts"), "A6": (11, "conflicts"), "A7": (27, "cannot be resolved"),
        "A8": (-16, "cannot be resolved"), "A9": (None, "conflicts"), "A10": (766_000 / 30_000, "conflicts"),
        "A11": (185_715 / 0.243, "passes"), "A12": (100 * 0.17 * 766_000 * 1.3 / 816_000, "passes"), "A13": (24, "passes"),
        "A14a": (222.9167, "passes"), "A14b": (81_679.39, "passes"), "A14c": (366.41, "passes"), "A14d": (62.663, "passes"), "A14e": (13.9687, "passes"),
        "A14f": (52.4, "passes"), "A14g": (13.1, "passes"), "A14h": (65.5, "passes"),
        "A15": (25, "cannot be resolved"), "A16": (306_400, "passes"), "A17a": (766_000 / 50_000, "passes"), "A17b": (766_000 / 30_000, "passes"),
    }  # fmt: skip
    assert verdicts == {check: verdict for check, (_, verdict) in by_hand.items()}
    for check, (value, _) in by_hand.items():
        assert found.figure("strategy_sums", check).value == (None if value is None else pytest.approx(value, rel=1e-4))
    assert found.figure("checks_passing", "QVV").value == 17


def test_every_fault_of_the_tables_is_named_at_once(place: Place) -> None:
    good = read_study(STUDY).registers
    row = {"statement": "orphan", "document": "strategy_2015", "about": "x", "unit": "people", "section": "s"}
    extra = pl.DataFrame([row], schema=STATEMENTS.schema)
    wrong = pl.DataFrame(
        [
            {"check": "B1", "question": "?", "kind": "equals", "expression": "savings_totl + gap", "unit": "people"},
            {"check": "B2", "question": "?", "kind": "worked_out", "expression": "gap +", "unit": "people"},
            {
                "check": "B3",
                "question": "?",
                "kind": "worked_out",
                "expression": "delegated_from_finance * 2",
                "unit": "people",
            },
        ],
        schema=CHECKS.schema,
    )
    tables = {**good, "statements": pl.concat([good["statements"], extra]), "checks": wrong}
    with pytest.raises(InputRefused) as refused:
        assess_audit(place, tables)
    told = str(refused.value)
    for words in (
        "`strategy_2015` is not a document", "needs either a value or a text", "`savings_totl` is not a statement",
        "Did you mean savings_total", "needs `against`", "`gap +` is not a sum", "`delegated_from_finance` is not a number",
    ):  # fmt: skip
        assert words in told, words


numbers = st.floats(1, 1e6)


@given(numbers, numbers, st.floats(0.001, 0.5), st.floats(0, 1), st.floats(0, 1))
def test_the_range_holds_every_number_that_could_have_been_rounded(
    a: float, b: float, by: float, s: float, t: float
) -> None:
    printed = {"a": Rounded.printed(a, by), "b": Rounded.printed(b, by)}
    true_a, true_b = a + (s - 0.5) * by, b + (t - 0.5) * by
    for expression in ("a + b", "a - b", "a * b", "a / b", "-a + 2 * b", "(a + b) / b", "a ** 2"):
        found = work_out(expression, printed)
        true = eval(expression, {"a": true_a, "b": true_b})
        slack = 1e-9 * max(1.0, abs(true))
        assert found.least - slack <= true <= found.most + slack


@pytest.mark.parametrize(
    "expression", ["__import__('os')", "a.b", "a if a else a", "a // 2", "a < 2", "lambda: 1", "True", "'a'", "f(a)"]
)
def test_an_expression_is_arithmetic_and_nothing_else(expression: str) -> None:
    with pytest.raises(ChesilError):
        work_out(expression, {"a": Rounded.printed(2.0)})


def test_a_division_by_what_may_be_nought_is_refused() -> None:
    with pytest.raises(ChesilError, match="may be nought"):
        work_out("a / b", {"a": Rounded.printed(1.0), "b": Rounded.printed(0.2, 1)})


def test_names_stand_in_order_and_once() -> None:
    assert names_in("b + a * b") == ("b", "a")
