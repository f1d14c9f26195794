"""Errors: reasons why downloaded or measured data cannot be used, as input errors."""

from energy_model.common.errors import InputError


class DataError(InputError):
    """Downloaded or measured data cannot be used; ``issues`` holds every reason."""


class ServiceUnavailableError(DataError):
    """A service did not answer, or not with data; its earlier responses stay valid in the cache."""
