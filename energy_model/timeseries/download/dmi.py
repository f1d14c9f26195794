"""Danish Meteorological Institute: measured weather of a station or a square of 10 km, and of the sea.

`https://www.dmi.dk/friedata`. Climate data are means of an hour, checked by the institute; the sea is
observed every ten minutes. No key is needed.
"""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from energy_model.timeseries.download.http_client import CachedHttpClient
from energy_model.timeseries.download.request import DataRequest, DataResponse
from energy_model.timeseries.download.resample import parse_timestamps

ADDRESS = "https://opendataapi.dmi.dk/v2"
SQUARES, STATIONS = "climateData/collections/10kmGridValue", "climateData/collections/stationValue"
SEA = "oceanObs/collections"
SEA_TEMPERATURE = "tw"
PAGE = 10_000  # values asked for at once; the service gives at most 300,000

# Name of the service, column and factor by what is asked for.
WEATHER = {
    "temperature": ("mean_temp", "air_temperature", 1.0),
    "wind": ("mean_wind_speed", "wind_speed", 1.0),
    "sun": ("mean_radiation", "sun", 1.0),
    "cloud": ("mean_cloud_cover", "cloud", 0.01),
}
DARK = -5.0  # W/m2; by night an instrument may show a little less than nothing


def read(wish: DataRequest, answers: CachedHttpClient) -> DataResponse:
    """The weather and the sea asked for."""
    series: dict[str, pd.Series] = {}
    notes = []
    square = square_of(wish.latitude, wish.longitude)
    where = {"stationId": wish.weather_station} if wish.weather_station else {"cellId": square}
    collection = STATIONS if wish.weather_station else SQUARES
    for what, (name, column, factor) in WEATHER.items():
        if what in wish.what:
            asked = {**where, "parameterId": name, "timeResolution": "hour"}
            values = _values(f"{wish.address}/{collection}/items", asked, "from", wish, answers)
            series[column] = values * factor
    if series:
        notes.append(
            f"station {wish.weather_station}" if wish.weather_station else f"square {square}"
        )
    if "sun" in series:
        night = (series["sun"] < 0) & (series["sun"] >= DARK)
        series["sun"] = series["sun"].mask(night, 0.0)
    if "sea" in wish.what:
        station = wish.sea_station or _nearest_sea_station(wish, answers)
        asked = {"stationId": station, "parameterId": SEA_TEMPERATURE}
        address = f"{wish.address}/{SEA}/observation/items"
        series["sea_temperature"] = _values(address, asked, "observed", wish, answers)
        notes.append(f"sea station {station}")
    return DataResponse(series, notes=tuple(notes))


def _values(
    address: str, asked: dict[str, Any], at: str, wish: DataRequest, answers: CachedHttpClient
) -> pd.Series:
    """Values of the year by when their span begins."""
    span = f"{wish.begin:%Y-%m-%dT%H:%M:%SZ}/{wish.end - pd.Timedelta('1s'):%Y-%m-%dT%H:%M:%SZ}"
    features = list(_features(address, asked | {"datetime": span}, answers))
    if not features:
        told = ", ".join(f"{name} {value}" for name, value in asked.items())
        remedy = (
            f"there are no values of {told} in {wish.year}; name another --weather-station, "
            "year or --variables"
        )
        raise answers.wrong(remedy)
    try:
        given = [(one["properties"][at], one["properties"]["value"]) for one in features]
    except (KeyError, TypeError):
        remedy = (
            f"{address} gives values without '{at}' or 'value'; the "
            "service may have changed its format"
        )
        raise answers.wrong(remedy, str(features[0])[:120]) from None
    return pd.Series(
        pd.to_numeric(pd.Series([value for _, value in given]), errors="coerce").to_numpy(float),
        index=parse_timestamps([stamp for stamp, _ in given], answers.service),
    )


def _features(
    address: str, asked: dict[str, Any], answers: CachedHttpClient
) -> Iterator[dict[str, Any]]:
    """Every feature, page by page."""
    offset, full = 0, True
    while full:
        answer = answers.json(address, asked | {"limit": PAGE, "offset": offset})
        if not isinstance(answer, dict) or not isinstance(answer.get("features"), list):
            remedy = f"{address} gives no features; look whether the service has changed"
            raise answers.wrong(remedy, str(answer)[:120])
        yield from answer["features"]
        full = len(answer["features"]) >= PAGE
        offset += PAGE


def _nearest_sea_station(wish: DataRequest, answers: CachedHttpClient) -> str:
    """The station nearest to the place that observes the sea's temperature."""
    address = f"{wish.address}/{SEA}/station/items"
    near: dict[str, float] = {}
    for one in _features(address, {}, answers):
        about = one.get("properties") or {}
        place = (one.get("geometry") or {}).get("coordinates") or ()
        if SEA_TEMPERATURE in (about.get("parameterId") or ()) and len(place) >= 2:
            longitude, latitude = place[:2]
            east = (longitude - wish.longitude) * math.cos(math.radians(wish.latitude))
            near[str(about.get("stationId"))] = math.hypot(east, latitude - wish.latitude)
    if not near:
        remedy = (
            f"{address} names no station that observes the sea's "
            "temperature; name one with --sea-station"
        )
        raise answers.wrong(remedy)
    return min(near, key=near.__getitem__)


def square_of(latitude: float, longitude: float) -> str:
    """The name of the square of 10 km that holds a place: 10km_NORTH_EAST in the projection UTM 32.

    The projection is Krüger's series to the third order (millimetres within a zone); ellipsoid GRS80.
    """
    flattening, radius, scale = 1 / 298.257222101, 6_378_137.0, 0.9996
    n = flattening / (2 - flattening)
    mean_radius = radius / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    series = (
        n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16,
        13 * n**2 / 48 - 3 * n**3 / 5,
        61 * n**3 / 240,
    )
    north, east = math.radians(latitude), math.radians(longitude - 9)
    e = 2 * math.sqrt(n) / (1 + n)
    t = math.sinh(math.atanh(math.sin(north)) - e * math.atanh(e * math.sin(north)))
    xi = math.atan2(t, math.cos(east))
    eta = math.atanh(math.sin(east) / math.hypot(1, t))
    waves = list(enumerate(series, start=1))
    y = xi + sum(a * math.sin(2 * j * xi) * math.cosh(2 * j * eta) for j, a in waves)
    x = eta + sum(a * math.cos(2 * j * xi) * math.sinh(2 * j * eta) for j, a in waves)
    northing, easting = scale * mean_radius * y, 500_000 + scale * mean_radius * x
    return f"10km_{int(northing // 10_000)}_{int(easting // 10_000)}"
