"""Open-Meteo: ERA5 reanalysis weather at a location, from 1940 to a week ago → hourly columns.

`https://open-meteo.com/en/docs/historical-weather-api`. Temperature, wind and cloud cover are instantaneous;
radiation is the mean of the hour before its timestamp, so it is shifted to the hour it describes.
"""

from typing import Any

import pandas as pd

from energy_model.timeseries.download.http_client import CachedHttpClient
from energy_model.timeseries.download.request import DataRequest, DataResponse
from energy_model.timeseries.download.resample import parse_timestamps

ADDRESS = "https://archive-api.open-meteo.com"
PAID_ADDRESS = "https://customer-archive-api.open-meteo.com"  # base URL for calls with a key
MODEL = "era5"  # the only model of the archive with wind at 100 m

# Columns by dataset and parameter of the service.
WEATHER = {
    "temperature": {"temperature_2m": "air_temperature"},
    "wind": {"wind_speed_10m": "wind_speed", "wind_speed_100m": "wind_speed_at_hub"},
    "sun": {"shortwave_radiation": "sun"},
    "cloud": {"cloud_cover": "cloud"},
}
AT_SEA = {"wind_speed_100m": "wind_speed_at_sea"}
MEANS_OF_PRECEDING_HOUR = ("shortwave_radiation",)
FACTORS = {"°C": 1.0, "m/s": 1.0, "km/h": 1 / 3.6, "W/m²": 1.0, "%": 0.01}


def read(request: DataRequest, http: CachedHttpClient) -> DataResponse:
    """The weather of the request; `sea_wind` at the sea point, all other datasets at the location."""
    parameters: dict[str, str] = {}
    for what in request.datasets:
        parameters |= WEATHER.get(what, {})
    series = (
        _series(request, http, parameters, (request.latitude, request.longitude))
        if parameters
        else {}
    )
    notes = (
        [f"{MODEL.upper()} at {request.latitude:g} N {request.longitude:g} E"] if parameters else []
    )
    if "sea_wind" in request.datasets:
        series |= _series(request, http, AT_SEA, request.sea_point)
        notes.append("wind at sea at {:g} N {:g} E".format(*request.sea_point))
    return DataResponse(series, notes=tuple(notes))


def _series(
    request: DataRequest, http: CachedHttpClient, columns: dict[str, str], point: tuple[float, ...]
) -> dict[str, pd.Series]:
    parameters: dict[str, Any] = {
        "latitude": point[0],
        "longitude": point[1],
        "start_date": request.begin.strftime("%Y-%m-%d"),
        "end_date": request.end.strftime(
            "%Y-%m-%d"
        ),  # its first hour holds the radiation of the year's last hour
        "hourly": ",".join(columns),
        "wind_speed_unit": "ms",
        "timezone": "UTC",
        "models": MODEL,
    }
    if request.key:
        parameters["apikey"] = request.key
    address = PAID_ADDRESS if request.key and request.address == ADDRESS else request.address
    content = http.json(f"{address}/v1/archive", parameters)
    if not isinstance(content, dict) or content.get("error") or "hourly" not in content:
        reason = content.get("reason", "") if isinstance(content, dict) else ""
        raise http.error(f"{address} returns no hourly values; see its message", str(reason))
    hourly, units = content["hourly"], content.get("hourly_units", {})
    stamps = parse_timestamps(hourly.get("time", []), http.service)
    series = {}
    for name, column in columns.items():
        if name not in hourly or len(hourly[name]) != len(stamps):
            remedy = (
                f"{address} returns no complete {name}; leave it out with --variables, or check "
                "whether the service has changed"
            )
            raise http.error(remedy, ", ".join(hourly))
        if units.get(name) not in FACTORS:
            remedy = (
                f"{address} returns {name} in an unknown unit; known units are {', '.join(FACTORS)}"
            )
            raise http.error(remedy, str(units.get(name)))
        shifted = stamps - pd.Timedelta("1h") if name in MEANS_OF_PRECEDING_HOUR else stamps
        values = pd.to_numeric(
            pd.Series(hourly[name], index=shifted, dtype=object), errors="coerce"
        )
        series[column] = values * FACTORS[units[name]]
    return series
