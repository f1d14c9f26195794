"""Written: a year of hours as the text of a file of profiles."""

from collections.abc import Mapping

import pandas as pd

from energy_model.timeseries.schema import UNITS

DIGITS = 5  # significant digits kept of every value of a made year


def as_text(hours: pd.DataFrame, units: Mapping[str, str] = UNITS, digits: int = DIGITS) -> str:
    """Hours first, in universal time, then a column a profile with its unit, as the reader of cases wants it."""
    named = {name: f"{name} [{units.get(name, '1')}]" for name in hours}
    table = (hours + 0.0).rename(columns=named)  # no -0
    table.insert(0, "hour", pd.DatetimeIndex(hours.index).strftime("%Y-%m-%dT%H:%MZ"))
    return table.to_csv(index=False, float_format=f"%.{digits}g", lineterminator="\n")
