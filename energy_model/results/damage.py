"""Damage: the exceptions of libraries on a damaged file → one InputError."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from energy_model.common.errors import InputError, InputIssue

MAX_LETTERS = 120  # maximum length of a library's message in a sentence


@contextmanager
def readable(file: Path, remedy: str = "run the case again") -> Iterator[None]:
    """Context in which a file is read; any exception of a library becomes an InputError."""
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError.at(str(file), f"the file is missing; {remedy}") from None
    except Exception as error:  # noqa: BLE001 - zip, netCDF, JSON and CSV readers have dozens of kinds
        text = " ".join(str(error).split())[:MAX_LETTERS]
        description = f"{type(error).__name__}: {text}" if text else type(error).__name__
        issue = InputIssue(
            str(file), f"the file is damaged and cannot be read ({description}); {remedy}"
        )
        raise InputError([issue]) from None
