"""Given solution: column values, and perhaps row duals, from elsewhere → a solver result with a certificate.

The values are those of another solver or of a solution file. Where duals are missing, or do not prove the optimum,
HiGHS computes them: by the primal simplex method from the basis of the values, or by a solve from the start.
"""

from __future__ import annotations

import numpy as np

from energy_model.common.language import N_
from energy_model.optimization import highs
from energy_model.optimization.certificate import MAX_VIOLATION_SHARE, Certificate, certify
from energy_model.optimization.idle_columns import without_tolerances
from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.solver_monitor import Progress
from energy_model.optimization.vertex import is_vertex

OWN_DUALS, DUALS_OF_HIGHS = N_("own duals"), N_("duals by HiGHS")


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
            progress(N_("computing duals"))
        computed = highs.optimal_prices(lp, x, time_limit, progress)
        if computed is not None:
            prices, method = computed, DUALS_OF_HIGHS
            certificate = certify(lp, x, prices)
    prices = np.zeros(lp.A.shape[0]) if prices is None else prices
    if certificate.holds and not is_vertex(lp, x):
        x, certificate = without_tolerances(lp, x, prices, certificate)
    status = highs.OPTIMAL if certificate.holds else highs.FAILED
    return highs.SolverResult(status, x, prices, method, 0.0, 0, certificate)


def _is_feasible(certificate: Certificate) -> bool:
    return (
        certificate.row_violation <= MAX_VIOLATION_SHARE
        and certificate.bound_violation <= MAX_VIOLATION_SHARE
    )
