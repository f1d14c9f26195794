"""Calendar: a calendar year and a time zone → its hours, in universal and in local time."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from energy_model.timeseries.settings import Settings

SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """The hours of a year in universal time (weather, price) and in local time (demand)."""

    hours: pd.DatetimeIndex
    time_zone: str
    country: str

    def __len__(self) -> int:
        """The number of hours, 8760."""
        return len(self.hours)

    @cached_property
    def local(self) -> pd.DatetimeIndex:
        """The hours in local time, daylight saving included."""
        return self.hours.tz_convert(self.time_zone)

    @cached_property
    def month(self) -> NDArray[np.int64]:
        """The month of each hour in universal time, January 0 to December 11."""
        return self.hours.month.to_numpy(dtype=np.int64) - 1

    @cached_property
    def hour(self) -> NDArray[np.int64]:
        """The local hour of the day, 0 to 23."""
        return self.local.hour.to_numpy(dtype=np.int64)

    @cached_property
    def season(self) -> NDArray[np.float64]:
        """The angle of the year [rad], 0 at its start and 2 pi at its end."""
        return 2 * np.pi * (np.arange(len(self)) + 0.5) / len(self)

    @cached_property
    def holidays(self) -> frozenset[date]:
        """The public holidays, as local dates."""
        from holidays import country_holidays

        years = sorted(set(self.local.year))
        return frozenset(country_holidays(self.country, years=years))

    @cached_property
    def rest(self) -> NDArray[np.bool_]:
        """Whether the local date is a weekend or a public holiday."""
        holiday = np.array([day in self.holidays for day in self.local.date])
        return holiday | (self.local.day_of_week.to_numpy() >= SATURDAY)


def every_hour(year: int) -> pd.DatetimeIndex:
    """All hours of a year in universal time, 29 February included."""
    start, end = f"{year}-01-01", f"{year + 1}-01-01"
    return pd.date_range(start, end, freq="h", tz="UTC", inclusive="left", name="hour")


def is_leap_day(hours: pd.DatetimeIndex) -> NDArray[np.bool_]:
    """Whether an hour is on 29 February."""
    return np.asarray((hours.month == 2) & (hours.day == 29))


def hours_of(year: int) -> pd.DatetimeIndex:
    """The 8760 hours of a year in universal time, without 29 February."""
    hours = every_hour(year)
    return hours[~is_leap_day(hours)]


def calendar_of(settings: Settings) -> Calendar:
    """The calendar of the settings' year, 8760 hours; 29 February is left out of leap years."""
    return Calendar(hours_of(settings.year), settings.time_zone, settings.country)
