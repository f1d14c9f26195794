"""Profile expression: the text of a cell, such as ``5 + 0.8 * price`` → a value in every hour.

Accepted: ``0.9``, ``price``, ``-price``, ``0.8 * price``, ``5 + 0.8 * price``, ``1 / cop``,
``-2 / cop``.
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
# Not allowed as profile names, because other parsers read them as numbers.
RESERVED = ("nan", "inf", "infinity")


@dataclass(frozen=True)
class ProfileExpression:
    """A value in every hour: ``offset + factor * profile``, or ``offset + factor / profile``.

    ``header_factor`` converts the unit of the cell's header to the internal unit. The offset is
    already multiplied by it. Whether ``factor`` must be depends on the unit of the profile;
    `apply_profile_units` decides that and sets ``header_factor`` to 1.
    """

    offset: float = 0.0
    factor: float = 0.0
    profile: str | None = None
    inverse: bool = False
    header_factor: float = 1.0

    @classmethod
    def parse(cls, text: str) -> ProfileExpression:
        """Returns the expression in the text of a cell.

        Raises:
            ValueError: The text is not an expression, or its number is not finite.
        """
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
        match = CELL.match(text.strip())
        if match is None or match["profile"].lower() in RESERVED:
            raise ValueError(text)
        factor = parse_number(match["factor"] or "1") * (-1.0 if match["sign"] == "-" else 1.0)
        inverse = match["operation"] == "/"
        return cls(parse_number(match["offset"] or "0"), factor, match["profile"], inverse)

    def __mul__(self, by: float) -> ProfileExpression:
        return replace(self, offset=self.offset * by, factor=self.factor * by)

    def __add__(self, more: float) -> ProfileExpression:
        return replace(self, offset=self.offset + more)

    def under_header(self, factor: float) -> ProfileExpression:
        """Returns the expression converted from a header unit of ``factor`` internal units."""
        applied = factor if self.profile is not None else 1.0
        return replace(self, offset=self.offset * factor, header_factor=applied)

    def values(self, profiles: pd.DataFrame) -> np.ndarray:
        """Returns the value in each hour; ``profiles`` has one row per hour."""
        if self.profile is None:
            return np.full(len(profiles), self.offset)
        column = profiles[self.profile].to_numpy(float)
        return self.offset + (self.factor / column if self.inverse else self.factor * column)

    def __str__(self) -> str:
        """Returns a text that `parse` reads back without loss."""
        return self._text(number_text)

    @property
    def short(self) -> str:
        """A readable text, with numbers of 12 digits."""
        return self._text(lambda number: f"{number:.12g}")

    def _text(self, written: Callable[[float], str]) -> str:
        if self.profile is None:
            return written(self.offset)
        operation = "/" if self.inverse else "*"
        is_bare = abs(self.factor) == 1 and not self.inverse
        profile_text = (
            self.profile if is_bare else f"{written(abs(self.factor))} {operation} {self.profile}"
        )
        if not self.offset:
            return f"-{profile_text}" if self.factor < 0 else profile_text
        return f"{written(self.offset)} {'-' if self.factor < 0 else '+'} {profile_text}"
