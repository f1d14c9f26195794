"""Tariff rows: the table of tariffs → the row that a taker of a carrier pays by."""

from __future__ import annotations

import pandas as pd

from energy_model.case.profile_expression import ProfileExpression

ALL = "*"  # the payer of a row that holds for all takers without a row of their own


def paying_row(tariffs: pd.DataFrame, carrier: str, *names: object) -> tuple[str, str] | None:
    """Returns the key of the row that a taker pays by, or None.

    ``names`` are its own name and that of its technology; the first with a row applies, else the
    row of all takers.
    """
    for name in (*names, ALL):
        if isinstance(name, str) and (carrier, name) in tariffs.index:
            return carrier, name
    return None


def fill_from_all_takers(tariffs: pd.DataFrame) -> None:
    """Fills empty tariffs and taxes with those of the row of all takers of the carrier, else zero."""
    for column in ("tariff", "tax"):
        given = {
            key: cell
            for key, cell in tariffs[column].items()
            if isinstance(cell, ProfileExpression)
        }
        cells = [
            given.get(key, given.get((key[0], ALL), ProfileExpression())) for key in tariffs.index
        ]
        tariffs[column] = pd.Series(cells, index=tariffs.index, dtype=object)
