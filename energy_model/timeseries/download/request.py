"""Request: the request to a service, and its response before resampling."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True, kw_only=True)
class DataRequest:
    """A year at a location, from a service; fields that the service does not use may be empty."""

    year: int  # calendar year in universal time
    datasets: tuple[str, ...]  # names of datasets of the service
    latitude: float  # degrees north
    longitude: float  # degrees east
    address: str  # base URL of the service, without a trailing slash
    key: str = field(default="", repr=False)  # never printed, stored or cached
    municipality: str = ""  # number, as Danish services write it: 751
    price_area: str = ""  # bidding zone: DK1
    weather_station: str = ""  # of weather; empty: the grid cell of the location
    sea_station: str = ""  # of sea temperature; empty: the nearest
    sea_point: tuple[float, ...] = ()  # latitude and longitude of a park in the bay

    @property
    def begin(self) -> pd.Timestamp:
        """The start of the year."""
        return pd.Timestamp(self.year, 1, 1, tz="UTC")

    @property
    def end(self) -> pd.Timestamp:
        """The end of the year, exclusive."""
        return pd.Timestamp(self.year + 1, 1, 1, tz="UTC")


@dataclass(frozen=True)
class DataResponse:
    """The response of a service: timestamped values, before resampling to the hours of the year."""

    # By column; indexed by the start of each interval in universal time.
    series: Mapping[str, pd.Series]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)  # tables that are not hourly
    notes: tuple[str, ...] = ()  # choices made for the download, such as a station
