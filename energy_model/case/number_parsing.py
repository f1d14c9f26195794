"""Number parsing: texts → numbers, in one grammar for every file, option and scenario.

A number has the digits 0 to 9, at most one decimal mark and an optional exponent. Python's
``float`` accepts more (``1_0``, digits of other scripts, ``1e400`` as infinity) and would parse a
typing error as a different number.
"""

from __future__ import annotations

import math
import re

from energy_model.common.language import N_

PLAIN = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
MAX_NUMBER_CHARACTERS = 1000  # of a number or an expression; longer texts are rejected
NUMBER = re.compile(rf"[-+]?{PLAIN}", re.ASCII)
INFINITY = re.compile(r"[-+]?inf(?:inity)?", re.ASCII | re.IGNORECASE)
# 1.234 and 12.345.678: points are thousands separators in Danish and decimal marks in English.
THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:\.\d{3})+(?![\d.])", re.ASCII)
DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)|(?<![\d.,]),(?=\d)", re.ASCII)
# The number is atomic, so that `1e400` is not read as `1e40` with a unit.
WITH_UNIT = re.compile(
    rf"(?P<number>(?>[-+]?{PLAIN}))(?:\s*(?P<unit>[A-Za-z%°(].*)|\s+(?P<inverse>1\s*/.*))",
    re.ASCII,
)
LOOKS_LIKE_A_NUMBER = re.compile(r"[-+]?\d[\d .,'_\u00a0\u202f]*(?:[eE][-+]?\d+)?")


def parse_number(text: str) -> float:
    """Returns the number in a text; ``inf`` is accepted, ``nan`` is not.

    Raises:
        ValueError: The text is not a number, or the number overflows or underflows a float.
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


def split_unit(text: str) -> tuple[str, str]:
    """Returns the number and the unit of a text such as ``1335.8 kEUR/MW``.

    The unit is empty, and the text is returned whole, if the text is no number followed by a unit.
    """
    text = text.strip()
    if len(text) > MAX_NUMBER_CHARACTERS or not (match := WITH_UNIT.fullmatch(text)):
        return text, ""
    return match["number"], (match["unit"] or match["inverse"]).strip()


def with_decimal_points(text: str) -> str:
    """Returns a cell with decimal commas as a cell with decimal points.

    ``12,5`` becomes ``12.5`` and ``0,8 * price`` becomes ``0.8 * price``. A point is retained if it
    can only be a decimal mark.

    Raises:
        ValueError: The cell is ambiguous, such as ``1.234`` or ``1.234,5``.
    """
    if THOUSANDS.search(text) or ("," in text and "." in text):
        raise ValueError(text)
    return DECIMAL_COMMA.sub(".", text)


def number_text(value: float, digits: int = 12) -> str:
    """Returns a short text of a number that parses back to the same number."""
    rounded = f"{value:.{digits}g}"
    return rounded if float(rounded) == value else repr(value).removesuffix(".0")


def number_hint(value: object) -> str:
    """Returns an addition to a remedy if a text looks like a number in another notation."""
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > MAX_NUMBER_CHARACTERS:
        return ""
    if any(character.isdigit() and not character.isascii() for character in text):
        return N_(" with the digits 0 to 9")
    if LOOKS_LIKE_A_NUMBER.fullmatch(text) and not NUMBER.fullmatch(text):
        return N_(" with a point before decimals, and neither commas nor spaces nor _")
    return ""
