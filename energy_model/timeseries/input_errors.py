"""Refused: what the profiles refuse, told as faults of the inputs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from energy_model.common.errors import InputError, InputIssue
from energy_model.timeseries import DataError


@contextmanager
def as_faults() -> Iterator[None]:
    """Turns a refusal into faults, so that it ends in sentences."""
    try:
        yield
    except DataError as refusal:
        raise InputError(
            [InputIssue(one.where, one.remedy, value=one.value) for one in refusal.complaints]
        ) from None
