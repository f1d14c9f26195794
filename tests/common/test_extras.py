"""A missing extra is one sentence; the core needs none."""

import tomllib
from pathlib import Path

import pytest
from helpers import cli, two_hour_case

import energy_model as em
from energy_model.common.extras import MODULES, remedy_of_missing_module

ROOT = Path(__file__).parents[2]
# Imports of these modules fail in the process that is started.
BLOCK = """
import importlib.machinery
original = importlib.machinery.PathFinder.find_spec
def find_spec(name, path=None, target=None):
    return None if name.split(".")[0] in {modules!r} else original(name, path, target)
importlib.machinery.PathFinder.find_spec = find_spec
"""


def call_without(extras, *commands):
    """Commands in a process that lacks the modules of some extras."""
    modules = {module for extra in extras for module in MODULES[extra]}
    return cli.call_in_own_process(*commands, before=BLOCK.format(modules=modules))


@pytest.mark.slow
def test_the_core_checks_runs_shows_verifies_and_explains(tmp_path):
    case, run = cli.original(), tmp_path / "run"
    verbs = [(verb, run) for verb in ("show", "verify", "explain", "accounts")]
    for said in call_without(
        MODULES, ("check", case), ("run", case, "-r", 24, "--out", run), *verbs
    ):
        assert said.code == 0, said.err
        assert said.out


@pytest.mark.slow
def test_a_new_case_needs_no_extra_but_that_of_its_synthetic_year(tmp_path):
    (said,) = call_without(set(MODULES) - {"timeseries"}, ("init", tmp_path / "new"))
    assert said.code == 0, said.err


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return em.save(em.solve(em.load_case(two_hour_case.write(folder / "case"))), folder / "run")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("extra", "commands"),
    [
        ("excel", [("excel", "export", "CASE", "--to", "NEW.xlsx")]),
        ("report", [("report", "RUN"), ("run", "CASE", "--out", "NEW", "--report")]),
        (
            "timeseries",
            [
                ("init", "NEW"),
                ("timeseries", "generate", "CASE", "--out", "NEW.csv"),
                ("timeseries", "fetch", "open_meteo", "CASE", "--year", "2024"),
            ],
        ),
        (
            "studies",
            [("study", "sweep", "CASE", "--vary", "carriers.co2.price=1,2", "--out", "NEW")],
        ),
        ("web", [("serve", "CASE", "--workspace", "NEW")]),
        ("solvers", [("run", "CASE", "--solver", "gurobi", "--out", "NEW")]),
    ],
)
def test_a_missing_extra_is_one_sentence(extra, commands, run, tmp_path):
    words = {"CASE": cli.original(), "RUN": run}
    called = [
        [words.get(a, str(tmp_path / a) if a.startswith("NEW") else a) for a in command]
        for command in commands
    ]
    for said in call_without([extra], *called):
        assert said.code == 2, said.err
        assert f"pip install 'energy_model[{extra}]'" in said.err
        assert "Traceback" not in said.err
    assert list(tmp_path.iterdir()) == []


def test_every_module_of_an_extra_is_one_of_its_dependencies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(MODULES) < set(project["optional-dependencies"])
    assert remedy_of_missing_module(ModuleNotFoundError(name="nothing_known")) is None
