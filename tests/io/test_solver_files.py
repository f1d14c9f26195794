"""Solver files: a program as an MPS or LP file, and a run from the solution of another solver."""

import gzip
import json
from pathlib import Path

import highspy
import numpy as np
import pytest
import scipy.sparse as sp
from helpers import case_builder, cli, two_hour_case
from helpers.full_feature_case import EVERYTHING

import energy_model as em
from energy_model.common.atomic_write import WriteError
from energy_model.io.solver_files import export
from energy_model.io.solver_files.import_solution import values_of
from energy_model.io.solver_files.solution_file import read_solution
from energy_model.optimization import highs
from energy_model.optimization.linear_program import Block, LinearProgram
from energy_model.optimization.program_names import program_names

SAMPLES = Path(__file__).parent / "solution_files"
COLUMNS = {"size.a_1.0": 2, "size.b_2.1": 2, "flow.c.3": 3, "free_d": 2, "zero": 0}
DUALS = {"need.a": 4.5, "cap": -0.5, "band": 0, "sum": -1.5, "tie": 0.5}
LEAST_COST = 13.0
WITH_DUALS = ("highs.sol", "gurobi_detail.json", "cbc_all.sol", "cplex.sol", "mosek.bas")
WITHOUT_DUALS = (
    "gurobi.sol", "gurobi.json", "copt.sol", "scip.sol", "cbc.sol", "clp.sol", "xpress.slx",
)  # fmt: skip


def tiny():
    """The program of ``tiny.mps``."""
    A = [[1, 1, 0, 0, 0], [1, 0, -1, 0, 0], [0, 1, 1, 0, 0], [1, 1, 1, 0, 1], [-1, 0, 0, 1, 0]]
    inf = np.inf
    return LinearProgram(
        sp.csr_array(np.array(A, float)),
        np.array([2, 3, -1, 0.5, 1]),
        5.0,
        np.array([0, 0, 0, -inf, 0]),
        np.array([10, inf, 4, inf, 5]),
        np.array([4, -inf, 1, 7, 0]),
        np.array([inf, -1, 5.25, 7, 0]),
        {name: Block(i, ("",), 1, False) for i, name in enumerate(COLUMNS)},
        {name: Block(i, ("",), 1, False) for i, name in enumerate(DUALS)},
    )


def solve_file(program, solution):
    """HiGHS as another program: reads a file, and writes a solution file. The least cost."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    assert solver.readModel(str(program)) == highspy.HighsStatus.kOk
    solver.run()
    solver.writeSolution(str(solution), 0)
    return solver.getObjectiveValue()


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return two_hour_case.write(tmp_path_factory.mktemp("small") / "case")


@pytest.fixture(scope="module")
def solution(case, tmp_path_factory):
    """The solution file of the case's program."""
    folder = tmp_path_factory.mktemp("solved")
    export.write_mps(em.load_case(case), folder / "city.mps")
    solve_file(folder / "city.mps", folder / "city.sol")
    return folder / "city.sol"


# --- formats --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*WITH_DUALS, *WITHOUT_DUALS])
def test_a_solution_file_of_every_solver_is_read(name):
    found = read_solution(SAMPLES / name)
    values = {column: value for column, value in found.columns.items() if "MPS_Rg" not in column}
    assert found.is_sparse or values.keys() == COLUMNS.keys()
    assert {column: values.get(column, 0) for column in COLUMNS} == COLUMNS
    assert found.rows == (DUALS if name in WITH_DUALS else {})


@pytest.mark.parametrize("name", [*WITH_DUALS, *WITHOUT_DUALS])
def test_values_come_in_the_order_of_the_program(name):
    lp = tiny()
    lp = LinearProgram(**{**vars(lp), "variables": {}, "constraints": {}})
    columns, rows = program_names(lp)
    new_name = dict(zip([*COLUMNS, *DUALS], [*columns, *rows], strict=True))
    found = read_solution(SAMPLES / name)
    found.columns = {new_name.get(c, "MPS_Rg" + rows[2]): v for c, v in found.columns.items()}
    found.rows = {new_name[row]: value for row, value in found.rows.items()}
    x, prices = values_of(lp, found, SAMPLES / name)
    assert x.tolist() == list(COLUMNS.values())
    assert prices is None if name in WITHOUT_DUALS else prices.tolist() == list(DUALS.values())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Model status\nInfeasible\n\n# Primal solution values\nNone\n", "'Infeasible'"),
        ("Infeasible - objective value 27\n 0 a 1 0\n", "Infeasible"),
        ("solution status: infeasible\n", "infeasible"),
        ("a 1\na 2\n", "'a' occurs twice"),
        ("a one\n", "'one' is no number"),
        ("a\n", "'a' is no name with a value"),
        ('{"SolutionInfo": {"Status": 3}}', "'Vars' is missing"),
        ('{"Vars": [{"VarName": "a"}]}', "'X' is missing"),
        ("<CPLEXSolution><variables>", "no element found"),
        ("Optimal - objective value 1\n 0 a\n", "no solution file"),
    ],
)
def test_what_is_no_solution_is_refused(text, told, tmp_path):
    (tmp_path / "city.sol").write_text(text, encoding="utf-8")
    with pytest.raises(em.InputError, match="city.sol") as refusal:
        read_solution(tmp_path / "city.sol")
    assert told in str(refusal.value)


def test_a_damaged_or_missing_file_is_refused(tmp_path):
    (tmp_path / "city.sol.gz").write_bytes(gzip.compress(b"a 1\n" * 1000)[:20])
    (tmp_path / "city.sol").write_bytes(b"a \xff\n")
    for name in ("city.sol.gz", "city.sol", "none.sol"):
        with pytest.raises(em.InputError, match="it cannot be read"):
            read_solution(tmp_path / name)


# --- names ----------------------------------------------------------------------------------------


def test_names_say_variable_label_and_step_and_are_safe():
    system = case_builder.system(4, **EVERYTHING)
    lp = em.CompiledModel.of(system, em.build_model(system)).lp
    columns, rows = program_names(lp)
    assert (len(rows), len(columns)) == lp.A.shape
    assert len({*columns, *rows}) == len(columns) + len(rows)
    assert all(set(name) < SAFE for name in (*columns, *rows))
    block = lp.variables["purchase"]
    assert columns[block.of(block.labels[1])] == [
        f"purchase.{block.labels[1]}.{i}" for i in range(4)
    ]


SAFE = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.")


def test_names_that_a_file_cannot_hold_are_changed_and_stay_apart():
    labels = ("a b", "a+b", "a_b", "ø" * 300, "ø" * 301)
    blocks = {"x": Block(0, labels, 2, True), "e1": Block(10, ("",), 1, False), "free": Block(11, ("",), 1, False)}  # fmt: skip
    size = 13  # the last column is in no block
    lp = LinearProgram(
        sp.csr_array((0, size)), np.zeros(size), 0.0, np.zeros(size), np.ones(size),
        np.zeros(0), np.zeros(0), blocks,
    )  # fmt: skip
    columns, _ = program_names(lp)
    assert columns[:6] == ["x.a_b.0", "x.a_b.1", "x.a_b_2.0", "x.a_b_2.1", "x.a_b_3.0", "x.a_b_3.1"]
    assert columns[10:] == ["x_e1", "x_free", "unnamed_column.12"]
    assert len(set(columns)) == size
    assert max(map(len, columns)) < 255


# --- export ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".mps", ".lp"])
def test_a_file_holds_the_program_with_ranges_and_constant(suffix, tmp_path, monkeypatch):
    system = case_builder.system(4, **EVERYTHING)
    problem = em.CompiledModel.of(system, em.build_model(system))
    monkeypatch.setattr(export.CompiledModel, "of", lambda *_: problem.with_program(tiny()))
    path = tmp_path / f"tiny{suffix}"
    written = export.write_program(system, path, suffix)
    assert (written.rows, written.columns, written.entries) == (5, 5, 12)
    assert solve_file(path, tmp_path / "tiny.sol") == pytest.approx(LEAST_COST)
    x, prices = values_of(tiny(), read_solution(tmp_path / "tiny.sol"), path)
    assert x.tolist() == list(COLUMNS.values())
    assert prices.tolist() == list(DUALS.values())


def test_a_compressed_file_holds_the_same_and_an_lp_file_has_no_empty_section(case, tmp_path):
    system = em.load_case(case)
    for suffix, write in ((".mps", export.write_mps), (".lp", export.write_lp)):
        plain, compressed = tmp_path / f"a{suffix}", tmp_path / f"a{suffix}.gz"
        write(system, plain)
        write(system, compressed)
        assert gzip.decompress(compressed.read_bytes()) == plain.read_bytes()
        once = compressed.read_bytes()
        write(system, compressed)
        assert compressed.read_bytes() == once
    assert (tmp_path / "a.mps").read_text().splitlines()[-1] == "ENDATA"
    assert not {"bin", "gen", "semi"} & set((tmp_path / "a.lp").read_text().split())


def test_a_file_that_is_not_complete_is_not_left_behind(case, tmp_path, monkeypatch):
    monkeypatch.setattr(highs, "write_model", lambda _lp, path: path.write_text("NAME\nROWS\n"))
    with pytest.raises(WriteError, match="not complete"):
        export.write_mps(em.load_case(case), tmp_path / "a.mps")
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_kind_is_refused(case, tmp_path):
    for name in ("a.txt", "a.gz", "a.lp"):
        said = cli.call("export", case, "--to", "mps", "--out", tmp_path / name)
        assert said.code == 2
        assert "name a file .mps or .mps.gz" in said.err
    assert list(tmp_path.iterdir()) == []


# --- import ---------------------------------------------------------------------------------------


def test_a_run_is_made_from_a_solution_file(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = (case, "--set", "markets.grid.price=60")
    exported = cli.call("export", *options, "--to", "mps", "--json")
    program = Path(exported.json["written"])
    assert program.suffix == ".mps"
    solve_file(program, "city.sol")
    said = cli.call(
        "import-solution", *options[:1], "city.sol", *options[1:], "-o", "run", "--json"
    )
    assert said.code == 0, said.err
    here = em.solve(em.load_case(case, overrides=["markets.grid.price=60"]))
    assert said.json["objective"] == pytest.approx(here.objective)
    run = em.open_run("run")
    assert run.metadata["solver"]["name"] == "HiGHS (city.sol)"
    assert run.metadata["solver"]["method"] == "own duals"
    assert run.metadata["certificate"]["holds"]
    assert run.metadata["digest"] == here.metadata["digest"]
    np.testing.assert_allclose(
        run.dataset["marginal_price"], here.dataset["marginal_price"], atol=1e-6
    )
    assert cli.call("verify", "run").code == 0
    shown = cli.call("show", "run", "--language", "da")
    assert shown.code == 0


def pairs(solution, path, change=None):
    """The columns of a solution as Gurobi writes them, without duals."""
    values = read_solution(solution).columns | (change or {})
    path.write_text("# Objective\n" + "".join(f"{name} {v!r}\n" for name, v in values.items()))
    return path


def test_duals_that_a_file_lacks_are_computed(case, solution, tmp_path):
    run = em.import_solution(case, pairs(solution, tmp_path / "city.sol"))
    here = em.solve(case)
    assert run.objective == pytest.approx(here.objective)
    assert run.metadata["solver"]["method"] == "duals by HiGHS"
    assert run.metadata["certificate"]["holds"]
    np.testing.assert_allclose(
        run.dataset["marginal_price"], here.dataset["marginal_price"], atol=1e-6
    )


def test_wrong_duals_are_replaced(case, solution, tmp_path):
    content = read_solution(solution)
    columns = [{"VarName": name, "X": value} for name, value in content.columns.items()]
    rows = [{"ConstrName": name, "Pi": -value} for name, value in content.rows.items()]
    (tmp_path / "city.json").write_text(json.dumps({"Vars": columns, "Constrs": rows}))
    run = em.import_solution(case, tmp_path / "city.json")
    assert run.metadata["solver"]["method"] == "duals by HiGHS"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"nobody.here.0": 1.0}, "nobody.here.0: 1 names are not in the program"),
        ({"purchase.grid.0": float("inf")}, "purchase.grid.0: 1 values are not finite"),
        ({"purchase.grid.0": 9.0}, "it violates a row by"),
        ({"capacity_added.sun_here": -3.0}, "it violates a"),
    ],
)
def test_a_file_of_another_program_is_refused(change, told, case, solution, tmp_path):
    file = pairs(solution, tmp_path / "city.sol", change)
    said = cli.call("import-solution", case, file, "--out", tmp_path / "run")
    assert said.code == 2
    assert told in said.err
    assert "Traceback" not in said.err
    assert not (tmp_path / "run").exists()


def test_a_solution_that_is_not_optimal_is_refused(case, solution):
    """At 200 EUR/MWh wind is cheaper than the power from the grid that the file buys at 50."""
    with pytest.raises(em.InputError, match="no optimal solution of this case: it costs"):
        em.import_solution(em.load_case(case, overrides=["markets.grid.price=200"]), solution)


def test_a_file_that_lacks_columns_is_refused(case, tmp_path):
    (tmp_path / "city.sol").write_text("purchase.grid.0 1\n")
    with pytest.raises(em.InputError, match="columns of the program are missing"):
        em.import_solution(case, tmp_path / "city.sol")
    (tmp_path / "city.sol").write_text("# Objective\n")
    with pytest.raises(em.InputError, match="it holds no values"):
        em.import_solution(case, tmp_path / "city.sol")
