"""Danish Meteorological Institute: weather of a station or a 10 km grid cell, and sea temperature → hourly columns.

`https://www.dmi.dk/friedata`. Climate data are quality-controlled hourly means; the sea is observed
every ten minutes. No key is needed.
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
PAGE = 10_000  # values a request; the service returns at most 300,000

# Parameter of the service, column and conversion factor by dataset.
WEATHER = {
    "temperature": ("mean_temp", "air_temperature", 1.0),
    "wind": ("mean_wind_speed", "wind_speed", 1.0),
    "sun": ("mean_radiation", "sun", 1.0),
    "cloud": ("mean_cloud_cover", "cloud", 0.01),
}
DARK = -5.0  # W/m2; instruments may show slightly negative values at night


def read(wish: DataRequest, answers: CachedHttpClient) -> DataResponse:
    """The weather and the sea temperature of the request; DataError if the service has no values."""
    series: dict[str, pd.Series] = {}
    notes = []
    cell = square_of(wish.latitude, wish.longitude)
    location = {"stationId": wish.weather_station} if wish.weather_station else {"cellId": cell}
    collection = STATIONS if wish.weather_station else SQUARES
    for what, (name, column, factor) in WEATHER.items():
        if what in wish.what:
            parameters = {**location, "parameterId": name, "timeResolution": "hour"}
            values = _values(
                f"{wish.address}/{collection}/items", parameters, "from", wish, answers
            )
            series[column] = values * factor
    if series:
        notes.append(
            f"station {wish.weather_station}" if wish.weather_station else f"square {cell}"
        )
    if "sun" in series:
        night = (series["sun"] < 0) & (series["sun"] >= DARK)
        series["sun"] = series["sun"].mask(night, 0.0)
    if "sea" in wish.what:
        station = wish.sea_station or _nearest_sea_station(wish, answers)
        parameters = {"stationId": station, "parameterId": SEA_TEMPERATURE}
        address = f"{wish.address}/{SEA}/observation/items"
        series["sea_temperature"] = _values(address, parameters, "observed", wish, answers)
        notes.append(f"sea station {station}")
    return DataResponse(series, notes=tuple(notes))


def _values(
    address: str, asked: dict[str, Any], at: str, wish: DataRequest, answers: CachedHttpClient
) -> pd.Series:
    """Values of the year, indexed by the start of each interval."""
    span = f"{wish.begin:%Y-%m-%dT%H:%M:%SZ}/{wish.end - pd.Timedelta('1s'):%Y-%m-%dT%H:%M:%SZ}"
    features = list(_features(address, asked | {"datetime": span}, answers))
    if not features:
        description = ", ".join(f"{name} {value}" for name, value in asked.items())
        remedy = (
            f"there are no values of {description} in {wish.year}; name another --weather-station, "
            "year or --variables"
        )
        raise answers.wrong(remedy)
    try:
        rows = [(feature["properties"][at], feature["properties"]["value"]) for feature in features]
    except (KeyError, TypeError):
        remedy = (
            f"{address} gives values without '{at}' or 'value'; the "
            "service may have changed its format"
        )
        raise answers.wrong(remedy, str(features[0])[:120]) from None
    return pd.Series(
        pd.to_numeric(pd.Series([value for _, value in rows]), errors="coerce").to_numpy(float),
        index=parse_timestamps([stamp for stamp, _ in rows], answers.service),
    )


def _features(
    address: str, asked: dict[str, Any], answers: CachedHttpClient
) -> Iterator[dict[str, Any]]:
    """Every feature, over all pages."""
    offset, has_more = 0, True
    while has_more:
        answer = answers.json(address, asked | {"limit": PAGE, "offset": offset})
        if not isinstance(answer, dict) or not isinstance(answer.get("features"), list):
            remedy = f"{address} gives no features; look whether the service has changed"
            raise answers.wrong(remedy, str(answer)[:120])
        yield from answer["features"]
        has_more = len(answer["features"]) >= PAGE
        offset += PAGE


def _nearest_sea_station(wish: DataRequest, answers: CachedHttpClient) -> str:
    """The sea-temperature station nearest to the location."""
    address = f"{wish.address}/{SEA}/station/items"
    distances: dict[str, float] = {}
    for feature in _features(address, {}, answers):
        properties = feature.get("properties") or {}
        coordinates = (feature.get("geometry") or {}).get("coordinates") or ()
        if SEA_TEMPERATURE in (properties.get("parameterId") or ()) and len(coordinates) >= 2:
            longitude, latitude = coordinates[:2]
            east = (longitude - wish.longitude) * math.cos(math.radians(wish.latitude))
            distances[str(properties.get("stationId"))] = math.hypot(east, latitude - wish.latitude)
    if not distances:
        remedy = (
            f"{address} names no station that observes the sea's "
            "temperature; name one with --sea-station"
        )
        raise answers.wrong(remedy)
    return min(distances, key=distances.__getitem__)


def square_of(latitude: float, longitude: float) -> str:
    """The name of the 10 km grid cell of a location: 10km_NORTH_EAST in the projection UTM 32.

    The projection is Krüger's series to the third order (accurate to millimetres within a zone); ellipsoid GRS80.
    """
    flattening, radius, scale = 1 / 298.257222101, 6_378_137.0, 0.9996
    third_flattening = flattening / (2 - flattening)
    mean_radius = (
        radius / (1 + third_flattening) * (1 + third_flattening**2 / 4 + third_flattening**4 / 64)
    )
    series = (
        third_flattening / 2 - 2 * third_flattening**2 / 3 + 5 * third_flattening**3 / 16,
        13 * third_flattening**2 / 48 - 3 * third_flattening**3 / 5,
        61 * third_flattening**3 / 240,
    )
    north, east = math.radians(latitude), math.radians(longitude - 9)
    eccentricity = 2 * math.sqrt(third_flattening) / (1 + third_flattening)
    t = math.sinh(
        math.atanh(math.sin(north)) - eccentricity * math.atanh(eccentricity * math.sin(north))
    )
    xi = math.atan2(t, math.cos(east))
    eta = math.atanh(math.sin(east) / math.hypot(1, t))
    waves = list(enumerate(series, start=1))
    y = xi + sum(
        coefficient * math.sin(2 * j * xi) * math.cosh(2 * j * eta) for j, coefficient in waves
    )
    x = eta + sum(
        coefficient * math.cos(2 * j * xi) * math.sinh(2 * j * eta) for j, coefficient in waves
    )
    northing, easting = scale * mean_radius * y, 500_000 + scale * mean_radius * x
    return f"10km_{int(northing // 10_000)}_{int(easting // 10_000)}"
