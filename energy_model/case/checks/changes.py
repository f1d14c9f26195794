"""Changes: overrides → warnings of numbers so far from the former ones that a unit is likely missing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import pandas as pd

from energy_model.case.input_log import InputLog
from energy_model.case.number_parsing import number_text, split_unit
from energy_model.case.overrides import CellChange, Override
from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.row_units import accepted_units

MAX_CHANGE_FACTOR = 100.0  # between the old and the new number, without a warning
MIN_UNLIMITED_FACTOR = 1e9  # a number of this size stands for no limit


def warn_of_large_changes(
    override: Override,
    changes: Iterable[CellChange],
    frames: Mapping[str, pd.DataFrame],
    input_log: InputLog,
) -> None:
    """Adds a warning if an override without unit changes numbers by more than a hundredfold.

    A factor is exempt, and so is a change from zero, to zero, or from or to no limit.
    """
    if override.operation == "*=" or split_unit(str(override.value))[1]:
        return
    large_changes = [change for change in changes if _is_large(change)]
    if not large_changes:
        return
    change = large_changes[0]
    file, header, header_unit, row_unit = _header(change, frames, input_log)
    accepted = accepted_units(frames, change.table, change.key, change.column, row_unit)
    old_number, new_number = (_number(value) for value in (change.old_value, change.new_value))
    written = f"'{override.value} {accepted[0]}'"
    if header_unit in accepted[1:]:
        written += f" or '{override.value} {header_unit}'"
    more = len(large_changes) - 1
    input_log.notes.append(
        f"{override.origin}: '{override}' changes the number from {number_text(old_number)} to "
        f"{number_text(new_number)} {accepted[0]}, by more than a hundredfold"
        f"{f' (so in {more} more rows)' if more else ''}"
        f"{f'; the column in {file} is {header}' if header else ''}. "
        f"Write the unit with the number: {written}."
    )


def _is_large(change: CellChange) -> bool:
    sizes = [abs(_number(value)) for value in (change.old_value, change.new_value)]
    low, high = min(sizes), max(sizes)
    return low > 0 and high < MIN_UNLIMITED_FACTOR and high > MAX_CHANGE_FACTOR * low


def _number(value: object) -> float:
    """Returns the number of a cell; infinity if it has none, or a profile."""
    if isinstance(value, ProfileExpression):
        return math.inf if value.terms else value.offset
    return value if isinstance(value, float) else math.inf


def _header(
    change: CellChange, frames: Mapping[str, pd.DataFrame], input_log: InputLog
) -> tuple[str, str, str, str | None]:
    """Returns file, header, unit and implied row unit of the column of a cell or its technology."""
    places: list[tuple[str, object]] = [(change.table, change.key)]
    if "technology" in frames[change.table]:
        places.append(("technologies", frames[change.table].at[change.key, "technology"]))
    for table, key in places:
        file, _ = input_log.location(table, key)
        if header := input_log.headers.get((file, change.column.name)):
            unit = header.partition("[")[2].rstrip("] ").strip()
            row_unit = input_log.header_units.get((table, key, change.column.name))
            return file, f"'{header}'", unit, row_unit
    return "", "", "", None
