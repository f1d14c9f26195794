"""Errors: issues in the inputs or in a call → exceptions with location, value and remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

MAX_PART_CHARACTERS = 200  # of a file, row, column or value shown in a message
MAX_REMEDY_CHARACTERS = 2000


def printable(text: str, max_characters: int = MAX_PART_CHARACTERS) -> str:
    """Returns a text for a terminal: escapes unprintable characters and truncates long texts."""
    if len(text) > max_characters:
        text = f"{text[:max_characters]}… ({len(text):,} characters)"
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


@dataclass(frozen=True)
class InputIssue:
    """One issue in the inputs: its location, the value, and the remedy."""

    file: str
    remedy: str
    row: str = ""
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        parts = (self.file, self.row, self.column)
        location = ", ".join(printable(part) for part in parts if part)
        shown_value = f" '{printable(self.value)}' is given;" if self.value else ""
        return f"{location}:{shown_value} {printable(self.remedy, MAX_REMEDY_CHARACTERS)}."


class InputError(ValueError):
    """Invalid inputs: all issues, each with location, value and remedy."""

    def __init__(self, issues: Iterable[InputIssue]) -> None:
        self.issues = list(issues)
        super().__init__("\n".join(map(str, self.issues)))

    @classmethod
    def at(cls, file: str, remedy: str, row: str = "", column: str = "", value: str = "") -> Self:
        """Returns an error with one issue."""
        return cls([InputIssue(file, remedy, row, column, value)])

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles the issues, so that another process receives them and not only their text."""
        return type(self), (self.issues,), self.__dict__
