"""Bad inputs: each ends in one sentence with file, row, column, value and remedy; exit 2; nothing written."""

import re

import pytest
from helpers import cli


def edited(file, before, after):
    """A change of a file's text."""

    def change(case):
        path = case / file
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    return change


def profile_row(row, text):
    """A change of one row of the profiles; None removes it."""

    def change(case):
        path = case / "profiles" / "year.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        if text is None:
            del lines[row]
        else:
            stamp, *values = lines[row].split(",")
            lines[row] = ",".join([stamp, text, *values[1:]])
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    return change


def without(file):
    """A file taken away."""
    return lambda case: (case / file).unlink()


def scenario(text):
    """A scenario file of the name tried below."""
    return lambda case: (case / "scenarios" / "tried.toml").write_text(text, encoding="utf-8")


def not_utf8(file):
    """A file saved with Latin letters in another encoding."""

    def change(case):
        text = (case / file).read_text(encoding="utf-8")
        (case / file).write_bytes(text.replace("Landsby", "Møllevang").encode("latin-1"))

    return change


def twice(case):
    """The same hour twice."""
    path = case / "profiles" / "year.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[100] = lines[99]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


BAD = {
    "missing case.toml": (without("case.toml"), [], r"case\.toml: the file is missing"),
    "missing table": (without("carriers.csv"), [], r"carriers\.csv: the file is missing; create it"),
    "missing column": (edited("markets.csv", "market,site", "name,site"), [], r"markets\.csv: the column 'market' is missing; add it"),
    "unknown column": (edited("demands.csv", "penalty [EUR/MWh]", "penality [EUR/MWh]"), [], r"demands\.csv, row 1: 'penality \[EUR/MWh\]' is given; there is no such column; nearest are penalty"),
    "missing unit": (edited("demands.csv", "yearly [GWh/a]", "yearly"), [], r"demands\.csv, row 1: 'yearly' is given; the unit is missing; write 'yearly \[unit/a\]'"),
    "blank unit": (edited("flows.csv", "coefficient [unit/unit]", "coefficient [ ]"), [], r"flows\.csv, row 1: 'coefficient \[ \]' is given; the unit is missing; write 'coefficient \[unit/unit\]'"),
    "wrong unit": (edited("demands.csv", "yearly [GWh/a]", "yearly [GW]"), [], r"demands\.csv, row 1: 'yearly \[GW\]' is given; the unit does not fit"),
    "unit of another carrier": (edited("conversions.csv", "max_capacity_added [MW]", "max_capacity_added [t/h]"), [], r"conversions\.csv, row 2 \(gas_boiler_village\), max_capacity_added \[t/h\]: the unit of the header is t, but that of this row is MWh"),
    "text for a number": (edited("conversions.csv", "heat_company,25,", "heat_company,many,"), [], r"conversions\.csv, row 2 \(gas_boiler_village\), capacity_existing \[MW\]: 'many' is given; write zero or more"),
    "negative capacity": (edited("conversions.csv", "heat_company,25,", "heat_company,-25,"), [], r"row 2 \(gas_boiler_village\), capacity_existing \[MW\]: '-25\.0' is given; write zero or more"),
    "98 for a share": (edited("technologies_storage.csv", "0.99,0.99", "98,0.99"), [], r"technologies_storage\.csv, row 2 \(steel_tank\), efficiency_in \[1\]: '98\.0' is given; write a number between 0 and 1 \(0\.98 for 98 %\)"),
    "not a number": (edited("conversions.csv", "heat_company,25,", "heat_company,nan,"), [], r"capacity_existing \[MW\]: 'nan' is given; write zero or more"),
    "infinite cost": (edited("demands.csv", "heat_demand,5000", "heat_demand,inf"), [], r"demands\.csv, row 2 \(village_heat\), penalty \[EUR/MWh\]: 'inf' is given; write a number from 1e-06 up"),
    "number in a profile missing": (profile_row(57, ""), [], r"profiles/year\.csv, row 58, air_temperature \[degC\]: 'nothing' is given; write a number; a year has no gaps"),
    "text in a profile": (profile_row(57, "warm"), [], r"profiles/year\.csv, row 58, air_temperature \[degC\]: 'warm' is given"),
    "NaN in a profile": (profile_row(57, "nan"), [], r"profiles/year\.csv, row 58, air_temperature \[degC\]: 'nan' is given"),
    "profile too short": (profile_row(57, None), [], r"profiles/year\.csv, row 58, hour: .* the file has 8759 rows; give 8760"),
    "hour twice in a profile": (twice, [], r"profiles/year\.csv, row 101, hour: '2030-01-05T02:00Z' is given; the hour occurs twice"),
    "profile that is not there": (edited("conversions.csv", "field_sun", "field_son"), [], r"conversions\.csv, row 4 \(solar_park\), availability \[1\]: 'field_son' is given; there is no profile 'field_son'; nearest are field_sun"),
    "profile above one for a share": (edited("conversions.csv", "field_sun", "heat_demand"), [], r"availability \[1\]: 'heat_demand' is given; its value in hour \d+ is \d\.\d+; write a number between 0 and 1"),
    "duplicate key": (edited("sites.csv", "field,Field", "village,Field"), [], r"sites\.csv, row 3, site: 'village' is given; the name is already in sites\.csv, row 2 \(village\)"),
    "name with two meanings": (edited("links.csv", "feeder,electricity", "tank,electricity"), [], r"the name is also in storages; rename one of the two, as names are unique in a case"),
    "dangling name": (edited("storages.csv", "tank,village", "tank,vilage"), [], r"storages\.csv, row 2 \(tank\), site: 'vilage' is given; it is not in sites\.csv; nearest are village"),
    "dangling technology": (edited("conversions.csv", ",air_heat_pump,", ",air_pump,"), [], r"technology: 'air_pump' is given; it is not in technologies\.csv; nearest are air_heat_pump"),
    "flows of nobody": (edited("flows.csv", "field_solar,electricity", "solar_field,electricity"), [], r"flows\.csv, row 6 \(solar_field:run:electricity\), conversion: 'solar_field' is given; it is neither in conversions\.csv nor in technologies\.csv"),
    "demand nobody can serve": (edited("demands.csv", "village_heat,village,heat", "village_heat,field,heat"), [], r"demands\.csv, row 2 \(village_heat\), carrier: 'heat' is given; nothing produces, transports or sells heat at field"),
    "selling above buying": (edited("markets.csv", "electricity_price,19,1,1.1", "electricity_price,-3,1,0"), [], r"markets\.csv, row 2 \(power_exchange\), sale_price: .* selling must not earn more than buying costs"),
    "ragged row": (edited("demands.csv", "heat_demand,5000", "heat_demand,5,000"), [], r"demands\.csv, row 2: the row has 9 cells where the header has 8"),
    "not UTF-8": (not_utf8("sites.csv"), [], r"sites\.csv, row 1, after '.*': a letter is not UTF-8; save the file as UTF-8"),
    "not TOML": (edited("case.toml", "[time]", "[time"), [], r"case\.toml: it is not TOML .*; correct that line"),
    "unknown setting": (edited("case.toml", "resolution = 400", "resolutoin = 400"), [], r"case\.toml, time\.resolutoin: '400' is given; there is no such setting; nearest are resolution"),
    "absurd resolution": (edited("case.toml", "resolution = 400", "resolution = 0"), [], r"case\.toml, time\.resolution: '0' is given"),
    "unknown perspective": (edited("case.toml", 'perspective = "socio_economic"', 'perspective = "mine"'), [], r"case\.toml, perspective: 'mine' is given; there is no such perspective; known are socio_economic, company"),
    "empty file": (lambda case: (case / "firms.csv").write_text(""), [], r"firms\.csv: the file is empty"),
    "source without publication": (edited("sources.csv", '"Danish Energy Agency, Technology Data",2024,"2030', ',,"2030'), [], r"sources\.csv, row 2, publication: name the publication and its year"),
    "unknown scenario": (None, ["--scenario", "hot_summer"], r"scenarios/hot_summer\.toml: there is no such scenario; known are dear_gas"),
    "unknown default scenario": (edited("case.toml", "perspective =", 'default_scenario = "hot"\nperspective ='), [], r"case\.toml, default_scenario: 'hot' is given; there is no such scenario; known are dear_gas"),
    "unknown extended scenario": (scenario('extends = "hot"'), ["--scenario", "tried"], r"scenarios/tried\.toml, extends: 'hot' is given; there is no such scenario; known are dear_gas, tried"),
    "cyclic scenario": (scenario('extends = "tried"'), ["--scenario", "tried"], r"scenarios/tried\.toml: 'tried' is given; the scenarios extend each other in a cycle \(tried → tried\)"),
    "scenario that changes nothing": (scenario('changes = ["conversions.windmill.investment_cost = 0"]'), ["--scenario", "tried"], r"scenarios/tried\.toml, conversions\.windmill\.investment_cost: conversions has no row 'windmill'"),
    "address without an operation": (None, ["--set", "carriers.co2.price"], r"--set: 'carriers\.co2\.price' is given; write ADDRESS = VALUE"),
    "address that matches no column": (None, ["--set", "carriers.co2.prise=1"], r"--set, carriers\.co2\.prise: carriers has no column 'prise'; nearest are price"),
    "address that matches no table": (None, ["--set", "carrier.co2.price=1"], r"there is no table 'carrier'; nearest are carriers"),
    "bad value by hand": (None, ["--set", "storages.tank.max_hours=-1"], r"storages\.csv, row 2 \(tank\), max_hours \(set by --set: storages\.tank\.max_hours = -1\): '-1\.0' is given; write a number from 1e-06 up"),
    "text multiplied": (None, ["--set", "storages.tank.site*=2"], r"'site' is not a number that can be changed; use ="),
    "steps that follow nothing": (None, ["--set", 'case.time.clustering_profiles = ["tides"]'], r"case\.toml, time\.clustering_profiles \(set by --set\): 'tides' is given; there is no such profile"),
    "resolution in words": (None, ["--resolution", "fine"], r"time\.resolution \(set by the resolution asked for\): 'fine' is given; write a whole number"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", BAD)
def test_a_fault_is_told_with_its_place_and_remedy(name, tmp_path):
    change, arguments, sentence = BAD[name]
    case = cli.copy(tmp_path)
    if change is not None:
        change(case)
    said = cli.call("run", case, "--out", tmp_path / "run", *arguments)
    assert said.code == 2, said.err
    assert re.search(sentence, said.err), said.err
    assert "Traceback" not in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["village"], "something was written"


def test_all_faults_are_told_at_once(tmp_path):
    """Three files, three faults, one run."""
    case = cli.copy(tmp_path)
    for name in ("dangling name", "98 for a share", "missing unit", "text in a profile"):
        BAD[name][0](case)
    said = cli.call("check", case)
    assert said.code == 2
    assert "4 faults in the inputs" in said.err


def test_a_fault_of_the_settings_hides_no_fault_of_the_tables(tmp_path):
    """case.toml and a table are wrong: both are told."""
    case = cli.copy(tmp_path)
    BAD["dangling name"][0](case)
    toml = (case / "case.toml").read_text()
    (case / "case.toml").write_text("detour_factor = -1\n" + toml)
    said = cli.call("check", case, "--set", 'case.perspective = "nobody"')
    assert said.code == 2
    assert "3 faults in the inputs" in said.err
    assert re.search(r"case\.toml, detour_factor: '-1' is given", said.err)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda c: (c / "sites.csv").unlink(), "sites.csv: the file is missing"),
        (lambda c: _tabs(c / "firms.csv"), "cells are separated by tabs"),
        (lambda c: (c / "profiles" / "year.csv").unlink(), "there is no profile, and cells name"),
        (lambda c: _shorten(c / "profiles" / "year.csv"), "the file has 8759 rows"),
        (lambda c: _one_comma_more(c / "carriers.csv", "heat"), "add or remove commas"),
    ],
)
def test_one_cause_is_told_once(change, told, tmp_path):
    """Not again by every row that names what could not be read."""
    case = cli.copy(tmp_path)
    change(case)
    said = cli.call("check", case)
    assert said.code == 2
    assert "1 fault in the inputs" in said.err, said.err
    assert told in said.err


def test_a_misspelt_table_does_not_vanish(tmp_path):
    case = cli.copy(tmp_path)
    (case / "storages.csv").rename(case / "storage.csv")
    said = cli.call("check", case)
    assert said.code == 2
    assert "storage.csv: no table has this name; nearest are storages" in said.err


@pytest.mark.parametrize("text", ["750,5", "1 500", "1,500.5"])
def test_a_decimal_comma_is_named_as_such(text, tmp_path):
    case = cli.copy(tmp_path)
    said = cli.call("check", case, "--set", f"storages.tank.capacity_existing = {text}")
    assert said.code == 2
    assert "a point before decimals" in said.err


def _tabs(path):
    path.write_text(path.read_text().replace(",", "\t"))


def _one_comma_more(path, row):
    path.write_text(path.read_text().replace(f"\n{row},", f"\n{row},,"))


def _shorten(path):
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:100] + lines[101:]))


def test_a_fault_is_json_if_asked_for(tmp_path):
    """Standard output holds JSON and nothing else."""
    said = cli.call("check", tmp_path / "nowhere", "--json")
    assert said.code == 2
    assert said.json["exit_code"] == 2
    assert "there is no such folder" in said.json["faults"][0]


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    """A run never replaces what is not a run."""
    case = cli.copy(tmp_path)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter.txt").write_text("dear")
    said = cli.call("run", case, "--out", tmp_path / "letters", "--resolution", 10)
    assert said.code == 2
    assert "the folder holds something else" in said.err
    assert [p.name for p in (tmp_path / "letters").iterdir()] == ["letter.txt"]


def test_a_target_that_cannot_be_written_is_told(tmp_path):
    """A file stands where the folder should."""
    case = cli.copy(tmp_path)
    (tmp_path / "file").write_text("")
    said = cli.call("run", case, "--out", tmp_path / "file" / "run", "--resolution", 10)
    assert said.code == 2
    assert "it cannot be written" in said.err


@pytest.mark.slow
def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    """The disk fills while the last file is written: nothing half-written stays."""
    case = cli.copy(tmp_path)

    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("energy_model.optimization.certificate.store", full)
    said = cli.call("run", case, "--out", tmp_path / "run", "--resolution", 10)
    assert said.code == 2
    assert "No space left on device" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["village"]


@pytest.mark.slow
def test_a_run_that_is_incomplete_is_told(tmp_path):
    """A run without its results cannot be shown; the sentence says what to do."""
    case = cli.copy(tmp_path)
    assert cli.call("run", case, "--out", tmp_path / "run", "--resolution", 10).code == 0
    (tmp_path / "run" / "certificate.npz").unlink()
    said = cli.call("verify", tmp_path / "run")
    assert said.code == 2
    assert "certificate.npz is missing; run the case again" in said.err
