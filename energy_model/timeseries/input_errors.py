"""Refused: what the profiles refuse, told as faults of the inputs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from energy_model.common.errors import Fault, InputFault
from energy_model.timeseries import Refusal


@contextmanager
def as_faults() -> Iterator[None]:
    """Turns a refusal into faults, so that it ends in sentences."""
    try:
        yield
    except Refusal as refusal:
        raise InputFault(
            [Fault(one.where, one.remedy, value=one.value) for one in refusal.complaints]
        ) from None
