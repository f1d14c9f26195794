"""PVGIS (European Commission): satellite irradiation and modelled output of panels → hourly columns.

`https://re.jrc.ec.europa.eu/pvg_tools`, parsed with pvlib. Timestamps are some minutes past the hour they represent.
"""

import io
from typing import Any

import pandas as pd

from energy_model.timeseries.download.http_client import CachedHttpClient
from energy_model.timeseries.download.request import DataRequest, DataResponse
from energy_model.timeseries.solar import FIELD, ROOF, Panels

ADDRESS = "https://re.jrc.ec.europa.eu/api/v5_3"
SATELLITES = "PVGIS-SARAH3"  # Europe, Africa and Asia, from 2005 to 2023
SOUTH = 180.0  # degrees; the zero of azimuths in PVGIS, west is positive
PARTS = ("poa_direct", "poa_sky_diffuse", "poa_ground_diffuse")
KILO = 1000.0


def read(wish: DataRequest, answers: CachedHttpClient) -> DataResponse:
    """Irradiation, weather and output of panels, as requested."""
    series: dict[str, pd.Series] = {}
    if {"sun", "temperature", "wind"} & set(wish.what):
        level = _hours(wish, answers, {"angle": 0, "aspect": 0, "pvcalculation": 0})
        if "sun" in wish.what:
            series["sun"] = level[list(PARTS)].sum(axis=1, skipna=False)
        if "temperature" in wish.what:
            series["air_temperature"] = level["temp_air"]
        if "wind" in wish.what:
            series["wind_speed"] = level["wind_speed"]
    if "field_sun" in wish.what:
        series["field_sun"] = _output(wish, answers, FIELD)
    if "roof_sun" in wish.what:
        series["roof_sun"] = _output(wish, answers, ROOF)
    note = f"{SATELLITES} at {wish.latitude:g} N {wish.longitude:g} E"
    return DataResponse(series, notes=(note,))


def _output(wish: DataRequest, answers: CachedHttpClient, panels: Panels) -> pd.Series:
    """Output of panels per unit of inverter capacity [1]; tilt, azimuths and losses are those of `solar`."""
    outputs = [
        _hours(
            wish,
            answers,
            {
                "angle": panels.tilt,
                "aspect": azimuth - SOUTH,
                "pvcalculation": 1,
                "peakpower": 1,
                "loss": 100 * panels.losses,
                "pvtechchoice": "crystSi",
                "mountingplace": "free",
            },
        )["P"]
        / KILO
        for azimuth in panels.azimuths
    ]
    mean_output = sum(outputs[1:], start=outputs[0]) / len(outputs)
    return (mean_output * panels.panels_per_inverter).clip(0, 1)


def _hours(wish: DataRequest, answers: CachedHttpClient, panels: dict[str, Any]) -> pd.DataFrame:
    """The hourly result of the service for panels with these parameters."""
    from pvlib.iotools import read_pvgis_hourly

    parameters = {
        "lat": wish.latitude,
        "lon": wish.longitude,
        "startyear": wish.year,
        "endyear": wish.year,
        "raddatabase": SATELLITES,
        "components": 1,
        "usehorizon": 1,
        "outputformat": "json",
        **panels,
    }
    text = answers.text(f"{wish.address}/seriescalc", parameters)
    try:
        hours, _ = read_pvgis_hourly(io.StringIO(text), pvgis_format="json")
    except (KeyError, TypeError, ValueError):
        remedy = f"{wish.address} gives no hours as PVGIS did; look whether the service has changed"
        raise answers.wrong(remedy, text[:120]) from None
    required = ["P"] if panels["pvcalculation"] else [*PARTS, "temp_air", "wind_speed"]
    missing = [name for name in required if name not in hours]
    if missing:
        remedy = (
            f"{wish.address} gives no {', '.join(missing)}; look whether the service has changed"
        )
        raise answers.wrong(remedy, ", ".join(hours))
    return hours.set_axis(pd.DatetimeIndex(hours.index).floor("h"))
