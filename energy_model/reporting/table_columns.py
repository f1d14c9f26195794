"""Table columns: columns of numbers and names with their units → a table of formatted cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from energy_model.common.formatting import (
    format_decimals,
    format_input,
    format_number,
    format_percentage,
    format_significant,
    money_unit,
    words,
)
from energy_model.common.language import N_, Message, translator
from energy_model.reporting.content import Block, data_table

MONEY, INVESTMENT = "EUR/a", "EUR"  # units whose scale fits the amounts of the column
SHARE, FACTOR, INPUT = "%", "factor", "input"  # a share, a factor, a number as a user wrote it
WORD, NAME = "word", "name"  # a name of the model in words, and a name that may be the user's
KINDS = (SHARE, FACTOR, INPUT, WORD, NAME)
# Names that the program gives; words of the user's own are not translated.
DEFAULT_NAMES = (N_("base case"), N_("least cost"), N_("decision"), N_("robust plan"))
MAX_MONEY_DIGITS = 4


@dataclass(frozen=True)
class Column:
    """A column of a table: its head in a language, its values, and their unit or one of the kinds above."""

    head: str
    values: Sequence[Any] | pd.Series
    unit: str = ""


def column_table(
    title: str,
    columns: Iterable[Column],
    language: str,
    max_rows: int,
    *,
    collapsed: bool = False,
) -> list[Block]:
    """Returns a table of the first rows, columns of texts before those of numbers; an empty list without rows."""
    _, ordered = translator(language), sorted(columns, key=is_numeric)
    if not ordered or not len(ordered[0].values):
        return []
    formatted = [_formatted(column, language, max_rows) for column in ordered]
    heads = [head for head, _cells in formatted]
    rows = zip(*(cells for _head, cells in formatted), strict=True)
    omitted = len(ordered[0].values) - max_rows
    note = _("{count:#} more rows are in the files.", count=omitted) if omitted > 0 else ""
    numeric = sum(map(is_numeric, ordered))
    return data_table(title, heads, rows, numeric, note=note, collapsed=collapsed)


def is_numeric(column: Column) -> bool:
    """Returns whether a column has numbers."""
    series = pd.Series(column.values)
    return bool(pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series))


def _formatted(column: Column, language: str, max_rows: int) -> tuple[str, list[str]]:
    """Returns the head of a column with its unit, and its cells."""
    _ = translator(language)
    values = list(column.values)[:max_rows]
    unit, number = column.unit, _number_format(column.unit, language)
    if unit in (MONEY, INVESTMENT) and is_numeric(column):
        factor, money = money_unit(values)
        unit = money if unit == MONEY else money.removesuffix("/a")
        values = [value / factor for value in values]
        digits = _money_digits(values) if money == "MEUR/a" else 0
        number = partial(format_decimals, digits=digits, language=language)
    head = f"{column.head} [{_(unit)}]" if unit and unit not in KINDS else column.head
    return head, [_cell(value, column.unit, number, language) for value in values]


def _number_format(unit: str, language: str) -> Callable[[float], str]:
    if unit == SHARE:
        return lambda value: format_percentage(value, language)
    if unit == FACTOR:
        return lambda value: format_significant(value, 4, language)
    if unit == INPUT:
        return lambda value: format_input(value, language)
    return partial(format_number, language=language)


def _cell(value: Any, unit: str, number: Callable[[float], str], language: str) -> str:
    _ = translator(language)
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return _("yes") if value else _("no")
    if isinstance(value, int | float | np.integer | np.floating):
        # An integer is shown as it is.
        plain = value.item() if hasattr(value, "item") else value
        return number(plain) if np.isfinite(value) else format_number(float(value), "", language)
    if isinstance(value, Message):
        return _(value)
    if unit == NAME:
        return user_name(value, language)
    return words(value, language) if unit == WORD else str(value)


def user_name(name: object, language: str) -> str:
    """Returns the name of a plan, future, year or run: unchanged if it is the user's, else in the language."""
    _, text = translator(language), str(name)
    if synthetic := re.fullmatch(r"seed_(\d+)", text):
        return _("synthetic year {number}", number=synthetic[1])
    if measured := re.fullmatch(r"measured_(\d{4})", text):
        return _("measured year {number}", number=measured[1])
    return _(text) if text in DEFAULT_NAMES else text


def _money_digits(values: Sequence[float]) -> int:
    """Returns the fewest decimals that distinguish the amounts as well as the most decimals do."""
    finite = np.asarray(values, float)
    finite = finite[np.isfinite(finite)]
    counts = [len(set(finite.round(digits))) for digits in range(1, MAX_MONEY_DIGITS + 1)]
    return 1 + counts.index(counts[-1])
