"""Damage: what libraries raise from a file that is not whole, told as one fault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from energy_model.common.errors import InputError, InputIssue

MAX_LETTERS = 120  # of a library's own words that a sentence repeats


@contextmanager
def readable(file: Path, remedy: str = "run the case again") -> Iterator[None]:
    """Within, a file is read; InputError in place of whatever a library raises where it is damaged."""
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError.at(str(file), f"the file is missing; {remedy}") from None
    except Exception as wrong:  # noqa: BLE001 - zip, netCDF, JSON and CSV readers have dozens of kinds
        told = " ".join(str(wrong).split())[:MAX_LETTERS]
        said = f"{type(wrong).__name__}: {told}" if told else type(wrong).__name__
        fault = InputIssue(str(file), f"the file is damaged and cannot be read ({said}); {remedy}")
        raise InputError([fault]) from None
