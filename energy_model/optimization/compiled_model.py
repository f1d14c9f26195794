"""Compiled model: a system, its Pyomo model and the linear program made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from energy_model.case.system import System
from energy_model.compiler.components import Model
from energy_model.compiler.matrix import Matrix, compile_model
from energy_model.optimization import highs
from energy_model.optimization.labels import is_by_step, label, members
from energy_model.optimization.linear_program import Block, LinearProgram

CostTerms = Mapping[str, tuple[np.ndarray, float]]


@dataclass(frozen=True)
class CompiledModel:
    """A system's model as a linear program; another program of the same columns may take its place.

    ``shapes`` are those of each variable's and constraint's index, ``cost_terms`` the weights of the columns and the
    constant of each entry of cost. ``read_by_pyomo`` names what could not be read at once, with the reason. ``watched``
    names the rows that stand after those of the model.
    """

    system: System
    model: Model
    lp: LinearProgram
    shapes: Mapping[str, tuple[int, ...]]
    cost_terms: CostTerms
    read_by_pyomo: Mapping[str, str]
    watched: tuple[str, ...] = ()

    @classmethod
    def of(cls, system: System, model: Model) -> CompiledModel:
        """Compiles the model of a system. TypeError where a program cannot hold what the model has."""
        found = compile_model(model)
        _refuse_integers(found)
        sides = (found.columns, found.rows)
        variables, constraints = (
            {name: _block(system, model, name, *place) for name, place in side.items()}
            for side in sides
        )
        lp = LinearProgram(
            found.A,
            found.cost,
            found.offset,
            found.lower,
            found.upper,
            found.row_lower,
            found.row_upper,
            variables,
            constraints,
        )
        shapes = {name: shape for side in sides for name, (_, shape) in side.items()}
        return cls(system, model, lp, shapes, found.entries, found.slow)

    def with_program(self, lp: LinearProgram) -> CompiledModel:
        """The same model with another program of its columns."""
        return replace(self, lp=lp)

    def with_watched(self, names: Iterable[str], weights: Iterable[np.ndarray]) -> CompiledModel:
        """The model with a row more for each of some sums of columns, without limits yet."""
        lp = self.lp
        for row in weights:
            lp = lp.with_row(row)
        return replace(self, lp=lp, watched=(*self.watched, *names))

    def solve(
        self,
        progress: Callable[[str], None] | None = None,
        start: highs.WarmStart | None = None,
    ) -> highs.SolverResult:
        """The least cost and the plan that has it. With a ``start`` its basis is kept, and later solves begin there."""
        solver = self.system.settings.solver
        return highs.solve(self.lp, solver.method, solver.time_limit, progress, start=start)

    def hours(self, variable: str) -> np.ndarray | float:
        """What one unit of a variable counts in the year: the hours of each step, or one."""
        return self.system.steps.length if self.lp.variables[variable].by_step else 1.0

    def yearly_weights(self, variable: str, pattern: str = "*") -> np.ndarray:
        """The weights of the columns whose sum is a variable's total of the year, over labels that match a pattern."""
        weights = np.zeros(self.lp.A.shape[1])
        for name in self.lp.labels_like(variable, pattern):
            weights[self.lp.columns(variable, name)] = self.hours(variable)
        return weights


def _block(system: System, model: Model, name: str, first: int, shape: tuple[int, ...]) -> Block:
    """Where a variable or constraint stands, and under which labels."""
    component, count = model.component(name), int(np.prod(shape, dtype=int))
    labels = [label(member) for member in members(component)] if shape else [""]
    if len(labels) * int(np.prod(shape[1:], dtype=int)) != count:
        labels = [label(member) for member in component]  # rows that Pyomo had to read
    width = count // len(labels) if labels else 1
    by_step = is_by_step(component) and width == len(system.steps.length)
    return Block(first, tuple(labels), width, by_step)


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
