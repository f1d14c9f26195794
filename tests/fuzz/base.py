"""The case that is mutated: a day of 24 hours that holds a row of every table, two profile files,
a weather file, two scenarios, sources, a measured file and a table of cases for a sweep."""

from __future__ import annotations

import copy
import csv
import io
from functools import cache

import numpy as np
import pandas as pd
from helpers.case_builder import DECLARED
from helpers.full_feature_case import EVERYTHING

HOURS = 24
MEASURED_YEAR = 2023
MEASURED = f"measured/open_meteo_{MEASURED_YEAR}.csv"
CASES = "study/cases.csv"  # the table of cases for a sweep
STAMP = "%Y-%m-%dT%H:%MZ"

CASE_TOML = """\
# Sæt af indstillinger
name = "fuzzed"
title_en = "A day"
title_da = "Et døgn på åen"
target_year = 2030
price_year = 2025
default_scenario = "dear"
perspective = "plain"
detour_factor = 1.3

[time]
hours = 24
resolution = "full"
clustering_profiles = ["price", "shape"]
steps_per_day = 0
weather_year = "cold"

[emissions]
carrier = "co2"
target = 30.0
credit_exports = true

[acceptance]
citizens_price = 0.5
firms_price = 0.25

[solver]
method = "auto"
time_limit = 600.0

[perspectives.plain]
discount_rate = 0.05
cost_components = ["price", "tariff", "tax"]
cost_factor = 1.1

[perspectives.company]
discount_rate = 0.08
cost_components = ["price", "tariff", "tax"]
"""
DEAR = """\
# Dyrere gas på åen
title_en = "Dear gas"
title_da = "Dyr gas på åen"
extends = "step"
changes = ["carriers.gas.price *= 1.125", "technologies.pu*.investment_cost *= 1.5"]
"""
STEP = """\
title_en = "A step"
changes = ["carriers.co2.price += 10", "demands.light.yearly *= 1.25"]
"""
SOURCES = """\
table,rows,columns,kind,publication,year,note
carriers,gas,price,source,"Danish Energy Agency, Prices på gas",2024,from table 3
conversions,chp,fixed_cost,assumption,,,half of that of a new plant
demands,*,yearly,assumption,,,thrown with dice
"""
SWEEP = """\
name,scenario,carriers.co2.price,carriers.gas.price *=
første,dear,12.5,1.25
anden,step,50,
tredje,,,0.75
"""
FIRMS = [
    {"firm": "works", "label_en": "Works", "label_da": "Værket", "party": "firm"},
    {"firm": "city", "label_en": "City", "label_da": "Byen på åen", "party": "city"},
]
YEARLY = {  # what EVERYTHING says of four hours is said of 24
    ("conversions", "full_load_hours"), ("markets", "max_yearly_purchase"), ("markets", "min_yearly_purchase"),
    ("demands", "yearly"), ("fleets", "distance"), ("limits", "amount"),
    ("residual_emissions", "amount"),
}  # fmt: skip
FURTHER = {  # cells that EVERYTHING leaves empty, so that every column holds something
    "chp": {"firm": "works", "lifetime": 25, "investment_cost": 500, "group": "power"},
    "heat_pump": {
        "site": "nørreå",
        "outside_energy": "yes",
        "label_da": "Varmepumpen på åen",
        "group": "heat",
    },
    "tank": {
        "efficiency_in": 0.95,
        "efficiency_out": 0.96,
        "investment_cost": 12.5,
        "firm": "works",
    },
    "pipe": {"firm": "works", "giver": "works", "taker": "city", "loss": 0.01, "fixed_cost": 1.5},
    "cable": {"length": 12.5},
    "grid": {"max_purchase": 40, "firm": "works"},
    "gas_market": {"max_purchase": "inf"},
    "light": {"firm": "city"},
    "farming": {"label_da": "Landbruget på åen"},
}
UNITS = {  # headers in units of their own, where all rows of the table share one
    ("technologies", "investment_cost"): "EUR/MW", ("storages", "max_hours"): "h",
    ("demands", "penalty"): "EUR/MWh", ("sites", "lat"): "°",
}  # fmt: skip


def _rows() -> dict[str, list[dict]]:
    """Rows of every table."""
    parts = copy.deepcopy(EVERYTHING)
    tables = {name: rows for name, rows in parts.items() if name in DECLARED}
    for name, rows in tables.items():
        for row in rows:
            row.update(FURTHER.get(str(row.get(DECLARED[name].key[0])), {}))
            for column in [c for c in row if (name, c) in YEARLY]:
                row[column] = float(row[column]) * 6
    tables["firms"] = copy.deepcopy(FIRMS)
    for site in tables["sites"]:
        site.setdefault("lat", 56.0)
        site |= {"lon": 10.25 if site["site"] == "here" else 10.5, "label_da": "Stedet på åen"}
    technology = tables["technologies"][0]
    technology |= {"label_da": "Varmepumpe på åen", "fixed_cost": 2.5, "group": "heat"}
    return tables


def _renamed(text: str) -> str:
    """The site `here` has a Danish name, so that letters of every file matter."""
    return "nørreå" if text == "here" else text.replace("here:", "nørreå:")


def _table(name: str, rows: list[dict]) -> str:
    columns = [c.name for c in DECLARED[name].columns if any(c.name in row for row in rows)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        [
            f"{c} [{UNITS[name, c]}]" if (name, c) in UNITS else DECLARED[name][c].header
            for c in columns
        ]
    )
    for row in rows:
        writer.writerow([_renamed(str(row.get(c, ""))) for c in columns])
    return text.getvalue()


def hourly(stamps: pd.DatetimeIndex, **columns: np.ndarray) -> str:
    """A profile file's text; headers are given as ``name__unit``."""
    frame = pd.DataFrame({"hour": stamps.strftime(STAMP)} | columns)
    return frame.to_csv(index=False, lineterminator="\n")


def _profiles() -> dict[str, str]:
    t = np.arange(HOURS)
    shape = 1 + (t % 4) + np.round(t / 24, 3)
    price = np.array([10.5, 100, 30, 20])[t % 4] + t
    cop = np.array([2, 3, 4, 3])[t % 4] + np.round(t / 48, 3)
    share = np.array([0.2, 0.9, 1, 0.4])[t % 4]
    at = pd.date_range("2030-01-01", periods=HOURS, freq="h", tz="UTC")
    return {
        "profiles/a_shapes.csv": hourly(at, **{"shape [1]": shape, "share [1]": share}),
        "profiles/prices.csv": hourly(at, **{"price [EUR/MWh]": price, "cop [1]": cop - 0.5}),
        "weather/cold.csv": hourly(at, **{"cop [1]": cop}),
    }


def _measured() -> str:
    at = pd.date_range(f"{MEASURED_YEAR}-01-01", periods=8760, freq="h", tz="UTC")
    wave = np.sin(np.arange(8760) / 24)
    columns = {"air_temperature [degC]": np.round(8 + 9 * wave, 2),
               "wind_speed [m/s]": np.round(6 + 3 * wave, 2)}  # fmt: skip
    return hourly(at, **columns)


@cache
def files() -> dict[str, bytes]:
    """The files of the case by path; text in UTF-8 with line feeds."""
    rows = _rows()
    tables = {f"{name}.csv": _table(name, found) for name, found in rows.items()}
    mass = [row for row in rows["carriers"] if row.get("unit") == "t"]
    energy = [row for row in rows["carriers"] if row.get("unit") != "t"]
    tables["carriers.csv"] = _table("carriers", energy)
    tables["carriers_mass.csv"] = _table("carriers", mass)
    texts = {
        "case.toml": CASE_TOML, "scenarios/dear.toml": DEAR, "scenarios/step.toml": STEP,
        "sources.csv": SOURCES, CASES: SWEEP, MEASURED: _measured(), **tables, **_profiles(),
    }  # fmt: skip
    return {name: text.encode() for name, text in texts.items()}
