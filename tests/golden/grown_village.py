"""The village of `init`, grown so that its best plan and its prices are unique and every study has a question.

The plain village has several best plans and prices (`uniqueness.py` lists them): its feeder carries power in a
circle at no cost, and nothing sets the price of gas while no gas is burnt. A stored number of such an answer
differs between computers. Here the feeder costs something, gas is wanted in every hour, and two firms are added
that exchange heat with the heat company.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
from helpers import case_builder, cli

CHANGED = {
    "links": {"feeder": {"variable_cost": 0.1, "capacity_existing": 25}},
    "conversions": {"solar_park": {"investment_cost": 360000}},
}
ADDED = {
    "sites": [
        {"site": "dairy", "label_en": "Dairy", "label_da": "Mejeri", "kind": "industry", "lon": 10.21, "lat": 56.17},
        {"site": "glass", "label_en": "Greenhouse", "label_da": "Drivhus", "kind": "industry", "lon": 10.19, "lat": 56.15},
    ],
    "firms": [
        {"firm": "dairy_company", "label_en": "Dairy", "label_da": "Mejeri", "party": "firm"},
        {"firm": "gardener", "label_en": "Gardener", "label_da": "Gartner", "party": "firm"},
        {"firm": "people", "label_en": "People", "label_da": "Borgere", "party": "citizens"},
    ],
    "conversions": [
        {"conversion": "gas_boiler_glass", "site": "glass", "carrier": "heat", "technology": "gas_boiler", "firm": "gardener", "capacity_existing": 3},
        {"conversion": "dairy_cooling", "site": "dairy", "carrier": "heat", "firm": "dairy_company", "capacity_existing": 2.5, "availability": "onshore_wind", "variable_cost": 4, "outside_energy": "yes"},
    ],
    "flows": [{"conversion": "dairy_cooling", "carrier": "heat", "coefficient": 1}],
    "markets": [
        {"market": "oil_at_dairy", "site": "dairy", "carrier": "heat", "label_en": "Heat of oil", "max_purchase": 2, "price": 90, "emission_factor": 0.3},
        {"market": "gas_at_glass", "site": "glass", "carrier": "gas", "label_en": "Gas of the greenhouse", "max_purchase": 9, "tariff": 6},
    ],
    "links": [
        {"link": "dairy_pipe", "carrier": "heat", "from_site": "dairy", "to_site": "village", "label_en": "Pipe of the dairy", "both_ways": "no", "max_capacity_added": 2, "investment_cost": 130000, "lifetime": 40, "loss_per_km": 0.01, "giver": "dairy_company", "taker": "heat_company"},
        {"link": "glass_pipe", "carrier": "heat", "from_site": "village", "to_site": "glass", "label_en": "Pipe of the greenhouse", "both_ways": "no", "max_capacity_added": 1.5, "investment_cost": 170000, "lifetime": 40, "loss_per_km": 0.01, "giver": "heat_company", "taker": "gardener"},
    ],
    "demands": [
        {"demand": "glass_heat", "site": "glass", "carrier": "heat", "label_en": "Heat of the greenhouse", "firm": "gardener", "yearly": 5, "profile": "heat_demand", "penalty": 5000},
        {"demand": "cooking", "site": "village", "carrier": "gas", "label_en": "Gas to cook with", "firm": "people", "yearly": 0.2, "penalty": 5000},
        {"demand": "lamps", "site": "glass", "carrier": "gas", "label_en": "Gas of lamps", "firm": "gardener", "yearly": 0.1, "penalty": 5000},
        {"demand": "pasteurising", "site": "dairy", "carrier": "heat", "label_en": "Heat of milk", "firm": "dairy_company", "yearly": 3, "penalty": 5000},
        {"demand": "fence", "site": "field", "carrier": "electricity", "label_en": "Electric fence", "firm": "people", "yearly": 0.1, "penalty": 5000},
    ],
}  # fmt: skip
PROFILES = ("onshore_wind", "field_sun", "air_cop", "heat_demand", "electricity_demand", "electricity_price")  # fmt: skip
TARGET = 150  # the most that may be emitted [t/a]; the least-cost plan without a target emits 151.5
RESOLUTION = 24
STEPS_PER_DAY = 8  # three typical days; steps in order have several best plans


def write(folder: Path) -> Path:
    """The grown village as a new folder below another; its folder."""
    folder = cli.copy(folder)
    for name in sorted({*CHANGED, *ADDED}):
        path = folder / f"{name}.csv"
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        headers = {column.name: column.header for column in case_builder.DECLARED[name].columns}
        headers |= {header.split(" [")[0]: header for header in frame}  # in the file's own units
        for row, cells in CHANGED.get(name, {}).items():
            for column, value in cells.items():
                frame.loc[frame.iloc[:, 0] == row, headers[column]] = str(value)
        new = [{headers[c]: str(v) for c, v in row.items()} for row in ADDED.get(name, ())]
        frame = pd.concat([frame, pd.DataFrame(new, dtype=str)]).fillna("")
        frame.to_csv(path, index=False)
    year = folder / "profiles" / "year.csv"
    hours = pd.read_csv(year, dtype=str)
    kept = [name for name in hours if name.split(" [")[0] in ("hour", *PROFILES)]
    hours[kept].to_csv(
        year, index=False
    )  # those in use, so that each of many cases is read quickly
    toml = folder / "case.toml"
    text = toml.read_text(encoding="utf-8")
    steps = f"resolution = {RESOLUTION}\nsteps_per_day = {STEPS_PER_DAY}"
    text = re.sub(r"(?m)^resolution = .*$", steps, text)
    text = re.sub(r"(?m)^target = .*$", f"target = {TARGET}", text)
    toml.write_text(text, encoding="utf-8")
    return folder
