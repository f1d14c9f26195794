"""The Danish messages of the catalogue, and the messages of the code.

``python tests/helpers/catalogue.py`` adds new messages without a translation to the catalogue and
removes those that no code has.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from energy_model.formulation import TABLES

PACKAGE = Path(__file__).parents[2] / "energy_model"
FILE = PACKAGE / "locale" / "da" / "LC_MESSAGES" / "energy_model.po"
KEYWORDS = dict.fromkeys(("_", "N_", "translate", "Message"))


def find_calls(
    file: IO[bytes], keywords: Any, *_more: Any, **_options: Any
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Yields line, function and text of every marked message, also within f-strings.

    This is an extraction method of Babel, whose own for Python skips f-strings.
    """
    for node in ast.walk(ast.parse(file.read())):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        text = node.args[0]
        if name in keywords and isinstance(text, ast.Constant) and isinstance(text.value, str):
            yield node.lineno, name, text.value, []


def messages() -> set[str]:
    """Returns every message that the code marks, and the meanings of the columns of the tables."""
    found = extract_from_dir(PACKAGE, [("**.py", find_calls)], keywords=KEYWORDS)
    meanings = {column.meaning for table in TABLES for column in table.columns if column.meaning}
    return meanings | {message for _path, _line, message, _comments, _context in found}


def read() -> Catalog:
    """Returns the stored catalogue."""
    with FILE.open("rb") as file:
        return read_po(file, locale="da")


def write(catalogue: Catalog) -> None:
    """Writes a catalogue, sorted by message."""
    with FILE.open("wb") as file:
        write_po(file, catalogue, sort_output=True, width=100, no_location=True)


def update() -> list[str]:
    """Updates the stored catalogue from the code. Returns the messages without a translation."""
    stored, current = read(), messages()
    for message in current - {entry.id for entry in stored}:
        stored.add(message)
    for entry in list(stored):
        if entry.id and entry.id not in current:
            stored.delete(entry.id)
    write(stored)
    return sorted(entry.id for entry in stored if entry.id and not entry.string)


if __name__ == "__main__":
    sys.stdout.write("".join(f"no translation: {message}\n" for message in update()))
