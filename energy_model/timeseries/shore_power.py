"""Shore power: calendar and random cruise calls → electricity demand of ships at berth."""

import numpy as np

from energy_model.timeseries.calendar import Calendar
from energy_model.timeseries.settings import Settings
from energy_model.timeseries.stochastic import Series, daily_bump, random_stream, relative

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
    days = clock.local.dayofyear.to_numpy()
    in_season = (clock.local.month >= first) & (clock.local.month <= last)
    random = random_stream(settings, "ships")
    called = random.permutation(np.unique(days[in_season]))[:CRUISE_CALLS]
    arrival, departure = CRUISE_HOURS
    by_day = (clock.hour >= arrival) & (clock.hour < departure)
    return (np.isin(days, called) & in_season & by_day).astype(float)
