"""The table itself: its hours, columns, bounds and means."""

from typing import Any

import pandas as pd
import pytest

from energy_model.timeseries import MEANINGS, UNITS, Settings, make_year
from energy_model.timeseries.vehicles import FLEETS

HOURS = 8760
MEAN_ONE = [name for name in UNITS if name.endswith("_driving")] + [
    "electricity_demand",
    "heat_demand",
    "space_heat",
    "hot_water",
    "cooling_demand",
    "ships_at_berth",
]
SHARES = [name for name in UNITS if name.endswith(("_plugged", "_wind", "_sun", "_available"))]


def test_there_is_one_row_per_hour_in_universal_time(year: pd.DataFrame) -> None:
    """The index is named, in universal time, and steps by the hour from the first of January."""
    assert year.index.name == "hour"
    assert str(year.index.tz) == "UTC"
    assert len(year) == HOURS
    assert year.index[0] == pd.Timestamp("2030-01-01", tz="UTC")
    assert (year.index[1:] - year.index[:-1] == pd.Timedelta("1h")).all()


def test_every_column_is_described(year: pd.DataFrame) -> None:
    """Columns, units and meanings name the same profiles in the same order; nothing is missing."""
    assert list(year) == list(UNITS) == list(MEANINGS)
    assert all(meaning.endswith(".") for meaning in MEANINGS.values())
    assert not year.isna().any().any()


@pytest.mark.parametrize("name", MEAN_ONE)
def test_demands_have_mean_one(year: pd.DataFrame, name: str) -> None:
    """A demand times a yearly mean is the yearly amount, within a ten-thousandth."""
    assert year[name].mean() == pytest.approx(1, abs=1e-4)
    assert year[name].min() >= 0


@pytest.mark.parametrize("name", SHARES)
def test_shares_lie_between_none_and_all(year: pd.DataFrame, name: str) -> None:
    """Outputs per capacity and shares of a fleet are fractions, and not all of them the same."""
    assert year[name].between(0, 1).all()
    assert year[name].nunique() > 1


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith("_cop")])
def test_heat_pumps_give_more_heat_than_electricity(year: pd.DataFrame, name: str) -> None:
    """In no hour does a heat pump fall to an electric boiler or rise beyond what is built."""
    assert year[name].between(1.5, 7).all()


@pytest.mark.parametrize("name", FLEETS)
def test_no_vehicle_drives_while_plugged_in(year: pd.DataFrame, name: str) -> None:
    """Vehicles on the road and vehicles at a charger are never more than the fleet."""
    on_the_road = FLEETS[name].on_the_road * year[f"{name}_driving"]

    assert (on_the_road + year[f"{name}_plugged"]).max() <= 1


def test_a_leap_year_goes_without_its_extra_day(aarhus: dict[str, Any]) -> None:
    """2028 has 8760 rows too, none of them on 29 February, and demands keep their means."""
    made = make_year(Settings.from_mapping(aarhus | {"year": 2028}))

    assert len(made) == HOURS
    assert not ((made.index.month == 2) & (made.index.day == 29)).any()
    assert made.index[-1] == pd.Timestamp("2028-12-31 23:00", tz="UTC")
    assert not made.isna().any().any()
    assert made[MEAN_ONE].mean().to_numpy() == pytest.approx(1, abs=1e-4)


def test_the_same_settings_give_the_same_year(year: pd.DataFrame, settings: Settings) -> None:
    """A year can be made again, digit for digit."""
    pd.testing.assert_frame_equal(make_year(settings), year, check_exact=True)


@pytest.mark.parametrize("change", [{"seed": 10}, {"year": 2029}])
def test_another_seed_or_year_has_other_weather(
    year: pd.DataFrame, aarhus: dict[str, Any], change: dict[str, int]
) -> None:
    """The wind of two seeds, or of two years, has nothing in common but the season."""
    other = make_year(Settings.from_mapping(aarhus | change))

    together = year.wind_speed.reset_index(drop=True).corr(other.wind_speed.reset_index(drop=True))
    assert abs(together) < 0.3
