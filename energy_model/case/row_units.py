"""Row units: carrier and technology of a row → the units that ``unit`` and ``capacity`` mean.

A profile with a unit is converted to the unit of its column for the carrier of the row. A profile
in ``1`` is a plain number in the unit of the cell's header. In a shape column only the proportions
count, so it accepts any unit whose zero is a true zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from energy_model.case.profile_expression import ProfileExpression, ProfileTerm
from energy_model.case.schema import Column, Table
from energy_model.case.units import (
    AMOUNTS,
    CAPACITIES,
    KRONER,
    UnknownUnitError,
    conversion,
    has_arbitrary_zero,
    is_dimensionless,
    multiples,
    with_unit,
)

if TYPE_CHECKING:
    from energy_model.case.input_log import InputLog

CAPACITY_OF = {"MWh": "MW", "t": "t/h", "thousand_km": "thousand_km/h"}
CAPACITY_COSTS = ("investment_cost", "fixed_cost", "investment_cost_per_km", "fixed_cost_per_km")
Frames = Mapping[str, pd.DataFrame]


def header_unit_of_row(frames: Frames, table: str, key: object, column: str) -> str | None:
    """Returns the unit required in a header for a row; None if any unit is allowed."""
    if table == "technologies":
        # A running cost is per unit of the carrier, and a technology has no carrier.
        return None if column == "variable_cost" else frames[table].at[key, "capacity_unit"]
    if table == "footprints" and isinstance(key, tuple):
        return frames["technologies"]["capacity_unit"].get(key[0])
    if table == "payment_schemes" and isinstance(key, tuple):
        return frames["technologies"]["capacity_unit"].get(key[1])
    if table in ("flows", "vehicles", "fleets") and column not in CAPACITY_COSTS:
        return None
    if column in CAPACITY_COSTS:
        return capacity_unit_of_row(frames, table, key)
    return frames["carriers"]["unit"].get(carrier_of(table, key, frames))


def accepted_units(
    frames: Frames, table: str, key: object, column: Column, header_unit: str | None = None
) -> tuple[str, ...]:
    """Returns the units that a value of a cell may carry, the internal unit of the column first.

    ``header_unit`` is the row unit that the header implies, used where the row determines none.
    """
    for word, stand_ins in (("unit", AMOUNTS), ("capacity", CAPACITIES)):
        if word in re.findall(r"\w+", column.unit):
            row_unit = header_unit_of_row(frames, table, key, column.name) or header_unit
            if row_unit is None:
                return tuple(_plain(column.unit, word, stand_in) for stand_in in stand_ins)
            return multiples(_plain(column.unit, word, row_unit))
    return ("1", "%") if column.unit == "1" else multiples(column.unit)


def _plain(text: str, word: str, unit: str) -> str:
    """Returns a unit with a word replaced, in brackets only where the replacement is a ratio."""
    replacement = f"({unit})" if "/" in unit and text != word else unit
    return re.sub(rf"\b{word}\b", lambda _: replacement, text)


def carrier_of(table: str, key: object, frames: Frames) -> object:
    """Returns the carrier of a row, or None."""
    if table == "carriers":
        return key
    return frames[table].at[key, "carrier"] if "carrier" in frames[table] else None


def activity_unit(owner: object, frames: Frames) -> str | None:
    """Returns the activity unit of a conversion or of all conversions of a technology.

    None if the conversions have different units.
    """
    plants = frames["conversions"]
    carriers = (
        [plants.at[owner, "carrier"]]
        if owner in plants.index
        else plants["carrier"][plants["technology"] == owner].tolist()
    )
    units = set(frames["carriers"]["unit"].reindex(carriers).dropna())
    return units.pop() if len(units) == 1 else None


def capacity_unit_of_row(frames: Frames, table: str, key: object) -> str | None:
    """Returns the unit of the capacity of an asset; None if its carrier is unknown."""
    if table == "vehicles":
        return "vehicle"
    unit = frames["carriers"]["unit"].get(carrier_of(table, key, frames))
    return unit if table == "storages" else CAPACITY_OF.get(str(unit))


def apply_profile_units(frames: Frames, tables: Iterable[Table], input_log: InputLog) -> None:
    """Converts the profile terms of every hourly cell to the internal unit; adds issues."""
    converted_cells: dict[tuple[ProfileExpression, str, str], ProfileExpression | str] = {}
    for table in tables:
        for column in table.columns:
            if not column.hourly:
                continue
            frame = frames[table.name]
            for key, cell in zip(frame.index, frame[column.name], strict=True):
                if not isinstance(cell, ProfileExpression) or not cell.terms:
                    continue
                target_unit = _unit_of_row(table.name, key, column, frames)
                cell_key = (cell, column.name, target_unit or "")
                if cell_key not in converted_cells:
                    converted_cells[cell_key] = _converted(cell, column, target_unit, input_log)
                result = converted_cells[cell_key]
                if isinstance(result, ProfileExpression):
                    frame.at[key, column.name] = result
                else:
                    input_log.add_cell_issue(table.name, key, column.name, cell, result)


def _converted(
    cell: ProfileExpression, column: Column, target_unit: str | None, input_log: InputLog
) -> ProfileExpression | str:
    """Returns a cell with its profile terms in the internal unit, or a text on a wrong unit."""
    unit_of, dkk_per_eur = input_log.profile_units, input_log.dkk_per_eur
    if any(profile not in unit_of for profile in cell.profiles):
        # a profile does not exist, or its header has an issue of its own
        return replace(cell, header_factor=1.0)
    units = [unit_of[term.profile] for term in cell.terms]
    shape_unit = None
    if column.range == "shape":
        shape_unit, remedy = _unit_of_shape(cell, units, column, dkk_per_eur)
        if remedy:
            return remedy
    terms: list[ProfileTerm] = []
    for term, unit in zip(cell.terms, units, strict=True):
        factor = _factor(
            term, unit, cell.header_factor, column, shape_unit or target_unit, dkk_per_eur
        )
        if isinstance(factor, str):
            return factor
        terms.append(replace(term, factor=term.factor * factor))
    return replace(cell, terms=tuple(terms), header_factor=1.0)


def _factor(
    term: ProfileTerm,
    unit: str,
    header_factor: float,
    column: Column,
    target_unit: str | None,
    dkk_per_eur: float,
) -> float | str:
    """Returns the factor of a term to the internal unit, or a text on a wrong unit."""
    try:
        if is_dimensionless(unit, dkk_per_eur):
            unit_factor = conversion(unit, "1", dkk_per_eur).factor
            return header_factor * (1 / unit_factor if term.inverse else unit_factor)
        if target_unit is None:
            return f"the profile is in {unit}, and the unit of the row is not known"
        return conversion(_unit_of_term(term, unit), target_unit, dkk_per_eur).factor
    except UnknownUnitError:
        return _wrong_unit(term, unit, target_unit or column.unit)


def _unit_of_term(term: ProfileTerm, unit: str) -> str:
    return f"1/({unit})" if term.inverse else unit


def _wrong_unit(term: ProfileTerm, unit: str, unit_of_column: str) -> str:
    """Returns a text on a profile whose unit does not fit the column."""
    expected_unit = (
        f"1/({unit_of_column})" if term.inverse and unit_of_column != "1" else unit_of_column
    )
    remedy = f"the profile '{term.profile}' is in {unit}, which is no unit for {unit_of_column}"
    suffix = " (kroner are DKK)" if KRONER.search(unit) else ""
    return f"{remedy}; convert it to {expected_unit}, or to 1 if it is a plain number{suffix}"


def _unit_of_shape(
    cell: ProfileExpression, units: list[str], column: Column, dkk_per_eur: float
) -> tuple[str | None, str]:
    """Returns the unit of the terms of a shape, None for plain numbers, and a text if it is wrong."""
    for term, unit in zip(cell.terms, units, strict=True):
        try:
            if is_dimensionless(unit, dkk_per_eur):
                continue
            if has_arbitrary_zero(unit, dkk_per_eur):
                remedy = f"the profile '{term.profile}' is in {unit}, whose zero means nothing"
                return None, f"{remedy} as a shape"
        except UnknownUnitError:
            return None, _wrong_unit(term, unit, column.unit)
        if cell.offset:
            remedy = f"the profile '{term.profile}' is in {unit}, so no plain number can be added"
            return None, f"{remedy} to it"
        plain = [
            other.profile
            for other, unit_of_other in zip(cell.terms, units, strict=True)
            if is_dimensionless(unit_of_other, dkk_per_eur)
        ]
        if plain:
            remedy = f"the profile '{term.profile}' is in {unit} and '{plain[0]}' is a plain number"
            return None, f"{remedy}, so they cannot be added"
        return _unit_of_term(term, unit), ""
    return None, ""


def _unit_of_row(table: str, key: object, column: Column, frames: Frames) -> str | None:
    """Returns the unit of a cell with ``unit`` replaced by the carrier's; None if undetermined."""
    if "unit" not in column.unit:
        return column.unit
    unit_of = frames["carriers"]["unit"]
    if table == "flows" and isinstance(key, tuple):
        carrier_unit, activity = unit_of.get(key[2]), activity_unit(key[0], frames)
        return f"({carrier_unit})/({activity})" if carrier_unit and activity else None
    unit = unit_of.get(carrier_of(table, key, frames))
    return with_unit(column.unit, "unit", str(unit)) if unit else None
