"""Table reader: the CSV files of a table → rows in internal units, with their locations."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
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
)
from energy_model.case.schema import Column, Table
from energy_model.case.system import ASSET_TABLES
from energy_model.case.units import KRONER, UnknownUnitError, conversion

HEADER = re.compile(r"^\s*(?P<name>[\w]+)\s*(?:\[(?P<unit>[^\]]*)\])?\s*$")
NEEDED = ("carriers", "sites")
INHERITED = ("max_hours", "energy_use")


def read_table(folder: Path, table: Table, input_log: InputLog) -> pd.DataFrame:
    """Returns one table from all its files; cells are in internal units and not yet validated."""
    paths = [folder / f"{table.name}.csv", *sorted(folder.glob(f"{table.name}_*.csv"))]
    paths = [path for path in paths if path.is_file()]
    issue_count = len(input_log.issues)
    if not paths and table.name in NEEDED:
        input_log.add_issue(f"{table.name}.csv", f"the file is missing; create it in {folder}")
    rows: dict[object, dict[str, object]] = {}
    for path in paths:
        _read_file(path, table, rows, input_log)
    if len(input_log.issues) > issue_count and not rows:
        input_log.unreadable_tables.add(table.name)
    names = [column.name for column in table.columns]
    frame = pd.DataFrame(
        [[row.get(name) for name in names] for row in rows.values()], columns=names, dtype=object
    )
    return frame.set_axis(_index(table, rows))


def _index(table: Table, rows: Mapping[Any, object]) -> pd.Index:
    """Returns the index of the rows."""
    if len(table.key) == 1:
        return pd.Index(list(rows), name=table.key[0], dtype=object)
    if rows:
        return pd.MultiIndex.from_tuples(list(rows), names=table.key)
    return pd.MultiIndex.from_arrays([[] for _ in table.key], names=table.key)


def _read_file(path: Path, table: Table, rows: dict, input_log: InputLog) -> None:
    file = input_log.csv_file(path, path.name)
    if file is None:
        return
    columns = _columns(path.name, file.header, table, input_log)
    present_names = {column.name for _, column, _, _ in columns}
    # A technology can provide these.
    inherited_names = INHERITED if table.name in ASSET_TABLES else ()
    missing = [
        c.header
        for c in table.columns
        if c.required and c.name not in present_names and c.name not in inherited_names
    ]
    for header in missing:
        input_log.add_issue(path.name, f"the column '{header}' is missing; add it")
    if any(name in missing for name in table.key):
        return
    for line, cells in zip(file.lines[1:], file.rows[1:], strict=True):
        if not any(cells):
            continue
        if len(cells) != len(file.header):
            report_ragged_row(path.name, line, cells, file, input_log)
            input_log.unreadable_rows.setdefault(table.name, set()).update(cells)
            continue
        row = {
            column.name: _cell(file, column, cells[i], factor) for i, column, factor, _ in columns
        }
        _rename_cells(path.name, row, table, input_log)
        key = _key(path.name, line, row, table, rows, input_log)
        if key is None:
            continue
        rows[key] = row
        input_log.row_locations[table.name, key] = (path.name, line)
        for i, column, factor, implied in columns:
            if implied and row[column.name] is not None:
                input_log.header_units[table.name, key, column.name] = implied
            if column.range and (factor != 1.0 or file.decimal_comma):
                input_log.cell_texts[table.name, key, column.name] = cells[i]


def _cell(file: CsvFile, column: Column, text: str, factor: float) -> object:
    """Returns a cell in the internal unit; an ambiguous number stays text and fails validation."""
    if not column.range:
        return column.read(text)
    try:
        return column.read(file.number_text(text), factor)
    except ValueError:
        return text


def _rename_cells(name: str, row: dict[str, Any], table: Table, input_log: InputLog) -> None:
    """Replaces words of release 0.1 in a row."""
    for table_name, column in CELLS:
        if table.name == table_name and isinstance(word := row.get(column), str):
            row[column] = current_cell(table.name, column, word)
            if row[column] != word:
                input_log.note_renamed(name, word, row[column])


def _key(
    name: str, line: int, row: Mapping[str, Any], table: Table, rows: Mapping, input_log: InputLog
) -> object:
    """Returns the key of a row; adds an issue and returns None if it is missing or duplicate."""
    parts = tuple(row.get(column) or table[column].fallback for column in table.key)
    key: Any = parts if len(parts) > 1 else parts[0]
    missing = [column for column, part in zip(table.key, parts, strict=True) if part is None]
    if missing:
        input_log.add_issue(name, "give the row a name", f"row {line}", missing[0])
        return None
    if key in rows:
        file, row_text = input_log.location(table.name, key)
        remedy = f"the name is already in {file}, {row_text}; rename one of the two"
        input_log.add_issue(name, remedy, f"row {line}", table.key[0], row_key(key))
        return None
    return key


def report_ragged_row(
    name: str, line: int, cells: list[str], file: CsvFile, input_log: InputLog
) -> None:
    """Adds an issue for a row that is longer or shorter than the header."""
    separator = "semicolons" if file.decimal_comma else "commas"
    input_log.add_issue(
        name,
        f"the row has {len(cells)} cells where the header has {len(file.header)}; add or remove "
        f"{separator}, or put quotes around a text that contains one",
        f"row {line}",
    )


def _columns(
    file: str, headers: list[str], table: Table, input_log: InputLog
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
            input_log.add_issue(file, remedy, "row 1", f"column {i + 1}")
        elif not set(names) <= set(known_names):
            close_names = difflib.get_close_matches(name, known_names, n=2, cutoff=0.5)
            hint = (
                f"nearest are {', '.join(close_names)}"
                if close_names
                else f"known are {', '.join(known_names)}"
            )
            input_log.add_issue(file, f"there is no such column; {hint}", "row 1", value=header)
        elif any(column.name in names for _, column, _, _ in columns):
            input_log.add_issue(file, "the column occurs twice; remove one", "row 1", value=header)
        else:
            if name not in names:
                input_log.note_renamed(file, name, "' and '".join(names))
            unit = match["unit"] if match else None
            factor, implied = _unit(file, header, unit, table[names[0]], input_log)
            for current_name in names:
                input_log.headers[file, current_name] = header
                columns.append((i, table[current_name], factor, implied))
    return columns


def _unit(
    file: str, header: str, unit: str | None, column: Column, input_log: InputLog
) -> tuple[float, str | None]:
    """Returns the factor to the internal unit and the implied row unit; adds issues."""
    remedy = ""
    if column.range and not (unit or "").strip():
        remedy = f"the unit is missing; write '{column.header}'"
    elif not column.range and unit is not None:
        remedy = f"the column has no unit; write '{column.name}'"
    elif column.range and unit is not None:
        try:
            unit_conversion = conversion(unit.strip(), column.unit, input_log.dkk_per_eur)
            return unit_conversion.factor, unit_conversion.implied
        except UnknownUnitError:
            remedy = f"the unit does not fit; write '{column.header}' or a multiple of it"
            remedy += " (kroner are DKK)" if KRONER.search(unit) else ""
    if remedy:
        input_log.add_issue(file, remedy, "row 1", value=header)
    return 1.0, None
