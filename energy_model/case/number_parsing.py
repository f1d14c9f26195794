"""Numerals: the number that a text states, in one grammar for every file, option and scenario.

A number has the digits 0 to 9, at most one decimal mark and an optional exponent. Python's own
``float`` accepts more (``1_0``, digits of other scripts, ``1e400`` as infinity), which would read
a slip of the keyboard as another number.
"""

from __future__ import annotations

import math
import re

PLAIN = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
MAX_NUMBER_CHARACTERS = 1000  # of a number or an expression; longer texts are none
NUMBER = re.compile(rf"[-+]?{PLAIN}", re.ASCII)
INFINITY = re.compile(r"[-+]?inf(?:inity)?", re.ASCII | re.IGNORECASE)
# 1.234 and 12.345.678 are thousands to a Danish reader and a fraction to an English one.
THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:\.\d{3})+(?![\d.])", re.ASCII)
DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)|(?<![\d.,]),(?=\d)", re.ASCII)
LOOKS_LIKE_A_NUMBER = re.compile(r"[-+]?\d[\d .,'_\u00a0\u202f]*(?:[eE][-+]?\d+)?")


def parse_number(text: str) -> float:
    """The number a text states; ``inf`` is one, ``nan`` is none.

    Raises:
        ValueError: The text is no number, or its number is too large or too small to be held.
    """
    text = text.strip()
    if len(text) > MAX_NUMBER_CHARACTERS:
        raise ValueError(text)
    if INFINITY.fullmatch(text):
        return float(text)
    if not NUMBER.fullmatch(text):
        raise ValueError(text)
    value = float(text)
    if math.isinf(value) or (value == 0.0 and re.search(r"[1-9]", re.split("[eE]", text)[0])):
        raise ValueError(text)
    return value


def with_decimal_points(text: str) -> str:
    """A cell of a file with decimal commas, as the same cell with decimal points.

    ``12,5`` becomes ``12.5`` and ``0,8 * price`` becomes ``0.8 * price``. A point is kept where it
    can only be a decimal one.

    Raises:
        ValueError: The cell may mean two numbers, such as ``1.234`` or ``1.234,5``.
    """
    if THOUSANDS.search(text) or ("," in text and "." in text):
        raise ValueError(text)
    return DECIMAL_COMMA.sub(".", text)


def number_text(value: float, digits: int = 12) -> str:
    """A number as a text that states the same number, as short as can be."""
    short = f"{value:.{digits}g}"
    return short if float(short) == value else repr(value).removesuffix(".0")


def number_hint(value: object) -> str:
    """What to add to a hint where a text looks like a number in another notation."""
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > MAX_NUMBER_CHARACTERS:
        return ""
    if any(c.isdigit() and not c.isascii() for c in text):
        return " with the digits 0 to 9"
    if LOOKS_LIKE_A_NUMBER.fullmatch(text) and not NUMBER.fullmatch(text):
        return " with a point before decimals, and neither commas nor spaces nor _"
    return ""
