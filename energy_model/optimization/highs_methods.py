"""HiGHS methods: the size of a linear program → the methods to try, and the options of each."""

from __future__ import annotations

from typing import Any

from energy_model.optimization.certificate import MAX_GAP_SHARE
from energy_model.optimization.linear_program import LinearProgram

MAX_SIMPLEX_NONZEROS = 60_000  # non-zeros below which the simplex method is faster
MAX_UNSCALED_NONZEROS = (
    600_000  # non-zeros above which costs are scaled; HiPO fails to converge without
)
MAX_CLOSE_NONZEROS = 2_000_000  # non-zeros above which the last digits take an hour
# HiPO has a second tolerance, for its KKT errors; this multiple of the gap makes the gap the binding one
KKT_TOLERANCE_FACTOR = 10.0
# Maximum pivots per row after a crossover; one that fails would be followed by a solve from the start
MAX_CROSSOVER_PIVOTS_PER_ROW = 0.1
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
METHODS: dict[str, dict[str, Any]] = {
    "simplex": {"solver": "simplex"},
    "hipo": HIPO | {"hipo_ordering": "amd"},
    "hipo, scaled": HIPO | {"user_objective_scale": 4},
    "hipo, crossover": HIPO | {"hipo_ordering": "amd", "run_crossover": "on"},
    "primal": {"solver": "simplex", "simplex_strategy": 4},
    "dual": {"solver": "simplex", "simplex_strategy": 1},
    "stages": {"solver": "simplex", "simplex_strategy": 1},
    "ipx": {"solver": "ipx", "run_crossover": "on"},
}


def method_sequence(lp: LinearProgram, method: str, basis: bool = False) -> list[str]:
    """Names of the methods to try, one after another; ``basis`` prefers those that end in a basis."""
    if method == "simplex" or (method == "auto" and lp.A.nnz < MAX_SIMPLEX_NONZEROS):
        return ["simplex", "hipo, crossover"]
    if basis and lp.A.nnz < MAX_UNSCALED_NONZEROS:
        return ["hipo, crossover", "hipo", "hipo, scaled", "ipx", "simplex"]
    first = (
        ["hipo", "hipo, scaled"] if lp.A.nnz < MAX_UNSCALED_NONZEROS else ["hipo, scaled", "hipo"]
    )
    return [*first, "hipo, crossover", "ipx", "simplex"]


def options_of(lp: LinearProgram, method: str, gap: float) -> dict[str, Any]:
    """Options of HiGHS for a method and a relative gap [1]."""
    options = dict(METHODS[method])
    if lp.A.nnz > MAX_CLOSE_NONZEROS:
        options["ipm_optimality_tolerance"] = MAX_GAP_SHARE / 10
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
