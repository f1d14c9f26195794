"""Linear program: sparse arrays whose columns and rows have the names of variables and constraints.

The columns of a variable are contiguous, and so are the rows of a constraint; a `Block` holds their position. A change
returns a new program that shares the unchanged arrays.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from operator import index
from typing import Any

import numpy as np
import scipy.sparse as sp


@dataclass(frozen=True)
class Block:
    """The columns of a variable, or the rows of a constraint: ``width`` for each label, one label after another.

    Args:
        first: The number of the first column or row.
        labels: Names of the index members, such as assets; one empty label for a component without index.
        width: Number of columns or rows of each label.
        by_step: Whether the columns or rows of a label are the steps of the year.
        table: The set whose members the labels are, such as ``links``.
        role, account: What the declaration says of it; see `formulation.metadata`.
    """

    first: int
    labels: tuple[str, ...]
    width: int
    by_step: bool
    table: str = ""
    role: str = ""
    account: str = ""

    @property
    def notes(self) -> tuple[str, str, str]:
        """Table, role and account."""
        return self.table, self.role, self.account

    @property
    def size(self) -> int:
        """Number of columns or rows."""
        return len(self.labels) * self.width

    @property
    def all(self) -> slice:
        """Slice of all columns or rows of the block."""
        return slice(self.first, self.first + self.size)

    def of(self, label: str) -> slice:
        """Slice of the columns or rows of one label. KeyError if there is no such label."""
        if label not in self.labels:
            raise KeyError(label)
        start = self.first + self.labels.index(label) * self.width
        return slice(start, start + self.width)

    def owner(self, label: str) -> str:
        """The row of a table that a label belongs to; the modes of a plant belong to the plant."""
        return label.partition(":")[0] if self.table == "runs" else label

    def by_label(self, values: np.ndarray) -> np.ndarray:
        """Values of all columns (or rows) of a program as an array of labels × width."""
        return values[self.all].reshape(len(self.labels), self.width)


Blocks = Mapping[str, Block]


@dataclass(frozen=True)
class LinearProgram:
    """Minimize ``cost @ x + offset`` subject to ``row_lower <= A @ x <= row_upper`` and ``lower <= x <= upper``.

    ``A`` is a scipy ``csr_array`` of rows × columns. ``variables`` and ``constraints`` name its columns and rows; rows
    after those of all constraints have no name.
    """

    A: Any
    cost: np.ndarray
    offset: float
    lower: np.ndarray
    upper: np.ndarray
    row_lower: np.ndarray
    row_upper: np.ndarray
    variables: Blocks = field(default_factory=dict)
    constraints: Blocks = field(default_factory=dict)

    # --- names ------------------------------------------------------------------------------------

    def columns(self, variable: str, label: str | None = None) -> slice:
        """Slice of the columns of a variable, or of one of its labels. KeyError if there is none."""
        block = self.variables[variable]
        return block.all if label is None else block.of(label)

    def rows(self, constraint: str, label: str | None = None) -> slice:
        """Slice of the rows of a constraint, or of one of its labels. KeyError if there is none."""
        block = self.constraints[constraint]
        return block.all if label is None else block.of(label)

    def owner(self, variable: str, label: str) -> str:
        """The row of a table that a label of a variable belongs to; see `Block.owner`."""
        return self.variables[variable].owner(label) if variable in self.variables else label

    def variables_of(self, *roles: str) -> Blocks:
        """The variables of some roles by name."""
        return {name: block for name, block in self.variables.items() if block.role in roles}

    def constraints_of(self, *roles: str) -> Blocks:
        """The constraints of some roles by name."""
        return {name: block for name, block in self.constraints.items() if block.role in roles}

    def labels_like(self, variable: str, pattern: str) -> list[str]:
        """The labels of a variable that match a pattern; ``*`` matches any text."""
        return fnmatch.filter(self.variables[variable].labels, pattern)

    def column_groups(self) -> tuple[list[tuple[str, str]], np.ndarray]:
        """Variable and label of each group of columns, and the group of each column."""
        return _groups(self.variables, self.A.shape[1])

    def row_groups(self) -> tuple[list[tuple[str, str]], np.ndarray]:
        """Constraint and label of each group of rows, and the group of each row."""
        return _groups(self.constraints, self.A.shape[0])

    def step_of_columns(self) -> np.ndarray:
        """The step of each column; -1 for columns without step."""
        return _steps(self.variables, self.A.shape[1])

    def step_of_rows(self) -> np.ndarray:
        """The step of each row; -1 for rows without step."""
        return _steps(self.constraints, self.A.shape[0])

    # --- changes ----------------------------------------------------------------------------------

    def with_bounds(
        self,
        columns: slice | np.ndarray,
        lower: float | np.ndarray | None = None,
        upper: float | np.ndarray | None = None,
    ) -> LinearProgram:
        """The program with other bounds of some columns; None leaves a bound unchanged."""
        return replace(
            self,
            lower=_changed(self.lower, columns, lower),
            upper=_changed(self.upper, columns, upper),
        )

    def with_row_bounds(
        self,
        rows: slice | np.ndarray,
        lower: float | np.ndarray | None = None,
        upper: float | np.ndarray | None = None,
    ) -> LinearProgram:
        """The program with other limits of some rows; None leaves a limit unchanged."""
        return replace(
            self,
            row_lower=_changed(self.row_lower, rows, lower),
            row_upper=_changed(self.row_upper, rows, upper),
        )

    def with_costs(self, columns: slice | np.ndarray, cost: float | np.ndarray) -> LinearProgram:
        """The program with other costs of some columns."""
        return replace(self, cost=_changed(self.cost, columns, cost))

    def with_objective(self, weights: np.ndarray, offset: float = 0.0) -> LinearProgram:
        """The program with another objective: one weight per column, and an offset."""
        return replace(self, cost=np.asarray(weights, float), offset=offset)

    def with_row(
        self, weights: np.ndarray, lower: float = -np.inf, upper: float = np.inf
    ) -> LinearProgram:
        """The program with one more row at the end, without name; by default it has no limits."""
        row = sp.csr_array(np.asarray(weights, float)[None, :])
        return replace(
            self,
            A=sp.csr_array(sp.vstack([self.A, row], format="csr")),
            row_lower=np.append(self.row_lower, lower),
            row_upper=np.append(self.row_upper, upper),
        )

    # --- names as text ----------------------------------------------------------------------------

    def names_as_text(self) -> str:
        """The names of all columns and rows as JSON text, to store with the arrays."""
        return names_as_text(self.variables, self.constraints)

    def with_names(self, text: str) -> LinearProgram:
        """The program with the names of a text of `names_as_text`.

        Raises:
            ValueError, KeyError, TypeError: The text holds something else.
        """
        variables, constraints = names_from_text(text, *self.A.shape)
        return replace(self, variables=variables, constraints=constraints)


def names_as_text(variables: Blocks, constraints: Blocks) -> str:
    """The names of columns and rows as JSON text."""
    sides = (("columns", variables), ("rows", constraints))
    sides_as_lists = {
        side: {
            name: [block.first, block.width, block.by_step, block.labels, *block.notes]
            for name, block in blocks.items()
        }
        for side, blocks in sides
    }
    return json.dumps(sides_as_lists, ensure_ascii=False)


def names_from_text(text: str, rows: int, columns: int) -> tuple[Blocks, Blocks]:
    """The variables and constraints of a text of `names_as_text`, of so many rows and columns at most.

    Raises:
        ValueError, KeyError, TypeError: The text holds something else.
    """
    lists_by_side = json.loads(text)
    return _blocks(lists_by_side["columns"], columns), _blocks(lists_by_side["rows"], rows)


def _blocks(told: Mapping[str, Any], size: int) -> dict[str, Block]:
    blocks: dict[str, Block] = {}
    for name, (first, width, by_step, labels, *notes) in told.items():
        texts = [*labels, *notes]
        if not (isinstance(by_step, bool) and all(isinstance(text, str) for text in texts)):
            raise ValueError(f"the names of {name} are no texts")
        block = Block(index(first), tuple(labels), index(width), by_step, *notes)
        if block.first < 0 or block.first + block.size > size:
            raise ValueError("names are of another program")
        blocks[name] = block
    return blocks


def _groups(blocks: Blocks, size: int) -> tuple[list[tuple[str, str]], np.ndarray]:
    groups: list[tuple[str, str]] = []
    group_of = np.full(size, -1, np.int32)
    for name, block in blocks.items():
        group_of[block.all] = len(groups) + np.repeat(np.arange(len(block.labels)), block.width)
        groups += [(name, label) for label in block.labels]
    for nameless in np.flatnonzero(group_of < 0):  # rows after those of all constraints
        group_of[nameless] = len(groups)
        groups.append(("rule", f"row {nameless}"))
    return groups, group_of


def _steps(blocks: Blocks, size: int) -> np.ndarray:
    step_of = np.full(size, -1)
    for block in blocks.values():
        if block.by_step:
            step_of[block.all] = np.tile(np.arange(block.width), len(block.labels))
    return step_of


def _changed(
    values: np.ndarray, places: slice | np.ndarray, new: float | np.ndarray | None
) -> np.ndarray:
    if new is None:
        return values
    changed = values.copy()
    changed[places] = new
    return changed
