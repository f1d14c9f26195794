"""Best sites: estimates that are never above the true cost → the cheapest sites, found without solving every site.

This is a best-first search. The sites are solved in the order of their estimates, until the next estimate is above the
true cost of the sites that are wanted: no site that is left can be among them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np


def solve_best(
    estimates: Sequence[float],
    wanted: int,
    solve: Callable[[list[int]], list[float]],
    at_once: int = 1,
) -> list[int]:
    """The positions that were solved, among which are the ``wanted`` ones of lowest true cost.

    Args:
        estimates: A lower bound of the true cost of each position; one that is not a number bounds nothing.
        wanted: Number of positions to find, 1 or more.
        solve: The true costs of some positions, infinite where there is no solution.
        at_once: Number of positions that are solved at a time.
    """
    bounds = np.where(np.isnan(estimates), -math.inf, np.asarray(estimates, float))
    waiting = [int(position) for position in np.argsort(bounds, kind="stable")]
    costs: dict[int, float] = {}
    while waiting:
        found = sorted(costs.values())
        highest = found[wanted - 1] if len(found) >= wanted else math.inf
        missing = max(wanted - len(found), 0)
        batch = [p for p in waiting[: max(at_once, missing)] if bounds[p] < highest]
        if not batch:
            break
        costs |= dict(zip(batch, solve(batch), strict=True))
        waiting = waiting[len(batch) :]
    return sorted(costs)
