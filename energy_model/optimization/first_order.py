"""First-order change: a solved program and a changed one → by how much the least cost changes while plan and prices stay.

By the envelope theorem the derivative of the least cost by a coefficient is known from the solution: by a cost the
value of its column, by a bound or a side its dual, by an entry of the matrix minus the product of both. For a change of
costs alone the sum is never below the change of the least cost, and for a change of sides and bounds never above it.
"""

from __future__ import annotations

import numpy as np

from energy_model.optimization.linear_program import LinearProgram


def first_order_change(
    program: LinearProgram, x: np.ndarray, prices: np.ndarray, changed: LinearProgram
) -> float:
    """The change of the least cost to first order; not a number if the programs have other columns or rows.

    Args:
        program: The program that ``x`` and ``prices`` solve.
        x: Values of its columns.
        prices: Duals of its rows.
        changed: The changed program.
    """
    if _names(program) != _names(changed) or program.A.shape != changed.A.shape:
        return float("nan")
    reduced = program.cost - program.A.T @ prices
    return float(
        changed.offset
        - program.offset
        + (changed.cost - program.cost) @ x
        - prices @ (changed.A @ x - program.A @ x)
        + _moved(prices, program.row_lower, program.row_upper, changed.row_lower, changed.row_upper)
        + _moved(reduced, program.lower, program.upper, changed.lower, changed.upper)
    )


def _moved(duals: np.ndarray, lower: np.ndarray, upper: np.ndarray, *changed: np.ndarray) -> float:
    """The sum of duals times the moves of the sides that they belong to; a dual above zero belongs to the lower one."""
    side = np.where(duals > 0, lower, upper)
    moved = np.where(duals > 0, *changed)
    known = np.flatnonzero(np.isfinite(side) & np.isfinite(moved))
    return float(duals[known] @ (moved[known] - side[known]))


def _names(program: LinearProgram) -> list[tuple[str, tuple[str, ...]]]:
    blocks = (*program.variables.items(), *program.constraints.items())
    return [(name, block.labels) for name, block in blocks]
