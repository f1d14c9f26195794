"""Re-solver: a finished run → solutions of its linear program with changes, warm-started from the run's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from energy_model.common.language import N_, Message
from energy_model.optimization import highs
from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.warm_start import WarmStart
from energy_model.results.accounts import accounts, solution_once
from energy_model.results.run import Run
from energy_model.results.solution import Solution


class ReSolver:
    """A run's linear program, re-solved from the run's own basis."""

    def __init__(self, run: Run, progress: Callable[[str], None] | None = None) -> None:
        self.run, self.solution, self.accounts = run, solution_once(run), accounts(run)
        self._report = progress or (lambda _: None)
        self._start = _start(self.solution)

    def solve(self, lp: LinearProgram, activity: str) -> highs.SolverResult:
        """The solution of a modified program, warm-started from the run's own solution."""
        if not self._start.is_set:
            self._solve(self.solution.lp, N_("solving the run again, as a warm start"))
        return self._solve(lp, activity)

    def _solve(self, lp: LinearProgram, activity: str) -> highs.SolverResult:
        self._report(activity)
        return highs.solve(
            lp,
            start=self._start,
            progress=lambda line: self._report(Message("solving: {state}", state=line)),
        )

    def with_result(self, lp: LinearProgram, result: highs.SolverResult) -> Solution:
        """The run's program with another solution."""
        return replace(self.solution, lp=lp, x=result.x, prices=result.prices)


def _start(solution: Solution) -> WarmStart:
    """The warm start from the basis that is stored with a run; an empty one without."""
    if solution.basis is None:
        return WarmStart()
    columns, rows = solution.basis
    if (len(rows), len(columns)) != solution.lp.A.shape:
        return WarmStart()
    return WarmStart.of(solution.lp, solution.x, columns, rows)
