"""Schema: a column of a run's tables → its unit and meaning; headers in the CSV files include the unit."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

OF_ROW = "of row"  # the unit is in the column ``unit`` of the row
FLAG = "true or false"  # in place of the unit of a column of booleans
LABELS = {
    "label_en": ("", "English label"),
    "label_da": ("", "Danish label"),
    "group": ("", "Group of assets in reports"),
    "firm": ("", "Firm that owns it, trades, or has the demand"),
    "site": ("", "Site"),
    "carrier": ("", "Carrier that flows, or whose unit measures it"),
    "table": ("", "Input table of the row"),
    "sector": ("", "Sector in reports"),
    "unit": ("", "Unit of the numbers of the row"),
    "name": ("", "Row of an input table"),
    "decision": ("", "Variable: activity, purchase, capacity_added …"),
}
COLUMNS: dict[str, dict[str, tuple[str, str]]] = {
    "capacities": {
        "asset": ("", "Name of the asset"),
        "capacity_existing": (OF_ROW, "Existing capacity"),
        "capacity_retired": (OF_ROW, "Retired existing capacity"),
        "capacity_added": (OF_ROW, "Added capacity"),
        "capacity": (OF_ROW, "Total capacity"),
        "max_capacity_added": (OF_ROW, "Maximum added capacity"),
        "at_limit": (FLAG, "Whether the addition equals the maximum added capacity"),
        "worth_of_one_more": (
            "EUR/capacity/a",
            "Saving by one unit more of the maximum, where the addition equals it",
        ),
        "yearly_activity": (
            "unit/a",
            "Activity, discharge or flow over the year, in the carrier's unit",
        ),
        "full_load_hours": (
            "h/a",
            "Yearly activity divided by capacity; for a storage, its cycles",
        ),
        "unit_investment": ("EUR/capacity", "Cost of one unit of added capacity"),
        "investment": ("EUR", "Cost of added capacity"),
        "yearly_cost": ("EUR/a", "All cost entries of the asset"),
    },
    "carriers": {
        "production": (OF_ROW, "Output of plants over the year"),
        "consumption": (OF_ROW, "Input of plants (−)"),
        "purchase": (OF_ROW, "Purchases at markets"),
        "sale": (OF_ROW, "Sales at markets (−)"),
        "demand": (OF_ROW, "Demand (−)"),
        "vehicles": (OF_ROW, "Energy use of vehicles (−), or their distance"),
        "unserved": (OF_ROW, "Unserved demand"),
        "transport_losses": (OF_ROW, "Losses of links (−)"),
        "storage_losses": (OF_ROW, "Losses of storages (−)"),
        "mean_price": ("EUR/unit", "Mean marginal price, weighted by demand"),
    },
    "costs": {
        "entry": ("", "Cost entry; the entries sum to the objective"),
        "cost": ("EUR/a", "Cost (+) or income (−)"),
    },
    "emissions": {
        "emissions": ("t/a", "Emissions (+), avoided or removed emissions (−)"),
        "scheme": ("", "Scheme under which they are paid for: ets, ets2, tax; none if nobody pays"),
        "payment": (
            "EUR/a",
            "Emissions at the emission price; the payments sum to the cost entry emissions",
        ),
    },
    "balances": {
        "bus": ("", "Carrier at a site"),
        "amount": (OF_ROW, "Supply to the bus (+) or use (−) over the year"),
    },
    "land": {
        "land_class": ("", "Land class"),
        "area": ("ha", "Available land"),
        "rent": ("EUR/ha/a", "Rent of a hectare"),
        "citizens_points": ("point/ha", "Weight of a hectare for citizens"),
        "firms_points": ("point/ha", "Weight of a hectare for firms"),
        "land_use": ("ha", "Used land"),
        "shadow_price": ("EUR/ha/a", "Value of one more hectare"),
        "citizens_total": ("point", "Points for citizens"),
        "firms_total": ("point", "Points for firms"),
    },
    "names": {},
}


def meaning(table: str, column: str) -> tuple[str, str]:
    """Unit and meaning of a column."""
    return COLUMNS[table].get(column) or LABELS.get(column, ("", ""))


SHARED = {
    "capacities": (
        "asset",
        "table",
        "label_en",
        "label_da",
        "group",
        "firm",
        "site",
        "carrier",
        "unit",
    ),
    "carriers": ("carrier", "label_en", "label_da", "unit", "sector"),
    "costs": ("entry", "decision", "name", "table", "firm", "sector", "group"),
    "emissions": ("decision", "name", "sector", "scheme"),
    "balances": ("bus", "decision", "name", "carrier", "site", "unit"),
    "land": ("site", "land_class"),
    "names": (
        "name",
        "table",
        "carrier",
        "site",
        "firm",
        "group",
        "sector",
        "label_en",
        "label_da",
    ),
}  # columns of texts


def refuse_wrong(frame: pd.DataFrame, table: str) -> None:
    """ValueError if a table of results lacks a column, or a numeric column has other values."""
    numbers = [name for name, (unit, _) in COLUMNS[table].items() if unit]
    needed = (*SHARED[table], *numbers) if len(frame) else SHARED[table][:1]
    for name in needed:
        if name not in frame:
            raise ValueError(f"there is no column {name}")
    for name in numbers:
        if len(frame) and not pd.api.types.is_numeric_dtype(frame[name]):
            raise ValueError(f"column {name} holds something that is no number")


def with_units(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """The table with the unit in the header of every column with one unit: ``cost [EUR/a]``."""
    units = {column: meaning(table, str(column))[0] for column in frame}
    return frame.rename(
        columns={
            header: f"{header} [{unit}]"
            for header, unit in units.items()
            if unit not in ("", OF_ROW, FLAG)
        }
    )


def without_units(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with column names without units."""
    return frame.rename(columns=lambda name: re.sub(r" \[.*\]$", "", str(name)))


def read_csv(path: Path, table: str) -> pd.DataFrame:
    """A table of a run from its CSV file, with plain column names.

    Columns without a declared unit hold text, which is not converted: ``0751``, ``1e3``, ``nan`` and ``True`` are
    names. Only an empty cell is missing. All other columns hold numbers, or ``True`` and ``False``.

    Raises:
        OSError: The file cannot be read.
        ValueError: A number or a boolean cannot be read.
    """
    frame = without_units(pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""]))
    for column in frame:
        unit = meaning(table, str(column))[0]
        if unit == FLAG:
            if not frame[column].isin(["True", "False"]).all():
                raise ValueError(f"column {column} holds something other than True and False")
            frame[column] = frame[column] == "True"
        elif unit:
            frame[column] = frame[column].astype(float)
    return frame
