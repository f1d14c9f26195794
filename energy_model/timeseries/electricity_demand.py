"""Electricity demand: calendar and weather → demand of homes, firms and farms, without cars and heat pumps."""

import numpy as np
import pandas as pd

from energy_model.timeseries.calendar import Calendar
from energy_model.timeseries.stochastic import Series, relative
from energy_model.timeseries.weather import Weather

# Shares of homes, firms, farms [BDEW standard load profiles 2025] and of flat use (process, data,
# grid losses), weighted by assumption so that peak and trough resemble western Denmark's.
HOMES, FIRMS, FARMS, FLAT = 0.26, 0.34, 0.05, 0.35
COLD_LIMIT, COLD_SLOPE = 12.0, 0.006  # degC, and the rise per kelvin below, an assumption


def electricity_demand(clock: Calendar, weather: Weather) -> Series:
    """Classic electricity demand, one value an hour, mean 1 [1]."""
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
