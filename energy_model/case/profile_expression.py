"""Hourly: a cell that is a number all year, or a number made from a profile: ``5 + 0.8 * price``.

Accepted: ``0.9``, ``price``, ``-price``, ``0.8 * price``, ``5 + 0.8 * price``, ``1 / cop``, ``-2 / cop``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from energy_model.case.number_parsing import MAX_NUMBER_CHARACTERS, PLAIN, number_text, parse_number

CELL = re.compile(
    rf"^(?:(?P<offset>[-+]?{PLAIN})(?=\s*[-+]))?\s*(?P<sign>[-+])?\s*"
    rf"(?:(?P<factor>{PLAIN})\s*(?P<operation>[*/])\s*)?"
    r"(?P<profile>[A-Za-z_][A-Za-z0-9_]*)$"
)
RESERVED = ("nan", "inf", "infinity")  # no names of profiles, as they are read as numbers elsewhere


@dataclass(frozen=True)
class ProfileExpression:
    """A value of every hour: ``offset + factor * profile``, or ``offset + factor / profile``.

    ``header_factor`` turns the unit of the cell's header into the one used inside. The offset has
    been multiplied by it; whether the profile's part is to be, depends on the profile's own unit
    (`profile_units`), which sets it to 1.
    """

    offset: float = 0.0
    factor: float = 0.0
    profile: str | None = None
    inverse: bool = False
    header_factor: float = 1.0

    @classmethod
    def parse(cls, text: str) -> ProfileExpression:
        """The value a cell states; ValueError if it states none."""
        if len(text) > MAX_NUMBER_CHARACTERS:
            raise ValueError(text)
        try:
            number = parse_number(text)
        except ValueError:
            number = None
        if number is not None:
            if not math.isfinite(number):
                raise ValueError(text)
            return cls(offset=number)
        found = CELL.match(text.strip())
        if found is None or found["profile"].lower() in RESERVED:
            raise ValueError(text)
        factor = parse_number(found["factor"] or "1") * (-1.0 if found["sign"] == "-" else 1.0)
        inverse = found["operation"] == "/"
        return cls(parse_number(found["offset"] or "0"), factor, found["profile"], inverse)

    def __mul__(self, by: float) -> ProfileExpression:
        return replace(self, offset=self.offset * by, factor=self.factor * by)

    def __add__(self, more: float) -> ProfileExpression:
        return replace(self, offset=self.offset + more)

    def under_header(self, factor: float) -> ProfileExpression:
        """The value of a cell whose header's unit is ``factor`` times the one used inside."""
        applied = factor if self.profile is not None else 1.0
        return replace(self, offset=self.offset * factor, header_factor=applied)

    def values(self, profiles: pd.DataFrame) -> np.ndarray:
        """The value in each hour of the profiles."""
        if self.profile is None:
            return np.full(len(profiles), self.offset)
        column = profiles[self.profile].to_numpy(float)
        return self.offset + (self.factor / column if self.inverse else self.factor * column)

    def __str__(self) -> str:
        """The value as text that `parse` reads back to the last bit."""
        return self._text(number_text)

    @property
    def short(self) -> str:
        """The value as text with numbers of 12 digits, for readers."""
        return self._text(lambda number: f"{number:.12g}")

    def _text(self, written: Callable[[float], str]) -> str:
        if self.profile is None:
            return written(self.offset)
        operation = "/" if self.inverse else "*"
        plain = abs(self.factor) == 1 and not self.inverse
        part = self.profile if plain else f"{written(abs(self.factor))} {operation} {self.profile}"
        if not self.offset:
            return f"-{part}" if self.factor < 0 else part
        return f"{written(self.offset)} {'-' if self.factor < 0 else '+'} {part}"
