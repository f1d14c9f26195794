"""Statistics: a made year held against published ones, as a table."""

import pandas as pd

from energy_model.timeseries.reference_statistics import REFERENCE_STATISTICS
from energy_model.timeseries.settings import Settings
from energy_model.timeseries.year_statistics import YearStatistics


def compare_with_references(year: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """One row per statistic of a made year: its value, the target it should lie in, its source."""
    made = YearStatistics(year, settings)
    return pd.DataFrame(
        {
            "statistic": target.statistic,
            "unit": target.unit,
            "value": float(target.measure(made)),
            "target_low": target.low,
            "target_high": target.high,
            "source": target.source,
        }
        for target in REFERENCE_STATISTICS
    )
