"""A wide gap: an interior point that may end sooner does, and says truly how far its bound is from its cost."""

import math

import numpy as np
import pytest
from helpers.random_cases import random_case

import energy_model as em
from energy_model.optimization import highs
from energy_model.optimization.certificate import Certificate
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.solving import full_year


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("gap", [1e-3, 1e-2])
def test_a_wide_gap_ends_sooner_and_holds(seed, gap, tmp_path):
    """Both answers keep every row; the wide one's cost and bound enclose the best and are as near as asked."""
    problem = CompiledModel.of(system := em.load_case(random_case(tmp_path / "case", seed), resolution="full"), em.build_model(system))  # fmt: skip
    best = highs.solve(problem.lp, "hipo")
    wide = highs.solve(problem.lp, "hipo", gap=gap)
    assert wide.status == highs.OPTIMAL
    assert wide.certificate.holds
    assert wide.iterations < best.iterations
    assert wide.certificate.bound <= best.objective + 1e-6 * abs(best.objective)
    assert wide.objective >= best.objective - 1e-6 * abs(best.objective)
    assert wide.objective - wide.certificate.bound <= gap * abs(wide.objective)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_proof_solves_the_first_year_as_widely_as_it_may(seed, tmp_path, monkeypatch):
    """Half of the gap asked for at first, and closely after: cost and bound enclose the best of every hour."""
    asked, real = [], highs.solve

    def solve(lp, _method="auto", *rest, **named):
        asked.append(named.get("gap"))
        return real(lp, "hipo", *rest, **named)

    case = random_case(tmp_path / "case", seed)
    best = em.solve(em.load_case(case, resolution="full")).objective
    monkeypatch.setattr(full_year.highs, "solve", solve)
    run = em.solve_full_year(em.load_case(case, resolution=6), gap=0.01)
    assert asked[0] == highs.MAX_GAP_SHARE  # the plan of few steps
    proof, turns = run.metadata["proof"], [gap for gap in asked[1:] if gap is not None]
    assert turns[0] == pytest.approx(0.005)
    assert all(gap == highs.MAX_GAP_SHARE for gap in turns[1:])
    assert proof["bound"] <= best + 1e-6 * abs(best)
    assert proof["cost"] >= best - 1e-6 * abs(best)
    assert proof["gap"] <= 0.01


@pytest.mark.parametrize(
    ("changed", "enough_at_wide_gap"),
    [
        ({}, True),  # whoever asks for a wide gap improves the bound
        ({"row_violation": 1e-3}, False),
        ({"bound_violation": 1e-3}, False),
        ({"bound": -math.inf, "gap": math.inf}, False),
    ],
)
def test_a_feasible_solution_is_enough_where_a_wide_gap_is_asked(changed, enough_at_wide_gap):
    """A cost of 650 with a bound of 648.4: a gap of 0.25 % where 0.1 % was asked."""
    values = {"cost": 650.0, "bound": 648.4, "gap": 0.0025, "row_violation": 0.0, "bound_violation": 0.0, "price_violation": 0.0, "allowed": 0.001}  # fmt: skip
    certificate = Certificate(**values | changed)
    nothing = np.zeros(0)
    answer = highs.SolverResult(highs.OPTIMAL, nothing, nothing, "hipo", 0.0, 0, certificate)
    assert not certificate.holds
    assert answer.is_enough(0.001) == enough_at_wide_gap
    assert not answer.is_enough()
