"""Table editor: a table of the case and its edits → a grid with editable cells."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import dash_ag_grid as dag
import pandas as pd
import pydantic

from energy_model.case.overrides import row_key
from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.schema import Column
from energy_model.case.system import System
from energy_model.common.errors import InputIssue
from energy_model.common.formatting import label, with_decimal_sign, words
from energy_model.common.language import Message, translate, translator
from energy_model.formulation import TABLES
from energy_model.reporting.address_titles import address_title, labels_of_frames
from energy_model.web.number_texts import is_ambiguous, with_decimal_point
from energy_model.web.request_validation import Edit, declared_table

LABELS = ("label_en", "label_da")  # at the end, as the row is named by them
HIDDEN = ("colour",)  # columns without effect on results
EDITED = "edited_columns"  # in the data of a row
TITLE = "row_title"  # in the data of a row
MIN_UNLIMITED_VALUE = 1e29
MAX_PASTED_CELLS = 200
MAX_SHOWN_FAULTS = 5
# What a cell shows while it is not edited: the label of a name, a number with the decimal sign of the
# language (functions of assets/workbench.js)
SHOWN_LABEL, SHOWN_NUMBER = "shownLabel(params)", "shownNumber(params)"
MAX_AUTO_HEIGHT_ROWS = 10  # rows up to which a grid has the height of its rows


def table_names(system: System) -> list[str]:
    """Returns the names of the tables of a case that have rows."""
    return [declared.name for declared in TABLES if len(system[declared.name])]


def cell(value: Any) -> str:
    """Returns a cell as editable text."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, ProfileExpression):
        return str(value)
    if isinstance(value, float):
        return "inf" if value >= MIN_UNLIMITED_VALUE else f"{value:.10g}"
    return str(value)


def rows(system: System, name: str, edits: list[Edit], language: str) -> list[dict[str, Any]]:
    """Returns the rows of a table with its edits, and title and names of the edited columns of each.

    Raises:
        KeyError: There is no such table.
    """
    labels = labels_of_frames(system.frames)
    declared, frame = declared_table(name), system[name]
    if declared is None:
        raise KeyError(name)
    columns = [
        column.name
        for column in declared.columns
        if column.name in frame and column.name not in HIDDEN
    ]
    rows_by_key: dict[str, dict[str, Any]] = {
        row_key(key): {"row": row_key(key), TITLE: row_title(key, labels, language), EDITED: []}
        | {column: cell(value) for column, value in zip(columns, values, strict=True)}
        for key, values in zip(frame.index, frame[columns].to_numpy(dtype=object), strict=True)
    }
    for edit in edits:
        if edit.table == name and edit.row in rows_by_key:
            rows_by_key[edit.row][edit.column] = edit.value
            rows_by_key[edit.row][EDITED].append(edit.column)
    return list(rows_by_key.values())


def row_title(key: object, labels: pd.DataFrame, language: str) -> str:
    """Returns the labels of the names of a row."""
    names = key if isinstance(key, tuple) else (key,)
    return " – ".join(label(labels, str(name), language) for name in names)


def _header(column: Column, language: str) -> str:
    """Returns what a column means, without details after a semicolon, and its unit."""
    meaning = translate(column.meaning, language).partition(";")[0]
    if not column.range or column.unit == "1":
        return meaning
    unit = re.sub(r"[a-z_]+", lambda word: words(word[0], language), column.unit)
    return f"{meaning} [{unit}]"


def columns(system: System, name: str, language: str) -> list[dict[str, Any]]:
    """Returns the column definitions of a table, of which the row's name is pinned.

    Raises:
        KeyError: There is no such table.
    """
    declared, frame = declared_table(name), system[name]
    if declared is None:
        raise KeyError(name)
    row_column = {
        "field": "row",
        "headerName": translate("Row", language),
        "editable": False,
        "pinned": "left",
        "width": 220,
        "tooltipField": "row",
        "valueFormatter": {"function": f"params.data.{TITLE}"},
    }
    return [row_column] + [
        {
            "field": column.name,
            "headerName": _header(column, language),
            "headerTooltip": f"{column.name}: {translate(column.meaning, language)}",
            "editable": True,
            "width": 150,
            "valueFormatter": {"function": SHOWN_LABEL if column.names else SHOWN_NUMBER},
            "cellEditorParams": {"useFormatter": False},
        }
        for column in sorted(declared.columns, key=lambda column: column.name in LABELS)
        if column.name in frame and column.name not in HIDDEN
    ]


def grid(system: System, name: str, edits: list[Edit], language: str) -> dag.AgGrid:
    """Returns a table as a grid."""
    table_rows = rows(system, name, edits, language)
    is_short = len(table_rows) <= MAX_AUTO_HEIGHT_ROWS
    labels = labels_of_frames(system.frames)
    named = [str(name) for name in labels.index]
    options = {
        "context": {
            "labels": {name: label(labels, name, language) for name in named},
            "decimalSign": "," if language == "da" else ".",
        },
        "stopEditingWhenCellsLoseFocus": True,
        "enableCellTextSelection": True,
        "tooltipShowDelay": 300,
    }
    return dag.AgGrid(
        id="grid",
        rowData=table_rows,
        columnDefs=columns(system, name, language),
        getRowId="params.data.row",
        defaultColDef={
            "resizable": True,
            "sortable": True,
            "filter": False,
            "suppressMovable": True,
            "wrapHeaderText": True,
            "autoHeaderHeight": True,
            "cellClassRules": {"edited": f"params.data.{EDITED}.includes(params.colDef.field)"},
        },
        dashGridOptions=options | ({"domLayout": "autoHeight"} if is_short else {}),
        className="sheet",
        style={"height": None if is_short else "24rem", "width": "100%"},
    )


def edits_of(table: str, cells: list[Any]) -> list[Edit]:
    """Returns the edits of changed or pasted cells, each with ``rowId``, ``colId`` and ``value``; others are left out.

    A decimal comma, as a spreadsheet in Danish writes it, is read as a point.
    """
    edits = []
    for changed in cells[:MAX_PASTED_CELLS]:
        try:
            value = "" if changed.get("value") is None else str(changed["value"]).strip()
            row, column = str(changed["rowId"]), str(changed["colId"])
            edits.append(Edit(table=table, row=row, column=column, value=with_decimal_point(value)))
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
    return edits


def ambiguous_issue(edit: Edit) -> InputIssue | None:
    """Returns an issue if a value has groups of three digits, which Danish reads as thousands and English as decimals."""
    if not is_ambiguous(edit.value):
        return None
    whole, text = edit.value.replace(".", ""), edit.value.rstrip("0").rstrip(".")
    decimal = {"name": text, "label_en": text, "label_da": text.replace(".", ",")}
    remedy = Message("write {whole} without points, or {decimal}", whole=whole, decimal=decimal)
    return InputIssue(edit.table, remedy, edit.row, edit.column, edit.value)


def with_title(issue: InputIssue, edit: Edit, labels: pd.DataFrame, language: str) -> InputIssue:
    """Returns the issue of an edit with its cell in words in place of table, row and column."""
    title = address_title(f"{edit.table}.{edit.row}.{edit.column}", labels, language)
    return replace(issue, file=title, row="", column="")


def parse_edits(content: Any) -> list[Edit]:
    """Returns the edits that a page stored; an invalid one is left out."""
    edits = []
    for record in content if isinstance(content, list) else []:
        try:
            edits.append(Edit.model_validate(record))
        except pydantic.ValidationError:
            continue
    return edits


def describe_edits(edits: list[Edit], labels: pd.DataFrame, language: str) -> str:
    """Returns a sentence on accepted edits; ``labels`` are those of the case's rows."""
    _, edit = translator(language), edits[-1]
    if len(edits) > 1:
        return _(
            "{count:#} cells of {table} are set.",
            count=len(edits),
            table=words(edit.table, language),
        )
    address = f"{edit.table}.{edit.row}.{edit.column}"
    title = address_title(address, labels, language)
    return _(
        "{address} is set to {value}.",
        address=title,
        value=with_decimal_sign(edit.value, language) or _("empty"),
    )
