"""Heat pumps: source and supply temperatures → heat per unit of electricity."""

from dataclasses import dataclass

import numpy as np

from energy_model.timeseries.stochastic import Series

KELVIN = 273.15
NETWORK_RETURN = 42.0  # degC, between the fee limit of 40 and measured values [Kredsløb]


@dataclass(frozen=True)
class HeatPump:
    """The efficiency of a heat pump relative to the ideal cycle, and the cooling of its source.

    Efficiencies are assumptions, calibrated so that yearly means match the catalogue of the Danish
    Energy Agency and the figures of the operator of the Aarhus harbour plant.
    """

    efficiency: float  # 1
    cooling: float  # K
    pinch: float = 2.0  # K between water or air and refrigerant


AIR = HeatPump(0.56, 5.0)
SEA = HeatPump(0.59, 2.0)
WASTE_WATER = HeatPump(0.58, 5.0)
SURPLUS_HEAT = HeatPump(0.53, 10.0)
HOME = HeatPump(0.565, 5.0, pinch=6.0)

SURPLUS_HEAT_SOURCE = (30.0, 35.0)  # degC in winter and summer, an assumption
HOME_SUPPLY, HOME_RETURN = (45.0, 50.0), 38.0  # degC mild and cold, an assumption


def performance(pump: HeatPump, source: Series, supply: Series, back: float) -> Series:
    """Heat per electricity [1]: the Lorenz efficiency for sliding temperatures, times the pump's efficiency."""
    hot = _mean_temperature(supply + pump.pinch, back + pump.pinch)
    cold = _mean_temperature(source - pump.pinch, source - pump.pinch - pump.cooling)
    return pump.efficiency * hot / (hot - cold)


def home_supply(air: Series) -> Series:
    """Supply temperature of a house [degC], higher on cold days."""
    mild, cold = HOME_SUPPLY
    return np.interp(air, (-10.0, 10.0), (cold, mild))


def surplus_heat_source(season: Series) -> Series:
    """Temperature of the surplus heat of firms [degC], constant over the day."""
    winter, summer = SURPLUS_HEAT_SOURCE
    return (winter + summer) / 2 - (summer - winter) / 2 * np.cos(season)


def _mean_temperature(high: Series, low: Series | float) -> Series:
    """The logarithmic mean of two temperatures given in degC [K]."""
    high, low = high + KELVIN, low + KELVIN
    return (high - low) / np.log(high / low)
