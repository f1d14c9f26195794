"""Water temperature: air temperature anomalies → temperatures of the sea and of waste water."""

import numpy as np

from energy_model.timeseries.calendar import Calendar
from energy_model.timeseries.settings import Settings
from energy_model.timeseries.stochastic import Series, exponential_smoothing, month_curve
from energy_model.timeseries.weather import Weather

# Share of the air's anomaly that reaches the water [1], and time constant [h]: assumptions.
SEA_FOLLOWS, SEA_MEMORY = 0.25, 240.0
WASTE_WATER_FOLLOWS, WASTE_WATER_MEMORY = 0.15, 72.0
COLDEST_SEA = 0.5  # degC at intake depth; the bay does not freeze that deep, an assumption
# The plant at Aarhus harbour cools sea water to about 3 degC [AffaldVarme Aarhus in TV2
# Østjylland, 2020]; the linear decrease between these two temperatures is an assumption.
SEA_STOPS, SEA_RUNS_FREELY = 2.0, 4.0  # degC


def sea_temperature(settings: Settings, clock: Calendar, weather: Weather) -> Series:
    """Temperature of the sea at intake depth [degC]."""
    normal = month_curve(clock.month, settings.sea_temperatures)
    return np.maximum(
        normal + SEA_FOLLOWS * exponential_smoothing(weather.warmth, SEA_MEMORY), COLDEST_SEA
    )


def waste_water_temperature(settings: Settings, clock: Calendar, weather: Weather) -> Series:
    """Temperature of treated waste water [degC]."""
    normal = month_curve(clock.month, settings.waste_water_temperatures)
    return normal + WASTE_WATER_FOLLOWS * exponential_smoothing(weather.warmth, WASTE_WATER_MEMORY)


def sea_available(sea: Series) -> Series:
    """Share of the capacity of a sea-water heat pump that can run without icing [1]; `sea` in degC."""
    return np.clip((sea - SEA_STOPS) / (SEA_RUNS_FREELY - SEA_STOPS), 0, 1)
