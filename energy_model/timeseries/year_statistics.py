"""Year statistics: a generated year → the quantities that are compared with published ones."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from energy_model.timeseries.calendar import Calendar
from energy_model.timeseries.settings import Settings

WINTER, SUMMER = (12, 1, 2), (6, 7, 8)
CALM = 0.05  # output per capacity


@dataclass(frozen=True)
class YearStatistics:
    """A generated year and its settings."""

    table: pd.DataFrame
    settings: Settings

    @property
    def hours(self) -> pd.DatetimeIndex:
        """The hours of the year in universal time."""
        return pd.DatetimeIndex(self.table.index)

    @property
    def local_hour(self) -> NDArray[np.int64]:
        """The local hour of the day, 0 to 23."""
        return Calendar(self.hours, self.settings.time_zone, self.settings.country).hour

    def over_months(self, name: str, *months: int) -> float:
        """The mean of a column over some months, January 1 to December 12."""
        return self.table[name][self.hours.month.isin(months)].mean()

    def correlation(self, one: str, other: str) -> float:
        """The hourly correlation of two columns, -1 to 1."""
        return self.table[one].corr(self.table[other])

    def rank_correlation(self, one: str, other: str) -> float:
        """The rank correlation of two columns, -1 to 1."""
        return self.table[one].rank().corr(self.table[other].rank())

    def daily_correlation(self, one: str, other: str, months: tuple[int, ...]) -> float:
        """The correlation of the daily means of two columns in some months, -1 to 1."""
        days = self.table[[one, other]].resample("D").mean()
        days = days[pd.DatetimeIndex(days.index).month.isin(months)]
        return days[one].corr(days[other])

    def memory(self, name: str, lag: int) -> float:
        """The autocorrelation of a column at a lag in hours, -1 to 1."""
        return _autocorrelation(self.table[name], lag)

    def weather_memory(self, name: str, lag: int) -> float:
        """The autocorrelation of a column without its seasonal and daily cycle, -1 to 1."""
        column = self.table[name]
        usual = column.groupby([self.hours.month, self.hours.hour]).transform("mean")
        return _autocorrelation(column - usual, lag)

    def capture(self, name: str) -> float:
        """The capture price of a plant's output over the mean price."""
        price, output = self.table["electricity_price"], self.table[name]
        return (price * output).sum() / output.sum() / price.mean()

    def price_at(self, hour: int) -> float:
        """The mean price at a local hour over the mean price."""
        price = self.table["electricity_price"]
        return price[self.local_hour == hour].mean() / price.mean()

    def price_above(self, multiple: float) -> float:
        """Hours in which the price is above a multiple of its mean [h]."""
        price = self.table["electricity_price"]
        return float((price > multiple * price.mean()).sum())

    def longest_calm(self) -> float:
        """The longest time in which the output of turbines on land is below 5 % of capacity [h]."""
        calm = self.table["onshore_wind"] < CALM
        return float(calm.groupby((~calm).cumsum()).sum().max())

    def degree_days(self) -> float:
        """Degree days below 17 degC [K d]."""
        return (17 - self.table["air_temperature"].resample("D").mean()).clip(lower=0).sum()

    def weighted(self, name: str, weight: str) -> float:
        """The harmonic mean of a column, weighted by another."""
        weights = self.table[weight]
        return weights.sum() / (weights / self.table[name]).sum()


def _autocorrelation(column: pd.Series, lag: int) -> float:
    """The autocorrelation of a series at a lag in hours, -1 to 1."""
    values = column.to_numpy() - column.mean()
    return (values[lag:] * values[:-lag]).mean() / (values**2).mean()
