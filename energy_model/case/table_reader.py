"""Table reader: the CSV files of a table → rows in internal units, with their locations."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from energy_model.case.csv_file import CsvFile
from energy_model.case.input_log import InputLog
from energy_model.case.overrides import row_key
from energy_model.case.renamed_inputs import (
    CELLS,
    current_cell,
    current_columns,
    current_source_columns,
)
from energy_model.case.schema import Column, Table
from energy_model.case.system import ASSET_TABLES
from energy_model.case.units import KRONER, UnknownUnitError, conversion

HEADER = re.compile(r"^\s*(?P<name>[\w]+)\s*(?:\[(?P<unit>[^\]]*)\])?\s*$")
NEEDED = ("carriers", "sites")
INHERITED = ("max_hours", "energy_use")
SOURCES = ("table", "rows", "columns", "kind", "publication", "year", "note")


def read_table(folder: Path, table: Table, reading: InputLog) -> pd.DataFrame:
    """Returns one table from all its files; cells are in internal units and not yet validated."""
    paths = [folder / f"{table.name}.csv", *sorted(folder.glob(f"{table.name}_*.csv"))]
    paths = [path for path in paths if path.is_file()]
    issue_count = len(reading.issues)
    if not paths and table.name in NEEDED:
        reading.add_issue(f"{table.name}.csv", f"the file is missing; create it in {folder}")
    rows: dict[object, dict[str, object]] = {}
    for path in paths:
        _read_file(path, table, rows, reading)
    if len(reading.issues) > issue_count and not rows:
        reading.unread.add(table.name)
    names = [column.name for column in table.columns]
    frame = pd.DataFrame(
        [[row.get(name) for name in names] for row in rows.values()], columns=names, dtype=object
    )
    return frame.set_axis(_index(table, rows))


def _index(table: Table, found: Mapping[Any, object]) -> pd.Index:
    """Returns the index of the rows."""
    if len(table.key) == 1:
        return pd.Index(list(found), name=table.key[0], dtype=object)
    if found:
        return pd.MultiIndex.from_tuples(list(found), names=table.key)
    return pd.MultiIndex.from_arrays([[] for _ in table.key], names=table.key)


def _read_file(path: Path, table: Table, found: dict, reading: InputLog) -> None:
    file = reading.csv_file(path, path.name)
    if file is None:
        return
    columns = _columns(path.name, file.header, table, reading)
    present_names = {column.name for _, column, _, _ in columns}
    inherited_names = (
        INHERITED if table.name in ASSET_TABLES else ()
    )  # a technology can provide these
    missing = [
        c.header
        for c in table.columns
        if c.required and c.name not in present_names and c.name not in inherited_names
    ]
    for header in missing:
        reading.add_issue(path.name, f"the column '{header}' is missing; add it")
    if any(name in missing for name in table.key):
        return
    for line, cells in zip(file.lines[1:], file.rows[1:], strict=True):
        if not any(cells):
            continue
        if len(cells) != len(file.header):
            _ragged(path.name, line, cells, file, reading)
            reading.garbled.setdefault(table.name, set()).add(cells[0])
            continue
        row = {
            column.name: _cell(file, column, cells[i], factor) for i, column, factor, _ in columns
        }
        _rename_cells(path.name, row, table, reading)
        key = _key(path.name, line, row, table, found, reading)
        if key is None:
            continue
        found[key] = row
        reading.places[table.name, key] = (path.name, line)
        for i, column, factor, implied in columns:
            if implied and row[column.name] is not None:
                reading.given_units[table.name, key, column.name] = implied
            if column.range and (factor != 1.0 or file.decimal_comma):
                reading.given_texts[table.name, key, column.name] = cells[i]


def _cell(file: CsvFile, column: Column, text: str, factor: float) -> object:
    """Returns a cell in the internal unit; an ambiguous number stays text and fails validation."""
    if not column.range:
        return column.read(text)
    try:
        return column.read(file.number_text(text), factor)
    except ValueError:
        return text


def _rename_cells(name: str, row: dict[str, Any], table: Table, reading: InputLog) -> None:
    """Replaces words of release 0.1 in a row."""
    for table_name, column in CELLS:
        if table.name == table_name and isinstance(word := row.get(column), str):
            row[column] = current_cell(table.name, column, word)
            if row[column] != word:
                reading.note_renamed(name, word, row[column])


def _key(
    name: str, line: int, row: Mapping[str, Any], table: Table, found: Mapping, reading: InputLog
) -> object:
    """Returns the key of a row; adds an issue and returns None if it is missing or duplicate."""
    parts = tuple(row.get(column) or table[column].fallback for column in table.key)
    key: Any = parts if len(parts) > 1 else parts[0]
    missing = [column for column, part in zip(table.key, parts, strict=True) if part is None]
    if missing:
        reading.add_issue(name, "give the row a name", f"row {line}", missing[0])
        return None
    if key in found:
        file, row_text = reading.at(table.name, key)
        remedy = f"the name stands already in {file}, {row_text}; give one of them another"
        reading.add_issue(name, remedy, f"row {line}", table.key[0], row_key(key))
        return None
    return key


def _ragged(name: str, line: int, cells: list[str], file: CsvFile, reading: InputLog) -> None:
    """Adds an issue for a row that is longer or shorter than the header."""
    separator = "semicolons" if file.decimal_comma else "commas"
    reading.add_issue(
        name,
        f"the row has {len(cells)} cells where the header has {len(file.header)}; add or remove "
        f"{separator}, or put quotes around text that holds one",
        f"row {line}",
    )


def _columns(
    file: str, headers: list[str], table: Table, reading: InputLog
) -> list[tuple[int, Column, float, str | None]]:
    """Returns position, column, unit factor and implied row unit of every column read."""
    columns: list[tuple[int, Column, float, str | None]] = []
    known_names = [column.name for column in table.columns]
    for i, header in enumerate(headers):
        match = HEADER.match(header)
        name = match["name"] if match else header
        names = current_columns(table.name, name)
        if not header:
            remedy = "a header is empty; name the column or remove it"
            reading.add_issue(file, remedy, "row 1", f"column {i + 1}")
        elif not set(names) <= set(known_names):
            close_names = difflib.get_close_matches(name, known_names, n=2, cutoff=0.5)
            hint = (
                f"nearest are {', '.join(close_names)}"
                if close_names
                else f"known are {', '.join(known_names)}"
            )
            reading.add_issue(file, f"there is no such column; {hint}", "row 1", value=header)
        elif any(column.name in names for _, column, _, _ in columns):
            reading.add_issue(file, "the column stands twice; remove one", "row 1", value=header)
        else:
            if name not in names:
                reading.note_renamed(file, name, "' and '".join(names))
            unit = match["unit"] if match else None
            factor, implied = _unit(file, header, unit, table[names[0]], reading)
            for current_name in names:
                reading.headers[file, current_name] = header
                columns.append((i, table[current_name], factor, implied))
    return columns


def _unit(
    file: str, header: str, unit: str | None, column: Column, reading: InputLog
) -> tuple[float, str | None]:
    """Returns the factor to the internal unit and the implied row unit; adds issues."""
    remedy = ""
    if column.range and not (unit or "").strip():
        remedy = f"the unit is missing; write '{column.header}'"
    elif not column.range and unit is not None:
        remedy = f"the column holds no quantity; write '{column.name}'"
    elif column.range and unit is not None:
        try:
            unit_conversion = conversion(unit.strip(), column.unit, reading.dkk_per_eur)
            return unit_conversion.factor, unit_conversion.implied
        except UnknownUnitError:
            remedy = f"the unit does not fit; write '{column.header}' or a multiple of it"
            remedy += " (kroner are DKK)" if KRONER.search(unit) else ""
    if remedy:
        reading.add_issue(file, remedy, "row 1", value=header)
    return 1.0, None


def read_sources(folder: Path, tables: Iterable[Table], reading: InputLog) -> pd.DataFrame:
    """Returns the rows of ``sources*.csv`` in order, with today's names of columns."""
    rows, tables, is_old_case = [], tuple(tables), reading.is_old_case
    for path in sorted(folder.glob("sources*.csv")):
        file = reading.csv_file(path, path.name)
        if file is None:
            continue
        if missing := [name for name in SOURCES if name not in file.header]:
            reading.add_issue(path.name, f"columns are missing; add {', '.join(missing)}", "row 1")
            continue
        duplicates = sorted({name for name in file.header if file.header.count(name) > 1})
        if duplicates:
            reading.add_issue(
                path.name, "the column stands twice; remove one", "row 1", value=duplicates[0]
            )
            continue
        for line, cells in zip(file.lines[1:], file.rows[1:], strict=True):
            if not any(cells):
                continue
            if len(cells) != len(file.header):
                _ragged(path.name, line, cells, file, reading)
                continue
            row = dict(zip(file.header, cells, strict=True))
            _check_source(path.name, line, row, reading)
            columns = current_source_columns(row["table"], row["columns"], tables, is_old_case)
            if columns != " ".join(row["columns"].split()):
                reading.note_renamed(path.name, row["columns"], columns)
            rows.append({name: row[name] for name in SOURCES} | {"columns": columns})
    return pd.DataFrame(rows, columns=list(SOURCES))


def _check_source(name: str, line: int, row: Mapping[str, str], reading: InputLog) -> None:
    """Adds an issue for an incomplete source or assumption."""
    location = f"row {line}"
    if row["kind"] not in ("source", "assumption"):
        reading.add_issue(name, "write source or assumption", location, "kind", row["kind"])
    elif row["kind"] == "source" and not (row["publication"] and row["year"]):
        remedy = "name the publication and its year, or mark it as an assumption"
        reading.add_issue(name, remedy, location, "publication")
    elif row["kind"] == "assumption" and not row["note"]:
        reading.add_issue(name, "give the reasoning of the assumption", location, "note")
