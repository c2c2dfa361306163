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

from chesil.methods.location.p_median import p_median

SERIES = ((100, 5), (100, 10), (100, 10), (100, 20), (100, 33), (200, 5), (200, 10), (200, 20), (200, 40), (200, 67))
LARGE = tuple((n, p) for n in (300, 600, 900) for p in (5, 10, n // 10, n // 5, n // 3))


def small_cases() -> list[tuple[str, np.ndarray, int]]:
    """pmed1 to pmed10, or look-alikes of them."""
    library = orlib.folder()
    if library is None:
        return [(f"like pmed{k}", *orlib.look_alike(n, p, k)) for k, (n, p) in enumerate(SERIES, 1)]
    return [(f"pmed{k}", *orlib.read_pmed(library / "pmed" / f"pmed{k}.txt")) for k in range(1, 11)]


def by_spopt(costs: np.ndarray, p: int) -> tuple[float, float]:
    """Seconds and objective of spopt's p-median with HiGHS through PuLP: building the model and solving it."""
    import pulp
    from spopt.locate import PMedian

    began = time.perf_counter()
    model = PMedian.from_cost_matrix(costs, np.ones(costs.shape[0]), p_facilities=p)
    model.solve(pulp.HiGHS(msg=False), results=False)
    return time.perf_counter() - began, float(pulp.value(model.problem.objective))


def main() -> None:
    print(f"{'instance':14}{'ours, s':>10}{'spopt, s':>10}{'times':>8}  same optimum")
    ours, ratios = [], []
    for name, costs, p in small_cases():
        plan = p_median(costs, p)
        seconds, objective = by_spopt(costs, p)
        ours.append(plan.seconds)
        ratios.append(seconds / plan.seconds)
        same = plan.is_proved and abs(objective - plan.objective) < 0.5
        print(f"{name:14}{plan.seconds:10.3f}{seconds:10.2f}{ratios[-1]:8.0f}  {'yes' if same else 'NO'}", flush=True)
    print(
        f"together {sum(ours):.2f} s (asked for: under 10); median {statistics.median(ratios):.0f} times as fast (10)\n"
    )
    if "--small" in sys.argv:
        return
    print("Look-alikes of pmed11-40 (asked for: each proved within 120 s)")
    for n, p in LARGE:
        costs, _ = orlib.look_alike(n, p, n + p)
        plan = p_median(costs, p)
        print(f"n={n:4} p={p:4}{plan.seconds:10.2f} s  {plan.ended}, {plan.work['branches']} branches", flush=True)
    dorset()


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
