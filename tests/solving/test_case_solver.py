"""Series: a case asked many times answers as if asked once; and a problem's own words move its bounds, costs and limits."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import case_builder, cli
from helpers.random_cases import random_case

import energy_model as em
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.warm_start import WarmStart
from energy_model.results.metrics import metric

CHANGES = [
    ["conversions.pump.investment_cost *= 0.6"],  # costs alone
    ["markets.gas_market.price = 20"],
    ["conversions.solar.max_capacity_added = 1"],  # bounds
    ["demands.warmth.yearly *= 1.3"],  # right-hand sides
    ["case.emissions.target = 7"],
    ["storages.tank.hourly_retention = 0.9"],  # coefficients
    ["conversions.pump.investment_cost *= 0.6", "demands.light.yearly *= 0.5"],
]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_later_answer_is_that_of_a_single_run(seed, tmp_path):
    case = random_case(tmp_path / "case", seed)
    series = em.CaseSolver(em.CaseSpec(case, resolution="full"))
    for changes in CHANGES:
        alone = em.solve(em.load_case(case, overrides=changes, resolution="full"))
        run = series.run(changes)
        assert run.objective == pytest.approx(alone.objective, rel=1e-6)
        assert run.metadata["certificate"]["holds"]
        assert run.metadata["solver"]["method"] in ("primal", "dual", "stages")


@pytest.mark.slow
def test_answers_do_not_depend_on_the_order_of_questions(tmp_path):
    case = random_case(tmp_path / "case", 4)
    found = []
    for order in (CHANGES, CHANGES[::-1]):
        series = em.CaseSolver(em.CaseSpec(case, resolution="full"))
        runs = {str(changes): series.run(changes).dataset for changes in order}
        found.append(runs)
    for question, results in found[0].items():
        assert results.equals(found[1][question])


@pytest.mark.slow
def test_a_scenario_is_one_more_question():
    series = em.CaseSolver(em.CaseSpec(cli.original(), resolution=24))
    alone = em.solve(em.load_case(cli.original(), "dear_gas", resolution=24))
    assert series.run(scenario="dear_gas").objective == pytest.approx(alone.objective, rel=1e-6)


@pytest.mark.slow
def test_a_question_without_an_answer_ends_nothing(tmp_path):
    """Neither a fault nor a case without a plan spoils the next answer."""
    case = random_case(tmp_path / "case", 2)
    series = em.CaseSolver(em.CaseSpec(case, resolution="full"))
    with pytest.raises(em.InputError, match="nearest"):
        series.run(["conversions.pomp.investment_cost = 3"])
    with pytest.raises(em.NoSolutionError):
        series.run(["case.emissions.target = -99"])
    alone = em.solve(em.load_case(case, overrides=CHANGES[0], resolution="full"))
    assert series.run(CHANGES[0]).objective == pytest.approx(alone.objective, rel=1e-6)


@pytest.mark.slow
def test_where_the_basis_leads_nowhere_the_answer_is_begun_anew(tmp_path, monkeypatch):
    """With no patience for the simplex method, another method answers, and as well."""
    case = random_case(tmp_path / "case", 3)
    series = em.CaseSolver(em.CaseSpec(case, resolution="full"))
    series.first()
    real = highs._solve_with

    def once(lp, method, *rest, **options):
        answer = real(lp, method, *rest, **options)
        return replace(answer, status=highs.STOPPED) if method == "dual" else answer

    monkeypatch.setattr(highs, "_solve_with", once)
    run = series.run(["demands.warmth.yearly *= 1.3"])
    assert run.metadata["solver"]["method"] == "simplex"
    alone = em.solve(
        em.load_case(case, overrides=["demands.warmth.yearly *= 1.3"], resolution="full")
    )
    assert run.objective == pytest.approx(alone.objective, rel=1e-6)


@pytest.fixture
def problem(tmp_path):
    """Two hours: 1 MW wanted in each, bought at 50, or made by a plant of 120 a MW that runs for nothing."""
    case = case_builder.write(
        tmp_path / "case", 2, markets=[case_builder.market(price=50)], demands=[case_builder.demand("light", "power", 2)],
        conversions=[case_builder.plant("sun", "power", max_capacity_added=9, investment_cost=120, lifetime=1)], flows=[case_builder.flow("sun", "power", 1)],
    )  # fmt: skip
    system = em.load_case(case)
    return CompiledModel.of(system, em.build_model(system))


def cost(problem, lp, start):
    """The least cost of another program of the same columns."""
    return problem.with_program(lp).solve(start=start).objective


def test_what_is_bought_is_the_least_it_can_be(problem):
    """All is bought for 100; the least that can be bought is nothing, for 120; with at most 1 MWh, half a plant: 60 + 50."""
    start, lp = WarmStart(), problem.lp
    bought = problem.yearly_weights("purchase", "grid")
    answer = problem.solve(start=start)
    assert answer.objective == pytest.approx(100)
    assert bought @ answer.x == pytest.approx(2)
    assert cost(problem, lp.with_objective(bought), start) == pytest.approx(0)
    answer = problem.with_program(lp.with_row(bought, -np.inf, 1)).solve(start=start)
    assert answer.objective == pytest.approx(110)
    assert answer.prices[-1] == pytest.approx(-10)  # a MWh more saves 60 and costs 50
    assert problem.solve(start=start).objective == pytest.approx(100)


def test_other_costs_and_bounds_leave_the_program_as_it_is(problem):
    start, lp = WarmStart(), problem.lp
    sun, grid = lp.columns("capacity_added", "sun"), lp.columns("purchase", "grid")
    assert cost(problem, lp.with_costs(sun, 80), start) == pytest.approx(80)
    assert cost(problem, lp.with_bounds(sun, 0.5, 2), start) == pytest.approx(110)
    cheap = lp.with_costs(grid, 7 * problem.hours("purchase"))
    assert cost(problem, cheap.with_bounds(sun, 1, 1), start) == pytest.approx(120)
    assert cost(problem, cheap, start) == pytest.approx(14)
    assert problem.solve(start=start).objective == pytest.approx(100)


def test_a_total_matches_names_and_weighs_hours(tmp_path):
    system = em.load_case(random_case(tmp_path / "case", 1), resolution=9)
    problem = CompiledModel.of(system, em.build_model(system))
    weights = problem.yearly_weights("activity", "p*")
    assert weights[problem.lp.columns("activity")].sum() == pytest.approx(72)  # the pump alone
    assert problem.yearly_weights("net_emissions").sum() == 1


def test_a_question_limits_weighs_and_bounds(tmp_path):
    """Two hours of 1 MW, bought at 50 or made by a plant of 120 a MW: the case of the problem above, asked as a series."""
    case = case_builder.write(
        tmp_path / "case", 2, markets=[case_builder.market(price=50)], demands=[case_builder.demand("light", "power", 2, penalty=900)],
        conversions=[case_builder.plant("sun", "power", max_capacity_added=9, investment_cost=120, lifetime=1)], flows=[case_builder.flow("sun", "power", 1)],
    )  # fmt: skip
    series = em.CaseSolver(case, watched=["purchase:grid", "cost", "capacity_added:sun"])
    limited = series.ask(question=em.Query(limits={"purchase:grid": (0, 1)}))
    assert limited.cost == pytest.approx(110)
    assert limited.prices["purchase:grid"] == pytest.approx(-10)
    assert limited.quantities == pytest.approx(
        {"purchase:grid": 1, "cost": 110, "capacity_added:sun": 0.5}
    )
    least = series.ask(question=em.Query(limits={"cost": (-np.inf, 115)}, minimize=((1, "purchase:grid"),)))  # fmt: skip
    assert least.quantities["purchase:grid"] == pytest.approx(0.5)  # 1.5 hours of sun: 90 + 25
    assert least.cost == pytest.approx(115)
    assert least.run().objective == pytest.approx(115)
    assert series.ask(question=em.Query(capacity_added={"sun": (1, 1)})).cost == pytest.approx(120)
    with pytest.raises(em.InputError, match="no more than 9 of it may be added"):
        series.ask(question=em.Query(capacity_added={"sun": (10, 10)}))
    with pytest.raises(em.NoSolutionError, match="'purchase:grid' is missed by 1"):
        series.ask(question=em.Query(limits={"purchase:grid": (3, 4), "cost": (0, 100)}))  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("emissions", 1 + 0.2 * 30, "t/a"),
        ("purchase:gas_market", 30, "MWh/a"),
        ("purchase:gas", 30, "MWh/a"),
        ("capacity_added:p* + capacity_added:boiler", 1, "MW"),
        ("unserved", 0, "unit/a"),
    ],
)
def test_a_quantity_has_its_value_and_unit(text, value, unit, tmp_path):
    """30 MWh of gas at 0.2 t each and 1 t of farming; the boiler is added, the pump stands."""
    case = case_builder.write(
        tmp_path / "case", 30, markets=[case_builder.market("gas_market", "gas", price=1, emission_factor=0.2)],
        conversions=[case_builder.plant("boiler", max_capacity_added=1, investment_cost=1, lifetime=1), case_builder.plant("pump", max_capacity_added=0, capacity_existing=1)],
        flows=[case_builder.flow("boiler", "heat", 1), case_builder.flow("boiler", "gas", -1), case_builder.flow("pump", "heat", 1), case_builder.flow("pump", "gas", -9)],
        demands=[case_builder.demand("warmth", yearly=30, penalty=99)], residual_emissions=[{"residual": "farming", "sector": "farming", "amount": 1}],
    )  # fmt: skip
    problem = em.CaseSolver(case).problem((), None)
    answer = problem.solve()
    found = metric(problem, text)
    assert found.unit == unit
    assert found.of(answer.x) == pytest.approx(value)
    with pytest.raises(em.InputError, match="nearest are"):
        metric(problem, text + "s")
    with pytest.warns(DeprecationWarning, match="the metric bought is named purchase"):
        assert metric(problem, "bought:gas").of(answer.x) == pytest.approx(30)
