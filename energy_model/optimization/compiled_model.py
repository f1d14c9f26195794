"""Compiled model: a system and its Pyomo model → a linear program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from energy_model.case.system import System
from energy_model.compiler.matrix import Matrix, compile_model
from energy_model.compiler.model import Model
from energy_model.optimization import highs
from energy_model.optimization.labels import is_by_step, label, members, notes
from energy_model.optimization.linear_program import Block, LinearProgram
from energy_model.optimization.solver_choice import solve_program
from energy_model.optimization.warm_start import WarmStart

CostTerms = Mapping[str, tuple[np.ndarray, float]]


@dataclass(frozen=True)
class CompiledModel:
    """A system's model as a linear program; it can be replaced by another program with the same columns.

    ``shapes`` holds the shape of the index of each variable and constraint. ``cost_terms`` holds the weights of the
    columns and the constant of each cost entry. ``read_by_pyomo`` names the components that were not compiled as
    arrays but read by Pyomo, with the reason. ``watched`` names the rows that follow those of the model.
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
        """Compiles the model of a system. TypeError if the model has integer or binary variables."""
        matrix = compile_model(model)
        _refuse_integers(matrix)
        sides = (matrix.columns, matrix.rows)
        variables, constraints = (
            {name: _block(system, model, name, *position) for name, position in side.items()}
            for side in sides
        )
        lp = LinearProgram(
            matrix.A,
            matrix.cost,
            matrix.offset,
            matrix.lower,
            matrix.upper,
            matrix.row_lower,
            matrix.row_upper,
            variables,
            constraints,
        )
        shapes = {name: shape for side in sides for name, (_, shape) in side.items()}
        return cls(system, model, lp, shapes, matrix.entries, matrix.read_by_pyomo)

    def with_program(self, lp: LinearProgram) -> CompiledModel:
        """The same model with another linear program of the same columns."""
        return replace(self, lp=lp)

    def with_watched(self, names: Iterable[str], weights: Iterable[np.ndarray]) -> CompiledModel:
        """The model with one more row, without limits, for each array of column weights."""
        lp = self.lp
        for row in weights:
            lp = lp.with_row(row)
        return replace(self, lp=lp, watched=(*self.watched, *names))

    def solve(
        self,
        progress: Callable[[str], None] | None = None,
        start: WarmStart | None = None,
    ) -> highs.SolverResult:
        """Result of the least-cost solve by the solver of the case.

        A ``start`` stores the basis of HiGHS, from which later solves start. Raises as `solver_choice.solve_program` does.
        """
        return solve_program(self.lp, self.system.settings.solver, progress, start)

    def hours(self, variable: str) -> np.ndarray | float:
        """Weight of one unit of a variable in the year: the hours of each step [h], or one."""
        return self.system.steps.length if self.lp.variables[variable].by_step else 1.0

    def yearly_weights(self, variable: str, pattern: str = "*") -> np.ndarray:
        """Column weights whose sum is a variable's yearly total, over the labels that match a pattern."""
        weights = np.zeros(self.lp.A.shape[1])
        for name in self.lp.labels_like(variable, pattern):
            weights[self.lp.columns(variable, name)] = self.hours(variable)
        return weights


def _block(system: System, model: Model, name: str, first: int, shape: tuple[int, ...]) -> Block:
    """Position and labels of a variable or constraint."""
    component, count = model.component(name), int(np.prod(shape, dtype=int))
    labels = [label(member) for member in members(component)] if shape else [""]
    if len(labels) * int(np.prod(shape[1:], dtype=int)) != count:
        labels = [label(member) for member in component]  # rows read by Pyomo
    width = count // len(labels) if labels else 1
    by_step = is_by_step(component) and width == len(system.steps.length)
    return Block(first, tuple(labels), width, by_step, *notes(component))


def _refuse_integers(matrix: Matrix) -> None:
    """TypeError if a variable is an integer, since a linear program would give it a fraction."""
    integer_columns = np.flatnonzero(matrix.integer)
    if not len(integer_columns):
        return
    names = [
        f"'{name}'"
        for name, (first, shape) in matrix.columns.items()
        if (
            (integer_columns >= first) & (integer_columns < first + int(np.prod(shape, dtype=int)))
        ).any()
    ]
    raise TypeError(
        f"{', '.join(names)}: integer and binary variables are not solved, since a linear program would give them "
        "fractions; declare them continuous, or model whole units as a study of cases."
    )
