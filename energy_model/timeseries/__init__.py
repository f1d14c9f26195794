"""Profiles: an hourly year, seeded or measured, in which cold, calm and price belong together."""

from energy_model.timeseries.data_errors import Complaint, Refusal
from energy_model.timeseries.generate import make_year
from energy_model.timeseries.hourly_csv import as_text
from energy_model.timeseries.observed import MEASURED_UNITS, origins
from energy_model.timeseries.schema import MEANINGS, UNITS
from energy_model.timeseries.settings import Settings
from energy_model.timeseries.validation import statistics_of

__all__ = [
    "MEANINGS",
    "MEASURED_UNITS",
    "UNITS",
    "Complaint",
    "Refusal",
    "Settings",
    "as_text",
    "make_year",
    "origins",
    "statistics_of",
]
