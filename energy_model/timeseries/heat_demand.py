"""Heat and cooling: calendar and weather → hourly demand of rooms, tap water, networks and cooling."""

import numpy as np

from energy_model.timeseries.calendar import Calendar
from energy_model.timeseries.stochastic import Series, daily_bump, exponential_smoothing, relative
from energy_model.timeseries.weather import Weather

# Of the heat sent out in a year, assumptions: together the third that hardly follows the weather.
# Losses in Aarhus are 21 % [AffaldVarme Aarhus 2019]; the part that grows with cold is in rooms.
HOT_WATER_SHARE, LOSS_SHARE = 0.16, 0.17
HEATING_LIMIT = 17.0  # degC, as in Danish degree days

COLD_SUPPLY, WARM_SUPPLY = 88.0, 75.0  # degC, an assumption around 80 [Kredsløb]
SUPPLY_SLOPE, SUPPLY_TURN = 0.9, 5.0  # kelvin per kelvin below this temperature, an assumption

COOLING_LIMIT = 14.0  # degC; this and the shares below are assumptions
STEADY_COOLING, WORKDAY_COOLING, SUMMER_COOLING = 0.75, 0.10, 0.15


def network_temperature(weather: Weather) -> Series:
    """District-heating supply temperature at the plants [degC], from the air temperature of the last hours."""
    cold = np.clip(SUPPLY_TURN - exponential_smoothing(weather.air_temperature, 12), 0, None)
    return np.clip(WARM_SUPPLY + SUPPLY_SLOPE * cold, WARM_SUPPLY, COLD_SUPPLY)


def space_heat(clock: Calendar, weather: Weather, sun: Series) -> Series:
    """Heat for rooms, mean 1 [1]: smoothed degree hours with wind and sun, times a daily profile."""
    windy = np.clip(exponential_smoothing(weather.wind_speed, 6) - 4, 0, None)
    felt = (
        exponential_smoothing(weather.air_temperature, 14)
        - 0.12 * windy
        + 0.004 * exponential_smoothing(sun, 5)
    )
    cold = np.clip(HEATING_LIMIT - felt, 0, None) ** 1.05
    asleep = (clock.hour < 5) | (clock.hour > 22)
    day = (
        1
        + 0.10 * daily_bump(clock.hour, 7, 1.6)
        + 0.05 * daily_bump(clock.hour, 18.5, 2.5)
        - 0.09 * asleep
    )
    return relative(cold * day)


def hot_water(clock: Calendar) -> Series:
    """Heat for hot tap water, mean 1 [1]: peaks in the morning and evening, slightly higher in winter."""
    morning = np.where(clock.rest, 9, 7)
    day = 0.45 + 1.5 * daily_bump(clock.hour, morning, 1.4) + 1.0 * daily_bump(clock.hour, 19, 2.2)
    return relative(day * (1 + 0.08 * np.cos(clock.season)))


def heat_demand(clock: Calendar, rooms: Series, taps: Series) -> Series:
    """District heat sent out by the plants, mean 1 [1]: rooms, tap water and network losses."""
    loss = relative(1 + 0.12 * np.cos(clock.season - np.pi / 6))
    weather_led = 1 - HOT_WATER_SHARE - LOSS_SHARE
    return relative(weather_led * rooms + HOT_WATER_SHARE * taps + LOSS_SHARE * loss)


def cooling_demand(clock: Calendar, weather: Weather) -> Series:
    """Cooling of hospitals and data centres, mean 1 [1]: machines all year, rooms in warm hours."""
    warm = np.clip(exponential_smoothing(weather.air_temperature, 4) - COOLING_LIMIT, 0, None)
    work = daily_bump(clock.hour, 13, 4) * np.where(clock.rest, 0.4, 1)
    summer = relative(warm * (1 + 0.4 * work))
    return relative(STEADY_COOLING + WORKDAY_COOLING * relative(work) + SUMMER_COOLING * summer)
