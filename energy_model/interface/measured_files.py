"""Measured files: CASE/measured/NAME_YEAR.csv, hours of a real year — written whole or not at all, and read with faults.

Where the files come from is told in CASE/sources_measured.csv, a row for each thing fetched.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from energy_model import profiles
from energy_model.common.faults import Fault, InputFault
from energy_model.engine.tables.files import HEADER, SOURCES
from energy_model.profiles import MEASURED_UNITS
from energy_model.profiles.importers.hours import hours_of

FOLDER = "measured"
SOURCES_FILE = "sources_measured.csv"
TABLE = "measured"  # the table that rows of the sources file tell of
SIGNIFICANT_DIGITS = 6  # significant digits kept of every value
HOUR = "%Y-%m-%dT%H:%MZ"


def as_text(table: pd.DataFrame) -> str:
    """Hours as the text of a file: hour first, units in headers."""
    return profiles.as_text(table, MEASURED_UNITS, SIGNIFICANT_DIGITS)


def read(path: Path, year: int) -> pd.DataFrame:
    """The hours of a file, a column for each name; InputFault names row and column of every fault."""
    name = f"{FOLDER}/{path.name}"
    try:
        rows = pd.read_csv(
            path, encoding="utf-8-sig", dtype=str, keep_default_na=False, header=None
        )
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError):
        raise InputFault([Fault(name, "it is no table of comma-separated values in UTF-8; fetch it again, or take it away")]) from None  # fmt: skip
    headers, given = [str(text).strip() for text in rows.iloc[0]], rows.iloc[1:]
    if headers[0] != "hour":
        raise InputFault([Fault(name, "the first column must be 'hour', in UTC", "row 1", value=headers[0])])  # fmt: skip
    hours = hours_of(year)
    stamps = pd.DatetimeIndex(pd.to_datetime(given[0], utc=True, errors="coerce", format="ISO8601"))  # fmt: skip
    if not stamps.equals(hours):
        wrong = _first(np.asarray(stamps[: len(hours)] != hours[: len(stamps)]), len(stamps))
        remedy = f"give the {len(hours)} hours of {year} in UTC one after the other, without 29 February; there are {len(stamps)} rows"  # fmt: skip
        value = given[0].iloc[wrong] if wrong < len(given) else ""
        raise InputFault([Fault(name, remedy, f"row {wrong + 2}", "hour", value)])
    faults: list[Fault] = []
    columns: dict[str, np.ndarray] = {}
    for place, header in enumerate(headers[1:], start=1):
        match = HEADER.match(header)
        unit = MEASURED_UNITS.get(match["name"]) if match else None
        if match is None or unit is None:
            known = ", ".join(f"{n} [{u}]" for n, u in MEASURED_UNITS.items())
            faults.append(Fault(name, f"no such column is known; known are {known}", "row 1", value=header))  # fmt: skip
            continue
        if match["unit"] != unit:
            faults.append(Fault(name, f"write '{match['name']} [{unit}]', and values in it", "row 1", value=header))  # fmt: skip
        values = pd.to_numeric(given[place], errors="coerce").to_numpy(float)
        if not np.isfinite(values).all():
            row = _first(~np.isfinite(values), len(values))
            faults.append(Fault(name, "write a number; a year has no gaps", f"row {row + 2}", header, given[place].iloc[row] or "nothing"))  # fmt: skip
        if match["name"] in columns:
            faults.append(Fault(name, "the column stands twice; remove one", "row 1", value=header))
        columns[match["name"]] = values
    if faults:
        raise InputFault(faults)
    return pd.DataFrame(columns, index=hours)


def year_of(case: Path, year: int, prefer: Sequence[str] = ()) -> tuple[pd.DataFrame, dict[str, str]]:  # fmt: skip
    """All measured columns of a year, and the file each comes from.

    Args:
        case: Folder of the case.
        year: The calendar year.
        prefer: Names of files, without the year, whose columns are taken where several hold one; the first first.

    Raises:
        InputFault: There is nothing, or two files hold one column and none is preferred.
    """
    paths = sorted((case / FOLDER).glob(f"*_{year}.csv"))
    names = [_name(path, year) for path in paths]
    if not paths:
        there = sorted({p.stem.rsplit("_", 1)[-1] for p in (case / FOLDER).glob("*_[0-9]*.csv")})
        hint = f"; there is {', '.join(y for y in there if y.isdigit())}" if there else ""
        raise InputFault([Fault(f"{FOLDER}/*_{year}.csv", f"nothing was measured in {year}{hint}; fetch it with: energy-model fetch SERVICE {case} --year {year}")])  # fmt: skip
    faults = [Fault("--prefer", f"no file of {year} has this name; there are {', '.join(names)}", value=p) for p in prefer if p not in names]  # fmt: skip
    read_in: dict[str, pd.DataFrame] = {}
    for name, path in zip(names, paths, strict=True):
        try:
            read_in[name] = read(path, year)
        except InputFault as fault:
            faults += fault.faults
    order = [*(p for p in prefer if p in read_in), *(n for n in read_in if n not in prefer)]
    taken: dict[str, str] = {}
    for name in order:
        for column in read_in[name]:
            if column not in taken:
                taken[column] = name
            elif taken[column] not in prefer:
                faults.append(Fault(f"{FOLDER}/{name}_{year}.csv", f"it stands in {FOLDER}/{taken[column]}_{year}.csv too; take it out of one of them, or add --prefer {name} or --prefer {taken[column]}", "row 1", str(column)))  # fmt: skip
    if faults:
        raise InputFault(faults)
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
            raise InputFault([Fault(SOURCES_FILE, "it is no table of comma-separated values in UTF-8; mend it, or take it away")]) from None  # fmt: skip
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
    """Writes all files or none: each beside its place first, then all are moved."""
    drafts: dict[Path, Path] = {}
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(prefix=f".{path.name}_", dir=path.parent)
            drafts[path] = Path(draft)
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            drafts[path].chmod(0o644)
        for path, draft_path in drafts.items():
            draft_path.replace(path)
    except OSError as wrong:
        raise InputFault([Fault(str(path), f"it cannot be written ({wrong.strerror}); mend the folder's permissions")]) from None  # fmt: skip
    finally:
        for draft_path in drafts.values():
            draft_path.unlink(missing_ok=True)


def _name(path: Path, year: int) -> str:
    return path.stem.removesuffix(f"_{year}")


def _first(marked: np.ndarray, otherwise: int) -> int:
    return int(marked.argmax()) if marked.any() else min(otherwise, len(marked))
