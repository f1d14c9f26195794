"""Idle columns: an interior solution loses the values that are only tolerance, and nothing else."""

import numpy as np
import pytest
import scipy.sparse as sp
from helpers.random_cases import random_case

import energy_model as em
from energy_model.optimization import highs
from energy_model.optimization.certificate import certify
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.idle_columns import without_tolerances
from energy_model.optimization.linear_program import Block, LinearProgram


def two_plants(x_dear=1e-7):
    """A demand of 10, met by a cheap plant or a dear one that keeps the tolerance of the solver."""
    lp = LinearProgram(
        sp.csr_array(np.array([[1.0, 1.0]])),
        np.array([1.0, 3.0]),
        0.0,
        np.zeros(2),
        np.full(2, np.inf),
        np.array([10.0]),
        np.array([10.0]),
        {"activity": Block(0, ("cheap", "dear"), 1, False)},
    )
    x, prices = np.array([10.0 - x_dear, x_dear]), np.array([1.0])
    return lp, x, prices, certify(lp, x, prices)


def test_a_plant_that_does_not_pay_is_zero():
    lp, x, prices, certificate = two_plants()
    cleaned, found = without_tolerances(lp, x, prices, certificate)
    assert cleaned[1] == 0.0
    assert cleaned[0] == x[0]
    assert found.holds
    assert found.cost == pytest.approx(10.0)


def test_a_value_that_the_certificate_needs_stays():
    """Half of the demand from the dear plant is no tolerance: without it the demand is not met."""
    lp, x, prices, certificate = two_plants(5.0)
    cleaned, found = without_tolerances(lp, x, prices, certificate)
    assert (cleaned == x).all()
    assert found is certificate


def test_a_store_without_capacity_has_no_level():
    """Nothing is added, so that the rows leave neither capacity nor level: zero, though their reduced costs are."""
    lp = LinearProgram(
        sp.csr_array(np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]])),
        np.array([0.0, 0.0, 5.0]),
        0.0,
        np.zeros(3),
        np.array([np.inf, np.inf, 100.0]),
        np.array([-np.inf, 0.0]),
        np.array([0.0, 0.0]),
        {
            "storage_level": Block(0, ("tank",), 1, False),
            "capacity": Block(1, ("tank",), 1, False),
            "capacity_added": Block(2, ("tank",), 1, False),
        },
    )
    x, prices = np.array([1e-6, 2e-6, 2e-6]), np.zeros(2)
    cleaned, found = without_tolerances(lp, x, prices, certify(lp, x, prices))
    assert cleaned.tolist() == [0.0, 0.0, 0.0]
    assert found.holds


@pytest.mark.parametrize("seed", [0, 2, 3, 4, 5])
def test_an_interior_solution_has_the_zeros_of_a_vertex(seed, tmp_path):
    """What is zero in every optimal solution is exactly zero after an interior point method too."""
    system = em.load_case(random_case(tmp_path / "case", seed), resolution="full")
    problem = CompiledModel.of(system, em.build_model(system))
    interior, vertex = (highs.solve(problem.lp, method) for method in ("ipm", "simplex"))
    assert interior.method == "hipo"
    assert interior.is_enough()
    reduced = problem.lp.cost - problem.lp.A.T @ vertex.prices
    must_be_zero = (problem.lp.lower == 0) & (reduced > 1e-3 * np.abs(problem.lp.cost).max())
    assert must_be_zero.any()
    assert not interior.x[must_be_zero].any()
