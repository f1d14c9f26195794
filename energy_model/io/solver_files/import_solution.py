"""Import: a case and a solution file of its exported program → a run with the same certificate as any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from energy_model.common.errors import InputError, InputIssue
from energy_model.common.language import N_, Message
from energy_model.io.solver_files.export import CONSTANT
from energy_model.io.solver_files.solution_file import SolutionValues, read_solution
from energy_model.optimization import highs
from energy_model.optimization.certificate import MAX_VIOLATION_SHARE
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.given_solution import certified
from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.program_names import program_names
from energy_model.results.run import Run
from energy_model.solving.load import Case
from energy_model.solving.solve import solve

MAX_TOLD_NAMES = 3
# Gurobi reads a row with two limits from an MPS file as an equality with one more column of this name
RANGE_COLUMN = "MPS_Rg"
RANGE_SIDES = ("lo", "up")  # of the two rows that HiGHS writes for such a row in an LP file
OTHER_PROGRAM = "export the program again with the same case, scenario, overrides and resolution, and solve that file"


def import_solution(
    case: Case, path: str | Path, progress: Callable[[str], None] | None = None
) -> Run:
    """The run of a solution file.

    Args:
        case: The case whose program was exported: a system, a `CaseSpec` or a folder.
        path: The solution file; see `solution_file` for formats.
        progress: Called with a sentence on the progress.

    Raises:
        InputError: The case or the file cannot be read, the file is of another program, or its certificate does not
            hold.
    """
    path, report = Path(path), progress or (lambda _: None)
    solution = read_solution(path)

    def answer(problem: CompiledModel) -> highs.SolverResult:
        report(N_("checking the solution of the file"))
        x, prices = values_of(problem.lp, solution, path)
        limit = problem.system.settings.solver.time_limit
        found = certified(
            problem.lp,
            x,
            prices,
            limit,
            lambda line: report(Message("checking: {state}", state=line)),
        )
        if found.status != highs.OPTIMAL:
            raise _refusal(path, found)
        title = f"{solution.format} ({path.name})"
        return replace(found, solver=title)

    return solve(case, progress=progress, solver=answer)


def values_of(
    lp: LinearProgram, solution: SolutionValues, path: Path
) -> tuple[np.ndarray, np.ndarray | None]:
    """One value per column, and one dual per row, or None if a row has none.

    Raises:
        InputError: A column of the program is missing, a name is unknown, or a value is not finite.
    """
    columns, rows = program_names(lp)
    known, row_names = set(columns), set(rows)
    unknown = [name for name in solution.columns if not _is_known(name, known, row_names)]
    # a column in no row and without cost is not in an LP file
    is_written = np.zeros(len(columns), bool)
    is_written[lp.A.indices] = True
    is_written |= lp.cost != 0
    missing = [
        name
        for name, needed in zip(columns, is_written, strict=True)
        if needed and not solution.is_sparse and name not in solution.columns
    ]
    invalid = [name for name, value in solution.columns.items() if not np.isfinite(value)]
    parts = (
        (unknown, "names are not in the program of this case", OTHER_PROGRAM),
        (missing, "columns of the program are missing", OTHER_PROGRAM),
        (invalid, "values are not finite", "name the file of an optimal solution"),
    )
    issues = [
        InputIssue(str(path), f"{_told(names)}: {len(names):,} {fault}; {remedy}")
        for names, fault, remedy in parts
        if names
    ]
    if not solution.columns:
        issues = [InputIssue(str(path), "it holds no values; name the file of an optimal solution")]
    if issues:
        raise InputError(issues)
    nothing = np.clip(0.0, lp.lower, lp.upper)
    x = np.array([solution.columns.get(name, 0.0) for name in columns], float)
    x = np.where(is_written, x, nothing)
    prices = np.array([_dual(name, solution.rows) for name in rows], float)
    return x, prices if np.isfinite(prices).all() else None


def _is_known(name: str, columns: set[str], rows: set[str]) -> bool:
    return (
        name in columns
        or name == CONSTANT
        or (name.startswith(RANGE_COLUMN) and name.removeprefix(RANGE_COLUMN) in rows)
    )


def _dual(name: str, duals: Mapping[str, float]) -> float:
    """The dual of a row, also of one that is two rows in the file; NaN if there is none."""
    if name in duals:
        return duals[name]
    return sum(duals.get(f"{name}{side}", np.nan) for side in RANGE_SIDES)


def _told(names: list[str]) -> str:
    more = ", ..." if len(names) > MAX_TOLD_NAMES else ""
    return ", ".join(names[:MAX_TOLD_NAMES]) + more


def _refusal(path: Path, found: highs.SolverResult) -> InputError:
    """The error of a solution whose certificate does not hold."""
    certificate = found.certificate
    if certificate is None or not np.isfinite(certificate.bound):
        reason = "no duals were found that prove it within case.solver.time_limit"
    else:
        reason = f"it costs {certificate.cost:,.2f} EUR/a, and the optimum {certificate.bound:,.2f} EUR/a"
    if certificate is not None and certificate.row_violation > MAX_VIOLATION_SHARE:
        reason = f"it violates a row by {certificate.row_violation:.1e} of the size of the row"
    elif certificate is not None and certificate.bound_violation > MAX_VIOLATION_SHARE:
        reason = f"it violates a bound by {certificate.bound_violation:.1e} of the value"
    remedy = f"it is no optimal solution of this case: {reason}; {OTHER_PROGRAM}"
    return InputError.at(str(path), remedy)
