"""Files: a CSV file → rows in the units used inside; where each row stands, and what is wrong with it."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from energy_model.common.faults import Fault
from energy_model.engine.tables.addresses import row_name
from energy_model.engine.tables.schema import Table
from energy_model.engine.tables.system import ASSET_TABLES
from energy_model.engine.tables.units import UnknownUnit, conversion

HEADER = re.compile(r"^\s*(?P<name>[\w]+)\s*(?:\[(?P<unit>[^\]]*)\])?\s*$")
NEEDED = ("carriers", "sites")
INHERITED = ("duration", "energy_use")
SOURCES = ("table", "rows", "columns", "kind", "publication", "year", "note")


@dataclass
class Reading:
    """What has been read so far: rows with where they stand, and every fault met."""

    faults: list[Fault] = field(default_factory=list)
    places: dict[tuple[str, object], tuple[str, int]] = field(default_factory=dict)
    headers: dict[tuple[str, str], str] = field(default_factory=dict)
    given_units: dict[tuple[str, object, str], str] = field(default_factory=dict)
    inherited: dict[tuple[str, object, str], object] = field(default_factory=dict)
    wrong_in_catalogue: set[tuple[object, str]] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)  # tables of which nothing could be read
    garbled: dict[str, set[str]] = field(
        default_factory=dict
    )  # names of rows that could not be read

    def fault(
        self, file: str, remedy: str, row: str = "", column: str = "", value: object = ""
    ) -> None:
        """Notes a fault."""
        self.faults.append(Fault(file, remedy, row, column, "" if value is None else str(value)))

    def at(self, table: str, key: object) -> tuple[str, str]:
        """File and row of a key, in words."""
        file, line = self.places.get((table, key), (f"{table}.csv", 0))
        return file, f"row {line} ({row_name(key)})" if line else f"row of {row_name(key)}"

    def wrong(self, table: str, key: object, column: str, value: object, remedy: str) -> None:
        """Notes a fault of a cell that has been read."""
        file, row = self.at(table, key)
        if isinstance(value, str) and re.fullmatch(r"[-+]?\d+([ .,]\d+)+", value.strip()):
            remedy += " with a point before decimals, and neither commas nor spaces"
        self.fault(file, remedy, row, self.headers.get((file, column), column), value)


def known_files(folder: Path, tables: Iterable[Table], reading: Reading) -> None:
    """Notes a fault for every CSV file that is no table: a misspelt name would else vanish."""
    names = [table.name for table in tables] + ["sources"]
    for path in sorted(folder.glob("*.csv")):
        if not any(path.stem == name or path.stem.startswith(f"{name}_") for name in names):
            near = difflib.get_close_matches(path.stem, names, n=2, cutoff=0.5)
            hint = f"nearest are {', '.join(near)}" if near else f"known are {', '.join(names)}"
            reading.fault(path.name, f"no table has this name; {hint}, or put it in another folder")


def row_of(wrong: UnicodeDecodeError) -> str:
    """The row of a letter that cannot be read, and what stands before it."""
    before = wrong.object[: wrong.start]
    line = before.rsplit(b"\n", 1)[-1].decode("utf-8", "replace")
    return f"row {before.count(bytes([10])) + 1}, after '{line[-20:]}'"


def _rows(path: Path, reading: Reading) -> list[list[str]]:
    """Rows of a CSV file as texts, the header first; empty where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as wrong:
        reading.fault(path.name, "a letter is not UTF-8; save the file as UTF-8", row_of(wrong))
        return []
    except OSError as wrong:
        reading.fault(path.name, f"it cannot be read ({wrong.strerror}); mend its permissions")
        return []
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
        if rows and len(rows[0]) == 1 and ";" in rows[0][0]:
            reading.fault(path.name, "cells are parted by semicolons; save it with commas", "row 1")
            return []
    except csv.Error as wrong:
        reading.fault(path.name, f"it is not a table of comma-separated values ({wrong})")
        return []
    if not rows:
        reading.fault(path.name, "the file is empty; write a header row or remove the file")
    return rows


def read_table(folder: Path, table: Table, reading: Reading) -> pd.DataFrame:
    """One table from all its files; cells in inside units, still to be validated."""
    paths = [folder / f"{table.name}.csv", *sorted(folder.glob(f"{table.name}_*.csv"))]
    paths = [path for path in paths if path.is_file()]
    told = len(reading.faults)
    if not paths and table.name in NEEDED:
        reading.fault(f"{table.name}.csv", f"the file is missing; create it in {folder}")
    found: dict[object, dict[str, object]] = {}
    for path in paths:
        _file(path, table, found, reading)
    if len(reading.faults) > told and not found:
        reading.unread.add(table.name)
    names = [column.name for column in table.columns]
    frame = pd.DataFrame(
        [[row.get(name) for name in names] for row in found.values()], columns=names, dtype=object
    )
    index = (
        pd.MultiIndex.from_tuples(list(found), names=table.key)
        if len(table.key) > 1 and found
        else None
    )
    if index is None:
        index = (
            pd.Index(list(found), name=table.key[0], dtype=object)
            if len(table.key) == 1
            else pd.MultiIndex.from_arrays([[] for _ in table.key], names=table.key)
        )
    return frame.set_axis(index)


def _file(path: Path, table: Table, found: dict, reading: Reading) -> None:
    rows = _rows(path, reading)
    if not rows:
        return
    columns = _columns(path.name, rows[0], table, reading)
    present = {column.name for column, _, _ in columns.values()}
    filled = INHERITED if table.name in ASSET_TABLES else ()  # a technology may give these
    missing = [
        c.header
        for c in table.columns
        if c.required and c.name not in present and c.name not in filled
    ]
    for header in missing:
        reading.fault(path.name, f"the column '{header}' is missing; add it")
    if any(name in missing for name in table.key):
        return
    for line, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(rows[0]):
            reading.fault(
                path.name,
                f"the row has {len(cells)} cells where the header has {len(rows[0])}; add or remove commas, or put quotes around text that holds one",
                f"row {line}",
            )
            reading.garbled.setdefault(table.name, set()).add(cells[0].strip())
            continue
        row = {
            column.name: column.read(cells[i].strip(), factor)
            for i, (column, factor, _) in columns.items()
        }
        parts = tuple(row.get(name) or table[name].fallback for name in table.key)
        key: Any = parts if len(parts) > 1 else parts[0]
        if key is None:
            reading.fault(path.name, "give the row a name", f"row {line}", table.key[0])
            continue
        if key in found:
            before = reading.at(table.name, key)
            reading.fault(
                path.name,
                f"the name stands already in {before[0]}, {before[1]}; give one of them another",
                f"row {line}",
                table.key[0],
                row_name(key),
            )
            continue
        found[key] = row
        reading.places[table.name, key] = (path.name, line)
        for column, _, implied in columns.values():
            if implied and row[column.name] is not None:
                reading.given_units[table.name, key, column.name] = implied


def _columns(file: str, headers: list[str], table: Table, reading: Reading) -> dict:
    """Column, factor and implied row unit by position."""
    found: dict = {}
    known = [column.name for column in table.columns]
    for i, header in enumerate(headers):
        match = HEADER.match(header)
        name = match["name"] if match else header.strip()
        if not header.strip():
            reading.fault(
                file, "a header is empty; name the column or remove it", "row 1", f"column {i + 1}"
            )
        elif name not in known:
            near = difflib.get_close_matches(name, known, n=2, cutoff=0.5)
            hint = f"nearest are {', '.join(near)}" if near else f"known are {', '.join(known)}"
            reading.fault(file, f"there is no such column; {hint}", "row 1", value=header)
        elif name in {column.name for column, _, _ in found.values()}:
            reading.fault(file, "the column stands twice; remove one", "row 1", value=header)
        else:
            column = table[name]
            reading.headers[file, name] = header.strip()
            unit = match["unit"] if match else None
            if column.range and unit is None:
                reading.fault(
                    file, f"the unit is missing; write '{column.header}'", "row 1", value=header
                )
            elif not column.range and unit is not None:
                reading.fault(
                    file,
                    f"the column holds no quantity; write '{column.name}'",
                    "row 1",
                    value=header,
                )
            try:
                way = conversion(unit.strip(), column.unit) if column.range and unit else None
                found[i] = (column, way.factor if way else 1.0, way.implied if way else None)
            except UnknownUnit:
                reading.fault(
                    file,
                    f"the unit does not fit; write '{column.header}' or a multiple of it",
                    "row 1",
                    value=header,
                )
                found[i] = (column, 1.0, None)
    return found


def read_sources(folder: Path, reading: Reading) -> pd.DataFrame:
    """The rows of ``sources*.csv`` in order."""
    found = []
    for path in sorted(folder.glob("sources*.csv")):
        rows = _rows(path, reading)
        if rows and (missing := [name for name in SOURCES if name not in rows[0]]):
            reading.fault(path.name, f"columns are missing; add {', '.join(missing)}")
            continue
        for line, cells in enumerate(rows[1:], start=2):
            if len(cells) != len(rows[0]):
                reading.fault(
                    path.name,
                    f"the row has {len(cells)} cells where the header has {len(rows[0])}",
                    f"row {line}",
                )
                continue
            row = dict(zip(rows[0], (cell.strip() for cell in cells), strict=True))
            if row["kind"] not in ("source", "assumption"):
                reading.fault(
                    path.name, "write source or assumption", f"row {line}", "kind", row["kind"]
                )
            elif row["kind"] == "source" and not (row["publication"] and row["year"]):
                reading.fault(
                    path.name,
                    "name the publication and its year, or mark it as an assumption",
                    f"row {line}",
                    "publication",
                )
            elif row["kind"] == "assumption" and not row["note"]:
                reading.fault(
                    path.name, "give the reasoning of the assumption", f"row {line}", "note"
                )
            found.append({name: row[name] for name in SOURCES})
    return pd.DataFrame(found, columns=list(SOURCES))
