"""Idle: what stands unused has prices of its own, and they tell how near it is to being built.

A store of size nothing has no water values and a bus that nothing uses has no price; a solver may write any
there. But at the prices of the rows that idle things share with busy ones, what they could earn is a program of its own, and
it falls apart into many small ones. Their prices bound best what any plan could gain from them (`priced`), and solved
with cheaper owning they name what would be built (`tempted`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from energy_model.optimization import highs
from energy_model.optimization.certificate import certify, implied
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.linear_program import LinearProgram

SIZING_VARIABLES = ("added", "retired", "capacity")
# What never flows more than this share of the largest flow of its kind does nothing. An interior point leaves a trace
# everywhere: a fleet of 0.0002 cars once kept the price of all hydrogen where its dearest seller had put it.
MIN_RELATIVE_FLOW = 1e-3
MIN_FLOW = 1e-4  # where nothing of a kind flows more than this [unit of the flow], its largest is a trace too
MIN_CAPACITY_CHANGE = 1e-4  # what a size must change by to have moved [capacity]
# Share of the cost that prices of one idle part may lose before better ones are sought
MIN_RELATIVE_BOUND_LOSS = 1e-6


def with_best_duals(
    problem: CompiledModel,
    answer: highs.SolverResult,
    tell: Callable[[str], None] = lambda _: None,
) -> np.ndarray:
    """Prices of the full year in which what stands idle has its own best prices too.

    Whatever the prices of idle rows are, they give a valid bound; these give the highest that the prices of
    all other rows allow.
    """
    prices, enough = answer.prices.copy(), MIN_RELATIVE_BOUND_LOSS * abs(answer.objective)
    for part in unused_subproblems(problem, answer, enough):
        known = certify(part.lp, answer.x[part.columns], prices[part.rows])
        if known.cost - known.bound > enough:
            tell(f"pricing what stands idle: {part.number} of {part.count}")
            found = highs.solve(part.lp)
            if found.status == highs.OPTIMAL:
                prices[part.rows] = found.prices
    return prices


def nearly_profitable(
    problem: CompiledModel, answer: highs.SolverResult, cheaper: float
) -> np.ndarray:
    """Columns of idle sizes that would move at the plan's prices if owning were so much cheaper.

    Few steps show few peaks, and what a peak pays does not depend on who serves it. So a plant whose carrier other
    plants serve may also earn what the cheapest of them costs to own: the price of capacity that only peaks need.
    """
    cost = problem.lp.cost.copy()
    added, capacity = (problem.lp.columns(name) for name in ("added", "capacity"))
    assets = problem.system.assets.loc[list(problem.lp.variables["added"].labels)]
    owning = pd.Series(cost[added] + cost[capacity], assets.index)
    plants = assets["table"] == "conversions"
    served = assets["carrier"][plants & ~unused_columns(problem, answer.x)[capacity]]
    peaking = plants & assets["carrier"].isin(served)
    offered = owning.where(peaking & (assets["capacity_addable"] > 0) & (owning > 0))
    cheapest = offered.groupby(assets["carrier"]).transform("min").where(peaking, 0.0).fillna(0.0)
    spared = np.minimum(cheaper * owning + cheapest, owning.clip(lower=0.0)).to_numpy()
    cost[added] -= spared
    sizes = np.zeros(len(cost), bool)
    for name in SIZING_VARIABLES:
        sizes[problem.lp.columns(name)] = True
    moved = []
    for part in unused_subproblems(problem, answer):
        less = part.lp.cost + (cost - problem.lp.cost)[part.columns]
        found = highs.solve(replace(part.lp, cost=less))
        if found.status == highs.OPTIMAL:
            change = np.abs(found.x - answer.x[part.columns])
            moved.append(part.columns[sizes[part.columns] & (change > MIN_CAPACITY_CHANGE)])
    return np.concatenate(moved) if moved else np.zeros(0, int)


@dataclass(frozen=True)
class Subproblem:
    """Idle things that meet each other in rows of their own: their program at the prices of all other rows."""

    lp: LinearProgram
    columns: np.ndarray
    rows: np.ndarray
    number: int
    count: int


def unused_subproblems(
    problem: CompiledModel, answer: highs.SolverResult, enough: float = -np.inf
) -> Iterator[Subproblem]:
    """The programs of what stands idle, each as small as it can be, but those whose prices lose no more than ``enough`` [EUR/a]."""
    lp = problem.lp
    # What could be gained is to show at what may be added, so only that is bounded by what rows imply.
    most, added = lp.upper.copy(), lp.columns("added")
    most[added] = implied(lp)[1][added]
    columns = np.flatnonzero(unused_columns(problem, answer.x))
    A = lp.A.tocsc()[:, columns].tocsr()
    inside = np.diff(A.indptr)
    own = (inside == np.diff(lp.A.indptr)) & (inside > 0)
    cost = lp.cost[columns] - A.T @ np.where(own, 0.0, answer.prices)
    rows = np.flatnonzero(own)
    A = A[rows]
    count, part = connected_components(sp.bmat([[None, A], [A.T, None]]), directed=False)
    of_row, of_column = (_grouped(p, count) for p in (part[: len(rows)], part[len(rows) :]))
    numbers = [n for n in range(count) if len(of_row[n])]
    # Seen for all at once, as there may be tens of thousands of an hour each.
    if np.isfinite(enough):
        own_lp = LinearProgram(
            A, cost, 0.0, lp.lower[columns], most[columns], lp.row_lower[rows], lp.row_upper[rows]
        )
        of_columns, of_rows = _losses(own_lp, answer.x[columns], answer.prices[rows])
        lost = np.bincount(part[len(rows) :], of_columns, count)
        lost += np.bincount(part[: len(rows)], of_rows, count)
        numbers = [n for n in numbers if not lost[n] <= enough]
    for number, n in enumerate(numbers, start=1):
        r, c = of_row[n], of_column[n]
        here, there = columns[c], rows[r]
        small = LinearProgram(
            A[r][:, c], cost[c], 0.0,
            lp.lower[here], most[here], lp.row_lower[there], lp.row_upper[there],
        )  # fmt: skip
        yield Subproblem(small, here, there, number, len(numbers))


def _losses(lp: LinearProgram, x: np.ndarray, prices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What each column and each row takes from the bound of an answer; infinite where a side that is asked for is open."""
    side = np.where(prices > 0, lp.row_lower, lp.row_upper)
    y = np.where(np.isfinite(side), prices, 0.0)
    reduced = lp.cost - lp.A.T @ y
    at = np.where(reduced > 0, lp.lower, lp.upper)
    of_columns, of_rows = np.zeros(len(x)), np.zeros(len(y))
    np.multiply(reduced, x - at, out=of_columns, where=reduced != 0)
    np.multiply(y, lp.A @ x - side, out=of_rows, where=y != 0)
    return of_columns, of_rows


def _grouped(group: np.ndarray, count: int) -> list[np.ndarray]:
    """The places of each group, in order; groups are numbered from nothing."""
    order = np.argsort(group, kind="stable")
    return np.split(order, np.searchsorted(group[order], np.arange(1, count)))


def unused_columns(problem: CompiledModel, x: np.ndarray) -> np.ndarray:
    """Which columns are of things that do nothing all year: plants that never run, trades never made.

    All that has the same name goes together: a store with its level, a plant with its capacity in every mode.
    """
    variables = problem.lp.variables
    busiest = dict.fromkeys(variables["added"].labels, 0.0)
    mask, blocks = np.zeros(len(x), bool), []
    for decision, block in variables.items():
        if not problem.shapes[decision] or not block.size:
            continue
        most = np.abs(block.by_label(x)).max(axis=1)
        names = [name.split(":")[0] for name in block.labels]
        blocks.append((block.all, names))
        if decision in SIZING_VARIABLES:
            continue
        for name, value in zip(names, most / max(float(most.max()), MIN_FLOW), strict=True):
            busiest[name] = max(busiest.get(name, 0.0), float(value))
    for place, names in blocks:
        at = np.array([busiest[name] <= MIN_RELATIVE_FLOW for name in names])
        mask[place] = np.repeat(at, (place.stop - place.start) // len(names))
    return mask
