"""Unused duals: a solution with arbitrary duals of unused assets → the duals with the best lower bound.

The storage duals of a store of zero capacity and the price of an unused bus are not unique; a solver may return any
value. With the duals of the rows that unused and used assets share held fixed, the unused assets form a program of
their own, which decomposes into many small ones. The duals of these subproblems give the best lower bound
(`with_best_duals`). Solved with lower costs of owning, the subproblems name the capacities that would be built
(`nearly_profitable`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from energy_model.common.language import Message
from energy_model.formulation.metadata import ADDED, CAPACITY, SIZE
from energy_model.optimization import highs
from energy_model.optimization.certificate import certify, implied
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.linear_program import LinearProgram

# An asset is unused if its flow never exceeds this share of the largest flow of the variable. An interior point leaves
# small values in all columns: a fleet of 0.0002 cars once set the price of all hydrogen to that of its dearest seller.
MIN_RELATIVE_FLOW = 1e-3
MIN_FLOW = (
    1e-4  # lower bound on the largest flow of a variable [unit of the flow]; less is rounding
)
MIN_CAPACITY_CHANGE = 1e-4  # smallest change of a capacity that counts as a change [capacity]
# Share of the cost that the duals of one subproblem may lose of the bound before it is solved for better ones
MIN_RELATIVE_BOUND_LOSS = 1e-6


def with_best_duals(
    problem: CompiledModel,
    answer: highs.SolverResult,
    tell: Callable[[str], None] = lambda _: None,
) -> np.ndarray:
    """Duals of all rows, with the best duals for the rows of unused assets.

    Any duals of these rows give a valid lower bound. The returned ones give the highest bound for fixed duals of all
    other rows.
    """
    prices, enough = answer.prices.copy(), MIN_RELATIVE_BOUND_LOSS * abs(answer.objective)
    for part in unused_subproblems(problem, answer, enough):
        certificate = certify(part.lp, answer.x[part.columns], prices[part.rows])
        if certificate.cost - certificate.bound > enough:
            tell(
                Message(
                    "computing duals of unused assets: part {number} of {count}",
                    number=part.number,
                    count=part.count,
                )
            )
            result = highs.solve(part.lp)
            if result.status == highs.OPTIMAL:
                prices[part.rows] = result.prices
    return prices


def nearly_profitable(
    problem: CompiledModel, answer: highs.SolverResult, cheaper: float
) -> np.ndarray:
    """Columns of unused capacities that would change at the plan's prices if owning were cheaper.

    ``cheaper`` is the reduction as a share of the cost of owning [1]. Few steps show few peaks, and the price of a
    peak does not depend on the plant that serves it. So the cost of a plant whose carrier other plants serve is also
    reduced by the lowest cost of owning such a plant: the price of capacity for peaks.
    """
    cost = problem.lp.cost.copy()
    added, capacity = (problem.lp.columns(name) for name in (ADDED, CAPACITY))
    assets = problem.system.assets.loc[list(problem.lp.variables[ADDED].labels)]
    owning = pd.Series(cost[added] + cost[capacity], assets.index)
    plants = assets["table"] == "conversions"
    served = assets["carrier"][plants & ~unused_columns(problem, answer.x)[capacity]]
    peaking = plants & assets["carrier"].isin(served)
    ownable = owning.where(peaking & (assets["max_capacity_added"] > 0) & (owning > 0))
    cheapest = ownable.groupby(assets["carrier"]).transform("min").where(peaking, 0.0).fillna(0.0)
    reduction = np.minimum(cheaper * owning + cheapest, owning.clip(lower=0.0)).to_numpy()
    cost[added] -= reduction
    sizes = np.zeros(len(cost), bool)
    for block in problem.lp.variables_of(SIZE).values():
        sizes[block.all] = True
    moved = []
    for part in unused_subproblems(problem, answer):
        reduced_cost = part.lp.cost + (cost - problem.lp.cost)[part.columns]
        result = highs.solve(replace(part.lp, cost=reduced_cost))
        if result.status == highs.OPTIMAL:
            change = np.abs(result.x - answer.x[part.columns])
            moved.append(part.columns[sizes[part.columns] & (change > MIN_CAPACITY_CHANGE)])
    return np.concatenate(moved) if moved else np.zeros(0, int)


@dataclass(frozen=True)
class Subproblem:
    """Program of unused assets that share rows with each other only, at the fixed duals of all other rows."""

    lp: LinearProgram
    columns: np.ndarray
    rows: np.ndarray
    number: int
    count: int


def unused_subproblems(
    problem: CompiledModel, answer: highs.SolverResult, enough: float = -np.inf
) -> Iterator[Subproblem]:
    """The connected subproblems of unused assets whose duals lose more than ``enough`` [EUR/a] of the bound."""
    lp = problem.lp
    # Only the added capacity takes the bounds that the rows imply, so that its reduced cost shows the gain.
    upper, added = lp.upper.copy(), lp.columns(ADDED)
    upper[added] = implied(lp)[1][added]
    columns = np.flatnonzero(unused_columns(problem, answer.x))
    A = lp.A.tocsc()[:, columns].tocsr()
    inner_count = np.diff(A.indptr)
    is_own_row = (inner_count == np.diff(lp.A.indptr)) & (inner_count > 0)
    cost = lp.cost[columns] - A.T @ np.where(is_own_row, 0.0, answer.prices)
    rows = np.flatnonzero(is_own_row)
    A = A[rows]
    count, component = connected_components(sp.bmat([[None, A], [A.T, None]]), directed=False)
    of_row, of_column = (
        _grouped(members, count) for members in (component[: len(rows)], component[len(rows) :])
    )
    numbers = [index for index in range(count) if len(of_row[index])]
    # The loss is computed for all subproblems at once, as there may be tens of thousands, each of one hour.
    if np.isfinite(enough):
        own_lp = LinearProgram(
            A, cost, 0.0, lp.lower[columns], upper[columns], lp.row_lower[rows], lp.row_upper[rows]
        )
        of_columns, of_rows = _losses(own_lp, answer.x[columns], answer.prices[rows])
        lost = np.bincount(component[len(rows) :], of_columns, count)
        lost += np.bincount(component[: len(rows)], of_rows, count)
        numbers = [index for index in numbers if not lost[index] <= enough]
    for number, index in enumerate(numbers, start=1):
        own_rows, own_columns = of_row[index], of_column[index]
        lp_columns, lp_rows = columns[own_columns], rows[own_rows]
        sub_lp = LinearProgram(
            A[own_rows][:, own_columns],
            cost[own_columns],
            0.0,
            lp.lower[lp_columns],
            upper[lp_columns],
            lp.row_lower[lp_rows],
            lp.row_upper[lp_rows],
        )
        yield Subproblem(sub_lp, lp_columns, lp_rows, number, len(numbers))


def _losses(lp: LinearProgram, x: np.ndarray, prices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Loss of the lower bound by column and by row [EUR/a]; infinite if the side that the dual selects is unbounded."""
    side = np.where(prices > 0, lp.row_lower, lp.row_upper)
    duals = np.where(np.isfinite(side), prices, 0.0)
    reduced = lp.cost - lp.A.T @ duals
    bound = np.where(reduced > 0, lp.lower, lp.upper)
    of_columns, of_rows = np.zeros(len(x)), np.zeros(len(duals))
    np.multiply(reduced, x - bound, out=of_columns, where=reduced != 0)
    np.multiply(duals, lp.A @ x - side, out=of_rows, where=duals != 0)
    return of_columns, of_rows


def _grouped(group: np.ndarray, count: int) -> list[np.ndarray]:
    """The indices of the members of each group, in order; groups are numbered from 0."""
    order = np.argsort(group, kind="stable")
    return np.split(order, np.searchsorted(group[order], np.arange(1, count)))


def unused_columns(problem: CompiledModel, x: np.ndarray) -> np.ndarray:
    """Mask of the columns of assets and markets without flow in the whole year.

    All columns of a name are masked together: a store with its level, a plant with its capacity and all its modes.
    """
    variables = problem.lp.variables
    busiest = dict.fromkeys(variables[ADDED].labels, 0.0)
    mask, blocks = np.zeros(len(x), bool), []
    for decision, block in variables.items():
        if not problem.shapes[decision] or not block.size:
            continue
        largest = np.abs(block.by_label(x)).max(axis=1)
        names = [name.split(":")[0] for name in block.labels]
        blocks.append((block.all, names))
        if block.role == SIZE:
            continue
        for name, value in zip(names, largest / max(float(largest.max()), MIN_FLOW), strict=True):
            busiest[name] = max(busiest.get(name, 0.0), float(value))
    for columns, names in blocks:
        is_unused = np.array([busiest[name] <= MIN_RELATIVE_FLOW for name in names])
        mask[columns] = np.repeat(is_unused, (columns.stop - columns.start) // len(names))
    return mask
