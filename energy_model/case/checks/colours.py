"""Checks of colours: tables → issues on groups of assets and land classes with more than one colour."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from energy_model.case.colours import written_groups, written_land_classes
from energy_model.case.input_log import InputLog
from energy_model.case.overrides import row_key
from energy_model.case.schema import COLOUR


def check_colours(frames: dict[str, pd.DataFrame], input_log: InputLog) -> None:
    """Adds an issue for every row whose colour differs from that of an earlier row of its group or land class."""
    _check("group", written_groups(frames), input_log)
    land = (("land", key, kind, colour) for key, kind, colour in written_land_classes(frames))
    _check("land class", land, input_log)


def _check(
    what: str, rows: Iterable[tuple[str, object, str, str | None]], input_log: InputLog
) -> None:
    first_rows: dict[str, tuple[str, str, str]] = {}
    for table, key, name, colour in rows:
        if colour is None or not COLOUR.fullmatch(colour):  # the latter has an issue of its own
            continue
        first_table, first_key, first = first_rows.setdefault(name, (table, row_key(key), colour))
        if colour.upper() != first.upper():
            remedy = f"the {what} '{name}' has {first} in {first_table}, row {first_key}; "
            remedy += f"write one colour for the {what}, or leave the cell empty"
            input_log.add_cell_issue(table, key, "colour", colour, remedy)
