"""Components, data services, exporters and studies of another package are found by its entry points."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import case_builder, cli

import energy_model as em
from energy_model.formulation.metadata import PHYSICS
from energy_model.results.solution import solution_of

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tests" / "helpers" / "extension"


def call(*commands):
    """Commands in a process in which another package is installed."""
    return cli.call_in_own_process(*commands, package=PACKAGE)


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


@pytest.mark.slow
def test_a_component_adds_a_table_and_a_rule(case, tmp_path):
    """Half of 10 MW kept free leaves 5 MW: 3 MW of 8 lack for two hours, 6 MWh at 99."""
    (free,) = call(("run", case, "--out", tmp_path / "free", "--json"))
    assert free.json["objective"] == pytest.approx(0, abs=1e-6)
    (case / "reserves.csv").write_text("reserve,share [%]\nboiler,50\n", encoding="utf-8")
    run = tmp_path / "run"
    limited, verified = call(("run", case, "--out", run, "--json"), ("verify", run))
    assert limited.json["objective"] == pytest.approx(6 * 99)
    assert verified.code == 0
    opened = em.open_run(run)  # here the package is not installed
    assert opened.dataset["shadow_price_kept_free"].dims == ("conversion", "time")
    rule = solution_of(opened).lp.constraints["kept_free"]
    assert (rule.table, rule.role) == ("conversions", PHYSICS)


@pytest.mark.slow
def test_the_table_of_a_component_is_checked(case):
    (case / "reserves.csv").write_text("reserve,share [%]\nkettle,50\n", encoding="utf-8")
    (said,) = call(("check", case))
    assert said.code == 2
    assert "reserves.csv, row 2 (kettle), reserve: 'kettle' is given" in said.err


@pytest.mark.slow
def test_a_study_an_exporter_and_a_service_are_commands_and_values(case, tmp_path):
    out = tmp_path / "names.txt"
    studies, doubling, export, unknown, services = call(
        ("study", "--help"),
        ("study", "doubling", case),
        ("export", case, "--to", "names", "--out", out),
        ("export", case, "--to", "x", "--out", "y"),
        ("timeseries", "fetch", "--list"),
    )
    assert "doubling" in studies.out
    assert doubling.out.split() == ["0", str(6 * 2 * 99)], doubling.err
    assert export.code == 0, export.err
    assert out.read_text(encoding="utf-8") == "boiler"
    assert "write one of pypsa, geojson, mps, lp, names" in unknown.err
    assert "The thermometer of the village hall" in services.out


@pytest.mark.slow
def test_an_extension_that_fails_is_named(case, tmp_path):
    broken = Path(shutil.copytree(PACKAGE, tmp_path / "package"))
    (broken / "city_extension" / "reserve.py").write_text("import no_such_module\n")
    said = subprocess.run(
        [sys.executable, "-m", "energy_model", "check", case],
        capture_output=True, text=True, env=os.environ | {"PYTHONPATH": f"{broken}{os.pathsep}{ROOT}"}, check=False,
    )  # fmt: skip
    assert said.returncode == 2
    assert "extension reserve: 'city_extension.reserve' is given; city_extension offers it" in said.stderr  # fmt: skip
    assert "Traceback" not in said.stderr
