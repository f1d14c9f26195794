"""Warm start: the optimal basis of one program → the start of a similar one, matched by names.

Columns and rows are matched by variable or constraint and label, so that a program with more or fewer assets starts
from the same basis. A further column starts at its bound, and a further row in the basis. Where the basis then does not
have as many columns as the program has rows, the solver completes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from energy_model.optimization.linear_program import (
    Block,
    Blocks,
    LinearProgram,
    names_as_text,
    names_from_text,
)

# Share of changed cost coefficients above which a warm start is not used: the optimum is too far away
OTHER_GOAL_SHARE = 0.5
# Share of the cost that a changed profile of costs adds or saves above which the optimum is too far away
MAX_CHANGED_COST_SHARE = 0.02
# Violation of a row or bound, relative to its size, up to which a solution satisfies it
MAX_VIOLATION_SHARE = 1e-6


class Status(IntEnum):
    """Statuses of columns and rows, as HiGHS numbers them; the last is one outside the basis without a known bound."""

    LOWER = 0
    BASIC = 1
    UPPER = 2
    FREE = 3
    NONBASIC = 4


@dataclass(frozen=True)
class Start:
    """A warm start in the order of one program's columns and rows.

    ``method`` is the simplex method: primal if only costs differ, dual if only limits differ, or both in two stages.
    """

    cost: np.ndarray
    columns: np.ndarray
    rows: np.ndarray
    method: str

    @property
    def is_complete(self) -> bool:
        """Whether the basis has a member for each row."""
        basic = np.count_nonzero(self.columns == Status.BASIC) + np.count_nonzero(
            self.rows == Status.BASIC
        )
        return basic == len(self.rows)


@dataclass
class WarmStart:
    """Costs, solution, basis and names of a solved program; empty until a program is solved with it.

    It is set once, so that a result does not depend on the queries solved before it. ``columns`` and ``rows`` are the
    statuses of the basis.
    """

    cost: np.ndarray | None = None
    x: np.ndarray | None = None
    columns: np.ndarray | None = None
    rows: np.ndarray | None = None
    variables: Blocks = field(default_factory=dict)
    constraints: Blocks = field(default_factory=dict)

    @property
    def is_set(self) -> bool:
        """Whether a program was solved with it."""
        return self.cost is not None

    @classmethod
    def of(
        cls, lp: LinearProgram, x: np.ndarray, columns: np.ndarray, rows: np.ndarray
    ) -> WarmStart:
        """The warm start from the solution of a program and the statuses of its basis."""
        return cls(lp.cost, x, columns, rows, lp.variables, lp.constraints)

    def keep(self, other: WarmStart) -> None:
        """Sets it to another warm start."""
        self.cost, self.x, self.columns, self.rows = other.cost, other.x, other.columns, other.rows
        self.variables, self.constraints = other.variables, other.constraints

    def packed(self) -> dict[str, np.ndarray]:
        """The warm start as arrays, to store or send; empty if it is not set."""
        if self.cost is None or self.x is None or self.columns is None or self.rows is None:
            return {}
        names = np.array(names_as_text(self.variables, self.constraints))
        arrays = {"cost": self.cost, "x": self.x, "columns": self.columns, "rows": self.rows}
        return arrays | {"names": names}

    @classmethod
    def unpacked(cls, arrays: Mapping[str, np.ndarray]) -> WarmStart:
        """The warm start from the arrays of `packed`.

        Raises:
            ValueError: The arrays are something else, such as those of an earlier version.
        """
        if not len(arrays):
            return cls()
        try:
            return cls._checked(arrays)
        except (KeyError, TypeError) as error:
            raise ValueError(f"the arrays are no warm start: {error!r}") from None

    @classmethod
    def _checked(cls, arrays: Mapping[str, np.ndarray]) -> WarmStart:
        """The warm start from arrays; ValueError, KeyError or TypeError if they are something else."""
        cost, x = (np.asarray(arrays[name], float) for name in ("cost", "x"))
        columns, rows = (np.asarray(arrays[name], np.int8) for name in ("columns", "rows"))
        if not (cost.ndim == rows.ndim == 1 and cost.shape == x.shape == columns.shape):
            raise ValueError("the arrays of a warm start differ in length")
        if not (np.isfinite(cost).all() and np.isfinite(x).all()):
            raise ValueError("a warm start has values that are no numbers")
        if not (np.isin(columns, list(Status)).all() and np.isin(rows, list(Status)).all()):
            raise ValueError("a warm start has an unknown status")
        names = names_from_text(str(arrays["names"]), len(rows), len(cost))
        return cls(cost, x, columns, rows, *names)

    def start_of(self, lp: LinearProgram) -> Start | None:
        """The start of a program and the method for it; None if this is not set, or too far from the program."""
        if self.cost is None or self.x is None or self.columns is None or self.rows is None:
            return None
        of_column = _positions(self.variables, lp.variables, len(self.cost), len(lp.cost))
        of_row = _positions(self.constraints, lp.constraints, len(self.rows), lp.A.shape[0])
        known = of_column >= 0
        cost = np.where(known, self.cost[of_column], lp.cost)
        x = np.where(known, self.x[of_column], np.clip(0.0, lp.lower, lp.upper))
        moved = lp.cost != cost
        if np.count_nonzero(moved) > OTHER_GOAL_SHARE * np.count_nonzero(cost):
            return None
        if _changed_share(lp, cost, x) > MAX_CHANGED_COST_SHARE:
            return None
        columns = np.where(known, self.columns[of_column], Status.LOWER).astype(np.int8)
        rows = np.where(of_row >= 0, self.rows[of_row], Status.BASIC).astype(np.int8)
        _move_to_bounds(columns, lp.lower, lp.upper)
        _move_to_bounds(rows, lp.row_lower, lp.row_upper)
        method = "dual" if not moved.any() else "primal" if is_feasible(lp, x) else "stages"
        return Start(cost, columns, rows, method)


def _changed_share(lp: LinearProgram, cost: np.ndarray, x: np.ndarray) -> float:
    """Cost that is added or saved by changes that differ from step to step, as a share of all cost.

    A profile that changes moves the best operation of every step.
    """
    by_step = 0.0
    for block in lp.variables.values():
        if block.by_step:
            new, old = block.by_label(lp.cost), block.by_label(cost)
            with np.errstate(divide="ignore", invalid="ignore"):
                factor = np.where(old != 0, new / old, np.where(new != 0, np.inf, 1.0))
            uneven = factor.max(axis=1) - factor.min(axis=1) > 1e-9 if block.width else ()
            change = np.abs((new - old) * block.by_label(x)).sum(axis=1)
            by_step += float(change[uneven].sum())
    return by_step / max(1.0, float(np.abs(cost * x).sum()))


def _positions(old: Blocks, new: Blocks, old_size: int, size: int) -> np.ndarray:
    """The old position of each new column or row by name, or -1; nameless ones follow the named in both."""
    positions = np.full(size, -1)
    for name, block in new.items():
        if name in old and old[name].width == block.width:
            for label in block.labels:
                _match(positions, old[name], block, label)
    first, old_first = _named(new), _named(old)
    count = min(size - first, old_size - old_first)
    positions[first : first + count] = np.arange(old_first, old_first + count)
    return positions


def _match(positions: np.ndarray, old: Block, new: Block, label: str) -> None:
    if label in old.labels:
        positions[new.of(label)] = np.arange(old.of(label).start, old.of(label).stop)


def _named(blocks: Blocks) -> int:
    return max((block.first + block.size for block in blocks.values()), default=0)


def _move_to_bounds(status: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
    """Moves columns or rows outside the basis to a bound that they have."""
    is_outside = status != Status.BASIC
    nearest = np.where(
        np.isfinite(lower), Status.LOWER, np.where(np.isfinite(upper), Status.UPPER, Status.FREE)
    )
    is_at_upper = (status == Status.UPPER) & np.isfinite(upper)
    status[is_outside & ~is_at_upper] = nearest[is_outside & ~is_at_upper]


def is_feasible(lp: LinearProgram, x: np.ndarray) -> bool:
    """Whether a solution satisfies every row and bound of a program, relative to the size of each."""
    sizes = (np.abs(x), np.abs(lp.A) @ np.abs(x))
    sides = ((x, lp.lower, lp.upper), (lp.A @ x, lp.row_lower, lp.row_upper))
    for size, (values, low, high) in zip(sizes, sides, strict=True):
        slack = MAX_VIOLATION_SHARE * (1 + size)
        if (values < low - slack).any() or (values > high + slack).any():
            return False
    return True
