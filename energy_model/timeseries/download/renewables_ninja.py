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


def read(wish: DataRequest, answers: CachedHttpClient) -> DataResponse:
    """Output of turbines on land, of solar fields and of solar roofs, as requested [1]."""
    series: dict[str, pd.Series] = {}
    if "wind" in wish.what:
        turbines = {"height": ON_LAND.hub_height, "turbine": TURBINE, "raw": "false"}
        output = _output(wish, answers, "wind", turbines)
        series["onshore_wind"] = (output * (1 - ON_LAND.losses)).clip(0, 1)
    if "field_sun" in wish.what:
        series["field_sun"] = _sun(wish, answers, FIELD)
    if "roof_sun" in wish.what:
        series["roof_sun"] = _sun(wish, answers, ROOF)
    note = f"{REANALYSIS.upper()} at {wish.latitude:g} N {wish.longitude:g} E"
    return DataResponse(series, notes=(note,))


def _sun(wish: DataRequest, answers: CachedHttpClient, panels: Panels) -> pd.Series:
    """Output of panels per unit of inverter capacity [1]; all panels face south, to limit the number of requests."""
    parameters = {"system_loss": panels.losses, "tracking": 0, "tilt": panels.tilt, "azim": SOUTH}
    output = _output(wish, answers, "pv", parameters)
    return (output * panels.panels_per_inverter).clip(0, 1)


def _output(
    wish: DataRequest, answers: CachedHttpClient, kind: str, asked: dict[str, Any]
) -> pd.Series:
    """Output per unit of capacity, one value an hour [1]."""
    parameters = {
        "lat": wish.latitude,
        "lon": wish.longitude,
        "date_from": f"{wish.year}-01-01",
        "date_to": f"{wish.year}-12-31",
        "dataset": REANALYSIS,
        "capacity": 1.0,
        "format": "json",
        **asked,
    }
    address = f"{wish.address}/api/data/{kind}"
    answer = answers.json(address, parameters, {"Authorization": f"Token {wish.key}"})
    data: Any = answer.get("data") if isinstance(answer, dict) else None
    try:
        values = [float(row["electricity"]) for row in data.values()]
    except (AttributeError, KeyError, TypeError, ValueError):
        remedy = f"{address} gives no hours of electricity; look whether the service has changed"
        raise answers.wrong(remedy, str(answer)[:120]) from None
    return pd.Series(values, index=_stamps(list(data), answers.service), dtype=float)


def _stamps(keys: list[str], service: str) -> pd.DatetimeIndex:
    """Timestamps from milliseconds since 1970 or from times, depending on the version of the service."""
    if all(key.lstrip("-").isdigit() for key in keys):
        return pd.DatetimeIndex(pd.to_datetime([int(key) for key in keys], unit="ms", utc=True))
    return parse_timestamps(keys, service)
