"""Validation: a generated year → its statistics next to published ranges, as a table."""

import pandas as pd

from energy_model.timeseries.reference_statistics import REFERENCE_STATISTICS
from energy_model.timeseries.settings import Settings
from energy_model.timeseries.year_statistics import YearStatistics


def compare_with_references(year: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """One row a statistic: its value in the year, the reference range and the source of the range."""
    statistics = YearStatistics(year, settings)
    return pd.DataFrame(
        {
            "statistic": target.statistic,
            "unit": target.unit,
            "value": float(target.measure(statistics)),
            "target_low": target.low,
            "target_high": target.high,
            "source": target.source,
        }
        for target in REFERENCE_STATISTICS
    )
