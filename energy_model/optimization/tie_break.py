"""Tie-break: a linear program → the same program with small costs that make its optimal plan unique.

Where two plans cost the same, a simplex method ends at either of them, depending on where it began. A small
cost for each unit by which a column leaves its bound decides between them. It depends on the names of the
column alone, so it is the same in every run, whatever was solved before, and whatever else the case
contains. The costs take the sizes of `TIE_BREAK_COST_SHARE` one after the other; each optimum is the start of the next.
At the last basis the prices are computed again with the true costs, so that cost and prices contain no tie-breaking
cost.
"""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np

from energy_model.optimization.linear_program import LinearProgram

# Sizes of the tie-breaking costs, as shares of the median cost: the first one leads an interior point method to a
# vertex, the last one changes the cost of the plan by less than its tenth digit
TIE_BREAK_COST_SHARE = (1e-5, 1e-6, 1e-7, 1e-8)
MIN_TIE_BREAK_COST = 1e-6  # ten times the tolerance of reduced costs of the simplex method


def with_tie_break(lp: LinearProgram, share: float) -> LinearProgram:
    """The program with tie-breaking costs of about a share of the median cost on all columns with a bound.

    A column costs this for every unit above its lower bound, or below its upper bound if it has no lower one.
    """
    priced = np.abs(lp.cost[lp.cost != 0])
    if not len(priced):
        return lp
    size = max(share * float(np.median(priced)), MIN_TIE_BREAK_COST)
    away = np.where(np.isfinite(lp.lower), 1.0, np.where(np.isfinite(lp.upper), -1.0, 0.0))
    return replace(lp, cost=lp.cost + size * away * _random_factors(lp))


def _random_factors(lp: LinearProgram) -> np.ndarray:
    """A factor from 0.5 to 1.5 for each column, from the name of its variable and label."""
    factors = np.ones(lp.A.shape[1])
    for name, block in lp.variables.items():
        for label in block.labels:
            seed = zlib.crc32(f"{name}[{label}]".encode())
            factors[block.of(label)] = 0.5 + np.random.default_rng(seed).random(block.width)
    return factors
