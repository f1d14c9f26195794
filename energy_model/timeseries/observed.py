"""Observed: measured columns of a real year → weather and prices in place of the synthetic ones.

A measured input (air temperature, wind, sun, sea temperature, price) replaces the synthetic one, and the same models
compute the profiles that depend on it. Columns without measured inputs stay synthetic.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from energy_model.common.errors import InputIssue
from energy_model.timeseries.calendar import Calendar
from energy_model.timeseries.errors import DataError
from energy_model.timeseries.schema import UNITS
from energy_model.timeseries.settings import Settings
from energy_model.timeseries.stochastic import Series, month_curve
from energy_model.timeseries.weather import GROUND_WIND, Weather
from energy_model.timeseries.wind import IN_THE_BAY, ON_LAND

# Unit, meaning, and the minimum and maximum of a plausible value.
COLUMNS = {
    "air_temperature": ("degC", "Temperature of the outdoor air", -60, 60),
    "wind_speed": ("m/s", "Wind speed 10 m above ground", 0, 80),
    "wind_speed_at_hub": ("m/s", "Wind speed 100 m above ground, on land", 0, 100),
    "wind_speed_at_sea": ("m/s", "Wind speed 100 m above the bay", 0, 100),
    "sun": ("W/m2", "Global irradiation on level ground, mean of the hour", 0, 1500),
    "cloud": ("1", "Share of the sky that is covered", 0, 1),
    "sea_temperature": ("degC", "Temperature of the sea", -3, 40),
    "waste_water_temperature": ("degC", "Temperature of treated waste water", 0, 60),
    "onshore_wind": ("1", "Output of wind turbines on land per unit of capacity", 0, 1),
    "nearshore_wind": ("1", "Output of wind turbines in the bay per unit of capacity", 0, 1),
    "field_sun": ("1", "Output of solar fields per unit of grid connection", 0, 1),
    "roof_sun": ("1", "Output of solar roofs per unit of inverter capacity", 0, 1),
    "electricity_price": ("EUR/MWh", "Day-ahead price in the bidding zone", -10_000, 20_000),
    "electricity_demand": ("MWh", "Electricity demand of the hour, all uses", 0, 1e7),
    "solar_production": ("MWh", "Electricity produced by solar panels in the hour", 0, 1e6),
    "onshore_wind_production": (
        "MWh",
        "Electricity produced by wind turbines on land in the hour",
        0,
        1e6,
    ),
    "offshore_wind_production": (
        "MWh",
        "Electricity produced by wind turbines at sea in the hour",
        0,
        1e6,
    ),
    "thermal_production": ("MWh", "Electricity produced by power stations in the hour", 0, 1e6),
}
MEASURED_UNITS = {name: unit for name, (unit, _, _, _) in COLUMNS.items()}
# Columns that are not an input of the models.
FOR_COMPARISON = tuple(name for name in COLUMNS if name.endswith("_production"))

# Measurement heights [m] and exponents of the power law of wind with height: over land from the means at 10 and
# 100 m (`weather.GROUND_WIND`); over open water about half of it, an assumption.
GROUND, HUB = 10.0, 100.0
LAND_SHEAR = float(np.log(1 / GROUND_WIND) / np.log(HUB / GROUND))
SEA_SHEAR = 0.1

WEATHER = ("air_temperature", "wind_speed", "wind_speed_at_hub", "sun", "cloud")
_AIR = ("air_temperature",)
_WIND = ("wind_speed_at_hub", "wind_speed")
_PRICE_DRIVERS = (
    *_AIR,
    *_WIND,
    "wind_speed_at_sea",
    "onshore_wind",
    "nearshore_wind",
    "electricity_demand",
)
# The inputs of each column that is not measured itself.
DRIVEN_BY: dict[str, tuple[str, ...]] = {
    "sea_temperature": _AIR,
    "waste_water_temperature": _AIR,
    "wind_speed": ("wind_speed_at_hub",),
    "sun": ("cloud",),
    "network_temperature": _AIR,
    "onshore_wind": _WIND,
    "nearshore_wind": ("wind_speed_at_sea", *_WIND),
    "field_sun": WEATHER,
    "roof_sun": WEATHER,
    "air_cop": _AIR,
    "sea_cop": ("sea_temperature", *_AIR),
    "waste_water_cop": ("waste_water_temperature", *_AIR),
    "surplus_heat_cop": _AIR,
    "home_cop": _AIR,
    "sea_available": ("sea_temperature", *_AIR),
    "electricity_demand": _AIR,
    "heat_demand": WEATHER,
    "space_heat": WEATHER,
    "cooling_demand": _AIR,
    "car_driving": _AIR,
    "van_driving": _AIR,
    "truck_driving": _AIR,
    "bus_driving": _AIR,
    "electricity_price": _PRICE_DRIVERS,
    "grid_emissions": ("electricity_price", *_PRICE_DRIVERS),
}


def validate_observed(measured: pd.DataFrame | None, clock: Calendar) -> dict[str, Series]:
    """The measured columns by name, in the hours of the calendar; empty without measured data.

    Raises:
        DataError: A column is unknown, an hour is missing, or a value is not plausible.
    """
    if measured is None:
        return {}
    unknown = [str(name) for name in measured if name not in COLUMNS]
    if unknown:
        remedy = f"unknown column; valid columns are {', '.join(COLUMNS)}"
        raise DataError.at("measured year", remedy, value=", ".join(unknown))
    if not measured.index.equals(clock.hours):
        year = clock.hours[0].year
        remedy = f"its hours are not the 8760 of {year} in universal time, without 29 February"
        raise DataError.at("measured year", remedy)
    issues = [issue for name in measured if (issue := _issue(str(name), measured[name]))]
    if issues:
        raise DataError(issues)
    return {str(name): measured[name].to_numpy(dtype=float) for name in measured}


def _issue(name: str, values: pd.Series) -> InputIssue | None:
    """The issue of a column with an implausible or constant value, or None."""
    unit, _, low, high = COLUMNS[name]
    outside = ~values.between(low, high)
    if outside.any():
        hour = pd.Timestamp(values.index[int(outside.to_numpy().argmax())])
        remedy = (
            f"a value from {low:,} to {high:,} {unit} is required at {hour:%Y-%m-%dT%H:%MZ}; "
            f"{int(outside.sum())} hours are outside, so check the unit"
        )
        return InputIssue(f"measured year, {name}", remedy, value=f"{values[hour]:g}")
    if name not in FOR_COMPARISON and values.nunique() == 1:
        remedy = "all hours have the same value; check the source of the column, or remove it"
        return InputIssue(f"measured year, {name}", remedy, value=f"{values.iloc[0]:g}")
    return None


def merge_weather(
    synthetic: Weather, measured: Mapping[str, Series], settings: Settings, clock: Calendar
) -> Weather:
    """The synthetic weather with measured series in its place, wind converted to hub height.

    Wind at hub height comes from measurements at 100 m, otherwise at 10 m, by the power law. Without measured wind at
    sea it is proportional to measured wind on land, in the ratio of the settings' means.
    """
    weather = replace(synthetic, cloud=measured.get("cloud", synthetic.cloud))
    if "air_temperature" in measured:
        air = measured["air_temperature"]
        normal = month_curve(clock.month, settings.air_temperatures)
        weather = replace(weather, air_temperature=air, warmth=air - normal)
    if (hub := measured.get("wind_speed_at_hub")) is not None:
        on_land = _at_height(hub, HUB, ON_LAND.hub_height, LAND_SHEAR)
        weather = replace(
            weather, wind_on_land=on_land, wind_speed=_at_height(hub, HUB, GROUND, LAND_SHEAR)
        )
    elif (ground := measured.get("wind_speed")) is not None:
        weather = replace(
            weather, wind_on_land=_at_height(ground, GROUND, ON_LAND.hub_height, LAND_SHEAR)
        )
    if (ground := measured.get("wind_speed")) is not None:
        weather = replace(weather, wind_speed=ground)
    if (sea := measured.get("wind_speed_at_sea")) is not None:
        return replace(weather, wind_at_sea=_at_height(sea, HUB, IN_THE_BAY.hub_height, SEA_SHEAR))
    if weather.wind_on_land is not synthetic.wind_on_land:
        ratio = settings.wind_speed_at_sea / settings.wind_speed_on_land
        return replace(weather, wind_at_sea=ratio * weather.wind_on_land)
    return weather


def _at_height(wind: Series, height: float, target_height: float, shear: float) -> Series:
    """Wind speed at a target height [m], by the power law [m/s]."""
    return wind * (target_height / height) ** shear


def scaled_price(price: Series, settings: Settings, as_measured: bool) -> Series:
    """The measured price [EUR/MWh], scaled to the mean of the settings unless `as_measured`; zero stays zero."""
    if as_measured:
        return price
    if price.mean() <= 0:
        remedy = (
            "its mean is not positive, so it cannot be scaled; keep it with --price-as-measured"
        )
        raise DataError.at("measured year, electricity_price", remedy, value=f"{price.mean():g}")
    return price * settings.mean_price / price.mean()


def percentile_rank(price: Series) -> Series:
    """Share of the year's hours with a lower price [1]."""
    return (np.argsort(np.argsort(price, kind="stable"), kind="stable") + 0.5) / len(price)


def origins(measured: Iterable[str]) -> dict[str, str]:
    """The origin of each column of the year: "measured", "follows A and B", or "synthetic"."""
    available = set(measured)
    result = {}
    for name in UNITS:
        inputs = [column for column in DRIVEN_BY.get(name, ()) if column in available]
        modelled = f"follows {' and '.join(inputs)}" if inputs else "synthetic"
        result[name] = "measured" if name in available else modelled
    return result
