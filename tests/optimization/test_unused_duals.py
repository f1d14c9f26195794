"""Idle: what stands unused is priced so that it bounds best, and how near it is to being built is found."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import case_builder
from helpers.random_cases import random_case

import energy_model as em
from energy_model.optimization.certificate import certify
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.unused_duals import (
    nearly_profitable,
    unused_columns,
    unused_subproblems,
    with_best_duals,
)


def solved(folder, **options):
    problem = CompiledModel.of(system := em.load_case(folder, **options), em.build_model(system))
    return problem, problem.solve()


def names(problem, columns):
    """Assets whose added capacity is among some columns."""
    added = problem.lp.variables["capacity_added"]
    return {a for i, a in enumerate(added.labels, start=added.first) if i in set(columns)}


def test_a_plant_is_tempted_once_owning_is_as_cheap_as_it_earns(tmp_path):
    """Two hours at 50 pay 100 for a MW that costs nothing to run. At 115 it stays away, but not at 115 · 0.8 = 92."""
    case = case_builder.write(
        tmp_path / "case", 2, markets=[case_builder.market(price=50)], demands=[case_builder.demand("light", "power", 2)],
        conversions=[case_builder.plant("sun", "power", max_capacity_added=9, investment_cost=115, lifetime=1)], flows=[case_builder.flow("sun", "power", 1)],
    )  # fmt: skip
    problem, answer = solved(case)
    assert names(problem, nearly_profitable(problem, answer, 0.1)) == set()
    assert names(problem, nearly_profitable(problem, answer, 0.2)) == {"sun"}


def test_things_that_only_pay_together_are_tempted_together(tmp_path):
    """An electrolyser and a hydrogen sale meet at a bus nothing else uses; each alone would earn nothing.

    Hydrogen is sold at 120 and takes 1 MWh at 50: 70 an hour for 2 hours pay 140 of a cost of 160.
    """
    case = case_builder.write(
        tmp_path / "case", 2, carriers=[{"carrier": "heat"}, {"carrier": "power"}, {"carrier": "hydrogen"}],
        markets=[case_builder.market(price=50), case_builder.market("sale", "hydrogen", price=500, max_purchase=0, max_sale=4, sale_price=120)],
        demands=[case_builder.demand("light", "power", 2)],
        conversions=[case_builder.plant("electrolyser", "hydrogen", max_capacity_added=9, investment_cost=160, lifetime=1)],
        flows=[case_builder.flow("electrolyser", "hydrogen", 1), case_builder.flow("electrolyser", "power", -1)],
    )  # fmt: skip
    problem, answer = solved(case)
    assert names(problem, nearly_profitable(problem, answer, 0.1)) == set()
    assert names(problem, nearly_profitable(problem, answer, 0.15)) == {"electrolyser"}


@pytest.mark.parametrize("seed", range(6))
def test_the_trace_a_solver_leaves_is_no_use(seed, tmp_path):
    """An interior point leaves a little in everything; what stands idle stays idle, with all that hangs on it."""
    problem, answer = solved(random_case(tmp_path / "case", seed), resolution="full")
    traced, dice = answer.x.copy(), np.random.RandomState(seed)
    for block in problem.lp.variables.values():
        place = block.all
        trace = 4e-4 * np.abs(traced[place]).max(initial=0.0)
        traced[place] += dice.uniform(0, trace, block.size)
    assert (unused_columns(problem, traced) == unused_columns(problem, answer.x)).all()
    assert (unused_columns(problem, 2 * answer.x) == unused_columns(problem, answer.x)).all()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_any_prices_of_idle_rows_become_the_best(seed, tmp_path):
    """With the prices of idle rows thrown at random the bound falls; pricing lifts it back to the optimum."""
    problem, answer = solved(random_case(tmp_path / "case", seed), resolution="full")
    columns = unused_columns(problem, answer.x)
    if not columns.any():
        pytest.skip("everything is used")
    inside = np.diff(problem.lp.A.tocsc()[:, np.flatnonzero(columns)].tocsr().indptr)
    own = (inside == np.diff(problem.lp.A.indptr)) & (inside > 0)
    dice = np.random.RandomState(seed)
    thrown = replace(answer, prices=np.where(own, dice.uniform(-100, 100, len(own)), answer.prices))
    lost = [certify(part.lp, answer.x[part.columns], thrown.prices[part.rows]) for part in unused_subproblems(problem, thrown)]  # fmt: skip
    told = [part.rows[0] for part in unused_subproblems(problem, thrown, 1.0)]
    worth = [part.rows[0] for part, one in zip(unused_subproblems(problem, thrown), lost, strict=True) if one.cost - one.bound > 1.0]  # fmt: skip
    assert set(worth) <= set(told)
    found = certify(problem.lp, answer.x, with_best_duals(problem, thrown))
    assert found.bound == pytest.approx(answer.objective, rel=1e-6)
    if own.sum() > 5:
        assert certify(problem.lp, answer.x, thrown.prices).bound < answer.objective - 1
