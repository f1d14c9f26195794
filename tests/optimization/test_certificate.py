"""The certificate against a program whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from helpers.random_cases import random_case

import energy_model as em
from energy_model.optimization import highs
from energy_model.optimization.certificate import LinearProgram, certify, implied

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


def test_bounds_implied_by_rows_are_those_worked_out_by_hand():
    """x + y <= 2 z, z <= 3: x and y are 6 at most; w >= 10 - x is 4 at least; v is free of all."""
    rows = [[1.0, 1.0, -2.0, 0.0, 0.0], [1.0, 0.0, 0.0, 1.0, 0.0]]
    upper = np.array([INF, INF, 3.0, INF, INF])
    lp = LinearProgram(sp.csr_array(rows), np.ones(5), 0.0, np.zeros(5), upper, np.array([-INF, 10.0]), np.array([0.0, INF]))  # fmt: skip
    lower, found = implied(lp)
    assert lower.tolist() == [0, 0, 0, 4, 0]
    assert found.tolist() == [6, 6, 3, INF, INF]


@pytest.mark.parametrize("seed", range(5))
def test_no_feasible_point_leaves_the_implied_bounds(seed):
    """Random programs; their extreme points in random directions stay within what the rows imply."""
    dice = np.random.RandomState(seed)
    A = sp.csr_array(np.where(dice.rand(15, 8) < 0.4, dice.randn(15, 8), 0))
    inside = dice.rand(8)
    lp = LinearProgram(A, np.zeros(8), 0.0, np.zeros(8), np.where(dice.rand(8) < 0.6, 2.0, INF), A @ inside - 1, A @ inside + 0.3)  # fmt: skip
    lower, upper = implied(lp)
    for _ in range(20):
        found = highs._solve_with(replace(lp, cost=dice.randn(8)), "simplex", 60.0, None)
        if found.status == highs.OPTIMAL:
            assert (found.x >= lower - 1e-6).all()
            assert (found.x <= upper + 1e-6).all()


def test_a_slip_on_an_open_side_costs_what_the_rows_allow():
    """Sending through a pipe of 3 at most earns a hair at these prices: the bound falls by three hairs, not to minus infinity."""
    lp = LinearProgram(sp.csr_array([[1.0, -1.0]]), np.array([-1.0, 1.0 - 1e-4]), 0.0, np.zeros(2), np.array([INF, 3.0]), np.array([-INF]), np.array([0.0]))  # fmt: skip
    found = certify(lp, np.array([3.0, 3.0]), np.array([-1.0 + 1e-5]))
    assert found.cost == pytest.approx(-3e-4)
    assert found.bound == pytest.approx(-3 * (1e-4 - 1e-5) - 3e-5, rel=1e-9)


@pytest.mark.parametrize("method", ["simplex", "hipo", "hipo, scaled", "ipx"])
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
    found = highs._solve_with(lp, method, 60.0, None)
    assert found.status == highs.OPTIMAL
    assert found.certificate.holds
    assert found.objective == pytest.approx(
        highs._solve_with(lp, "simplex", 60.0, None).objective, rel=1e-6
    )


def test_a_time_limit_stops_the_solver():
    dice = np.random.RandomState(0)
    A = sp.csr_array(dice.rand(300, 400))
    lp = LinearProgram(
        A, dice.rand(400), 0.0, np.zeros(400), np.full(400, INF), np.ones(300), np.full(300, INF)
    )
    assert highs.solve(lp, "simplex", 1e-4).status == highs.STOPPED


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_coefficients_from_a_millionth_to_a_million_change_nothing(seed, tmp_path):
    """A boiler counted in millionths and a pump in millions of their units: the same plants, so the same least cost."""
    case = random_case(tmp_path / "case", seed)
    plain = em.solve(em.load_case(case, resolution="full"))
    scaled = []
    for plant, carriers, by in (("boiler", {"heat": 1, "gas": -1.1}, 1e-6), ("pump", {"heat": 1, "power": -0.3}, 1e6)):  # fmt: skip
        scaled += [f"flows.{plant}:run:{c}.coefficient = {k * by}" for c, k in carriers.items()]
        scaled += [f"conversions.{plant}.max_capacity_added = {9 / by}", f"conversions.{plant}.investment_cost *= {by}"]  # fmt: skip
    run = em.solve(em.load_case(case, overrides=scaled, resolution="full"))
    assert run.metadata["certificate"]["holds"]
    assert run.objective == pytest.approx(plain.objective, rel=1e-5)
