"""Warm start: programs of other assets, costs and limits start from one basis, and the plan is that of a start anew."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import case_builder
from helpers.random_cases import random_case

import energy_model as em
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.highs_methods import WARM_METHODS
from energy_model.optimization.tie_break import TIE_BREAK_COST_SHARE, with_tie_break
from energy_model.optimization.warm_start import WarmStart

CHANGES = [
    "conversions.pump.investment_cost *= 0.6",
    "demands.warmth.yearly *= 1.3",
    "case.emissions.target = 7",
    "storages.tank.hourly_retention = 0.9",
]


def problem_of(folder, *changes):
    system = em.load_case(folder, overrides=changes, resolution="full")
    return CompiledModel.of(system, em.build_model(system))


def twins(folder, names):
    """Two hours of 1 MW, made by any of several plants that are alike."""
    plants = [case_builder.plant(name, "power", max_capacity_added=2, investment_cost=120, lifetime=1) for name in names]  # fmt: skip
    case = case_builder.write(
        folder, 2, demands=[case_builder.demand("light", "power", 2)], conversions=plants,
        flows=[case_builder.flow(name, "power", 1) for name in names],
    )  # fmt: skip
    return problem_of(case)


@pytest.mark.parametrize("names", [("a", "b", "c"), ("c", "a", "b"), ("b", "c", "a")])
def test_ties_are_broken_by_names_whatever_the_order_of_rows(names, tmp_path):
    problem = twins(tmp_path / "case", names)
    answer = problem.solve()
    added = {name: float(answer.x[problem.lp.columns("capacity_added", name)][0]) for name in names}
    first = twins(tmp_path / "first", ("a", "b", "c"))
    other = first.solve()
    for name in names:
        expected = other.x[first.lp.columns("capacity_added", name)][0]
        assert added[name] == pytest.approx(expected, abs=1e-9)
    assert answer.objective == pytest.approx(120)
    assert sorted(added.values()) == pytest.approx([0, 0, 1])


def test_tie_breaking_costs_are_small_and_leave_the_true_cost_and_prices(tmp_path):
    problem = twins(tmp_path / "case", ("a", "b"))
    lp = problem.lp
    nudged = with_tie_break(lp, TIE_BREAK_COST_SHARE[-1])
    median = np.median(np.abs(lp.cost[lp.cost != 0]))
    moved = np.abs(nudged.cost - lp.cost)
    assert 0 < moved.max() <= 1.5 * max(TIE_BREAK_COST_SHARE[-1] * median, 1e-6)
    answer = problem.solve()
    assert answer.objective == float(lp.cost @ answer.x + lp.offset)
    balance = answer.prices[lp.rows("balance")]
    assert balance.sum() == pytest.approx(120, rel=1e-12)  # the cost of one more MW in both hours


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("change", CHANGES)
def test_the_plan_is_the_same_from_a_warm_start(seed, change, tmp_path):
    case = random_case(tmp_path / "case", seed)
    start = WarmStart()
    problem_of(case).solve(start=start)
    changed = problem_of(case, change)
    cold, warm = changed.solve(), changed.solve(start=start)
    assert cold.method not in WARM_METHODS
    assert warm.method in WARM_METHODS
    assert warm.objective == pytest.approx(cold.objective, rel=1e-9)
    assert warm.x == pytest.approx(cold.x, rel=1e-6, abs=1e-6)


def test_an_asset_more_or_less_starts_from_the_same_basis(tmp_path):
    few, many = twins(tmp_path / "few", ("a", "b")), twins(tmp_path / "many", ("a", "b", "c"))
    for known, other in ((few, many), (many, few)):
        start = WarmStart()
        known.solve(start=start)
        answer = other.solve(start=start)
        assert answer.method in WARM_METHODS
        assert answer.is_enough()
        assert answer.x == pytest.approx(other.solve().x, abs=1e-9)


def test_a_start_is_matched_by_names(tmp_path):
    """The statuses of plant b follow it to another place; those of plant c, which is new, are at its bound."""
    few, many = twins(tmp_path / "few", ("a", "b")), twins(tmp_path / "many", ("c", "b"))
    start = WarmStart()
    answer = few.solve(start=start)
    found = start.start_of(many.lp)
    assert found is not None
    column = few.lp.columns("capacity_added", "b")
    assert found.columns[many.lp.columns("capacity_added", "b")] == start.columns[column]
    assert (found.columns[many.lp.columns("activity", "c:run")] == 0).all()
    assert answer.vertex is not None


def test_arrays_of_a_warm_start_are_checked(tmp_path):
    start = WarmStart()
    assert start.packed() == {}
    assert not WarmStart.unpacked({}).is_set
    twins(tmp_path / "case", ("a", "b")).solve(start=start)
    arrays = start.packed()
    again = WarmStart.unpacked(arrays)
    assert (again.columns == start.columns).all()
    assert again.variables == start.variables
    for name, broken in {
        "cost": arrays["cost"][1:],
        "x": arrays["x"] * np.nan,
        "rows": arrays["rows"] + 9,
        "names": np.array("{}"),
    }.items():
        with pytest.raises(ValueError, match=r"warm start|arrays"):
            WarmStart.unpacked(arrays | {name: broken})
    del arrays["names"]  # as an earlier version wrote it
    with pytest.raises(ValueError, match="no warm start"):
        WarmStart.unpacked(arrays)


def test_a_start_of_another_program_costs_time_alone(tmp_path):
    """A basis with wrong statuses leads to the same plan."""
    problem = problem_of(random_case(tmp_path / "case", 1))
    start = WarmStart()
    right = problem.solve(start=start)
    wrong = replace(start, columns=np.roll(start.columns, 7), rows=np.zeros_like(start.rows))
    answer = highs.solve(problem.lp, start=wrong)
    assert answer.is_enough()
    assert answer.x == pytest.approx(right.x, rel=1e-6, abs=1e-6)
