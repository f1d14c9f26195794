"""Importers: hourly years from the open-data services, one file a service."""

from energy_model.timeseries.download.http_client import Answers
from energy_model.timeseries.download.registry import SERVICES, Service, fetch
from energy_model.timeseries.download.request import Found, Wish
from energy_model.timeseries.download.resample import Filled, Whole, whole_year

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
