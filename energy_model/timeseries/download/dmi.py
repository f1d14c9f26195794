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
GRID_CELLS, STATIONS = (
    "climateData/collections/10kmGridValue",
    "climateData/collections/stationValue",
)
SEA = "oceanObs/collections"
SEA_TEMPERATURE = "tw"
MAX_PAGE_VALUES = 10_000  # values of a response; the service returns at most 300,000

# Parameter of the service, column and conversion factor by dataset.
WEATHER = {
    "temperature": ("mean_temp", "air_temperature", 1.0),
    "wind": ("mean_wind_speed", "wind_speed", 1.0),
    "sun": ("mean_radiation", "sun", 1.0),
    "cloud": ("mean_cloud_cover", "cloud", 0.01),
}
MIN_NIGHT_RADIATION = -5.0  # W/m2; instruments may show slightly negative values at night


def read(request: DataRequest, http: CachedHttpClient) -> DataResponse:
    """The weather and the sea temperature of the request; DataError if the service has no values."""
    series: dict[str, pd.Series] = {}
    notes = []
    cell = grid_cell_of(request.latitude, request.longitude)
    location = (
        {"stationId": request.weather_station} if request.weather_station else {"cellId": cell}
    )
    collection = STATIONS if request.weather_station else GRID_CELLS
    for what, (name, column, factor) in WEATHER.items():
        if what in request.datasets:
            parameters = {**location, "parameterId": name, "timeResolution": "hour"}
            values = _values(
                f"{request.address}/{collection}/items", parameters, "from", request, http
            )
            series[column] = values * factor
    if series:
        notes.append(
            f"station {request.weather_station}" if request.weather_station else f"grid cell {cell}"
        )
    if "sun" in series:
        night = (series["sun"] < 0) & (series["sun"] >= MIN_NIGHT_RADIATION)
        series["sun"] = series["sun"].mask(night, 0.0)
    if "sea" in request.datasets:
        station = request.sea_station or _nearest_sea_station(request, http)
        parameters = {"stationId": station, "parameterId": SEA_TEMPERATURE}
        address = f"{request.address}/{SEA}/observation/items"
        series["sea_temperature"] = _values(address, parameters, "observed", request, http)
        notes.append(f"sea station {station}")
    return DataResponse(series, notes=tuple(notes))


def _values(
    address: str,
    parameters: dict[str, Any],
    stamp_field: str,
    request: DataRequest,
    http: CachedHttpClient,
) -> pd.Series:
    """Values of the year, indexed by the start of each interval."""
    span = (
        f"{request.begin:%Y-%m-%dT%H:%M:%SZ}/{request.end - pd.Timedelta('1s'):%Y-%m-%dT%H:%M:%SZ}"
    )
    features = list(_features(address, parameters | {"datetime": span}, http))
    if not features:
        description = ", ".join(f"{name} {value}" for name, value in parameters.items())
        remedy = (
            f"the service has no values of {description} in {request.year}; name another --weather-station, "
            "year or --variables"
        )
        raise http.error(remedy)
    try:
        rows = [
            (feature["properties"][stamp_field], feature["properties"]["value"])
            for feature in features
        ]
    except (KeyError, TypeError):
        remedy = (
            f"{address} returns values without '{stamp_field}' or 'value'; the "
            "service may have changed its format"
        )
        raise http.error(remedy, str(features[0])[:120]) from None
    return pd.Series(
        pd.to_numeric(pd.Series([value for _, value in rows]), errors="coerce").to_numpy(float),
        index=parse_timestamps([stamp for stamp, _ in rows], http.service),
    )


def _features(
    address: str, parameters: dict[str, Any], http: CachedHttpClient
) -> Iterator[dict[str, Any]]:
    """Every feature, over all pages."""
    offset, has_more = 0, True
    while has_more:
        content = http.json(address, parameters | {"limit": MAX_PAGE_VALUES, "offset": offset})
        if not isinstance(content, dict) or not isinstance(content.get("features"), list):
            remedy = f"{address} returns no features; check whether the service has changed"
            raise http.error(remedy, str(content)[:120])
        yield from content["features"]
        has_more = len(content["features"]) >= MAX_PAGE_VALUES
        offset += MAX_PAGE_VALUES


def _nearest_sea_station(request: DataRequest, http: CachedHttpClient) -> str:
    """The sea-temperature station nearest to the location."""
    address = f"{request.address}/{SEA}/station/items"
    distances: dict[str, float] = {}
    for feature in _features(address, {}, http):
        properties = feature.get("properties") or {}
        coordinates = (feature.get("geometry") or {}).get("coordinates") or []
        if SEA_TEMPERATURE in (properties.get("parameterId") or ()) and len(coordinates) >= 2:
            longitude, latitude = coordinates[:2]
            east = (longitude - request.longitude) * math.cos(math.radians(request.latitude))
            distances[str(properties.get("stationId"))] = math.hypot(
                east, latitude - request.latitude
            )
    if not distances:
        remedy = (
            f"{address} lists no station that measures the sea "
            "temperature; name one with --sea-station"
        )
        raise http.error(remedy)
    return min(distances, key=distances.__getitem__)


def grid_cell_of(latitude: float, longitude: float) -> str:
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
