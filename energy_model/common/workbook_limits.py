"""Workbook limits: rows of a workbook → rows within limits, as a zip file may contain many more."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from energy_model.common.errors import InputError

MAX_UNPACKED_MB = 100  # of all parts of a workbook; 8760 hours of 20 columns have 8
MAX_ROWS = 200_000  # of a sheet
MAX_COLUMNS = 1_000  # of a sheet
MEGABYTE = 1_000_000


def refuse_large(workbook: Path) -> None:
    """Checks the unpacked size of a workbook, without unpacking it.

    Raises:
        InputError: The parts of the workbook together exceed `MAX_UNPACKED_MB`.
    """
    try:
        with zipfile.ZipFile(workbook) as parts:
            size = sum(part.file_size for part in parts.infolist()) / MEGABYTE
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return  # the reader that opens the file reports the problem
    if size > MAX_UNPACKED_MB:
        limit = f"at most {MAX_UNPACKED_MB} MB are read; remove what is not a table of the case"
        remedy = f"it has {size:,.0f} MB when unpacked; {limit}"
        raise InputError.at(str(workbook), remedy)


def limited(rows: Iterable[tuple[Any, ...]], sheet: str) -> Iterator[tuple[Any, ...]]:
    """Yields the rows of a sheet, without the empty rows at its end.

    Raises:
        InputError: A cell outside the limits of rows and columns has a value, or the texts
            together exceed `MAX_UNPACKED_MB`.
    """
    empty_rows, characters = 0, 0
    for number, row in enumerate(rows, 1):
        if all(value is None for value in row):
            empty_rows += 1
            continue
        is_too_wide = any(value is not None for value in row[MAX_COLUMNS:])
        characters += sum(len(value) for value in row if isinstance(value, str))
        if number > MAX_ROWS or is_too_wide or characters > MAX_UNPACKED_MB * MEGABYTE:
            text = f"{MAX_UNPACKED_MB} MB of text"
            length_limit = f"{MAX_ROWS:,} rows" if number > MAX_ROWS else text
            limit = f"{MAX_COLUMNS:,} columns" if is_too_wide else length_limit
            remedy = f"at most {limit} of a sheet are read; remove the others"
            raise InputError.at(f"sheet '{sheet}'", remedy, f"row {number}")
        for _ in range(empty_rows):
            yield ()
        empty_rows = 0
        yield row[:MAX_COLUMNS]
