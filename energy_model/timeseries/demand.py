"""Demand: calendar and weather → hourly demand of electricity, heat, cooling and ships at berth."""

import numpy as np
import pandas as pd

from energy_model.timeseries.calendar import Calendar
from energy_model.timeseries.settings import Settings
from energy_model.timeseries.stochastic import (
    Series,
    daily_bump,
    exponential_smoothing,
    random_stream,
    relative,
)
from energy_model.timeseries.weather import Weather

# Shares of homes, firms, farms [BDEW standard load profiles 2025] and of flat use (process, data,
# grid losses), weighted by assumption so that peak and trough resemble western Denmark's.
HOMES, FIRMS, FARMS, FLAT = 0.26, 0.34, 0.05, 0.35
COLD_LIMIT, COLD_SLOPE = 12.0, 0.006  # degC, and the rise per kelvin below, an assumption


def electricity_demand(clock: Calendar, weather: Weather) -> Series:
    """Electricity demand without vehicles and heat pumps, mean 1 [1]."""
    from demandlib.bdew import G25, H25, L25

    naive = clock.local.tz_localize(None).floor("h")
    quarters = pd.date_range(
        naive[0].normalize(), naive[-1].normalize() + pd.Timedelta("1D"), freq="15min"
    )
    demand = np.full(len(clock), FLAT)
    for profile, share in ((H25, HOMES), (G25, FIRMS), (L25, FARMS)):
        shape = pd.DataFrame(profile(quarters, list(clock.holidays))).sum(axis=1)
        demand += share * relative(shape.resample("h").mean().reindex(naive).to_numpy())
    demand += COLD_SLOPE * np.clip(COLD_LIMIT - weather.air_temperature, 0, None)
    return relative(demand)


# Of the heat sent out in a year, assumptions: together the third that hardly follows the weather.
# Losses in Aarhus are 21 % [AffaldVarme Aarhus 2019]; the part that grows with cold is in rooms.
HOT_WATER_SHARE, LOSS_SHARE = 0.16, 0.17
HEATING_LIMIT = 17.0  # degC, as in Danish degree days

COLD_SUPPLY, WARM_SUPPLY = 88.0, 75.0  # degC, an assumption around 80 [Kredsløb]
SUPPLY_SLOPE, SUPPLY_TURN = 0.9, 5.0  # kelvin per kelvin below this temperature, an assumption

COOLING_LIMIT = 14.0  # degC; this and the shares below are assumptions
STEADY_COOLING, WORKDAY_COOLING, SUMMER_COOLING = 0.75, 0.10, 0.15


def network_temperature(air: Series) -> Series:
    """District-heating supply temperature at the plants [degC], from the air temperature [degC]."""
    cold = np.clip(SUPPLY_TURN - exponential_smoothing(air, 12), 0, None)
    return np.clip(WARM_SUPPLY + SUPPLY_SLOPE * cold, WARM_SUPPLY, COLD_SUPPLY)


def space_heat(clock: Calendar, weather: Weather, sun: Series) -> Series:
    """Heat for rooms, mean 1 [1]: smoothed degree hours with wind and sun, times a daily profile."""
    windy = np.clip(exponential_smoothing(weather.wind_speed, 6) - 4, 0, None)
    perceived = (
        exponential_smoothing(weather.air_temperature, 14)
        - 0.12 * windy
        + 0.004 * exponential_smoothing(sun, 5)
    )
    cold = np.clip(HEATING_LIMIT - perceived, 0, None) ** 1.05
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


# Shares of the year's electricity at berth, an assumption: cruise ships 60 calls x 11 h x 5 MW of
# 15 to 25 GWh in the whole port.
STEADY, CALLS, CRUISE = 0.60, 0.25, 0.15
CRUISE_CALLS = 60  # in 2024, of about 11 hours each [Port of Aarhus]
CRUISE_HOURS = (8, 19)  # local time
CRUISE_MONTHS = (5, 9)  # May to September


def ships_at_berth(settings: Settings, clock: Calendar) -> Series:
    """Electricity demand of ships at berth, mean 1 [1]: cargo all year, cruise ships by day in summer."""
    calls = daily_bump(clock.hour, 12, 4) * np.where(clock.rest, 0.5, 1)
    return relative(
        STEADY + CALLS * relative(calls) + CRUISE * relative(_cruise_ships(settings, clock))
    )


def _cruise_ships(settings: Settings, clock: Calendar) -> Series:
    """Whether a cruise ship lies at berth [1]."""
    first, last = CRUISE_MONTHS
    days = clock.local.day_of_year.to_numpy()
    in_season = (clock.local.month >= first) & (clock.local.month <= last)
    random = random_stream(settings, "ships")
    called = random.permutation(np.unique(days[in_season]))[:CRUISE_CALLS]
    arrival, departure = CRUISE_HOURS
    by_day = (clock.hour >= arrival) & (clock.hour < departure)
    return (np.isin(days, called) & in_season & by_day).astype(float)
