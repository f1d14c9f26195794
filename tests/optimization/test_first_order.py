"""The change of the least cost to first order: worked out by hand, and a bound on the true change."""

import dataclasses

import numpy as np
import pytest
import scipy.sparse as sp
from helpers import random_cases

import energy_model as em
from energy_model.optimization import highs
from energy_model.optimization.first_order import first_order_change
from energy_model.optimization.linear_program import LinearProgram
from energy_model.results.solution import solution_of
from energy_model.solving.case_solver import CaseSolver


def program(cost=(2.0, 5.0), most=3.0, demand=4.0, share=1.0):
    """Minimize the cost of a cheap and a dear supply of a demand; the cheap one is limited."""
    return LinearProgram(
        sp.csr_array(np.array([[share, 1.0]])),
        np.array(cost),
        10.0,
        np.zeros(2),
        np.array([most, np.inf]),
        np.array([demand]),
        np.array([np.inf]),
    )


@pytest.mark.parametrize(
    ("changed", "by"),
    [
        (program(demand=5), 5),  # a further unit is supplied by the dear one
        (program(cost=(3, 5)), 3),  # three units of the cheap one cost one more each
        (program(cost=(2, 7)), 2),
        (program(most=4), -3),  # a unit more of the cheap one saves three
        (program(share=0.5), 7.5),  # one and a half units less arrive
        (dataclasses.replace(program(), offset=11.0), 1),
        (program(), 0),
    ],
)
def test_each_coefficient_changes_the_cost_by_its_dual(changed, by):
    base = program()
    solved = highs.solve(base)
    assert solved.x.tolist() == [3, 1]
    assert first_order_change(base, solved.x, solved.prices, changed) == pytest.approx(by)
    assert highs.solve(changed).objective - solved.objective == pytest.approx(by)


def test_programs_of_other_columns_are_not_compared():
    base = program()
    solved = highs.solve(base)
    other = dataclasses.replace(base, A=sp.csr_array((2, 2)))
    assert np.isnan(first_order_change(base, solved.x, solved.prices, other))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_prices_bound_the_change_from_above_and_demands_from_below(tmp_path, seed):
    """The least cost is concave in costs and convex in sides, so its tangent is on one side of it."""
    case = random_cases.random_case(tmp_path / "case", seed)
    solver = CaseSolver(em.CaseSpec(case))
    base = solver.first()
    solution = solution_of(base)
    for change, sign in (("markets.*.price *= 1.4", 1), ("demands.*.yearly *= 1.05", -1)):
        true = solver.run([change]).objective - base.objective
        lp = solver.problem((change,), "").lp
        tangent = first_order_change(solution.lp, solution.x, solution.prices, lp)
        assert sign * (tangent - true) >= -1e-6 * base.objective
        small = change.replace("1.4", "1.00001").replace("1.05", "1.00001")
        lp = solver.problem((small,), "").lp
        tangent = first_order_change(solution.lp, solution.x, solution.prices, lp)
        true = solver.run([small]).objective - base.objective
        assert tangent == pytest.approx(true, rel=0.05, abs=1e-6 * base.objective)
