"""Grouping: how long Dorset takes to be proved, and how near a large board's plan comes to its bound in five minutes."""

import sys
import time
from datetime import date

from rich.console import Console
from rich.table import Table

from chesil.analyses.grouping import GroupingSettings, practices_of
from chesil.analyses.grouping.posing import pose
from chesil.methods.districting_search import solve_districting
from chesil.packs.pack import read_table
from chesil.place.assembling import assemble_place

PLACES = ("QVV", "QOX", "QYG")
SECONDS = 290.0


def main() -> None:
    """Print a table. No open peer solves banded grouping of practices; the bound is the yardstick."""
    table = Table("board", "practices", "groups", "wall s", "cpu s", "gap", "asked for")
    neighbours = read_table("area_neighbours")
    for code in sys.argv[1:] or PLACES:
        place = assemble_place(code, as_at=date(2026, 11, 24), only=frozenset())
        settings = GroupingSettings()
        posed = pose(practices_of(place, neighbours, settings), settings)
        wall, cpu = time.perf_counter(), time.process_time()
        found = solve_districting(posed.problem, stop=lambda begun=wall: time.perf_counter() - begun > SECONDS)
        took, worked = time.perf_counter() - wall, time.process_time() - cpu
        asked = "5% in 300 s" if posed.problem.n > 200 else "1% in 60 s"
        gap = f"{found.gap:.2%}" if found else "no plan"
        table.add_row(
            place.name,
            str(posed.problem.n),
            str(len(found.groups) if found else 0),
            f"{took:.1f}",
            f"{worked:.1f}",
            gap,
            asked,
        )
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
