"""Case files: the files of a case → their text, their rows and the names for drop-downs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from energy_model.case.checks.file_names import HOURLY_FOLDERS
from energy_model.case.csv_file import CONTROL, CsvFile
from energy_model.case.input_log import InputLog
from energy_model.case.renamed_inputs import current_columns
from energy_model.case.schema import Table
from energy_model.case.table_reader import HEADER
from energy_model.common.errors import InputError
from energy_model.formulation import TABLES

CONTENTS, NAMES = "contents", "names of rows"  # sheets beside those of the files
KINDS = (".csv", ".toml")
ASSETS = ("conversions", "storages", "links", "vehicles")


def belongs(path: Path, case: Path) -> bool:
    """Whether a file of a case is part of its workbook."""
    parts = path.relative_to(case).parts
    return (
        path.is_file() and path.suffix in KINDS and not any(part.startswith(".") for part in parts)
    )


def declared_table(file: str) -> Table | None:
    """The declared table of a file, or None."""
    stem = file.removesuffix(".csv")
    matching = [
        table for table in TABLES if stem == table.name or stem.startswith(f"{table.name}_")
    ]
    return (
        max(matching, key=lambda table: len(table.name), default=None) if "/" not in file else None
    )


def read_files(
    files: Mapping[str, Path],
) -> tuple[dict[str, str], dict[str, list[list[str]]]]:
    """The text of every TOML file, and the rows of every CSV file with decimal points, by file name.

    Raises:
        InputError: All files that cannot be read.
    """
    log = InputLog()
    texts: dict[str, str] = {}
    rows: dict[str, list[list[str]]] = {}
    for name, path in files.items():
        if name.endswith(".csv"):
            file = log.csv_file(path, name)
            rows[name] = _with_points(file, name) if file is not None else []
        else:
            try:
                texts[name] = path.read_text(encoding="utf-8-sig")
            except (OSError, UnicodeDecodeError) as error:
                log.add_issue(name, f"it cannot be read ({error}); save it as UTF-8")
                continue
            if CONTROL.search(texts[name]):
                log.add_issue(name, "it has control characters; save it as UTF-8 text")
    if log.issues:
        raise InputError(log.issues)
    return texts, rows


def _with_points(file: CsvFile, name: str) -> list[list[str]]:
    """The rows of a file, with decimal points in numeric columns where the decimal separator is certain."""
    if not file.decimal_comma:
        return file.rows
    numeric = numeric_columns(name, file.header)
    result = [file.header]
    for row in file.rows[1:]:
        cells = list(row)
        for i in numeric:
            if i < len(cells):
                with suppress(ValueError):  # an ambiguous cell raises an issue later
                    cells[i] = file.number_text(cells[i])
        result.append(cells)
    return result


def numeric_columns(name: str, header: Sequence[str]) -> list[int]:
    """The positions of the numeric columns, from 0."""
    if name.startswith(HOURLY_FOLDERS):
        return list(range(1, len(header)))
    table = declared_table(name)
    numeric = {column.name for column in table.columns if column.range} if table else set()
    return [i for i, h in enumerate(header) if table and column_name(h, table.name) in numeric]


def row_names(files: Mapping[str, list[list[str]]]) -> dict[str, list[str]]:
    """The row names of each table, for the drop-downs; assets are the rows of four tables."""
    result: dict[str, list[str]] = {}
    for file, rows in files.items():
        table = declared_table(file)
        if table is None or len(table.key) > 1:
            continue
        headers = [column_name(header) for header in rows[0]] if rows else []
        if table.key[0] in headers:
            position = headers.index(table.key[0])
            names = [row[position] for row in rows[1:] if len(row) > position and row[position]]
            result.setdefault(table.name, []).extend(names)
    result["assets"] = [name for table in ASSETS for name in result.get(table, [])]
    return {table: list(dict.fromkeys(names)) for table, names in result.items() if names}


def column_name(header: str, table: str = "") -> str:
    """Today's column name in a header of a table, without its unit."""
    match = HEADER.match(header)
    return current_columns(table, match["name"])[0] if match else header.strip()
