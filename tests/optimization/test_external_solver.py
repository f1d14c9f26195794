"""External solver: another solver through linopy gives the plan of HiGHS, and its faults are sentences.

HiGHS itself stands for the other solver: linopy speaks to it as to any other.
"""

from dataclasses import replace
from importlib import metadata

import linopy
import numpy as np
import pytest
import scipy.sparse as sp
from helpers import cli, two_hour_case
from helpers.random_cases import random_case

import energy_model as em
from energy_model.common.errors import InputError
from energy_model.optimization import external_solver, given_solution, highs
from energy_model.optimization.certificate import certify
from energy_model.optimization.external_solver import SOLVERS, ExternalSolver
from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.vertex import is_vertex
from energy_model.reporting import run_report

HIGHS = ExternalSolver(
    "Gurobi", "highs", "highspy", "highspy", "time_limit", {"output_flag": False}
)


@pytest.fixture(autouse=True)
def highs_for_gurobi(monkeypatch):
    """HiGHS, passed in memory, in place of Gurobi, and through a file in place of COPT."""
    monkeypatch.setitem(SOLVERS, "gurobi", HIGHS)
    monkeypatch.setitem(SOLVERS, "copt", replace(HIGHS, title="COPT", is_direct=False))


def program(A, row_lower, row_upper, cost, upper=np.inf):
    A = sp.csr_array(np.array(A, float))
    rows, columns = A.shape
    return LinearProgram(
        A, np.array(cost, float), 7.0, np.zeros(columns), np.full(columns, upper),
        np.array(row_lower, float), np.array(row_upper, float),
    )  # fmt: skip


def solve(lp, name="gurobi", options=None, time_limit=60.0):
    return external_solver.solve(lp, name, options or {}, time_limit)


@pytest.mark.parametrize("name", ["gurobi", "copt"])
@pytest.mark.parametrize("seed", range(3))
def test_random_cases_have_the_cost_and_the_prices_of_highs(name, seed, tmp_path):
    system = em.load_case(random_case(tmp_path / "case", seed))
    problem = em.CompiledModel.of(system, em.build_model(system))
    here, there = problem.solve(), solve(problem.lp, name)
    assert (there.status, there.method) == (highs.OPTIMAL, "own duals")
    assert there.objective == pytest.approx(here.objective, rel=1e-9)
    assert certify(problem.lp, there.x, there.prices).holds
    assert certify(problem.lp, here.x, there.prices).holds


def test_a_row_with_two_limits_has_one_dual():
    """Both limits of x + y bind in turn: at a cost the lower one, at a gain the upper one."""
    for cost, dual in (([1, 2], 1), ([-2, -1], -2)):
        lp = program([[1, 1], [1, -1]], [2, -4], [6, np.inf], cost)
        answer = solve(lp)
        assert answer.prices.tolist() == pytest.approx([dual, 0])
        assert answer.objective == pytest.approx(highs.solve(lp).objective)


def test_rows_of_many_lengths_and_without_terms():
    lengths = (0, 1, 2, 3, 4, 5, 9)
    A = [[1.0 if column < length else 0.0 for column in range(9)] for length in lengths]
    lp = program(A, [0, *lengths[1:]], [np.inf] * 7, np.arange(1, 10))
    answer = solve(lp)
    assert answer.is_enough()
    assert answer.objective == pytest.approx(highs.solve(lp).objective)


@pytest.mark.parametrize("name", ["gurobi", "copt"])
def test_programs_without_a_solution_have_their_status(name):
    assert solve(program([[1, 1]], [3], [np.inf], [1, 1], upper=1), name).status == highs.INFEASIBLE
    assert solve(program([[1, -1]], [0], [np.inf], [-1, 0]), name).status == highs.UNBOUNDED


def test_the_time_limit_stops_it(case_lp):
    answer = solve(case_lp, options={"solver": "ipm", "presolve": "off"}, time_limit=1e-9)
    assert (answer.status, answer.certificate) == (highs.STOPPED, None)


@pytest.fixture
def case_lp(tmp_path):
    system = em.load_case(random_case(tmp_path / "lp", 4))
    return em.CompiledModel.of(system, em.build_model(system)).lp


def test_an_interior_solution_loses_its_tolerances(case_lp):
    """Without crossover no column is at its bound; afterwards those of the optimum are."""
    options = {"solver": "ipx", "run_crossover": "off", "presolve": "off"}
    answer = solve(case_lp, options=options)
    optimum = highs.solve(case_lp, "simplex")
    assert answer.is_enough()
    assert is_vertex(case_lp, optimum.x)
    assert (answer.x == 0).sum() >= 0.8 * (optimum.x == 0).sum()
    assert answer.objective == pytest.approx(optimum.objective, rel=1e-5)


def test_duals_that_are_missing_or_wrong_are_computed(case_lp):
    optimum = highs.solve(case_lp, "simplex")
    assert is_vertex(case_lp, optimum.x)
    for prices in (None, -optimum.prices):
        answer = given_solution.certified(case_lp, optimum.x, prices, 60.0)
        assert (answer.status, answer.method) == (highs.OPTIMAL, "duals by HiGHS")
        assert answer.is_enough()


def test_a_solution_that_is_not_optimal_fails(case_lp):
    worst = highs.solve(replace(case_lp, cost=-case_lp.cost, upper=np.minimum(case_lp.upper, 1e4)))
    answer = given_solution.certified(case_lp, worst.x, None, 60.0)
    assert answer.status == highs.FAILED
    assert answer.certificate.bound == pytest.approx(highs.solve(case_lp).objective, rel=1e-6)


# --- faults ---------------------------------------------------------------------------------------


def test_a_solver_that_is_not_installed_is_named(monkeypatch, case_lp):
    monkeypatch.setitem(
        SOLVERS, "gurobi", replace(HIGHS, module="no_such_module", package="gurobipy")
    )
    with pytest.raises(
        InputError, match="Gurobi is not installed; install it with: pip install gurobipy"
    ):
        solve(case_lp)


def test_a_solver_without_metadata_has_no_version(monkeypatch, case_lp):
    monkeypatch.setitem(SOLVERS, "gurobi", replace(HIGHS, package="no-such-package"))
    assert solve(case_lp).version == ""


def test_an_error_of_the_solver_is_one_sentence(monkeypatch, case_lp):
    def fail(*_arguments, **_options):
        raise RuntimeError("No license found.\nMore lines")

    monkeypatch.setattr(linopy.Model, "solve", fail)
    with pytest.raises(
        InputError, match=r"Gurobi ends with an error \(No license found\); check its"
    ):
        solve(case_lp)


def test_an_error_that_the_solver_prints_is_told(monkeypatch, case_lp):
    """CPLEX prints that a program is too large for its license, and goes on."""

    def fail(*_arguments, **_options):
        print("Error  1016: size limits exceeded.")  # noqa: T201
        return "unknown", "unknown"

    monkeypatch.setattr(linopy.Model, "solve", fail)
    with pytest.raises(InputError, match=r"\(Error  1016: size limits exceeded\)"):
        solve(case_lp)


def test_what_a_solver_prints_is_not_on_standard_output(capfd, case_lp):
    answer = solve(case_lp, options={"output_flag": True, "log_to_console": True})
    assert answer.is_enough()
    assert capfd.readouterr().out == ""


# --- runs -----------------------------------------------------------------------------------------


@pytest.fixture
def case(tmp_path):
    return two_hour_case.write(tmp_path / "case")


def test_a_run_names_its_solver(case, tmp_path):
    said = cli.call("run", case, "--solver", "gurobi", "--out", tmp_path / "run", "--json")
    assert said.code == 0, said.err
    here = em.solve(case)
    assert said.json["objective"] == pytest.approx(here.objective)
    assert said.json["changes"] == ["case.solver.name=gurobi"]
    run = em.open_run(tmp_path / "run")
    assert run.metadata["solver"]["name"] == "Gurobi"
    version = run.metadata["solver"]["version"]
    assert version == metadata.version("highspy")
    told = str(run_report.run_report(run, "da", keys=("proof",)))
    assert f"Gurobi {version}, egne skyggepriser" in told
    assert run.metadata["digest"] != here.metadata["digest"]
    assert cli.call("verify", tmp_path / "run", "--case", case).code == 0
    assert here.metadata["solver"]["name"] == "HiGHS"


def test_the_setting_holds_for_queries_and_the_full_year(case):
    settings = ["case.solver.name=gurobi", "case.solver.options.presolve=off"]
    spec = em.CaseSpec(case, overrides=settings)
    solver = em.CaseSolver(spec)
    assert solver.run(["markets.grid.price=60"]).metadata["solver"]["name"] == "Gurobi"
    proven = em.solve_full_year(spec)
    assert proven.metadata["solver"]["name"] == "Gurobi"
    assert proven.metadata["proof"]["gap"] <= 0.005


def test_there_is_no_plan_for_the_reason_that_highs_finds(case, tmp_path):
    rows = "demand,site,carrier,yearly [MWh/a],penalty [EUR/MWh]\nlight,here,power,2,\n"
    (case / "demands.csv").write_text(rows, encoding="utf-8")
    call = (
        "run",
        case,
        "--set",
        "markets.grid.max_purchase=0.5",
        "--set",
        "conversions.*.max_capacity_added=0",
    )
    here, there = (
        cli.call(*call, "--solver", name, "--out", tmp_path / name) for name in ("highs", "gurobi")
    )
    assert here.code == there.code == 3, here.err
    assert here.err.splitlines()[-3:] == there.err.splitlines()[-3:]


def test_solvers_that_cannot_be_used_end_the_call(case, tmp_path, monkeypatch):
    monkeypatch.setitem(SOLVERS, "mosek", replace(SOLVERS["mosek"], module="no_such_module"))
    for name, told in (("mosek", "pip install Mosek"), ("glop", "write highs, gurobi, copt")):
        said = cli.call("run", case, "--solver", name, "--out", tmp_path / "run")
        assert said.code == 2
        assert told in said.err
        assert "Traceback" not in said.err
    assert not (tmp_path / "run").exists()


def test_a_solution_that_fails_its_certificate_is_no_plan(case, tmp_path, monkeypatch):
    answer = highs.SolverResult(highs.FAILED, np.zeros(0), np.zeros(0), "own duals", 0.0, 0, None)
    monkeypatch.setattr(external_solver, "certified", lambda *_: answer)
    said = cli.call("run", case, "--solver", "gurobi", "--out", tmp_path / "run")
    assert said.code == 4
    assert "Gurobi returned no solution that passes verification" in said.err
