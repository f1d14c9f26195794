"""Sources: numbers of a case → their origin: a publication, an assumption or none."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from energy_model.case.input_log import InputLog
from energy_model.case.renamed_inputs import current_columns
from energy_model.case.schema import Table
from energy_model.case.system import System
from energy_model.case.table_reader import HEADER


def trace_sources(folder: Path, system: System, tables: Iterable[Table]) -> pd.DataFrame:
    """Returns every number in the tables of a case with its origin.

    The columns are table, row, column, value, kind (source, assumption or none) and publication.
    """
    rules = system.sources.to_dict("records")
    rows = []
    for table, row, column, value in numeric_cells(folder, tables):
        rule = next(
            (candidate for candidate in rules if matches(candidate, table, row, column)), None
        )
        kind, publication = (rule["kind"], rule["publication"]) if rule else ("none", "")
        rows.append((table, row, column, value, kind, publication))
    return pd.DataFrame(rows, columns=["table", "row", "column", "value", "kind", "publication"])


def numeric_cells(folder: Path, tables: Iterable[Table]) -> Iterable[tuple[str, str, str, str]]:
    """Yields table, row, column and text of every cell of a numeric column."""
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
                    if name in table and table[name].range and cell.strip():
                        yield table.name, ":".join(keys), name, cell.strip()


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
        kind: float((traced["kind"] == kind).sum() / count) if count else 0.0
        for kind in ("source", "assumption", "none")
    }
    untraced = traced[traced["kind"] == "none"]
    return {
        "numbers": count,
        "share_sourced": shares["source"],
        "share_assumed": shares["assumption"],
        "share_untraced": shares["none"],
        "untraced": [
            f"{table}.{row}.{column}"
            for table, row, column in zip(
                untraced["table"], untraced["row"], untraced["column"], strict=True
            )
        ],
    }
