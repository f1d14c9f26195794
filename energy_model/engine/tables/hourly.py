"""Hourly: a cell that is a number all year, or a number made from a profile: ``5 + 0.8 * price``.

Accepted: ``0.9``, ``price``, ``-price``, ``0.8 * price``, ``5 + 0.8 * price``, ``1 / cop``, ``-2 / cop``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
CELL = re.compile(
    rf"^(?:(?P<offset>{NUMBER})(?=\s*[-+]))?\s*(?P<sign>[-+])?\s*"
    rf"(?:(?P<factor>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(?P<operation>[*/])\s*)?"
    r"(?P<profile>[A-Za-z_][\w]*)$"
)


@dataclass(frozen=True)
class Hourly:
    """A value of every hour: ``offset + factor * profile``, or ``offset + factor / profile``."""

    offset: float = 0.0
    factor: float = 0.0
    profile: str | None = None
    inverse: bool = False

    @classmethod
    def parse(cls, text: str) -> Hourly:
        """The value a cell states; ValueError if it states none."""
        try:
            number = float(text)
        except ValueError:
            number = None
        if number is not None:
            if not np.isfinite(number):
                raise ValueError(text)
            return cls(offset=number)
        found = CELL.match(text.strip())
        if found is None:
            raise ValueError(text)
        factor = float(found["factor"] or 1.0) * (-1.0 if found["sign"] == "-" else 1.0)
        inverse = found["operation"] == "/"
        return cls(float(found["offset"] or 0.0), factor, found["profile"], inverse)

    def __mul__(self, by: float) -> Hourly:
        return replace(self, offset=self.offset * by, factor=self.factor * by)

    def __add__(self, more: float) -> Hourly:
        return replace(self, offset=self.offset + more)

    def values(self, profiles: pd.DataFrame) -> np.ndarray:
        """The value in each hour of the profiles."""
        if self.profile is None:
            return np.full(len(profiles), self.offset)
        column = profiles[self.profile].to_numpy(float)
        return self.offset + (self.factor / column if self.inverse else self.factor * column)

    def __str__(self) -> str:
        return self._text(lambda number: f"{number:.12g}")

    @property
    def exact(self) -> str:
        """The value as text that `parse` reads back to the last bit; the text of ``str`` where that does."""
        return self._text(_shortest)

    def _text(self, told: Callable[[float], str]) -> str:
        if self.profile is None:
            return told(self.offset)
        operation = "/" if self.inverse else "*"
        plain = abs(self.factor) == 1 and not self.inverse
        part = self.profile if plain else f"{told(abs(self.factor))} {operation} {self.profile}"
        if not self.offset:
            return f"-{part}" if self.factor < 0 else part
        return f"{told(self.offset)} {'-' if self.factor < 0 else '+'} {part}"


def _shortest(number: float) -> str:
    """A number in 12 digits where these are all of it, and in as many as it has otherwise."""
    short = f"{number:.12g}"
    return short if float(short) == number else repr(float(number))
