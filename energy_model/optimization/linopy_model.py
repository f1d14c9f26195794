"""Linopy model: a linear program → the same program in linopy, and row duals from its constraints.

linopy stores the terms of a constraint as a rectangle of rows and terms. Rows with about as many terms form a
constraint of their own, so that a rectangle is at most twice as large as its terms. A row with two limits has one row
for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
import xarray as xr

from energy_model.optimization.linear_program import LinearProgram

LOWER, UPPER, EQUAL = ">=", "<=", "="


@dataclass(frozen=True)
class LinopyModel:
    """A linopy model of a program, and the rows of the program that each of its constraints holds."""

    model: Any
    rows: dict[str, np.ndarray]

    @classmethod
    def of(cls, lp: LinearProgram) -> LinopyModel:
        """The program in linopy, without its constant; rows without terms are left out."""
        import linopy  # noqa: PLC0415 - an optional dependency

        model = linopy.Model()
        x = model.add_variables(
            lower=xr.DataArray(lp.lower, dims="column"),
            upper=xr.DataArray(lp.upper, dims="column"),
            name="x",
        )
        model.add_objective((x * xr.DataArray(lp.cost, dims="column")).sum())
        A = sp.csr_array(lp.A)
        A.sum_duplicates()
        terms = np.diff(A.indptr)
        rows_of = {}
        for sign, limit, is_used in _sides(lp):
            for width in _widths(terms[is_used]):
                rows = np.flatnonzero(is_used & (terms <= width) & (terms > width // 2))
                name = f"{sign} {width}"
                left = linopy.LinearExpression(_rectangle(A, rows, width), model)
                model.add_constraints(left, sign, xr.DataArray(limit[rows], dims="row"), name=name)
                rows_of[name] = rows
        return cls(model, rows_of)

    def values(self) -> np.ndarray:
        """The solved value of each column."""
        return np.asarray(self.model.variables["x"].solution, float)

    def prices(self, row_count: int) -> np.ndarray | None:
        """The dual of each row; None if the solver gave none."""
        prices = np.zeros(row_count)
        for name, rows in self.rows.items():
            constraint = self.model.constraints[name]
            try:
                dual = np.asarray(constraint.dual, float)
            except AttributeError:  # linopy's way to tell that there are no duals
                return None
            np.add.at(prices, rows, dual)
        return prices if np.isfinite(prices).all() else None


def _sides(lp: LinearProgram) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Sign, limits, and the rows that have such a limit."""
    has_lower, has_upper = np.isfinite(lp.row_lower), np.isfinite(lp.row_upper)
    is_equal = has_lower & (lp.row_lower == lp.row_upper)
    return [
        (EQUAL, lp.row_lower, is_equal),
        (LOWER, lp.row_lower, has_lower & ~is_equal),
        (UPPER, lp.row_upper, has_upper & ~is_equal),
    ]


def _widths(terms: np.ndarray) -> list[int]:
    """The widths of the rectangles: powers of two."""
    return [2**power for power in range(int(terms.max(initial=0)).bit_length() + 1)
            if ((terms <= 2**power) & (terms > 2**power // 2)).any()]  # fmt: skip


def _rectangle(A: sp.csr_array, rows: np.ndarray, width: int) -> xr.Dataset:
    """Coefficients and column numbers of some rows; -1 and NaN where a row has fewer terms."""
    part = A[rows]
    row = np.repeat(np.arange(len(rows)), np.diff(part.indptr))
    term = np.arange(part.nnz) - np.repeat(part.indptr[:-1], np.diff(part.indptr))
    columns = np.full((len(rows), width), -1, np.int64)
    coefficients = np.full((len(rows), width), np.nan)
    columns[row, term], coefficients[row, term] = part.indices, part.data
    dims = ("row", "_term")
    return xr.Dataset({"coeffs": (dims, coefficients), "vars": (dims, columns)})
