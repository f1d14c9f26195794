"""A missing extra is one sentence; the core needs none."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from helpers import cli

from energy_model.common.extras import MODULES, remedy_of_missing_module

ROOT = Path(__file__).parents[2]
# Imports of these modules fail in the process that is started.
BLOCKED = """
import importlib.machinery, sys
original = importlib.machinery.PathFinder.find_spec
def find_spec(name, path=None, target=None):
    return None if name.split(".")[0] in {modules!r} else original(name, path, target)
importlib.machinery.PathFinder.find_spec = find_spec
from energy_model.cli.app import main
sys.argv = ["energy-model", *{arguments!r}]
main()
"""


def call_without(extras, *arguments):
    """The command in a process that lacks the modules of some extras."""
    modules = {module for extra in extras for module in MODULES[extra]}
    script = BLOCKED.format(modules=modules, arguments=[str(a) for a in arguments])
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def core(tmp_path_factory):
    """A run of the village, made by the core alone."""
    folder = tmp_path_factory.mktemp("core") / "run"
    ended = call_without(MODULES, "run", cli.original(), "-r", 24, "--out", folder)
    assert ended.returncode == 0, ended.stderr
    return folder


@pytest.mark.parametrize("verb", ["show", "verify", "explain", "accounts"])
def test_the_core_shows_verifies_and_explains(verb, core):
    ended = call_without(MODULES, verb, core)
    assert ended.returncode == 0, ended.stderr


def test_the_core_checks_and_begins_cases(tmp_path):
    """A new case has a synthetic year, which needs the extra `timeseries`."""
    assert call_without(MODULES, "check", cli.original()).returncode == 0
    others = set(MODULES) - {"timeseries"}
    assert call_without(others, "init", tmp_path / "new").returncode == 0


@pytest.mark.parametrize(
    ("extra", "arguments"),
    [
        ("excel", ("excel", "export", "CASE", "--to", "NEW.xlsx")),
        ("report", ("report", "RUN")),
        ("timeseries", ("init", "NEW")),
        ("timeseries", ("timeseries", "generate", "CASE", "--out", "NEW.csv")),
        ("timeseries", ("timeseries", "fetch", "open_meteo", "CASE", "--year", "2024")),
        ("studies", ("study", "sweep", "CASE", "--vary", "carriers.co2.price=1,2", "--out", "NEW")),
        ("web", ("serve", "CASE", "--workspace", "NEW")),
    ],
)
def test_a_missing_extra_is_one_sentence(extra, arguments, core, tmp_path):
    words = {"CASE": cli.original(), "RUN": core}
    called = [words.get(a, str(tmp_path / a) if a.startswith("NEW") else a) for a in arguments]
    ended = call_without([extra], *called)
    assert ended.returncode == 2, ended.stderr
    assert f"pip install 'energy_model[{extra}]'" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_every_module_of_an_extra_is_one_of_its_dependencies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(MODULES) < set(project["optional-dependencies"])
    assert remedy_of_missing_module(ModuleNotFoundError(name="nothing_known")) is None
