"""Download: requests to open-data services → hourly years, one module a service."""

from energy_model.timeseries.download.http_client import CachedHttpClient
from energy_model.timeseries.download.registry import SERVICES, Service, fetch
from energy_model.timeseries.download.request import DataRequest, DataResponse
from energy_model.timeseries.download.resample import CompleteYear, FilledGap, whole_year

__all__ = [
    "SERVICES",
    "CachedHttpClient",
    "FilledGap",
    "DataResponse",
    "Service",
    "CompleteYear",
    "DataRequest",
    "fetch",
    "whole_year",
]
