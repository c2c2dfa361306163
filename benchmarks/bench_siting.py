"""Benchmarks of siting: p-median beside PySAL spopt with the same HiGHS in one run, look-alikes of 900 nodes, Dorset.

The OR-Library's files are read from CHESIL_ANCHORS; without it, look-alikes of pmed1-10 by the same procedure stand in.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import orlib

from chesil.methods.location.capacitated import capacitated_location
from chesil.methods.location.p_median import p_median
from chesil.methods.location.plan import LocationPlan

SERIES = ((100, 5), (100, 10), (100, 10), (100, 20), (100, 33), (200, 5), (200, 10), (200, 20), (200, 40), (200, 67))
SPOPT_SECONDS = 120.0
SINGLE_SOURCE = (
    (20, 50, 3.0),
    (30, 150, 3.2),
    (30, 150, 5.0),
    (10, 90, 2.0),
    (20, 80, 3.0),
    (30, 70, 5.0),
    (30, 200, 2.0),
)
LARGE = tuple((n, p) for n in (300, 600, 900) for p in (5, 10, n // 10, n // 5, n // 3))


def small_cases() -> list[tuple[str, np.ndarray, int]]:
    """pmed1 to pmed10, or look-alikes of them."""
    library = orlib.folder()
    if library is None:
        return [(f"like pmed{k}", *orlib.look_alike(n, p, k)) for k, (n, p) in enumerate(SERIES, 1)]
    return [(f"pmed{k}", *orlib.read_pmed(library / "pmed" / f"pmed{k}.txt")) for k in range(1, 11)]


def by_spopt(costs: np.ndarray, p: int) -> tuple[float, float]:
    """Processor seconds and objective of spopt's p-median with HiGHS through PuLP: building the model and solving it.

    HiGHS gets `SPOPT_SECONDS` by the clock; the objective is not a number where it has proved no optimum by then.
    """
    import pulp
    from spopt.locate import PMedian

    began = time.process_time()
    model = PMedian.from_cost_matrix(costs, np.ones(costs.shape[0]), p_facilities=p)
    solver = pulp.HiGHS(msg=False, threads=1, timeLimit=SPOPT_SECONDS, gapRel=0.0)
    model.problem.solve(solver)
    is_proved = model.problem.sol_status == pulp.constants.LpSolutionOptimal
    objective = pulp.value(model.problem.objective) if is_proved else float("nan")
    return time.process_time() - began, float(objective)


def beside_spopt() -> None:
    """pmed1-10 by both in one run, in processor seconds, so that other work on the machine counts for neither."""
    print(f"{'instance':14}{'ours, s':>10}{'spopt, s':>10}{'times':>8}  same optimum")
    ours, ratios = [], []
    for name, costs, p in small_cases():
        began = time.process_time()
        plan = p_median(costs, p)
        ours.append(max(time.process_time() - began, 1e-3))
        seconds, objective = by_spopt(costs, p)
        ratios.append(seconds / ours[-1])
        late = np.isnan(objective)
        same = "not proved in time by spopt" if late else "yes" if abs(objective - plan.objective) < 0.5 else "NO"
        print(
            f"{name:14}{ours[-1]:10.3f}{seconds:10.2f}{ratios[-1]:8.0f}  {same if plan.is_proved else 'NO'}", flush=True
        )
    print(
        f"together {sum(ours):.2f} s (asked for: under 10); median {statistics.median(ratios):.0f} times as fast (10); spopt "
        f"had {SPOPT_SECONDS:.0f} s by the clock for each case, and where it had not ended its ratio is a least one\n"
    )


def main() -> None:
    beside_spopt()
    if "--small" in sys.argv:
        return
    print("Look-alikes of pmed11-40 (asked for: each proved within 120 s)")
    for n, p in LARGE:
        costs, _ = orlib.look_alike(n, p, n + p)
        plan = p_median(costs, p)
        print(f"n={n:4} p={p:4}{plan.seconds:10.2f} s  {plan.ended}, {plan.work['branches']} branches", flush=True)
    with_capacities()
    dorset()


def with_capacities() -> None:
    """Look-alikes of the capacitated p-median and of single-source location, each with a minute by the clock."""
    print("Sites with capacities (60 s by the clock each): cost, bound, gap, processor seconds")
    for seed in range(1, 9):
        apart, p, capacities, demands = orlib.capacitated_look_alike(100, 10, seed)
        began = time.process_time()
        plan = capacitated_location(apart, demands, capacities, p=p, seconds=60)
        _tell(f"100 points, 10 sites, seed {seed}", plan, time.process_time() - began)
    for sites, customers, ratio in SINGLE_SOURCE:
        for by_demand in (False, True):
            costs, opening, capacities, demands = orlib.single_source_look_alike(
                sites, customers, ratio, sites + customers, by_demand=by_demand
            )
            began = time.process_time()
            plan = capacitated_location(costs, demands, capacities, opening=opening, seconds=60)
            _tell(f"{sites} x {customers}, room {ratio:g} times", plan, time.process_time() - began)


def _tell(name: str, plan: LocationPlan, seconds: float) -> None:
    print(
        f"{name:32}{plan.objective:10,.0f}{plan.bound:12,.1f}{plan.gap:9.2%}{seconds:8.1f} s  {plan.ended}", flush=True
    )


def dorset() -> None:
    """The whole frontier, localities and robustness of Dorset, as the command makes them."""
    from chesil.setting_up.siting import propose_for, siting_settings
    from chesil.study import new_study, read_study

    with tempfile.TemporaryDirectory() as folder:
        from datetime import date

        new_study(Path(folder) / "d", "Dorset", as_at=date(2026, 11, 24), place="QVV")
        study = read_study(Path(folder) / "d")
        wall, processor = time.perf_counter(), time.process_time()
        _, found, inputs = propose_for(
            study,
            siting_settings(study),
            "sites",
            "Sites",
            tell=lambda *_: None,
            stop=lambda: False,
            clock=time.monotonic,
        )
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
    unproved = sum(not s["is_proved"] for s in found.steps)
    print(
        f"\nDorset: {inputs.sites.height} sites, {inputs.areas.height} areas, {len(found.steps)} points, {unproved} unproved, "
        f"{wall:.1f} s wall, {processor:.1f} s of one processor (asked for: under 60)"
    )


if __name__ == "__main__":
    main()
