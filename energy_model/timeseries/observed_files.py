"""Observed files: CASE/measured/NAME_YEAR.csv ↔ hourly tables of a real year, with their sources.

Files are written atomically. CASE/sources_measured.csv has a row for each downloaded file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from energy_model import timeseries
from energy_model.case.input_log import InputLog
from energy_model.case.profile_reader import are_alike, read_hourly_file
from energy_model.case.sources import SOURCE_COLUMNS
from energy_model.case.units import conversion
from energy_model.common.atomic_write import write_files
from energy_model.common.errors import InputError, InputIssue
from energy_model.timeseries import MEASURED_UNITS
from energy_model.timeseries.calendar import hours_of
from energy_model.timeseries.observed import COLUMNS

FOLDER = "measured"
SOURCES_FILE = "sources_measured.csv"
TABLE = "measured"  # the table named in rows of the sources file
SIGNIFICANT_DIGITS = 6  # significant digits of every value
HOUR = "%Y-%m-%dT%H:%MZ"


def as_text(table: pd.DataFrame) -> str:
    """The hourly table as CSV: the hour first, units in the headers."""
    return timeseries.as_text(table, MEASURED_UNITS, SIGNIFICANT_DIGITS)


def read(path: Path, year: int) -> pd.DataFrame:
    """The hours of a file, one column a name of `MEASURED_UNITS` and in its unit.

    Raises:
        InputError: The file, row and column of every issue.
    """
    file_name, log, hours = f"{FOLDER}/{path.name}", InputLog(), hours_of(year)
    file = read_hourly_file(path, file_name, len(hours), log)
    if file.hours is not None and not file.hours.equals(hours):
        row = int((file.hours != hours).argmax())
        remedy = (
            f"write the {len(hours)} hours of {year} in UTC in order, without 29 February; "
            f"in this row {hours[row].strftime(HOUR)}"
        )
        log.add_issue(file_name, remedy, f"row {row + 2}", "hour", file.hours[row].strftime(HOUR))
    columns: dict[str, np.ndarray] = {}
    for column, values in file.columns.items():
        file_unit, unit = file.units[column], MEASURED_UNITS.get(column)
        if unit is None:
            headers = ", ".join(f"{name} [{unit}]" for name, unit in MEASURED_UNITS.items())
            remedy = f"unknown column; valid columns are {headers}"
            log.add_issue(file_name, remedy, "row 1", value=f"{column} [{file_unit}]")
        elif not are_alike(file_unit, unit, log.dkk_per_eur):
            remedy = f"write '{column} [{unit}]', and values in this unit"
            log.add_issue(file_name, remedy, "row 1", value=f"{column} [{file_unit}]")
        else:
            factor = (
                1.0 if file_unit == unit else conversion(file_unit, unit, log.dkk_per_eur).factor
            )
            columns[column] = values * factor
            _, _, low, high = COLUMNS[column]
            outside = ~((columns[column] >= low) & (columns[column] <= high))
            if outside.any():
                row = int(outside.argmax())
                remedy = f"write a value from {low:,} to {high:,} {unit}; check the unit"
                log.add_issue(file_name, remedy, f"row {row + 2}", column, f"{values[row]:g}")
    if log.issues:
        raise InputError(log.issues)
    return pd.DataFrame(columns, index=hours)


def read_year(
    case: Path, year: int, prefer: Sequence[str] = ()
) -> tuple[pd.DataFrame, dict[str, str]]:
    """All measured columns of a year, and the file name (without the year) of each.

    Args:
        case: Folder of the case.
        year: The calendar year.
        prefer: File names, without the year, in order of precedence when several files have the same column.

    Raises:
        InputError: There is no file of the year, or two files have the same column and neither is preferred.
    """
    paths = sorted((case / FOLDER).glob(f"*_{year}.csv"))
    names = [_name(path, year) for path in paths]
    if not paths:
        years = sorted(
            {path.stem.rsplit("_", 1)[-1] for path in (case / FOLDER).glob("*_[0-9]*.csv")}
        )
        hint = f"; there are {', '.join(text for text in years if text.isdigit())}" if years else ""
        remedy = (
            f"there are no measured data of {year}{hint}; fetch them with: energy-model timeseries "
            f"fetch SERVICE {case} --year {year}"
        )
        raise InputError.at(f"{FOLDER}/*_{year}.csv", remedy)
    remedy = f"no file of {year} has this name; there are {', '.join(names)}"
    issues = [InputIssue("--prefer", remedy, value=name) for name in prefer if name not in names]
    tables: dict[str, pd.DataFrame] = {}
    for name, path in zip(names, paths, strict=True):
        try:
            tables[name] = read(path, year)
        except InputError as error:
            issues += error.issues
    ordered = [
        *(name for name in prefer if name in tables),
        *(name for name in tables if name not in prefer),
    ]
    file_of: dict[str, str] = {}
    for name in ordered:
        for column in tables[name]:
            if column not in file_of:
                file_of[column] = name
            elif file_of[column] not in prefer:
                remedy = (
                    f"{FOLDER}/{file_of[column]}_{year}.csv has it too; remove it from one of "
                    f"them, or add --prefer {name} or --prefer {file_of[column]}"
                )
                issues.append(
                    InputIssue(f"{FOLDER}/{name}_{year}.csv", remedy, "row 1", str(column))
                )
    if issues:
        raise InputError(issues)
    columns = [column for column in MEASURED_UNITS if column in file_of]
    measured = pd.DataFrame({column: tables[file_of[column]][column] for column in columns})
    return measured, {column: file_of[column] for column in columns}


def with_sources(case: Path, rows: Sequence[Mapping[str, str]]) -> str:
    """The text of the sources file, with rows of the same files and columns replaced by the new rows."""
    path = case / SOURCES_FILE
    existing: list[dict[str, str]] = []
    if path.is_file():
        try:
            text = io.StringIO(path.read_text(encoding="utf-8-sig"))
            existing = list(csv.DictReader(text, strict=True))
        except (OSError, UnicodeDecodeError, csv.Error):
            remedy = "it is not a CSV file in UTF-8; correct or remove it"
            raise InputError.at(SOURCES_FILE, remedy) from None
    replaced = {(row["rows"], column) for row in rows for column in row["columns"].split()}
    remaining = []
    for row in existing:
        columns = [
            column
            for column in (row.get("columns") or "").split()
            if (row.get("rows"), column) not in replaced
        ]
        if columns or not row.get("columns"):
            remaining.append(row | {"columns": " ".join(columns)})
    text = io.StringIO()
    writer = csv.DictWriter(text, SOURCE_COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows([*remaining, *rows])
    return text.getvalue()


def write(files: Mapping[Path, str]) -> None:
    """Writes all files or none. WriteError if a file cannot be written."""
    write_files({path: text.encode() for path, text in files.items()}, "make the folder writable")


def _name(path: Path, year: int) -> str:
    return path.stem.removesuffix(f"_{year}")
