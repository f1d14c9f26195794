"""Validation: a generated year → its statistics next to published ranges, as a table."""

from collections.abc import Callable
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


CATALOGUE = "Danish Energy Agency, Technology Data, column 2030"
AALBORG = "ERA5 reanalysis for Aalborg, 2012 (DTU, hydesign)"
OPEN_METEO = "Open-Meteo, 56.13 N 10.19 E, 2024"
ENERGINET = "Energinet, Energi Data Service, Elspotprices of DK1, 2024"
BOTH = "Elspotprices of DK1 with Open-Meteo for Aarhus, 2024"
SETTING = "The settings"


@dataclass(frozen=True)
class ReferenceStatistic:
    """A statistic, the range it should lie in, and where the range comes from."""

    statistic: str
    unit: str
    low: float
    high: float
    source: str
    measure: Callable[[YearStatistics], float]


# fmt: off
REFERENCE_STATISTICS = (
    ReferenceStatistic("Onshore wind, full-load hours", "h", 3300, 3650,
           f"{CATALOGUE}: 3,600; its AF25 projection: 3,500; measured wind of 2024: 3,370.",
           lambda year: year.table.onshore_wind.sum()),
    ReferenceStatistic("Nearshore wind, full-load hours", "h", 4225, 4675, f"{CATALOGUE}: 4,450, within 5 %.",
           lambda year: year.table.nearshore_wind.sum()),
    ReferenceStatistic("Solar fields, full-load hours", "h", 1336, 1632, f"{CATALOGUE}: 1,484, within 10 %.",
           lambda year: year.table.field_sun.sum()),
    ReferenceStatistic("Solar roofs, full-load hours", "h", 1080, 1320,
           f"{CATALOGUE}: 1,172 on homes and 1,228 on firms, within 10 % of 1,200.",
           lambda year: year.table.roof_sun.sum()),
    ReferenceStatistic("Irradiation on level ground", "kWh/m2", 1020, 1110,
           f"{OPEN_METEO}: 1,063; {CATALOGUE}: 1,068.",
           lambda year: year.table.sun.sum() / 1000),
    ReferenceStatistic("Irradiation in November to January, share", "1", 0.03, 0.06, f"{OPEN_METEO}: 0.043.",
           lambda year: year.over_months("sun", 11, 12, 1) / year.table.sun.mean() * 92 / 365),
    ReferenceStatistic("Wind 10 m above ground, mean", "m/s", 4.4, 4.9, f"{OPEN_METEO}: 4.7.",
           lambda year: year.table.wind_speed.mean()),
    ReferenceStatistic("Onshore wind, correlation with 6 hours before", "1", 0.68, 0.82, f"{AALBORG}: 0.75.",
           lambda year: year.memory("onshore_wind", 6)),
    ReferenceStatistic("Onshore wind, correlation with a day before", "1", 0.15, 0.35, f"{AALBORG}: 0.27.",
           lambda year: year.memory("onshore_wind", 24)),
    ReferenceStatistic("Onshore and nearshore wind, correlation", "1", 0.60, 0.85,
           "ERA5 reanalysis between Danish sites, 2012 (DTU, hydesign): 0.64 to 0.75.",
           lambda year: year.correlation("onshore_wind", "nearshore_wind")),
    ReferenceStatistic("Onshore wind, January over July", "1", 1.4, 2.1, f"{AALBORG}: 1.65 to 2.0.",
           lambda year: year.over_months("onshore_wind", 1) / year.over_months("onshore_wind", 7)),
    ReferenceStatistic("Onshore wind, longest time below 5 %", "h", 35, 100, "An assumption.",
           lambda year: year.longest_calm()),
    ReferenceStatistic("Air temperature, mean over the settings'", "degC", -0.25, 0.25, f"{SETTING}.",
           lambda year: year.table.air_temperature.mean()
           - sum(year.settings.air_temperatures) / 12),
    ReferenceStatistic("Air temperature, coldest hour", "degC", -14, -8,
           f"{OPEN_METEO}: -10.7; the range is an assumption.",
           lambda year: year.table.air_temperature.min()),
    ReferenceStatistic("Air temperature, warmest hour", "degC", 25, 30, "An assumption.",
           lambda year: year.table.air_temperature.max()),
    ReferenceStatistic("Air temperature, correlation with a day before", "1", 0.60, 0.80, f"{AALBORG}: 0.70.",
           lambda year: year.weather_memory("air_temperature", 24)),
    ReferenceStatistic("Air temperature, correlation with three days before", "1", 0.20, 0.50,
           f"{AALBORG}: 0.39, with a February of rare cold.",
           lambda year: year.weather_memory("air_temperature", 72)),
    ReferenceStatistic("Degree days below 17 degC", "K d", 2700, 3150,
           f"{OPEN_METEO}: 2,734 in a warm year; Danish normal year: 2,906; {AALBORG}: 3,266.",
           lambda year: year.degree_days()),
    ReferenceStatistic("Wind and warmth in winter, daily correlation", "1", 0.30, 0.65, f"{AALBORG}: 0.5.",
           lambda year: year.daily_correlation("wind_speed", "air_temperature", WINTER)),
    ReferenceStatistic("Wind and warmth in summer, daily correlation", "1", -0.45, -0.10,
           f"{AALBORG}: -0.20 to -0.38.",
           lambda year: year.daily_correlation("wind_speed", "air_temperature", SUMMER)),
    ReferenceStatistic("Heat demand, peak over mean", "1", 2.6, 3.1,
           "950 to 1,100 MW for 3,100 GWh a year in Aarhus, an assumption.",
           lambda year: year.table.heat_demand.max()),
    ReferenceStatistic("Heat demand, July over mean", "1", 0.28, 0.40, "An assumption.",
           lambda year: year.over_months("heat_demand", 7)),
    ReferenceStatistic("Electricity demand, peak over mean", "1", 1.45, 1.65,
           "310 MW for 1,700 GWh a year in Aarhus, an assumption: 1.6.",
           lambda year: year.table.electricity_demand.max()),
    ReferenceStatistic("Electricity demand, trough over mean", "1", 0.57, 0.67, "An assumption: 0.62.",
           lambda year: year.table.electricity_demand.min()),
    ReferenceStatistic("Air heat pump, mean heat per electricity", "1", 3.0, 3.9,
           f"{CATALOGUE}: 3.85; the operator of the harbour plant states three to four.",
           lambda year: year.table.air_cop.mean()),
    ReferenceStatistic("Sea heat pump, mean heat per electricity", "1", 3.4, 4.0,
           f"{CATALOGUE}: 3.7; project page of AffaldVarme Aarhus: 4.0.",
           lambda year: year.table.sea_cop.mean()),
    ReferenceStatistic("Waste-water heat pump, mean heat per electricity", "1", 3.5, 4.1,
           "Between sea water and surplus heat, an assumption.",
           lambda year: year.table.waste_water_cop.mean()),
    ReferenceStatistic("Surplus-heat pump, mean heat per electricity", "1", 4.3, 5.3,
           f"{CATALOGUE}: 4.3 to 5.3 from 1 to 10 MW.",
           lambda year: year.table.surplus_heat_cop.mean()),
    ReferenceStatistic("House heat pump, heat per electricity over the heating year", "1", 3.3, 3.6,
           f"{CATALOGUE}: 3.55.",
           lambda year: year.weighted("home_cop", "space_heat")),
    ReferenceStatistic("Electricity price, mean over the settings'", "1", 0.995, 1.005, f"{SETTING}.",
           lambda year: year.table.electricity_price.mean() / year.settings.mean_price),
    ReferenceStatistic("Electricity price, spread over mean", "1", 0.67, 0.75, f"{ENERGINET}: 50.2 of 70.6.",
           lambda year: year.table.electricity_price.std()
           / year.table.electricity_price.mean()),
    ReferenceStatistic("Electricity price, hours below zero", "h", 350, 400, f"{ENERGINET}: 375.",
           lambda year: (year.table.electricity_price < 0).sum()),
    ReferenceStatistic("Electricity price, hours above 2.12 times its mean", "h", 290, 330,
           f"{ENERGINET}: 311 hours above 150 EUR/MWh.",
           lambda year: year.price_above(150 / 70.6)),
    ReferenceStatistic("Electricity price at 4, over mean", "1", 0.72, 0.92, f"{ENERGINET}: 58 of 70.6.",
           lambda year: year.price_at(4)),
    ReferenceStatistic("Electricity price at 8, over mean", "1", 1.10, 1.35, f"{ENERGINET}: 87 of 70.6.",
           lambda year: year.price_at(8)),
    ReferenceStatistic("Electricity price at 13, over mean", "1", 0.55, 0.75, f"{ENERGINET}: 46 of 70.6.",
           lambda year: year.price_at(13)),
    ReferenceStatistic("Electricity price at 19, over mean", "1", 1.35, 1.65, f"{ENERGINET}: 106 of 70.6.",
           lambda year: year.price_at(19)),
    ReferenceStatistic("Electricity price, November to January over May to July", "1", 1.1, 1.7,
           f"{ENERGINET}: 1.42.",
           lambda year: year.over_months("electricity_price", 11, 12, 1)
           / year.over_months("electricity_price", 5, 6, 7)),
    ReferenceStatistic("Electricity price, correlation with a day before", "1", 0.50, 0.75,
           "0.74 in DK1 2021, when prices rose all year, and 0.64 in the Netherlands 2023 "
           "(DTU, hydesign); the lower end is an assumption.",
           lambda year: year.memory("electricity_price", 24)),
    ReferenceStatistic("Electricity price and onshore wind, correlation", "1", -0.46, -0.32, f"{BOTH}: -0.39.",
           lambda year: year.correlation("electricity_price", "onshore_wind")),
    ReferenceStatistic("Electricity price and sun, correlation", "1", -0.35, -0.21, f"{BOTH}: -0.28.",
           lambda year: year.correlation("electricity_price", "sun")),
    ReferenceStatistic("Onshore wind, price earned over mean", "1", 0.69, 0.80, f"{BOTH}: 52.5 of 70.6.",
           lambda year: year.capture("onshore_wind")),
    ReferenceStatistic("Solar fields, price earned over mean", "1", 0.62, 0.75, f"{BOTH}: 48.2 of 70.6.",
           lambda year: year.capture("field_sun")),
    ReferenceStatistic("Grid emissions, mean over the settings'", "1", 0.99, 1.01, f"{SETTING}.",
           lambda year: year.table.grid_emissions.mean() / year.settings.mean_grid_emissions),
    ReferenceStatistic("Grid emissions and price, rank correlation", "1", 0.70, 1.00, "An assumption.",
           lambda year: year.rank_correlation("grid_emissions", "electricity_price")),
)
# fmt: on


def compare_with_references(year: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """One row a statistic: its value in the year, the reference range and the source of the range."""
    statistics = YearStatistics(year, settings)
    return pd.DataFrame(
        {
            "statistic": reference.statistic,
            "unit": reference.unit,
            "value": float(reference.measure(statistics)),
            "target_low": reference.low,
            "target_high": reference.high,
            "source": reference.source,
        }
        for reference in REFERENCE_STATISTICS
    )
