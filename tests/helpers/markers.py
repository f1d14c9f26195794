"""Parameters of a long table of which a default run tries some."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def mostly_slow(values: Iterable[Any], one_in: int) -> list[Any]:
    """Every ``one_in``-th value, the first among them, without a mark; the others are slow."""
    rows = [value if isinstance(value, tuple) else (value,) for value in values]
    return [
        pytest.param(*row, marks=[pytest.mark.slow] if i % one_in else [])
        for i, row in enumerate(rows)
    ]
