"""Row units: the row of a table → its units in place of ``unit`` and ``capacity``."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from energy_model.case.input_log import InputLog
from energy_model.case.system import ASSET_TABLES

CAPACITY_OF = {"MWh": "MW", "t": "t/h", "thousand_km": "thousand_km/h"}
CAPACITY_COSTS = ("investment_cost", "fixed_cost", "investment_cost_per_km", "fixed_cost_per_km")
Frames = Mapping[str, pd.DataFrame]


def check_row_units(frames: Frames, reading: InputLog) -> None:
    """Adds an issue for a header whose unit differs from that of a row's carrier or technology."""
    for (table, key, column), header_unit in reading.given_units.items():
        row_unit = _wanted(frames, table, key, column)
        if row_unit is not None and header_unit != row_unit:
            remedy = f"the header counts in {header_unit}, but this row is counted in {row_unit}; move it "
            remedy += f"to a file of its own, such as {table}_other.csv, with that unit"
            reading.wrong(table, key, column, "", remedy)
    for table in ASSET_TABLES:
        for key, technology in frames[table]["technology"].items():
            if technology in frames["technologies"].index:
                technology_unit = frames["technologies"].at[technology, "capacity_unit"]
                row_unit = _capacity_unit(frames, table, key)
                if row_unit is not None and technology_unit != row_unit:
                    remedy = (
                        f"the technology is counted in {technology_unit}, the row in {row_unit}"
                    )
                    reading.wrong(table, key, "technology", technology, remedy)


def _wanted(frames: Frames, table: str, key: object, column: str) -> str | None:
    """Returns the unit required in a header for a row; None if any unit is allowed."""
    if table == "technologies":
        # A running cost is per unit of the carrier, and a technology has no carrier.
        return None if column == "variable_cost" else frames[table].at[key, "capacity_unit"]
    if table == "footprints" and isinstance(key, tuple):
        return frames["technologies"]["capacity_unit"].get(key[0])
    if table in ("flows", "vehicles", "fleets") and column not in CAPACITY_COSTS:
        return None
    if column in CAPACITY_COSTS:
        return _capacity_unit(frames, table, key)
    return frames["carriers"]["unit"].get(carrier_of(table, key, frames))


def carrier_of(table: str, key: object, frames: Frames) -> object:
    """Returns the carrier of a row, or None."""
    if table == "carriers":
        return key
    return frames[table].at[key, "carrier"] if "carrier" in frames[table] else None


def activity_unit(owner: object, frames: Frames) -> str | None:
    """Returns the activity unit of a conversion or of all conversions of a technology.

    None if the conversions have different units.
    """
    plants = frames["conversions"]
    carriers = (
        [plants.at[owner, "carrier"]]
        if owner in plants.index
        else plants["carrier"][plants["technology"] == owner].tolist()
    )
    units = set(frames["carriers"]["unit"].reindex(carriers).dropna())
    return units.pop() if len(units) == 1 else None


def _capacity_unit(frames: Frames, table: str, key: object) -> str | None:
    if table == "vehicles":
        return "vehicle"
    unit = frames["carriers"]["unit"].get(carrier_of(table, key, frames))
    return unit if table == "storages" else CAPACITY_OF.get(str(unit))
