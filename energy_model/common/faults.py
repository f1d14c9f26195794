"""Faults: what is wrong in the inputs or in a call, with its place, value and remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One thing wrong in the inputs: where, what stands there, and what would be right."""

    file: str
    remedy: str
    row: str = ""
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        place = ", ".join(x for x in (self.file, self.row, self.column) if x)
        given = f" '{self.value}' is given;" if self.value else ""
        return f"{place}:{given} {self.remedy}."


class InputFault(ValueError):
    """Inputs that cannot be used: every fault found, each with place, value and remedy."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(map(str, self.faults)))

    def __reduce__(self) -> tuple[Any, ...]:
        """The faults themselves go to another process, not the text that was made of them."""
        return type(self), (self.faults,), self.__dict__
