"""Price estimate: a plan without an activity and a site → the cost of the activity there at the prices of the plan."""

from __future__ import annotations

import numpy as np

from energy_model.formulation.metadata import ADDED, SIZE
from energy_model.optimization import highs
from energy_model.optimization.highs import OPTIMAL
from energy_model.optimization.linear_program import LinearProgram
from energy_model.results.solution import Solution
from energy_model.studies.siting.candidate_sites import CandidateSite

# A larger flow in a step is active at the prices of the plan; a smaller one is residue of an
# interior-point method. The bound is absolute, as flows of all kinds are compared.
MIN_FLOW = 0.01  # [unit/h]


def estimate_cost(plan: Solution, candidate: CandidateSite, size: float) -> float:
    """The cost of the activity with all other prices fixed: the activity and its links solved alone [EUR/a]."""
    lp = plan.lp
    columns = _columns(plan, [candidate.asset, *(link.name for link in candidate.links)])
    matrix = lp.A.tocsc()[:, columns].tocsr()
    sizes = np.diff(matrix.indptr)
    inside = (sizes == np.diff(lp.A.indptr)) & (sizes > 0)  # rows of these columns alone
    cost = lp.cost[columns] - matrix.T @ np.where(inside, 0.0, plan.prices)
    lower, upper = lp.lower.copy(), lp.upper.copy()
    added = lp.variables[ADDED]
    upper[[added.of(link.name).start for link in candidate.links]] = np.inf
    lower[added.of(candidate.asset)] = upper[added.of(candidate.asset)] = size
    bounds = (lower[columns], upper[columns], lp.row_lower[inside], lp.row_upper[inside])
    result = highs.solve(LinearProgram(matrix[np.flatnonzero(inside)], cost, 0.0, *bounds))
    base = float(cost @ plan.x[columns])
    return result.objective - base if result.status == OPTIMAL else float("nan")


def _columns(plan: Solution, names: list[str]) -> np.ndarray:
    """The columns of some assets, and of inactive ones that share a row with them which has no active asset.

    A row without active variables has no meaningful price, so its assets join the subproblem.
    """
    lp, entries = plan.lp, plan.lp.A.tocoo()
    groups, group_of_column = lp.column_groups()
    owners = [lp.owner(variable, label) for variable, label in groups]
    index = {name: i for i, name in enumerate(dict.fromkeys(owners))}
    owner = np.array([index[name] for name in owners])[group_of_column]
    is_flow = np.array([lp.variables[variable].role != SIZE for variable, _ in groups])
    active = np.zeros(len(index), bool)
    active[owner[is_flow[group_of_column] & (np.abs(plan.x) > MIN_FLOW)]] = True

    def rows_of(assets: np.ndarray) -> np.ndarray:
        rows = np.zeros(lp.A.shape[0], bool)
        rows[entries.row[assets[owner[entries.col]]]] = True
        return rows

    unpriced_rows = ~rows_of(active)
    included = np.zeros(len(index), bool)
    included[[index[name] for name in names]] = True
    previous_count = 0
    while previous_count != included.sum():
        previous_count = included.sum()
        joining_rows = rows_of(included) & unpriced_rows
        included[owner[entries.col[joining_rows[entries.row]]]] = True
    return np.flatnonzero(included[owner])
