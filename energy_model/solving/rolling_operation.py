"""Rolling operation: the windows of a rolling horizon → their solutions, or the reason why a window has none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from energy_model.case.time_aggregation import TimeSteps
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.infeasibility import NoSolutionError, diagnose
from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.rolling_horizon import RollingHorizon, Window

WINDOW_METHOD = "simplex"  # a window is small, and ends at a vertex


def solve_windows(
    problem: CompiledModel,
    rolling: RollingHorizon,
    windows: Iterable[Window],
    progress: Callable[[Window], None] | None = None,
) -> None:
    """Solves windows one after the other, and keeps the first steps of each in ``rolling``.

    Args:
        problem: The model of the year at every hour, with the program of ``rolling``.
        rolling: The year, of which all earlier windows are kept.
        windows: The next windows in order.
        progress: Called with each window before it is solved.

    Raises:
        NoSolutionError: A window has no solution; it names its hours and the reason.
    """
    limit = problem.system.settings.solver.time_limit
    for window in windows:
        if progress is not None:
            progress(window)
        program = rolling.program(window)
        answer = highs.solve(program, WINDOW_METHOD, limit)
        if answer.status != highs.OPTIMAL:
            raise _window_error(problem, window, program, answer)
        rolling.keep(window, answer.x, answer.prices)


def _window_error(
    problem: CompiledModel, window: Window, program: LinearProgram, answer: highs.SolverResult
) -> NoSolutionError:
    """The error of a window without a solution, with its hours and the diagnosis of its program."""
    count = window.end - window.first
    numbers = np.arange(count)
    steps = TimeSteps(
        numbers, np.arange(window.first, window.end), np.ones(count), np.roll(numbers, 1)
    )
    part = replace(problem.with_program(program), system=problem.system.at(steps), watched=())
    first, last = (problem.system.profiles.index[hour] for hour in (window.first, window.end - 1))
    sentence = (
        f"The window from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC has no feasible operation after what "
        "was decided before it; look further ahead with --horizon, or give the demands a penalty."
    )
    error = diagnose(part, answer)
    return NoSolutionError(error.status, [sentence, *error.sentences])
