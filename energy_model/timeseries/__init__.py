"""Time series: settings and measured data → hourly weather, demand and prices of a year."""

from energy_model.timeseries.data_errors import DataError, DataIssue
from energy_model.timeseries.generate import make_year
from energy_model.timeseries.hourly_csv import as_text
from energy_model.timeseries.observed import MEASURED_UNITS, origins
from energy_model.timeseries.schema import MEANINGS, UNITS
from energy_model.timeseries.settings import Settings
from energy_model.timeseries.validation import compare_with_references

__all__ = [
    "MEANINGS",
    "MEASURED_UNITS",
    "UNITS",
    "DataIssue",
    "DataError",
    "Settings",
    "as_text",
    "make_year",
    "origins",
    "compare_with_references",
]
