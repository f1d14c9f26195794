"""What belongs together in one weather and one calendar does so in the made year."""

from collections.abc import Callable

import pandas as pd
import pytest
from holidays import country_holidays

from energy_model.timeseries import Settings
from energy_model.timeseries.calendar import calendar_of

HARDLY, CLEARLY, STRONGLY = 0.1, 0.3, 0.8  # correlations


@pytest.fixture(scope="module")
def local(year: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The default year on local clocks."""
    return year.tz_convert(settings.time_zone)


def winter(table: pd.DataFrame) -> pd.DataFrame:
    """December to February."""
    return table[table.index.month.isin([12, 1, 2])]


def test_wind_makes_electricity_cheap(year: pd.DataFrame) -> None:
    """Price falls with the wind on land and with that in the bay."""
    assert year.electricity_price.corr(year.onshore_wind) < -CLEARLY
    assert year.electricity_price.corr(year.nearshore_wind) < -CLEARLY


def test_sun_makes_electricity_cheap(year: pd.DataFrame) -> None:
    """Price is lower in sunny hours than in dark ones."""
    assert year.electricity_price.corr(year.field_sun) < -HARDLY


def test_cold_calm_and_dear_come_together(year: pd.DataFrame) -> None:
    """The coldest tenth of winter days has less wind and dearer electricity than the others."""
    days = winter(year.resample("D").mean())
    cold = days.air_temperature < days.air_temperature.quantile(0.1)

    assert days.onshore_wind[cold].mean() < days.onshore_wind[~cold].mean()
    assert days.electricity_price[cold].mean() > days.electricity_price[~cold].mean()


def test_winter_wind_is_mild(year: pd.DataFrame) -> None:
    """Winter wind comes from the sea and brings warmth; calm brings frost."""
    days = winter(year.resample("D").mean())

    assert days.wind_speed.corr(days.air_temperature) > CLEARLY


def test_cold_costs_heat_pumps(year: pd.DataFrame) -> None:
    """The colder the air, the lower the heat per electricity of the pumps that draw on it."""
    for name in ("air_cop", "home_cop"):
        assert year[name].corr(year.air_temperature) > STRONGLY


def test_a_hotter_network_costs_every_heat_pump(year: pd.DataFrame) -> None:
    """Surplus heat is steady, so its pump does worse exactly when the network must be hotter."""
    hot = year.network_temperature > year.network_temperature.min() + 5

    assert year.surplus_heat_cop[hot].max() < year.surplus_heat_cop[~hot].mean()


def test_cold_wants_heat(year: pd.DataFrame) -> None:
    """Heat demand falls as the air warms, day by day."""
    days = year.resample("D").mean()

    assert days.heat_demand.corr(days.air_temperature) < -STRONGLY


def test_warmth_wants_cooling(year: pd.DataFrame) -> None:
    """Cooling is wanted all year, and most in July."""
    months = year.cooling_demand.groupby(year.index.month).mean()

    assert months.idxmax() in (7, 8)
    assert months.min() > 0.5


def test_dear_hours_are_dirty_hours(year: pd.DataFrame) -> None:
    """Grid emissions follow the price, and are zero in the cheapest tenth of hours."""
    cheap = year.electricity_price < year.electricity_price.quantile(0.1)

    assert year.grid_emissions.rank().corr(year.electricity_price.rank()) > STRONGLY
    assert (year.grid_emissions[cheap] == 0).all()


def test_prices_fall_below_zero_whatever_their_mean(year: pd.DataFrame) -> None:
    """Scaling to a mean keeps the sign of every hour, so negative hours survive."""
    assert year.electricity_price.min() < 0 < year.electricity_price.mean()


@pytest.mark.parametrize("fleet", ["car", "van", "truck", "bus"])
def test_driving_follows_the_local_clock(local: pd.DataFrame, fleet: str) -> None:
    """The busiest hour of a Tuesday is the same on the clock in January and in July.

    Seen in universal time it moves by the hour of daylight saving.
    """

    def busiest(table: pd.DataFrame, month: int, hour: Callable[[pd.DataFrame], pd.Index]) -> int:
        tuesdays = table[(table.index.month == month) & (table.index.dayofweek == 1)]
        driving = tuesdays[f"{fleet}_driving"]
        return int(driving.groupby(hour(tuesdays)).mean().idxmax())

    def clock_hour(table: pd.DataFrame) -> pd.Index:
        return table.index.hour

    def universal_hour(table: pd.DataFrame) -> pd.Index:
        return table.index.tz_convert("UTC").hour

    assert busiest(local, 1, clock_hour) == busiest(local, 7, clock_hour)
    assert busiest(local, 1, universal_hour) == busiest(local, 7, universal_hour) + 1


@pytest.mark.parametrize("fleet", ["car", "van", "truck", "bus"])
def test_vehicles_charge_at_night(local: pd.DataFrame, fleet: str) -> None:
    """More of each fleet is plugged in between 1 and 4 than at noon, and at least half of it."""
    plugged = local[f"{fleet}_plugged"].groupby(local.index.hour).mean()

    assert plugged[1:4].min() > max(0.5, plugged[12])


def test_holidays_are_quieter_than_workdays(local: pd.DataFrame) -> None:
    """On each public holiday that is a weekday, less electricity is used than on such weekdays."""
    days = local.electricity_demand.groupby(local.index.date).mean()
    days.index = pd.DatetimeIndex(days.index)
    holidays = pd.DatetimeIndex(list(country_holidays("DK", years=2030)))
    for holiday in holidays[holidays.dayofweek < 5]:
        near = days[abs(days.index - holiday) <= pd.Timedelta("29D")]
        alike = near[(near.index.dayofweek == holiday.dayofweek) & ~near.index.isin(holidays)]
        assert days[holiday] < alike.mean(), holiday


def test_cruise_ships_call_by_day_in_summer(local: pd.DataFrame) -> None:
    """Cargo ships always lie at berth; the greatest demand is a cruise ship's, May to September."""
    peak = local.ships_at_berth.nlargest(50).index

    assert local.ships_at_berth.min() > 0.5
    assert peak.month.isin(range(5, 10)).all()
    assert ((peak.hour >= 8) & (peak.hour < 19)).all()


def test_the_sun_does_not_shine_at_night(year: pd.DataFrame) -> None:
    """At one in the morning by the sun nothing shines in Aarhus, not even in June."""
    night = year[year.index.hour == 0]

    assert (night[["sun", "field_sun", "roof_sun"]] == 0).all().all()


def test_rest_days_are_weekends_and_holidays(settings: Settings) -> None:
    """New Year's Day 2030, a Tuesday, is a rest day and the day after is not."""
    clock = calendar_of(settings)
    rest = pd.Series(clock.rest, index=clock.local)

    assert rest["2030-01-01"].all()
    assert not rest["2030-01-02"].any()
    assert rest["2030-01-05"].all()
