"""One year for Aarhus, made once for all tests of the profiles."""

from typing import Any

import pandas as pd
import pytest

from energy_model.timeseries import Settings, make_year

AARHUS = {
    "latitude": 56.16,
    "longitude": 10.20,
    "altitude": 30,
    "time_zone": "Europe/Copenhagen",
    "country": "DK",
    "year": 2030,
    "air_temperatures": [1.6, 1.5, 3.2, 7.1, 11.3, 14.7, 17.1, 17.0, 13.8, 9.7, 5.7, 2.8],
    "sea_temperatures": [4.6, 3.5, 3.8, 6.2, 10.5, 14.8, 17.6, 18.3, 16.4, 13.1, 9.6, 6.6],
    "waste_water_temperatures": [
        *(11.6, 11.0, 11.2, 12.4, 14.3, 16.6),
        *(18.5, 19.2, 18.3, 16.4, 14.2, 12.6),
    ],
    "wind_speed_on_land": 7.3,
    "wind_speed_at_sea": 8.3,
    "mean_price": 60,
    "mean_grid_emissions": 0.008,
}


@pytest.fixture(scope="session")
def aarhus() -> dict[str, Any]:
    """What a case file for Aarhus says about its year."""
    return dict(AARHUS)


@pytest.fixture(scope="session")
def settings(aarhus: dict[str, Any]) -> Settings:
    """Aarhus with the default seed."""
    return Settings.from_mapping(aarhus)


@pytest.fixture(scope="session")
def year(settings: Settings) -> pd.DataFrame:
    """The default year of Aarhus; not to be changed by a test."""
    return make_year(settings)
