"""Open-Meteo: the weather of the ERA5 reanalysis at any place, from 1940 to a week ago.

`https://open-meteo.com/en/docs/historical-weather-api`. Temperature, wind and cloud are those of the moment;
radiation is the mean of the hour before its stamp, so it is moved to the hour it tells of.
"""

from typing import Any

import pandas as pd

from energy_model.timeseries.download.http_client import CachedHttpClient
from energy_model.timeseries.download.request import DataRequest, DataResponse
from energy_model.timeseries.download.resample import parse_timestamps

ADDRESS = "https://archive-api.open-meteo.com"
PAYING = "https://customer-archive-api.open-meteo.com"  # where a key is known
MODEL = "era5"  # alone of the archive's models it has the wind at 100 m

# Column by the name of the service.
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
    """The weather asked for; `sea_wind` at the point of the bay, all else at the place."""
    wanted: dict[str, str] = {}
    for what in wish.what:
        wanted |= WEATHER.get(what, {})
    series = _series(wish, answers, wanted, (wish.latitude, wish.longitude)) if wanted else {}
    notes = [f"{MODEL.upper()} at {wish.latitude:g} N {wish.longitude:g} E"] if wanted else []
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
        "end_date": wish.end.strftime("%Y-%m-%d"),  # its first hour tells of the year's last sun
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
    at = parse_timestamps(hourly.get("time", []), answers.service)
    found = {}
    for name, column in wanted.items():
        if name not in hourly or len(hourly[name]) != len(at):
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
        moved = at - pd.Timedelta("1h") if name in HOUR_BEFORE else at
        values = pd.to_numeric(pd.Series(hourly[name], index=moved, dtype=object), errors="coerce")
        found[column] = values * FACTORS[units[name]]
    return found
