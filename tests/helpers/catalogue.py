"""The Danish messages of the catalogue, and the messages of the code.

``python tests/helpers/catalogue.py`` adds new messages without a translation to the catalogue and
removes those that no code has.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).parents[2] / "energy_model"
FILE = PACKAGE / "locale" / "da" / "LC_MESSAGES" / "energy_model.po"
KEYWORDS = dict.fromkeys(("_", "N_", "translate", "Message"))


def messages() -> Iterator[tuple[str, str, list[str]]]:
    """Yields the file, the message and the comments of every message that the code marks."""
    found = extract_from_dir(PACKAGE, [("**.py", "python")], keywords=KEYWORDS)
    for path, _, message, comments, _ in found:
        yield path, message, comments


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
    stored, current = read(), {message for _, message, _ in messages()}
    for message in current - {entry.id for entry in stored}:
        stored.add(message)
    for entry in list(stored):
        if entry.id and entry.id not in current:
            stored.delete(entry.id)
    write(stored)
    return [entry.id for entry in stored if entry.id and not entry.string]


if __name__ == "__main__":
    sys.stdout.write("".join(f"no translation: {message}\n" for message in update()))
