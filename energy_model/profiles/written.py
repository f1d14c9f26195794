"""Written: a year of hours as the text of a profile file."""

import pandas as pd

from energy_model.profiles.columns import UNITS

DIGITS = 5  # significant digits kept of every value


def as_text(made: pd.DataFrame) -> str:
    """Hours first, in universal time, then a column a profile with its unit, as the reader of cases wants it."""
    named = {name: f"{name} [{UNITS.get(name, '1')}]" for name in made}
    table = (made + 0.0).rename(columns=named)  # no -0
    table.insert(0, "hour", pd.DatetimeIndex(made.index).strftime("%Y-%m-%dT%H:%MZ"))
    return table.to_csv(index=False, float_format=f"%.{DIGITS}g", lineterminator="\n")
