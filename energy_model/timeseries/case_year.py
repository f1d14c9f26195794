"""Case year: the settings of a case and measured data → its hourly profiles, as a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from energy_model import timeseries
from energy_model.case.settings import load_toml
from energy_model.common.atomic_write import write_text
from energy_model.common.errors import InputError


def settings_of(case: Path, overrides: Mapping[str, Any] | None = None) -> timeseries.Settings:
    """The ``[profiles]`` settings of a case, with overrides.

    Raises:
        InputError: The section is missing, or a setting is missing, unknown or out of range.
    """
    section = dict(load_toml(case / "case.toml").get("profiles", {}))
    if not section:
        raise InputError.at(
            "case.toml",
            "the case has no [profiles] section; write the location and the mean values of its year",
        )
    try:
        return timeseries.Settings.from_mapping(section | dict(overrides or {}))
    except (ValueError, TypeError) as error:
        raise InputError.at("case.toml", str(error).rstrip("."), column="profiles") from None


def year(
    case: Path, seed: int | None = None, calendar: int | None = None, out: Path | None = None
) -> tuple[Path, pd.DataFrame]:
    """Generates the synthetic year of a case and writes it as CSV.

    Returns:
        The path of the file, and the statistics of the year next to published ranges.

    Raises:
        InputError: The settings cannot be used.
        WriteError: The file cannot be written.
    """
    return _generate(case, {"seed": seed, "year": calendar}, out)


def measured_year(
    case: Path,
    measured: pd.DataFrame,
    price_as_measured: bool = False,
    seed: int | None = None,
    out: Path | None = None,
) -> tuple[Path, pd.DataFrame]:
    """Generates the year with measured columns in place of synthetic ones and writes it as CSV.

    The calendar year is that of the measured data; returns and exceptions are those of `year`.
    """
    calendar = int(pd.DatetimeIndex(measured.index)[0].year)
    return _generate(case, {"seed": seed, "year": calendar}, out, measured, price_as_measured)


def _generate(
    case: Path,
    overrides: Mapping[str, int | None],
    out: Path | None,
    measured: pd.DataFrame | None = None,
    price_as_measured: bool = False,
) -> tuple[Path, pd.DataFrame]:
    set_overrides = {name: value for name, value in overrides.items() if value is not None}
    settings = settings_of(case, set_overrides)
    table = timeseries.make_year(settings, measured, price_as_measured)
    path = out or case / "profiles" / "year.csv"
    write(table, path)
    return path, timeseries.compare_with_references(table, settings)


def write(table: pd.DataFrame, path: Path) -> None:
    """Writes the hourly profiles as CSV, atomically. WriteError if the file cannot be written."""
    write_text(path, timeseries.as_text(table), "name another file with --out")
