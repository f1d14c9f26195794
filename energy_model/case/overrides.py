"""Overrides: addresses ``table.row.column`` with wildcards → changed cells of tables.

Examples: ``technologies.pump_*.investment_cost *= 0.8``, ``links.*.max_capacity_added = 0``,
``case.emissions.target = 100``. A number may carry a unit, as in
``technologies.pump.investment_cost = 1335.8 kEUR/MW``; without one it is in the internal unit of
the column. The keys of a row with several keys are joined by ``:``, as in
``land.lisbjerg:field.rent``.
"""

from __future__ import annotations

import difflib
import fnmatch
import glob
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from energy_model.case.number_parsing import parse_number, split_unit
from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.row_units import accepted_units
from energy_model.case.schema import Column, Table
from energy_model.case.units import DKK_PER_EUR, KRONER, Conversion, UnknownUnitError, conversion
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


@dataclass(frozen=True)
class CellChange:
    """A changed cell: its values, and the row unit that the unit written with the value implies.

    ``old_value`` is that of the technology or the default of the column where the cell was empty.
    """

    table: str
    key: object
    column: Column
    old_value: object
    new_value: object
    implied_unit: str | None = None

    @property
    def cell(self) -> tuple[str, object, str]:
        """Table, key and name of the column."""
        return self.table, self.key, self.column.name


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


def row_address(row: str) -> str:
    """Returns a pattern that matches one row only, also where its name holds a ``*``."""
    return glob.escape(row)


def apply_override(
    override: Override,
    frames: dict[str, pd.DataFrame],
    tables: Iterable[Table],
    warn: Callable[[str], None] | None = None,
    dkk_per_eur: float = DKK_PER_EUR,
) -> tuple[list[CellChange], InputIssue | None]:
    """Changes the cells at an address; returns the changes, and the issue if one occurs.

    ``warn`` is called with a sentence if all cells are infinite and the operation changes none.
    """
    table, columns, keys, issue = _addressed(override, frames, tables)
    if table is None:
        return [], issue
    frame, infinite_count = frames[table.name], 0
    changes: list[CellChange] = []
    for column in columns:
        for key in keys:
            old_value = frame.at[key, column.name]
            inherited = _inherited(frames, frame, key, column.name)
            if old_value is None and override.operation != "=":
                old_value = inherited
            try:
                text, unit = _converted(override, column, dkk_per_eur)
                new_value = _changed(old_value, override, column, text, unit.factor)
            except UnknownUnitError:
                accepted = accepted_units(frames, table.name, key, column)
                return changes, _unit_issue(override, accepted)
            except (TypeError, ValueError) as error:
                return changes, _issue(override, str(error))
            frame.at[key, column.name] = new_value
            old_value = inherited if old_value is None else old_value
            old_value = column.fallback if old_value is None else old_value
            changes.append(CellChange(table.name, key, column, old_value, new_value, unit.implied))
            infinite_count += (
                isinstance(new_value, float) and math.isinf(new_value) and override.operation != "="
            )
    if warn is not None and infinite_count == len(changes):
        warn(f"{override.origin}: '{override}' changes nothing, as the cells have no limit.")
    return changes, None


def _addressed(
    override: Override, frames: dict[str, pd.DataFrame], tables: Iterable[Table]
) -> tuple[Table | None, list[Column], list[object], InputIssue | None]:
    """Returns table, columns and keys of an address, or no table and the issue of the address."""
    declared = {table.name: table for table in tables}
    table_name, _, row_and_column = override.address.partition(".")
    rows, _, column_name = row_and_column.rpartition(".")  # a row name may contain a point
    if not (table_name and rows and column_name):
        remedy = "write table.row.column, with * for any part of a name"
        return None, [], [], _issue(override, remedy)
    if table_name not in declared:
        remedy = f"there is no table '{table_name}'{_nearest(table_name, declared)}"
        return None, [], [], _issue(override, remedy)
    table = declared[table_name]
    names = [column.name for column in table.columns if column.name not in table.key]
    columns = fnmatch.filter(names, column_name)
    if not columns:
        remedy = f"{table_name} has no column '{column_name}'{_nearest(column_name, names)}"
        return None, [], [], _issue(override, remedy)
    keys_by_name = {row_key(key): key for key in frames[table_name].index}
    matching_names = fnmatch.filter(keys_by_name, rows)
    if not matching_names:
        remedy = f"{table_name} has no row '{rows}'{_nearest(rows, keys_by_name)}"
        return None, [], [], _issue(override, remedy)
    return table, [table[name] for name in columns], [keys_by_name[n] for n in matching_names], None


def _inherited(
    frames: dict[str, pd.DataFrame], frame: pd.DataFrame, key: object, name: str
) -> object:
    """Returns the value of an empty cell from the row's technology, or None."""
    catalogue = frames.get("technologies")
    if catalogue is None or "technology" not in frame or name not in catalogue.columns:
        return None
    technology = frame.at[key, "technology"]
    return catalogue.at[technology, name] if technology in catalogue.index else None


def _converted(override: Override, column: Column, dkk_per_eur: float) -> tuple[str, Conversion]:
    """Returns the value without its unit, and the conversion of the unit.

    Raises:
        UnknownUnitError: The unit is unknown, or measures another quantity than the column.
    """
    text, none = str(override.value), Conversion(1.0)
    number, unit = split_unit(text) if column.range else (text, "")
    if not unit:
        return text, none
    target_unit = "1" if override.operation == "*=" else column.unit
    return number, conversion(unit, target_unit, dkk_per_eur)


def _changed(
    before: object, override: Override, column: Column, text: str, factor: float
) -> object:
    """Returns the new value of a cell in the internal unit."""
    if override.operation == "=":
        return column.read(text, factor)
    try:
        operand = parse_number(text) * factor
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


def _unit_issue(override: Override, accepted: tuple[str, ...]) -> InputIssue:
    """Returns the issue of a value whose unit does not fit the column."""
    unit = split_unit(str(override.value))[1]
    if override.operation == "*=":
        return _issue(override, f"a factor has no unit; write *= without '{unit}'")
    remedy = f"the unit '{unit}' does not fit; write {' or '.join(accepted)}"
    return _issue(override, remedy + (" (kroner are DKK)" if KRONER.search(unit) else ""))


def _nearest(name: str, names: Iterable[str]) -> str:
    close_names = difflib.get_close_matches(name.replace("*", ""), list(names), n=3, cutoff=0.3)
    return f"; nearest are {', '.join(close_names)}" if close_names else ""


def _issue(override: Override, remedy: str) -> InputIssue:
    return InputIssue(override.origin, remedy, column=override.address)
