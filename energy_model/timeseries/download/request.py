"""Wish: what is asked of a service, and what it gave."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True, kw_only=True)
class DataRequest:
    """A year at a place, from a service; what a service does not ask for may be empty."""

    year: int  # calendar year in universal time
    what: tuple[str, ...]  # some of what the service gives
    latitude: float  # degrees north
    longitude: float  # degrees east
    address: str  # where the service answers, without a slash at the end
    key: str = field(default="", repr=False)  # never printed, stored or cached
    municipality: str = ""  # number, as Danish services write it: 751
    price_area: str = ""  # bidding zone: DK1
    weather_station: str = ""  # of weather; without it the square of the grid that holds the place
    sea_station: str = ""  # of sea temperature; without it the nearest
    sea_point: tuple[float, ...] = ()  # latitude and longitude of a park in the bay

    @property
    def begin(self) -> pd.Timestamp:
        """The first moment of the year."""
        return pd.Timestamp(self.year, 1, 1, tz="UTC")

    @property
    def end(self) -> pd.Timestamp:
        """The first moment after the year."""
        return pd.Timestamp(self.year + 1, 1, 1, tz="UTC")


@dataclass(frozen=True)
class DataResponse:
    """What a service gave: values at their stamps, not yet hours of a year."""

    series: Mapping[str, pd.Series]  # by column; stamped in universal time, where a span begins
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)  # what is no hourly column
    notes: tuple[str, ...] = ()  # what was chosen on the way, such as a station
