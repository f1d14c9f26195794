"""Measured files: CASE/measured/NAME_YEAR.csv, hours of a real year — written whole or not at all, and read with faults.

Where the files come from is told in CASE/sources_measured.csv, a row for each thing fetched.
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
from energy_model.case.table_reader import SOURCES
from energy_model.case.units import conversion
from energy_model.common.atomic_write import write_files
from energy_model.common.errors import InputError, InputIssue
from energy_model.timeseries import MEASURED_UNITS
from energy_model.timeseries.download.resample import hours_of
from energy_model.timeseries.observed import COLUMNS

FOLDER = "measured"
SOURCES_FILE = "sources_measured.csv"
TABLE = "measured"  # the table that rows of the sources file tell of
SIGNIFICANT_DIGITS = 6  # significant digits kept of every value
HOUR = "%Y-%m-%dT%H:%MZ"


def as_text(table: pd.DataFrame) -> str:
    """Hours as the text of a file: hour first, units in headers."""
    return timeseries.as_text(table, MEASURED_UNITS, SIGNIFICANT_DIGITS)


def read(path: Path, year: int) -> pd.DataFrame:
    """The hours of a file, a column for each name in the unit of `MEASURED_UNITS`.

    Raises:
        InputError: The file, row and column of every fault.
    """
    name, reading, hours = f"{FOLDER}/{path.name}", InputLog(), hours_of(year)
    file = read_hourly_file(path, name, len(hours), reading)
    if file.hours is not None and not file.hours.equals(hours):
        row = int((file.hours != hours).argmax())
        remedy = f"give the {len(hours)} hours of {year} in UTC one after the other, without "
        remedy += f"29 February; in this row {hours[row].strftime(HOUR)}"
        reading.add_issue(name, remedy, f"row {row + 2}", "hour", file.hours[row].strftime(HOUR))
    columns: dict[str, np.ndarray] = {}
    for column, values in file.columns.items():
        given, unit = file.units[column], MEASURED_UNITS.get(column)
        if unit is None:
            known = ", ".join(f"{n} [{u}]" for n, u in MEASURED_UNITS.items())
            remedy = f"no such column is known; known are {known}"
            reading.add_issue(name, remedy, "row 1", value=f"{column} [{given}]")
        elif not are_alike(given, unit, reading.dkk_per_eur):
            remedy = f"write '{column} [{unit}]', and values in it"
            reading.add_issue(name, remedy, "row 1", value=f"{column} [{given}]")
        else:
            factor = 1.0 if given == unit else conversion(given, unit, reading.dkk_per_eur).factor
            columns[column] = values * factor
            _, _, low, high = COLUMNS[column]
            outside = ~((columns[column] >= low) & (columns[column] <= high))
            if outside.any():
                row = int(outside.argmax())
                remedy = (
                    f"write a value from {low:,} to {high:,} {unit}; look whether the unit is right"
                )
                reading.add_issue(name, remedy, f"row {row + 2}", column, f"{values[row]:g}")
    if reading.issues:
        raise InputError(reading.issues)
    return pd.DataFrame(columns, index=hours)


def year_of(case: Path, year: int, prefer: Sequence[str] = ()) -> tuple[pd.DataFrame, dict[str, str]]:  # fmt: skip
    """All measured columns of a year, and the file each comes from.

    Args:
        case: Folder of the case.
        year: The calendar year.
        prefer: Names of files, without the year, whose columns are taken where several hold one; the first first.

    Raises:
        InputError: There is nothing, or two files hold one column and none is preferred.
    """
    paths = sorted((case / FOLDER).glob(f"*_{year}.csv"))
    names = [_name(path, year) for path in paths]
    if not paths:
        there = sorted({p.stem.rsplit("_", 1)[-1] for p in (case / FOLDER).glob("*_[0-9]*.csv")})
        hint = f"; there is {', '.join(y for y in there if y.isdigit())}" if there else ""
        raise InputError.at(f"{FOLDER}/*_{year}.csv", f"nothing was measured in {year}{hint}; fetch it with: energy-model timeseries fetch SERVICE {case} --year {year}")  # fmt: skip
    faults = [InputIssue("--prefer", f"no file of {year} has this name; there are {', '.join(names)}", value=p) for p in prefer if p not in names]  # fmt: skip
    read_in: dict[str, pd.DataFrame] = {}
    for name, path in zip(names, paths, strict=True):
        try:
            read_in[name] = read(path, year)
        except InputError as fault:
            faults += fault.issues
    order = [*(p for p in prefer if p in read_in), *(n for n in read_in if n not in prefer)]
    taken: dict[str, str] = {}
    for name in order:
        for column in read_in[name]:
            if column not in taken:
                taken[column] = name
            elif taken[column] not in prefer:
                faults.append(InputIssue(f"{FOLDER}/{name}_{year}.csv", f"it stands in {FOLDER}/{taken[column]}_{year}.csv too; take it out of one of them, or add --prefer {name} or --prefer {taken[column]}", "row 1", str(column)))  # fmt: skip
    if faults:
        raise InputError(faults)
    known = [column for column in MEASURED_UNITS if column in taken]
    return pd.DataFrame({c: read_in[taken[c]][c] for c in known}), {c: taken[c] for c in known}


def with_sources(case: Path, rows: Sequence[Mapping[str, str]]) -> str:
    """The text of the sources file with rows in the place of those that tell of the same."""
    path = case / SOURCES_FILE
    kept: list[dict[str, str]] = []
    if path.is_file():
        try:
            kept = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")), strict=True))  # fmt: skip
        except (OSError, UnicodeDecodeError, csv.Error):
            raise InputError.at(SOURCES_FILE, "it is no table of comma-separated values in UTF-8; mend it, or take it away") from None  # fmt: skip
    new = {(row["rows"], column) for row in rows for column in row["columns"].split()}
    still = []
    for row in kept:
        columns = [c for c in (row.get("columns") or "").split() if (row.get("rows"), c) not in new]
        if columns or not row.get("columns"):
            still.append(row | {"columns": " ".join(columns)})
    text = io.StringIO()
    writer = csv.DictWriter(text, SOURCES, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows([*still, *rows])
    return text.getvalue()


def write(files: Mapping[Path, str]) -> None:
    """Writes all files or none. WriteError if a place cannot be written."""
    write_files({path: text.encode() for path, text in files.items()}, "make the folder writable")


def _name(path: Path, year: int) -> str:
    return path.stem.removesuffix(f"_{year}")
