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
PAYING = "https://customer-archive-api.open-meteo.com"  # base URL for calls with a key
MODEL = "era5"  # the only model of the archive with wind at 100 m

# Columns by dataset and parameter of the service.
WEATHER = {
    "temperature": {"temperature_2m": "air_temperature"},
    "wind": {"wind_speed_10m": "wind_speed", "wind_speed_100m": "wind_speed_at_hub"},
    "sun": {"shortwave_radiation": "sun"},
    "cloud": {"cloud_cover": "cloud"},
}
AT_SEA = {"wind_speed_100m": "wind_speed_at_sea"}
HOUR_BEFORE = ("shortwave_radiation",)
FACTORS = {"°C": 1.0, "m/s": 1.0, "km/h": 1 / 3.6, "W/m²": 1.0, "%": 0.01}


def read(wish: DataRequest, answers: CachedHttpClient) -> DataResponse:
    """The weather of the request; `sea_wind` at the sea point, all other datasets at the location."""
    parameters: dict[str, str] = {}
    for what in wish.what:
        parameters |= WEATHER.get(what, {})
    series = (
        _series(wish, answers, parameters, (wish.latitude, wish.longitude)) if parameters else {}
    )
    notes = [f"{MODEL.upper()} at {wish.latitude:g} N {wish.longitude:g} E"] if parameters else []
    if "sea_wind" in wish.what:
        series |= _series(wish, answers, AT_SEA, wish.sea_point)
        notes.append("wind at sea at {:g} N {:g} E".format(*wish.sea_point))
    return DataResponse(series, notes=tuple(notes))


def _series(
    wish: DataRequest, answers: CachedHttpClient, wanted: dict[str, str], point: tuple[float, ...]
) -> dict[str, pd.Series]:
    parameters: dict[str, Any] = {
        "latitude": point[0],
        "longitude": point[1],
        "start_date": wish.begin.strftime("%Y-%m-%d"),
        "end_date": wish.end.strftime(
            "%Y-%m-%d"
        ),  # its first hour holds the radiation of the year's last hour
        "hourly": ",".join(wanted),
        "wind_speed_unit": "ms",
        "timezone": "UTC",
        "models": MODEL,
    }
    if wish.key:
        parameters["apikey"] = wish.key
    address = PAYING if wish.key and wish.address == ADDRESS else wish.address
    answer = answers.json(f"{address}/v1/archive", parameters)
    if not isinstance(answer, dict) or answer.get("error") or "hourly" not in answer:
        reason = answer.get("reason", "") if isinstance(answer, dict) else ""
        raise answers.wrong(f"{address} gives no hours; see what it says", str(reason))
    hourly, units = answer["hourly"], answer.get("hourly_units", {})
    stamps = parse_timestamps(hourly.get("time", []), answers.service)
    series = {}
    for name, column in wanted.items():
        if name not in hourly or len(hourly[name]) != len(stamps):
            remedy = (
                f"{address} gives no whole {name}; leave it out with --variables, or look "
                "whether the service has changed"
            )
            raise answers.wrong(remedy, ", ".join(hourly))
        if units.get(name) not in FACTORS:
            remedy = (
                f"{address} gives {name} in a unit that is not known here; known are "
                f"{', '.join(FACTORS)}"
            )
            raise answers.wrong(remedy, str(units.get(name)))
        shifted = stamps - pd.Timedelta("1h") if name in HOUR_BEFORE else stamps
        values = pd.to_numeric(
            pd.Series(hourly[name], index=shifted, dtype=object), errors="coerce"
        )
        series[column] = values * FACTORS[units[name]]
    return series
