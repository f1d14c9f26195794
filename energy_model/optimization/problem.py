"""Problem: the model as one sparse matrix, built once and asked many times.

Columns and rows keep their names, so that a question can be put in the model's own words and an answer read
back in them: ``problem.columns["activity"]`` is the first column and shape of that decision.
"""

from __future__ import annotations

import fnmatch
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from energy_model.case.system import System
from energy_model.compiler.components import Model
from energy_model.compiler.matrix import Matrix, compile_model
from energy_model.optimization import highs
from energy_model.optimization.certificate import LinearProgram
from energy_model.optimization.labels import is_by_step, label, members

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Item:
    """What a column belongs to: a decision and the first name of its index."""

    decision: str
    name: str


class Problem:
    """A system's model, compiled; bounds, costs and limits may be moved and the question asked again.

    With a ``start`` (`highs.Start`) the first answer's basis is kept, and later ones begin there.
    """

    def __init__(self, system: System, model: Model, start: highs.WarmStart | None = None) -> None:
        self.system, self.model, self.start = system, model, start
        self.watched: list[str] = []  # names of the rows that stand after those of the model
        self.matrix = compile_model(model)
        found = self.matrix
        _refuse_integers(found)
        self.lp = LinearProgram(
            found.A,
            found.cost,
            found.offset,
            found.lower,
            found.upper,
            found.row_lower,
            found.row_upper,
        )

    @property
    def columns(self) -> dict[str, tuple[int, tuple[int, ...]]]:
        """First column and shape of each decision."""
        return self.matrix.columns

    @property
    def rows(self) -> dict[str, tuple[int, tuple[int, ...]]]:
        """First row and shape of each family of rules."""
        return self.matrix.rows

    @cached_property
    def items(self) -> tuple[list[Item], np.ndarray]:
        """The items, and the item of every column."""
        items: list[Item] = []
        which = np.empty(self.lp.A.shape[1], np.int32)
        for decision, (first, shape) in self.columns.items():
            labels = [label(m) for m in members(self.model.component(decision))] if shape else [""]
            width = int(np.prod(shape[1:], dtype=int))
            which[first : first + len(labels) * width] = len(items) + np.repeat(
                np.arange(len(labels)), width
            )
            items += [Item(decision, name) for name in labels]
        return items, which

    def solve(self, progress: Callable[[str], None] | None = None) -> highs.SolverResult:
        """The least cost and the plan that has it."""
        solver = self.system.settings.solver
        return highs.solve(self.lp, solver.method, solver.time_limit, progress, start=self.start)

    def place(self, decision: str, row: str) -> np.ndarray:
        """The columns of one row of a decision, in every step."""
        first, shape = self.columns[decision]
        known = [label(member) for member in members(self.model.component(decision))]
        width = int(np.prod(shape[1:], dtype=int))
        return first + known.index(row) * width + np.arange(width)

    @contextmanager
    def held(self, decision: str, row: str, value: float) -> Iterator[None]:
        """Within, a decision is held at a value for one row, in every step."""
        with self.bounded(decision, row, value, value):
            yield

    @contextmanager
    def bounded(self, decision: str, row: str, least: float, most: float) -> Iterator[None]:
        """Within, a decision of one row stays between two values."""
        place = self.place(decision, row)
        lower, upper = self.lp.lower.copy(), self.lp.upper.copy()
        lower[place], upper[place] = least, most
        with self.asking(replace(self.lp, lower=lower, upper=upper)):
            yield

    @contextmanager
    def costing(self, decision: str, row: str, cost: float) -> Iterator[None]:
        """Within, one unit of a decision of one row costs so much [EUR/unit], in every step."""
        costs, place = self.lp.cost.copy(), self.place(decision, row)
        costs[place] = cost * self.weight(decision)
        with self.asking(replace(self.lp, cost=costs)):
            yield

    @contextmanager
    def minimising(self, weights: np.ndarray) -> Iterator[None]:
        """Within, the answer is that of the least weighted sum of columns (`total`), whatever it costs."""
        with self.asking(replace(self.lp, cost=np.asarray(weights, float), offset=0.0)):
            yield

    @contextmanager
    def limited(self, weights: np.ndarray, least: float, most: float) -> Iterator[None]:
        """Within, a weighted sum of columns (`total`) stays between two values; its price is the last of all rows."""
        with self.asking(with_row(self.lp, np.asarray(weights, float), least, most)):
            yield

    @contextmanager
    def asking(self, lp: LinearProgram) -> Iterator[None]:
        """Within, another program of the same columns is asked."""
        before, self.lp = self.lp, lp
        try:
            yield
        finally:
            self.lp = before

    def total(self, decision: str, rows: str = "*") -> np.ndarray:
        """The weights of the columns whose sum is a decision's total of the year, over rows that match a name."""
        weights = np.zeros(self.lp.A.shape[1])
        first, shape = self.columns[decision]
        if not shape:
            weights[first] = 1.0
            return weights
        for row in members(self.model.component(decision)):
            if fnmatch.fnmatchcase(label(row), rows):
                weights[self.place(decision, label(row))] = self.weight(decision)
        return weights

    def weight(self, decision: str) -> np.ndarray | float:
        """What one unit of a decision counts in the year: the hours of each step, or one."""
        component = self.model.component(decision)
        return self.system.steps.length if is_by_step(component) else 1.0


def _refuse_integers(matrix: Matrix) -> None:
    """TypeError where a variable is an integer: a linear program would give it a fraction."""
    whole = np.flatnonzero(matrix.integer)
    if not len(whole):
        return
    names = [
        f"'{name}'"
        for name, (first, shape) in matrix.columns.items()
        if ((whole >= first) & (whole < first + int(np.prod(shape, dtype=int)))).any()
    ]
    raise TypeError(
        f"{', '.join(names)}: integer and binary variables are not solved, since a linear program would give them "
        "fractions; declare them continuous, or model whole units as a study of cases."
    )


def with_row(
    lp: LinearProgram, weights: np.ndarray, least: float = -np.inf, most: float = np.inf
) -> LinearProgram:
    """A program with one row more, its last; without bounds it limits nothing yet."""
    return replace(
        lp,
        A=sp.csr_array(sp.vstack([lp.A, sp.csr_array(weights[None, :])], format="csr")),
        row_lower=np.append(lp.row_lower, least),
        row_upper=np.append(lp.row_upper, most),
    )
