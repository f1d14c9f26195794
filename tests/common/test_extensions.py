"""Components, data services, exporters and studies of another package are found by its entry points."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import case_builder

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tests" / "helpers" / "extension"


def call(*arguments, package=PACKAGE):
    """The command in a process in which another package is installed."""
    path = os.pathsep.join([str(package), str(ROOT)])
    command = [sys.executable, "-m", "energy_model", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": path}, check=False
    )


@pytest.fixture
def case(tmp_path):
    """8 MW of heat for two hours from a plant of 10 MW; what is not delivered costs 99 EUR/MWh, gas nothing."""
    return case_builder.write(
        tmp_path / "case",
        2,
        markets=[case_builder.market("gas_market", "gas", price=0)],
        demands=[case_builder.demand("warmth", yearly=16, penalty=99)],
        conversions=[case_builder.plant("boiler", capacity_existing=10)],
        flows=[case_builder.flow("boiler", "heat", 1), case_builder.flow("boiler", "gas", -1)],
    )


def test_a_component_adds_a_table_and_a_rule(case, tmp_path):
    """Half of 10 MW kept free leaves 5 MW: 3 MW of 8 lack for two hours, 6 MWh at 99."""
    free = call("run", case, "--out", tmp_path / "free", "--json")
    assert json.loads(free.stdout)["objective"] == pytest.approx(0, abs=1e-6)
    (case / "reserves.csv").write_text("reserve,share [%]\nboiler,50\n", encoding="utf-8")
    kept = call("run", case, "--out", tmp_path / "kept", "--json")
    assert json.loads(kept.stdout)["objective"] == pytest.approx(6 * 99)
    assert call("verify", tmp_path / "kept").returncode == 0


def test_the_table_of_a_component_is_checked(case):
    (case / "reserves.csv").write_text("reserve,share [%]\nkettle,50\n", encoding="utf-8")
    said = call("check", case)
    assert said.returncode == 2
    assert "reserves.csv, row 2 (kettle), reserve: 'kettle' is given" in said.stderr


def test_a_study_an_exporter_and_a_service_are_commands_and_values(case, tmp_path):
    assert "doubling" in call("study", "--help").stdout
    said = call("study", "doubling", case)
    assert said.stdout.split() == ["0", str(6 * 2 * 99)], said.stderr
    said = call("export", case, "--to", "names", "--out", tmp_path / "names.txt")
    assert said.returncode == 0, said.stderr
    assert (tmp_path / "names.txt").read_text(encoding="utf-8") == "boiler"
    assert "known are pypsa, names" in call("export", case, "--to", "x", "--out", "y").stderr
    assert "The thermometer of the village hall" in call("timeseries", "fetch", "--list").stdout


def test_an_extension_that_fails_is_named(case, tmp_path):
    broken = Path(shutil.copytree(PACKAGE, tmp_path / "package"))
    (broken / "city_extension" / "reserve.py").write_text("import no_such_module\n")
    said = call("check", case, package=broken)
    assert said.returncode == 2
    assert (
        "extension reserve: 'city_extension.reserve' is given; city_extension offers it"
        in said.stderr
    )
    assert "Traceback" not in said.stderr
