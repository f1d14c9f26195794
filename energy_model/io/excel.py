"""Workbook: a case as one Excel file and back again — a sheet for each file, with units, meanings and drop-downs.

The first sheet, *contents*, says which file each sheet is. Every cell is kept: numbers as numbers, expressions and names as
texts, so the case that comes back is the one that went. Sheets of your own are taken too if they have the name of a table.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
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

CONTENTS, NAMES = "contents", "names of rows"
DIGITS = 16  # of a number that a workbook keeps
LONGEST = 31  # letters of a sheet's name
SPARE = 200  # rows below the last that still have drop-downs
HEAD = PatternFill("solid", fgColor="DDEBF7")
Tell = Callable[[str], None]
ROW = re.compile(r"row (\d+)")


def write_workbook(case: Path, out: Path, tell: Tell) -> list[str]:
    """Writes a case as a workbook; the names of its sheets. InputError if there is no case, or the file cannot be written."""
    if not (case / "case.toml").is_file():
        raise InputError.at(str(case), "there is no case here; name a folder that holds a case.toml")  # fmt: skip
    files = {p.relative_to(case).as_posix(): p for p in sorted(case.rglob("*")) if belongs(p, case)}  # fmt: skip
    files = {"case.toml": files.pop("case.toml")} | files
    book = openpyxl.Workbook(write_only=True)
    sheets = _sheet_names(list(files))
    texts, rows = read_files(files)
    keys = row_names(rows)
    _contents(book, sheets)
    for name in files:
        tell(f"writing {name}")
        if name.endswith(".csv"):
            _table(book, sheets[name], name, rows[name], keys)
        else:
            sheet = book.create_sheet(sheets[name])
            sheet.column_dimensions["A"].width = 120
            for line in texts[name].splitlines():
                sheet.append([_cell(sheet, line, plain=True)])
    _names(book, keys)
    tell(f"saving {out.name}")
    packed = (
        io.BytesIO()
    )  # a file that the library cannot finish would be told of again when it is forgotten
    book.save(packed)
    write_bytes(out, packed.getvalue(), "name another file with --to")
    return [CONTENTS, *sheets.values(), NAMES]


def _sheet_names(files: Sequence[str]) -> dict[str, str]:
    """A sheet name for each file: short enough for Excel, and each once whatever its case."""
    found: dict[str, str] = {}
    for file in files:
        stem = re.sub(r"[\\/*?:\[\]]", " ", file.removesuffix(".csv"))
        name, number = stem[:LONGEST], 1
        while name.lower() in {n.lower() for n in (*found.values(), CONTENTS, NAMES)}:
            number += 1
            name = f"{stem[: LONGEST - 3]} {number}"
        found[file] = name
    return found


def _contents(book: Any, sheets: Mapping[str, str]) -> None:
    sheet = book.create_sheet(CONTENTS)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 40
    sheet.column_dimensions["C"].width = 90
    sheet.append([_head(sheet, text) for text in ("sheet", "file", "what it holds")])
    for file, name in sheets.items():
        table = declared_table(file) if file.endswith(".csv") else None
        said = table.meaning if table else "Where numbers come from" if file.startswith("sources") else "Settings, a line in each row" if file.endswith(".toml") else "A value for each hour of the year"  # fmt: skip
        sheet.append([_cell(sheet, text, plain=True) for text in (name, file, said)])


def _head(sheet: Any, text: str, said: str = "") -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font, cell.fill = Font(bold=True), HEAD
    if said:
        cell.comment = Comment(said, "energy_model", width=320, height=110)
    return cell


def _cell(sheet: Any, text: str, plain: bool = False) -> Any:
    """A cell: a number where the text is one, else the text and never a formula."""
    value: Any = text or None
    if text and not plain:
        value = _number(text)
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def _number(text: str) -> float | int | str:
    """The number a text says; inf stays a word, and so do numbers with more digits than a workbook keeps."""
    try:
        number = parse_number(text)
    except ValueError:
        return text
    if math.isinf(number) or float(f"{number:.{DIGITS}g}") != number:
        return text
    whole = number == int(number) and abs(number) < 1e15 and "e" not in text.lower()
    return int(number) if whole and not text.lstrip("+-").startswith("0.") else number


def _table(
    book: Any,
    name: str,
    file: str,
    rows: Sequence[Sequence[str]],
    keys: Mapping[str, Sequence[str]],
) -> None:
    """A sheet of rows, its header with meanings, and drop-downs for what names something.

    Only cells of columns of numbers become numbers: a site may be named 0751.
    """
    table = declared_table(file)
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "B2"
    columns = {c.name: c for c in table.columns} if table else {}
    heads = rows[0] if rows else []
    for i, header in enumerate(heads, 1):
        column = columns.get(column_name(header))
        sheet.column_dimensions[get_column_letter(i)].width = min(44, max(12, 2 + max((len(r[i - 1]) for r in rows[:60] if len(r) >= i), default=8)))  # fmt: skip
        if column is not None and (rule := _choice(column, keys)) is not None:
            letter = get_column_letter(i)
            rule.add(f"{letter}2:{letter}{len(rows) + SPARE}")
            sheet.data_validations.append(rule)
    sheet.append([_head(sheet, h, _said(columns.get(column_name(h)))) for h in heads])
    numeric = set(numeric_columns(file, heads))
    for row in rows[1:]:
        sheet.append([_cell(sheet, text, plain=i not in numeric) for i, text in enumerate(row)])


def _said(column: Column | None) -> str:
    if column is None:
        return ""
    empty = "must be filled" if column.required else f"if empty: {column.default}"
    return f"{column.meaning}. {column.remedy[0].upper()}{column.remedy[1:]}; {empty}."


def _choice(column: Column, keys: Mapping[str, Sequence[str]]) -> DataValidation | None:
    """The drop-down of a column; a name that stands nowhere yet is warned of, not refused."""
    if column.choices:
        formula = f'"{",".join(column.choices)}"'
    elif column.names in keys:
        letter = get_column_letter(list(keys).index(column.names) + 1)
        formula = f"'{NAMES}'!${letter}$2:${letter}${len(keys[column.names]) + 1}"
    else:
        return None
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
    rule.errorStyle, rule.errorTitle, rule.error = "warning", column.name, column.remedy
    return rule


def _names(book: Any, keys: Mapping[str, Sequence[str]]) -> None:
    """The sheet that the drop-downs look at."""
    sheet = book.create_sheet(NAMES)
    sheet.append([_head(sheet, table) for table in keys])
    for row in range(max(map(len, keys.values()), default=0)):
        sheet.append([names[row] if row < len(names) else None for names in keys.values()])
    sheet.sheet_state = "hidden"


def read_workbook(book: Path, out: Path, tell: Tell) -> list[str]:
    """Writes a workbook as a case's folder, once it is whole; the files written. InputError names sheet and cell of every fault."""
    with new_folder(out, "name another folder with --to") as draft:
        sheets = _unpack(book, draft, tell)
        tell("checking the case")
        try:
            load.load_system(draft, TABLES)
        except InputError as fault:
            raise InputError([_placed(f, sheets, draft) for f in fault.issues]) from None
        return sorted(p.relative_to(draft).as_posix() for p in draft.rglob("*") if p.is_file())


def _unpack(book: Path, folder: Path, tell: Tell) -> dict[str, str]:
    """Writes every sheet as the file it is; sheets by file."""
    tell(f"opening {book.name}")
    refuse_large(book)
    try:
        values = openpyxl.load_workbook(book, read_only=True, data_only=True)
    except Exception as wrong:  # noqa: BLE001 - whatever is wrong with a file from outside
        raise InputError.at(str(book), f"it cannot be opened as a workbook ({type(wrong).__name__}); save it as .xlsx") from None  # fmt: skip
    try:
        files, faults = _files_of(values)
        if faults:
            raise InputError(faults)
        for file, name in files.items():
            tell(f"reading {name}")
            path = (folder / file).resolve()
            if not path.is_relative_to(folder.resolve()) or path.suffix not in KINDS:
                raise InputError.at(CONTENTS, "a file must lie inside the case and end in .csv or .toml", value=file)  # fmt: skip
            if any(other.startswith(f"{file}/") or file.startswith(f"{other}/") for other in files):
                raise InputError.at(CONTENTS, "a file cannot lie in another file; give each a name of its own", value=file)  # fmt: skip
            path.parent.mkdir(parents=True, exist_ok=True)
            values[name].reset_dimensions()  # a sheet may say that it is as wide as sheets can be
            told = limited(values[name].iter_rows(values_only=True), name)
            rows = [[_text(v) for v in row] for row in told]
            path.write_text(_as_file(rows, file), encoding="utf-8")
    finally:
        values.close()
    faults = list(_formulas(book, files))
    if faults:
        raise InputError(faults)
    return files


def _files_of(values: Any) -> tuple[dict[str, str], list[InputIssue]]:
    """The sheet of every file, by what the contents say and by the names of further sheets; and what is none."""
    files: dict[str, str] = {}
    faults = []
    if CONTENTS in values.sheetnames:
        for row in values[CONTENTS].iter_rows(min_row=2, max_col=2, values_only=True):
            name, file = (str(v).strip() if v is not None else "" for v in row)
            if not name or not file:
                continue
            if name in values.sheetnames:
                files[file] = name
            else:
                faults.append(InputIssue(CONTENTS, "the sheet is gone; put it back, or take its line out of the contents", value=name))  # fmt: skip
    for name in values.sheetnames:
        if name in (CONTENTS, NAMES) or name in files.values():
            continue
        file = name if name.endswith(".toml") else f"{name}.csv"
        if declared_table(file) is not None or name.startswith("sources") or file == "case.toml":
            files[file] = name
        else:
            faults.append(InputIssue(f"sheet '{name}'", "it is no table of a case; name it like one (storages_new), or take it out"))  # fmt: skip
    return files, faults


def _formulas(book: Path, files: Mapping[str, str]) -> Iterator[InputIssue]:
    """Formulas whose value was never worked out: they would be read as empty."""
    whole = openpyxl.load_workbook(book, read_only=True)
    values = openpyxl.load_workbook(book, read_only=True, data_only=True)
    for name in files.values():
        whole[name].reset_dimensions()
        values[name].reset_dimensions()
        for told, known in zip(whole[name].iter_rows(), values[name].iter_rows(), strict=False):
            for one, other in zip(told, known, strict=False):
                if one.data_type == "f" and other.value is None:
                    yield InputIssue(f"sheet '{name}'", "the formula has no value yet; open and save it in a spreadsheet, or write the number", f"cell {one.coordinate}", value=str(one.value))  # fmt: skip
    whole.close()
    values.close()


def _text(value: Any) -> str:
    """A cell as the text a file would hold."""
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
        beyond = any(row[width:])  # what stands beside the table is told as a fault of its row
        writer.writerow((row if beyond else row[:width]) + [""] * (width - len(row)))
    return text.getvalue()


def _placed(fault: InputIssue, sheets: Mapping[str, str], folder: Path) -> InputIssue:
    """A fault of a file as one of a sheet and a cell."""
    name = sheets.get(fault.file)
    if name is None:
        return fault
    found, letter = ROW.search(fault.row), ""
    if fault.column and fault.file.endswith(".csv"):
        with (folder / fault.file).open(encoding="utf-8") as file:
            heads = next(csv.reader(file), [])
        at = [i for i, h in enumerate(heads, 1) if h.strip() == fault.column or column_name(h) == fault.column]  # fmt: skip
        letter = get_column_letter(at[0]) if at else ""
    cell = f"cell {letter}{found[1]}" if found and letter else fault.row
    said = fault.row.split("(", 1)[1].rstrip(")") if found and letter and "(" in fault.row else ""
    return InputIssue(f"sheet '{name}'", fault.remedy, f"{cell} ({said})" if said else cell, fault.column, fault.value)  # fmt: skip
