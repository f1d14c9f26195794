"""HiGHS methods: the size of a linear program → the methods to try, and the options and costs of each."""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum
from typing import Any

import numpy as np

from energy_model.optimization.certificate import MAX_GAP_SHARE
from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.tie_break import TIE_BREAK_COST_SHARE, with_tie_break
from energy_model.optimization.warm_start import Start


class SimplexStrategy(IntEnum):
    """Strategies of the simplex method, as HiGHS numbers them."""

    DUAL = 1
    PRIMAL = 4


class EdgeWeights(IntEnum):
    """Strategies of edge weights in the simplex method, as HiGHS numbers them."""

    DEVEX = 1


MAX_SIMPLEX_NONZEROS = 100_000  # non-zeros below which the simplex method is faster
MAX_UNSCALED_NONZEROS = (
    600_000  # non-zeros above which costs are scaled; HiPO fails to converge without
)
# The same for compositions, whose branches have few steps each: three and four years of a city converge as they are, and end
# with duals that prove nothing where costs are scaled; nine (2,300,000) converge scaled only.
MAX_UNSCALED_COMPOSED_NONZEROS, MAX_COMPOSED_STEPS = 1_500_000, 1_000
# Non-zeros above which an interior point is not followed to its last digits: a path of four stages of a city (1,020,000)
# converges in 98 iterations to 1e-6, and not at all to 1e-7
MAX_CLOSE_NONZEROS = 600_000
# HiPO has a second tolerance, for its KKT errors; this multiple of the gap makes the gap the binding one
KKT_TOLERANCE_FACTOR = 10.0
# Maximum pivots per row after a crossover; one that fails would be followed by a solve from the start
MAX_CROSSOVER_PIVOTS_PER_ROW = 0.12
# Maximum pivots per row of a solve from a warm start; more take longer than a solve from the start
MAX_PIVOTS_PER_ROW = {"primal": 0.18, "dual": 0.12, "stages": 0.12}
WARM_METHODS = tuple(MAX_PIVOTS_PER_ROW)
# The factors of these programs are sparse: many columns, each with few rows, so small blocks are faster.
# Costs scaled by 2**4 let HiPO converge in long years (docs/decisions/07-days-that-repeat.md). The last
# digits of an interior point are noise; stopping before them gives smaller row violations.
HIPO = {
    "solver": "hipo",
    "hipo_system": "augmented",
    "hipo_block_size": 16,
    "ipm_optimality_tolerance": 1e-7,
    "run_crossover": "off",
}
# How close HiPO comes differs by processor, as sums are rounded differently. Asked for its default of 1e-8 it stops just
# above in some programs of a city, then restarts with another method, which fails; it reaches the tolerance of HIPO in
# all that were tried.
CROSSOVER = {"run_crossover": "on", "start_crossover_tolerance": 1e-6}
# Steepest edge weights of a basis that is not that of the slacks take a system of equations for each row, which is most of
# the time of a warm start (docs/performance.md); devex weights start at one.
WARM_DUAL = {
    "solver": "simplex",
    "simplex_strategy": int(SimplexStrategy.DUAL),
    "simplex_dual_edge_weight_strategy": int(EdgeWeights.DEVEX),
}
METHODS: dict[str, dict[str, Any]] = {
    "simplex": {"solver": "simplex"},
    "hipo": HIPO | {"hipo_ordering": "amd"},
    "hipo, scaled": HIPO | {"user_objective_scale": 4},
    "hipo, crossover": HIPO | CROSSOVER | {"hipo_ordering": "amd"},
    "primal": {"solver": "simplex", "simplex_strategy": int(SimplexStrategy.PRIMAL)},
    "dual": WARM_DUAL,
    "stages": WARM_DUAL,
    "ipx": {"solver": "ipx", "run_crossover": "on"},
}


def method_sequence(lp: LinearProgram, method: str, gap: float) -> list[str]:
    """Names of the methods to try, one after another; the first ends at a vertex where that takes little time."""
    if method == "simplex" or (method == "auto" and lp.A.nnz < MAX_SIMPLEX_NONZEROS):
        return ["simplex", "hipo, crossover"]
    is_composed = max_steps(lp) <= MAX_COMPOSED_STEPS
    max_unscaled = MAX_UNSCALED_COMPOSED_NONZEROS if is_composed else MAX_UNSCALED_NONZEROS
    if lp.A.nnz >= max_unscaled:
        return ["hipo, scaled", "hipo", "hipo, crossover", "ipx", "simplex"]
    if lp.A.nnz >= MAX_UNSCALED_NONZEROS or method == "ipm" or gap > MAX_GAP_SHARE:
        return ["hipo", "hipo, scaled", "hipo, crossover", "ipx", "simplex"]
    return ["hipo, crossover", "hipo", "hipo, scaled", "ipx", "simplex"]


def max_steps(lp: LinearProgram) -> int:
    """The most steps of the year that a variable of a program has."""
    return max((block.width for block in lp.variables.values() if block.by_step), default=1)


def options_of(lp: LinearProgram, method: str, gap: float) -> dict[str, Any]:
    """Options of HiGHS for a method and a relative gap [1]."""
    options = dict(METHODS[method])
    if lp.A.nnz > MAX_CLOSE_NONZEROS:
        options["ipm_optimality_tolerance"] = MAX_GAP_SHARE / 10
    if method in MAX_PIVOTS_PER_ROW:
        # a limit on pivots, not on time, makes the sequence of methods the same on every machine
        pivots = int(MAX_PIVOTS_PER_ROW[method] * lp.A.shape[0])
        options["simplex_iteration_limit"] = max(1000, pivots)
    if options.get("run_crossover") == "on" and method != "ipx":
        options["simplex_iteration_limit"] = max(
            1000, int(MAX_CROSSOVER_PIVOTS_PER_ROW * lp.A.shape[0])
        )
    if gap > MAX_GAP_SHARE:
        tolerance = gap / 2  # half, since the certificate recomputes the gap
        options |= {
            "ipm_optimality_tolerance": tolerance,
            "kkt_tolerance": min(1.0, KKT_TOLERANCE_FACTOR * tolerance),
        }
    return options


def ends_in_interior(method: str) -> bool:
    """Whether a method is an interior point method without crossover."""
    return METHODS[method].get("run_crossover") == "off"


def costs_of(lp: LinearProgram, method: str, warm: Start | None = None) -> list[np.ndarray]:
    """The costs to solve with by a method, one after the other; each further one starts from the optimum before.

    An interior point method without crossover solves with the costs of the program, all others with tie-breaking
    costs. From a warm start, or by the simplex method, the last of them are enough.
    """
    if ends_in_interior(method):
        return [lp.cost]
    last = with_tie_break(lp, TIE_BREAK_COST_SHARE[-1]).cost
    if warm is not None and method == "stages":
        return [with_tie_break(replace(lp, cost=warm.cost), TIE_BREAK_COST_SHARE[-1]).cost, last]
    if warm is not None or method == "simplex":
        return [last]
    return [*(with_tie_break(lp, share).cost for share in TIE_BREAK_COST_SHARE[:-1]), last]
