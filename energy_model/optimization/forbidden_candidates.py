"""Forbidden candidates: an infeasible target → the candidates that a case or scenario takes away and that would help."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from energy_model.common.language import Message
from energy_model.formulation.metadata import ADDED
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.linear_program import LinearProgram

MIN_DUAL = 1e-9  # a smaller dual is rounding
MIN_RELATIVE_REDUCTION = 1e-6  # of all slack by the candidates that are forbidden
MIN_RELATIVE_ADDITION = 1e-6  # of a candidate as a share of the largest
# The cost of a unit of capacity, in units of slack, that keeps candidates of no use at zero
CAPACITY_COST_FACTOR = 1e-3
MAX_NAMED_CANDIDATES = 5
CAPACITY_COLUMNS = ("max_capacity_added", "capacity_existing")
MAX_ALLOWED_CAPACITY = 1e4  # of a forbidden candidate; without a bound the certificate fails


def useful_forbidden_candidates(
    problem: CompiledModel, elastic: LinearProgram, answer: highs.SolverResult
) -> list[str]:
    """The candidates that the elastic program builds if all that are forbidden are allowed, then those of use alone.

    A candidate is forbidden if none may be added, and none exists or an override has set its limit. An asset that exists
    and may not be extended is none. What an override took away is allowed up to its former amount.
    """
    block = problem.lp.variables[ADDED]
    existing = problem.system.assets["capacity_existing"]
    allowed_capacity = {
        i: _former_capacity(problem, name)
        for i, name in enumerate(block.labels)
        if problem.lp.upper[block.first + i] <= 0
        and (existing[name] <= 0 or _override(problem, name))
    }
    forbidden = [i for i, capacity in allowed_capacity.items() if capacity > 0]
    if not forbidden:
        return []
    columns = block.first + np.array(forbidden)
    upper, cost = elastic.upper.copy(), elastic.cost.copy()
    upper[columns] = [allowed_capacity[i] for i in forbidden]
    cost[columns] = CAPACITY_COST_FACTOR
    allowed = highs.solve(
        replace(elastic, upper=upper, cost=cost), problem.system.settings.solver.method
    )
    if allowed.status != highs.OPTIMAL:
        return []
    before, after = elastic.cost @ answer.x, elastic.cost @ allowed.x
    if before - after <= MIN_RELATIVE_REDUCTION * before:
        return []
    added = allowed.x[columns]
    gain = -(elastic.cost - elastic.A.T @ answer.prices)[columns]
    is_used = added > MIN_RELATIVE_ADDITION * added.max()
    # Those used come first, by what they avoid; then those of use in place of them.
    ranked = np.lexsort((-gain, -gain * added, ~is_used))
    order = [i for i in ranked if is_used[i] or gain[i] > MIN_DUAL]
    return [block.labels[forbidden[i]] for i in order[:MAX_NAMED_CANDIDATES]]


def _override(problem: CompiledModel, asset: str) -> str:
    """The override that has set the limit on an asset's capacity, or an empty text."""
    table, origins = problem.system.assets.at[asset, "table"], problem.system.cell_origins
    texts = (origins.get((table, asset, column), "") for column in CAPACITY_COLUMNS)
    return next(filter(None, texts), "")


def _former_capacity(problem: CompiledModel, asset: str) -> float:
    """The capacity that an override took away, or a large one where the case allows none."""
    table, values = problem.system.assets.at[asset, "table"], problem.system.former_values
    cells = [(table, asset, column) for column in CAPACITY_COLUMNS]
    former = [float(str(values[cell])) for cell in cells if cell in values]
    return min(sum(former), MAX_ALLOWED_CAPACITY) if former else MAX_ALLOWED_CAPACITY


def reason_of_ban(problem: CompiledModel, asset: str) -> str:
    """The reason why an asset is forbidden."""
    return _override(problem, asset) or Message("max_capacity_added is 0")
