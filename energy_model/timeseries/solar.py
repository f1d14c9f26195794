"""Solar: location, calendar and cloud cover → solar irradiation and the output of panels."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from energy_model.timeseries.calendar import Calendar
from energy_model.timeseries.settings import Settings
from energy_model.timeseries.stochastic import Series


@dataclass(frozen=True)
class Sky:
    """The solar position in the middle of each hour, and the clear-sky irradiation."""

    middles: pd.DatetimeIndex
    zenith: Series  # degrees
    azimuth: Series  # degrees
    clear: Series  # on level ground [W/m2]


@dataclass(frozen=True)
class Panels:
    """Panels in equal shares on one or several orientations, behind inverters of capacity 1."""

    tilt: float  # degrees
    azimuths: tuple[float, ...]  # degrees, south is 180
    panels_per_inverter: float  # 1
    losses: float  # 1, an assumption, calibrated to the full-load hours of the Danish Energy Agency


# Panels per inverter: 1.25 in fields, and full-load hours, Danish Energy Agency, Technology Data.
FIELD = Panels(tilt=38, azimuths=(180,), panels_per_inverter=1.25, losses=0.09)
ROOF = Panels(tilt=30, azimuths=(135, 180, 225), panels_per_inverter=1.08, losses=0.09)
NEIGHBOUR = Panels(tilt=20, azimuths=(180,), panels_per_inverter=1.0, losses=0.14)
HEAT_LOSS = -0.0035  # of panel output per kelvin above 25 degC, crystalline silicon


def sky_above(settings: Settings, clock: Calendar) -> Sky:
    """Solar position and clear-sky irradiation at the location, one value an hour."""
    from pvlib.location import Location

    middles = clock.hours + pd.Timedelta("30min")
    location = Location(settings.latitude, settings.longitude, "UTC", settings.altitude)
    path = location.get_solarposition(middles)
    clear = location.get_clearsky(middles, model="ineichen", solar_position=path)["ghi"]
    zenith, azimuth = path["apparent_zenith"].to_numpy(), path["azimuth"].to_numpy()
    return Sky(middles, zenith, azimuth, clear.to_numpy())


def sun_on_ground(sky: Sky, cloud: Series) -> Series:
    """Global irradiation on level ground [W/m2], from cloud cover [1] by Kasten and Czeplak (1980)."""
    return sky.clear * (1 - 0.75 * cloud**3.4)


def panel_output(sky: Sky, sun: Series, air: Series, wind: Series, panels: Panels) -> Series:
    """Output of panels per unit of inverter capacity [1]; `sun` in W/m2, `air` in degC, `wind` in m/s."""
    from pvlib import irradiance, pvsystem, temperature

    parts = irradiance.erbs(sun, sky.zenith, sky.middles)
    extra = irradiance.get_extra_radiation(sky.middles).to_numpy()
    output = np.zeros(len(sun))
    for azimuth in panels.azimuths:
        light = irradiance.get_total_irradiance(
            panels.tilt,
            azimuth,
            sky.zenith,
            sky.azimuth,
            np.asarray(parts["dni"]),
            sun,
            np.asarray(parts["dhi"]),
            dni_extra=extra,
            model="haydavies",
        )
        falling = np.nan_to_num(np.asarray(light["poa_global"]))
        cell = temperature.faiman(falling, air, wind)
        output += pvsystem.pvwatts_dc(falling, cell, 1.0, HEAT_LOSS) / len(panels.azimuths)
    return np.clip(output * panels.panels_per_inverter * (1 - panels.losses), 0, 1)
