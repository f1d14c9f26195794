"""Solver choice: a linear program and the solver of its case → a solver result, by HiGHS or another solver."""

from __future__ import annotations

from energy_model.case.settings import Solver
from energy_model.optimization import external_solver, highs
from energy_model.optimization.certificate import MAX_GAP_SHARE
from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.solver_monitor import Progress
from energy_model.optimization.warm_start import WarmStart

HIGHS = "highs"


def require_solver(solver: Solver) -> None:
    """Raises InputError or ImportError if the solver of a case is not installed, before the work that needs it."""
    if solver.name != HIGHS:
        external_solver.require_solver(solver.name)


def solve_program(
    lp: LinearProgram,
    solver: Solver,
    progress: Progress | None = None,
    start: WarmStart | None = None,
    gap: float = MAX_GAP_SHARE,
) -> highs.SolverResult:
    """Result of the solver of a case.

    Args:
        lp: The linear program.
        solver: Settings of the solver.
        progress: Called with a sentence on the progress.
        start: Warm start of HiGHS; other solvers start anew.
        gap: Allowed gap [1] of cost and lower bound of HiGHS; other solvers reach the optimum.

    Raises:
        InputError: The other solver is missing, or ends with an error.
        ImportError: linopy is missing.
    """
    # a program without rows needs no solver
    if solver.name == HIGHS or lp.A.shape[0] == 0:
        return highs.solve(lp, solver.method, solver.time_limit, progress, start=start, gap=gap)
    return external_solver.solve(lp, solver.name, solver.options, solver.time_limit, progress)
