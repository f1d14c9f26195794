"""Hourly CSV: an hourly table → the text of a profile file."""

from collections.abc import Mapping

import pandas as pd

from energy_model.timeseries.schema import UNITS

DIGITS = 5  # significant digits of every value of a generated year


def as_text(hours: pd.DataFrame, units: Mapping[str, str] = UNITS, digits: int = DIGITS) -> str:
    """The table as CSV: the hour in universal time, then one column a profile with its unit in the header.

    Args:
        hours: The hourly table, indexed by hour.
        units: The unit of each column; columns without one get '1'.
        digits: Significant digits of every value.
    """
    headers = {name: f"{name} [{units.get(name, '1')}]" for name in hours}
    table = (hours + 0.0).rename(columns=headers)  # no -0
    table.insert(0, "hour", pd.DatetimeIndex(hours.index).strftime("%Y-%m-%dT%H:%MZ"))
    return table.to_csv(index=False, float_format=f"%.{digits}g", lineterminator="\n")
