"""Formatting: numbers, units and rows → text in a language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from babel.dates import get_month_names
from babel.numbers import format_decimal

from energy_model.common.catalogue import lookup

MIN_AMOUNT = 1e-4  # a smaller amount is rounding of an interior-point method
SIGNIFICANT_DIGITS = 3  # of a number in a text
INPUT_DIGITS = 6  # of a number that a user wrote
MIN_PLAIN_INPUT, MAX_PLAIN_INPUT = 1e-4, 1e15  # beyond them it has an exponent
MONEY = ("EUR", "EUR/a")
KRONER = ("DKK", "DKK/a")
KRONER_WORDS = {1e9: "bn ", 1e6: "M"}  # before the unit of large amounts
MIN_MILLION_EUR = 1e6  # amount from which it is shown in millions
MIN_AMOUNT_IN_MILLIONS_EUR = (
    1e3  # amount from which it may be shown in millions beside a larger one
)
VEHICLE, KM, MILLION_KM = "vehicle", "km/a", "million km/a"
# The size of 1 km a year in units of distances; a capacity is in use for the 8,760 hours of a year.
DISTANCES = {"thousand_km/h": 1e-3 / 8760, "thousand_km/a": 1e-3}
PLAIN_DECIMAL = re.compile(r"-?\d+\.\d+")
MIN_CAPACITY = 1e-3  # [capacity unit] below which no capacity is shown


def format_number(
    value: float, unit: str = "", language: str = "en", among: Iterable[float] = ()
) -> str:
    """Returns a number as text with three significant digits, or as it is if it is an integer.

    EUR and EUR/a are in millions from 1e6 on, kroner in billions from 1e9 on. ``among`` has the amounts of money of the same sentence, which share one
    unit. Vehicles are whole. A capacity in thousand_km/h is shown as the distance of a year of full use.
    """
    if not np.isfinite(value):
        return "" if np.isnan(value) else "∞" if value > 0 else "-∞"
    factor, unit = _shown_unit(value, unit, among)
    if unit == VEHICLE:
        number = format_decimals(value, 0, language)
        return f"{number} {lookup(language)(unit if number == '1' else f'{unit}s')}"
    if isinstance(value, int | np.integer) and factor == 1.0:
        number = _decimal(float(value), "#,##0", language)
    elif abs(value) < MIN_AMOUNT:
        number = "0"
    else:
        rounded = float(f"{value / factor:.{SIGNIFICANT_DIGITS}g}")
        number = _decimal(rounded, "#,##0" if abs(rounded) >= 1000 else "#,##0.#########", language)
    return f"{number} {words(unit, language) if unit else ''}".strip()


def _shown_unit(value: float, unit: str, among: Iterable[float]) -> tuple[float, str]:
    """Returns the unit in which a number is shown, and its size in the given unit."""
    if unit in MONEY:
        factor = money_factor([value, *among])
        return factor, unit if factor == 1.0 else f"M{unit}"
    if unit in KRONER:
        size = abs(float(f"{value:.{SIGNIFICANT_DIGITS}g}"))
        factor = next((factor for factor in KRONER_WORDS if size >= factor), 1.0)
        return factor, f"{KRONER_WORDS.get(factor, '')}{unit}"
    if unit in DISTANCES:
        distance = abs(value) / DISTANCES[unit]
        return (1e6 * DISTANCES[unit], MILLION_KM) if distance >= 1e6 else (DISTANCES[unit], KM)
    return 1.0, unit


def yearly_unit(unit: str) -> tuple[float, str]:
    """Returns the factor to the unit in which a column of capacities is shown: a distance a year, else the unit itself."""
    return (8760.0, "thousand_km/a") if unit == "thousand_km/h" else (1.0, unit)


def rate_unit(unit: str) -> str:
    """Returns the unit of a rate in an hour of an amount in a unit, such as MW of MWh and t/h of t."""
    return "MW" if unit == "MWh" else f"{unit}/h"


def money_factor(amounts: Iterable[float]) -> float:
    """Returns the unit [EUR or EUR/a] of amounts that are shown together: a million, unless one is too small for it."""
    sizes = [abs(amount) for amount in amounts if np.isfinite(amount)]
    largest, smallest = max(sizes, default=0.0), min(filter(None, sizes), default=0.0)
    # A size of 999,500 has the digits of a million.
    is_large = float(f"{largest:.{SIGNIFICANT_DIGITS}g}") >= MIN_MILLION_EUR
    return 1e6 if is_large and smallest >= MIN_AMOUNT_IN_MILLIONS_EUR else 1.0


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


def format_input(value: float, language: str = "en") -> str:
    """Returns a number that a user wrote as text, with at most six significant digits."""
    size = abs(value)
    if not np.isfinite(value) or 0 < size < MIN_PLAIN_INPUT or size > MAX_PLAIN_INPUT:
        return format_significant(value, INPUT_DIGITS, language)
    return _decimal(float(f"{value:.{INPUT_DIGITS}g}"), "#,##0.#########", language)


def with_decimal_sign(text: str, language: str = "en") -> str:
    """Returns a decimal number that is stored as text with the decimal sign of the language; other texts as they are."""
    return text.replace(".", ",") if language == "da" and PLAIN_DECIMAL.fullmatch(text) else text


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


def price_unit(carriers: Any, carrier: str) -> str:
    """Returns the unit of the price of a carrier of a table, such as EUR/MWh."""
    return f"EUR/{carriers.at[carrier, 'unit']}"


def note(row: Any, language: str = "en") -> str:
    """Returns the note of a row in a language, else its English note; empty if it has neither."""
    texts = (row.get(f"note_{language}"), row.get("note_en"))
    return next((text for text in texts if isinstance(text, str) and text), "")


def words(name: object, language: str = "en") -> str:
    """Returns a name of the model, such as a group, a sector or a unit, in words of a language.

    Of a unit that the catalogue does not have, those parts are translated that are parts of a price.
    """
    text, translated = re.sub(r" om$", " O&M", str(name).replace("_", " ")), lookup(language)
    if "/" not in text or translated(text) != text:
        return translated(text)
    parts = [translated(f"EUR/{part}").removeprefix("EUR/") for part in text.split("/")]
    return "/".join(parts)


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
