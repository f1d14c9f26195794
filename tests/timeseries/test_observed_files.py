"""Hours of one's own and of services become a year: what is preferred, what is told, and what is wrong with them."""

import re

import numpy as np
import pandas as pd
import pytest
from helpers import cli

from energy_model.timeseries import observed_files

YEAR = 2024


@pytest.fixture
def case(tmp_path):
    """A copy of the village to measure in."""
    return cli.copy(tmp_path)


def files(case):
    """Every file of a case and what stands in it."""
    return {str(p.relative_to(case)): p.read_bytes() for p in sorted(case.rglob("*")) if p.is_file()}  # fmt: skip


def refused(said, *words):
    """It ends with faults in sentences, and without a traceback."""
    assert said.code == 2, said.out + said.err
    assert "Traceback" not in said.err
    for word in words:
        assert word in said.err


def measure(case, name, year=YEAR, **columns):
    """Writes a file of hours as somebody's own."""
    hours = observed_files.hours_of(year)
    wave = 1 + 0.1 * np.sin(np.arange(len(hours)) / 40)
    table = pd.DataFrame({name: mean * wave for name, mean in columns.items()}, index=hours)
    path = case / "measured" / f"{name}_{year}.csv"
    observed_files.write({path: observed_files.as_text(table)})
    return path


@pytest.mark.slow
def test_a_column_in_two_files_is_a_fault_until_one_is_preferred(case):
    measure(case, "open_meteo", air_temperature=5.0)
    measure(case, "our_own", air_temperature=9.0)
    said = cli.call("timeseries", "generate", case, "--measured", YEAR)
    refused(said, "measured/our_own_2024.csv, row 1, air_temperature", "open_meteo_2024.csv has it too", "--prefer our_own")  # fmt: skip
    made = cli.call(
        "timeseries", "generate", case, "--measured", YEAR, "--prefer", "our_own", "--json"
    )
    assert made.code == 0, made.err
    year = pd.read_csv(case / "profiles" / "year.csv")
    assert year["air_temperature [degC]"].mean() == pytest.approx(9, abs=0.01)
    refused(cli.call("timeseries", "generate", case, "--measured", YEAR, "--prefer", "dmi"), "there are open_meteo, our_own")  # fmt: skip


@pytest.mark.slow
def test_a_price_may_stay_as_it_was(case):
    measure(case, "our_own", electricity_price=111.0)
    assert (
        cli.call("timeseries", "generate", case, "--measured", YEAR, "--price-as-measured").code
        == 0
    )
    year = pd.read_csv(case / "profiles" / "year.csv")
    assert year["electricity_price [EUR/MWh]"].mean() == pytest.approx(111, abs=0.1)
    assert cli.call("timeseries", "generate", case, "--measured", YEAR).code == 0
    year = pd.read_csv(case / "profiles" / "year.csv")
    assert year["electricity_price [EUR/MWh]"].mean() == pytest.approx(60, abs=0.01)


@pytest.mark.slow
def test_what_stays_synthetic_is_said_in_words(case):
    measure(case, "our_own", wind_speed_at_hub=9.0, solar_production=3.0)
    said = cli.call("timeseries", "generate", case, "--measured", YEAR)
    assert said.code == 0
    assert "measured: wind_speed_at_hub (our_own)" in said.out
    assert "synthetic: air_temperature" in said.out
    assert "only for comparison, without effect: solar_production" in said.out
    assert "The price is synthetic" in said.out
    assert "Wind in the bay follows the wind measured on land" in said.out


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.replace("hour,", "time,", 1), "first column must be 'hour'"),
        (lambda t: t.replace("[degC]", "[K]"), "write 'air_temperature [degC]'"),
        (lambda t: t.replace("air_temperature [", "temperature ["), "unknown column"),
        (lambda t: t.replace("T05:00Z,5", "T05:00Z,", 1), "row 7, air_temperature [degC]: 'nothing'"),
        (lambda t: t.replace("T05:00Z,5", "T05:00Z,cold", 1), "'cold' is given"),
        (lambda t: t.replace("T05:00Z,5", "T05:00Z,500", 1), "from -60 to 60 degC"),
        (lambda t: t.replace("2024-01-01T05:00Z,5\n", ""), "row 7, hour: '2024-01-01T06:00Z'"),
        (lambda t: t + "2025-01-01T00:00Z,5\n", "the file has 8761 rows"),
        (lambda t: t[: len(t) // 2], "measured/our_own_2024.csv, row 4381: the row has 1 cells where the header has 2"),
        (lambda t: t.replace("\n", ",\n").replace("[degC],", "[degC],air_temperature [degC]"), "has two profiles of this name"),
        (lambda _: "", "the file is empty"),
    ],
)  # fmt: skip
def test_files_of_ones_own_are_told_what_is_wrong_with_them(case, change, words):
    path = measure(case, "our_own", air_temperature=5.0)
    flat = re.sub(r"(?m)^(20.*Z),.*", r"\1,5", path.read_text())
    path.write_text(change(flat))
    before = files(case)
    refused(cli.call("timeseries", "generate", case, "--measured", YEAR), words)
    assert files(case) == before
