"""Workbook writer: a case → a workbook."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from energy_model.case.number_parsing import parse_number
from energy_model.case.schema import Column
from energy_model.common.atomic_write import write_bytes
from energy_model.common.errors import InputError
from energy_model.io.excel.case_files import (
    CONTENTS,
    NAMES,
    belongs,
    column_name,
    declared_table,
    numeric_columns,
    read_files,
    row_names,
)

MAX_NUMBER_DIGITS = 16  # significant digits of a number in a workbook
MAX_SHEET_NAME_CHARACTERS = 31
MAX_SPARE_ROWS = 200  # empty rows with drop-downs below the last row
HEAD = PatternFill("solid", fgColor="DDEBF7")


def write_workbook(case: Path, out: Path, progress: Callable[[str], None]) -> list[str]:
    """Writes a case as a workbook; returns the sheet names.

    Raises:
        InputError: There is no case, or a file cannot be read or written.
    """
    if not (case / "case.toml").is_file():
        remedy = "there is no case.toml; name the folder of a case"
        raise InputError.at(str(case), remedy)
    paths = [path for path in sorted(case.rglob("*")) if belongs(path, case)]
    files = {path.relative_to(case).as_posix(): path for path in paths}
    files = {"case.toml": files.pop("case.toml")} | files
    workbook = openpyxl.Workbook(write_only=True)
    sheets = _sheet_names(list(files))
    texts, rows = read_files(files)
    keys = row_names(rows)
    _add_contents(workbook, sheets)
    for name in files:
        progress(f"writing {name}")
        if name.endswith(".csv"):
            _add_table(workbook, sheets[name], name, rows[name], keys)
        else:
            sheet = workbook.create_sheet(sheets[name])
            sheet.column_dimensions["A"].width = 120
            for line in texts[name].splitlines():
                sheet.append([_cell(sheet, line, plain=True)])
    _add_names(workbook, keys)
    progress(f"saving {out.name}")
    # In memory, because the library reports an incomplete file again when it is garbage-collected.
    buffer = io.BytesIO()
    workbook.save(buffer)
    write_bytes(out, buffer.getvalue(), "name another file with --to")
    return [CONTENTS, *sheets.values(), NAMES]


def _sheet_names(files: Sequence[str]) -> dict[str, str]:
    """A sheet name for each file, short enough for Excel and unique regardless of case."""
    result: dict[str, str] = {}
    for file in files:
        stem = re.sub(r"[\\/*?:\[\]]", " ", file.removesuffix(".csv"))
        name, number = stem[:MAX_SHEET_NAME_CHARACTERS], 1
        while name.lower() in {used.lower() for used in (*result.values(), CONTENTS, NAMES)}:
            number += 1
            name = f"{stem[: MAX_SHEET_NAME_CHARACTERS - 3]} {number}"
        result[file] = name
    return result


def _add_contents(workbook: Any, sheets: Mapping[str, str]) -> None:
    sheet = workbook.create_sheet(CONTENTS)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 40
    sheet.column_dimensions["C"].width = 90
    sheet.append([_head(sheet, text) for text in ("sheet", "file", "content")])
    for file, name in sheets.items():
        sheet.append([_cell(sheet, text, plain=True) for text in (name, file, _meaning(file))])


def _meaning(file: str) -> str:
    """The description of a file in the contents."""
    if file.endswith(".toml"):
        return "Settings, a line in each row"
    if (table := declared_table(file)) is not None:
        return table.meaning
    is_source = file.startswith("sources")
    return "Sources of the numbers" if is_source else "A value for each hour of the year"


def _head(sheet: Any, text: str, comment: str = "") -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font, cell.fill = Font(bold=True), HEAD
    if comment:
        cell.comment = Comment(comment, "energy_model", width=320, height=110)
    return cell


def _cell(sheet: Any, text: str, plain: bool = False) -> Any:
    """A cell: a number if the text is one and not `plain`, otherwise a text, never a formula."""
    value: Any = text or None
    if text and not plain:
        value = _number(text)
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def _number(text: str) -> float | int | str:
    """The number in a text; inf and numbers with more digits than a workbook stores stay texts."""
    try:
        number = parse_number(text)
    except ValueError:
        return text
    if math.isinf(number) or float(f"{number:.{MAX_NUMBER_DIGITS}g}") != number:
        return text
    is_integer = number == int(number) and abs(number) < 1e15 and "e" not in text.lower()
    return int(number) if is_integer and not text.lstrip("+-").startswith("0.") else number


def _add_table(
    workbook: Any,
    name: str,
    file: str,
    rows: Sequence[Sequence[str]],
    keys: Mapping[str, Sequence[str]],
) -> None:
    """Adds a sheet of rows, with meanings in the header and drop-downs for columns of names.

    Only cells of numeric columns become numbers: a site may be named 0751.
    """
    table = declared_table(file)
    sheet = workbook.create_sheet(name)
    sheet.freeze_panes = "B2"
    columns = {column.name: column for column in table.columns} if table else {}
    headers, table_name = rows[0] if rows else [], table.name if table else ""
    declared = [columns.get(column_name(header, table_name)) for header in headers]
    for i, column in enumerate(declared, 1):
        letter = get_column_letter(i)
        longest = max((len(row[i - 1]) for row in rows[:60] if len(row) >= i), default=8)
        sheet.column_dimensions[letter].width = min(44, max(12, longest + 2))
        if column is not None and (rule := _choice(column, keys)) is not None:
            rule.add(f"{letter}2:{letter}{len(rows) + MAX_SPARE_ROWS}")
            sheet.data_validations.append(rule)
    pairs = zip(headers, declared, strict=True)
    sheet.append([_head(sheet, header, _comment(column)) for header, column in pairs])
    numeric = set(numeric_columns(file, headers))
    for row in rows[1:]:
        sheet.append([_cell(sheet, text, plain=i not in numeric) for i, text in enumerate(row)])


def _comment(column: Column | None) -> str:
    if column is None:
        return ""
    empty = "required" if column.required else f"if empty: {column.default}"
    return f"{column.meaning}. {column.remedy[0].upper()}{column.remedy[1:]}; {empty}."


def _choice(column: Column, keys: Mapping[str, Sequence[str]]) -> DataValidation | None:
    """The drop-down of a column; unknown names give a warning, not an error."""
    if column.choices:
        formula = f'"{",".join(column.choices)}"'
    elif column.names is not None and column.names in keys:
        letter = get_column_letter(list(keys).index(column.names) + 1)
        formula = f"'{NAMES}'!${letter}$2:${letter}${len(keys[column.names]) + 1}"
    else:
        return None
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
    rule.errorStyle, rule.errorTitle, rule.error = "warning", column.name, column.remedy
    return rule


def _add_names(workbook: Any, keys: Mapping[str, Sequence[str]]) -> None:
    """Adds the hidden sheet that the drop-downs refer to."""
    sheet = workbook.create_sheet(NAMES)
    sheet.append([_head(sheet, table) for table in keys])
    for row in range(max(map(len, keys.values()), default=0)):
        sheet.append([names[row] if row < len(names) else None for names in keys.values()])
    sheet.sheet_state = "hidden"
