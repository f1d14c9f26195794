"""Workbook files: the files of a case that a workbook holds, their rows and the names in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from energy_model.case.csv_file import CONTROL, CsvFile
from energy_model.case.file_names import HOURLY_FOLDERS
from energy_model.case.input_log import InputLog
from energy_model.case.schema import Table
from energy_model.case.table_reader import HEADER
from energy_model.common.errors import InputError
from energy_model.formulation import TABLES

KINDS = (".csv", ".toml")
ASSETS = ("conversions", "storages", "links", "vehicles")


def belongs(path: Path, case: Path) -> bool:
    """Whether a file of a case goes into its workbook."""
    parts = path.relative_to(case).parts
    return path.is_file() and path.suffix in KINDS and not any(p.startswith(".") for p in parts)


def declared_table(file: str) -> Table | None:
    """The table that a file holds rows of."""
    stem = file.removesuffix(".csv")
    fitting = [t for t in TABLES if stem == t.name or stem.startswith(f"{t.name}_")]
    return max(fitting, key=lambda t: len(t.name), default=None) if "/" not in file else None


def read_files(
    files: Mapping[str, Path],
) -> tuple[dict[str, str], dict[str, list[list[str]]]]:
    """The text of every TOML file, and the rows of every CSV file with decimal points.

    Raises:
        InputError: Every file that cannot be read.
    """
    reading = InputLog()
    texts: dict[str, str] = {}
    rows: dict[str, list[list[str]]] = {}
    for name, path in files.items():
        if name.endswith(".csv"):
            file = reading.csv_file(path, name)
            rows[name] = _with_points(file, name) if file is not None else []
        else:
            try:
                texts[name] = path.read_text(encoding="utf-8-sig")
            except (OSError, UnicodeDecodeError) as wrong:
                reading.add_issue(name, f"it cannot be read ({wrong}); save it as UTF-8")
                continue
            if CONTROL.search(texts[name]):
                reading.add_issue(name, "it holds control characters; save it as UTF-8 text")
    if reading.issues:
        raise InputError(reading.issues)
    return texts, rows


def _with_points(file: CsvFile, name: str) -> list[list[str]]:
    """The rows of a file, with decimal points in its columns of numbers where that is certain."""
    if not file.decimal_comma:
        return file.rows
    numeric = numeric_columns(name, file.header)
    found = [file.header]
    for row in file.rows[1:]:
        cells = list(row)
        for i in numeric:
            if i < len(cells):
                with suppress(ValueError):  # a cell with two readings stays as it is, a fault
                    cells[i] = file.number_text(cells[i])
        found.append(cells)
    return found


def numeric_columns(name: str, header: Sequence[str]) -> list[int]:
    """The positions of the columns that hold numbers."""
    if name.startswith(HOURLY_FOLDERS):
        return list(range(1, len(header)))
    table = declared_table(name)
    numeric = {column.name for column in table.columns if column.range} if table else set()
    return [i for i, head in enumerate(header) if column_name(head) in numeric]


def row_names(files: Mapping[str, list[list[str]]]) -> dict[str, list[str]]:
    """The names of rows of each table, for the drop-downs; assets are the rows of four tables."""
    found: dict[str, list[str]] = {}
    for file, rows in files.items():
        table = declared_table(file)
        if table is None or len(table.key) > 1:
            continue
        heads = [column_name(h) for h in rows[0]] if rows else []
        if table.key[0] in heads:
            at = heads.index(table.key[0])
            found.setdefault(table.name, []).extend(r[at] for r in rows[1:] if len(r) > at and r[at])  # fmt: skip
    found["assets"] = [name for table in ASSETS for name in found.get(table, [])]
    return {table: list(dict.fromkeys(names)) for table, names in found.items() if names}


def column_name(header: str) -> str:
    """The name in a header, without its unit."""
    match = HEADER.match(header)
    return match["name"] if match else header.strip()
