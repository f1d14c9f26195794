"""Workbook limits: how much is read of a workbook, a zip that may hold far more than its size."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from energy_model.common.errors import InputError

MAX_UNPACKED_MB = 100  # of all parts of a workbook; a year of 8760 hours and 20 columns has 8
MAX_ROWS = 200_000  # of a sheet
MAX_COLUMNS = 1_000  # of a sheet
MEGABYTE = 1_000_000


def refuse_large(book: Path) -> None:
    """InputError if the parts of a workbook are larger than is read; nothing is unpacked."""
    try:
        with zipfile.ZipFile(book) as parts:
            size = sum(part.file_size for part in parts.infolist()) / MEGABYTE
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return  # whoever opens it tells what is wrong
    if size > MAX_UNPACKED_MB:
        most = f"{MAX_UNPACKED_MB} MB are read at most; take out what is no table of the case"
        remedy = f"it holds {size:,.0f} MB when it is unpacked, and {most}"
        raise InputError.at(str(book), remedy)


def limited(rows: Iterable[tuple[Any, ...]], sheet: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a sheet, without the empty ones at its end.

    Raises:
        InputError: A row below or a cell beside the limits holds something, or the texts are
            larger than is read.
    """
    empty, letters = 0, 0
    for number, row in enumerate(rows, 1):
        if all(value is None for value in row):
            empty += 1
            continue
        wide = any(value is not None for value in row[MAX_COLUMNS:])
        letters += sum(len(value) for value in row if isinstance(value, str))
        if number > MAX_ROWS or wide or letters > MAX_UNPACKED_MB * MEGABYTE:
            text = f"{MAX_UNPACKED_MB} MB of text"
            long = f"{MAX_ROWS:,} rows" if number > MAX_ROWS else text
            what = f"{MAX_COLUMNS:,} columns" if wide else long
            remedy = f"{what} of a sheet are read at most; take out what is more"
            raise InputError.at(f"sheet '{sheet}'", remedy, f"row {number}")
        for _ in range(empty):
            yield ()
        empty = 0
        yield row[:MAX_COLUMNS]
