"""Electricity price: demand, wind and sun → a ranking of the hours by scarcity, and prices from it."""

from dataclasses import dataclass

import numpy as np

from energy_model.timeseries.calendar import Calendar
from energy_model.timeseries.settings import Settings
from energy_model.timeseries.stochastic import (
    Series,
    daily_bump,
    ornstein_uhlenbeck,
    random_stream,
    shrink_monthly_anomalies,
    standard,
)

# Western Denmark 2024, share of hours and the price below which they lie [EUR/MWh]. Published: the
# shares at 0, 5, 41, 68, 95, 139 and 150 EUR/MWh, the highest price, the mean and the spread
# [Energinet, Elspotprices 2024]; the points between, and the lowest, are fitted to the last two.
PRICE_STEPS = (
    (0.0, -60.0),
    (0.004, -25.0),
    (0.0427, 0.0),
    (0.0844, 5.0),
    (0.25, 41.0),
    (0.50, 67.9),
    (0.75, 95.0),
    (0.95, 139.0),
    (0.9646, 150.0),
    (0.985, 180.0),
    (0.996, 255.0),
    (0.9993, 420.0),
    (1.0, 936.0),
)


@dataclass(frozen=True)
class Drivers:
    """The hourly series that determine the scarcity of electricity in the bidding zone."""

    demand: Series  # relative to its mean
    wind: Series  # output in the bidding zone [1]
    neighbour_wind: Series  # output in Germany [1]
    neighbour_sun: Series  # output in Germany [1]


# Weights of the standardised drivers, fitted to the correlations, capture prices and daily shape of
# western Denmark in 2024 [Energinet, Elspotprices; Open-Meteo].
DEMAND, SUN, NEIGHBOUR_WIND, WIND = 0.33, -0.56, -0.30, -0.31
EVENING, NIGHT = 0.22, -0.26
ELSEWHERE, ELSEWHERE_MEMORY = 0.55, 120.0  # reservoirs, fuels and outages; memory in hours


def scarcity(settings: Settings, clock: Calendar, drivers: Drivers) -> Series:
    """Share of the year's hours in which electricity is less scarce than now [1]."""
    random = random_stream(settings, "price")
    elsewhere = ornstein_uhlenbeck(len(clock), ELSEWHERE_MEMORY, random)
    score = (
        DEMAND * standard(drivers.demand)
        + SUN * standard(drivers.neighbour_sun)
        + NEIGHBOUR_WIND * standard(drivers.neighbour_wind)
        + WIND * standard(drivers.wind)
        + EVENING * daily_bump(clock.hour, 19, 2.0)
        + NIGHT * daily_bump(clock.hour, 3, 2.5)
        + ELSEWHERE * shrink_monthly_anomalies(elsewhere, clock.month, settings.month_spread)
    )
    return (np.argsort(np.argsort(score, kind="stable"), kind="stable") + 0.5) / len(clock)


def electricity_price(settings: Settings, scarce: Series) -> Series:
    """Day-ahead price [EUR/MWh], scaled to the mean of the settings; zero stays zero."""
    shares, prices = np.transpose(PRICE_STEPS)
    price = np.interp(scarce, shares, prices)
    return price * settings.mean_price / price.mean()


def grid_emissions(settings: Settings, scarce: Series, wind: Series) -> Series:
    """Emission factor of electricity from the grid [t/MWh], high in calm hours with high prices.

    The share of fuels is zero in the cheapest third of hours, an assumption.
    """
    burning = np.clip(scarce - 1 / 3, 0, None) ** 1.5 * np.clip(1 - wind, 0, 1)
    return settings.mean_grid_emissions * burning / burning.mean()
