"""Floating catchments beside PySAL's access, and routing beside a networkx loop, on the same data in the same run."""

import os
import time
import warnings
from collections.abc import Callable

import networkx as nx
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from scipy.sparse import coo_array

from chesil.methods.catchment import by_steps, enhanced_two_step_fca, three_step_fca, two_step_fca
from chesil.methods.journey_times import journey_times
from chesil.methods.raam import raam
from chesil.methods.reach import reach_of
from chesil.methods.routing import build_network, roads_of, seconds_between
from chesil.methods.timetable import Walks, connections_of, journeys_in_window, scan_profile

warnings.filterwarnings("ignore")
os.environ.setdefault("PYTHONWARNINGS", "ignore")


def timed(act: Callable[[], object], runs: int = 3) -> tuple[float, object]:
    """Median processor seconds of some runs, and what the last gave: the machine may be shared."""
    seconds, found = [], None
    for _ in range(runs):
        start = time.process_time()
        found = act()
        seconds.append(time.process_time() - start)
    return float(np.median(seconds)), found


def catchments(table: Table, rng: np.random.Generator) -> None:
    """A board's areas and sites, every pair."""
    from access import Access, weights

    n, m = 452, 150
    here, there = rng.random((n, 2)) * 70, rng.random((m, 2)) * 70
    minutes = np.hypot(here[:, None, 0] - there[None, :, 0], here[:, None, 1] - there[None, :, 1])
    people, supply = rng.integers(1_000, 2_600, n).astype(float), rng.random(m) * 8 + 1
    costs = pd.DataFrame(
        {"origin": np.repeat(np.arange(n), m), "dest": np.tile(np.arange(m), n), "cost": minutes.ravel()}
    )

    def peer() -> Access:
        return Access(
            demand_df=pd.DataFrame({"id": range(n), "pop": people}), demand_index="id", demand_value="pop",
            supply_df=pd.DataFrame({"id": range(m), "gp": supply}), supply_index="id", supply_value="gp",
            cost_df=costs, cost_origin="origin", cost_dest="dest", cost_name="cost",
        )  # fmt: skip

    steps = {10: 1, 20: 0.68, 30: 0.22}
    cases: list[tuple[str, Callable[[], np.ndarray], Callable[[Access], pd.Series]]] = [
        ("2SFCA, 30 minutes", lambda: two_step_fca(people, supply, minutes, limit=30).access,
         lambda a: a.two_stage_fca(name="x", max_cost=30)["x_gp"]),
        ("E2SFCA, Luo and Qi's steps", lambda: enhanced_two_step_fca(people, supply, minutes).access,
         lambda a: a.enhanced_two_stage_fca(name="x", weight_fn=weights.step_fn(steps))["x_gp"]),
        ("3SFCA, Wan's steps", lambda: three_step_fca(people, supply, minutes).access,
         lambda a: a.three_stage_fca(name="x")["x_gp"]),
    ]  # fmt: skip
    for name, ours, theirs in cases:
        seconds, found = timed(ours)
        slow, expected = timed(lambda act=theirs: act(peer()))
        apart = np.nanmax(np.abs(np.asarray(expected)[:n] / np.asarray(found) - 1))
        table.add_row(f"{name}, {n} x {m}", f"{seconds:.4f}", f"access {slow:.3f}", f"apart by {apart:.0e}")
    seconds, found = timed(lambda: raam(people, supply, minutes, tau=60))
    slow, expected = timed(lambda: peer().raam(name="x", tau=60)["x_gp"], runs=1)
    apart = np.nanmax(np.abs(np.asarray(expected) / found.score - 1))
    note = f"apart by {apart:.0e}; our gap {found.gap:.0e}"
    table.add_row(f"RAAM, tau 60, {n} x {m}", f"{seconds:.3f}", f"access {slow:.3f} (not converged)", note)


def england(table: Table, rng: np.random.Generator) -> None:
    """As many areas, practices and pairs as England has within an hour."""
    n, m, pairs = 32_844, 6_139, 8_000_000
    key = np.unique(rng.integers(0, n * m, pairs))
    costs = coo_array((rng.random(key.size) * 60, (key // m, key % m)), shape=(n, m))
    people, supply = rng.integers(1_000, 2_600, n).astype(float), rng.random(m) * 8 + 1
    seconds, reach = timed(lambda: reach_of(costs), runs=1)
    table.add_row(f"{key.size:,} pairs put in order", f"{seconds:.2f}", "", "")
    decay = by_steps({10: 1, 20: 0.68, 30: 0.22})
    seconds, found = timed(lambda: enhanced_two_step_fca(people, supply, reach, decay=decay))
    kept = (found.access * people).sum() / (supply.sum() - found.supply_unreached) - 1
    table.add_row(f"E2SFCA, {n:,} x {m:,}, sparse", f"{seconds:.2f}", "", f"supply kept to {kept:.0e}")
    seconds, _ = timed(lambda: three_step_fca(people, supply, reach))
    table.add_row(f"3SFCA, {n:,} x {m:,}, sparse", f"{seconds:.2f}", "", "")
    seconds, _ = timed(lambda: journey_times(people, reach, (10, 15, 20, 30)))
    table.add_row("three journey-time metrics, the same", f"{seconds:.2f}", "", "")


def routing(table: Table, rng: np.random.Generator) -> None:
    """500 x 130 on a grid of 30,000 junctions, one street in ten one-way, speeds of five kinds."""
    side = 174
    x, y = (a.ravel() * 100.0 for a in np.meshgrid(np.arange(side), np.arange(side)))
    number = np.arange(side * side).reshape(side, side)
    across = np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1)
    along = np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1)
    ways = np.concatenate([across, along]).tolist()
    speed = rng.choice([6.0, 8.0, 11.0, 14.0, 20.0], len(ways))
    back = np.where(rng.random(len(ways)) < 0.1, 0.0, speed)
    load, network = timed(lambda: build_network(roads_of(x, y, ways, speed, back)), runs=1)
    origins, destinations = rng.choice(side * side, 500, False), rng.choice(side * side, 130, False)
    seconds, found = timed(lambda: seconds_between(network, origins, destinations))
    graph = nx.DiGraph()
    for (a, b), ahead, behind in zip(ways, speed, back, strict=True):
        graph.add_edge(a, b, seconds=100 / ahead)
        if behind:
            graph.add_edge(b, a, seconds=100 / behind)
    turned = graph.reverse()
    few = 10

    def loop() -> np.ndarray:
        rows = [nx.single_source_dijkstra_path_length(turned, d, weight="seconds") for d in destinations[:few].tolist()]
        return np.array([[row.get(o, np.inf) for row in rows] for o in origins.tolist()])

    slow, expected = timed(loop, runs=1)
    with np.errstate(invalid="ignore"):
        apart = np.nanmax(np.abs(expected - found[:, :few]))
    table.add_row(f"network of {side * side:,} junctions built", f"{load:.2f}", "", "after load is timed below")
    table.add_row(
        "500 x 130 least times",
        f"{seconds:.2f}",
        f"networkx {slow * 130 / few:.1f} (scaled)",
        f"apart by {apart:.0e} s",
    )


def buses(table: Table, rng: np.random.Generator) -> None:
    """A county's morning: 3,000 stops, 2,500 trips of 32 calls, 150 destinations, 452 origins, 180 departures."""
    stops, trips, calls = 3_000, 2_500, 32
    stop = (rng.integers(0, stops, trips)[:, None] + rng.integers(1, 3, (trips, calls)).cumsum(1)) % stops
    when = rng.integers(7 * 3600, 12 * 3600, trips)[:, None] + rng.integers(40, 150, (trips, calls)).cumsum(1)
    rides = connections_of(np.repeat(np.arange(trips), calls), stop.ravel(), when.ravel(), when.ravel(), stops)
    between = rng.integers(0, stops, (2, 12_000))
    between = between[:, between[0] != between[1]]
    changes = Walks(between[0], between[1], rng.random(between.shape[1]) * 300)
    egress = np.where(rng.random((stops, 150)) < 0.004, rng.random((stops, 150)) * 1200, np.inf)
    seconds, profile = timed(lambda: scan_profile(rides, changes, egress, latest=12 * 3600), runs=1)
    table.add_row(
        f"timetable of {rides.trip.size:,} rides scanned for 150 sites", f"{seconds:.1f}", "", "every departure"
    )
    access = Walks(np.repeat(np.arange(452), 20), rng.integers(0, stops, 452 * 20), rng.random(452 * 20) * 1200)
    leave = 60 * np.arange(7 * 60, 10 * 60)
    seconds, _ = timed(lambda: journeys_in_window(profile, access, np.full((452, 150), np.inf), leave), runs=1)
    table.add_row("452 areas x 150 sites x 180 departures", f"{seconds:.1f}", "", "median, least and greatest")


def main() -> None:
    """Print one table."""
    rng = np.random.default_rng(1)
    table = Table("what", "ours, s", "peer, s", "note")
    for part in (catchments, england, routing, buses):
        part(table, rng)
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
