"""Addresses: ``table.row.column`` with wildcards, and the differences a scenario writes to them.

``technologies.pump_*.investment *= 0.8``, ``links.*.capacity_addable = 0``,
``case.emissions.target = 100``. Rows with several keys join them by ``:`` — ``land.lisbjerg:field.rent``.
"""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from energy_model.common.faults import Fault
from energy_model.engine.tables.hourly import Hourly
from energy_model.engine.tables.schema import Column, Table

STATEMENT = re.compile(
    r"^\s*(?P<address>[^=*+\s](?:[^=]*[^=*+\s])?)\s*(?P<operation>\*=|\+=|=)(?P<value>.*)$"
)


@dataclass(frozen=True)
class Difference:
    """One change of the inputs: where, how (``=``, ``+=``, ``*=``), by what, and who said so."""

    address: str
    operation: str
    value: object
    origin: str

    @classmethod
    def parse(cls, text: str, origin: str = "--set") -> Difference:
        """A difference from ``ADDRESS=VALUE``; ValueError if there is no operation in it."""
        if (found := STATEMENT.match(text)) is None:
            raise ValueError(text)
        return cls(found["address"], found["operation"], found["value"].strip(), origin)

    def __str__(self) -> str:
        return f"{self.address} {self.operation} {self.value}"


def row_name(key: object) -> str:
    """A row's name in an address."""
    return ":".join(map(str, key)) if isinstance(key, tuple) else str(key)


def apply(
    difference: Difference, frames: dict[str, pd.DataFrame], tables: Iterable[Table]
) -> tuple[list[tuple[str, object, str]], Fault | None]:
    """Changes the cells an address names; the cells changed, or what is wrong with the address."""
    declared = {table.name: table for table in tables}
    parts = difference.address.split(".")
    if len(parts) != 3:
        return [], _fault(difference, "write table.row.column, with * for any part of a name")
    table_name, rows, column_name = parts
    if table_name not in declared:
        return [], _fault(
            difference, f"there is no table '{table_name}'{_near(table_name, declared)}"
        )
    table, frame = declared[table_name], frames[table_name]
    names = [c.name for c in table.columns if c.name not in table.key]
    columns = fnmatch.filter(names, column_name)
    if not columns:
        return [], _fault(
            difference, f"{table_name} has no column '{column_name}'{_near(column_name, names)}"
        )
    known = {row_name(key): key for key in frame.index}
    hits = fnmatch.filter(known, rows)
    if not hits:
        return [], _fault(difference, f"{table_name} has no row '{rows}'{_near(rows, known)}")
    changed: list[tuple[str, object, str]] = []
    for column in (table[name] for name in columns):
        for key in (known[hit] for hit in hits):
            before = frame.at[key, column.name]
            if before is None and difference.operation != "=":
                before = _inherited(frames, frame, key, column.name)
            try:
                frame.at[key, column.name] = _changed(before, difference, column)
            except (TypeError, ValueError) as problem:
                return changed, _fault(difference, str(problem))
            changed.append((table_name, key, column.name))
    return changed, None


def _inherited(
    frames: dict[str, pd.DataFrame], frame: pd.DataFrame, key: object, name: str
) -> object:
    """What an empty cell takes from the row's technology; none where it takes nothing."""
    catalogue = frames.get("technologies")
    if catalogue is None or "technology" not in frame or name not in catalogue.columns:
        return None
    technology = frame.at[key, "technology"]
    return catalogue.at[technology, name] if technology in catalogue.index else None


def _changed(before: object, difference: Difference, column: Column) -> object:
    text = str(difference.value)
    if difference.operation == "=":
        value = column.read(text)
        return float(value) if isinstance(value, int) else value
    try:
        by = float(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a number; only = can set a text") from None
    before = column.fallback if before is None else before
    if not isinstance(before, float | Hourly):
        raise ValueError(f"'{column.name}' holds no number to change; use =")
    return before * by if difference.operation == "*=" else before + by


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name.replace("*", ""), list(known), n=3, cutoff=0.3)
    return f"; nearest are {', '.join(near)}" if near else ""


def _fault(difference: Difference, remedy: str) -> Fault:
    return Fault(difference.origin, remedy, column=difference.address)
