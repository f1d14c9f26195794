"""Overrides: addresses ``table.row.column`` with wildcards → changed cells of tables.

Examples: ``technologies.pump_*.investment_cost *= 0.8``, ``links.*.max_capacity_added = 0``,
``case.emissions.target = 100``. The keys of a row with several keys are joined by ``:``, as in
``land.lisbjerg:field.rent``.
"""

from __future__ import annotations

import difflib
import fnmatch
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from energy_model.case.number_parsing import parse_number
from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.schema import Column, Table
from energy_model.common.errors import InputError, InputIssue

STATEMENT = re.compile(
    r"^\s*(?P<address>[^=*+\s](?:[^=]*[^=*+\s])?)\s*(?P<operation>\*=|\+=|=)(?P<value>.*)$"
)


@dataclass(frozen=True)
class Override:
    """One override of the inputs: address, operation (``=``, ``+=``, ``*=``), value and origin."""

    address: str
    operation: str
    value: object
    origin: str

    @classmethod
    def parse(cls, text: str, origin: str = "--set") -> Override:
        """Returns the override of a text ``ADDRESS=VALUE``.

        Raises:
            ValueError: The text has no operation.
        """
        if (match := STATEMENT.match(text)) is None:
            raise ValueError(text)
        return cls(match["address"], match["operation"], match["value"].strip(), origin)

    def __str__(self) -> str:
        return f"{self.address} {self.operation} {self.value}"


def as_overrides(changes: Iterable[str] | str | None) -> tuple[str, ...]:
    """Returns overrides as a tuple of texts; a single text is one override, None is no override.

    Raises:
        InputError: An override is not a text.
    """
    if changes is not None and not isinstance(changes, Iterable):
        remedy = "write overrides as texts, such as ['carriers.co2.price = 150']"
        raise InputError.at("overrides", remedy, value=str(changes))
    overrides = (changes,) if isinstance(changes, str) else tuple(changes or ())
    invalid_changes = [change for change in overrides if not isinstance(change, str)]
    if invalid_changes:
        remedy = "write each override as a text, such as 'carriers.co2.price = 150'"
        raise InputError(
            [InputIssue("overrides", remedy, value=str(change)) for change in invalid_changes]
        )
    return overrides


def row_key(key: object) -> str:
    """Returns the name of a row in an address."""
    return ":".join(map(str, key)) if isinstance(key, tuple) else str(key)


def apply_override(
    override: Override,
    frames: dict[str, pd.DataFrame],
    tables: Iterable[Table],
    warn: Callable[[str], None] | None = None,
) -> tuple[list[tuple[str, object, str]], InputIssue | None]:
    """Changes the cells at an address; returns the changed cells, and the issue if one occurs.

    ``warn`` is called with a sentence if all cells are infinite and the operation changes none.
    """
    declared = {table.name: table for table in tables}
    table_name, _, row_and_column = override.address.partition(".")
    rows, _, column_name = row_and_column.rpartition(".")  # a row name may contain a point
    if not (table_name and rows and column_name):
        return [], _issue(override, "write table.row.column, with * for any part of a name")
    if table_name not in declared:
        return [], _issue(
            override, f"there is no table '{table_name}'{_nearest(table_name, declared)}"
        )
    table, frame = declared[table_name], frames[table_name]
    names = [
        table_column.name for table_column in table.columns if table_column.name not in table.key
    ]
    columns = fnmatch.filter(names, column_name)
    if not columns:
        return [], _issue(
            override, f"{table_name} has no column '{column_name}'{_nearest(column_name, names)}"
        )
    keys_by_name = {row_key(key): key for key in frame.index}
    matching_names = fnmatch.filter(keys_by_name, rows)
    if not matching_names:
        return [], _issue(
            override, f"{table_name} has no row '{rows}'{_nearest(rows, keys_by_name)}"
        )
    changed_cells: list[tuple[str, object, str]] = []
    infinite_count = 0
    for column in (table[name] for name in columns):
        for key in (keys_by_name[hit] for hit in matching_names):
            old_value = frame.at[key, column.name]
            if old_value is None and override.operation != "=":
                old_value = _inherited(frames, frame, key, column.name)
            try:
                frame.at[key, column.name] = _changed(old_value, override, column)
            except (TypeError, ValueError) as error:
                return changed_cells, _issue(override, str(error))
            changed_cells.append((table_name, key, column.name))
            new_value = frame.at[key, column.name]
            infinite_count += (
                isinstance(new_value, float) and math.isinf(new_value) and override.operation != "="
            )
    if warn is not None and infinite_count == len(changed_cells):
        warn(f"{override.origin}: '{override}' changes nothing, as the cells have no limit.")
    return changed_cells, None


def _inherited(
    frames: dict[str, pd.DataFrame], frame: pd.DataFrame, key: object, name: str
) -> object:
    """Returns the value of an empty cell from the row's technology, or None."""
    catalogue = frames.get("technologies")
    if catalogue is None or "technology" not in frame or name not in catalogue.columns:
        return None
    technology = frame.at[key, "technology"]
    return catalogue.at[technology, name] if technology in catalogue.index else None


def _changed(before: object, override: Override, column: Column) -> object:
    text = str(override.value)
    if override.operation == "=":
        return column.read(text)
    try:
        operand = parse_number(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a number; only = can set a text") from None
    if not math.isfinite(operand):
        raise ValueError(f"'{text}' is no finite number; only = can set it")
    before = column.fallback if before is None else before
    if not isinstance(before, float | ProfileExpression):
        raise ValueError(f"'{column.name}' is not a number that can be changed; use =")
    new_value = before * operand if override.operation == "*=" else before + operand
    if isinstance(new_value, float) and math.isnan(new_value):
        raise ValueError(f"'{column.name}' has no limit, which times 0 is no number; use = 0")
    return new_value


def _nearest(name: str, names: Iterable[str]) -> str:
    close_names = difflib.get_close_matches(name.replace("*", ""), list(names), n=3, cutoff=0.3)
    return f"; nearest are {', '.join(close_names)}" if close_names else ""


def _issue(override: Override, remedy: str) -> InputIssue:
    return InputIssue(override.origin, remedy, column=override.address)
