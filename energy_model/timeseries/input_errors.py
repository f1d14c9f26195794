"""Input errors: a `DataError` of the time series → an `InputError`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from energy_model.common.errors import InputError, InputIssue
from energy_model.timeseries import DataError


@contextmanager
def as_faults() -> Iterator[None]:
    """Turns a `DataError` raised in the block into an `InputError` with the same issues."""
    try:
        yield
    except DataError as error:
        raise InputError(
            [InputIssue(issue.where, issue.remedy, value=issue.value) for issue in error.complaints]
        ) from None
