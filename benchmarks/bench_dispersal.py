"""Dispersals timed beside a plain pandas version of the same steps, in one run."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from chesil.analyses.closure import Asked, ClosureSettings, assess_what_if
from chesil.analyses.closure.settings import fitted_model
from chesil.methods.dispersal import leaving_shares, simulate_dispersals, totals_by_share
from chesil.place.assembling import assemble_place
from chesil.place.choosing import index_choices
from chesil.place.place import Place
from chesil.scenario.practices import ClosePractice
from chesil.scenario.scenario import Scenario, apply_scenario
from chesil.setting_up.closure import _pharmacies, gps_last_returned

OURS, LOOPED = 8, 8
"""Every so many practices of England are closed by us (all with --whole); so many by pandas."""
STUDY = Path(__file__).parents[1] / "studies" / "dorset"


def timed(act: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """Least wall and processor seconds of some runs."""
    wall, cpu = [], []
    for _ in range(times):
        start, began = time.perf_counter(), time.process_time()
        act()
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - began)
    return min(wall), min(cpu)


def plain(flows: pd.DataFrame, code: str) -> pd.Series:
    """Where the patients of a practice go by neighbours' shares, as a hand-written script has it."""
    mine = flows[flows.practice_code == code].set_index("lsoa11").patients
    others = flows[(flows.practice_code != code) & flows.lsoa11.isin(mine.index)].copy()
    others["share"] = others.patients / others.groupby("lsoa11").patients.transform("sum")
    others["gets"] = others.share * others.lsoa11.map(mine)
    return others.groupby("practice_code").gets.sum()


def close_each(place: Place, codes: list[str]) -> int:
    """Close each practice in turn; people placed, all told."""
    index = index_choices(place)
    return sum(int(totals_by_share(*index.neighbours(code))[1].sum()) for code in codes)


def main() -> None:
    """Print a table: what was done, our seconds (wall and processor), pandas's, and what was asked for."""
    table = Table("what", "wall, s", "processor, s", "pandas, s", "asked for")
    dorset, then = (assemble_place("QVV", vintage=v) for v in ("2025/26", "2022/23"))
    gps, pharmacies = gps_last_returned([then]), _pharmacies()
    code = "J81010"
    settings = ClosureSettings()

    def asked() -> object:
        return assess_what_if(dorset, Asked((code,)), settings, np.random.default_rng(1), gps, pharmacies)

    asked()
    wall, cpu = timed(asked)
    table.add_row("what-if on Dorset, 1,000 runs, minutes, second round", f"{wall:.2f}", f"{cpu:.2f}", "–", "0.3")
    scenario = Scenario("x", (ClosePractice(code, "bench"),))
    wall, cpu = timed(lambda: apply_scenario(dorset, scenario))
    table.add_row("the same closure as an edit of the place", f"{wall:.2f}", f"{cpu:.2f}", "–", "–")
    index = index_choices(dorset)
    largest = max(dorset.practices.select("list_size", "practice_code").iter_rows())[1]
    field = index.field(largest)
    shares = leaving_shares(field.people, field.observed, field.sizes, field.km, fitted_model(dorset))
    wall, cpu = timed(
        lambda: simulate_dispersals(field.people, shares, np.random.default_rng(1), runs=1000, spread=1.7)
    )
    table.add_row(
        f"1,000 simulated dispersals of the largest list ({field.people.sum():,})",
        f"{wall:.2f}",
        f"{cpu:.2f}",
        "–",
        "1",
    )
    england = assemble_place("England", vintage="2022/23", only=frozenset({"sites"}))
    codes = list(england.practices["practice_code"])
    ours = codes if "--whole" in sys.argv else codes[::OURS]
    wall, cpu = timed(lambda: close_each(england, ours), 1)
    flows = pd.DataFrame(england.registrations.to_dict(as_series=False))
    few = codes[:: len(codes) // LOOPED]
    peer, peer_cpu = timed(lambda: [plain(flows, c) for c in few], 1)
    all_ours, all_peers = len(codes) / len(ours), len(codes) / len(few)
    table.add_row(
        f"each of England's {len(codes):,} practices closed in turn ({len(ours):,} of ours and {len(few)} of pandas's, scaled)",
        f"{all_ours * wall:.1f}",
        f"{all_ours * cpu:.1f}",
        f"{all_peers * peer:.0f} ({all_peers * peer_cpu:.0f} of processor)",
        "60",
    )
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
