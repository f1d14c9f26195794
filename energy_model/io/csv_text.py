"""CSV text: the text of a file → its cells with their positions, so that an edit leaves all else as it is."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator

from energy_model.case.table_reader import HEADER

BYTE_ORDER_MARK = "\ufeff"


def separator_of(text: str) -> str:
    """Returns the character between the cells of a file: a comma or a semicolon."""
    header = re.sub(r'"[^"]*"', "", text.lstrip(f"{BYTE_ORDER_MARK} \t\r\n").partition("\n")[0])
    return ";" if ";" in header else ","


def placed_rows(text: str, separator: str) -> Iterator[list[tuple[int, str]]]:
    """Yields position and text of the cells of every row that is not empty."""
    cell = re.compile(
        rf'(?P<cell>"(?:[^"]|"")*"[^{separator}\r\n]*|[^{separator}\r\n]*)(?P<end>{separator}|\r\n|\r|\n|\Z)'
    )
    row: list[tuple[int, str]] = []
    start = len(BYTE_ORDER_MARK) if text.startswith(BYTE_ORDER_MARK) else 0
    for match in cell.finditer(text, start):
        row.append((match.start("cell"), match["cell"]))
        if match["end"] != separator:
            if any(plain(raw).strip() for _, raw in row):
                yield row
            row = []


def plain(raw: str) -> str:
    """Returns a cell without quotes."""
    return next(csv.reader([raw], delimiter="\0"), [""])[0] if raw.startswith('"') else raw


def header_name(raw: str) -> str:
    """Returns the name of a column in its header, without its unit; empty if it is no header."""
    match = HEADER.match(plain(raw))
    return match["name"] if match else ""


def edited(text: str, edits: Iterable[tuple[int, str, str]]) -> str:
    """Returns a text with every (position, old, new) replaced; positions are those of the old text."""
    for position, old, new in sorted(edits, reverse=True):
        text = f"{text[:position]}{new}{text[position + len(old) :]}"
    return text
