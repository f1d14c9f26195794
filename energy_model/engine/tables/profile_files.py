"""Profile files: hourly columns, a row an hour from the year's first in UTC, without gaps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from energy_model.engine.tables.files import HEADER, Reading, row_of
from energy_model.engine.tables.settings import Settings


def read_profiles(folder: Path, case: Settings, reading: Reading) -> pd.DataFrame:
    """Every profile of the case: a row an hour, stamped as its first file is."""
    hours, told = case.time.hours, len(reading.faults)
    parts: dict[str, np.ndarray] = {}
    stamps = None
    for path in sorted((folder / "profiles").glob("*.csv")):
        name = f"profiles/{path.name}"
        found, read = _file(path, name, hours, stamps is None, reading)
        stamps = found if stamps is None else stamps
        for header in read:
            if header in parts:
                remedy = "the profile stands in another file too; remove one"
                reading.fault(name, remedy, "row 1", value=header)
        parts |= read
    if case.time.weather:
        found, read = _weather(folder, case.time.weather, hours, set(parts), reading)
        stamps = found if found is not None else stamps
        parts |= read
    if len(reading.faults) > told:
        reading.unread.add("profiles")
    if stamps is None or len(stamps) != hours:
        stamps = pd.date_range(f"{case.target_year}-01-01", periods=hours, freq="h", tz="UTC")
    return pd.DataFrame(parts, index=stamps.rename("hour"))


def _weather(
    folder: Path, wanted: str, hours: int, known: set[str], reading: Reading
) -> tuple[pd.DatetimeIndex | None, dict[str, np.ndarray]]:
    """The hours and profiles of a file of ``weather/``; those the case does not have are left out."""
    path, name = folder / "weather" / f"{wanted}.csv", f"weather/{wanted}.csv"
    if not path.is_file():
        there = ", ".join(sorted(p.stem for p in (folder / "weather").glob("*.csv"))) or "none"
        remedy = f"there is no file {name}; there are: {there}"
        reading.fault("case.toml", remedy, "time", "weather", wanted)
        return None, {}
    stamps, read = _file(path, name, hours, True, reading)
    return stamps, {header: values for header, values in read.items() if header in known}


def _file(
    path: Path, name: str, hours: int, dated: bool, reading: Reading
) -> tuple[pd.DatetimeIndex | None, dict[str, np.ndarray]]:
    """The hours of a profile file, if they are wanted, and its profiles; notes every fault."""
    nothing: tuple[pd.DatetimeIndex | None, dict[str, np.ndarray]] = (None, {})
    try:
        frame = pd.read_csv(path, encoding="utf-8", dtype=str, keep_default_na=False)
    except UnicodeDecodeError as wrong:
        reading.fault(name, "a letter is not UTF-8; save the file as UTF-8", row_of(wrong))
        return nothing
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as wrong:
        reading.fault(name, f"it is not a table of comma-separated values ({str(wrong).strip()})")
        return nothing
    except OSError as wrong:
        reading.fault(name, f"it cannot be read ({wrong.strerror})")
        return nothing
    if frame.columns[0] != "hour":
        remedy = "the first column must be 'hour', in UTC"
        reading.fault(name, remedy, "row 1", value=frame.columns[0])
        return nothing
    if len(frame) != hours:
        year = " of a year without 29 February" if hours == 8760 else ""
        first = _gap(frame["hour"])
        reading.fault(
            name,
            f"the file has {len(frame)} rows; give {hours}, one for each hour{year}",
            f"row {first + 2}" if first is not None else "",
            "hour" if first is not None else "",
            frame["hour"].iloc[first] if first is not None else "",
        )
        return nothing
    stamps = _hours(frame["hour"], name, reading) if dated else None
    parts: dict[str, np.ndarray] = {}
    for header in frame.columns[1:]:
        match = HEADER.match(header)
        if not match:
            reading.fault(name, "write 'name [unit]'", "row 1", value=header)
            continue
        values = pd.to_numeric(frame[header], errors="coerce").to_numpy(float)
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad):
            more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
            reading.fault(
                name,
                f"write a number{more}; a year has no gaps",
                f"row {bad[0] + 2}",
                header,
                frame[header].iloc[bad[0]] or "nothing",
            )
        if match["name"] in parts:
            remedy = "the profile stands in this file twice; remove one"
            reading.fault(name, remedy, "row 1", value=match["name"])
        parts[match["name"]] = values
    return stamps, parts


def _gap(stamps: pd.Series) -> int | None:
    """The first row whose hour does not follow the one before."""
    hours = pd.to_datetime(stamps, utc=True, errors="coerce", format="ISO8601").to_numpy()
    gaps = np.flatnonzero(np.diff(hours) != np.timedelta64(1, "h"))
    return int(gaps[0]) + 1 if len(gaps) else None


def _hours(stamps: pd.Series, name: str, reading: Reading) -> pd.DatetimeIndex:
    """The hours of a profile file; notes a fault where they are not one after the other."""
    hours = pd.to_datetime(stamps, utc=True, errors="coerce", format="ISO8601")
    if hours.isna().any():
        row = int(hours.isna().to_numpy().argmax())
        reading.fault(
            name,
            "write an hour such as 2025-01-01T00:00Z",
            f"row {row + 2}",
            "hour",
            stamps.iloc[row],
        )
        return pd.DatetimeIndex(hours)
    gaps = np.flatnonzero(np.diff(hours.to_numpy()) != np.timedelta64(1, "h"))
    leap = [
        i
        for i in gaps
        if hours.iloc[i].strftime("%m-%d") == "02-28"
        and (hours.iloc[i + 1] - hours.iloc[i]).days == 1
    ]
    if len(gaps) > len(leap):
        row = int(next(i for i in gaps if i not in leap))
        reading.fault(
            name,
            "the hour does not follow the one before; fill the gap or remove what stands twice",
            f"row {row + 3}",
            "hour",
            stamps.iloc[row + 1],
        )
    return pd.DatetimeIndex(hours)
