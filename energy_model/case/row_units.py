"""Row units: what ``unit`` and ``capacity`` mean in the row of a table."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from energy_model.case.input_log import InputLog
from energy_model.case.system import ASSET_TABLES

CAPACITY_OF = {"MWh": "MW", "t": "t/h", "thousand_km": "thousand_km/h"}
CAPACITY_COSTS = ("investment", "fixed_cost", "investment_per_km", "fixed_cost_per_km")
Frames = Mapping[str, pd.DataFrame]


def check_row_units(frames: Frames, reading: InputLog) -> None:
    """Notes a header whose unit is not that of a row's carrier or technology."""
    for (table, key, column), given in reading.given_units.items():
        wanted = _wanted(frames, table, key, column)
        if wanted is not None and given != wanted:
            remedy = f"the header counts in {given}, but this row is counted in {wanted}; move it "
            remedy += f"to a file of its own, such as {table}_other.csv, with that unit"
            reading.wrong(table, key, column, "", remedy)
    for table in ASSET_TABLES:
        for key, technology in frames[table]["technology"].items():
            if technology in frames["technologies"].index:
                counted = frames["technologies"].at[technology, "capacity_unit"]
                wanted = _capacity_unit(frames, table, key)
                if wanted is not None and counted != wanted:
                    remedy = f"the technology is counted in {counted}, the row in {wanted}"
                    reading.wrong(table, key, "technology", technology, remedy)


def _wanted(frames: Frames, table: str, key: object, column: str) -> str | None:
    """The unit that a header is to count a row in; None if any will do."""
    if table == "technologies":
        # A running cost is counted in the carrier's unit, which a technology does not name.
        return None if column == "running_cost" else frames[table].at[key, "capacity_unit"]
    if table == "footprints" and isinstance(key, tuple):
        return frames["technologies"]["capacity_unit"].get(key[0])
    if table in ("flows", "vehicles", "fleets") and column not in CAPACITY_COSTS:
        return None
    if column in CAPACITY_COSTS:
        return _capacity_unit(frames, table, key)
    return frames["carriers"]["unit"].get(carrier_of(table, key, frames))


def carrier_of(table: str, key: object, frames: Frames) -> object:
    """The carrier a row is counted in, if it has one."""
    if table == "carriers":
        return key
    return frames[table].at[key, "carrier"] if "carrier" in frames[table] else None


def activity_unit(owner: object, frames: Frames) -> str | None:
    """The unit that the activity of a conversion, or of all that name a technology, is counted in."""
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
