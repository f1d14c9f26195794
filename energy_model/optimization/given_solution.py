"""Given solution: column values, and perhaps row duals, from elsewhere → a solver result with a certificate.

The values are those of another solver or of a solution file. Where duals are missing, or do not prove the optimum,
HiGHS computes duals from the values: a crossover to a vertex, then the primal simplex method.
"""

from __future__ import annotations

import numpy as np

from energy_model.common.language import N_
from energy_model.optimization import highs
from energy_model.optimization.certificate import MAX_VIOLATION_SHARE, Certificate, certify
from energy_model.optimization.idle_columns import without_tolerances
from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.solver_monitor import Progress

OWN_DUALS, DUALS_OF_HIGHS = N_("own duals"), N_("duals by HiGHS")
# Distance to a bound or limit, relative to the value, within which a column or row of a vertex is at it
MAX_VERTEX_SHARE = 1e-9


def certified(
    lp: LinearProgram,
    x: np.ndarray,
    prices: np.ndarray | None,
    time_limit: float,
    progress: Progress | None = None,
) -> highs.SolverResult:
    """Result of given values; optimal if its certificate holds, else failed.

    Args:
        lp: The linear program.
        x: One finite value per column.
        prices: One finite dual per row [EUR/unit of the row], or None.
        time_limit: Time limit of HiGHS where duals are computed [s].
        progress: Called with a sentence on the progress.
    """
    method = OWN_DUALS
    certificate = certify(lp, x, np.zeros(lp.A.shape[0]) if prices is None else prices)
    if _is_feasible(certificate) and (prices is None or not certificate.holds):
        if progress is not None:
            progress(N_("computing duals from the solution"))
        computed = highs.prices_from(lp, x, time_limit, progress)
        if computed is not None:
            prices, method = computed, DUALS_OF_HIGHS
            certificate = certify(lp, x, prices)
    prices = np.zeros(lp.A.shape[0]) if prices is None else prices
    if certificate.holds and not is_vertex(lp, x):
        x, certificate = without_tolerances(lp, x, prices, certificate)
    status = highs.OPTIMAL if certificate.holds else highs.FAILED
    return highs.SolverResult(status, x, prices, method, 0.0, 0, certificate)


def is_vertex(lp: LinearProgram, x: np.ndarray) -> bool:
    """Whether as many columns and rows are at a bound or limit as there are columns."""
    columns = _is_between(x, lp.lower, lp.upper)
    rows = _is_between(lp.A @ x, lp.row_lower, lp.row_upper)
    return int(columns.sum() + rows.sum()) <= lp.A.shape[0]


def _is_between(values: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    slack = MAX_VERTEX_SHARE * (1 + np.abs(values))
    between: np.ndarray = (values > low + slack) & (values < high - slack)
    return between


def _is_feasible(certificate: Certificate) -> bool:
    return (
        certificate.row_violation <= MAX_VIOLATION_SHARE
        and certificate.bound_violation <= MAX_VIOLATION_SHARE
    )
