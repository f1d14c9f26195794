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


def read(request: DataRequest, http: CachedHttpClient) -> DataResponse:
    """Irradiation, weather and output of panels, as requested."""
    series: dict[str, pd.Series] = {}
    if {"sun", "temperature", "wind"} & set(request.datasets):
        horizontal = _hours(request, http, {"angle": 0, "aspect": 0, "pvcalculation": 0})
        if "sun" in request.datasets:
            series["sun"] = horizontal[list(PARTS)].sum(axis=1, skipna=False)
        if "temperature" in request.datasets:
            series["air_temperature"] = horizontal["temp_air"]
        if "wind" in request.datasets:
            series["wind_speed"] = horizontal["wind_speed"]
    if "field_sun" in request.datasets:
        series["field_sun"] = _output(request, http, FIELD)
    if "roof_sun" in request.datasets:
        series["roof_sun"] = _output(request, http, ROOF)
    note = f"{SATELLITES} at {request.latitude:g} N {request.longitude:g} E"
    return DataResponse(series, notes=(note,))


def _output(request: DataRequest, http: CachedHttpClient, panels: Panels) -> pd.Series:
    """Output of panels per unit of inverter capacity [1]; tilt, azimuths and losses are those of `solar`."""
    outputs = [
        _hours(
            request,
            http,
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


def _hours(request: DataRequest, http: CachedHttpClient, panels: dict[str, Any]) -> pd.DataFrame:
    """The hourly result of the service for panels with these parameters."""
    from pvlib.iotools import read_pvgis_hourly

    parameters = {
        "lat": request.latitude,
        "lon": request.longitude,
        "startyear": request.year,
        "endyear": request.year,
        "raddatabase": SATELLITES,
        "components": 1,
        "usehorizon": 1,
        "outputformat": "json",
        **panels,
    }
    text = http.text(f"{request.address}/seriescalc", parameters)
    try:
        hours, _ = read_pvgis_hourly(io.StringIO(text), pvgis_format="json")
    except (KeyError, TypeError, ValueError):
        remedy = f"{request.address} returns no hourly values in the format of PVGIS; check whether the service has changed"
        raise http.error(remedy, text[:120]) from None
    required = ["P"] if panels["pvcalculation"] else [*PARTS, "temp_air", "wind_speed"]
    missing = [name for name in required if name not in hours]
    if missing:
        remedy = f"{request.address} returns no {', '.join(missing)}; check whether the service has changed"
        raise http.error(remedy, ", ".join(hours))
    return hours.set_axis(pd.DatetimeIndex(hours.index).floor("h"))
