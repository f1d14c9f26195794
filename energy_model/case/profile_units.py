"""Profile units: the unit in a profile's header, checked and converted where a cell names it.

A profile with a unit is converted to the unit of the column, as the carrier of the row has it. A
profile in ``1`` is a plain number in the unit of the cell's header. A shape, of which only the
proportions count, takes a profile of any unit whose zero means nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from energy_model.case.input_log import InputLog
from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.row_units import activity_unit, carrier_of
from energy_model.case.schema import Column, Table
from energy_model.case.units import (
    KRONER,
    UnknownUnitError,
    conversion,
    has_arbitrary_zero,
    is_dimensionless,
    with_unit,
)


def apply_profile_units(
    frames: Mapping[str, pd.DataFrame], tables: Iterable[Table], reading: InputLog
) -> None:
    """Converts the profile's part of every hourly cell to the unit used inside; notes faults."""
    known: dict[tuple[ProfileExpression, str, str], ProfileExpression | str] = {}
    for table in tables:
        for column in table.columns:
            if not column.hourly:
                continue
            frame = frames[table.name]
            for key, cell in zip(frame.index, frame[column.name], strict=True):
                if not isinstance(cell, ProfileExpression) or cell.profile is None:
                    continue
                unit = reading.profile_units.get(cell.profile)
                wanted = _unit_of_row(table.name, key, column, frames)
                asked = (cell, column.name, wanted or "")
                if asked not in known:
                    known[asked] = _converted(cell, unit, column, wanted, reading.dkk_per_eur)
                found = known[asked]
                if isinstance(found, ProfileExpression):
                    frame.at[key, column.name] = found
                else:
                    reading.wrong(table.name, key, column.name, cell, found)


def _converted(
    cell: ProfileExpression,
    unit: str | None,
    column: Column,
    wanted: str | None,
    dkk_per_eur: float,
) -> ProfileExpression | str:
    """A cell whose profile's part is in the unit used inside, or what is wrong with the unit."""
    if unit is None:  # the profile does not exist, or its header has a fault of its own
        return replace(cell, header_factor=1.0)
    try:
        if column.range == "shape":
            return _shape(cell, unit, dkk_per_eur)
        if is_dimensionless(unit, dkk_per_eur):
            number = conversion(unit, "1", dkk_per_eur).factor
            factor = cell.header_factor * (1 / number if cell.inverse else number)
        elif wanted is None:
            return f"the profile is in {unit}, and what the row is counted in is not known"
        else:
            given = f"1/({unit})" if cell.inverse else unit
            factor = conversion(given, wanted, dkk_per_eur).factor
    except UnknownUnitError:
        own = wanted or column.unit
        wanted_one = f"1/({own})" if cell.inverse and own != "1" else own
        remedy = f"the profile '{cell.profile}' is in {unit}, which is no unit for {own}"
        kroner = " (kroner are DKK)" if KRONER.search(unit) else ""
        return f"{remedy}; give it in {wanted_one}, or in 1 if it is a plain number{kroner}"
    return replace(cell, factor=cell.factor * factor, header_factor=1.0)


def _shape(cell: ProfileExpression, unit: str, dkk_per_eur: float) -> ProfileExpression | str:
    """A cell of which only the proportions count."""
    plain = is_dimensionless(unit, dkk_per_eur)
    if not plain and has_arbitrary_zero(unit, dkk_per_eur):
        return f"the profile '{cell.profile}' is in {unit}, whose zero means nothing as a shape"
    if not plain and cell.offset:
        return f"the profile '{cell.profile}' is in {unit}, so no plain number can be added to it"
    number = conversion(unit, "1", dkk_per_eur).factor if plain else 1.0
    factor = cell.header_factor * (1 / number if cell.inverse else number)
    return replace(cell, factor=cell.factor * factor, header_factor=1.0)


def _unit_of_row(
    table: str, key: object, column: Column, frames: Mapping[str, pd.DataFrame]
) -> str | None:
    """The unit of a cell with its row's carrier in the place of ``unit``; None if that is open."""
    if "unit" not in column.unit:
        return column.unit
    unit_of = frames["carriers"]["unit"]
    if table == "flows" and isinstance(key, tuple):
        made, activity = unit_of.get(key[2]), activity_unit(key[0], frames)
        return f"({made})/({activity})" if made and activity else None
    unit = unit_of.get(carrier_of(table, key, frames))
    return with_unit(column.unit, "unit", str(unit)) if unit else None
