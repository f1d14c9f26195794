"""Vertex: a solution of a linear program → which columns and rows are at a bound or limit."""

from __future__ import annotations

import numpy as np

from energy_model.optimization.linear_program import LinearProgram

AT_LOWER, BETWEEN, AT_UPPER = "lower", "between", "upper"
# Distance to a bound or limit, relative to the value, within which a column or row is at it
MAX_DISTANCE_SHARE = 1e-9


def places(lp: LinearProgram, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whether each column, and each row, is at its lower bound, at its upper one, or between them."""
    return _places(x, lp.lower, lp.upper), _places(lp.A @ x, lp.row_lower, lp.row_upper)


def is_near_vertex(lp: LinearProgram, x: np.ndarray) -> bool:
    """Whether at least as many columns and rows are at a bound or limit as there are columns."""
    columns, rows = places(lp, x)
    return int((columns == BETWEEN).sum() + (rows == BETWEEN).sum()) <= len(rows)


def is_vertex(lp: LinearProgram, x: np.ndarray) -> bool:
    """Whether this holds with columns exactly at their bounds, as in a basis; an interior point only comes close."""
    is_inside = (x > lp.lower) & (x < lp.upper)
    _, rows = places(lp, x)
    return int(is_inside.sum() + (rows == BETWEEN).sum()) <= len(rows)


def _places(values: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    distance = MAX_DISTANCE_SHARE * (1 + np.abs(values))
    upper = np.where(values >= high - distance, AT_UPPER, BETWEEN)
    return np.where(values <= low + distance, AT_LOWER, upper)
