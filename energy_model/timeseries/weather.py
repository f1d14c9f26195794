"""Weather: settings and a random pressure series → correlated hourly wind, temperature, cloud and water.

Distributions are those of the ERA5 reanalysis for Aalborg, 2012; levels come from the settings.
"""

from dataclasses import dataclass

import numpy as np

from energy_model.timeseries.calendar import Calendar
from energy_model.timeseries.settings import Settings
from energy_model.timeseries.stochastic import (
    Series,
    exponential_smoothing,
    month_curve,
    ornstein_uhlenbeck,
    random_stream,
    relative,
    shrink_monthly_anomalies,
    standard,
)

# January to December. Spread, daily range, wind and the correlation of wind with temperature are
# fitted to ERA5 for Aalborg, 2012; cloud to the irradiation there and to that of Open-Meteo for
# Aarhus, 2024.
TEMPERATURE_SPREAD = (3.7, 3.7, 2.9, 2.6, 2.9, 2.6, 2.6, 2.4, 2.3, 2.6, 2.9, 3.6)  # K
DAILY_RANGE = (1.6, 2.9, 4.9, 6.4, 7.4, 7.0, 7.0, 6.8, 5.2, 3.5, 2.0, 1.4)  # K
WIND_SEASON = (1.18, 1.12, 1.07, 0.95, 0.91, 0.89, 0.86, 0.87, 0.98, 1.06, 1.08, 1.14)
WIND_TEMPERATURE_CORRELATION = (
    0.70,
    0.65,
    0.25,
    -0.05,
    -0.15,
    -0.25,
    -0.30,
    -0.25,
    0.05,
    0.25,
    0.45,
    0.65,
)
CLOUD = (0.73, 0.70, 0.64, 0.60, 0.57, 0.60, 0.58, 0.58, 0.64, 0.69, 0.74, 0.76)

WINTER, SUMMER = (11, 0, 1), (4, 5, 6, 7)
GROUND_WIND = 0.63  # 10 m over 100 m: 4.7 over 7.5 m/s [Open-Meteo, Aarhus 2024]
NEIGHBOUR_WIND = 6.0  # m/s at the hubs of northern Germany, an assumption


@dataclass(frozen=True)
class Weather:
    """The hourly weather that all profiles of a year share."""

    air_temperature: Series  # degC
    warmth: Series  # anomaly of the air temperature [K]
    cloud: Series  # share of the sky
    wind_speed: Series  # 10 m above ground [m/s]
    wind_on_land: Series  # at hub height [m/s]
    wind_at_sea: Series  # at hub height [m/s]
    neighbour_wind: Series  # at hub height, in Germany [m/s]
    neighbour_cloud: Series  # share of the sky, in Germany


def weather_of(settings: Settings, clock: Calendar) -> Weather:
    """The synthetic weather of a year, one value an hour."""
    random = random_stream(settings, "weather")
    count, month, month_spread = len(clock), clock.month, settings.month_spread

    pressure = 0.90 * standard(
        exponential_smoothing(ornstein_uhlenbeck(count, 13, random), 3)
    ) + 0.42 * ornstein_uhlenbeck(count, 110, random)
    pressure = shrink_monthly_anomalies(pressure, month, month_spread)
    warmth = _warmth(pressure, clock, month_spread, random)
    cloudiness = _cloudiness(pressure, warmth, clock, random)
    neighbour_pressure = 0.62 * pressure + 0.78 * ornstein_uhlenbeck(count, 22, random)
    sea_pressure = 0.80 * pressure + 0.60 * standard(
        exponential_smoothing(ornstein_uhlenbeck(count, 14, random), 3)
    )
    neighbour_cloudiness = 0.55 * cloudiness + 0.80 * ornstein_uhlenbeck(count, 20, random)

    cloud = _cloud(cloudiness, month_curve(month, CLOUD))
    anomaly = month_curve(month, TEMPERATURE_SPREAD) * warmth
    # The daily range is larger under clear skies; the maximum is two hours after solar noon.
    noon = 12 - settings.longitude / 15  # in universal time
    after_noon = 2 * np.pi * (clock.hours.hour.to_numpy() - noon) / 24
    day = np.cos(after_noon - 2 * np.pi * 2 / 24) * (1.35 - 0.7 * cloud)
    daily = 0.5 * month_curve(month, DAILY_RANGE) * (day - day.mean())

    # Hub-height wind on land is strongest at night; at sea it has no daily cycle.
    night = 1 - 0.025 * np.cos(after_noon - 2 * np.pi * 1 / 24)
    season = month_curve(month, WIND_SEASON)
    on_land = settings.wind_speed_on_land * relative(night * season * _weibull(pressure, 2.3))
    at_sea = settings.wind_speed_at_sea * relative(season * _weibull(sea_pressure, 2.4))
    return Weather(
        air_temperature=month_curve(month, settings.air_temperatures) + anomaly + daily,
        warmth=anomaly,
        cloud=cloud,
        wind_speed=GROUND_WIND * on_land,
        wind_on_land=on_land,
        wind_at_sea=at_sea,
        neighbour_wind=NEIGHBOUR_WIND * relative(season * _weibull(neighbour_pressure, 2.1)),
        neighbour_cloud=_cloud(neighbour_cloudiness, np.full(count, 0.55)),
    )


def _warmth(
    pressure: Series, clock: Calendar, month_spread: float, random: np.random.RandomState
) -> Series:
    """Seasonal temperature anomaly, standardised: advection by wind, and slow changes of air mass."""
    correlation = month_curve(clock.month, WIND_TEMPERATURE_CORRELATION)
    slow = standard(
        0.98 * ornstein_uhlenbeck(len(clock), 150, random)
        + 0.15 * ornstein_uhlenbeck(len(clock), 7, random)
    )
    warmth = (
        correlation * standard(exponential_smoothing(pressure, 30))
        + np.sqrt(1 - correlation**2) * slow
    )
    # The distribution is skewed: cold extremes in winter, warm extremes in summer.
    outward = (warmth < 0) != np.isin(clock.month, SUMMER)
    return shrink_monthly_anomalies(
        np.where(outward, 1.14, 0.88) * warmth, clock.month, month_spread
    )


def _cloudiness(
    pressure: Series, warmth: Series, clock: Calendar, random: np.random.RandomState
) -> Series:
    """Seasonal cloudiness anomaly, standardised: mild winters are cloudy, warm summers clear."""
    count = len(clock)
    seasonal = np.where(np.isin(clock.month, WINTER), 0.25, -0.15) * warmth
    independent = 0.70 * ornstein_uhlenbeck(count, 15, random) + 0.55 * ornstein_uhlenbeck(
        count, 3, random
    )
    return standard(independent + 0.18 * pressure + seasonal)


def _chance(latent: Series) -> Series:
    """The normal cumulative probability of each hour [1]."""
    from scipy.special import ndtr

    return np.clip(ndtr(standard(latent)), 1e-9, 1 - 1e-9)


def _cloud(latent: Series, mean: Series) -> Series:
    """Cloud cover [1] from a U-shaped beta distribution: mostly clear or mostly overcast."""
    from scipy.special import betaincinv

    return betaincinv(0.95 * mean, 0.95 * (1 - mean), _chance(latent))


def _weibull(latent: Series, shape: float) -> Series:
    """Wind speed of scale 1 with a Weibull distribution."""
    return (-np.log(1 - _chance(latent))) ** (1 / shape)


# Share of the air's anomaly that reaches the water [1], and time constant [h]: assumptions.
SEA_RESPONSE, SEA_MEMORY = 0.25, 240.0
WASTE_WATER_RESPONSE, WASTE_WATER_MEMORY = 0.15, 72.0
COLDEST_SEA = 0.5  # degC at intake depth; the bay does not freeze that deep, an assumption
# The plant at Aarhus harbour cools sea water to about 3 degC [AffaldVarme Aarhus in TV2
# Østjylland, 2020]; the linear decrease between these two temperatures is an assumption.
SEA_STOP_TEMPERATURE, SEA_FULL_TEMPERATURE = 2.0, 4.0  # degC


def sea_temperature(settings: Settings, clock: Calendar, weather: Weather) -> Series:
    """Temperature of the sea at intake depth [degC]."""
    normal = month_curve(clock.month, settings.sea_temperatures)
    return np.maximum(
        normal + SEA_RESPONSE * exponential_smoothing(weather.warmth, SEA_MEMORY), COLDEST_SEA
    )


def waste_water_temperature(settings: Settings, clock: Calendar, weather: Weather) -> Series:
    """Temperature of treated waste water [degC]."""
    normal = month_curve(clock.month, settings.waste_water_temperatures)
    return normal + WASTE_WATER_RESPONSE * exponential_smoothing(weather.warmth, WASTE_WATER_MEMORY)


def sea_available(sea: Series) -> Series:
    """Share of the capacity of a sea-water heat pump that can run without icing [1]; `sea` in degC."""
    return np.clip(
        (sea - SEA_STOP_TEMPERATURE) / (SEA_FULL_TEMPERATURE - SEA_STOP_TEMPERATURE), 0, 1
    )
