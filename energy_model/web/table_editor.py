"""Table editor: a table of the case as a grid whose cells may be changed; what is changed is an address and a value."""

from __future__ import annotations

import math
from typing import Any

import dash_ag_grid as dag

from energy_model.case.overrides import row_key
from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.system import System
from energy_model.formulation import TABLES
from energy_model.web.language import say
from energy_model.web.request_validation import Edit, table

HIDDEN = ("colour",)  # what changes no answer
MIN_UNLIMITED_VALUE = 1e29
MAX_AUTO_HEIGHT_ROWS = 10  # rows of a grid that is as high as they are


def tables(system: System) -> list[str]:
    """The tables of a case that have rows."""
    return [declared.name for declared in TABLES if len(system[declared.name])]


def cell(value: Any) -> str:
    """A cell as it is typed."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, ProfileExpression):
        return str(value)
    if isinstance(value, float):
        return "inf" if value >= MIN_UNLIMITED_VALUE else f"{value:.10g}"
    return str(value)


def rows(system: System, name: str, edits: list[Edit]) -> list[dict[str, str]]:
    """The rows of a table, with what has been changed put in."""
    declared, frame = table(name), system[name]
    if declared is None:
        raise KeyError(name)
    columns = [c.name for c in declared.columns if c.name in frame and c.name not in HIDDEN]
    found = {row_key(key): {"row": row_key(key)} | {c: cell(v) for c, v in zip(columns, values, strict=True)}
             for key, values in zip(frame.index, frame[columns].to_numpy(dtype=object), strict=True)}  # fmt: skip
    for edit in edits:
        if edit.table == name and edit.row in found:
            found[edit.row][edit.column] = edit.value
    return list(found.values())


def columns(system: System, name: str, language: str) -> list[dict[str, Any]]:
    """The columns of a table; the name of the row stands still."""
    declared, frame = table(name), system[name]
    if declared is None:
        raise KeyError(name)
    first = {"field": "row", "headerName": say("Row", language), "editable": False, "pinned": "left", "width": 190}  # fmt: skip
    return [first] + [
        {"field": c.name, "headerName": c.header, "headerTooltip": c.meaning, "editable": True, "width": 150}
        for c in declared.columns
        if c.name in frame and c.name not in HIDDEN
    ]  # fmt: skip


def grid(system: System, name: str, edits: list[Edit], language: str) -> dag.AgGrid:
    """A table as a grid."""
    shown = rows(system, name, edits)
    few = len(shown) <= MAX_AUTO_HEIGHT_ROWS
    return dag.AgGrid(
        id="grid", rowData=shown, columnDefs=columns(system, name, language), getRowId="params.data.row",
        defaultColDef={"resizable": True, "sortable": True, "filter": False, "suppressMovable": True},
        dashGridOptions={"stopEditingWhenCellsLoseFocus": True, "enableCellTextSelection": True, "tooltipShowDelay": 300, **({"domLayout": "autoHeight"} if few else {})},
        className="sheet", style={"height": None if few else "24rem", "width": "100%"},
    )  # fmt: skip
