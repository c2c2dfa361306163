"""Analysis: variation. What practices record beside what goes with their patients, what differs, and what chance would show."""

import numpy as np
import polars as pl

from chesil.analyses.variation.expected import PARTS, expected_recording
from chesil.analyses.variation.figures import SHOWN_PARTS, VariationUnits, figures_of, largest_gaps, of_register
from chesil.analyses.variation.histories import history_of, trend_figures
from chesil.analyses.variation.judging import FEWER, FURTHEST, MORE, RULES, funnel_of, judge, judge_shares, other_rules
from chesil.analyses.variation.settings import VariationSettings
from chesil.analyses.variation.similar import beside_similar, find_similar
from chesil.analyses.variation.tables import DIABETES, YEAR, VariationTables, register_words, tables_by
from chesil.core.assessment import Assessment
from chesil.place.place import Place

__all__ = [
    "FEWER",
    "FURTHEST",
    "MORE",
    "PARTS",
    "RULES",
    "SHOWN_PARTS",
    "YEAR",
    "VariationSettings",
    "VariationTables",
    "VariationUnits",
    "assess_variation",
    "find_similar",
    "largest_gaps",
    "of_register",
    "register_words",
    "tables_by",
]  # fmt: skip

ABOUT = {
    "registers": "One row a practice and register: counts, England's rate, expected counts, the parts of the gap, chance "
    "of a count so far off, the same adjusted for all comparisons, verdict, and the least ratio that could be found.",
    "shares": "One row a practice and measure: share, the similar ten's, and the people to two targets beside chance.",
    "flags": "One row a practice and measure: which of the simpler rules would flag it.",
    "similar": "The ten practices of England most like each practice, nearest first, with their distances.",
    "trends": "Yearly values of each practice, with the position at which a stretch begins after a merger.",
    "mergers": "Years in which a practice took over another's list, by the stated rule.",
    "funnels": "Limits about one of the ratio to the expected count, by register and expected count.",
    "judged_shares": "One row a practice and share: the chance of lying so far from England's, and the same adjusted.",
}


def assess_variation(
    place: Place,
    units: VariationUnits,
    tables: VariationTables,
    how: VariationSettings,
    rng: np.random.Generator,
    *,
    supplied: pl.DataFrame | None = None,
) -> Assessment:
    """Compare every practice of a place with England, with similar practices and with expected recording.

    `place` is held at the vintage nearest the registers (2022/23), `units` are the groups and codes to report on,
    `supplied` an external table of expected prevalence (practice_code, register, expected_pct, source), if a study has one.
    Practices with no register of 2021/22 get figures with that reason.
    """
    codes = {c for u in units.all for c in u.practices}
    mine = expected_recording(tables, codes)
    counts = measure_counts(tables)
    held = set(mine["practice_code"])
    lists = tables.registers.group_by("practice_code").agg(pl.col("list_size").max())
    similar = find_similar(tables.factors, lists, held, how)
    shares = beside_similar(counts, similar, how, rng)
    of_shares = pl.concat([judge_shares(counts, held, m) for m in DIABETES])
    judged, judged_shares = judge(mine, of_shares, how)
    registers_only = counts.filter(~pl.col("measure").is_in(list(DIABETES)))
    flags = _all_rules(other_rules(registers_only, held), shares)
    history = history_of(tables, {c for u in units.with_history for c in u.practices})
    found = {
        "registers": judged, "shares": shares, "flags": flags, "similar": similar.table, "trends": history.series,
        "mergers": history.mergers, "judged_shares": judged_shares, "funnels": funnel_of(judged),
    }  # fmt: skip
    figures = figures_of(place, units, found, counts, how, supplied)
    figures += trend_figures(place, units, history)
    return Assessment("variation", tuple(figures), found, ABOUT, _warnings(judged, codes))


def measure_counts(tables: VariationTables) -> pl.DataFrame:
    """Every share that is compared, for all England: practice_code, measure, count, of."""
    of_registers = tables.registers.filter(pl.col("list_size") > 0).select(
        "practice_code",
        (pl.lit("recorded_") + pl.col("register").str.to_lowercase()).alias("measure"),
        pl.col("patients_on_register").cast(pl.Float64).alias("count"),
        pl.col("list_size").cast(pl.Float64).alias("of"),
    )
    diabetes = tables.registers.filter((pl.col("register") == "DM") & (pl.col("patients_on_register") > 0))
    of = diabetes.select("practice_code", pl.col("patients_on_register").cast(pl.Float64).alias("of"))
    parts = [
        tables.indicators.filter(pl.col("indicator") == indicator).join(of, on="practice_code")
        .select("practice_code", pl.lit(measure).alias("measure"), (pl.col("value") * pl.col("of")).alias("count"), "of")
        for measure, indicator in DIABETES.items()
    ]  # fmt: skip
    # A register longer than its list is a fault of one of the two: it takes no part in comparisons.
    both = pl.concat([of_registers, *parts]).filter(pl.col("count") <= pl.col("of") * (1 + 1e-9))
    return both.with_columns(pl.min_horizontal("count", "of").alias("count")).sort("measure", "practice_code")


def _all_rules(flags: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """The simpler rules with the last one: an opportunity to the best five of the similar ten."""
    best = shares.select("practice_code", "measure", (pl.col("to_best") > 0).alias("best_five"))
    return flags.join(best, on=["practice_code", "measure"], how="left")


def _warnings(judged: pl.DataFrame, codes: set[str]) -> tuple[str, ...]:
    without = judged.filter(pl.col("reason") != "").select("practice_code", "reason").unique().sort("practice_code")
    found = [f"Registers are of {YEAR}: the newest year published for all England in this pack."]
    if without.height:
        found.append(
            f"{_practices_have(without.height)} no expected count: {'; '.join(without['reason'].unique().sort())}."
        )
    absent = len(codes - set(judged["practice_code"]))
    if absent:
        found.append(f"{_practices_have(absent)} no register of {YEAR} under their code.")
    return tuple(found)


def _practices_have(count: int) -> str:
    """ "1 practice has", "3 practices have"."""
    return f"{count} {'practice has' if count == 1 else 'practices have'}"
