"""A case in memory that a mutation changes, and what the mutation says a fault must name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from fuzz import base
from helpers.case_builder import DECLARED

from energy_model.case.schema import Column, Table

NUMBER = re.compile(r"^[-+]?\d+(\.\d+)?(e[-+]?\d+)?$")
HEADER = re.compile(r"^\s*(\w+)\s*(?:\[(.*)\])?\s*$")
SWEEP_TABLE = "a table of cases"  # how a reading begins


class NotHere(Exception):  # noqa: N818 - no error: the kind has nothing to change in this file
    """A mutation does not fit the file it was thrown at."""


@dataclass
class Draft:
    """The files of a case by path, the call that reads them, and where a fault must point.

    ``changes`` is any object, since Python may pass any. ``named`` are texts of which each must
    stand in some fault (or warning): file, row, column or value.
    """

    files: dict[str, bytes] = field(default_factory=lambda: dict(base.files()))
    folders: list[str] = field(default_factory=list)
    scenario: object = None
    changes: object = ()
    resolution: object = None
    named: list[str] = field(default_factory=list)
    way: str = "read"  # read, book, measured or sweep
    book: Callable | None = None  # what is done to the opened workbook
    book_bytes: Callable | None = None  # what is done to the bytes of the workbook
    renames: bool = False  # whether names of rows differ, so that only the cost can be compared
    whole: bool = False  # whether the answer is also saved, opened and told
    said: str = ""  # what was changed, in words

    def text(self, file: str) -> str:
        """The text of a file."""
        return self.files[file].decode()

    def write(self, file: str, text: str) -> None:
        """Replaces the text of a file."""
        self.files[file] = text.encode()

    def rows(self, file: str) -> list[list[str]]:
        """The cells of a CSV file, the header first."""
        return list(csv.reader(io.StringIO(self.text(file)), strict=True))

    def put(self, file: str, rows: list[list[str]], **how: object) -> None:
        """Replaces the cells of a CSV file."""
        text = io.StringIO()
        csv.writer(text, **{"lineterminator": "\n", **how}).writerows(rows)
        self.write(file, text.getvalue())

    def set(self, file: str, row: int, column: int, text: str) -> str:
        """Replaces one cell (row 0 is the header); what stood there."""
        rows = self.rows(file)
        before, rows[row][column] = rows[row][column], text
        self.put(file, rows)
        shown = text if len(text) < 40 else f"{text[:20]}… ({len(text)} letters)"
        self.said = f"{file} row {row + 1} {rows[0][column][:30]}: {before!r} -> {shown!r}"
        return before

    def told(self, *names: str) -> None:
        """A fault must name each of these."""
        self.named += names

    def by_book(self) -> None:
        """The case goes through a workbook, without files that have nothing to do with it."""
        self.way = "book"
        for name in (base.MEASURED, base.CASES):
            self.files.pop(name, None)

    def write_to(self, folder: Path) -> None:
        """Writes every file below a folder."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for name in self.folders:
            (folder / name).mkdir(parents=True, exist_ok=True)


def table_of(file: str) -> Table:
    """The table a CSV file holds rows of; NotHere if it holds none."""
    stem = file.removesuffix(".csv")
    for name in sorted(DECLARED, key=len, reverse=True):
        if "/" not in file and (stem == name or stem.startswith(f"{name}_")):
            return DECLARED[name]
    raise NotHere(file)


def columns_of(draft: Draft, file: str) -> list[Column]:
    """The declared column of each header."""
    table = table_of(file)
    return [table[HEADER.match(header)[1]] for header in draft.rows(file)[0]]


def pick(
    draft: Draft, file: str, dice: Random, fits: Callable[[Column, str], bool]
) -> tuple[int, int]:
    """A row (1 is the first below the header) and column whose cell fits; NotHere if none does."""
    columns, rows = columns_of(draft, file), draft.rows(file)
    found = [
        (i, k)
        for i, row in enumerate(rows[1:], start=1)
        for k, column in enumerate(columns)
        if fits(column, row[k])
    ]
    if not found:
        raise NotHere(file)
    return dice.choice(found)


def is_number(column: Column, text: str) -> bool:
    """Whether a cell holds a plain number of a quantity."""
    return bool(column.range) and NUMBER.match(text) is not None


def pick_number(
    draft: Draft, file: str, dice: Random, fits: Callable[[Column], bool] = lambda _: True
) -> tuple[int, int]:
    """A cell with a plain number: of a table's quantity, or of any column of other CSV files."""
    if "/" not in file and not file.startswith("sources"):
        return pick(draft, file, dice, lambda c, text: is_number(c, text) and fits(c))
    rows = draft.rows(file)
    found = [
        (i, k)
        for i, row in enumerate(rows[1:200], start=1)
        for k, text in enumerate(row)
        if NUMBER.match(text)
    ]
    if not found or file.startswith("sources"):
        raise NotHere(file)
    if file == "profiles/prices.csv":  # its cop gives way to that of the weather file
        found = [(i, k) for i, k in found if rows[0][k].startswith("price")]
    return dice.choice(found)
