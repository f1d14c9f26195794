"""Checks of cost factors: the table of costs by year → issues on years that are no years."""

from __future__ import annotations

import re

import pandas as pd

from energy_model.case.input_log import InputLog

YEAR = re.compile(r"(19|20|21)\d\d|2200")


def check_cost_factors(frames: dict[str, pd.DataFrame], input_log: InputLog) -> None:
    """Adds an issue for every row whose year is not one of four digits from 1900 to 2200."""
    for key in frames["cost_factors"].index:
        if YEAR.fullmatch(str(key[1])) is None:
            remedy = "write a year of four digits from 1900 to 2200"
            input_log.add_cell_issue("cost_factors", key, "year", str(key[1]), remedy)
