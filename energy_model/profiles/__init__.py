"""Profiles: a seeded hourly year in which cold, calm and price belong together."""

from energy_model.profiles.columns import MEANINGS, UNITS
from energy_model.profiles.settings import Settings
from energy_model.profiles.statistics import statistics_of
from energy_model.profiles.year import make_year

__all__ = ["MEANINGS", "UNITS", "Settings", "make_year", "statistics_of"]
