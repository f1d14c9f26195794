"""Workbook reader: a workbook → a case, if it is valid."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from energy_model.case import load
from energy_model.common.atomic_write import new_folder
from energy_model.common.errors import InputError, InputIssue
from energy_model.common.workbook_limits import limited, refuse_large
from energy_model.formulation import TABLES
from energy_model.io.excel.case_files import CONTENTS, KINDS, NAMES, column_name, declared_table
from energy_model.io.migrate_case import migrate_case

ROW = re.compile(r"row (\d+)")


def read_workbook(workbook: Path, out: Path, progress: Callable[[str], None]) -> list[str]:
    """Writes a workbook as a case folder if the case is valid; returns the files.

    Raises:
        InputError: The sheet and cell of every issue.
    """
    with new_folder(out, "name another folder with --to") as draft:
        sheets = _write_files(workbook, draft, progress)
        progress("checking the case")
        with suppress(InputError):  # what cannot be read is reported by its sheet below
            migrate_case(draft)
        try:
            load.load_system(draft, TABLES)
        except InputError as error:
            raise InputError([_located(issue, sheets, draft) for issue in error.issues]) from None
        return sorted(
            path.relative_to(draft).as_posix() for path in draft.rglob("*") if path.is_file()
        )


def _write_files(workbook: Path, folder: Path, progress: Callable[[str], None]) -> dict[str, str]:
    """Writes every sheet as its file; returns the sheet of each file."""
    progress(f"opening {workbook.name}")
    refuse_large(workbook)
    try:
        values = openpyxl.load_workbook(workbook, read_only=True, data_only=True)
    except Exception as error:  # noqa: BLE001 - any error of an external file
        remedy = f"it cannot be opened as a workbook ({type(error).__name__}); save it as .xlsx"
        raise InputError.at(str(workbook), remedy) from None
    try:
        files, issues = _files_of(values)
        if issues:
            raise InputError(issues)
        for file, name in files.items():
            progress(f"reading {name}")
            path = (folder / file).resolve()
            if not path.is_relative_to(folder.resolve()) or path.suffix not in KINDS:
                remedy = "a file must be inside the case and end in .csv or .toml"
                raise InputError.at(CONTENTS, remedy, value=file)
            if any(other.startswith(f"{file}/") or file.startswith(f"{other}/") for other in files):
                remedy = "a file cannot be inside another file; rename one of them"
                raise InputError.at(CONTENTS, remedy, value=file)
            path.parent.mkdir(parents=True, exist_ok=True)
            values[name].reset_dimensions()  # the recorded dimensions of a sheet may be wrong
            cells = limited(values[name].iter_rows(values_only=True), name)
            rows = [[_text(value) for value in row] for row in cells]
            path.write_text(_as_file(rows, file), encoding="utf-8")
    finally:
        values.close()
    issues = list(_formula_issues(workbook, files))
    if issues:
        raise InputError(issues)
    return files


def _files_of(values: Any) -> tuple[dict[str, str], list[InputIssue]]:
    """The sheet of every file, from the contents and from the names of other sheets; and issues of sheets without a file."""
    files: dict[str, str] = {}
    issues = []
    if CONTENTS in values.sheetnames:
        for row in values[CONTENTS].iter_rows(min_row=2, max_col=2, values_only=True):
            name, file = (str(value).strip() if value is not None else "" for value in row)
            if not name or not file:
                continue
            if name in values.sheetnames:
                files[file] = name
            else:
                remedy = "the sheet is missing; restore it, or remove its line from the contents"
                issues.append(InputIssue(CONTENTS, remedy, value=name))
    for name in values.sheetnames:
        if name in (CONTENTS, NAMES) or name in files.values():
            continue
        file = name if name.endswith(".toml") else f"{name}.csv"
        if declared_table(file) is not None or name.startswith("sources") or file == "case.toml":
            files[file] = name
        else:
            remedy = "it is not a table of a case; name it like one (storages_new), or remove it"
            issues.append(InputIssue(f"sheet '{name}'", remedy))
    return files, issues


def _formula_issues(workbook: Path, files: Mapping[str, str]) -> Iterator[InputIssue]:
    """Issues of formulas without a cached value, which would be read as empty."""
    formulas = openpyxl.load_workbook(workbook, read_only=True)
    values = openpyxl.load_workbook(workbook, read_only=True, data_only=True)
    for name in files.values():
        formulas[name].reset_dimensions()
        values[name].reset_dimensions()
        for formula_row, value_row in zip(
            formulas[name].iter_rows(), values[name].iter_rows(), strict=False
        ):
            for cell, value_cell in zip(formula_row, value_row, strict=False):
                if cell.data_type == "f" and value_cell.value is None:
                    remedy = (
                        "the formula has no value; save it in a spreadsheet, or write the number"
                    )
                    yield InputIssue(
                        f"sheet '{name}'", remedy, f"cell {cell.coordinate}", value=str(cell.value)
                    )
    formulas.close()
    values.close()


def _text(value: Any) -> str:
    """The text of a cell in a file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value) if isinstance(value, float) else str(value)


def _as_file(rows: list[list[str]], file: str) -> str:
    while rows and not any(rows[-1]):
        rows.pop()
    if file.endswith(".toml"):
        return "\n".join(row[0] if row else "" for row in rows) + "\n"
    width = max((i for i, head in enumerate(rows[0], 1) if head), default=0) if rows else 0
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        has_more = any(row[width:])  # cells beside the table raise an issue of their row
        writer.writerow((row if has_more else row[:width]) + [""] * (width - len(row)))
    return text.getvalue()


def _located(issue: InputIssue, sheets: Mapping[str, str], folder: Path) -> InputIssue:
    """An issue of a file and row as an issue of a sheet and cell."""
    name = sheets.get(issue.file)
    if name is None:
        return issue
    row_number, letter = ROW.search(issue.row), ""
    if issue.column and issue.file.endswith(".csv"):
        with (folder / issue.file).open(encoding="utf-8") as file:
            headers = next(csv.reader(file), [])
        positions = [
            i for i, h in enumerate(headers, 1) if issue.column in (h.strip(), column_name(h))
        ]
        letter = get_column_letter(positions[0]) if positions else ""
    cell = f"cell {letter}{row_number[1]}" if row_number and letter else issue.row
    detail = (
        issue.row.split("(", 1)[1].rstrip(")") if row_number and letter and "(" in issue.row else ""
    )
    return InputIssue(
        f"sheet '{name}'",
        issue.remedy,
        f"{cell} ({detail})" if detail else cell,
        issue.column,
        issue.value,
    )
