"""Addresses: ``table.row.column`` with wildcards, and the differences a scenario writes to them.

``technologies.pump_*.investment *= 0.8``, ``links.*.capacity_addable = 0``,
``case.emissions.target = 100``. Rows with several keys join them by ``:`` — ``land.lisbjerg:field.rent``.
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
    """One change of the inputs: where, how (``=``, ``+=``, ``*=``), by what, and who said so."""

    address: str
    operation: str
    value: object
    origin: str

    @classmethod
    def parse(cls, text: str, origin: str = "--set") -> Override:
        """A difference from ``ADDRESS=VALUE``; ValueError if there is no operation in it."""
        if (found := STATEMENT.match(text)) is None:
            raise ValueError(text)
        return cls(found["address"], found["operation"], found["value"].strip(), origin)

    def __str__(self) -> str:
        return f"{self.address} {self.operation} {self.value}"


def as_overrides(changes: Iterable[str] | str | None) -> tuple[str, ...]:
    """Changes as a tuple of texts; a text alone is one change, and None is none.

    Raises:
        InputError: A change is no text.
    """
    if changes is not None and not isinstance(changes, Iterable):
        remedy = "write changes as texts, such as ['carriers.co2.price = 150']"
        raise InputError.at("changes", remedy, value=str(changes))
    found = (changes,) if isinstance(changes, str) else tuple(changes or ())
    wrong = [change for change in found if not isinstance(change, str)]
    if wrong:
        remedy = "write each change as a text, such as 'carriers.co2.price = 150'"
        raise InputError([InputIssue("changes", remedy, value=str(change)) for change in wrong])
    return found


def row_key(key: object) -> str:
    """A row's name in an address."""
    return ":".join(map(str, key)) if isinstance(key, tuple) else str(key)


def apply_override(
    difference: Override,
    frames: dict[str, pd.DataFrame],
    tables: Iterable[Table],
    warn: Callable[[str], None] | None = None,
) -> tuple[list[tuple[str, object, str]], InputIssue | None]:
    """Changes the cells an address names; the cells changed, or what is wrong with the address.

    ``warn`` is called with a sentence where a factor leaves every cell as it was.
    """
    declared = {table.name: table for table in tables}
    table_name, _, rest = difference.address.partition(".")
    rows, _, column_name = rest.rpartition(".")  # a name may hold a point
    if not (table_name and rows and column_name):
        return [], _fault(difference, "write table.row.column, with * for any part of a name")
    if table_name not in declared:
        return [], _fault(
            difference, f"there is no table '{table_name}'{_nearest(table_name, declared)}"
        )
    table, frame = declared[table_name], frames[table_name]
    names = [c.name for c in table.columns if c.name not in table.key]
    columns = fnmatch.filter(names, column_name)
    if not columns:
        return [], _fault(
            difference, f"{table_name} has no column '{column_name}'{_nearest(column_name, names)}"
        )
    known = {row_key(key): key for key in frame.index}
    hits = fnmatch.filter(known, rows)
    if not hits:
        return [], _fault(difference, f"{table_name} has no row '{rows}'{_nearest(rows, known)}")
    changed: list[tuple[str, object, str]] = []
    endless = 0
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
            now = frame.at[key, column.name]
            endless += isinstance(now, float) and math.isinf(now) and difference.operation != "="
    if warn is not None and endless == len(changed):
        warn(f"{difference.origin}: '{difference}' changes nothing, as the cells have no limit.")
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


def _changed(before: object, difference: Override, column: Column) -> object:
    text = str(difference.value)
    if difference.operation == "=":
        return column.read(text)
    try:
        by = parse_number(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a number; only = can set a text") from None
    if not math.isfinite(by):
        raise ValueError(f"'{text}' is no finite number; only = can set it")
    before = column.fallback if before is None else before
    if not isinstance(before, float | ProfileExpression):
        raise ValueError(f"'{column.name}' holds no number to change; use =")
    after = before * by if difference.operation == "*=" else before + by
    if isinstance(after, float) and math.isnan(after):
        raise ValueError(f"'{column.name}' has no limit, which times 0 is no number; use = 0")
    return after


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name.replace("*", ""), list(known), n=3, cutoff=0.3)
    return f"; nearest are {', '.join(near)}" if near else ""


def _fault(difference: Override, remedy: str) -> InputIssue:
    return InputIssue(difference.origin, remedy, column=difference.address)
