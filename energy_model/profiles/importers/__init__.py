"""Importers: hourly years from the open-data services, one file a service."""

from energy_model.profiles.importers.answers import Answers
from energy_model.profiles.importers.hours import Filled, Whole, whole_year
from energy_model.profiles.importers.services import SERVICES, Service, fetch
from energy_model.profiles.importers.wish import Found, Wish

__all__ = [
    "SERVICES",
    "Answers",
    "Filled",
    "Found",
    "Service",
    "Whole",
    "Wish",
    "fetch",
    "whole_year",
]
