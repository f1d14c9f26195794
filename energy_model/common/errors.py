"""Errors: what is wrong in the inputs or in a call, with its place, value and remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MAX_PART_CHARACTERS = 200  # of a file, row, column or value that a sentence shows
MAX_REMEDY_CHARACTERS = 2000


def printable(text: str, max_characters: int = MAX_PART_CHARACTERS) -> str:
    """A text for a terminal: what cannot be printed is escaped, and what is too long is cut."""
    if len(text) > max_characters:
        text = f"{text[:max_characters]}… ({len(text):,} characters)"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


@dataclass(frozen=True)
class InputIssue:
    """One thing wrong in the inputs: where, what stands there, and what would be right."""

    file: str
    remedy: str
    row: str = ""
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        parts = (self.file, self.row, self.column)
        place = ", ".join(printable(part) for part in parts if part)
        given = f" '{printable(self.value)}' is given;" if self.value else ""
        return f"{place}:{given} {printable(self.remedy, MAX_REMEDY_CHARACTERS)}."


class InputError(ValueError):
    """Inputs that cannot be used: every fault found, each with place, value and remedy."""

    def __init__(self, issues: Iterable[InputIssue]) -> None:
        self.issues = list(issues)
        super().__init__("\n".join(map(str, self.issues)))

    @classmethod
    def at(
        cls, file: str, remedy: str, row: str = "", column: str = "", value: str = ""
    ) -> InputError:
        """The error of one issue."""
        return cls([InputIssue(file, remedy, row, column, value)])

    def __reduce__(self) -> tuple[Any, ...]:
        """The issues themselves go to another process, not the text that was made of them."""
        return type(self), (self.issues,), self.__dict__
