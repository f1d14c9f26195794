"""Renewables.ninja: output of turbines and panels from the MERRA-2 reanalysis → hourly columns, with a personal token.

`https://www.renewables.ninja/documentation/api`. Free for non-commercial use, six requests a minute and fifty an
hour; one download makes three.
"""

from typing import Any

import pandas as pd

from energy_model.timeseries.download.http_client import CachedHttpClient
from energy_model.timeseries.download.request import DataRequest, DataResponse
from energy_model.timeseries.download.resample import parse_timestamps
from energy_model.timeseries.solar import FIELD, ROOF, Panels
from energy_model.timeseries.wind import ON_LAND

ADDRESS = "https://www.renewables.ninja"
REANALYSIS = "merra2"
TURBINE = "Vestas V126 3300"  # the same type as `wind.ON_LAND`
SOUTH = 180.0  # degrees


def read(request: DataRequest, http: CachedHttpClient) -> DataResponse:
    """Output of turbines on land, of solar fields and of solar roofs, as requested [1]."""
    series: dict[str, pd.Series] = {}
    if "wind" in request.datasets:
        turbines = {"height": ON_LAND.hub_height, "turbine": TURBINE, "raw": "false"}
        output = _output(request, http, "wind", turbines)
        series["onshore_wind"] = (output * (1 - ON_LAND.losses)).clip(0, 1)
    if "field_sun" in request.datasets:
        series["field_sun"] = _panel_output(request, http, FIELD)
    if "roof_sun" in request.datasets:
        series["roof_sun"] = _panel_output(request, http, ROOF)
    note = f"{REANALYSIS.upper()} at {request.latitude:g} N {request.longitude:g} E"
    return DataResponse(series, notes=(note,))


def _panel_output(request: DataRequest, http: CachedHttpClient, panels: Panels) -> pd.Series:
    """Output of panels per unit of inverter capacity [1]; all panels face south, to limit the number of requests."""
    parameters = {"system_loss": panels.losses, "tracking": 0, "tilt": panels.tilt, "azim": SOUTH}
    output = _output(request, http, "pv", parameters)
    return (output * panels.panels_per_inverter).clip(0, 1)


def _output(
    request: DataRequest, http: CachedHttpClient, kind: str, options: dict[str, Any]
) -> pd.Series:
    """Output per unit of capacity, one value an hour [1]."""
    parameters = {
        "lat": request.latitude,
        "lon": request.longitude,
        "date_from": f"{request.year}-01-01",
        "date_to": f"{request.year}-12-31",
        "dataset": REANALYSIS,
        "capacity": 1.0,
        "format": "json",
        **options,
    }
    address = f"{request.address}/api/data/{kind}"
    content = http.json(address, parameters, {"Authorization": f"Token {request.key}"})
    data: Any = content.get("data") if isinstance(content, dict) else None
    try:
        values = [float(row["electricity"]) for row in data.values()]
    except (AttributeError, KeyError, TypeError, ValueError):
        remedy = f"{address} returns no hourly electricity; check whether the service has changed"
        raise http.error(remedy, str(content)[:120]) from None
    return pd.Series(values, index=_timestamps(list(data), http.service), dtype=float)


def _timestamps(keys: list[str], service: str) -> pd.DatetimeIndex:
    """Timestamps from milliseconds since 1970 or from times, depending on the version of the service."""
    if all(key.lstrip("-").isdigit() for key in keys):
        return pd.DatetimeIndex(pd.to_datetime([int(key) for key in keys], unit="ms", utc=True))
    return parse_timestamps(keys, service)
