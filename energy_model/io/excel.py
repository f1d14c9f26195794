"""Excel: a case ↔ one workbook, with a sheet for each file, units, meanings and drop-downs.

The first sheet, *contents*, maps each sheet to its file. Every cell is preserved: numbers as numbers, expressions and names
as texts, so export and import return the same case. Additional sheets are imported if their name is that of a table.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from energy_model.case import load
from energy_model.case.number_parsing import parse_number
from energy_model.case.schema import Column
from energy_model.common.atomic_write import new_folder, write_bytes
from energy_model.common.errors import InputError, InputIssue
from energy_model.common.workbook_limits import limited, refuse_large
from energy_model.formulation import TABLES
from energy_model.io.excel_files import (
    KINDS,
    belongs,
    column_name,
    declared_table,
    numeric_columns,
    read_files,
    row_names,
)
from energy_model.io.migrate_case import migrate_case

CONTENTS, NAMES = "contents", "names of rows"
MAX_NUMBER_DIGITS = 16  # significant digits of a number in a workbook
MAX_SHEET_NAME_CHARACTERS = 31  # characters of a sheet name
MAX_SPARE_ROWS = 200  # empty rows with drop-downs below the last row
HEAD = PatternFill("solid", fgColor="DDEBF7")
Tell = Callable[[str], None]
ROW = re.compile(r"row (\d+)")


def write_workbook(case: Path, out: Path, tell: Tell) -> list[str]:
    """Writes a case as a workbook; returns the sheet names. InputError without a case or if a file cannot be read or written."""
    if not (case / "case.toml").is_file():
        remedy = "there is no case here; name a folder that holds a case.toml"
        raise InputError.at(str(case), remedy)
    paths = [path for path in sorted(case.rglob("*")) if belongs(path, case)]
    files = {path.relative_to(case).as_posix(): path for path in paths}
    files = {"case.toml": files.pop("case.toml")} | files
    workbook = openpyxl.Workbook(write_only=True)
    sheets = _sheet_names(list(files))
    texts, rows = read_files(files)
    keys = row_names(rows)
    _contents(workbook, sheets)
    for name in files:
        tell(f"writing {name}")
        if name.endswith(".csv"):
            _table(workbook, sheets[name], name, rows[name], keys)
        else:
            sheet = workbook.create_sheet(sheets[name])
            sheet.column_dimensions["A"].width = 120
            for line in texts[name].splitlines():
                sheet.append([_cell(sheet, line, plain=True)])
    _names(workbook, keys)
    tell(f"saving {out.name}")
    # In memory, because the library reports an incomplete file again when it is garbage-collected.
    packed = io.BytesIO()
    workbook.save(packed)
    write_bytes(out, packed.getvalue(), "name another file with --to")
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


def _contents(book: Any, sheets: Mapping[str, str]) -> None:
    sheet = book.create_sheet(CONTENTS)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 40
    sheet.column_dimensions["C"].width = 90
    sheet.append([_head(sheet, text) for text in ("sheet", "file", "what it holds")])
    for file, name in sheets.items():
        table = declared_table(file) if file.endswith(".csv") else None
        meaning = table.meaning if table else "Where numbers come from" if file.startswith("sources") else "Settings, a line in each row" if file.endswith(".toml") else "A value for each hour of the year"  # fmt: skip
        sheet.append([_cell(sheet, text, plain=True) for text in (name, file, meaning)])


def _head(sheet: Any, text: str, said: str = "") -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font, cell.fill = Font(bold=True), HEAD
    if said:
        cell.comment = Comment(said, "energy_model", width=320, height=110)
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


def _table(
    book: Any,
    name: str,
    file: str,
    rows: Sequence[Sequence[str]],
    keys: Mapping[str, Sequence[str]],
) -> None:
    """Adds a sheet of rows, with meanings in the header and drop-downs for columns of names.

    Only cells of numeric columns become numbers: a site may be named 0751.
    """
    table = declared_table(file)
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "B2"
    columns = {column.name: column for column in table.columns} if table else {}
    headers, table_name = rows[0] if rows else [], table.name if table else ""
    declared = [columns.get(column_name(header, table_name)) for header in headers]
    for i, column in enumerate(declared, 1):
        sheet.column_dimensions[get_column_letter(i)].width = min(44, max(12, 2 + max((len(r[i - 1]) for r in rows[:60] if len(r) >= i), default=8)))  # fmt: skip
        if column is not None and (rule := _choice(column, keys)) is not None:
            letter = get_column_letter(i)
            rule.add(f"{letter}2:{letter}{len(rows) + MAX_SPARE_ROWS}")
            sheet.data_validations.append(rule)
    headed = zip(headers, declared, strict=True)
    sheet.append([_head(sheet, header, _said(column)) for header, column in headed])
    numeric = set(numeric_columns(file, headers))
    for row in rows[1:]:
        sheet.append([_cell(sheet, text, plain=i not in numeric) for i, text in enumerate(row)])


def _said(column: Column | None) -> str:
    if column is None:
        return ""
    empty = "must be filled" if column.required else f"if empty: {column.default}"
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


def _names(book: Any, keys: Mapping[str, Sequence[str]]) -> None:
    """Adds the hidden sheet that the drop-downs refer to."""
    sheet = book.create_sheet(NAMES)
    sheet.append([_head(sheet, table) for table in keys])
    for row in range(max(map(len, keys.values()), default=0)):
        sheet.append([names[row] if row < len(names) else None for names in keys.values()])
    sheet.sheet_state = "hidden"


def read_workbook(book: Path, out: Path, tell: Tell) -> list[str]:
    """Writes a workbook as a case folder if the case is valid; returns the files. InputError with sheet and cell of every issue."""
    with new_folder(out, "name another folder with --to") as draft:
        sheets = _unpack(book, draft, tell)
        tell("checking the case")
        with suppress(InputError):  # what cannot be read is reported by its sheet below
            migrate_case(draft)
        try:
            load.load_system(draft, TABLES)
        except InputError as error:
            raise InputError([_placed(issue, sheets, draft) for issue in error.issues]) from None
        return sorted(
            path.relative_to(draft).as_posix() for path in draft.rglob("*") if path.is_file()
        )


def _unpack(book: Path, folder: Path, tell: Tell) -> dict[str, str]:
    """Writes every sheet as its file; returns the sheet of each file."""
    tell(f"opening {book.name}")
    refuse_large(book)
    try:
        values = openpyxl.load_workbook(book, read_only=True, data_only=True)
    except Exception as error:  # noqa: BLE001 - any error of an external file
        raise InputError.at(str(book), f"it cannot be opened as a workbook ({type(error).__name__}); save it as .xlsx") from None  # fmt: skip
    try:
        files, issues = _files_of(values)
        if issues:
            raise InputError(issues)
        for file, name in files.items():
            tell(f"reading {name}")
            path = (folder / file).resolve()
            if not path.is_relative_to(folder.resolve()) or path.suffix not in KINDS:
                raise InputError.at(
                    CONTENTS, "a file must lie inside the case and end in .csv or .toml", value=file
                )
            if any(other.startswith(f"{file}/") or file.startswith(f"{other}/") for other in files):
                remedy = "a file cannot lie in another file; give each a name of its own"
                raise InputError.at(CONTENTS, remedy, value=file)
            path.parent.mkdir(parents=True, exist_ok=True)
            values[name].reset_dimensions()  # the recorded dimensions of a sheet may be wrong
            cells = limited(values[name].iter_rows(values_only=True), name)
            rows = [[_text(value) for value in row] for row in cells]
            path.write_text(_as_file(rows, file), encoding="utf-8")
    finally:
        values.close()
    issues = list(_formulas(book, files))
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
                remedy = "the sheet is gone; put it back, or take its line out of the contents"
                issues.append(InputIssue(CONTENTS, remedy, value=name))
    for name in values.sheetnames:
        if name in (CONTENTS, NAMES) or name in files.values():
            continue
        file = name if name.endswith(".toml") else f"{name}.csv"
        if declared_table(file) is not None or name.startswith("sources") or file == "case.toml":
            files[file] = name
        else:
            remedy = "it is no table of a case; name it like one (storages_new), or take it out"
            issues.append(InputIssue(f"sheet '{name}'", remedy))
    return files, issues


def _formulas(book: Path, files: Mapping[str, str]) -> Iterator[InputIssue]:
    """Issues of formulas without a cached value, which would be read as empty."""
    formulas = openpyxl.load_workbook(book, read_only=True)
    values = openpyxl.load_workbook(book, read_only=True, data_only=True)
    for name in files.values():
        formulas[name].reset_dimensions()
        values[name].reset_dimensions()
        for formula_row, value_row in zip(
            formulas[name].iter_rows(), values[name].iter_rows(), strict=False
        ):
            for cell, value_cell in zip(formula_row, value_row, strict=False):
                if cell.data_type == "f" and value_cell.value is None:
                    remedy = (
                        "the formula has no value yet; open and save it in a spreadsheet, or "
                        "write the number"
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


def _placed(fault: InputIssue, sheets: Mapping[str, str], folder: Path) -> InputIssue:
    """An issue of a file and row as an issue of a sheet and cell."""
    name = sheets.get(fault.file)
    if name is None:
        return fault
    row_number, letter = ROW.search(fault.row), ""
    if fault.column and fault.file.endswith(".csv"):
        with (folder / fault.file).open(encoding="utf-8") as file:
            headers = next(csv.reader(file), [])
        positions = [
            i for i, h in enumerate(headers, 1) if fault.column in (h.strip(), column_name(h))
        ]
        letter = get_column_letter(positions[0]) if positions else ""
    cell = f"cell {letter}{row_number[1]}" if row_number and letter else fault.row
    detail = (
        fault.row.split("(", 1)[1].rstrip(")") if row_number and letter and "(" in fault.row else ""
    )
    return InputIssue(
        f"sheet '{name}'",
        fault.remedy,
        f"{cell} ({detail})" if detail else cell,
        fault.column,
        fault.value,
    )
