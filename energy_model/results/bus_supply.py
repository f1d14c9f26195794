"""Bus supply: a solution → what feeds a bus and what takes from it in a step."""

from __future__ import annotations

import numpy as np
import pandas as pd

from energy_model.results.solution import Solution

DEMAND = "demand"  # the name of what the demands of a bus take
MIN_FLOW_SHARE = 1e-3  # of the largest flow of the step, below which a flow is left out


def supply_in_step(solution: Solution, bus: str, step: int) -> pd.Series:
    """What each asset, market and link feeds into a bus (+) or takes from it (−) in a step [unit/h], the largest first.

    What remains is the `DEMAND` of the bus, so the flows sum to zero but for those that are left out as small.

    Raises:
        InputError: The program is of another run.
    """
    lp, (groups, group_of_column) = solution.lp, solution.lp.column_groups()
    row = range(lp.A.shape[0])[solution.balance_of(bus).of(bus)][step]
    entries = slice(lp.A.indptr[row], lp.A.indptr[row + 1])
    columns = lp.A.indices[entries]
    names = [lp.owner(*groups[group_of_column[column]]) for column in columns]
    flows = pd.Series(lp.A.data[entries] * solution.x[columns], names, dtype=float)
    flows = flows.groupby(level=0, sort=False).sum()
    flows[DEMAND] = -flows.sum()
    largest = float(np.abs(flows).max())
    flows = flows[flows.abs() > MIN_FLOW_SHARE * largest]
    return flows.sort_values(ascending=False, kind="stable")
