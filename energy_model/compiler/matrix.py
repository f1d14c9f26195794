"""Matrix: a Pyomo model → one sparse matrix, component by component.

Components with a template are read by `ExpressionReader`. Other rows (of user-defined components,
edited rows, unsupported expressions) are read one by one by Pyomo's `generate_standard_repn`.
"""

from __future__ import annotations

import logging
import math
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.core.expr as ex
import pyomo.environ as pyo
import scipy.sparse as sp
from pyomo.repn import generate_standard_repn

from energy_model.compiler.bounds import bounds
from energy_model.compiler.components import TemplatedComponent
from energy_model.compiler.expression_reader import (
    ExpressionReader,
    Frame,
    LinearTerms,
    UnsupportedExpressionError,
)
from energy_model.compiler.rows import Rows

log = logging.getLogger(__name__)
COMPILER = "ENERGY_MODEL_COMPILER"  # environment variable; with "reference" Pyomo reads every row
NO_TEMPLATE = "it has no template"


class InfeasibleRowError(ValueError):
    """A row without variables is infeasible."""


@dataclass
class Matrix:
    """A linear program as arrays, with the positions of variables and constraints."""

    A: sp.csr_array
    cost: np.ndarray
    offset: float
    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray
    row_lower: np.ndarray
    row_upper: np.ndarray
    columns: dict  # name of a variable -> (first column, shape)
    rows: dict  # name of a constraint -> (first row, shape)
    read_by_pyomo: dict  # name of a constraint, variable or objective -> the reason
    entries: dict  # name of a cost entry -> (cost by column, constant)


def compile_model(model: Any) -> Matrix:
    """Returns the matrix of a model: templates at once, other components row by row with Pyomo.

    With ``ENERGY_MODEL_COMPILER=reference`` in the environment Pyomo reads every row.

    Raises:
        TypeError: The model has an unsupported component, or not exactly one active objective.
        InfeasibleRowError: A row without variables is infeasible.
    """
    check_component_types(model)
    reference = os.environ.get(COMPILER) == "reference"
    variables = [
        variable
        for variable in model.component_objects(pyo.Var, descend_into=True)
        if not variable.is_reference()
    ]
    reader, rows = ExpressionReader(variables), Rows()
    read_by_pyomo: dict[str, str] = {}
    positions = add_constraints(reader, rows, model, read_by_pyomo, reference)
    cost, offset = objective(reader, active_objective(model), read_by_pyomo, reference)
    entries = {
        entry.name.removeprefix("entry_"): objective(reader, entry, read_by_pyomo, reference)
        for entry in model.component_objects(pyo.Objective)
        if not entry.active and entry.name.startswith("entry_")
    }
    A = rows.matrix(reader.columns)
    row_lower, row_upper = np.concatenate(rows.lower), np.concatenate(rows.upper)
    check_empty_rows(A, row_lower, row_upper, positions)
    sides = [bounds(reader, variable, reference) for variable in variables]
    lower, upper, integer = (np.concatenate(parts) for parts in zip(*sides, strict=True))
    for var in variables:
        if not reference and (cause := getattr(var, "reason", "")):
            read_by_pyomo[var.name] = cause
            log.warning("Bounds of '%s' are read one by one: %s", var.name, cause)
    columns = {
        variable.name: (reader.first[id(variable)], reader.grid(variable.index_set()).shape)
        for variable in variables
    }
    return Matrix(
        A,
        cost,
        offset,
        lower,
        upper,
        integer,
        row_lower,
        row_upper,
        columns,
        positions,
        read_by_pyomo,
        entries,
    )


def add_constraints(
    reader: ExpressionReader, rows: Rows, model: Any, read_by_pyomo: dict, reference: bool
) -> dict[str, tuple[int, tuple[int, ...]]]:
    """Adds the active constraints; returns the first row and the shape of each."""
    positions = {}
    for con in model.component_objects(pyo.Constraint, active=True, descend_into=True):
        if con.is_reference():
            continue
        first_row = rows.count
        try:
            (add_expanded if reference else add_template)(reader, rows, con)
        except Exception as reason:  # an error of the rule is raised again by Pyomo below
            read_by_pyomo[con.name] = str(reason) or type(reason).__name__
            user_defined = not isinstance(con, TemplatedComponent)
            level = logging.INFO if user_defined else logging.WARNING
            log.log(
                level, "Constraint '%s' is read row by row: %s", con.name, read_by_pyomo[con.name]
            )
            add_expanded(reader, rows, con)
        positions[con.name] = first_row, shape_of(reader, con, rows.count - first_row)
    return positions


def active_objective(model: Any) -> Any:
    objectives = list(model.component_objects(pyo.Objective, active=True, descend_into=True))
    if len(objectives) != 1:
        names = ", ".join(f"'{item.name}'" for item in objectives) or "none"
        raise TypeError(f"A program has one active objective; active are {names}.")
    return objectives[0]


HANDLED = (pyo.Var, pyo.Constraint, pyo.Objective)
IGNORED = (pyo.Set, pyo.RangeSet, pyo.Param, pyo.Expression, pyo.Block, pyo.Suffix, pyo.BuildAction)


def check_component_types(model: Any) -> None:
    """Raises TypeError for active components that the compiler would ignore silently."""
    for component in model.component_objects(active=True, descend_into=True):
        if component.ctype not in (*HANDLED, *IGNORED, pyo.ConcreteModel):
            kind = component.ctype.__name__
            raise TypeError(
                f"'{component.name}' is a {kind}, which cannot be read; write it as constraints, or deactivate it."
            )


def check_empty_rows(
    A: sp.csr_array, lower: np.ndarray, upper: np.ndarray, positions: dict
) -> None:
    """Raises InfeasibleRowError if a row without variables is infeasible, as Pyomo does."""
    infeasible_rows = np.flatnonzero((np.diff(A.indptr) == 0) & ((lower > 0) | (upper < 0)))
    if len(infeasible_rows):
        first_row, name = max(
            (start, name) for name, (start, _) in positions.items() if start <= infeasible_rows[0]
        )
        raise InfeasibleRowError(
            f"{len(infeasible_rows)} rows have no variables and cannot hold; first: '{name}', row {infeasible_rows[0] - first_row}."
        )


def add_template(reader: ExpressionReader, rows: Rows, con: Any) -> None:
    if len(con) == 0 and not getattr(con, "reason", ""):
        return
    if (template := getattr(con, "template", None)) is None:
        raise UnsupportedExpressionError(getattr(con, "reason", "") or NO_TEMPLATE)
    expression, indices = template
    frame = reader.frame(indices, con.index_set())
    body, lower, upper = split_relation(reader, expression, frame)
    if edited := edited_rows(reader, con):
        is_unedited = np.ones(frame.size, bool)
        is_unedited[list(edited)] = False
        lower = np.where(is_unedited, lower - body.constant, -np.inf)
        upper = np.where(is_unedited, upper - body.constant, np.inf)
        body = LinearTerms(0.0, [filter_rows(is_unedited, *term) for term in body.terms])
        for line, data in edited.items():
            if data is not None and data.active:
                row, row_lower, row_upper = read_with_pyomo(reader, data)
                body.terms += [
                    (lines + np.int32(line), columns, values)
                    for lines, columns, values in row.terms
                ]
                lower[line], upper[line] = row_lower - row.constant, row_upper - row.constant
    rows.add(body, lower, upper, frame.size)


def filter_rows(
    selected: np.ndarray, line: np.ndarray | None, column: Any, value: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the terms of the selected rows."""
    line = np.arange(selected.size, dtype=np.int32) if line is None else line
    is_retained = selected[line]
    return (
        line[is_retained],
        np.broadcast_to(column, is_retained.shape)[is_retained],
        np.broadcast_to(value, is_retained.shape)[is_retained],
    )


def edited_rows(reader: ExpressionReader, con: Any) -> dict[int, Any]:
    """Returns the rows that differ from the rule, by line."""
    if not con.is_indexed():
        return {} if con.active else {0: con}
    if hasattr(con, "edited"):
        edited_data = {i: con._data.get(i) for i in con.edited} | {
            i: d for i, d in con._data.items() if not d.active
        }
    else:
        edited_data = {
            i: d for i, d in con._data.items() if not hasattr(d, "template_expr") or not d.active
        }
    return {reader.line(con.index_set(), i): data for i, data in edited_data.items()}


def split_relation(
    reader: ExpressionReader, expression: Any, frame: Frame
) -> tuple[LinearTerms, Any, Any]:
    """Returns body, lower and upper bound, split as in Pyomo.

    All rows of a component are split in the same way. Pyomo instead swaps the sides of a single row
    whose left side has no variable, such as an empty sum.
    """
    if isinstance(expression, ex.RangedExpression):
        low, middle, high = expression.args
        return reader.read(middle, frame), reader.number(low, frame), reader.number(high, frame)
    if not isinstance(expression, (ex.EqualityExpression, ex.InequalityExpression)) or getattr(
        expression, "strict", False
    ):
        raise UnsupportedExpressionError(f"{type(expression).__name__} as a constraint")
    left, right = (reader.read(arg, frame) for arg in expression.args)
    equal = isinstance(expression, ex.EqualityExpression)
    if not right.terms:
        return left, right.constant if equal else -np.inf, right.constant
    if not left.terms:
        return right, left.constant, left.constant if equal else np.inf
    return left.plus(right.times(-1.0)), 0.0 if equal else -np.inf, 0.0


def add_expanded(reader: ExpressionReader, rows: Rows, con: Any) -> None:
    """Adds rows one by one; a skipped or inactive row is added without terms and bounds."""
    finite = con.index_set().isfinite()
    present = set(con.keys()) if finite else ()
    for index in con.index_set() if finite else con.keys():
        row: tuple[LinearTerms, float, float] = LinearTerms(), -np.inf, np.inf
        if (not finite or index in present) and con[index].active:
            row = read_with_pyomo(reader, con[index])
        rows.add(*row, n=1)


def shape_of(reader: ExpressionReader, con: Any, count: int) -> tuple[int, ...]:
    """Returns the shape of a component's rows: that of its index set, if it matches the count."""
    try:
        shape = reader.grid(con.index_set()).shape if con.index_set().isfinite() else (count,)
    except UnsupportedExpressionError:  # members of different lengths
        return (count,)
    return shape if math.prod(shape) == count else (count,)


def read_with_pyomo(reader: ExpressionReader, data: Any) -> tuple[LinearTerms, float, float]:
    """Returns one row as read by Pyomo: terms, lower and upper bound."""
    if hasattr(data, "template_expr"):
        _ = data.expr  # Pyomo expands the template
    lower, body, upper = data.to_bounded_expression(evaluate_bounds=True)
    repn = generate_standard_repn(body, compute_values=True, quadratic=False)
    if not repn.is_linear():
        raise ValueError(f"Constraint '{data.name}' is not linear.")
    return (
        linear(reader, repn),
        -np.inf if lower is None else lower,
        np.inf if upper is None else upper,
    )


def linear(reader: ExpressionReader, repn: Any) -> LinearTerms:
    zero = np.zeros(len(repn.linear_vars), np.int32)
    columns = np.array([reader.column(variable) for variable in repn.linear_vars], np.int32)
    return LinearTerms(repn.constant, [(zero, columns, np.array(repn.linear_coefs, float))])


def objective(
    reader: ExpressionReader, goal: Any, read_by_pyomo: dict, reference: bool = False
) -> tuple[np.ndarray, float]:
    template = getattr(goal, "template", None)
    try:
        if template is None or reference:
            raise UnsupportedExpressionError(getattr(goal, "reason", "") or NO_TEMPLATE)
        total = reader.read(template[0], reader.frame((), goal.index_set()))
    except Exception as reason:  # an error of the rule is raised again by Pyomo below
        if not reference:
            read_by_pyomo[goal.name] = str(reason) or type(reason).__name__
            log.warning(
                "Objective '%s' is read term by term: %s", goal.name, read_by_pyomo[goal.name]
            )
        total = linear(
            reader, generate_standard_repn(goal.expr, compute_values=True, quadratic=False)
        )
    cost = np.zeros(reader.columns)
    for line, column, value in total.terms:
        count = 1 if line is None else len(line)
        column, value = np.broadcast_to(column, count), np.broadcast_to(value, count)
        cost += np.bincount(column, value, reader.columns)
    sign = 1.0 if goal.sense == pyo.minimize else -1.0
    return sign * cost, sign * float(np.sum(total.constant))
