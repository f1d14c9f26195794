"""A measured year takes the place of the made one, and all that follows from it follows by the same models."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from energy_model.timeseries import MEASURED_UNITS, UNITS, DataError, Settings, make_year, origins
from energy_model.timeseries.calendar import calendar_of
from energy_model.timeseries.observed import (
    COLUMNS,
    DRIVEN_BY,
    FOR_COMPARISON,
    LAND_SHEAR,
    SEA_SHEAR,
)
from energy_model.timeseries.solar import FIELD, panel_output, sky_above
from energy_model.timeseries.wind import IN_THE_BAY, ON_LAND, wind_output

ROOTS = [name for name in COLUMNS if name not in FOR_COMPARISON]


def example(name: str, hours: pd.DatetimeIndex) -> pd.Series:
    """A year of a column that no synthetic one is like: waves between a fifth and four fifths of what may be."""
    low, high = {"degC": (2, 20), "m/s": (2, 12), "W/m2": (0, 800), "1": (0, 1), "EUR/MWh": (-50, 250)}.get(MEASURED_UNITS[name], (50, 300))  # fmt: skip
    number = list(COLUMNS).index(name)
    angle = 2 * np.pi * np.arange(len(hours)) / (37 + number)
    wave = 0.5 + 0.3 * np.sin(angle + number)
    return pd.Series(low + (high - low) * wave, hours, name=name)


@pytest.fixture(scope="module")
def hours(settings: Settings) -> pd.DatetimeIndex:
    """The hours of the year."""
    return calendar_of(settings).hours


def with_(settings: Settings, *columns: pd.Series, **how: bool) -> pd.DataFrame:
    """The year with measured columns."""
    return make_year(settings, pd.concat(columns, axis=1), **how)


def refusal(settings: Settings, *columns: pd.Series, **how: bool) -> str:
    """Why a measured year is refused."""
    with pytest.raises(DataError) as caught:
        with_(settings, *columns, **how)
    return str(caught.value)


@pytest.mark.parametrize("root", ROOTS)
def test_what_follows_a_root_is_told_and_moves_and_nothing_else_does(
    settings: Settings, year: pd.DataFrame, hours: pd.DatetimeIndex, root: str
) -> None:
    """The table of what follows what is true, column by column."""
    made = with_(settings, example(root, hours))
    moved = {name for name in UNITS if not made[name].equals(year[name])}
    told = {name for name, how in origins([root]).items() if how != "synthetic"}
    assert moved == told
    assert not made.isna().any().any()


def test_a_measured_column_of_the_year_is_taken_as_it_is(
    settings: Settings, hours: pd.DatetimeIndex
) -> None:
    names = [n for n in ROOTS if n in UNITS and not n.startswith("electricity")]
    columns = [example(name, hours) for name in names]
    made = with_(settings, *columns)
    for column in columns:
        assert (made[column.name] - column).abs().max() <= 0.05, column.name
    assert {origins(names)[name] for name in names} == {"measured"}


def test_production_is_for_comparison_and_moves_nothing(
    settings: Settings, year: pd.DataFrame, hours: pd.DatetimeIndex
) -> None:
    made = with_(settings, *(example(name, hours) for name in FOR_COMPARISON))
    pd.testing.assert_frame_equal(made, year, check_exact=True)
    assert not set(FOR_COMPARISON) & {root for roots in DRIVEN_BY.values() for root in roots}


def test_wind_at_100_metres_is_brought_to_the_hubs(
    settings: Settings, hours: pd.DatetimeIndex
) -> None:
    hub = example("wind_speed_at_hub", hours)
    made = with_(settings, hub)
    raised = hub.to_numpy() * (ON_LAND.hub_height / 100) ** LAND_SHEAR
    np.testing.assert_allclose(made.onshore_wind, wind_output(raised, ON_LAND), atol=1e-4)
    np.testing.assert_allclose(made.wind_speed, 0.63 * hub, atol=0.006)
    ratio = settings.wind_speed_at_sea / settings.wind_speed_on_land
    np.testing.assert_allclose(made.nearshore_wind, wind_output(ratio * raised, IN_THE_BAY), atol=1e-4)  # fmt: skip


@pytest.mark.slow
def test_wind_at_10_metres_is_brought_to_the_hubs_if_no_other_is_known(
    settings: Settings, hours: pd.DatetimeIndex
) -> None:
    ground, hub = example("wind_speed", hours), example("wind_speed_at_hub", hours)
    made = with_(settings, ground)
    raised = ground.to_numpy() * (ON_LAND.hub_height / 10) ** LAND_SHEAR
    np.testing.assert_allclose(made.onshore_wind, wind_output(raised, ON_LAND), atol=1e-4)
    both = with_(settings, ground, hub)
    assert both.onshore_wind.equals(with_(settings, hub).onshore_wind)
    assert both.wind_speed.equals(made.wind_speed)


@pytest.mark.slow
def test_wind_at_sea_is_the_bays_own(settings: Settings, hours: pd.DatetimeIndex) -> None:
    sea, hub = example("wind_speed_at_sea", hours), example("wind_speed_at_hub", hours)
    made = with_(settings, sea, hub)
    raised = sea.to_numpy() * (IN_THE_BAY.hub_height / 100) ** SEA_SHEAR
    np.testing.assert_allclose(made.nearshore_wind, wind_output(raised, IN_THE_BAY), atol=1e-4)
    assert made.onshore_wind.equals(with_(settings, hub).onshore_wind)


def test_panels_follow_measured_sun_air_and_wind(
    settings: Settings, hours: pd.DatetimeIndex
) -> None:
    sun, air, wind = (example(name, hours) for name in ("sun", "air_temperature", "wind_speed"))
    made = with_(settings, sun, air, wind)
    sky = sky_above(settings, calendar_of(settings))
    output = panel_output(sky, sun.to_numpy(), air.to_numpy(), wind.to_numpy(), FIELD)
    np.testing.assert_allclose(made.field_sun, output, atol=1e-4)


def test_the_made_air_measured_again_makes_the_same_demands(
    settings: Settings, year: pd.DataFrame
) -> None:
    """The synthetic air, wind and sun put in as if measured give the synthetic heat again: the models are the same."""
    roots = [year[name].rename(name) for name in ("air_temperature", "wind_speed", "sun")]
    made = with_(settings, *roots)
    for name in ("heat_demand", "air_cop", "home_cop", "network_temperature", "field_sun"):
        np.testing.assert_allclose(made[name], year[name], atol=0.02, err_msg=name)


def test_the_sea_stops_its_heat_pump_in_cold(settings: Settings, hours: pd.DatetimeIndex) -> None:
    sea = pd.Series(np.where(np.arange(len(hours)) < 100, 1.0, 8.0), hours, name="sea_temperature")
    made = with_(settings, sea)
    assert (made.sea_available[:100] == 0).all()
    assert (made.sea_available[100:] == 1).all()
    assert made.sea_cop[:100].max() < made.sea_cop[100:].max()


@pytest.mark.slow
def test_a_price_is_scaled_to_the_mean_or_kept(settings: Settings, hours: pd.DatetimeIndex) -> None:
    price = example("electricity_price", hours)
    scaled, kept = with_(settings, price), with_(settings, price, price_as_measured=True)
    assert scaled.electricity_price.mean() == pytest.approx(settings.mean_price, abs=0.01)
    assert ((scaled.electricity_price < 0) == (price.round(2) < 0)).all()
    np.testing.assert_allclose(kept.electricity_price, price, atol=0.006)
    assert kept.grid_emissions.equals(scaled.grid_emissions)
    assert kept.grid_emissions.mean() == pytest.approx(settings.mean_grid_emissions, abs=1e-5)
    dirty = kept.grid_emissions > kept.grid_emissions.quantile(0.9)
    assert price[dirty].mean() > price.mean()


def test_demand_is_relative_to_its_mean(settings: Settings, hours: pd.DatetimeIndex) -> None:
    demand = example("electricity_demand", hours)
    made = with_(settings, demand)
    np.testing.assert_allclose(made.electricity_demand, demand / demand.mean(), atol=1e-4)


def test_what_cannot_be_true_is_refused(settings: Settings, hours: pd.DatetimeIndex) -> None:
    kelvin = example("air_temperature", hours) + 273
    percent = example("cloud", hours) * 100
    said = refusal(settings, kelvin, percent)
    assert "air_temperature" in said
    assert "cloud" in said
    assert "8760 hours are outside" in said
    assert "from -60 to 60 degC" in said


def test_a_year_of_cold_or_of_calm_is_a_year_too(
    settings: Settings, hours: pd.DatetimeIndex
) -> None:
    """Where no room is cooled cooling is the machines' alone, and no turbine turns below its least wind."""
    cold = example("air_temperature", hours) - 15
    calm = example("wind_speed_at_hub", hours) / 10
    made = with_(settings, cold, calm)
    assert not made.isna().any().any()
    assert made.cooling_demand.mean() == pytest.approx(1, abs=1e-4)
    assert (made.onshore_wind == 0).all()


def test_gaps_and_other_years_are_refused(
    settings: Settings, hours: pd.DatetimeIndex, aarhus: dict[str, Any]
) -> None:
    sun = example("sun", hours)
    assert "8760 of 2030" in refusal(settings, sun[:-1])
    assert "8760 of 2029" in refusal(Settings.from_mapping(aarhus | {"year": 2029}), sun)
    sun.iloc[7] = np.nan
    assert "2030-01-01T07:00Z" in refusal(settings, sun)


@pytest.mark.slow
def test_unknown_columns_and_years_that_stand_still_are_refused(
    settings: Settings, hours: pd.DatetimeIndex
) -> None:
    assert "moonshine" in refusal(settings, example("sun", hours).rename("moonshine"))
    assert "all hours have the same value" in refusal(settings, 0 * example("sun", hours))
    price = example("electricity_price", hours) - 500
    assert "--price-as-measured" in refusal(settings, price)
    assert with_(settings, price, price_as_measured=True).electricity_price.max() < 0


def test_a_leap_year_is_measured_without_its_extra_day(aarhus: dict[str, Any]) -> None:
    settings = Settings.from_mapping(aarhus | {"year": 2024})
    hours = calendar_of(settings).hours
    assert len(with_(settings, example("sun", hours))) == len(hours) == 8760


@pytest.mark.parametrize(("name", "right", "wrong"), [("municipality", "751", 751), ("price_area", "DK1", 1), ("sea_point", [56.2, 10.6], [56.2])])  # fmt: skip
def test_settings_may_tell_where_a_year_is_measured(
    aarhus: dict[str, Any], name: str, right: object, wrong: object
) -> None:
    """They do not move the made year, and need not be told."""
    assert getattr(Settings.from_mapping(aarhus), name) in ("", ())
    told = getattr(Settings.from_mapping(aarhus | {name: right}), name)
    assert told == (tuple(right) if isinstance(right, list) else right)
    with pytest.raises(ValueError, match=name):
        Settings.from_mapping(aarhus | {name: wrong})
