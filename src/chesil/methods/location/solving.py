"""Solving a mixed integer programme with HiGHS: limits, an interrupt that keeps the best so far, the same answer twice."""

import ctypes
import os
import sys
from dataclasses import dataclass
from threading import Thread

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]
FEASIBLE = int(highspy.SolutionStatus.kSolutionStatusFeasible)


@dataclass(frozen=True, eq=False)
class Programme:
    """minimise cost @ x subject to row_low <= rows @ x <= row_high, low <= x <= high, some x whole numbers."""

    cost: Array
    low: Array
    high: Array
    whole: NDArray[np.bool_]
    rows: sparse.csr_matrix
    row_low: Array
    row_high: Array


@dataclass(frozen=True, eq=False)
class Solved:
    """What the solver knows at its end: values (None if it has none), their cost, the bound, and how it ended.

    `ended` is "optimal", "infeasible", "cut_off" (nothing is cheaper than the limit given), "time" or "interrupted".
    """

    values: Array | None
    cost: float
    bound: float
    ended: str


def solve(
    programme: Programme,
    *,
    seconds: float = np.inf,
    relative_gap: float = 0.0,
    absolute_gap: float = 1e-6,
    limit: float = np.inf,
    start: Array | None = None,
) -> Solved:
    """Solve with HiGHS on one thread and a fixed seed. Plans that cost `limit` or more are of no interest.

    Ctrl-C stops the search, keeps the best so far, and raises nothing: the answer says "interrupted".
    """
    solver = quiet_solver()
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("mip_rel_gap", relative_gap),
        ("mip_abs_gap", absolute_gap),
    ):
        solver.setOptionValue(name, value)
    if np.isfinite(seconds):
        solver.setOptionValue("time_limit", max(float(seconds), 0.0))
    if np.isfinite(limit):
        solver.setOptionValue("objective_bound", float(limit))
    solver.passModel(_as_highs(programme))
    if start is not None:
        given = highspy.HighsSolution()
        given.col_value = start.tolist()
        solver.setSolution(given)
    return _ended(solver, programme, _run(solver))


def quiet_solver() -> highspy.Highs:
    """A solver made without the line that HiGHS prints when the first one is made: it would spoil what a command prints."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        solver = highspy.Highs()
        if os.name == "posix":
            ctypes.CDLL(None).fflush(None)
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
    return solver


def _run(solver: highspy.Highs) -> bool:
    """Run in a thread so that Ctrl-C is heard; True if it was."""
    solver.HandleUserInterrupt = True
    thread = Thread(target=highspy.Highs.run, args=(solver,), daemon=True)
    heard = False
    thread.start()
    while thread.is_alive():
        try:
            thread.join(0.5)
        except KeyboardInterrupt:
            heard = True
            solver.cancelSolve()
    return heard


def _ended(solver: highspy.Highs, programme: Programme, interrupted: bool) -> Solved:
    status, info = solver.getModelStatus(), solver.getInfo()
    kinds = highspy.HighsModelStatus
    is_mip = bool(programme.whole.any())
    has = int(info.primal_solution_status) == FEASIBLE
    values = np.array(solver.getSolution().col_value) if has else None
    cost = float(info.objective_function_value) if has else np.inf
    bound = float(info.mip_dual_bound) if is_mip else cost
    if status == kinds.kOptimal:
        return Solved(values, cost, bound, "optimal")
    if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
        return Solved(None, np.inf, np.inf, "infeasible")
    if status in (kinds.kObjectiveBound, kinds.kObjectiveTarget):
        return Solved(values, cost, bound, "cut_off")
    return Solved(values, cost, bound, "interrupted" if interrupted or status == kinds.kInterrupt else "time")


def _as_highs(programme: Programme) -> highspy.HighsLp:
    model = highspy.HighsLp()
    rows = programme.rows.tocsr()
    model.num_col_, model.num_row_ = programme.cost.size, rows.shape[0]
    model.col_cost_, model.col_lower_, model.col_upper_ = programme.cost, programme.low, programme.high
    model.row_lower_, model.row_upper_ = programme.row_low, programme.row_high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = rows.indptr
    model.a_matrix_.index_ = rows.indices
    model.a_matrix_.value_ = rows.data
    if programme.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(w)] for w in programme.whole]
    return model
