"""Composition: programs of one year each, and what links them → one linear program with named parts.

The columns and rows of a program keep their names under the name of their branch, ``branch/variable``. A branch
has a weight, the factor of its cost in the whole. Linking rows join columns of several branches; a term in a row of
another branch hands a decision on, as the capacity that an earlier year has built.

Linking rows and terms hold only columns of capacities, or totals of the year. Given these, a branch is its own program,
and its part of the solution is optimal there. The duals of a branch are those of the whole divided by its weight.

Sources: Birge and Louveaux, Introduction to Stochastic Programming (2011), for programs with scenarios; Rockafellar and
Uryasev, "Optimization of conditional value-at-risk", Journal of Risk 2 (2000), for the linear program of CVaR.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from energy_model.optimization.linear_program import Block, LinearProgram

SEPARATOR = "/"
Column = tuple[str, str, str]  # branch, variable and label of one column
Term = tuple[Column | str, float]  # a column, or the name of an extra column, and its coefficient


@dataclass(frozen=True)
class Branch:
    """A program of one year, and the factor of its cost in the whole [1]."""

    name: str
    lp: LinearProgram
    weight: float = 1.0


@dataclass(frozen=True)
class LinkingRow:
    """A row over columns of branches and extra columns: ``lower <= sum of coefficient times column <= upper``."""

    label: str
    terms: Sequence[Term]
    lower: float = -np.inf
    upper: float = np.inf


@dataclass(frozen=True)
class ExtraColumn:
    """A column of the whole that belongs to no branch: cost [EUR/a] and bounds."""

    name: str
    cost: float
    lower: float = 0.0
    upper: float = np.inf


@dataclass(frozen=True)
class Composition:
    """Branches, and the rows, terms and columns that link them.

    Attributes:
        branches: The programs in order.
        links: Linking rows by the name of their constraint.
        heirs: Pairs of columns of two branches: the second has the coefficients of the first in all rows of
            the first one's branch, as capacity built earlier acts as capacity added now.
        column_costs: Cost of columns in the whole that replaces weight times cost [EUR/a].
        extras: Columns that belong to no branch.
        cost_rows: Linking rows on the cost of a branch: label, branch, coefficients of extra columns by
            name, so that ``cost of the branch + sum of coefficients times columns <= 0``.
    """

    branches: tuple[Branch, ...]
    links: Mapping[str, Sequence[LinkingRow]] = field(default_factory=dict)
    heirs: Sequence[tuple[Column, Column]] = ()
    column_costs: Mapping[Column, float] = field(default_factory=dict)
    extras: Sequence[ExtraColumn] = ()
    cost_rows: Sequence[tuple[str, Mapping[str, float]]] = ()

    # --- positions --------------------------------------------------------------------------------

    @cached_property
    def columns(self) -> dict[str, slice]:
        """The columns of each branch in the whole."""
        return _slices(self.branches, 1)

    @cached_property
    def rows(self) -> dict[str, slice]:
        """The rows of each branch in the whole."""
        return _slices(self.branches, 0)

    @cached_property
    def by_name(self) -> dict[str, Branch]:
        """The branches by name."""
        return {branch.name: branch for branch in self.branches}

    def column(self, name: Column | str) -> int:
        """The number of a column in the whole, or of an extra column. KeyError or ValueError if there is none."""
        if isinstance(name, str):
            return self.extra(name)
        branch, variable, label = name
        return self.columns[branch].start + _only(
            self.by_name[branch].lp.columns(variable, label or None)
        )

    def row(self, branch: str, constraint: str, label: str) -> int:
        """The number of a row in the whole. KeyError if there is none."""
        return self.rows[branch].start + _only(
            self.by_name[branch].lp.rows(constraint, label or None)
        )

    def extra(self, name: str) -> int:
        """The number of an extra column in the whole. ValueError if there is none."""
        names = [extra.name for extra in self.extras]
        return sum(branch.lp.A.shape[1] for branch in self.branches) + names.index(name)

    # --- the whole --------------------------------------------------------------------------------

    @cached_property
    def lp(self) -> LinearProgram:
        """The whole as one linear program."""
        parts = [branch.lp for branch in self.branches]
        count = sum(lp.A.shape[1] for lp in parts) + len(self.extras)
        cost = np.concatenate(
            [*(b.weight * b.lp.cost for b in self.branches), [e.cost for e in self.extras]]
        )
        for name, value in self.column_costs.items():
            cost[self.column(name)] = value
        links, names, limits = self._linking_rows(count)
        own = sp.csr_array(sp.block_diag([lp.A for lp in parts], format="csr"))
        own = sp.csr_array((own.data, own.indices, own.indptr), shape=(own.shape[0], count))
        if self.heirs:
            own = own + self._terms_of_heirs(own)
        return LinearProgram(
            sp.csr_array(sp.vstack([own, links], format="csr")),
            cost,
            float(sum(branch.weight * branch.lp.offset for branch in self.branches)),
            np.concatenate([*(lp.lower for lp in parts), [e.lower for e in self.extras]]),
            np.concatenate([*(lp.upper for lp in parts), [e.upper for e in self.extras]]),
            np.concatenate([*(lp.row_lower for lp in parts), limits[0]]),
            np.concatenate([*(lp.row_upper for lp in parts), limits[1]]),
            self._blocks("variables", self.columns) | self._extra_blocks(),
            self._blocks("constraints", self.rows)
            | {
                name: replace(block, first=block.first + own.shape[0])
                for name, block in names.items()
            },
        )

    def _terms_of_heirs(self, own: sp.csr_array) -> sp.csr_array:
        columns = [self.column(name) for name, _ in self.heirs]
        copied = sp.coo_array(sp.csc_array(own)[:, columns])
        heirs = np.array([self.column(name) for _, name in self.heirs])
        return sp.csr_array((copied.data, (copied.row, heirs[copied.col])), shape=own.shape)

    def _linking_rows(
        self, count: int
    ) -> tuple[sp.csr_array, dict[str, Block], tuple[list[float], list[float]]]:
        """The matrix of the linking rows, their names, and their lower and upper limits."""
        rows: list[int] = []
        columns: list[int] = []
        values: list[float] = []
        lower: list[float] = []
        upper: list[float] = []
        blocks: dict[str, Block] = {}
        for constraint, members in self.links.items():
            blocks[constraint] = Block(len(lower), tuple(row.label for row in members), 1, False)
            for row in members:
                rows += [len(lower)] * len(row.terms)
                columns += [self.column(name) for name, _ in row.terms]
                values += [coefficient for _, coefficient in row.terms]
                lower.append(row.lower)
                upper.append(row.upper)
        plain = sp.csr_array((values, (rows, columns)), shape=(len(lower), count))
        if not self.cost_rows:
            return plain, blocks, (lower, upper)
        names = tuple(branch for branch, _ in self.cost_rows)
        blocks["branch_cost"] = Block(len(lower), names, 1, False)
        costs = [self._cost_row(branch, extras, count) for branch, extras in self.cost_rows]
        lower += [-np.inf] * len(costs)
        upper += [-self.by_name[branch].lp.offset for branch in names]
        return sp.csr_array(sp.vstack([plain, *costs], format="csr")), blocks, (lower, upper)

    def _cost_row(self, branch: str, extras: Mapping[str, float], count: int) -> sp.csr_array:
        cost = self.by_name[branch].lp.cost
        used = np.flatnonzero(cost)
        columns = [*(self.columns[branch].start + used), *map(self.extra, extras)]
        values = [*cost[used], *extras.values()]
        return sp.csr_array((values, ([0] * len(columns), columns)), shape=(1, count))

    def _blocks(self, side: str, places: Mapping[str, slice]) -> dict[str, Block]:
        return {
            f"{branch.name}{SEPARATOR}{name}": replace(
                block, first=block.first + places[branch.name].start
            )
            for branch in self.branches
            for name, block in getattr(branch.lp, side).items()
        }

    def _extra_blocks(self) -> dict[str, Block]:
        return {extra.name: Block(self.extra(extra.name), ("",), 1, False) for extra in self.extras}

    # --- a branch's part --------------------------------------------------------------------------

    def part(
        self, branch: str, x: np.ndarray, prices: np.ndarray, weight: float | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Column values and row duals of a branch in a solution of the whole.

        Args:
            branch: Name of the branch.
            x: Column values of the whole.
            prices: Row duals of the whole.
            weight: The effective weight of the branch's cost, if cost rows add to it.
        """
        weight = self.by_name[branch].weight if weight is None else weight
        duals = prices[self.rows[branch]]
        return x[self.columns[branch]], duals / weight if weight > 0 else np.zeros_like(duals)


def shared_rows(
    branches: Sequence[Branch], variable: str, labels: Sequence[str]
) -> list[LinkingRow]:
    """Rows by which the columns of some labels are the same in every branch that has them."""
    firsts: dict[str, str] = {}
    rows = []
    for branch in branches:
        for label in labels:
            if label not in branch.lp.variables[variable].labels:
                continue
            first = firsts.setdefault(label, branch.name)
            if first != branch.name:
                terms = [((first, variable, label), 1.0), ((branch.name, variable, label), -1.0)]
                rows.append(LinkingRow(f"{branch.name}{SEPARATOR}{label}", terms, 0.0, 0.0))
    return rows


def with_cvar(composition: Composition, share: float, weight: float) -> Composition:
    """The composition whose objective mixes the expected cost and its conditional value-at-risk (CVaR).

    The objective is ``(1 - weight) * expected cost + weight * CVaR``, where CVaR is the mean cost of the most
    expensive ``share`` of the branches, by their weights. The weights of the branches sum to one.

    Args:
        composition: Branches whose weights are probabilities.
        share: Probability of the most expensive branches that CVaR is the mean of, above 0 and at most 1.
        weight: Weight of CVaR, from 0 to below 1.
    """
    if weight == 0:
        return composition
    branches = tuple(
        replace(branch, weight=(1 - weight) * branch.weight) for branch in composition.branches
    )
    extras = [ExtraColumn("value_at_risk", weight, -np.inf)]
    rows = []
    for branch in composition.branches:
        name = f"{branch.name}{SEPARATOR}cost_above_value_at_risk"
        extras.append(ExtraColumn(name, weight * branch.weight / share))
        rows.append((branch.name, {"value_at_risk": -1.0, name: -1.0}))
    return replace(
        composition,
        branches=branches,
        extras=(*composition.extras, *extras),
        cost_rows=(*composition.cost_rows, *rows),
    )


def effective_weights(composition: Composition, prices: np.ndarray) -> dict[str, float]:
    """The factor of each branch's cost in the whole: its weight, and the dual of its cost row."""
    weights = {branch.name: branch.weight for branch in composition.branches}
    block = composition.lp.constraints.get("branch_cost")
    if block is not None:
        for label, price in zip(block.labels, prices[block.all], strict=True):
            weights[label] += max(-float(price), 0.0)
    return weights


def _slices(branches: Sequence[Branch], axis: int) -> dict[str, slice]:
    slices, start = {}, 0
    for branch in branches:
        size = branch.lp.A.shape[axis]
        slices[branch.name] = slice(start, start + size)
        start += size
    return slices


def _only(place: slice) -> int:
    """The number of the only member of a slice. ValueError if there are several."""
    if place.stop - place.start != 1:
        raise ValueError("a linking row takes columns without steps only")
    return place.start
