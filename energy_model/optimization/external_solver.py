"""External solver: a linear program → the result of a solver that the user has, through linopy, with a certificate."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

import numpy as np

from energy_model.common.atomic_write import reason_of
from energy_model.common.errors import InputError
from energy_model.common.extras import require_extra
from energy_model.common.language import Message
from energy_model.optimization import highs
from energy_model.optimization.given_solution import certified
from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.linopy_model import LinopyModel
from energy_model.optimization.solver_monitor import Progress

Option = bool | int | float | str
SETTING = "case.solver.name"


@dataclass(frozen=True)
class ExternalSolver:
    """A solver that linopy speaks to.

    Args:
        title: Its name in reports.
        linopy_name: Its name in linopy.
        module, package: The Python module that linopy imports, and the package that contains it.
        time_limit: Its option for the time limit [s].
        quiet: Options that turn its log off.
        is_direct: Whether linopy passes the program in memory, not as a file.
    """

    title: str
    linopy_name: str
    module: str
    package: str
    time_limit: str
    quiet: Mapping[str, Option] = field(default_factory=dict)
    is_direct: bool = True


SOLVERS = {
    "gurobi": ExternalSolver(
        "Gurobi", "gurobi", "gurobipy", "gurobipy", "TimeLimit", {"OutputFlag": 0}
    ),
    "copt": ExternalSolver(
        "COPT", "copt", "coptpy", "coptpy", "TimeLimit", {"Logging": 0}, is_direct=False
    ),
    "mosek": ExternalSolver(
        "MOSEK", "mosek", "mosek", "Mosek", "MSK_DPAR_OPTIMIZER_MAX_TIME", {"MSK_IPAR_LOG": 0}
    ),
    "xpress": ExternalSolver(
        "Xpress", "xpress", "xpress", "xpress", "timelimit", {"outputlog": 0}
    ),
    "cplex": ExternalSolver("CPLEX", "cplex", "cplex", "cplex", "timelimit", is_direct=False),
    "scip": ExternalSolver(
        "SCIP", "scip", "pyscipopt", "pyscipopt", "limits/time", {"display/verblevel": 0}, False
    ),
}  # fmt: skip
# Conditions of linopy after which there is no solution
STATUSES = {
    "infeasible": highs.INFEASIBLE,
    "unbounded": highs.UNBOUNDED,
    "time_limit": highs.STOPPED,
    "iteration_limit": highs.STOPPED,
    "terminated_by_limit": highs.STOPPED,
}
EITHER = "infeasible_or_unbounded"


def require_solver(name: str) -> ExternalSolver:
    """The solver of a name.

    Raises:
        ImportError: linopy is missing.
        InputError: The package of the solver is missing.
    """
    require_extra("solvers")
    solver = SOLVERS[name]
    if find_spec(solver.module) is None:
        remedy = f"{solver.title} is not installed; install it with: pip install {solver.package}"
        raise InputError.at(SETTING, f"{remedy}; or solve with highs", value=name)
    return solver


def solve(
    lp: LinearProgram,
    name: str,
    options: Mapping[str, Option],
    time_limit: float,
    progress: Progress | None = None,
) -> highs.SolverResult:
    """Result of another solver; optimal only if its certificate holds.

    Args:
        lp: The linear program.
        name: One of `SOLVERS`.
        options: Options in the solver's own words.
        time_limit: Time limit [s].
        progress: Called with a sentence on the progress.

    Raises:
        ImportError: linopy is missing.
        InputError: The package of the solver is missing, or the solver ends with an error, such as a missing license.
    """
    solver, begun = require_solver(name), time.monotonic()
    if progress is not None:
        progress(Message("{solver} is running", solver=solver.title))
    linopy_model, condition = _run(lp, solver, name, options, time_limit)
    remaining = max(time_limit - (time.monotonic() - begun), 1.0)
    if condition == "user_interrupt":
        raise KeyboardInterrupt
    if condition == EITHER:  # HiGHS finds out which of the two
        answer = highs.solve(lp, time_limit=remaining, progress=progress)
    elif condition == "optimal" and linopy_model is not None:
        prices = linopy_model.prices(lp.A.shape[0])
        answer = certified(lp, linopy_model.values(), prices, remaining, progress)
    else:
        status, (rows, columns) = STATUSES.get(condition, highs.FAILED), lp.A.shape
        x, prices = np.zeros(columns), np.zeros(rows)
        answer = highs.SolverResult(status, x, prices, "", 0.0, 0, None, condition)
    return replace(
        answer,
        seconds=time.monotonic() - begun,
        solver=solver.title,
        version=_version(solver.package),
    )


def _version(package: str) -> str:
    """The version of a package; empty if its own installer has written no metadata."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _run(
    lp: LinearProgram,
    solver: ExternalSolver,
    name: str,
    options: Mapping[str, Option],
    time_limit: float,
) -> tuple[LinopyModel | None, str]:
    """Runs the solver; the solved model if it has one, and the termination condition in the words of linopy."""
    begun = time.monotonic()
    with _captured_output() as printed, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on licenses, and on what a solver deprecates
        try:
            linopy_model = LinopyModel.of(lp)
            _, condition = linopy_model.model.solve(
                solver_name=solver.linopy_name,
                io_api="direct" if solver.is_direct else None,
                progress=False,
                **{solver.time_limit: time_limit, **solver.quiet, **options},
            )
        except Exception as error:  # each solver has exceptions of its own
            limit = options.get(solver.time_limit, time_limit)
            if isinstance(limit, int | float) and time.monotonic() - begun >= limit:
                return None, "time_limit"  # without a solution to read
            raise _solver_error(solver, name, reason_of(error)) from None
    if condition == "unknown":  # CPLEX prints its errors
        errors = [line.strip() for line in printed.getvalue().splitlines() if "Error" in line]
        if errors:
            raise _solver_error(solver, name, errors[0].rstrip("."))
    return linopy_model, str(condition)


def _solver_error(solver: ExternalSolver, name: str, reason: str) -> InputError:
    remedy = (
        f"{solver.title} ends with an error ({reason}); check its license and case.solver.options"
    )
    return InputError.at(SETTING, f"{remedy}, or solve with highs", value=name)


@contextlib.contextmanager
def _captured_output() -> Iterator[io.StringIO]:
    """Keeps off standard output and standard error what a solver prints, since standard output may be JSON."""
    printed = io.StringIO()
    sys.stdout.flush()
    stdout = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)  # libraries written in C print without Python
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            yield printed
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)
        os.close(nowhere)
