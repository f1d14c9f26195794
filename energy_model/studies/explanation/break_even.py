"""Break-even: a finished run and an asset → the investment at which its first unit is just worth adding.

The added capacity is fixed to a marginal amount: the gain or loss of that unit is the distance
between the asset's yearly cost and the cost at which its first unit is added. The threshold is
tested by re-solving at one per cent above and below it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from energy_model.common.language import Message
from energy_model.formulation.metadata import ADDED, THROUGHPUT
from energy_model.optimization.highs import OPTIMAL
from energy_model.results.accounts import Accounts, accounts_of
from energy_model.results.run import Run
from energy_model.results.solution import Solution
from energy_model.results.target_value import with_target_value
from energy_model.studies.explanation.resolver import ReSolver

MARGINAL_SHARE = 1e-4  # share of the addable capacity that counts as a marginal amount
MIN_MARGINAL_CAPACITY = 1e-3
TEST_OFFSET_SHARE = 0.01  # offset from the threshold at which it is tested
MIN_ADDED_SHARE = 1e-6  # share of the addable capacity below which nothing counts as added


@dataclass(frozen=True)
class BreakEven:
    """The cost at which an asset's first unit breaks even.

    Yearly cost and investment are in EUR/capacity/a and EUR/capacity. ``gain`` is the surplus of
    the first unit at the current cost [EUR/capacity/a], ``used`` its use [unit/capacity/a],
    ``tried`` whether the threshold was tested and ``confirmed`` whether the test agreed.
    """

    cost: float
    investment: float
    gain: float
    used: float
    tried: bool
    confirmed: bool


def find_break_even(
    solver: ReSolver, asset: str, unit_investment: float
) -> tuple[BreakEven | None, Accounts | None]:
    """The break-even of the first unit, and the accounts of the year with that first unit; None without a plan."""
    solution, size = solver.solution, marginal_capacity(solver.solution, asset)
    column = solution.lp.columns(ADDED, asset).start
    lp = solution.lp.with_bounds(np.array([column]), size, size)
    result = solver.solve(lp, Message("solving with the first unit of {asset}", asset=asset))
    if result.status != OPTIMAL:
        return None, None
    unit_cost = float(solution.lp.cost[column])
    reduced_cost = float(lp.cost[column] - (lp.A.T @ result.prices)[column])
    threshold = unit_cost - reduced_cost
    is_tested = threshold > 0
    with_unit = solver.with_result(lp, result)
    # the additional use only: that of existing capacity is not the first unit's
    used = (_use(solver.run, with_unit, asset) - _use(solver.run, solution, asset)) / size
    break_even = BreakEven(
        threshold,
        unit_investment * threshold / unit_cost if unit_cost > 0 else np.nan,
        -reduced_cost,
        used,
        is_tested,
        is_tested and _is_confirmed(solver, asset, column, threshold),
    )
    found = accounts_of(with_unit, solver.run.dataset)
    return break_even, Accounts(with_target_value(solver.run, found.lines), found.rents)


def marginal_capacity(solution: Solution, asset: str) -> float:
    """The marginal capacity of an asset for the break-even [its unit of capacity]."""
    column = solution.lp.columns(ADDED, asset).start
    maximum = float(solution.lp.upper[column])
    reach = maximum if np.isfinite(maximum) else max(1.0, float(solution.x[column]))
    if maximum <= MIN_MARGINAL_CAPACITY:
        return maximum / 2
    return max(MIN_MARGINAL_CAPACITY, MARGINAL_SHARE * reach)


def _is_confirmed(solver: ReSolver, asset: str, column: int, threshold: float) -> bool:
    """Whether the asset is added at one per cent below the threshold and not at one per cent above."""
    lp, added = solver.solution.lp, []
    for offset in (-TEST_OFFSET_SHARE, TEST_OFFSET_SHARE):
        changed = lp.with_costs(np.array([column]), threshold * (1 + offset))
        activity = Message(
            "testing the break-even of {asset} at {share:%} of it", asset=asset, share=1 + offset
        )
        result = solver.solve(changed, activity)
        if result.status != OPTIMAL:
            return False
        added.append(float(result.x[column]))
    reach = max(1.0, marginal_capacity(solver.solution, asset) / MARGINAL_SHARE)
    return added[0] > MIN_ADDED_SHARE * reach and added[1] <= MIN_ADDED_SHARE * reach


def _use(run: Run, solution: Solution, asset: str) -> float:
    """An asset's use in the year: activity, discharge or flow."""
    weights, total = run.dataset["step_weight"].to_numpy(), 0.0
    for block in solution.lp.variables_of(THROUGHPUT).values():
        for name in block.labels:
            if block.owner(name) == asset:
                total += float(solution.x[block.of(name)] @ weights)
    return total
