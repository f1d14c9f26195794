"""HiGHS: a linear program → a solver result; the only file that calls the solver."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import highspy
import numpy as np

from energy_model.optimization.certificate import MAX_GAP_SHARE, Certificate, certify
from energy_model.optimization.highs_methods import (
    SimplexStrategy,
    costs_of,
    ends_in_interior,
    method_sequence,
    options_of,
)
from energy_model.optimization.idle_columns import (
    MAX_ROUNDING_VALUE,
    without_rounding,
    without_tolerances,
)
from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.program_names import program_names
from energy_model.optimization.solver_monitor import RESTARTED, Progress, SolverMonitor
from energy_model.optimization.vertex import is_near_vertex, places
from energy_model.optimization.warm_start import Start, Status, WarmStart

log = logging.getLogger(__name__)
# Gap of a plan with tie-breaking costs, above which these costs are removed by further pivots
MAX_TIE_BREAK_GAP_SHARE = 1e-9
# 0: HiGHS chooses the number of threads; a study that solves several cases in parallel sets 1
SOLVER_THREADS = 0
ITERATION_LIMIT = "Iteration limit reached"  # the words of HiGHS
OPTIMAL, INFEASIBLE, UNBOUNDED = "optimal", "infeasible", "unbounded"
STOPPED, FAILED = "stopped", "failed"


@dataclass(frozen=True)
class SolverResult:
    """Result of the solver: status, column values, row duals, method, time [s], iterations and certificate.

    ``solver`` and ``version`` name another solver than HiGHS, or the file that the values come from. ``vertex`` is the
    warm start from the final basis; None if the solution is an interior point.
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
    vertex: WarmStart | None = None

    @property
    def objective(self) -> float:
        """Least cost [EUR/a]."""
        return self.certificate.cost if self.certificate else math.nan

    @property
    def basis(self) -> tuple[np.ndarray, np.ndarray] | None:
        """The statuses of columns and rows in the final basis; None if the solution is an interior point."""
        if self.vertex is None or self.vertex.columns is None or self.vertex.rows is None:
            return None
        return self.vertex.columns, self.vertex.rows

    def is_enough(self, gap: float = MAX_GAP_SHARE) -> bool:
        """Whether its certificate holds; of a solve to a wide gap, which improves the bound itself, whether it is feasible."""
        found = self.certificate
        return found is not None and (found.holds or (gap > MAX_GAP_SHARE and found.is_feasible))


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
        method: ``auto``, ``simplex`` or ``ipm``; all but ``ipm`` end at a vertex, if the program is not long.
        time_limit: Time limit over all methods [s].
        progress: Called with a sentence on the progress of the solver.
        start: Warm start. If empty, it is filled with the optimal basis.
        gap: Allowed gap [1] of cost and lower bound; a wide one ends an interior point method sooner.
    """
    begun = time.monotonic()
    answer = None
    if start is not None and (warm := start.start_of(lp)):
        answer = _solve_with(lp, warm.method, time_limit, progress, start, warm=warm)
        is_solved = answer.status == OPTIMAL and answer.is_enough()
        if is_solved or answer.status in (INFEASIBLE, UNBOUNDED):
            return answer
        log.info("the warm start ends as %s; solving again without it", answer.status)
    for name in method_sequence(lp, method, gap):
        remaining = time_limit - (time.monotonic() - begun)
        if remaining <= 0 and answer is not None:
            break
        answer = _solve_with(lp, name, max(remaining, 0.01), progress, start, gap)
        is_given_up = answer.status == STOPPED and answer.said in (ITERATION_LIMIT, RESTARTED)
        if answer.status in (INFEASIBLE, UNBOUNDED, STOPPED) and not is_given_up:
            return answer
        if answer.status == OPTIMAL and answer.is_enough(gap):
            return answer
        said = "%s answered %s (%s); another method is tried"
        log.info(said, name, answer.status, answer.certificate)
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
    warm: Start | None = None,
) -> SolverResult:
    begun = time.monotonic()
    if lp.A.shape[0] == 0:
        return _solve_without_rows(lp)
    highs = _silent()
    _set_options(highs, lp, method, time_limit, gap)
    watch = SolverMonitor(progress, ends_in_interior(method))
    highs.cbIpmInterrupt += watch
    highs.cbSimplexInterrupt += watch
    first, *further = costs_of(lp, method, warm)
    _pass_model(highs, replace(lp, cost=first))
    if warm is not None and not (warm.method != "primal" and _is_presolved_infeasible(highs)):
        highs.setBasis(_basis(warm))
    with watch.listening():
        iterations = _run_costs(highs, further, watch)
    if watch.interrupted:
        raise KeyboardInterrupt
    status = _status(highs)
    said = RESTARTED if watch.restarted else highs.modelStatusToString(highs.getModelStatus())
    if first is not lp.cost and status == OPTIMAL:
        _price_basis(highs, lp)
    x, prices = _solution(highs)
    complete = status in (OPTIMAL, STOPPED) and (len(prices), len(x)) == lp.A.shape
    is_vertex = highs.getBasis().valid
    if is_vertex:
        prices = np.where(np.abs(prices) <= MAX_ROUNDING_VALUE, 0.0, prices)
    elif complete:  # the values of an early interior point may be outside their bounds
        x = np.clip(x, lp.lower, lp.upper)
    certificate = certify(lp, x, prices) if complete and np.isfinite(x).all() else None
    vertex = None
    if certificate is not None:
        certificate = replace(certificate, allowed=gap)
        if status == OPTIMAL and is_vertex:
            vertex = WarmStart.of(lp, x, *_statuses(highs.getBasis()))
            if start is not None and not start.is_set:
                start.keep(vertex)
        if status == OPTIMAL:
            clean = without_rounding if is_vertex else without_tolerances
            x, certificate = clean(lp, x, prices, certificate)
    seconds = time.monotonic() - begun
    return SolverResult(
        status, x, prices, method, seconds, iterations, certificate, said, vertex=vertex
    )


def _run_costs(highs: highspy.Highs, further: Sequence[np.ndarray], watch: SolverMonitor) -> int:
    """Solves, and again with each further cost by the primal simplex method. Returns the iterations."""
    highs.run()
    iterations = _iterations(highs)
    for cost in further:
        if watch.interrupted or _status(highs) != OPTIMAL:
            break
        _change_costs(highs, cost)
        highs.run()
        iterations += _iterations(highs)
    return iterations


def _is_presolved_infeasible(highs: highspy.Highs) -> bool:
    """Whether presolve proves that there is no solution, which takes a warm start many pivots."""
    highs.presolve()
    return highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible


def _change_costs(highs: highspy.Highs, cost: np.ndarray) -> None:
    """Sets the costs, and the primal simplex method, whose basis stays feasible with them."""
    highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
    highs.setOptionValue("solver", "simplex")
    highs.setOptionValue("simplex_strategy", int(SimplexStrategy.PRIMAL))


def _price_basis(highs: highspy.Highs, lp: LinearProgram) -> None:
    """Computes the duals of the basis with the costs of the program, without a pivot, so that the solution stays.

    Where the tie-breaking costs are not small, as costs are of very different sizes, pivots follow.
    """
    _change_costs(highs, lp.cost)
    _, limit = highs.getOptionValue("simplex_iteration_limit")
    highs.setOptionValue("simplex_iteration_limit", 0)
    highs.run()
    if abs(certify(lp, *_solution(highs)).gap) > MAX_TIE_BREAK_GAP_SHARE:
        highs.setOptionValue("simplex_iteration_limit", limit)
        highs.run()


def _solution(highs: highspy.Highs) -> tuple[np.ndarray, np.ndarray]:
    """Column values and row duals."""
    solution = highs.getSolution()
    return np.asarray(solution.col_value, float), np.asarray(solution.row_dual, float)


def _iterations(highs: highspy.Highs) -> int:
    info = highs.getInfo()
    return max(info.simplex_iteration_count, 0) + max(info.ipm_iteration_count, 0)


def _basis(start: Start) -> highspy.HighsBasis:
    basis, statuses = highspy.HighsBasis(), [highspy.HighsBasisStatus(int(s)) for s in Status]
    basis.col_status = [statuses[number] for number in start.columns]
    basis.row_status = [statuses[number] for number in start.rows]
    basis.valid = True
    basis.alien = not start.is_complete
    return basis


def _statuses(basis: highspy.HighsBasis) -> tuple[np.ndarray, np.ndarray]:
    sides = (basis.col_status, basis.row_status)
    columns, rows = (np.fromiter(map(int, side), np.int8) for side in sides)
    return columns, rows


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
    highs.setOptionValue("output_flag", False)
    return highs


def _set_options(
    highs: highspy.Highs, lp: LinearProgram, method: str, time_limit: float, gap: float
) -> None:
    """Sets the options of HiGHS for a method, a time limit [s] and a relative gap [1]."""
    options = options_of(lp, method, gap) | {"time_limit": time_limit, "threads": SOLVER_THREADS}
    for option in options.items():
        highs.setOptionValue(*option)


def _pass_model(highs: highspy.Highs, lp: LinearProgram) -> None:
    """Passes the program to HiGHS as arrays; filling a HighsLp would copy element by element."""
    as_int32 = partial(np.asarray, dtype=np.int32)
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
    for names, give in zip(program_names(lp), (highs.passColName, highs.passRowName), strict=True):
        for i, name in enumerate(names):
            give(i, name)
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
        columns, rows = places(lp, x)
        warm = Start(lp.cost, columns, rows, "primal")
        answer = _solve_with(lp, warm.method, time_limit, progress, warm=warm)
    if answer is None or not (answer.status == OPTIMAL and answer.is_enough()):
        remaining = max(time_limit - (time.monotonic() - begun), 0.01)
        answer = solve(lp, time_limit=remaining, progress=progress)
    return answer.prices if answer.status == OPTIMAL else None
