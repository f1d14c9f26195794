"""Remake: a case's year, made anew from its settings and what was measured, and written beside its tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from energy_model import timeseries
from energy_model.case.settings import load_toml
from energy_model.common.atomic_write import write_text
from energy_model.common.errors import InputError
from energy_model.timeseries.input_errors import as_faults


def settings_of(case: Path, given: Mapping[str, Any] | None = None) -> timeseries.Settings:
    """The ``[profiles]`` settings of a case, with what is given in their place; InputError if they do not do."""
    written = dict(load_toml(case / "case.toml").get("profiles", {}))
    if not written:
        raise InputError.at(
            "case.toml",
            "the case has no [profiles] section; write the place and the levels its year is to meet",
        )
    try:
        return timeseries.Settings.from_mapping(written | dict(given or {}))
    except (ValueError, TypeError) as wrong:
        raise InputError.at("case.toml", str(wrong).rstrip("."), column="profiles") from None


def year(
    case: Path, seed: int | None = None, calendar: int | None = None, out: Path | None = None
) -> tuple[Path, pd.DataFrame]:
    """Writes the year of a case's ``[profiles]`` settings; where it was written, and its statistics."""
    return _make(case, {"seed": seed, "year": calendar}, out)


def measured_year(
    case: Path,
    measured: pd.DataFrame,
    price_as_measured: bool = False,
    seed: int | None = None,
    out: Path | None = None,
) -> tuple[Path, pd.DataFrame]:
    """The same with what was measured in the place of what is made; the calendar is that of the measured year."""
    calendar = int(pd.DatetimeIndex(measured.index)[0].year)
    return _make(case, {"seed": seed, "year": calendar}, out, measured, price_as_measured)


def _make(
    case: Path,
    given: Mapping[str, int | None],
    out: Path | None,
    measured: pd.DataFrame | None = None,
    price_as_measured: bool = False,
) -> tuple[Path, pd.DataFrame]:
    settings = settings_of(
        case, {name: value for name, value in given.items() if value is not None}
    )
    with as_faults():
        made = timeseries.make_year(settings, measured, price_as_measured)
    path = out or case / "profiles" / "year.csv"
    write(made, path)
    return path, timeseries.compare_with_references(made, settings)


def write(made: pd.DataFrame, path: Path) -> None:
    """Writes a year of hours as the reader wants it, whole or not at all. WriteError if it cannot be written."""
    write_text(path, timeseries.as_text(made), "name another place with --out")
