"""ENTSO-E: day-ahead prices and load of a European bidding zone → hourly columns, with entsoe-py and a personal token.

`https://transparency.entsoe.eu`. The library is the extra ``entsoe``.
"""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import requests

from energy_model.timeseries.download.http_client import RESPONSE_TIMEOUT, CachedHttpClient
from energy_model.timeseries.download.request import DataRequest, DataResponse
from energy_model.timeseries.errors import DataError

ADDRESS = os.environ.get("ENTSOE_ENDPOINT_URL") or "https://web-api.tp.entsoe.eu/api"
LOAD = "Actual Load"


def read(request: DataRequest, http: CachedHttpClient) -> DataResponse:
    """Day-ahead prices [EUR/MWh] and load of the zone [MWh], one value an hour."""
    try:
        from bs4 import XMLParsedAsHTMLWarning
        from entsoe import entsoe
        from entsoe.exceptions import NoMatchingDataError
        from entsoe.mappings import lookup_area
    except ImportError:
        remedy = "it needs entsoe-py; install it with: pip install 'energy_model[entsoe]'"
        raise http.error(remedy) from None

    http.session.hooks["response"].append(
        lambda response, **_: http.check(response, request.address)
    )
    # The session has its own retries, so the library needs none.
    client = entsoe.EntsoePandasClient(
        api_key=request.key,
        session=http.session,
        retry_count=1,
        retry_delay=0,
        timeout=int(RESPONSE_TIMEOUT),
    )
    series: dict[str, pd.Series] = {}
    with _base_url(entsoe, request.address), warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)  # entsoe-py parses XML as HTML
        try:
            zone = lookup_area(_code(request.price_area))
        except ValueError:
            remedy = "the price area is unknown; write one such as DK1, SE3 or DE_LU"
            raise http.error(remedy, request.price_area) from None
        try:
            if "prices" in request.datasets:
                prices = client.query_day_ahead_prices(zone, start=request.begin, end=request.end)
                series["electricity_price"] = _within_year(prices, request)
            if "load" in request.datasets:
                load = client.query_load(zone, start=request.begin, end=request.end)[LOAD]
                series["electricity_demand"] = _within_year(load, request)
        except DataError:
            raise
        except NoMatchingDataError:
            remedy = (
                f"there are no such data of {request.price_area} in {request.year}; choose another "
                "year, zone or --variables"
            )
            raise http.error(remedy) from None
        except requests.exceptions.RequestException as error:
            raise http.no_response(error, request.address) from None
        except (KeyError, ValueError, AttributeError, TypeError, IndexError) as error:
            remedy = (
                f"{request.address} returns a response that entsoe-py cannot parse; check whether the "
                "service has changed, and update the library"
            )
            raise http.error(remedy, type(error).__name__) from None
    return DataResponse(series, notes=(f"zone {request.price_area}",))


@contextmanager
def _base_url(library: Any, address: str) -> Iterator[None]:
    """Replaces the library's base URL in the block; the library reads its own from the environment at import."""
    original, library.URL = library.URL, address
    try:
        yield
    finally:
        library.URL = original


def _code(price_area: str) -> str:
    """The library's name of a zone: DK1 is DK_1."""
    letters, number = price_area[:-1], price_area[-1:]
    return f"{letters}_{number}" if letters.isalpha() and number.isdigit() else price_area


def _within_year(values: Any, request: DataRequest) -> pd.Series:
    """The values of the year, indexed by universal time."""
    values = values.tz_convert("UTC")
    return values[(values.index >= request.begin) & (values.index < request.end)]
