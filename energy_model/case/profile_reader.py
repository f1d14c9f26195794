"""Profile files: hourly columns with a stamp and a unit, aligned by their stamps.

The first file that begins with a universal year, or else the first, says which hours the case has.
Every other file has the same ones, in the same order.
"""

from __future__ import annotations

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

HOUR_HEADER = re.compile(r"hour(?:\s*\[(?P<zone>[^\]]*)\])?")
MAX_LOCAL_SHIFT_HOURS = 14  # of a clock on earth from universal time
PLAIN_NUMBERS = re.compile(r"[-+0-9.eE,]*")


@dataclass
class HourlyFile:
    """The hours of a file, and its profiles with the unit of each."""

    name: str
    hours: pd.DatetimeIndex | None = None
    columns: dict[str, np.ndarray] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)


def read_profiles(folder: Path, case: Settings, reading: InputLog) -> pd.DataFrame:
    """Every profile of the case in the unit of its header: a row an hour, by its stamp.

    The units are left in ``reading.profile_units``.
    """
    count, told = case.time.hours, len(reading.issues)
    parts: dict[str, np.ndarray] = {}
    paths = [p for p in sorted((folder / "profiles").glob("*.csv")) if p.is_file()]
    files = [read_hourly_file(path, f"profiles/{path.name}", count, reading) for path in paths]
    first = _reference(files)
    for file in files:
        if first is not None:
            _check_same_hours(file, first, reading)
        for header in file.columns:
            if header in parts:
                remedy = "the profile stands in another file too; remove one"
                reading.add_issue(file.name, remedy, "row 1", value=header)
        parts |= file.columns
        reading.profile_units |= file.units
    hours = first.hours if first is not None else None
    if case.time.weather:
        weather = _read_weather(folder, case.time.weather, count, parts, first, reading)
        hours = weather.hours if weather.hours is not None else hours
        parts |= weather.columns
    if len(reading.issues) > told:
        reading.unread.add("profiles")
    if hours is None or len(hours) != count:
        hours = pd.date_range(f"{case.target_year}-01-01", periods=count, freq="h", tz="UTC")
    return pd.DataFrame(parts, index=hours.rename("hour"))


def read_hourly_file(path: Path, name: str, count: int, reading: InputLog) -> HourlyFile:
    """The hours and profiles of a file; notes every fault."""
    found, told = HourlyFile(name), len(reading.issues)
    file = reading.csv_file(path, name)
    if file is None or not _has_hours(file, count, name, reading):
        return found
    columns = (
        list(zip(*file.rows[1:], strict=True)) if len(file.rows) > 1 else [()] * len(file.header)
    )
    zone = HOUR_HEADER.fullmatch(file.header[0])

    def report(position: int, remedy: str) -> None:
        value = columns[0][position] if position >= 0 else file.header[0]
        line = file.lines[position + 1] if position >= 0 else 1
        reading.add_issue(name, remedy, f"row {line}", "hour", value)

    hours = parse_hour_stamps(columns[0], zone["zone"] if zone else None, report)
    for header, texts in zip(file.header[1:], columns[1:], strict=True):
        match = HEADER.match(header)
        if not match or match["unit"] is None or not match["unit"].strip():
            remedy = "the unit is missing; write 'name [EUR/MWh]', or 'name [1]' for a plain number"
            reading.add_issue(name, remedy, "row 1", value=header or "nothing")
        elif match["name"] in found.columns:
            remedy = "the profile stands in this file twice; remove one"
            reading.add_issue(name, remedy, "row 1", value=match["name"])
        else:
            values = _numbers(file, header, texts, name, reading)
            found.columns[match["name"]] = values
            found.units[match["name"]] = match["unit"].strip()
    if hours is not None and len(hours) == count and len(reading.issues) == told:
        found.hours = hours
    return found


def _has_hours(file: CsvFile, count: int, name: str, reading: InputLog) -> bool:
    """Whether a file is a table of the hours wanted; notes what is not so."""
    if not HOUR_HEADER.fullmatch(file.header[0]):
        remedy = "the first column must be 'hour', with stamps such as 2030-01-01T00:00Z, "
        remedy += "or 'hour [Europe/Copenhagen]' for stamps in local time"
        reading.add_issue(name, remedy, "row 1", value=file.header[0])
        return False
    keep = [bool(any(row)) for row in file.rows]
    file.lines[:] = [line for line, kept in zip(file.lines, keep, strict=True) if kept]
    file.rows[:] = [row for row, kept in zip(file.rows, keep, strict=True) if kept]
    for line, cells in zip(file.lines, file.rows, strict=True):
        if len(cells) != len(file.header):
            remedy = f"the row has {len(cells)} cells where the header has {len(file.header)}"
            reading.add_issue(name, remedy, f"row {line}")
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
        reading.add_issue(
            name, f"{remedy} ({why})", f"row {file.lines[row + 1]}", "hour", stamps[row]
        )
    else:
        reading.add_issue(name, remedy)
    return False


def _numbers(
    file: CsvFile, header: str, texts: Sequence[str], name: str, reading: InputLog
) -> np.ndarray:
    """The numbers of a column; notes the first that is none and how many more."""
    if not file.decimal_comma and PLAIN_NUMBERS.fullmatch(",".join(texts)):
        try:
            values = np.array(list(map(float, texts)))
            if np.abs(values).max(initial=0.0) <= MAX_NUMBER:
                return values
        except ValueError:
            pass  # the loop below finds which one
    values = np.full(len(texts), np.nan)
    for i, text in enumerate(texts):
        try:
            values[i] = parse_number(file.number_text(text))
        except ValueError:
            continue
    bad = np.flatnonzero(~(np.abs(values) <= MAX_NUMBER))
    if len(bad):
        text = texts[bad[0]]
        more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        remedy = f"write a number{number_hint(text)}{more}; a year has no gaps"
        if np.isfinite(values[bad[0]]):
            remedy = f"write a number of at most {MAX_NUMBER:g}{more}"
        line = file.lines[bad[0] + 1]
        reading.add_issue(name, remedy, f"row {line}", header, text or "nothing")
    return values


def _reference(files: Sequence[HourlyFile]) -> HourlyFile | None:
    """The file whose hours the case has: the first that begins with a universal year, or else the first."""
    dated = [file for file in files if file.hours is not None and len(file.hours)]
    whole = [file for file in dated if f"{file.hours[0]:%m-%dT%H}" == "01-01T00"]  # type: ignore[index]
    return next(iter(whole or dated), None)


def _check_same_hours(file: HourlyFile, first: HourlyFile, reading: InputLog) -> None:
    """Notes that a file has other hours than the case."""
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
    reading.add_issue(file.name, remedy, f"row {row + 2}", "hour", f"{file.hours[row]:{stamp}}")


def _read_weather(
    folder: Path,
    wanted: str,
    count: int,
    known: dict[str, np.ndarray],
    first: HourlyFile | None,
    reading: InputLog,
) -> HourlyFile:
    """The hours of a file of ``weather/`` and those of its profiles that the case has too.

    The year may be another. Its hours are those of the case by month, day and hour.
    """
    path, name = folder / "weather" / f"{wanted}.csv", f"weather/{wanted}.csv"
    if not path.is_file():
        there = ", ".join(sorted(p.stem for p in (folder / "weather").glob("*.csv"))) or "none"
        remedy = f"there is no file {name}; there are: {there}"
        reading.add_issue("case.toml", remedy, "", "time.weather", wanted)
        return HourlyFile(name)
    file = read_hourly_file(path, name, count, reading)
    if first is not None and first.hours is not None and file.hours is not None:
        clock = "%m-%dT%H:%MZ"
        own, theirs = file.hours.strftime(clock), first.hours.strftime(clock)
        if not own.equals(theirs):
            row = int((own != theirs).argmax())
            remedy = f"{first.name} has {theirs[row]} in this row; give the same hours of the year"
            reading.add_issue(name, remedy, f"row {row + 2}", "hour", own[row])
    taken = HourlyFile(name, file.hours)
    for header in file.columns:
        if header not in known:
            continue
        own_unit, unit = file.units[header], reading.profile_units.get(header, "1")
        if not are_alike(own_unit, unit, reading.dkk_per_eur):
            remedy = f"the profile of this name in profiles/ is in {unit}; use that unit"
            reading.add_issue(name, remedy, "row 1", value=f"{header} [{own_unit}]")
        taken.columns[header] = file.columns[header]
        reading.profile_units[header] = own_unit
    return taken


def are_alike(one: str, other: str, dkk_per_eur: float) -> bool:
    """Whether values in one unit may take the place of values in another."""
    if one == other:
        return True
    try:
        conversion(one, other, dkk_per_eur)
        return not has_arbitrary_zero(other, dkk_per_eur)
    except UnknownUnitError:
        return False
