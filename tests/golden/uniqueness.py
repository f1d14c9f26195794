"""Whether a stored answer is the only best one: extremes of random sums over all best plans and all best prices.

All best plans of a linear program are the feasible plans that are complementary to one set of best prices, and
the reverse. A least and a greatest value of several random sums over each of these two sets are computed with
HiGHS; a column (or row) whose value differs between them is not unique.
"""

from __future__ import annotations

from pathlib import Path

import highspy
import numpy as np
import scipy.sparse as sp

from energy_model.results.solution import stored_solution

ZERO = 1e-7  # of a value, relative to 1 + the largest of its kind, below which it counts as zero
SUMS = 6
NOISE = 1e-3  # spread, relative to 1 + the largest value, that solver tolerances leave
FAR = 1e6  # prices are looked for within so much, as they may have no end


def _extreme(A, weights, lower, upper, row_lower, row_upper):
    """The point with the least weighted sum, or None if the solver does not find one."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = A.shape[1], A.shape[0]
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = weights, lower, upper
    lp.row_lower_, lp.row_upper_ = row_lower, row_upper
    columns = sp.csc_array(A)
    lp.a_matrix_.start_, lp.a_matrix_.index_ = columns.indptr, columns.indices
    lp.a_matrix_.value_ = columns.data
    solver.passModel(lp)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.asarray(solver.getSolution().col_value)


def _spread(A, lower, upper, row_lower, row_upper, size, random):
    """The largest distance between extreme points, by column; inf where no extreme exists."""
    found = []
    for _ in range(SUMS):
        weights = random.standard_normal(size)
        for sign in (1.0, -1.0):
            point = _extreme(A, sign * weights, lower, upper, row_lower, row_upper)
            if point is None:
                return np.full(size, np.inf)
            found.append(point)
    return np.ptp(found, axis=0)


def spreads(lp, x, prices, seed=1):
    """How far the value of each column, and the price of each row, moves over all best answers."""
    random = np.random.default_rng(seed)
    A = sp.csr_array((lp.A.data, lp.A.indices, lp.A.indptr), shape=lp.A.shape)
    reduced = lp.cost - A.T @ prices
    active = A @ x
    cheap = ZERO * (1 + np.abs(lp.cost).max())
    held = np.abs(reduced) > cheap
    lower, upper = np.where(held, x, lp.lower), np.where(held, x, lp.upper)
    tight = np.abs(prices) > cheap
    row_lower = np.where(tight, active, lp.row_lower)
    row_upper = np.where(tight, active, lp.row_upper)
    plans = _spread(A, lower, upper, row_lower, row_upper, A.shape[1], random)
    # Prices: of a row at its lower limit >= 0, at its upper <= 0, else 0; the same for reduced costs.
    near = lambda a, b: np.isfinite(b) & (np.abs(a - b) <= ZERO * (1 + np.abs(a)))  # noqa: E731
    price_lower = np.where(near(active, lp.row_upper), -FAR, 0.0)
    price_upper = np.where(near(active, lp.row_lower), FAR, 0.0)
    cost_lower = np.where(near(x, lp.upper), -np.inf, 0.0)
    cost_upper = np.where(near(x, lp.lower), np.inf, 0.0)
    # c - A'y within [cost_lower, cost_upper]
    return plans, _spread(
        sp.csr_array(A.T), price_lower, price_upper, lp.cost - cost_upper - cheap * 1e-3,
        lp.cost - cost_lower + cheap * 1e-3, A.shape[0], random,
    )  # fmt: skip


def of_run(folder: Path) -> list[str]:
    """The names of decisions and rules of a stored run whose values are not unique, with their spread."""
    solution = stored_solution(Path(folder))
    lp, x, prices = solution.lp, solution.x, solution.prices
    told = []
    for blocks, spread, values in zip(
        (lp.variables, lp.constraints), spreads(lp, x, prices), (x, prices), strict=True
    ):
        for family, block in blocks.items():
            for name in block.labels:
                here = spread[block.of(name)]
                if here.max(initial=0.0) > NOISE * (1 + np.abs(values[block.of(name)]).max()):
                    told.append(f"{family}[{name}]: {here.max():.3g} in {(here > NOISE).sum()}")
    return told


if __name__ == "__main__":
    import sys

    for run in sys.argv[1:]:
        print(run, *of_run(Path(run)), sep="\n  ")  # noqa: T201
