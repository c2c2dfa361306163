"""How long the blueprint of each integrated care board of England takes, and whether every one of them can be made.

Each is a cold process of `chesil blueprint` (board edition, web pages), two at a time. `--only QVV,QMJ` does some,
`--vintage 2022/23` another vintage, `--jobs 1` one at a time. A board that fails is named with its error, and the run
ends with an error.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from chesil.packs.pack import read_table
from chesil.study import new_study

AS_AT = {"2015/16": date(2016, 12, 1), "2022/23": date(2023, 6, 30)}
"""The day at which a study of an earlier vintage is dated; of the newest, today's pack's."""
NEWEST, TODAY = "2025/26", date(2026, 11, 24)
CHESIL = (sys.executable, "-c", "from chesil.cli import main; main()")


@dataclass(frozen=True)
class Board:
    """A board with how many practices it has and how many people are registered with them."""

    code: str
    name: str
    practices: int
    people: int


@dataclass(frozen=True)
class Seen:
    """What making one blueprint took: seconds by the clock and of the processor, peak memory, pages, bytes; or its error."""

    board: Board
    clock_s: float
    processor_s: float
    peak_mb: float
    pages: int
    megabytes: float
    error: str


def boards_of(vintage: str) -> list[Board]:
    """Every integrated care board of a vintage, in order of code."""
    groups = read_table("groups", where=(pl.col("group_type") == "icb") & (pl.col("vintage") == vintage))
    lists = read_table("practices", ["practice_code", "list_size"], pl.col("vintage") == vintage)
    members = groups.join(lists, left_on="member_code", right_on="practice_code")
    counted = members.group_by("group_code").agg(
        pl.col("group_name").first(), pl.len().alias("practices"), pl.col("list_size").sum().alias("people")
    )
    return [Board(*row) for row in counted.sort("group_code").iter_rows()]


def make_blueprint(board: Board, vintage: str, folder: Path) -> Seen:
    """Make one board's blueprint in a process of its own and weigh what it wrote."""
    study, out, said = folder / board.code, folder / f"{board.code}-out", folder / f"{board.code}.txt"
    new_study(study, board.name, as_at=AS_AT.get(vintage, TODAY), place=board.code)
    text = (study / "study.toml").read_text(encoding="utf-8")
    (study / "study.toml").write_text(f'{text}vintage = "{vintage}"\n', encoding="utf-8")
    began = time.perf_counter()
    with said.open("wb") as words:
        process = subprocess.Popen(
            [*CHESIL, "blueprint", str(study), "--out", str(out)], stdout=words, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    clock = time.perf_counter() - began
    files = [p for p in out.rglob("*") if p.is_file()] if out.exists() else []
    lines = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return Seen(
        board=board,
        clock_s=clock,
        processor_s=used.ru_utime + used.ru_stime,
        peak_mb=used.ru_maxrss / 1024,
        pages=sum(p.suffix == ".html" for p in files),
        megabytes=sum(p.stat().st_size for p in files) / 1e6,
        error="" if process.returncode == 0 else (lines[-1] if lines else f"ended with {process.returncode}"),
    )


def print_table(seen: Sequence[Seen], clock_s: float) -> None:
    """One row a board, and the whole."""
    table = Table("board", "practices", "people", "clock s", "processor s", "peak MB", "pages", "MB", "error")
    for s in seen:
        table.add_row(
            f"{s.board.code} {s.board.name}", f"{s.board.practices:,}", f"{s.board.people:,}", f"{s.clock_s:.1f}",
            f"{s.processor_s:.1f}", f"{s.peak_mb:,.0f}", f"{s.pages:,}", f"{s.megabytes:.1f}", s.error,
        )  # fmt: skip
    table.add_section()
    table.add_row(
        f"all {len(seen)}", f"{sum(s.board.practices for s in seen):,}", f"{sum(s.board.people for s in seen):,}",
        f"{clock_s:.0f}", f"{sum(s.processor_s for s in seen):.0f}", f"{max(s.peak_mb for s in seen):,.0f}",
        f"{sum(s.pages for s in seen):,}", f"{sum(s.megabytes for s in seen):.0f}",
        f"{sum(bool(s.error) for s in seen)} failed",
    )  # fmt: skip
    Console(width=160).print(table)


def main() -> None:
    """Make every board's blueprint and print what each took (asked for: all of them in ten minutes on two cores)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vintage", default=NEWEST)
    parser.add_argument("--only", default="", help="codes of boards, with commas")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    wanted = {code.strip().upper() for code in asked.only.split(",") if code.strip()}
    boards = [b for b in boards_of(asked.vintage) if not wanted or b.code in wanted]
    began = time.perf_counter()
    seen = []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.jobs) as pool:
        for done in pool.map(lambda b: make_blueprint(b, asked.vintage, Path(folder)), boards):
            seen.append(done)
            print(f"{len(seen)}/{len(boards)} {done.board.code} {done.clock_s:.1f} s {done.error}", file=sys.stderr)
    print_table(seen, time.perf_counter() - began)
    sys.exit(any(s.error for s in seen))


if __name__ == "__main__":
    main()
