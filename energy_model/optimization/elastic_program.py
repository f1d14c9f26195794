"""Elastic program: a program → the same with slack on some rows, at minimum total slack."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from energy_model.formulation.metadata import ADDED
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.linear_program import LinearProgram

EMISSION_TARGET = "emission_target"
MIN_MISSED_SHARE = 1e-6  # of the emissions of the plan; less is rounding
MAX_MISSED_GAP_SHARE = 1e-4  # of the amount by which a target is missed, shown in round numbers


def elastic_program(problem: CompiledModel, soft_rows: np.ndarray) -> LinearProgram:
    """The program with shortage and excess on some rows, at minimum weighted slack."""
    lp, count = problem.lp, len(soft_rows)
    weights = slack_weights(problem)[soft_rows]
    selection = sp.csr_array(
        (np.ones(count), (soft_rows, np.arange(count))), shape=(lp.A.shape[0], count)
    )
    return LinearProgram(
        sp.csr_array(sp.hstack([lp.A, selection, -selection])),
        np.concatenate([np.zeros(lp.A.shape[1]), weights, weights]),
        0.0,
        np.concatenate([lp.lower, np.zeros(2 * count)]),
        np.concatenate([lp.upper, np.full(2 * count, np.inf)]),
        lp.row_lower,
        lp.row_upper,
    )


def target_rows(problem: CompiledModel) -> np.ndarray:
    """The row of the emission target; empty without a target."""
    block = problem.lp.constraints.get(EMISSION_TARGET)
    rows = np.arange(problem.lp.A.shape[0])
    return rows[block.all] if block is not None and block.size else rows[:0]


def slack_weights(problem: CompiledModel) -> np.ndarray:
    """Weight of one unit of slack of each row: hours for rates, so that all slack is energy."""
    length = problem.system.steps.length
    weights = np.ones(problem.lp.A.shape[0])
    for block in problem.lp.constraints.values():
        if block.by_step:
            weights[block.all] = np.tile(length, len(block.labels))
    return weights


def least_emissions_above_target(
    problem: CompiledModel,
    without: Iterable[str],
    scale: float,
    progress: Callable[[str], None] | None = None,
) -> float:
    """Returns by how much the target is missed if nothing is added to some assets [t/a].

    Zero if it is met, and if the case has no target. Infinite if there is no plan at all.

    Args:
        problem: The program.
        without: Names of the assets.
        scale: Emissions that the amount is compared with [t/a]; a millionth of them is rounding.
        progress: Called with a sentence on the progress of the solver.
    """
    rows = target_rows(problem)
    if not len(rows):
        return 0.0
    elastic, block = elastic_program(problem, rows), problem.lp.variables[ADDED]
    upper = elastic.upper.copy()
    for name in without:
        column = block.first + block.labels.index(name)
        upper[column] = max(elastic.lower[column], 0.0)
    solver = problem.system.settings.solver
    program = replace(elastic, upper=upper)
    answer = highs.solve(
        program, solver.method, solver.time_limit, progress, gap=MAX_MISSED_GAP_SHARE
    )
    if answer.status != highs.OPTIMAL:
        return np.inf
    missed = answer.objective
    return missed if missed > MIN_MISSED_SHARE * scale else 0.0
