"""What the settings refuse, and how they say it."""

import subprocess
import sys
from typing import Any

import pytest

from energy_model.timeseries import Settings


def test_an_unknown_setting_is_refused(aarhus: dict[str, Any]) -> None:
    """A misspelt key is named, with the nearest one that is known."""
    with pytest.raises(ValueError, match="'mean_prize' is unknown .*'mean_price'"):
        Settings.from_mapping(aarhus | {"mean_prize": 60})


def test_a_missing_setting_is_asked_for(aarhus: dict[str, Any]) -> None:
    """What belongs to a city has no default."""
    without = {key: value for key, value in aarhus.items() if key != "latitude"}
    with pytest.raises(ValueError, match="'latitude' is missing"):
        Settings.from_mapping(without)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("mean_price", "60"),
        ("mean_price", 0),
        ("seed", 1.5),
        ("seed", -1),
        ("year", True),
        ("latitude", 90),
        ("country", ""),
        ("month_spread", 2),
        ("sea_temperatures", [1.0, 2.0]),
        ("air_temperatures", [float("nan")] * 12),
    ],
)
def test_an_impossible_value_is_refused(aarhus: dict[str, Any], key: str, value: Any) -> None:
    """Text for a number, too few months, or a number out of bounds: the key is named."""
    with pytest.raises(ValueError, match=key):
        Settings.from_mapping(aarhus | {key: value})


def test_all_faults_are_told_together(aarhus: dict[str, Any]) -> None:
    """Two faults make one message, so that they can be put right at once."""
    with pytest.raises(ValueError, match="seed.*month_spread"):
        Settings.from_mapping(aarhus | {"seed": -1, "month_spread": 2})


def test_the_door_opens_quickly() -> None:
    """Importing the room loads none of the libraries that only making a year needs."""
    heavy = ["pvlib", "windpowerlib", "demandlib", "holidays"]
    ask = f"import sys, energy_model.timeseries; sys.exit(any(m in sys.modules for m in {heavy}))"

    assert subprocess.run([sys.executable, "-c", ask], check=False).returncode == 0
