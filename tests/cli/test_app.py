"""The program from its command line: whole runs, what they print, write and prove."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pyomo.environ as pyo
import pytest
import typer
import xarray as xr
from helpers import case_builder, cli

import energy_model as em
from energy_model.cli import app, deprecated
from energy_model.results import manifest


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The village, run once at 60 steps."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    said = cli.call("run", cli.original(), "--resolution", 60, "--out", folder, "--json")
    assert said.code == 0, said.err
    return folder, said.json


def test_a_run_prints_json_and_nothing_else(ran):
    folder, told = ran
    assert told["status"] == "optimal"
    assert told["run"] == str(folder)
    assert told["net_emissions"] == pytest.approx(told["summary"]["net_emissions"])
    assert told["certificate"]["holds"] is True


@pytest.mark.slow
def test_a_run_is_found_again_unless_another_is_asked_for(ran, tmp_path):
    """The same call opens the run; ``--force`` and a changed input solve again."""
    folder, told = ran
    run = shutil.copytree(folder, tmp_path / "run")
    call = ("run", cli.original(), "--resolution", 60, "--out", run, "--json")
    first = cli.call(*call).json
    assert first["found_again"] is True
    assert first["objective"] == told["objective"]
    assert cli.call(*call, "--force").json["found_again"] is False
    changed = cli.call(*call, "--set", "carriers.gas.price=45").json
    assert changed["found_again"] is False
    assert changed["objective"] > told["objective"]


def test_a_run_stands_in_one_self_contained_folder(ran):
    folder, told = ran
    names = {path.name for path in folder.iterdir()}
    assert {
        "results.nc",
        "metadata.json",
        "certificate.npz",
        "log.txt",
        "capacities.csv",
        "costs.csv",
        "carriers.csv",
        "emissions.csv",
        "balances.csv",
        "land.csv",
    } <= names
    record = json.loads((folder / "metadata.json").read_text())
    assert record["objective"] == told["objective"]
    assert {"energy_model", "pyomo", "highspy", "python"} <= record["versions"].keys()
    assert record["seconds"]["total"] > 0
    assert "solving" in (folder / "log.txt").read_text()


def test_results_open_in_xarray_with_units_and_sentences(ran):
    folder, told = ran
    with xr.open_dataset(folder / "results.nc") as data:
        assert data.attrs["objective"] == told["objective"]
        for name in data.data_vars:
            assert data[name].attrs["long_name"], name
            assert "units" in data[name].attrs, name
        assert float(data["step_weight"].sum()) == 8760
        assert data["marginal_price"].sel(bus="heat@village").notnull().all()
        made = float(
            (data["activity"].sel(mode="air_heat_pump_village:run") * data["step_weight"]).sum()
        )
    with xr.open_dataset(folder / "results.nc", group="inputs/conversions") as inputs:
        assert "air_heat_pump_village" in inputs["conversion"].to_numpy()
    built = pd.read_csv(folder / "capacities.csv", index_col="asset")
    assert built.at["air_heat_pump_village", "yearly_activity [unit/a]"] == pytest.approx(made)


def test_tables_sum_to_the_headline(ran):
    folder, told = ran
    assert pd.read_csv(folder / "costs.csv")["cost [EUR/a]"].sum() == pytest.approx(
        told["objective"]
    )
    assert pd.read_csv(folder / "emissions.csv")["emissions [t/a]"].sum() == pytest.approx(
        told["net_emissions"]
    )


@pytest.mark.slow
def test_show_tells_everything_in_words_and_as_json(ran):
    folder, told = ran
    text = cli.call("show", folder).out
    for word in (
        "Annual cost",
        "Unchanged assets",
        "By sector",
        "By owner",
        "Net emissions with credit for exported electricity",
        "air heat pump village",
        "invested",
    ):
        assert word in text, word
    shown = cli.call("show", folder, "--json").json
    assert shown["objective"] == told["objective"]
    assert len(shown["sentences"]) == 6
    assert sum(row["cost"] for row in shown["costs"]) == pytest.approx(told["objective"])


def test_show_takes_the_newest_of_a_folder_of_runs(ran):
    folder, told = ran
    assert cli.call("show", folder.parent, "--json").json["objective"] == told["objective"]


@pytest.mark.slow
def test_verify_proves_a_run_and_refuses_a_forged_one(ran, tmp_path):
    """A capacity made larger by hand breaks a rule; a price made up breaks the bound."""
    folder, _ = ran
    assert cli.call("verify", folder).code == 0
    assert cli.call("verify", folder, "--json").json["holds"] is True
    for name, change in (("x", 1.1), ("prices", 0.9)):
        forged = tmp_path / name
        shutil.copytree(folder, forged)
        with np.load(folder / "certificate.npz") as kept:
            parts = dict(kept)
        parts[name] = parts[name] * change
        np.savez(forged / "certificate.npz", **parts)
        said = cli.call("verify", forged, "--json")
        assert said.code == 4
        assert said.json["holds"] is False


@pytest.mark.slow
@pytest.mark.parametrize("name", ["capacities.csv", "metadata.json"])
def test_verify_sees_a_table_changed_by_hand(name, ran, tmp_path):
    """The proof is sound, but what people read is not what was proven."""
    folder, _ = ran
    forged = tmp_path / "forged"
    shutil.copytree(folder, forged)
    if name == "metadata.json":
        record = json.loads((forged / name).read_text())
        (forged / name).write_text(json.dumps(record | {"objective": 1.0}))
    else:
        text = (forged / name).read_text()
        (forged / name).write_text(text.replace("0", "9", 1))
    said = cli.call("verify", forged)
    assert said.code == 4
    assert f"Not proven: {name} changed after the run was written" in said.out
    told = cli.call("verify", forged, "--json").json
    assert told["changed_files"] == [name]
    assert told["proven"] is False


@pytest.mark.slow
def test_a_place_that_cannot_be_written_is_told_before_solving(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter.txt").write_text("dear")
    said = cli.call("run", cli.original(), "--out", tmp_path / "letters", "--json")
    assert said.code == 2
    assert "solving" not in said.err


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.2, 0.6, 1.2])
def test_an_interrupt_while_loading_ends_in_a_sentence(after, tmp_path):
    """However early: no traceback."""
    command = [sys.executable, "-c", "from energy_model.cli.start import main; main()"]
    arguments = ["run", str(cli.original()), "--out", str(tmp_path / "run")]
    with subprocess.Popen([*command, *arguments], stderr=subprocess.PIPE, text=True) as process:
        time.sleep(after)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode in (
        4,
        -signal.SIGINT,
    )  # before Python itself stands, nobody can answer
    if process.returncode == 4:
        assert "Traceback" not in said
        assert "Nothing was written" in said
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_scenarios_and_changes_by_hand_add_up(tmp_path):
    """The scenario doubles the price of gas, the change triples that: 40 becomes 240."""
    cli.call(
        "run",
        cli.original(),
        "-s",
        "dear_gas",
        "--set",
        "carriers.gas.price *= 3",
        "-r",
        30,
        "-o",
        tmp_path / "run",
    )
    with xr.open_dataset(tmp_path / "run" / "results.nc", group="inputs/markets") as markets:
        prices = dict(zip(markets["market"].to_numpy(), markets["price"].to_numpy(), strict=True))
    assert prices["gas_market"] == "240"


@pytest.mark.slow
def test_a_target_out_of_reach_ends_in_sentences(tmp_path):
    """No plan emits less than nothing here: exit 3, what is the least, and nothing written."""
    said = cli.call(
        "run",
        cli.original(),
        "--set",
        "case.emissions.target=-10",
        "-r",
        20,
        "-o",
        tmp_path / "run",
    )
    assert said.code == 3
    assert (
        "Net emissions cannot fall to -10 t/a: 0 t/a is the least" in said.err
        or "Net emissions cannot fall to -10 t/a" in said.err
    )
    assert list(tmp_path.iterdir()) == []


def test_demand_that_must_be_served_and_cannot_ends_in_sentences(tmp_path):
    """Without its penalty the heat must be served: the sentence names carrier, site, hours and size, and what would help."""
    case = cli.copy(tmp_path)
    text = (case / "demands.csv").read_text().replace("heat_demand,5000", "heat_demand,")
    (case / "demands.csv").write_text(text)
    changes = [
        "--set",
        "conversions.*.max_capacity_added=0",
        "--set",
        "storages.*.max_capacity_added=0",
        "--set",
        "conversions.gas_boiler_village.capacity_existing=5",
    ]
    said = cli.call("run", case, *changes, "-r", 20, "-o", tmp_path / "run", "--json")
    assert said.code == 3
    assert "District heat, Village: " in said.err
    assert "gas_boiler_village" in said.err
    assert said.json["exit_code"] == 3


def test_cost_without_a_floor_ends_in_sentences(tmp_path):
    """A plant that is paid to run and may grow without end: the sentence names it."""
    changes = [
        "--set",
        "conversions.solar_park.max_capacity_added=inf",
        "--set",
        "technologies.field_solar.variable_cost=-999",
        "--set",
        "markets.power_exchange.max_sale=inf",
        "--set",
        "footprints.*.footprint=0",
    ]
    said = cli.call(
        "run",
        cli.original(),
        *changes,
        "--set",
        "links.feeder.max_capacity_added=inf",
        "-r",
        20,
        "-o",
        tmp_path / "run",
    )
    assert said.code == 3, said.err
    assert "The problem is unbounded" in said.err
    assert "solar_park" in said.err


def test_check_warns_of_a_peak_that_cannot_be_met():
    changes = [
        "--set",
        "conversions.gas_boiler_village.capacity_existing=1",
        "--set",
        "conversions.*_village.max_capacity_added=0",
        "--set",
        "storages.*.max_capacity_added=0",
    ]
    said = cli.call("check", cli.original(), *changes, "--json")
    assert said.code == 0
    assert any("District heat (Village): the demand is" in text for text in said.json["warnings"])


@pytest.mark.slow
def test_check_warns_of_a_target_out_of_reach():
    said = cli.call("check", cli.original(), "--set", "case.emissions.target=-5", "--json")
    assert any("seem out of reach" in text for text in said.json["warnings"])


def test_check_tells_the_share_of_sources():
    told = cli.call("check", cli.original(), "--json").json
    assert told["share_sourced"] + told["share_assumed"] == pytest.approx(1)
    assert told["untraced"] == []


@pytest.mark.slow
def test_the_company_pays_taxes_and_more_interest():
    seen = {}
    for view in ("socio_economic", "company"):
        seen[view] = em.solve(
            em.load_case(cli.original(), resolution=20, overrides=[f"case.perspective={view}"])
        )
    assert seen["company"].objective > seen["socio_economic"].objective
    assert seen["company"].tables["costs"].query("entry == 'taxes'")["cost"].sum() > 0


@pytest.mark.slow
def test_a_users_own_rule_in_five_lines(tmp_path):
    """Solar held to 3 MW by a rule of one's own; its price stands in the results."""
    case = em.load_case(cli.original(), resolution=20)

    def extend(model):
        model.small_solar = pyo.Constraint(expr=model.capacity_added["solar_park"] <= 3)

    run = em.solve(case, extend=extend)
    assert run.tables["capacities"].at["solar_park", "capacity_added"] == pytest.approx(3)
    assert float(run.dataset["shadow_price_small_solar"]) < 0
    opened = em.open_run(em.save(run, tmp_path / "run"))
    assert float(opened.dataset["shadow_price_small_solar"]) == float(
        run.dataset["shadow_price_small_solar"]
    )


@pytest.mark.slow
def test_profiles_remakes_the_year(tmp_path):
    case = cli.copy(tmp_path)
    before = (case / "profiles" / "year.csv").read_bytes()
    said = cli.call("timeseries", "generate", case, "--json")
    assert said.code == 0
    assert (case / "profiles" / "year.csv").read_bytes() == before
    assert {"statistic", "value", "source"} <= said.json["statistics"][0].keys()
    cli.call("timeseries", "generate", case, "--seed", 2, "--out", tmp_path / "other.csv")
    assert (tmp_path / "other.csv").read_bytes() != before


def test_init_refuses_a_folder_in_use(tmp_path):
    (tmp_path / "mine.txt").write_text("")
    said = cli.call("init", tmp_path)
    assert said.code == 2
    assert "it exists and is not empty" in said.err


@pytest.mark.slow
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_at_once_and_writes_nothing(tmp_path, by):
    """Ctrl-C in the middle of a solve: exit 4 within seconds, no half-written folder."""
    command = [
        sys.executable,
        "-m",
        "energy_model",
        "run",
        str(cli.original()),
        "-r",
        "full",
        "-o",
        str(tmp_path / "run"),
    ]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    )
    for line in process.stderr:
        if "iteration" in line:
            break
    process.send_signal(by)
    asked = time.monotonic()
    rest = process.communicate(timeout=60)[1]
    assert process.returncode == 4, rest
    assert "stopped" in rest
    assert time.monotonic() - asked < 30
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["run"], ["run", "x", "--foo"], ["frob"]])
def test_a_call_that_is_not_understood_exits_2(arguments):
    said = cli.call(*arguments)
    assert said.code == 2
    assert "Traceback" not in said.err


def test_help_names_the_exit_codes():
    said = cli.call("--help")
    assert said.code == 0
    assert "3 no solution" in said.out


def test_brackets_in_words_are_shown(ran):
    """A unit in square brackets is text, not a style."""
    folder, _ = ran
    assert "Used [ha]" in cli.call("show", folder).out


@pytest.mark.slow
def test_a_run_with_rules_of_the_users_own_says_so_and_is_not_found_again(tmp_path):
    """Its cost is another than that of the same inputs without the rule."""
    case, out = cli.original(), tmp_path / "run"

    def less_gas(m):
        m.less_gas = pyo.Constraint(expr=sum(m.purchase["gas_market", t] for t in m.steps) <= 0)

    own = em.solve(em.load_case(case, resolution=24), extend=less_gas)
    em.save(own, out)
    assert "rules of the user's own: less_gas" in cli.call("show", out).out
    plain = cli.call("run", case, "-r", 24, "--out", tmp_path / "plain", "--json").json
    compared = cli.call("compare", out, tmp_path / "plain").out
    assert "less_gas" in compared
    again = cli.call("run", case, "-r", 24, "--out", out, "--json")
    assert not again.json["found_again"]
    assert again.json["objective"] == pytest.approx(plain["objective"])
    assert "it is replaced" in again.err


@pytest.mark.slow
def test_a_run_without_its_list_of_files_is_not_shown_nor_found_again(ran, tmp_path):
    """Nothing would show that its numbers were changed."""
    run = Path(shutil.copytree(ran[0], tmp_path / "run"))
    (run / "SHA256SUMS").unlink()
    record = json.loads((run / "metadata.json").read_text(encoding="utf-8"))
    record["summary"]["total_cost"] = 1.0
    (run / "metadata.json").write_text(json.dumps(record), encoding="utf-8")
    for verb in ("show", "explain", "accounts", "report"):
        said = cli.call(verb, run)
        assert said.code == 2, verb
        assert "the list of the run's files is missing" in said.err
    again = cli.call("run", cli.original(), "--resolution", 60, "--out", run, "--json")
    assert not again.json["found_again"]
    assert again.json["summary"]["total_cost"] > 1000


@pytest.mark.slow
def test_a_program_of_another_run_is_a_fault(ran, tmp_path):
    """Listed anew, it is refused by what needs it."""
    run = Path(shutil.copytree(ran[0], tmp_path / "run"))
    other = case_builder.write(tmp_path / "case", 2, markets=[case_builder.market()])
    em.save(em.solve(em.load_case(other)), tmp_path / "other")
    shutil.copy(tmp_path / "other" / "certificate.npz", run / "certificate.npz")
    manifest.write(run)
    for verb in ("explain", "accounts", "report"):
        said = cli.call(verb, run)
        assert said.code == 2, (verb, said.err)
        assert "certificate.npz: it is the program of another run" in said.err


def test_settings_of_the_year_are_checked_with_the_case(tmp_path):
    case = cli.copy(tmp_path)
    path = case / "case.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?m)^latitude = .*$", "latitude = 123", text), encoding="utf-8")
    said = cli.call("check", case)
    assert said.code == 2
    assert "latitude" in said.err


def test_words_of_the_release_before_are_understood_with_a_warning():
    assert deprecated.translated(
        ["study", "frontier", "c", "--against=land", "--always", "a=1"]
    ) == (
        ["study", "pareto", "c", "--metric=land", "--set", "a=1"],
        [
            "'study frontier' is now 'study pareto'; the old name ends with release 0.3.",
            "'--against' is now '--metric'; the old name ends with release 0.3.",
            "'--always' is now '--set'; the old name ends with release 0.3.",
        ],
    )
    assert deprecated.translated(["table", "a.xlsx", "--to", "b"])[0][:2] == ["excel", "import"]
    assert deprecated.translated(["table", "a", "--to", "b.xlsx"])[0][:2] == ["excel", "export"]
    assert deprecated.translated(["run", "c", "--set", "a=--prove"])[1] == []
    said = cli.call("fetch", "--list")
    assert said.code == 0
    assert "deprecated: 'fetch' is now 'timeseries fetch'" in said.err


def test_every_word_of_the_release_before_leads_to_one_of_today():
    """The commands and options named by the translation exist."""
    found = typer.main.get_command(app.app)

    def command(words):
        here = found
        for word in words:
            here = here.commands[word]
        return here

    for words in deprecated.COMMANDS.values():
        command(words)
    for words, options in deprecated.OPTIONS.items():
        known = {o for p in command(words).params for o in (*p.opts, *p.secondary_opts)}
        assert set(options.values()) - deprecated.STUDIES.keys() <= known | set(
            deprecated.STUDIES.values()
        ), words


def test_the_version_is_printed():
    said = cli.call("--version")
    assert (said.code, said.out.strip()) == (0, f"energy_model {version('energy_model')}")
