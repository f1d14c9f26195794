"""Problem: the model as one sparse matrix, built once and asked many times.

Columns and rows keep their names, so that a question can be put in the model's own words and an answer read
back in them: ``problem.columns["activity"]`` is the first column and shape of that decision.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pyomo.environ as pyo

from energy_model.engine.compile.lazy import Model
from energy_model.engine.compile.matrix import compile_model
from energy_model.engine.solution import highs
from energy_model.engine.solution.certificate import LinearProgram
from energy_model.engine.tables.system import System

log = logging.getLogger(__name__)


class Problem:
    """A system's model, compiled; bounds may be moved and the question asked again."""

    def __init__(self, system: System, model: Model) -> None:
        self.system, self.model = system, model
        self.matrix = compile_model(model)
        found = self.matrix
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

    def solve(self, progress: Callable[[str], None] | None = None) -> highs.Answer:
        """The least cost and the plan that has it."""
        solver = self.system.settings.solver
        return highs.solve(self.lp, solver.method, solver.time_limit, progress)

    def place(self, decision: str, row: str) -> np.ndarray:
        """The columns of one row of a decision, in every step."""
        first, shape = self.columns[decision]
        members = list(next(iter(self.model.component(decision).index_set().subsets())))
        width = int(np.prod(shape[1:], dtype=int))
        return first + members.index(row) * width + np.arange(width)

    @contextmanager
    def held(self, decision: str, row: str, value: float) -> Iterator[None]:
        """Within, a decision is held at a value for one row, in every step."""
        with self.bounded(decision, row, value, value):
            yield

    @contextmanager
    def bounded(self, decision: str, row: str, least: float, most: float) -> Iterator[None]:
        """Within, a decision of one row stays between two values."""
        before, place = self.lp, self.place(decision, row)
        lower, upper = before.lower.copy(), before.upper.copy()
        lower[place], upper[place] = least, most
        self.lp = replace(before, lower=lower, upper=upper)
        try:
            yield
        finally:
            self.lp = before


def index_names(component: pyo.Component) -> list[list[object]]:
    """The members of each set a component is indexed by; empty for a single one."""
    return [list(s) for s in component.index_set().subsets()] if component.is_indexed() else []
