"""The statistics beside a plain pandas loop that follows the same steps one area at a time, in one run."""

import time

import numpy as np
import pandas as pd
import polars as pl
from rich.console import Console
from rich.table import Table

from chesil.analyses.variation import tables_by
from chesil.analyses.variation.expected import expected_recording
from chesil.methods.inequality import simulated_slope_index
from chesil.methods.regression import fit_counts
from chesil.methods.spatial import smooth_counts_by_neighbours
from chesil.methods.standardise import EUROPEAN_2013, directly_standardised_rate
from chesil.packing.recording import fit_register
from chesil.packs.pack import read_table

AREAS, BANDS, SEXES = 33_755, 19, 2
LOOPED = 300


def plain_rates(table: pd.DataFrame) -> pd.DataFrame:
    """Directly standardised rates with Dobson's limits, area by area, as a hand-written script has them."""

    def one(rows: pd.DataFrame) -> pd.Series:
        x, n, w = rows["events"], rows["people"], rows["standard"]
        total = x.sum()
        value = (w * x / n).sum() / w.sum()
        spread = np.sqrt((x * (w / n) ** 2).sum() / w.sum() ** 2 / total)
        limits = {}
        for name, z in (("95", 1.959963984540054), ("998", 3.090232306167813)):
            low = total * (1 - 1 / (9 * total) - z / (3 * np.sqrt(total))) ** 3
            high = (total + 1) * (1 - 1 / (9 * (total + 1)) + z / (3 * np.sqrt(total + 1))) ** 3
            limits |= {f"lower{name}": value + spread * (low - total), f"upper{name}": value + spread * (high - total)}
        return pd.Series({"value": value, **limits}) * 100_000

    return table.groupby("area").apply(one, include_groups=False)


def recorded_with_lists(registers: pl.DataFrame) -> pl.DataFrame:
    """The registers with each practice's whole list, as the pack's build has them."""
    whole = registers.filter(pl.col("list_type") == "TOTAL").group_by("practice_code")
    return registers.join(whole.agg(pl.col("list_size").max().alias("whole_list")), on="practice_code")


def timed(act, runs: int = 3) -> float:
    """Least processor seconds of some runs."""
    seconds = []
    for _ in range(runs):
        start = time.process_time()
        act()
        seconds.append(time.process_time() - start)
    return min(seconds)


def main() -> None:
    """Print a table: what was done, our seconds, the peer's (scaled from fewer areas), and what was asked for."""
    rng = np.random.default_rng(1)
    people = rng.integers(20, 120, (AREAS * SEXES, BANDS)).astype(float)
    events = np.minimum(rng.poisson(people * 0.05), people)
    table = Table("what", "ours, s", "pandas loop, s", "asked for")
    ours = timed(lambda: directly_standardised_rate(events, people))
    part = pd.DataFrame({
        "area": np.repeat(np.arange(LOOPED), BANDS), "events": events[:LOOPED].ravel(), "people": people[:LOOPED].ravel(),
        "standard": np.tile(EUROPEAN_2013, LOOPED),
    })  # fmt: skip
    peer = timed(lambda: plain_rates(part)) * AREAS * SEXES / LOOPED
    table.add_row(
        f"standardised rates, {AREAS:,} areas x {BANDS} ages x {SEXES} sexes",
        f"{ours:.3f}",
        f"{peer:.0f} (scaled)",
        "0.2",
    )
    factors = np.column_stack([np.ones(6500), rng.normal(size=(6500, 12))])
    exposure = rng.integers(1000, 20_000, 6500).astype(float)
    counts = rng.poisson(exposure * np.exp(factors @ np.r_[-3, rng.normal(0, 0.05, 12)]) * rng.gamma(20, 1 / 20, 6500))
    models = timed(lambda: [fit_counts(counts, factors, exposure, family="negative binomial") for _ in range(21)])
    table.add_row("21 negative binomial models, 6,500 practices x 13 factors", f"{models:.2f}", "–", "10")
    tables = tables_by(read_table)
    registers = recorded_with_lists(tables.registers)
    fits = timed(lambda: [fit_register(part, tables.factors) for _, part in registers.group_by("register")], runs=1)
    table.add_row(
        "21 registers of England 2021/22, 6,199 practices x 18 terms, with diagnostics", f"{fits:.2f}", "–", "10"
    )
    split = timed(lambda: expected_recording(tables), runs=1)
    table.add_row("their expected counts and six parts of every gap, 135,870 rows", f"{split:.2f}", "–", "–")
    side = 22
    at = np.arange(side * side).reshape(side, side)
    edges = np.vstack([
        np.column_stack([at[:, :-1].ravel(), at[:, 1:].ravel()]), np.column_stack([at[:-1].ravel(), at[1:].ravel()])
    ])  # fmt: skip
    smooth = timed(
        lambda: smooth_counts_by_neighbours(rng.poisson(40, side * side), np.full(side * side, 40.0), edges), runs=1
    )
    table.add_row(f"BYM2 smoothing of {side * side} areas over a grid of 120 points", f"{smooth:.2f}", "–", "–")
    tenths = rng.integers(50_000, 120_000, 10).astype(float)

    def slopes() -> None:
        values, errors, people = (
            np.tile(np.linspace(76, 82, 10), (42, 1)),
            np.full((42, 10), 0.4),
            np.tile(tenths, (42, 1)),
        )
        simulated_slope_index(values, errors, people, np.random.default_rng(1))

    table.add_row("slope index, 42 boards x 100,000 draws", f"{timed(slopes):.2f}", "–", "2")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
