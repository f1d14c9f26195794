"""Profile reader: hourly files with stamps and units → profiles, aligned by their stamps.

The first file that begins at the start of a UTC year, otherwise the first file, defines the hours
of the case. Every other file must have the same hours in the same order.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from energy_model.case.csv_file import CsvFile
from energy_model.case.hour_stamps import parse_hour_stamps
from energy_model.case.input_log import InputLog
from energy_model.case.number_parsing import number_hint, parse_number
from energy_model.case.schema import MAX_NUMBER
from energy_model.case.settings import Settings
from energy_model.case.table_reader import HEADER
from energy_model.case.units import UnknownUnitError, conversion, has_arbitrary_zero
from energy_model.common.recent_results import RecentResults

HOUR_HEADER = re.compile(r"hour(?:\s*\[(?P<zone>[^\]]*)\])?")
MAX_LOCAL_SHIFT_HOURS = 14  # largest offset of a time zone from UTC
MAX_RECENT_FILES = 12
PLAIN_NUMBERS = re.compile(r"[-+0-9.eE,]*")


@dataclass
class HourlyFile:
    """The hours of a file, and its profiles with their units; it does not change after it is read."""

    name: str
    hours: pd.DatetimeIndex | None = None
    columns: dict[str, np.ndarray] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)  # the line of each row, the header first


_RECENT_FILES: RecentResults[HourlyFile] = RecentResults(MAX_RECENT_FILES)


def read_profiles(folder: Path, case: Settings, input_log: InputLog) -> pd.DataFrame:
    """Returns every profile of the case in the unit of its header, with one row per hour.

    The units are written to ``input_log.profile_units``.
    """
    count, issue_count = case.time.hours, len(input_log.issues)
    profiles: dict[str, np.ndarray] = {}
    paths = [
        file_path
        for file_path in sorted((folder / "profiles").glob("*.csv"))
        if file_path.is_file()
    ]
    files = [read_hourly_file(path, f"profiles/{path.name}", count, input_log) for path in paths]
    reference = _reference(files)
    for file in files:
        if reference is not None:
            _check_same_hours(file, reference, input_log)
        for header in file.columns:
            if header in profiles:
                remedy = "another file has a profile of this name too; remove one"
                input_log.add_issue(file.name, remedy, "row 1", value=header)
        profiles |= file.columns
        input_log.profile_units |= file.units
    hours = reference.hours if reference is not None else None
    if case.time.weather_year:
        weather = _read_weather(
            folder, case.time.weather_year, count, profiles, reference, input_log
        )
        hours = weather.hours if weather.hours is not None else hours
        profiles |= weather.columns
    if len(input_log.issues) > issue_count:
        input_log.unreadable_tables.add("profiles")
    if hours is None or len(hours) != count:
        hours = pd.date_range(f"{case.target_year}-01-01", periods=count, freq="h", tz="UTC")
    return pd.DataFrame(profiles, index=hours.rename("hour"))


def read_hourly_file(path: Path, name: str, count: int, input_log: InputLog) -> HourlyFile:
    """Returns the hours and profiles of a file; adds every issue to ``input_log``.

    A file with the same name and content as a recent one without issues is not parsed again.
    """
    content = input_log.content(path, name)
    if content is None:
        return HourlyFile(name)
    key = name, count, hashlib.sha256(content).digest()
    hourly_file = _RECENT_FILES.find(key)
    if hourly_file is None:
        hourly_file = _parse_hourly_file(content, name, count, input_log)
        if hourly_file.hours is not None:  # there is no issue
            _RECENT_FILES.put(key, hourly_file)
    return hourly_file


def _parse_hourly_file(content: bytes, name: str, count: int, input_log: InputLog) -> HourlyFile:
    hourly_file, issue_count = HourlyFile(name), len(input_log.issues)
    file = input_log.csv_rows(content, name)
    if file is None or not _has_hours(file, count, name, input_log):
        return hourly_file
    columns = (
        list(zip(*file.rows[1:], strict=True)) if len(file.rows) > 1 else [()] * len(file.header)
    )
    hourly_file.lines = file.lines
    zone = HOUR_HEADER.fullmatch(file.header[0])

    def report(position: int, remedy: str) -> None:
        value = columns[0][position] if position >= 0 else file.header[0]
        line = file.lines[position + 1] if position >= 0 else 1
        input_log.add_issue(name, remedy, f"row {line}", "hour", value)

    hours = parse_hour_stamps(columns[0], zone["zone"] if zone else None, report)
    for header, texts in zip(file.header[1:], columns[1:], strict=True):
        match = HEADER.match(header)
        if not match or match["unit"] is None or not match["unit"].strip():
            remedy = "the unit is missing; write 'name [EUR/MWh]', or 'name [1]' for a plain number"
            input_log.add_issue(name, remedy, "row 1", value=header or "nothing")
        elif match["name"] in hourly_file.columns:
            remedy = "the file has two profiles of this name; remove one"
            input_log.add_issue(name, remedy, "row 1", value=match["name"])
        else:
            values = _numbers(file, header, texts, name, input_log)
            hourly_file.columns[match["name"]] = values
            hourly_file.units[match["name"]] = match["unit"].strip()
    if hours is not None and len(hours) == count and len(input_log.issues) == issue_count:
        hourly_file.hours = hours
    return hourly_file


def _has_hours(file: CsvFile, count: int, name: str, input_log: InputLog) -> bool:
    """Returns whether a file has a valid hour column and ``count`` hours; adds issues if not."""
    if not HOUR_HEADER.fullmatch(file.header[0]):
        remedy = "the first column must be 'hour', with stamps such as 2030-01-01T00:00Z, "
        remedy += "or 'hour [Europe/Copenhagen]' for stamps in local time"
        input_log.add_issue(name, remedy, "row 1", value=file.header[0])
        return False
    is_filled = [bool(any(row)) for row in file.rows]
    file.lines[:] = [line for line, filled in zip(file.lines, is_filled, strict=True) if filled]
    file.rows[:] = [row for row, filled in zip(file.rows, is_filled, strict=True) if filled]
    for line, cells in zip(file.lines, file.rows, strict=True):
        if len(cells) != len(file.header):
            remedy = f"the row has {len(cells)} cells where the header has {len(file.header)}"
            input_log.add_issue(name, remedy, f"row {line}")
            return False
    if len(file.rows) - 1 == count:
        return True
    year = " of a year without 29 February" if count == 8760 else ""
    remedy = f"the file has {len(file.rows) - 1} rows; give {count}, one for each hour{year}"
    stamps = [row[0] for row in file.rows[1:]]
    gaps: list[tuple[int, str]] = []
    zone = HOUR_HEADER.fullmatch(file.header[0])
    parse_hour_stamps(
        stamps, zone["zone"] if zone else None, lambda row, why: gaps.append((max(row, 0), why))
    )
    if gaps:
        row, why = gaps[0]
        input_log.add_issue(
            name, f"{remedy} ({why})", f"row {file.lines[row + 1]}", "hour", stamps[row]
        )
    else:
        input_log.add_issue(name, remedy)
    return False


def _numbers(
    file: CsvFile, header: str, texts: Sequence[str], name: str, input_log: InputLog
) -> np.ndarray:
    """Returns the numbers of a column; adds an issue with the first invalid cell and a count."""
    if not file.decimal_comma and PLAIN_NUMBERS.fullmatch(",".join(texts)):
        try:
            values = np.array(list(map(float, texts)))
            if np.abs(values).max(initial=0.0) <= MAX_NUMBER:
                return values
        except ValueError:
            pass  # the loop below locates the invalid cell
    values = np.full(len(texts), np.nan)
    for i, text in enumerate(texts):
        try:
            values[i] = parse_number(file.number_text(text))
        except ValueError:
            continue
    bad_positions = np.flatnonzero(~(np.abs(values) <= MAX_NUMBER))
    if len(bad_positions):
        text = texts[bad_positions[0]]
        suffix = f" (and {len(bad_positions) - 1} more)" if len(bad_positions) > 1 else ""
        remedy = f"write a number{number_hint(text)}{suffix}; a year has no gaps"
        if np.isfinite(values[bad_positions[0]]):
            remedy = f"write a number of at most {MAX_NUMBER:g}{suffix}"
        line = file.lines[bad_positions[0] + 1]
        input_log.add_issue(name, remedy, f"row {line}", header, text or "nothing")
    return values


def _reference(files: Sequence[HourlyFile]) -> HourlyFile | None:
    """Returns the file that defines the hours of the case.

    It is the first file that begins at the start of a UTC year, otherwise the first with hours.
    """
    dated_files = [file for file in files if file.hours is not None and len(file.hours)]
    year_files = [file for file in dated_files if f"{file.hours[0]:%m-%dT%H}" == "01-01T00"]  # type: ignore[index]
    return next(iter(year_files or dated_files), None)


def _check_same_hours(file: HourlyFile, first: HourlyFile, input_log: InputLog) -> None:
    """Adds an issue if the hours of a file differ from those of the case."""
    if file.hours is None or first.hours is None or file.hours.equals(first.hours):
        return
    row = int((file.hours != first.hours).argmax())
    stamp = "%Y-%m-%dT%H:%MZ"
    remedy = f"{first.name} has {first.hours[row]:{stamp}} in this row; give its hours, from "
    remedy += f"{first.hours[0]:{stamp}} to {first.hours[-1]:{stamp}}"
    shift = round((first.hours[0] - file.hours[0]) / pd.Timedelta(hours=1))
    if 0 < abs(shift) <= MAX_LOCAL_SHIFT_HOURS:
        ends = ("first", "end") if shift > 0 else ("last", "beginning")
        remedy += f". A year of local time is shifted by {abs(shift)} h: take its {ends[0]} "
        remedy += f"{abs(shift)} rows out and add as many at its {ends[1]}"
    input_log.add_issue(
        file.name, remedy, f"row {file.lines[row + 1]}", "hour", f"{file.hours[row]:{stamp}}"
    )


def _read_weather(
    folder: Path,
    year_name: str,
    count: int,
    known: dict[str, np.ndarray],
    first: HourlyFile | None,
    input_log: InputLog,
) -> HourlyFile:
    """Returns the hours of a file of ``weather/`` and its profiles that the case also has.

    The year may differ; month, day and hour must be those of the case.
    """
    path, name = folder / "weather" / f"{year_name}.csv", f"weather/{year_name}.csv"
    if not path.is_file():
        available = (
            ", ".join(sorted(file_path.stem for file_path in (folder / "weather").glob("*.csv")))
            or "none"
        )
        remedy = f"there is no file {name}; there are: {available}"
        input_log.add_issue("case.toml", remedy, "", "time.weather_year", year_name)
        return HourlyFile(name)
    file = read_hourly_file(path, name, count, input_log)
    if first is not None and first.hours is not None and file.hours is not None:
        clock = "%m-%dT%H:%MZ"
        weather_hours, case_hours = file.hours.strftime(clock), first.hours.strftime(clock)
        if not weather_hours.equals(case_hours):
            row = int((weather_hours != case_hours).argmax())
            remedy = (
                f"{first.name} has {case_hours[row]} in this row; give the same hours of the year"
            )
            input_log.add_issue(
                name, remedy, f"row {file.lines[row + 1]}", "hour", weather_hours[row]
            )
    weather = HourlyFile(name, file.hours)
    for header in file.columns:
        if header not in known:
            continue
        weather_unit, unit = file.units[header], input_log.profile_units.get(header, "1")
        if not are_alike(weather_unit, unit, input_log.dkk_per_eur):
            remedy = f"the profile of this name in profiles/ is in {unit}; use that unit"
            input_log.add_issue(name, remedy, "row 1", value=f"{header} [{weather_unit}]")
        weather.columns[header] = file.columns[header]
        input_log.profile_units[header] = weather_unit
    return weather


def are_alike(one: str, other: str, dkk_per_eur: float) -> bool:
    """Returns whether values in one unit can replace values in another."""
    if one == other:
        return True
    try:
        conversion(one, other, dkk_per_eur)
        return not has_arbitrary_zero(other, dkk_per_eur)
    except UnknownUnitError:
        return False
