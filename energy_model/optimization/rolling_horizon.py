"""Rolling horizon: a program of a year, its solution and its duals → the same year solved window by window.

A window holds the columns and rows of some consecutive steps. Its first steps are kept, and then the window moves on.
What lies outside has a value or a price. Earlier columns have the values that were kept, and columns without step, such
as capacities, those of the solution of the year. Rows outside, which are the rows of later steps and those of the whole
year, are not held. They count in the costs of the columns of the window at their duals, so that the level of a storage
at the end of a window, a tonne of emissions and a unit of a yearly limit have the value that they have in the solution of
the year. Where ways of different use of a yearly limit cost the same at these duals, a window uses what the solution of
the year uses in its steps: each unit of difference costs a small share of the dual. The last step of the year is the end of a window like any other: the level then need not be that of the start.

By weak duality, the cost of the kept columns with those rows at their duals is never below the cost of the year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from energy_model.optimization.certificate import Certificate, certify
from energy_model.optimization.linear_program import Block, Blocks, LinearProgram

PERFECT, PERSISTENCE = "perfect", "persistence"
FORECASTS = (PERFECT, PERSISTENCE)
DAY_HOURS = 24
# Share of the dual of a yearly row that a unit costs by which a window differs from the solution of the year
DIFFERENCE_COST_SHARE = 1e-3


@dataclass(frozen=True)
class Window:
    """The steps from ``first`` to before ``end``, of which those before ``kept`` are kept."""

    first: int
    kept: int
    end: int


@dataclass(frozen=True)
class _Couplings:
    """The entries of a matrix whose row and column are of different steps, in the order of the columns' steps."""

    row: np.ndarray
    column: np.ndarray
    data: np.ndarray
    row_step: np.ndarray
    column_step: np.ndarray


class RollingHorizon:
    """A year of windows: `program` gives the program of each, `keep` takes its solution.

    Args:
        lp: The program of the year, whose columns without step are fixed or follow from others.
        x: Its solution, one value per column.
        prices: Its duals, one per row.
        horizon: Steps of a window.
        step: Steps that are kept, and by which the window moves.
        forecast: ``perfect`` if a window knows all its steps. With ``persistence`` it knows the steps that are kept.
            Later limits, bounds and costs are a mean with those of the same hour of the last known day, whose weight
            rises linearly up to 1 at the end of the window. Steps are hours then.

    Attributes:
        x: The values of the columns: those kept, and at first those of the year.
        prices: The duals of the rows, likewise.
    """

    def __init__(
        self,
        lp: LinearProgram,
        x: np.ndarray,
        prices: np.ndarray,
        horizon: int,
        step: int,
        forecast: str = PERFECT,
    ) -> None:
        self.lp, self.foreseen, self.duals = lp, x, prices
        self.horizon, self.step, self.forecast = horizon, step, forecast
        self.x, self.prices = x.copy(), prices.copy()
        self.step_of_columns, self.step_of_rows = lp.step_of_columns(), lp.step_of_rows()
        self.steps = int(self.step_of_columns.max(initial=-1)) + 1
        self._columns, self._rows = _starts(lp.variables), _starts(lp.constraints)
        self._position = np.full(lp.A.shape[1], -1)
        yearly = np.flatnonzero(self.step_of_rows < 0)
        self._yearly_value = lp.A[yearly].T @ prices[yearly]
        self._cost = lp.cost - self._yearly_value
        fixed = lp.A @ np.where(self.step_of_columns < 0, x, 0.0)
        self._limits = lp.row_lower - fixed, lp.row_upper - fixed

    # --- windows ----------------------------------------------------------------------------------

    @property
    def windows(self) -> list[Window]:
        """The windows of the year in order; one alone if it holds the whole year."""
        if self.horizon >= self.steps:
            return [Window(0, self.steps, self.steps)]
        return [
            Window(first, min(first + self.step, self.steps), min(first + self.horizon, self.steps))
            for first in range(0, self.steps, self.step)
        ]

    def program(self, window: Window) -> LinearProgram:
        """The program of a window; that of the year itself, if the window holds the whole year."""
        if self._is_year(window):
            return self.lp
        steps = np.arange(window.first, window.end)
        columns, rows = _numbers(self._columns, steps), _numbers(self._rows, steps)
        self._position[columns] = np.arange(len(columns))
        A, known = self._matrix(rows, len(columns))
        later_value = self._later_value(window, len(columns))
        self._position[columns] = -1
        lower, upper = self._range(window, self._columns, self.lp.lower, self.lp.upper)
        row_lower, row_upper = self._range(window, self._rows, *self._limits)
        cost = self._expected(window, self._columns, self._cost) - later_value
        program = LinearProgram(
            A,
            cost,
            0.0,
            lower,
            upper,
            row_lower - known,
            row_upper - known,
            _cut(self.lp.variables, len(steps)),
            _cut(self.lp.constraints, len(steps)),
        )
        return self._near_foreseen(program, columns)

    def _near_foreseen(self, program: LinearProgram, columns: np.ndarray) -> LinearProgram:
        """The program of a window with the difference from the year in each yearly row, which costs a little.

        Two columns and one row without name follow for each yearly row with a dual.
        """
        yearly, duals = self._priced_sums
        count = len(duals)
        part = sp.csr_array(yearly[:, columns])
        one, cost = sp.eye_array(count), DIFFERENCE_COST_SHARE * np.abs(duals)
        amounts = part @ self.foreseen[columns]
        return replace(
            program,
            A=sp.csr_array(sp.block_array([[program.A, None, None], [part, -one, one]])),
            cost=np.concatenate([program.cost, cost, cost]),
            lower=np.append(program.lower, np.zeros(2 * count)),
            upper=np.append(program.upper, np.full(2 * count, np.inf)),
            row_lower=np.append(program.row_lower, amounts),
            row_upper=np.append(program.row_upper, amounts),
        )

    @cached_property
    def _priced_sums(self) -> tuple[sp.csc_array, np.ndarray]:
        """The rows without step that have a dual and a column with a step, and their duals."""
        has_step = np.where(self.step_of_columns >= 0, 1.0, 0.0)
        rows = np.flatnonzero((self.step_of_rows < 0) & (self.duals != 0))
        rows = rows[abs(self.lp.A[rows]) @ has_step > 0]
        return sp.csc_array(self.lp.A[rows]), self.duals[rows]

    def keep(self, window: Window, x: np.ndarray, prices: np.ndarray) -> None:
        """Keeps the first steps of the solution of a window: values of its columns and duals of its rows."""
        if self._is_year(window):
            self.x, self.prices = x.copy(), prices.copy()
            return
        kept = window.kept - window.first
        width = window.end - window.first
        columns, rows = self.kept_numbers(window)
        for kept_values, values, numbers, starts in (
            (self.x, x, columns, self._columns),
            (self.prices, prices, rows, self._rows),
        ):
            of_steps = values[: len(starts) * width].reshape(-1, width)
            kept_values[numbers] = of_steps[:, :kept].ravel()

    def kept_numbers(self, window: Window) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of the columns and of the rows that are kept of a window."""
        if self._is_year(window):
            return np.arange(len(self.x)), np.arange(len(self.prices))
        steps = np.arange(window.first, window.kept)
        return _numbers(self._columns, steps), _numbers(self._rows, steps)

    def _is_year(self, window: Window) -> bool:
        return window.first == 0 and window.end == self.steps

    def _matrix(self, rows: np.ndarray, width: int) -> tuple[sp.csr_array, np.ndarray]:
        """The entries of rows in columns of a window, and what the columns of other steps add to each row."""
        part = self.lp.A[rows]
        row_of_entry = np.repeat(np.arange(len(rows)), np.diff(part.indptr))
        position = self._position[part.indices]
        inside = position >= 0
        counts = np.bincount(row_of_entry[inside], minlength=len(rows))
        starts = np.concatenate([[0], np.cumsum(counts)])
        arrays = (part.data[inside], position[inside], starts)
        outside = ~inside & (self.step_of_columns[part.indices] >= 0)
        amounts = part.data[outside] * self.x[part.indices[outside]]
        known = np.bincount(row_of_entry[outside], amounts, len(rows))
        return sp.csr_array(arrays, shape=(len(rows), width)), known

    def _later_value(self, window: Window, width: int) -> np.ndarray:
        """What a unit of each column of a window is worth in the rows of steps outside, at their duals."""
        coupled = self._couplings
        bounds = np.searchsorted(coupled.column_step, [window.first, window.end])
        part = slice(*bounds)
        row_step = coupled.row_step[part]
        outside = (row_step < window.first) | (row_step >= window.end)
        places = self._position[coupled.column[part][outside]]
        values = (coupled.data[part] * self.duals[coupled.row[part]])[outside]
        return np.bincount(places, values, width)

    @cached_property
    def _couplings(self) -> _Couplings:
        A = self.lp.A
        row = np.repeat(np.arange(A.shape[0]), np.diff(A.indptr))
        row_step, column_step = self.step_of_rows[row], self.step_of_columns[A.indices]
        found = np.flatnonzero((row_step >= 0) & (column_step >= 0) & (row_step != column_step))
        order = found[np.argsort(column_step[found], kind="stable")]
        return _Couplings(
            row[order], A.indices[order], A.data[order], row_step[order], column_step[order]
        )

    # --- forecast ---------------------------------------------------------------------------------

    def _range(
        self, window: Window, starts: np.ndarray, lower: np.ndarray, upper: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The expected lower and upper limits of the columns or rows of a window."""
        low, high = (self._expected(window, starts, limit) for limit in (lower, upper))
        return low, np.maximum(low, high)

    def _expected(self, window: Window, starts: np.ndarray, values: np.ndarray) -> np.ndarray:
        """The values that a window expects for its columns or rows."""
        steps = np.arange(window.first, window.end)
        actual = values[_numbers(starts, steps)]
        if self.forecast == PERFECT:
            return actual
        known = window.first + self.step
        ahead = np.maximum(steps - known + 1, 0)
        days = -(-ahead // DAY_HOURS)
        past = values[_numbers(starts, (steps - DAY_HOURS * days) % self.steps)]
        weight = np.tile(ahead / max(self.horizon - self.step, 1), len(starts))
        is_finite = np.isfinite(actual) & np.isfinite(past)
        expected = actual.copy()
        expected[is_finite] += weight[is_finite] * (past[is_finite] - actual[is_finite])
        return expected

    # --- the year ---------------------------------------------------------------------------------

    @cached_property
    def year_end_rows(self) -> np.ndarray:
        """The rows of early steps with a column of a later one: those by which the year is a circle."""
        coupled = self._couplings
        return np.unique(coupled.row[coupled.column_step > coupled.row_step])

    @cached_property
    def priced_rows(self) -> np.ndarray:
        """The rows that no window holds: those without step, and those of the end of the year."""
        return np.union1d(np.flatnonzero(self.step_of_rows < 0), self.year_end_rows)

    @cached_property
    def is_yearly_sum(self) -> np.ndarray:
        """Whether each row is one without step that contains what the steps sum up to."""
        varies = np.where(self.step_of_columns >= 0, 1.0, 0.0)
        varies[self.total_columns] = 1.0
        return np.asarray((self.step_of_rows < 0) & (abs(self.lp.A) @ varies > 0))

    @property
    def total_columns(self) -> np.ndarray:
        """The columns without step that sum up others, such as net emissions.

        Only rows without step contain them, and one of these is an equality, which gives their value.
        """
        return self._totals[0]

    @property
    def total_rows(self) -> np.ndarray:
        """The row that gives the value of each column that sums up others."""
        return self._totals[1]

    @cached_property
    def _totals(self) -> tuple[np.ndarray, np.ndarray]:
        return _totals(self.lp, self.step_of_columns, self.step_of_rows)

    def set_totals(self) -> None:
        """Sets the columns that sum up others to what the kept columns sum up to."""
        columns, rows = self._totals
        part = self.lp.A[rows]
        self.x[columns] = 0.0
        entries = np.asarray(part[np.arange(len(rows)), columns]).ravel()
        self.x[columns] = (self.lp.row_lower[rows] - part @ self.x) / entries

    def added_cost(self) -> np.ndarray:
        """The cost above that of the solution of the year, of each column [EUR/a].

        The rows that no window holds count at their duals. The sum is not below zero, but for rounding.
        """
        coupled = self._couplings
        at_end = coupled.column_step > coupled.row_step
        values = coupled.data[at_end] * self.duals[coupled.row[at_end]]
        end_value = np.bincount(coupled.column[at_end], values, len(self.x))
        added: np.ndarray = (self._cost - end_value) * (self.x - self.foreseen)
        return added

    def certify_steps(self) -> Certificate:
        """The certificate of the kept columns without the rows that no window holds; only its violations have a meaning."""
        held = self.lp.with_row_bounds(self.priced_rows, -np.inf, np.inf)
        return certify(held, self.x, self.prices)


def _starts(blocks: Blocks) -> np.ndarray:
    """The first column or row of each label of the blocks with steps, in their order."""
    parts = [
        block.first + block.width * np.arange(len(block.labels))
        for block in blocks.values()
        if block.by_step
    ]
    return np.concatenate([np.zeros(0, int), *parts])


def _numbers(starts: np.ndarray, steps: Sequence[int] | np.ndarray) -> np.ndarray:
    """The numbers of the columns or rows of some steps, one label after another."""
    numbers: np.ndarray = (starts[:, np.newaxis] + np.asarray(steps)).ravel()
    return numbers


def _cut(blocks: Blocks, width: int) -> dict[str, Block]:
    """The blocks of a window with their names; those without steps are empty."""
    cut, first = {}, 0
    for name, block in blocks.items():
        if block.by_step:
            cut[name] = replace(block, first=first, width=width)
            first += cut[name].size
        else:
            cut[name] = replace(block, first=first, labels=())
    return cut


def _totals(
    lp: LinearProgram, step_of_columns: np.ndarray, step_of_rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The columns that sum up others, and the row that gives the value of each."""
    candidates = np.flatnonzero((step_of_columns < 0) & (lp.lower < lp.upper))
    part = lp.A[:, candidates].tocsc()
    columns, rows = [], []
    for number, column in enumerate(candidates):
        entries = part.indices[part.indptr[number] : part.indptr[number + 1]]
        sums = entries[lp.row_lower[entries] == lp.row_upper[entries]]
        if len(sums) == 1 and (step_of_rows[entries] < 0).all():
            columns.append(int(column))
            rows.append(int(sums[0]))
    is_alone = np.array([rows.count(row) == 1 for row in rows], bool)
    return np.array(columns, int)[is_alone], np.array(rows, int)[is_alone]
