"""Schema: the names, units and meanings of all profiles, in the order of the columns, and their CSV."""

from collections.abc import Mapping

import pandas as pd

COLUMNS = {
    "air_temperature": ("degC", "Temperature of the outdoor air"),
    "sea_temperature": ("degC", "Temperature of the sea at the depth of a heat pump's intake"),
    "waste_water_temperature": (
        "degC",
        "Temperature of treated waste water at the outlet of the plant",
    ),
    "wind_speed": ("m/s", "Wind speed 10 m above ground"),
    "sun": ("W/m2", "Global irradiation on level ground, mean of the hour"),
    "network_temperature": ("degC", "District-heating supply temperature at the plants"),
    "onshore_wind": ("1", "Output of wind turbines on land per unit of capacity"),
    "nearshore_wind": ("1", "Output of wind turbines in the bay per unit of capacity"),
    "field_sun": ("1", "Output of solar fields per unit of grid connection"),
    "roof_sun": ("1", "Output of solar roofs per unit of inverter capacity"),
    "air_cop": ("1", "Heat per electricity of a large heat pump on outdoor air"),
    "sea_cop": ("1", "Heat per electricity of a large heat pump on sea water"),
    "waste_water_cop": ("1", "Heat per electricity of a large heat pump on waste water"),
    "surplus_heat_cop": ("1", "Heat per electricity of a large heat pump on surplus heat"),
    "home_cop": ("1", "Heat per electricity of a house's heat pump on outdoor air"),
    "sea_available": ("1", "Share of a sea-water heat pump that can run without icing"),
    "electricity_demand": (
        "1",
        "Electricity demand without vehicles and heat pumps, relative to its mean",
    ),
    "heat_demand": ("1", "District heat sent out by the plants relative to its mean"),
    "space_heat": ("1", "Heat for rooms relative to its mean"),
    "hot_water": ("1", "Heat for hot tap water relative to its mean"),
    "cooling_demand": ("1", "Cooling of hospitals and data centres relative to its mean"),
    "car_driving": ("1", "Driving energy of cars relative to its mean"),
    "van_driving": ("1", "Driving energy of vans relative to its mean"),
    "truck_driving": ("1", "Driving energy of trucks relative to its mean"),
    "bus_driving": ("1", "Driving energy of buses relative to its mean"),
    "car_plugged": ("1", "Share of electric cars connected to a charger"),
    "van_plugged": ("1", "Share of electric vans connected to a charger"),
    "truck_plugged": ("1", "Share of electric trucks connected to a charger"),
    "bus_plugged": ("1", "Share of electric buses connected to a charger"),
    "ships_at_berth": ("1", "Electricity demand of ships at berth relative to its mean"),
    "electricity_price": ("EUR/MWh", "Day-ahead price of electricity in the bidding zone"),
    "grid_emissions": ("t/MWh", "Carbon dioxide per unit of electricity bought from the grid"),
}
UNITS = {name: unit for name, (unit, _) in COLUMNS.items()}
MEANINGS = {name: f"{meaning}." for name, (_, meaning) in COLUMNS.items()}

DECIMALS = {"degC": 2, "m/s": 2, "W/m2": 1, "1": 4, "EUR/MWh": 2, "t/MWh": 6}


DIGITS = 5  # significant digits of every value of a generated year


def as_text(hours: pd.DataFrame, units: Mapping[str, str] = UNITS, digits: int = DIGITS) -> str:
    """The table as CSV: the hour in universal time, then one column a profile with its unit in the header.

    Args:
        hours: The hourly table, indexed by hour.
        units: The unit of each column; columns without one get '1'.
        digits: Significant digits of every value.
    """
    headers = {name: f"{name} [{units.get(name, '1')}]" for name in hours}
    table = (hours + 0.0).rename(columns=headers)  # no -0
    table.insert(0, "hour", pd.DatetimeIndex(hours.index).strftime("%Y-%m-%dT%H:%MZ"))
    return table.to_csv(index=False, float_format=f"%.{digits}g", lineterminator="\n")
