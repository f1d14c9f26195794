"""Generate: settings and measured columns → every hourly profile of a year, from one weather and one calendar."""

import pandas as pd

from energy_model.timeseries.calendar import calendar_of
from energy_model.timeseries.electricity_demand import electricity_demand
from energy_model.timeseries.electricity_price import (
    Drivers,
    electricity_price,
    grid_emissions,
    scarcity,
)
from energy_model.timeseries.heat_demand import (
    cooling_demand,
    heat_demand,
    hot_water,
    network_temperature,
    space_heat,
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
from energy_model.timeseries.shore_power import ships_at_berth
from energy_model.timeseries.solar import (
    FIELD,
    NEIGHBOUR,
    ROOF,
    panel_output,
    sky_above,
    sun_on_ground,
)
from energy_model.timeseries.stochastic import relative
from energy_model.timeseries.vehicles import FLEETS, driving, plugged
from energy_model.timeseries.water_temperature import (
    sea_available,
    sea_temperature,
    waste_water_temperature,
)
from energy_model.timeseries.weather import weather_of
from energy_model.timeseries.wind import IN_GERMANY, IN_THE_BAY, ON_LAND, wind_output


def make_year(
    settings: Settings, measured: pd.DataFrame | None = None, price_as_measured: bool = False
) -> pd.DataFrame:
    """Every profile in every hour of the year, rounded; `UNITS` lists the units of the columns.

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
    air, breeze = weather.air_temperature, weather.wind_speed
    sun = observed.get("sun", sun_on_ground(sky, weather.cloud))
    sea = observed.get("sea_temperature", sea_temperature(settings, clock, weather))
    waste_water = observed.get(
        "waste_water_temperature", waste_water_temperature(settings, clock, weather)
    )
    network = network_temperature(weather)

    onshore = observed.get("onshore_wind", wind_output(weather.wind_on_land, ON_LAND))
    nearshore = observed.get("nearshore_wind", wind_output(weather.wind_at_sea, IN_THE_BAY))
    zone_wind = (onshore + nearshore) / 2
    rooms_heat, tap_water_heat = space_heat(clock, weather, sun), hot_water(clock)
    demand = electricity_demand(clock, weather)
    if "electricity_demand" in observed:
        demand = relative(observed["electricity_demand"])
    neighbour_sun = sun_on_ground(sky, weather.neighbour_cloud)
    drivers = Drivers(
        demand=demand,
        wind=zone_wind,
        neighbour_wind=wind_output(weather.neighbour_wind, IN_GERMANY),
        neighbour_sun=panel_output(sky, neighbour_sun, air, breeze, NEIGHBOUR),
    )
    scarce = scarcity(settings, clock, drivers)
    price = electricity_price(settings, scarce)
    if "electricity_price" in observed:  # grid emissions follow the measured price
        scarce = percentile_rank(observed["electricity_price"])
        price = scaled_price(observed["electricity_price"], settings, price_as_measured)

    profiles = {
        "air_temperature": air,
        "sea_temperature": sea,
        "waste_water_temperature": waste_water,
        "wind_speed": breeze,
        "sun": sun,
        "network_temperature": network,
        "onshore_wind": onshore,
        "nearshore_wind": nearshore,
        "field_sun": observed.get("field_sun", panel_output(sky, sun, air, breeze, FIELD)),
        "roof_sun": observed.get("roof_sun", panel_output(sky, sun, air, breeze, ROOF)),
        "air_cop": performance(AIR, air, network, NETWORK_RETURN),
        "sea_cop": performance(SEA, sea, network, NETWORK_RETURN),
        "waste_water_cop": performance(WASTE_WATER, waste_water, network, NETWORK_RETURN),
        "surplus_heat_cop": performance(
            SURPLUS_HEAT, surplus_heat_source(clock.season), network, NETWORK_RETURN
        ),
        "home_cop": performance(HOME, air, home_supply(air), HOME_RETURN),
        "sea_available": sea_available(sea),
        "electricity_demand": demand,
        "heat_demand": heat_demand(clock, rooms_heat, tap_water_heat),
        "space_heat": rooms_heat,
        "hot_water": tap_water_heat,
        "cooling_demand": cooling_demand(clock, weather),
        "ships_at_berth": ships_at_berth(settings, clock),
        "electricity_price": price,
        "grid_emissions": grid_emissions(settings, scarce, zone_wind),
    }
    for name, fleet in FLEETS.items():
        profiles[f"{name}_driving"] = driving(fleet, clock, air)
        profiles[f"{name}_plugged"] = plugged(fleet, clock)

    table = pd.DataFrame({name: profiles[name] for name in UNITS}, index=clock.hours)
    return table.round({name: DECIMALS[unit] for name, unit in UNITS.items()})
