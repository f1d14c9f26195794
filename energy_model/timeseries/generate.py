"""Generate: settings and measured columns → every hourly profile of a year, from one weather and one calendar."""

from collections.abc import Mapping

import pandas as pd

from energy_model.timeseries.calendar import Calendar, calendar_of
from energy_model.timeseries.demand import (
    cooling_demand,
    electricity_demand,
    heat_demand,
    hot_water,
    network_temperature,
    ships_at_berth,
    space_heat,
)
from energy_model.timeseries.electricity_price import (
    Drivers,
    electricity_price,
    grid_emissions,
    scarcity,
)
from energy_model.timeseries.heat_pumps import (
    AIR,
    HOME,
    HOME_RETURN,
    NETWORK_RETURN,
    SEA,
    SURPLUS_HEAT,
    WASTE_WATER,
    home_supply,
    performance,
    surplus_heat_source,
)
from energy_model.timeseries.observed import (
    merge_weather,
    percentile_rank,
    scaled_price,
    validate_observed,
)
from energy_model.timeseries.schema import DECIMALS, UNITS
from energy_model.timeseries.settings import Settings
from energy_model.timeseries.solar import (
    FIELD,
    NEIGHBOUR,
    ROOF,
    Sky,
    panel_output,
    sky_above,
    sun_on_ground,
)
from energy_model.timeseries.stochastic import Series, relative
from energy_model.timeseries.vehicles import FLEETS, driving, plugged
from energy_model.timeseries.weather import (
    Weather,
    sea_available,
    sea_temperature,
    waste_water_temperature,
    weather_of,
)
from energy_model.timeseries.wind import IN_GERMANY, IN_THE_BAY, ON_LAND, wind_output

Profiles = Mapping[str, Series]


def make_year(
    settings: Settings, measured: pd.DataFrame | None = None, price_as_measured: bool = False
) -> pd.DataFrame:
    """All profiles in every hour of the year, rounded; `UNITS` lists the units of the columns.

    Args:
        settings: The location, the calendar year and the levels.
        measured: Some of `observed.COLUMNS` in the hours of the year; they replace synthetic columns.
        price_as_measured: Keep a measured price as it is, not scaled to the mean of the settings.

    Returns:
        8760 rows in universal time, without 29 February in leap years.

    Raises:
        DataError: The measured columns cannot be used.
    """
    clock = calendar_of(settings)
    observed = validate_observed(measured, clock)
    weather = merge_weather(weather_of(settings, clock), observed, settings, clock)
    sky = sky_above(settings, clock)
    profiles = _weather_profiles(settings, clock, weather, sky, observed)
    profiles |= _heat_pump_profiles(clock, profiles)
    profiles |= _demand_profiles(settings, clock, weather, profiles["sun"], observed)
    profiles |= _price_profiles(
        settings, clock, weather, sky, profiles, observed, price_as_measured
    )
    table = pd.DataFrame({name: profiles[name] for name in UNITS}, index=clock.hours)
    return table.round({name: DECIMALS[unit] for name, unit in UNITS.items()})


def _weather_profiles(
    settings: Settings, clock: Calendar, weather: Weather, sky: Sky, observed: Profiles
) -> dict[str, Series]:
    """Weather, and the output of turbines and panels."""
    air, wind = weather.air_temperature, weather.wind_speed
    sun = observed.get("sun", sun_on_ground(sky, weather.cloud))
    profiles = {
        "sea_temperature": sea_temperature(settings, clock, weather),
        "waste_water_temperature": waste_water_temperature(settings, clock, weather),
        "onshore_wind": wind_output(weather.wind_on_land, ON_LAND),
        "nearshore_wind": wind_output(weather.wind_at_sea, IN_THE_BAY),
        "field_sun": panel_output(sky, sun, air, wind, FIELD),
        "roof_sun": panel_output(sky, sun, air, wind, ROOF),
    }
    profiles |= {name: observed[name] for name in profiles if name in observed}
    return profiles | {"air_temperature": air, "wind_speed": wind, "sun": sun}


def _heat_pump_profiles(clock: Calendar, profiles: Profiles) -> dict[str, Series]:
    """Temperature of the network, performance of heat pumps and availability of the sea."""
    air, sea = profiles["air_temperature"], profiles["sea_temperature"]
    network = network_temperature(air)
    sources = {
        "air_cop": (AIR, air),
        "sea_cop": (SEA, sea),
        "waste_water_cop": (WASTE_WATER, profiles["waste_water_temperature"]),
        "surplus_heat_cop": (SURPLUS_HEAT, surplus_heat_source(clock.season)),
    }
    return {
        "network_temperature": network,
        "home_cop": performance(HOME, air, home_supply(air), HOME_RETURN),
        "sea_available": sea_available(sea),
        **{
            name: performance(pump, source, network, NETWORK_RETURN)
            for name, (pump, source) in sources.items()
        },
    }


def _demand_profiles(
    settings: Settings, clock: Calendar, weather: Weather, sun: Series, observed: Profiles
) -> dict[str, Series]:
    """Demand of electricity, heat, cooling, ships and vehicles."""
    rooms, tap_water = space_heat(clock, weather, sun), hot_water(clock)
    electricity = electricity_demand(clock, weather)
    if "electricity_demand" in observed:
        electricity = relative(observed["electricity_demand"])
    profiles = {
        "electricity_demand": electricity,
        "heat_demand": heat_demand(clock, rooms, tap_water),
        "space_heat": rooms,
        "hot_water": tap_water,
        "cooling_demand": cooling_demand(clock, weather),
        "ships_at_berth": ships_at_berth(settings, clock),
    }
    for name, fleet in FLEETS.items():
        profiles[f"{name}_driving"] = driving(fleet, clock, weather.air_temperature)
        profiles[f"{name}_plugged"] = plugged(fleet, clock)
    return profiles


def _price_profiles(
    settings: Settings,
    clock: Calendar,
    weather: Weather,
    sky: Sky,
    profiles: Profiles,
    observed: Profiles,
    price_as_measured: bool,
) -> dict[str, Series]:
    """Price and emissions of electricity from the grid."""
    neighbour_sun = sun_on_ground(sky, weather.neighbour_cloud)
    zone_wind = (profiles["onshore_wind"] + profiles["nearshore_wind"]) / 2
    drivers = Drivers(
        demand=profiles["electricity_demand"],
        wind=zone_wind,
        neighbour_wind=wind_output(weather.neighbour_wind, IN_GERMANY),
        neighbour_sun=panel_output(
            sky, neighbour_sun, weather.air_temperature, weather.wind_speed, NEIGHBOUR
        ),
    )
    scarce = scarcity(settings, clock, drivers)
    price = electricity_price(settings, scarce)
    if "electricity_price" in observed:  # grid emissions follow the measured price
        scarce = percentile_rank(observed["electricity_price"])
        price = scaled_price(observed["electricity_price"], settings, price_as_measured)
    return {
        "electricity_price": price,
        "grid_emissions": grid_emissions(settings, scarce, zone_wind),
    }
