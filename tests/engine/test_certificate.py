"""The certificate against a program whose answer is known."""

import numpy as np
import pytest
import scipy.sparse as sp

from energy_model.engine.solution import highs
from energy_model.engine.solution.certificate import LinearProgram, certify

INF = np.inf
# Least 2a + 3b with a + b ≥ 4, a ≤ 3: a = 3, b = 1, cost 9; the row is worth 3, the bound of a saves 1.
KNOWN = LinearProgram(
    sp.csr_array([[1.0, 1.0]]),
    np.array([2.0, 3.0]),
    0.0,
    np.zeros(2),
    np.array([3.0, INF]),
    np.array([4.0]),
    np.array([INF]),
)


def test_the_best_answer_is_proven():
    found = certify(KNOWN, np.array([3.0, 1.0]), np.array([3.0]))
    assert found.holds
    assert (found.cost, found.bound) == (9.0, 9.0)


def test_any_price_gives_a_bound():
    """At a price of 2.5 the bound is 4 × 2.5 - 3 × 0.5 = 8.5: valid, but not the cost."""
    found = certify(KNOWN, np.array([3.0, 1.0]), np.array([2.5]))
    assert found.bound == pytest.approx(8.5)
    assert not found.holds


def test_a_price_that_makes_an_open_column_pay_bounds_nothing():
    """At 3.5, b would earn 0.5 without end."""
    assert certify(KNOWN, np.array([3.0, 1.0]), np.array([3.5])).bound == -INF


def test_a_price_on_a_side_without_a_limit_is_dropped():
    assert certify(KNOWN, np.array([3.0, 1.0]), np.array([-1.0])).bound == pytest.approx(0)


def test_an_answer_that_breaks_a_row_or_a_bound_does_not_hold():
    assert not certify(KNOWN, np.array([3.0, 0.9]), np.array([3.0])).holds
    assert not certify(KNOWN, np.array([3.1, 0.9]), np.array([3.0])).holds


@pytest.mark.parametrize("method", ["simplex", "hipo", "ipx"])
@pytest.mark.parametrize("seed", range(5))
def test_every_method_that_ships_agrees(method, seed):
    """Random programs with known feasible points: each method finds the same cost, and it is proven."""
    dice = np.random.RandomState(seed)
    A = sp.csr_array(np.where(dice.rand(30, 40) < 0.2, dice.randn(30, 40), 0))
    inside = dice.rand(40)
    lp = LinearProgram(
        A,
        dice.rand(40),
        1.5,
        np.zeros(40),
        np.where(dice.rand(40) < 0.5, 2.0, INF),
        A @ inside - 0.1,
        A @ inside + dice.rand(30),
    )
    found = highs._once(lp, method, 60.0, None)
    assert found.status == highs.OPTIMAL
    assert found.certificate.holds
    assert found.objective == pytest.approx(
        highs._once(lp, "simplex", 60.0, None).objective, rel=1e-6
    )


def test_a_time_limit_stops_the_solver():
    dice = np.random.RandomState(0)
    A = sp.csr_array(dice.rand(300, 400))
    lp = LinearProgram(
        A, dice.rand(400), 0.0, np.zeros(400), np.full(400, INF), np.ones(300), np.full(300, INF)
    )
    assert highs.solve(lp, "simplex", 1e-4).status == highs.STOPPED
