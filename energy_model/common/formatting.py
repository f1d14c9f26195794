"""Formatting: numbers, units and rows → text in a language."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from babel.dates import get_month_names
from babel.numbers import format_decimal

from energy_model.common.catalogue import lookup

MIN_AMOUNT = 1e-4  # a smaller amount is rounding of an interior-point method
MIN_CAPACITY = 1e-3  # [capacity unit] below which no capacity is shown


def format_number(value: float, unit: str = "", language: str = "en") -> str:
    """Returns a number as text with digits that fit its magnitude; EUR and EUR/a from 1e6 on in millions."""
    size = abs(value)
    if not np.isfinite(value):
        return "" if np.isnan(value) else "∞" if value > 0 else "-∞"
    if unit in ("EUR", "EUR/a") and size >= 1e6:
        value, unit, pattern = value / 1e6, f"M{unit}", "#,##0.0"
    elif size < MIN_AMOUNT:
        value, pattern = 0.0, "0"
    elif size >= 1:
        pattern = "#,##0" if size >= 100 or float(value).is_integer() else "#,##0.0"
    else:
        value, pattern = float(f"{value:.3g}"), "0.#########"
    number = _decimal(value, pattern, language)
    return f"{number} {lookup(language)(unit)}".strip()


def money_unit(amounts: Any) -> tuple[float, str]:
    """Returns the factor and the name of the unit that fits amounts in EUR/a, such as those of a column or an axis."""
    sizes = np.abs(np.asarray(amounts, float))
    sizes = sizes[np.isfinite(sizes) & (sizes >= 1)]
    typical = float(np.median(sizes)) if len(sizes) else 0.0
    if typical >= 1e6:
        return 1e6, "MEUR/a"
    return (1e3, "kEUR/a") if len(sizes) and sizes.max() >= 1e4 else (1.0, "EUR/a")


def format_decimals(value: float, digits: int, language: str = "en") -> str:
    """Returns a number as text with a fixed count of decimals."""
    rounded = round(value, digits) + 0.0  # without the sign of a negative zero
    return _decimal(rounded, f"#,##0.{'0' * digits}" if digits else "#,##0", language)


def format_significant(value: float, digits: int, language: str = "en") -> str:
    """Returns a number as text with significant digits, in scientific notation where it is tiny."""
    text = f"{value:.{digits}g}"
    return text if language == "en" else text.replace(".", ",")


def format_share(value: float, digits: int = 0, language: str = "en") -> str:
    """Returns a share as a percentage."""
    return f"{format_decimals(100 * value, digits, language)} %"


def format_percentage(value: float, language: str = "en") -> str:
    """Returns a share as a percentage with at most two decimals, and only those that it needs."""
    return f"{_decimal(100 * value, '#,##0.##', language)} %"


def _decimal(value: float, pattern: str, language: str) -> str:
    text = str(format_decimal(value, format=pattern, locale=language))
    return text.removeprefix("-") if not any(digit in text for digit in "123456789") else text


def label(frame: Any, name: object, language: str = "en") -> str:
    """Returns the label of row ``name`` of a table in a language, else its English label, else its name in words."""
    if isinstance(frame, pd.DataFrame):
        row = frame.loc[name] if name in frame.index else {}
    else:
        row = frame
    for column in (f"label_{language}", "label_en"):
        text = row.get(column)
        if isinstance(text, str) and text:
            return text
    return words(name, language)


def words(name: object, language: str = "en") -> str:
    """Returns a name of the model, such as a group, a sector or a unit, in words of a language."""
    text = re.sub(r" om$", " O&M", str(name).replace("_", " "))  # operation and maintenance
    return lookup(language)(text)


@cache
def month_names(language: str) -> list[str]:
    """Returns the abbreviated names of the twelve months."""
    names = get_month_names("abbreviated", locale=language)
    return [names[month].rstrip(".") for month in range(1, 13)]


def listed(parts: list[str], language: str = "en") -> str:
    """Returns parts joined by commas and a final 'and'."""
    _ = lookup(language)
    if len(parts) < 2:
        return parts[0] if parts else _("nothing")
    return _("{parts} and {last}").format(parts=", ".join(parts[:-1]), last=parts[-1])
