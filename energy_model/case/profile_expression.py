"""Profile expression: the text of a cell, such as ``5 + 0.8 * price`` → a value in every hour.

A cell is a number, or a sum of terms: ``price``, ``0.8 * price``, ``price * 0.8``, ``1 / cop`` and
plain numbers, with ``+`` and ``-`` between them, as in ``price - 35 * sun + 5.7``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from energy_model.case.number_parsing import MAX_NUMBER_CHARACTERS, PLAIN, number_text, parse_number
from energy_model.common.language import N_, Message

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
# A term ends at the sign of the next term, or at the end of the cell.
TERM = re.compile(
    rf"\s*(?P<sign>[-+])?\s*"
    rf"(?:(?:(?P<factor>{PLAIN})\s*(?P<operation>[*/])\s*)?(?P<profile>{NAME})"
    rf"|(?P<scaled>{NAME})\s*\*\s*(?P<scale>{PLAIN})"
    rf"|(?P<number>{PLAIN}))\s*(?=[-+]|$)"
)
# Not allowed as profile names, because other parsers read them as numbers.
RESERVED = ("nan", "inf", "infinity")
# What a cell with profiles has that no expression has, with the remedy
REFUSED = (
    (re.compile(r"[()\[\]{}]"), N_("write the sum without brackets")),
    (re.compile(r"\*\*|\^"), N_("a profile has no power; give a profile of the power")),
    (re.compile(rf"\b{NAME}\s*/"), N_("write 0.5 * profile for a half of a profile")),
    (
        re.compile(rf"\b{NAME}\s*\*\s*{NAME}\b"),
        N_("two profiles cannot be multiplied; give a profile of their product"),
    ),
    (re.compile(r"[-+*/]\s*[-+*/]"), N_("write one sign between two terms")),
    (re.compile(r"[-+*/]\s*$"), N_("the last sign has no term after it")),
)


@dataclass(frozen=True)
class ProfileTerm:
    """A term of a cell: ``factor * profile``, or ``factor / profile`` if it is inverse."""

    factor: float
    profile: str
    inverse: bool = False


@dataclass(frozen=True)
class ProfileExpression:
    """A value in every hour: ``offset`` plus the terms, each with a profile of its own.

    ``header_factor`` converts the unit of the cell's header to the internal unit. The offset is
    already multiplied by it. Whether the factor of a term must be depends on the unit of its
    profile; `apply_profile_units` decides that and sets ``header_factor`` to 1.
    """

    offset: float = 0.0
    terms: tuple[ProfileTerm, ...] = ()
    header_factor: float = 1.0

    @classmethod
    def parse(cls, text: str) -> ProfileExpression:
        """Returns the expression in the text of a cell; terms of one profile are added up.

        Raises:
            ValueError: The text is not an expression, it is a sum of plain numbers, or a number
                is not finite.
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
        offset, factors = _parse_terms(text.strip())
        # `2030-01-01` and `10-20` are typing errors, not sums.
        if not factors or not all(map(math.isfinite, (offset, *factors.values()))):
            raise ValueError(text)
        return cls(offset, tuple(ProfileTerm(by, *key) for key, by in factors.items()))

    @property
    def profiles(self) -> tuple[str, ...]:
        """The names of the profiles of the terms; empty if the cell is a plain number."""
        return tuple(dict.fromkeys(term.profile for term in self.terms))

    @property
    def can_be_positive(self) -> bool:
        """Whether the value is positive where each profile is 0 or 1, whichever gives more."""
        return self.offset + sum(max(term.factor, 0.0) for term in self.terms) > 0

    def __mul__(self, by: float) -> ProfileExpression:
        terms = tuple(replace(term, factor=term.factor * by) for term in self.terms)
        return replace(self, offset=self.offset * by, terms=terms)

    def __add__(self, more: float) -> ProfileExpression:
        return replace(self, offset=self.offset + more)

    def under_header(self, factor: float) -> ProfileExpression:
        """Returns the expression converted from a header unit of ``factor`` internal units."""
        applied = factor if self.terms else 1.0
        return replace(self, offset=self.offset * factor, header_factor=applied)

    def values(self, profiles: pd.DataFrame) -> np.ndarray:
        """Returns the value in each hour; ``profiles`` has one row per hour."""
        result = np.full(len(profiles), self.offset)
        for term in self.terms:
            column = profiles[term.profile].to_numpy(float)
            result = result + (term.factor / column if term.inverse else term.factor * column)
        return result

    def __str__(self) -> str:
        """Returns a text that `parse` reads back without loss: the number first, then the terms."""
        return self._text(number_text)

    @property
    def short(self) -> str:
        """A readable text, with numbers of 12 digits."""
        return self._text(lambda number: f"{number:.12g}")

    def _text(self, written: Callable[[float], str]) -> str:
        text = written(self.offset) if self.offset or not self.terms else ""
        for term in self.terms:
            operation = "/" if term.inverse else "*"
            is_bare = abs(term.factor) == 1 and not term.inverse
            factor = "" if is_bare else f"{written(abs(term.factor))} {operation} "
            sign = "-" if term.factor < 0 else "+"
            first_sign = "-" if term.factor < 0 else ""
            text += f" {sign} " if text else first_sign
            text += f"{factor}{term.profile}"
        return text


def _parse_terms(text: str) -> tuple[float, dict[tuple[str, bool], float]]:
    """Returns the sum of the numbers, and the sum of factors by profile and inverse.

    Raises:
        ValueError: The text is not a sum of terms.
    """
    offset, position = 0.0, 0
    factors: dict[tuple[str, bool], float] = {}
    while position < len(text):
        match = TERM.match(text, position)
        if match is None:
            raise ValueError(text)
        position = match.end()
        profile = match["profile"] or match["scaled"]
        size = parse_number(match["factor"] or match["scale"] or match["number"] or "1")
        signed = -size if match["sign"] == "-" else size
        if profile is None:
            offset += signed
        elif profile.lower() in RESERVED:
            raise ValueError(text)
        else:
            key = profile, match["operation"] == "/"
            factors[key] = factors.get(key, 0.0) + signed
    return offset, factors


def expression_hint(value: object) -> str:
    """Returns an addition to a remedy if a text looks like an expression that is refused."""
    text = value.strip() if isinstance(value, str) else ""
    if not re.search(NAME, text) or len(text) > MAX_NUMBER_CHARACTERS:
        return ""
    found = next((remedy for pattern, remedy in REFUSED if pattern.search(text)), "")
    return Message("; {remedy}", remedy=Message(found)) if found else ""
