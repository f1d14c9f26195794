"""Vertex: a solution of a linear program → which columns and rows are at a bound or limit."""

from __future__ import annotations

import numpy as np

from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.warm_start import Status

# Distance to a bound or limit, relative to the value, within which a column or row is at it
MAX_DISTANCE_SHARE = 1e-9


def places(lp: LinearProgram, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Status of each column, and of each row: at its lower bound, at its upper one, or between them, so in the basis."""
    return _places(x, lp.lower, lp.upper), _places(lp.A @ x, lp.row_lower, lp.row_upper)


def is_near_vertex(lp: LinearProgram, x: np.ndarray) -> bool:
    """Whether at least as many columns and rows are at a bound or limit as there are columns."""
    columns, rows = places(lp, x)
    return int((columns == Status.BASIC).sum() + (rows == Status.BASIC).sum()) <= len(rows)


def is_vertex(lp: LinearProgram, x: np.ndarray) -> bool:
    """Whether this holds with columns exactly at their bounds, as in a basis; an interior point only comes close."""
    is_inside = (x > lp.lower) & (x < lp.upper)
    _, rows = places(lp, x)
    return int(is_inside.sum() + (rows == Status.BASIC).sum()) <= len(rows)


def _places(values: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    distance = MAX_DISTANCE_SHARE * (1 + np.abs(values))
    upper = np.where(values >= high - distance, Status.UPPER, Status.BASIC)
    return np.where(values <= low + distance, Status.LOWER, upper)
