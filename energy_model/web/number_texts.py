"""Number texts: a number as a user writes it, in Danish or English → its text with a decimal point."""

from __future__ import annotations

import re

# A decimal comma, perhaps after groups of thousands, as Danish writes it
DECIMAL_COMMA = re.compile(r"-?(\d+|[1-9]\d{0,2}(\.\d{3})+),\d+")
GROUPED_DIGITS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")  # with more groups it is no number


def with_decimal_point(text: str) -> str:
    """Returns a number with a decimal comma with a point, ``1.200,5`` as ``1200.5``; other texts as they are."""
    return text.replace(".", "").replace(",", ".") if DECIMAL_COMMA.fullmatch(text) else text


def is_ambiguous(text: str) -> bool:
    """Returns whether a text has groups of three digits, which Danish reads as thousands and English as decimals."""
    return GROUPED_DIGITS.fullmatch(text) is not None
