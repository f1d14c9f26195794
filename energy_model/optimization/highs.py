"""HiGHS: a linear program → a solver result; the only file that calls the solver."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import highspy
import numpy as np

from energy_model.optimization.certificate import MAX_GAP_SHARE, Certificate, certify
from energy_model.optimization.highs_methods import method_sequence, options_of
from energy_model.optimization.idle_columns import without_tolerances
from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.program_names import program_names
from energy_model.optimization.solver_monitor import Progress, SolverMonitor
from energy_model.optimization.vertex import AT_LOWER, AT_UPPER, BETWEEN, is_near_vertex, places

log = logging.getLogger(__name__)
# Maximum pivots per row of a solve from a warm start: about the number of a cold start.
MAX_PIVOTS_PER_ROW = {"primal": 0.12, "dual": 0.08, "stages": 0.12}
# Share of changed cost coefficients above which a warm start is not used: the optimum is too far away
OTHER_GOAL_SHARE = 0.5
# 0: HiGHS chooses the number of threads; a study that solves several cases in parallel sets 1
SOLVER_THREADS = 0
ITERATION_LIMIT = "Iteration limit reached"  # the words of HiGHS
OPTIMAL, INFEASIBLE, UNBOUNDED, STOPPED, FAILED = (
    "optimal",
    "infeasible",
    "unbounded",
    "stopped",
    "failed",
)


@dataclass
class WarmStart:
    """Warm start of similar programs: the costs, the solution and the basis of the first one.

    It is set once, so that a result does not depend on the queries solved before it.
    """

    cost: np.ndarray | None = None
    x: np.ndarray | None = None
    basis: Any = None

    def method(self, lp: LinearProgram) -> str | None:
        """Simplex method for a warm start: primal if only costs differ, dual if only limits differ.

        If both differ, two stages: dual with the old costs, then primal with the new. None if the basis does not fit.
        """
        if self.x is None or self.cost is None or self.basis is None:
            return None
        if lp.A.shape != (len(self.basis.row_status), len(self.x)):
            return None
        moved = np.count_nonzero(lp.cost != self.cost)
        if moved > OTHER_GOAL_SHARE * np.count_nonzero(self.cost):
            return None
        return "dual" if not moved else "primal" if is_feasible(lp, self.x) else "stages"

    def packed(self) -> dict[str, np.ndarray]:
        """The warm start as arrays, to store or send; empty if it is not set."""
        if self.cost is None or self.x is None:
            return {}
        columns, rows = (
            np.asarray([int(status) for status in statuses], np.int8)
            for statuses in (self.basis.col_status, self.basis.row_status)
        )
        return {"cost": self.cost, "x": self.x, "columns": columns, "rows": rows}

    @classmethod
    def unpacked(cls, arrays: Mapping[str, np.ndarray]) -> WarmStart:
        """The warm start from the arrays of `packed`."""
        if not len(arrays):
            return cls()
        basis = highspy.HighsBasis()
        basis.col_status = [highspy.HighsBasisStatus(int(status)) for status in arrays["columns"]]
        basis.row_status = [highspy.HighsBasisStatus(int(status)) for status in arrays["rows"]]
        basis.valid = True
        return cls(np.asarray(arrays["cost"]), np.asarray(arrays["x"]), basis)


def is_feasible(lp: LinearProgram, x: np.ndarray, share: float = 1e-6) -> bool:
    """Whether a solution satisfies every row and bound of a program, within a relative tolerance ``share``."""
    for values, low, high in ((x, lp.lower, lp.upper), (lp.A @ x, lp.row_lower, lp.row_upper)):
        slack = share * (1 + np.abs(values))
        if (values < low - slack).any() or (values > high + slack).any():
            return False
    return True


@dataclass(frozen=True)
class SolverResult:
    """Result of the solver: status, column values, row duals, method, time [s], iterations and certificate.

    ``solver`` and ``version`` name another solver than HiGHS, or the file that the values come from.
    """

    status: str
    x: np.ndarray
    prices: np.ndarray
    method: str
    seconds: float
    iterations: int
    certificate: Certificate | None
    said: str = ""
    solver: str = "HiGHS"
    version: str = ""

    @property
    def objective(self) -> float:
        """Least cost [EUR/a]."""
        return self.certificate.cost if self.certificate else math.nan

    @property
    def holds(self) -> bool:
        """Whether the result has a certificate that holds."""
        return self.certificate is not None and self.certificate.holds


def solve(
    lp: LinearProgram,
    method: str = "auto",
    time_limit: float = 36000.0,
    progress: Progress | None = None,
    start: WarmStart | None = None,
    gap: float = MAX_GAP_SHARE,
) -> SolverResult:
    """Solves a program; tries another method if the certificate of a result does not hold.

    Args:
        lp: The linear program.
        method: ``auto``, ``simplex`` or ``ipm``.
        time_limit: Time limit over all methods [s].
        progress: Called with a sentence on the progress of the solver.
        start: Warm start. If empty, it is filled with the optimal basis.
        gap: Allowed gap [1] of cost and lower bound; a wide one ends an interior point method sooner.
    """
    begun = time.monotonic()
    answer = None
    if start is not None and (warm := start.method(lp)):
        answer = _solve_with(lp, warm, time_limit, progress, start)
        if answer.status in (INFEASIBLE, UNBOUNDED) or (answer.status == OPTIMAL and answer.holds):
            return answer
        log.info("the warm start ends as %s; solving again without it", answer.status)
    for name in method_sequence(lp, method, start is not None and start.basis is None):
        remaining = time_limit - (time.monotonic() - begun)
        if remaining <= 0 and answer is not None:
            break
        answer = _solve_with(lp, name, max(remaining, 0.01), progress, start, gap)
        is_crossover_stopped = answer.status == STOPPED and answer.said == ITERATION_LIMIT
        if answer.status in (INFEASIBLE, UNBOUNDED, STOPPED) and not is_crossover_stopped:
            return answer
        if answer.status == OPTIMAL and answer.holds:
            return answer
        log.info(
            "%s answered %s (%s); another method is tried", name, answer.status, answer.certificate
        )
    if answer is None:
        raise ValueError("no method was tried")
    return answer if answer.status != OPTIMAL else replace(answer, status=FAILED)


def _solve_with(
    lp: LinearProgram,
    method: str,
    time_limit: float,
    progress: Progress | None,
    start: WarmStart | None = None,
    gap: float = MAX_GAP_SHARE,
) -> SolverResult:
    begun = time.monotonic()
    if lp.A.shape[0] == 0:
        return _solve_without_rows(lp)
    highs = _silent()
    _set_options(highs, lp, method, time_limit, gap)
    watch = SolverMonitor(progress)
    highs.cbIpmInterrupt += watch
    highs.cbSimplexInterrupt += watch
    warm = start is not None and method in MAX_PIVOTS_PER_ROW
    staged = warm and method == "stages"
    old_cost = start.cost if staged and start is not None else None
    _pass_model(highs, lp if old_cost is None else replace(lp, cost=old_cost))
    if warm and start is not None:
        highs.setBasis(start.basis)
        # a limit on pivots, not on time, makes the sequence of methods the same on every machine
        highs.setOptionValue(
            "simplex_iteration_limit", max(1000, int(MAX_PIVOTS_PER_ROW[method] * lp.A.shape[0]))
        )
    with watch.listening():
        highs.run()
        if staged and not watch.interrupted and _status(highs) == OPTIMAL:
            columns = lp.A.shape[1]
            highs.changeColsCost(columns, np.arange(columns, dtype=np.int32), lp.cost)
            highs.setOptionValue("simplex_strategy", 4)
            highs.run()
    if watch.interrupted:
        raise KeyboardInterrupt
    status = _status(highs)
    solution, info = highs.getSolution(), highs.getInfo()
    x, prices = np.asarray(solution.col_value, float), np.asarray(solution.row_dual, float)
    iterations = max(info.simplex_iteration_count, 0) + max(info.ipm_iteration_count, 0)
    complete = (
        status in (OPTIMAL, STOPPED) and len(x) == lp.A.shape[1] and len(prices) == lp.A.shape[0]
    )
    certificate = certify(lp, x, prices) if complete and np.isfinite(x).all() else None
    if certificate is not None:
        certificate = replace(certificate, allowed=gap)
        if status == OPTIMAL and not highs.getBasis().valid:
            x, certificate = without_tolerances(lp, x, prices, certificate)
    model_status = highs.modelStatusToString(highs.getModelStatus())
    if start is not None and start.basis is None and certificate and highs.getBasis().valid:
        start.cost, start.x, start.basis = lp.cost, x, highs.getBasis()
    return SolverResult(
        status, x, prices, method, time.monotonic() - begun, iterations, certificate, model_status
    )


def _solve_without_rows(lp: LinearProgram) -> SolverResult:
    """The solution of a program without rows: every column takes its cheaper bound."""
    x = np.where(lp.cost >= 0, lp.lower, lp.upper)
    x = np.where(np.isfinite(x), x, np.where(lp.cost == 0, 0.0, x))
    status = OPTIMAL if np.isfinite(x).all() else UNBOUNDED
    certificate = certify(lp, x, np.zeros(0)) if status == OPTIMAL else None
    return SolverResult(status, x, np.zeros(0), "none", 0.0, 0, certificate)


def _silent() -> highspy.Highs:
    """HiGHS without a log."""
    highs = highspy.Highs()
    highs.setOptionValue("log_to_console", False)
    highs.setOptionValue("output_flag", False)
    return highs


def _set_options(
    highs: highspy.Highs, lp: LinearProgram, method: str, time_limit: float, gap: float
) -> None:
    """Sets the options of HiGHS for a method, a time limit [s] and a relative gap [1]."""
    options = options_of(lp, method, gap) | {"time_limit": time_limit, "threads": SOLVER_THREADS}
    for option, value in options.items():
        highs.setOptionValue(option, value)


def _pass_model(highs: highspy.Highs, lp: LinearProgram) -> None:
    """Passes the program to HiGHS as arrays; filling a HighsLp would copy element by element."""

    def as_int32(values: np.ndarray) -> np.ndarray:
        return np.asarray(values, np.int32)

    columns = lp.A.shape[1]
    highs.passModel(
        columns,
        lp.A.shape[0],
        lp.A.nnz,
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        lp.offset,
        lp.cost,
        lp.lower,
        lp.upper,
        lp.row_lower,
        lp.row_upper,
        as_int32(lp.A.indptr),
        as_int32(lp.A.indices),
        np.asarray(lp.A.data, float),
        np.zeros(columns, np.int32),
    )


def _status(highs: highspy.Highs) -> str:
    status, names = highs.getModelStatus(), highspy.HighsModelStatus
    if status == names.kUnboundedOrInfeasible:
        highs.setOptionValue("presolve", "off")
        highs.setOptionValue("solver", "simplex")
        highs.run()
        status = highs.getModelStatus()
    return {
        names.kOptimal: OPTIMAL,
        names.kModelEmpty: OPTIMAL,
        names.kInfeasible: INFEASIBLE,
        names.kUnbounded: UNBOUNDED,
        names.kUnboundedOrInfeasible: INFEASIBLE,
        names.kTimeLimit: STOPPED,
        names.kIterationLimit: STOPPED,
        names.kInterrupt: STOPPED,
    }.get(status, FAILED)


def write_model(lp: LinearProgram, path: Path) -> None:
    """Writes a program with the names of `program_names` to a file ``.mps`` or ``.lp``.

    HiGHS does not tell of a full disk: the file may lack its end.

    Raises:
        RuntimeError: HiGHS refuses to write.
    """
    highs = _silent()
    _pass_model(highs, lp)
    columns, rows = program_names(lp)
    for i, column in enumerate(columns):
        highs.passColName(i, column)
    for i, row in enumerate(rows):
        highs.passRowName(i, row)
    if highs.writeModel(str(path)) == highspy.HighsStatus.kError:
        raise RuntimeError("HiGHS cannot write the program")


def optimal_prices(
    lp: LinearProgram, x: np.ndarray, time_limit: float, progress: Progress | None = None
) -> np.ndarray | None:
    """Row duals of the optimum, solved from a solution near it; None if HiGHS finds none within the time limit [s].

    They are optimal whether the solution is or not, so its certificate tells how far it is from the optimum. HiGHS can
    also cross over from values without duals, but ends with a segmentation fault (release 1.15).
    """
    begun = time.monotonic()
    answer = None
    if is_near_vertex(lp, x):
        start = WarmStart(lp.cost, x, _basis_of(lp, x))
        answer = _solve_with(lp, "primal", time_limit, progress, start)
    if answer is None or not (answer.status == OPTIMAL and answer.holds):
        remaining = max(time_limit - (time.monotonic() - begun), 0.01)
        answer = solve(lp, time_limit=remaining, progress=progress)
    return answer.prices if answer.status == OPTIMAL else None


def _basis_of(lp: LinearProgram, x: np.ndarray) -> highspy.HighsBasis:
    """The basis of a vertex. HiGHS completes it where columns and rows between their bounds are too few."""
    status = highspy.HighsBasisStatus
    status_of = {AT_LOWER: status.kLower, AT_UPPER: status.kUpper, BETWEEN: status.kBasic}
    basis = highspy.HighsBasis()
    basis.col_status, basis.row_status = (
        [status_of[place] for place in side.tolist()] for side in places(lp, x)
    )
    basis.valid = basis.alien = True
    return basis
