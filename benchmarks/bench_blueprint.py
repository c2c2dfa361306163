"""How long the main jobs take as a person runs them: cold processes, wall seconds and peak memory."""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
RUNS = 3

EVERY_BOARD = """
import polars as pl
from chesil.packs.pack import read_table
from chesil.place.assembling import assemble_place
groups = read_table("groups", ["group_type", "group_code", "vintage"]).filter(pl.col("group_type") == "icb").unique()
for code, vintage in groups.select("group_code", "vintage").sort("vintage", "group_code").iter_rows():
    assert assemble_place(code, vintage=vintage).patients > 0
"""


def measure(words: list[str]) -> tuple[list[float], float]:
    """Wall seconds of each run, and the peak memory of any child so far in megabytes."""
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    return sorted(seconds), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Print one row a job: least, median and most seconds of three runs, and what was asked for."""
    chesil = [sys.executable, "-c", "from chesil.cli import main; main()"]
    table = Table("job", "least s", "median s", "most s", "peak MB so far", "asked for")
    with tempfile.TemporaryDirectory() as folder:
        jobs = [
            ("chesil figure patients_per_gp_fte QVV", [*chesil, "figure", "patients_per_gp_fte", "QVV"], "under 1 s"),
            ("chesil figure share_no_car England", [*chesil, "figure", "share_no_car", "England"], "under 1 s"),
            (
                "blueprint of Dorset",
                [*chesil, "blueprint", "studies/dorset", "--out", f"{folder}/out"],
                "under 10 s, 1.5 GB",
            ),
            ("every board at every vintage (120 places)", [sys.executable, "-c", EVERY_BOARD], "under 60 s"),
        ]
        for name, words, asked in jobs:
            seconds, memory = measure(words)
            table.add_row(name, *(f"{s:.2f}" for s in seconds), f"{memory:,.0f}", asked)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
