"""Wind: wind speed at hub height → the output of turbines."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from energy_model.timeseries.stochastic import Series


@dataclass(frozen=True)
class Turbines:
    """A group of turbines of one type; `kind` is the name in `windpowerlib`."""

    kind: str
    hub_height: float  # m
    losses: float  # by wakes, cables and standstill [1], an assumption


ON_LAND = Turbines("V126/3300", 117, 0.09)
IN_THE_BAY = Turbines("V164/8000", 105, 0.09)
IN_GERMANY = Turbines("V112/3000", 100, 0.15)
TURBULENCE = 0.10  # of the wind between turbines of one park, an assumption


def wind_output(wind: Series, turbines: Turbines) -> Series:
    """Output of the turbines per unit of capacity [1]; `wind` at hub height in m/s."""
    speeds, outputs = _power_curve(turbines)
    output = np.interp(wind, speeds, outputs, right=0)
    return np.clip(output * (1 - turbines.losses), 0, 1)


@cache
def _power_curve(turbines: Turbines) -> tuple[Series, Series]:
    """Wind speeds [m/s] and the output at them before losses [1]."""
    from windpowerlib import WindTurbine, power_curves

    turbine = WindTurbine(hub_height=turbines.hub_height, turbine_type=turbines.kind)
    curve = power_curves.smooth_power_curve(
        turbine.power_curve["wind_speed"],
        turbine.power_curve["value"],
        block_width=0.5,
        standard_deviation_method="turbulence_intensity",
        turbulence_intensity=TURBULENCE,
    )
    power = curve["value"].to_numpy(dtype=float) / turbine.nominal_power
    return curve["wind_speed"].to_numpy(dtype=float), power
