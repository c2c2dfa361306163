"""Where nothing differs but by chance and by how practices usually differ: what each rule flags, and that ours holds its rate."""

import numpy as np
import polars as pl
import pytest

from chesil.analyses.variation import RULES, VariationSettings
from chesil.analyses.variation.judging import judge, other_rules
from chesil.analyses.variation.similar import SimilarPractices, beside_similar
from chesil.methods.comparators import opportunity_by_chance

PRACTICES, REGISTERS, HOW = 200, 4, VariationSettings()
NO_SHARES = pl.DataFrame(schema={"practice_code": pl.String, "measure": pl.String, "chance": pl.Float64})


def drawn(seed: int, between: float, apart: int = 0) -> pl.DataFrame:
    """Registers of practices whose true ratios vary by `between` alone; the first `apart` practices record twice as much."""
    rng = np.random.default_rng(seed)
    lists = np.round(rng.lognormal(9, 0.5, PRACTICES))
    parts = []
    for k in range(REGISTERS):
        expected = lists * 0.03
        truth = expected * (rng.gamma(1 / between, between, PRACTICES) if between else 1.0)
        truth[:apart] = expected[:apart] * 2.5
        parts.append(pl.DataFrame({
            "practice_code": [f"Z{p:05d}" for p in range(PRACTICES)], "register": f"R{k}", "reason": "",
            "patients_on_register": rng.poisson(truth), "expected": expected, "between": between, "list_size": lists,
        }))  # fmt: skip
    return pl.concat(parts)


@pytest.mark.parametrize("between", [0.0, 0.02, 0.1])
def test_where_nothing_differs_ours_flags_hardly_ever(between: float) -> None:
    """Under the whole null any flag is false: the chance of one or more must not pass five in a hundred by much."""
    with_flags = 0
    for seed in range(40):
        rows, _ = judge(drawn(seed, between), NO_SHARES, HOW)
        with_flags += rows["verdict"].str.contains("than expected").any()
    assert with_flags / 40 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 40)


def test_where_some_differ_at_most_one_flag_in_twenty_is_false() -> None:
    flags = false = found = 0
    for seed in range(10):
        rows, _ = judge(drawn(seed, 0.01, apart=20), NO_SHARES, HOW)
        flagged = rows.filter(pl.col("verdict").str.contains("than expected"))
        wrong = flagged.filter(pl.col("practice_code") >= "Z00020").height
        flags, false, found = flags + flagged.height, false + wrong, found + flagged.height - wrong
    assert false / flags <= 0.05
    assert found > 0.95 * 10 * 20 * REGISTERS


def test_other_rules_flag_plenty_where_nothing_differs() -> None:
    rows = drawn(1, 0.02).select(
        "practice_code", (pl.lit("recorded_") + pl.col("register")).alias("measure"),
        pl.col("patients_on_register").cast(pl.Float64).alias("count"), pl.col("list_size").alias("of"),
    )  # fmt: skip
    flags = other_rules(rows, set(rows["practice_code"]))
    share = {rule: flags[rule].mean() for rule in RULES if rule in flags.columns}
    assert share["outside_95"] > 0.4 and share["outside_998"] > 0.2  # type: ignore[operator]
    assert share["extreme_fifth"] == pytest.approx(0.4, abs=0.01)
    # Ten times its stated rate: drawing in the extremes makes the spread look smaller than it is.
    assert 0.005 < share["outside_widened"] < 0.05  # type: ignore[operator]


def test_best_five_of_ten_shows_an_opportunity_for_three_in_four() -> None:
    share, mean = opportunity_by_chance(np.random.default_rng(11))
    assert share == pytest.approx(0.76, abs=0.01)
    assert mean == pytest.approx(0.89, abs=0.02)
    # And so it does through the whole of the analysis, where the gap that chance shows stands beside it.
    rng = np.random.default_rng(12)
    codes = [f"Z{p:05d}" for p in range(PRACTICES)]
    counts = pl.DataFrame({
        "practice_code": codes, "measure": "m", "count": rng.binomial(900, 0.5, PRACTICES).astype(float), "of": 900.0
    })  # fmt: skip
    chosen = {c: tuple(codes[(k + j) % PRACTICES] for j in range(1, 11)) for k, c in enumerate(codes)}
    similar = SimilarPractices(tuple(codes), {"similar": chosen, "more": chosen, "without": chosen}, pl.DataFrame())
    shown = beside_similar(counts, similar, HOW, np.random.default_rng(13))
    assert (shown["to_best"] > 0).mean() == pytest.approx(0.76, abs=0.06)
    assert shown["to_best"].mean() == pytest.approx(shown["to_best_by_chance"].mean(), rel=0.1)
    assert shown["to_median"].mean() == pytest.approx(shown["to_median_by_chance"].mean(), rel=0.12)
