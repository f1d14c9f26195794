"""ENTSO-E: day-ahead prices and load of a European bidding zone → hourly columns, with entsoe-py and a personal token.

`https://transparency.entsoe.eu`. The library is an extra: `sh setup.sh entsoe`.
"""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pandas as pd
import requests

from energy_model.timeseries.data_errors import DataError
from energy_model.timeseries.download.http_client import ANSWER, CachedHttpClient
from energy_model.timeseries.download.request import DataRequest, DataResponse

ADDRESS = os.environ.get("ENTSOE_ENDPOINT_URL") or "https://web-api.tp.entsoe.eu/api"
LOAD = "Actual Load"


def read(wish: DataRequest, answers: CachedHttpClient) -> DataResponse:
    """Day-ahead prices [EUR/MWh] and load of the zone [MWh], one value an hour."""
    try:
        from bs4 import XMLParsedAsHTMLWarning
        from entsoe import EntsoePandasClient, entsoe
        from entsoe.exceptions import NoMatchingDataError
    except ImportError:
        remedy = "the library entsoe-py is needed; install it with: sh setup.sh entsoe"
        raise answers.wrong(remedy) from None

    answers.session.hooks["response"].append(lambda given, **_: answers.check(given, wish.address))
    # The session has its own retries, so the library needs none.
    client = EntsoePandasClient(
        api_key=wish.key, session=answers.session, retry_count=1, retry_delay=0, timeout=int(ANSWER)
    )
    series: dict[str, pd.Series] = {}
    with _asked_at(entsoe, wish.address), warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)  # entsoe-py parses XML as HTML
        try:
            zone = entsoe.lookup_area(_code(wish.price_area))
        except ValueError:
            remedy = "this price area is not known; write one such as DK1, SE3 or DE_LU"
            raise answers.wrong(remedy, wish.price_area) from None
        try:
            if "prices" in wish.what:
                prices = client.query_day_ahead_prices(zone, start=wish.begin, end=wish.end)
                series["electricity_price"] = _until(prices, wish)
            if "load" in wish.what:
                load = client.query_load(zone, start=wish.begin, end=wish.end)[LOAD]
                series["electricity_demand"] = _until(load, wish)
        except DataError:
            raise
        except NoMatchingDataError:
            remedy = (
                f"there is no such data of {wish.price_area} in {wish.year}; take another "
                "year, zone or --variables"
            )
            raise answers.wrong(remedy) from None
        except requests.exceptions.RequestException as error:
            raise answers.no_answer(error, wish.address) from None
        except (KeyError, ValueError, AttributeError, TypeError, IndexError) as error:
            remedy = (
                f"{wish.address} gives an answer that entsoe-py cannot read; look whether the "
                "service has changed, and the library is new"
            )
            raise answers.wrong(remedy, type(error).__name__) from None
    return DataResponse(series, notes=(f"zone {wish.price_area}",))


@contextmanager
def _asked_at(library: ModuleType, address: str) -> Iterator[None]:
    """Replaces the library's base URL in the block; the library reads its own from the environment at import."""
    original, library.URL = library.URL, address  # type: ignore[attr-defined]
    try:
        yield
    finally:
        library.URL = original  # type: ignore[attr-defined]


def _code(price_area: str) -> str:
    """The library's name of a zone: DK1 is DK_1."""
    letters, number = price_area[:-1], price_area[-1:]
    return f"{letters}_{number}" if letters.isalpha() and number.isdigit() else price_area


def _until(values: Any, wish: DataRequest) -> pd.Series:
    """The values of the year, indexed by universal time."""
    values = values.tz_convert("UTC")
    return values[(values.index >= wish.begin) & (values.index < wish.end)]
