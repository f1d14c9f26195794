"""Profiles: an hourly year, seeded or measured, in which cold, calm and price belong together."""

from energy_model.profiles.columns import MEANINGS, UNITS
from energy_model.profiles.measured import MEASURED_UNITS, origins
from energy_model.profiles.refusal import Complaint, Refusal
from energy_model.profiles.settings import Settings
from energy_model.profiles.statistics import statistics_of
from energy_model.profiles.written import as_text
from energy_model.profiles.year import make_year

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
