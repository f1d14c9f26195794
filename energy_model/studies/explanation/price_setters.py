"""Price setters: a solution → what sets the price at a bus in each step.

The variable that is in use but below its limit sets the price: a market that could sell more, a
plant that could run more. A link below its limit passes on the price of its other end. Where
everything in use is at its limit, a storage sets the price by its marginal storage value; without a
storage, the hour pays for capacity.
"""

from __future__ import annotations

import numpy as np

from energy_model.common.language import N_
from energy_model.formulation.metadata import BALANCE, LEVEL, SIZE
from energy_model.results.accounts import shared_lines
from energy_model.results.solution import Solution

MAX_PRICE_GAP_SHARE = 1e-3  # share of a price within which a variable in use counts as setting it
MIN_FLOW_SHARE = 1e-6  # share of its largest flow below which an asset is not in use
BY_LIMITS, BY_STORE = N_("several plants together"), N_("stored energy")


class PriceSetters:
    """What sets the price of a bus in each step."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        lp, x, prices = solution.lp, solution.x, solution.prices
        self.groups, self.of_column = solution.lp.column_groups()
        families, of_row = solution.lp.row_groups()
        shared = shared_lines(lp)
        is_outside = [family_name in shared for family_name, _ in families]
        outside = np.array(is_outside, bool)[of_row]
        self.gap = np.abs(lp.cost - lp.A.T @ np.where(outside, prices, 0.0))
        self.by_row = lp.A
        largest_flows = np.zeros(len(self.groups))
        np.maximum.at(largest_flows, self.of_column, np.abs(x))
        self.runs = np.abs(x) > np.maximum(MIN_FLOW_SHARE * largest_flows[self.of_column], 1e-7)
        self.at_most = np.isfinite(lp.upper) & (lp.upper - x <= 1e-7 * np.maximum(1.0, np.abs(x)))
        self.columns = lp.A.tocsc()
        self.bus_rows = {
            row: (bus, t)
            for block in lp.constraints_of(BALANCE).values()
            if block.by_step
            for bus in block.labels
            for t, row in enumerate(range(*block.of(bus).indices(len(prices))))
        }
        self.setters: dict[int, str] = {}

    def of(self, bus: str) -> list[str]:
        """The price setter of a bus in every step."""
        bus_rows = self.solution.balance_of(bus).of(bus)
        return [self._set(row, ()) for row in range(bus_rows.start, bus_rows.stop)]

    def _owner(self, column: int) -> str:
        return self.solution.lp.owner(*self.groups[self.of_column[column]])

    def _kind(self, column: int) -> str:
        """The role of the column of a size or level, else the table of its label."""
        block = self.solution.lp.variables[self.groups[self.of_column[column]][0]]
        return block.role if block.role in (LEVEL, SIZE) else block.table

    def _set(self, row: int, seen: tuple[int, ...]) -> str:
        """What sets the price of a row; a link takes the setter of its other end."""
        if row in self.setters:
            return self.setters[row]
        A, prices = self.by_row, self.solution.prices
        entries = slice(A.indptr[row], A.indptr[row + 1])
        columns, weights = A.indices[entries], A.data[entries]
        max_gap = MAX_PRICE_GAP_SHARE * np.maximum(np.abs(prices[row] * weights), 1e-9)
        free = columns[self.runs[columns] & ~self.at_most[columns] & (self.gap[columns] <= max_gap)]
        kind_of_column = {int(j): self._kind(j) for j in free}
        setter = ""
        for kinds in (("markets", "demands"), ("runs",), ("vehicles",)):
            setters = [self._owner(j) for j, kind in kind_of_column.items() if kind in kinds]
            if setters:
                setter = setters[0]
                break
        else:
            for j, kind in kind_of_column.items():
                if kind == "links":
                    rows = self.columns.indices[self.columns.indptr[j] : self.columns.indptr[j + 1]]
                    other_rows = [
                        int(candidate)
                        for candidate in rows
                        if candidate != row and candidate in self.bus_rows and candidate not in seen
                    ]
                    if other_rows:
                        setter = self._set(other_rows[0], (*seen, row))
                        if setter not in (BY_STORE, BY_LIMITS):
                            break
        if not setter:
            kinds_in_use = {self._kind(j) for j in columns[self.runs[columns]]}
            setter = BY_STORE if kinds_in_use & {"storages", LEVEL} else BY_LIMITS
        if not seen:
            self.setters[row] = setter
        return setter
