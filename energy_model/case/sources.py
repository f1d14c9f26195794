"""Sources: ``sources*.csv`` → the origin of every number: publication, assumption, definition or none.

A definition is a number that could not be another one, such as one unit of the carrier that an
activity is measured in.
"""

from __future__ import annotations

import fnmatch
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from energy_model.case.input_log import InputLog
from energy_model.case.map_layers import FOLDER
from energy_model.case.renamed_inputs import current_columns, current_source_cell
from energy_model.case.schema import Table
from energy_model.case.system import System
from energy_model.case.table_reader import HEADER, report_ragged_row

SOURCED_WORDS = ("emission_scheme",)  # columns of words that have a source as numbers have
SHARES = {
    "source": "share_sourced",
    "assumption": "share_assumed",
    "definition": "share_defined",
    "none": "share_untraced",
}
SOURCE_COLUMNS = ("table", "rows", "columns", "kind", "publication", "year", "note")


def read_sources(folder: Path, tables: Iterable[Table], input_log: InputLog) -> pd.DataFrame:
    """Returns the rows of ``sources*.csv`` in order, with today's names of columns."""
    rows, tables, is_old_case = [], tuple(tables), input_log.is_old_case
    for path in sorted(folder.glob("sources*.csv")):
        file = input_log.csv_file(path, path.name)
        if file is None:
            continue
        if missing := [name for name in SOURCE_COLUMNS if name not in file.header]:
            input_log.add_issue(
                path.name, f"columns are missing; add {', '.join(missing)}", "row 1"
            )
            continue
        duplicates = sorted({name for name in file.header if file.header.count(name) > 1})
        if duplicates:
            input_log.add_issue(
                path.name, "the column occurs twice; remove one", "row 1", value=duplicates[0]
            )
            continue
        for line, cells in zip(file.lines[1:], file.rows[1:], strict=True):
            if not any(cells):
                continue
            if len(cells) != len(file.header):
                report_ragged_row(path.name, line, cells, file, input_log)
                continue
            row = dict(zip(file.header, cells, strict=True))
            _check_source(path.name, line, row, input_log)
            for name in ("rows", "columns"):
                new = current_source_cell(name, row[name], row["table"], tables, is_old_case)
                if new != row[name]:
                    input_log.note_renamed(path.name, row[name], new)
                    row[name] = new
            rows.append({name: row[name] for name in SOURCE_COLUMNS})
    return pd.DataFrame(rows, columns=list(SOURCE_COLUMNS))


def _check_source(name: str, line: int, row: Mapping[str, str], input_log: InputLog) -> None:
    """Adds an issue for an incomplete source or assumption."""
    location = f"row {line}"
    if row["kind"] not in ("source", "assumption", "definition"):
        remedy = "write source, assumption or definition"
        input_log.add_issue(name, remedy, location, "kind", row["kind"])
    elif row["kind"] == "source" and not (row["publication"] and row["year"]):
        remedy = "name the publication and its year, or mark it as an assumption"
        input_log.add_issue(name, remedy, location, "publication")
    elif row["kind"] == "assumption" and not row["note"]:
        input_log.add_issue(name, "write the reason for the assumption", location, "note")
    elif row["kind"] == "definition" and not row["note"]:
        input_log.add_issue(name, "write what is defined", location, "note")


def trace_sources(folder: Path, system: System, tables: Iterable[Table]) -> pd.DataFrame:
    """Returns every number and emission scheme in the tables of a case, and every map layer, with its origin.

    The columns are table, row, column, value, kind (source, assumption, definition or none) and
    publication.
    """
    rules = system.sources.to_dict("records")
    rows = []
    for table, row, column, value in [*sourced_cells(folder, tables), *_map_cells(system)]:
        rule = next(
            (candidate for candidate in rules if matches(candidate, table, row, column)), None
        )
        kind, publication = (rule["kind"], rule["publication"]) if rule else ("none", "")
        rows.append((table, row, column, value, kind, publication))
    return pd.DataFrame(rows, columns=["table", "row", "column", "value", "kind", "publication"])


def sourced_cells(folder: Path, tables: Iterable[Table]) -> Iterable[tuple[str, str, str, str]]:
    """Yields table, row, column and text of every cell that has a source: numbers, and `SOURCED_WORDS`."""
    for table in tables:
        for path in [folder / f"{table.name}.csv", *sorted(folder.glob(f"{table.name}_*.csv"))]:
            if not path.is_file():
                continue
            file = InputLog().csv_file(path, path.name)
            if file is None:
                continue
            names = [
                current_columns(table.name, match["name"])[0]
                if (match := HEADER.match(head))
                else ""
                for head in file.header
            ]
            positions = {name: i for i, name in enumerate(names)}
            for cells in file.rows[1:]:
                if not any(cells):
                    continue
                keys = [
                    cells[positions[k]].strip()
                    if k in positions and cells[positions[k]].strip()
                    else str(table[k].default or "")
                    for k in table.key
                ]
                for name, cell in zip(names, cells, strict=True):
                    is_sourced = name in SOURCED_WORDS or name in table and table[name].range
                    if is_sourced and cell.strip():
                        yield table.name, ":".join(keys), name, cell.strip()


def _map_cells(system: System) -> list[tuple[str, str, str, str]]:
    """Returns a cell for every map layer: the table ``map``, its name, and its number of features."""
    counts = Counter(feature.layer for feature in system.map_layers)
    return [(FOLDER, layer, "geometry", str(count)) for layer, count in counts.items()]


def matches(rule: dict, table: str, row: str, column: str) -> bool:
    """Returns whether a row of the sources applies to a number."""
    return (
        fnmatch.fnmatchcase(table, rule["table"])
        and any(fnmatch.fnmatchcase(row, pattern) for pattern in (rule["rows"] or "*").split())
        and any(
            fnmatch.fnmatchcase(column, pattern) for pattern in (rule["columns"] or "*").split()
        )
    )


def summary(traced: pd.DataFrame) -> dict[str, object]:
    """Returns the count of numbers, the share of each kind, and the untraced numbers."""
    count = len(traced)
    shares = {
        name: float((traced["kind"] == kind).sum() / count) if count else 0.0
        for kind, name in SHARES.items()
    }
    untraced = traced[traced["kind"] == "none"]
    return {
        "numbers": count,
        **shares,
        "untraced": [
            f"{table}.{row}.{column}"
            for table, row, column in zip(
                untraced["table"], untraced["row"], untraced["column"], strict=True
            )
        ],
    }
