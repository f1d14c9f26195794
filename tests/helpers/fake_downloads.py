"""Fetching from services played here: what is asked, what comes of it, and why nothing does."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from energy_model.timeseries import DataError
from energy_model.timeseries.calendar import hours_of
from energy_model.timeseries.download import (
    SERVICES,
    CachedHttpClient,
    CompleteYear,
    DataRequest,
    fetch,
)
from energy_model.timeseries.download.request import DataResponse
from helpers import fake_services
from helpers.fake_services import Asked, Said, as_json

YEAR = 2025
HOURS = hours_of(YEAR)


def request(
    name: str, server: fake_services.Played, *datasets: str, **other: object
) -> DataRequest:
    """All that a service may be asked about Aarhus."""
    given = {
        "year": YEAR,
        "latitude": 56.16,
        "longitude": 10.2,
        "municipality": "751",
        "price_area": "DK1",
        "sea_point": (56.2, 10.6),
        "key": fake_services.KEY if SERVICES[name].key == "needed" else "",
        "address": server.address,
        "datasets": datasets or tuple(SERVICES[name].datasets),
    }
    return DataRequest(**given | other)


def fetched(
    name: str, server: fake_services.Played, *what: str, **other: object
) -> tuple[CompleteYear, DataResponse]:
    """What comes of it."""
    with CachedHttpClient(SERVICES[name].title) as http:
        return fetch(name, request(name, server, *what, **other), http)


def refusal(name: str, server: fake_services.Played, *what: str, **other: object) -> str:
    """Why nothing comes of it."""
    with pytest.raises(DataError) as caught:
        fetched(name, server, *what, **other)
    assert SERVICES[name].title in str(caught.value)
    return str(caught.value)


def same(values: pd.Series, expected: np.ndarray, within: float = 1e-5) -> None:
    """Two years are the same, hour by hour."""
    np.testing.assert_allclose(values.to_numpy(), expected, atol=within)


def changed(answer: Callable[[Asked], Said], change: Callable[[dict], object]) -> Callable[[Asked], Said]:  # fmt: skip
    """A service whose answers somebody changed."""

    def say(asked: Asked) -> Said:
        said = answer(asked)
        content = json.loads(said.body)
        change(content)
        return as_json(content)

    return say
